//! The network between a desk and the province, with everything that goes wrong on it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use backon::ExponentialBuilder;
use bytes::Bytes;
use fastrand::Rng;
use futures::StreamExt;
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::{
    AuditReply, AuditRequest, Cursor, HelloReply, HelloRequest, PullReply, PullRequest, PushReply,
    PushRequest, Quarantined,
};
use tiexin_protocol::{Change, ChangeId, canonical};
use tiexin_sync::{Parcel, Province, SnapshotPart, SyncError};
use uuid::Uuid;

use crate::tally::Tally;
use crate::world::Broken;

/// Bytes of a snapshot that arrive at a time.
const CHUNK: usize = 300;

/// What every line shares: what was sent, and what is still under way.
#[derive(Default)]
pub(crate) struct Wire {
    /// Pushes that left a desk and were given up by it, but may arrive yet.
    pub(crate) late: Mutex<Vec<PushRequest>>,
    /// Pushes that were answered, with the answer: said again later, they must get it again (I3).
    pub(crate) answered: Mutex<Vec<(PushRequest, PushReply)>>,
    /// What no reply may say, and one did; or what no desk may tell.
    pub(crate) broken: Mutex<Option<Broken>>,
    told: Mutex<Told>,
}

/// What desks have told under their numbers, on the line and on sticks.
#[derive(Default)]
struct Told {
    /// By device, incarnation and number: the print of the change.
    prints: HashMap<(Uuid, Uuid, u64), [u8; 32]>,
    /// Devices of which two machines count with one number, or one that was put back with it.
    doubled: HashSet<Uuid>,
}

impl Wire {
    /// I2: under one number a desk tells one change, whether the province took it in or not. The province notices a
    /// number that is told for two (a fork), which hides the fault of a desk that gives one anew.
    pub(crate) fn tells(&self, changes: &[Change]) -> Result<(), Broken> {
        let mut told = self.told.lock().expect("wire");
        let Told { prints, doubled } = &mut *told;
        for change in changes.iter().filter(|change| !doubled.contains(&change.id.device)) {
            let ChangeId { device, incarnation, seq } = change.id;
            let print = canonical::print(change);
            let before = prints.entry((device, incarnation, seq)).or_insert(print);
            if *before != print {
                return Err(format!("I2: number {seq} of {device} was told for another change before"));
            }
        }
        Ok(())
    }

    /// From now on two machines may count with the numbers of this device until they notice.
    pub(crate) fn is_doubled(&self, device: Uuid) {
        self.told.lock().expect("wire").doubled.insert(device);
    }
}

/// What happens to one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Arrives,
    /// Lost on the way there.
    Lost,
    /// Taken in by the province, the reply is lost.
    ReplyLost,
    /// Arrives twice.
    Twice,
    /// Given up by the desk; arrives some time later.
    Late,
    /// The desk dies before it has read the reply.
    DeskDies,
}

/// One desk's connection for one round.
pub(crate) struct Line<'a> {
    pub(crate) province: tiexin_server::Province,
    pub(crate) device: Uuid,
    pub(crate) wire: Arc<Wire>,
    pub(crate) tally: Arc<Tally>,
    /// Messages of 256 that something happens to.
    pub(crate) trouble: u8,
    pub(crate) dice: Mutex<Rng>,
    /// Saves that happen on the desk while a message is under way.
    pub(crate) meanwhile: Option<&'a (dyn Fn() + Send + Sync)>,
}

impl Line<'_> {
    fn fate(&self) -> Fate {
        let mut dice = self.dice.lock().expect("dice");
        if dice.u8(..) >= self.trouble {
            return Fate::Arrives;
        }
        let fate = match dice.u8(0..5) {
            0 => Fate::Lost,
            1 => Fate::ReplyLost,
            2 => Fate::Twice,
            3 => Fate::Late,
            _ => Fate::DeskDies,
        };
        self.tally.count(&format!("network {fate:?}"));
        fate
    }

    fn between(&self) {
        if let Some(save) = self.meanwhile {
            let now = self.dice.lock().expect("dice").u8(..) < 60;
            if now {
                self.tally.count("saved during a round");
                save();
            }
        }
    }
}

fn heard(error: tiexin_server::Error) -> SyncError {
    match error {
        tiexin_server::Error::Refused(refused) => {
            SyncError::Refused { code: refused.code(), message: refused.to_string() }
        }
        tiexin_server::Error::Shut(order) => SyncError::Shut(order),
        // What an HTTP server answers with 500.
        _ => SyncError::Offline,
    }
}

/// I12: a cursor of another generation or view gets no data. A desk would not believe it, which hides the fault.
fn of_this_log(asked: &PullRequest, reply: &PullReply) -> Result<(), Broken> {
    for page in reply.pages.iter().filter(|page| !page.entries.is_empty()) {
        let of = |cursor: &&Cursor| {
            (&cursor.scope, cursor.generation, &cursor.view) == (&page.scope, page.generation, &page.view)
        };
        if asked.cursors.iter().find(of).is_none() {
            return Err(format!(
                "I12: got {} entries of {} for a foreign cursor",
                page.entries.len(),
                page.scope
            ));
        }
    }
    Ok(())
}

/// Sends a request by its fate; `$late` runs when it is given up but may arrive yet.
macro_rules! send {
    ($self:ident, $call:expr, $late:expr) => {{
        $self.between();
        match $self.fate() {
            Fate::Arrives => $call.await.map_err(heard),
            Fate::Lost => Err(SyncError::Offline),
            Fate::Late => {
                $late();
                Err(SyncError::Offline)
            }
            Fate::ReplyLost => {
                let _ = $call.await;
                Err(SyncError::Offline)
            }
            Fate::Twice => {
                let _ = $call.await;
                $call.await.map_err(heard)
            }
            Fate::DeskDies => {
                let _ = $call.await;
                Err(SyncError::Cancelled)
            }
        }
    }};
}

#[async_trait]
impl Province for Line<'_> {
    async fn hello(&self, request: &HelloRequest) -> Result<HelloReply, SyncError> {
        send!(self, self.province.hello(request), || ())
    }

    async fn push(&self, parcel: &Parcel) -> Result<PushReply, SyncError> {
        let request = parcel.request();
        if let Err(broken) = self.wire.tells(&request.changes) {
            *self.wire.broken.lock().expect("wire") = Some(broken);
        }
        let late = || self.wire.late.lock().expect("wire").push(request.clone());
        let answer: Result<PushReply, SyncError> = send!(self, self.province.push(request), late);
        if let Ok(reply) = &answer {
            self.wire.answered.lock().expect("wire").push((request.clone(), reply.clone()));
            for told in &reply.verdicts {
                self.tally.verdict(told);
            }
        }
        answer
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullReply, SyncError> {
        let answer: Result<PullReply, SyncError> = send!(self, self.province.pull(request), || ());
        if let Ok(reply) = &answer {
            for page in &reply.pages {
                self.tally.page(page);
            }
            if let Err(broken) = of_this_log(request, reply) {
                *self.wire.broken.lock().expect("wire") = Some(broken);
            }
        }
        answer
    }

    async fn audit(&self, request: &AuditRequest) -> Result<AuditReply, SyncError> {
        self.province.take_audit(request).await.map_err(heard)
    }

    async fn quarantine(&self, scope: &RegionCode) -> Result<Vec<Quarantined>, SyncError> {
        send!(self, self.province.quarantine(self.device, scope), || ())
    }

    async fn snapshot(
        &self,
        scope: &RegionCode,
        from: u64,
        tag: Option<&str>,
    ) -> Result<SnapshotPart, SyncError> {
        self.between();
        let fate = self.fate();
        if fate == Fate::Lost {
            return Err(SyncError::Offline);
        }
        let bytes = self.province.snapshot_bytes(self.device, scope).await.map_err(heard)?;
        let name = blake3::hash(&bytes).to_hex().to_string();
        let resumed = from > 0 && tag == Some(name.as_str()) && from <= bytes.len() as u64;
        let begin = if resumed { from as usize } else { 0 };
        let mut chunks: Vec<Result<Bytes, SyncError>> =
            bytes[begin..].chunks(CHUNK).map(|part| Ok(Bytes::copy_from_slice(part))).collect();
        let broken = match fate {
            Fate::ReplyLost | Fate::Late => Some(SyncError::Offline),
            Fate::DeskDies => Some(SyncError::Cancelled),
            _ => None,
        };
        if let Some(broken) = broken {
            let at = self.dice.lock().expect("dice").usize(..=chunks.len());
            chunks.truncate(at);
            chunks.push(Err(broken));
            self.tally.count("snapshot broken off");
        }
        self.tally.count(if resumed { "snapshot resumed" } else { "snapshot begun" });
        Ok(SnapshotPart { tag: Some(name), resumed, chunks: futures::stream::iter(chunks).boxed() })
    }

    fn patience(&self) -> ExponentialBuilder {
        ExponentialBuilder::default().with_min_delay(std::time::Duration::ZERO).with_max_times(3)
    }
}
