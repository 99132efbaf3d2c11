//! Taking in the province's reply. Late, twice or after a round on the line it changes nothing, and never
//! leads back to what stood before.

use std::collections::BTreeSet;

use tiexin_domain::region::RegionCode;
use tiexin_protocol::package::{Attached, Fault, Gathered, Pushed, ReplyBody, Way};
use tiexin_protocol::planted;
use tiexin_protocol::wire::{HelloReply, ScopePage};
use tiexin_seal::Keys;
use tiexin_store::{Book, Changed, ScopeCursor, StoreError};
use tokio::sync::mpsc;

use super::{ANEW, HEARD, PackageError, blobs, keep, kept, past, province_keys};
use crate::error::SyncError;
use crate::round::{asked, whereabouts};
use crate::snapshot;
use crate::standing::{self, Heard};

/// Records made searchable at a time.
const INDEXED: usize = 2_000;

/// What a reply did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Number of the package that it answers.
    pub number: u64,
    /// Changes of this desk that have a verdict now and had none before.
    pub settled: u64,
    /// Entries of others that were new here.
    pub entries: u64,
    /// Records of scopes that were loaded whole.
    pub loaded: u64,
    /// Attachments that have arrived at the province, and those that have to go again.
    pub attachments: u64,
    pub attachments_again: u64,
    /// Kinds of records that changed on this desk.
    pub kinds: BTreeSet<String>,
    /// Scopes that cannot go on from here: an earlier reply is missing.
    pub gaps: Vec<RegionCode>,
    /// Scopes that did not agree; the next package asks for them whole.
    pub anew: Vec<RegionCode>,
    /// This book is a copy of another one: it has a new number now, and what waits must be carried again.
    pub copied: bool,
    /// The province has more than one reply holds: carry another package.
    pub more: bool,
}

/// Takes a reply in. `now_ms` is the desk's clock, shown to people only (I13).
///
/// # Errors
/// `Fault`: nothing was read in. `Missing`: parts are not here, nothing was read in. An error of the store
/// leaves what was taken in so far; the reply can be taken in again.
pub fn take_in(book: &Book, reply: &Gathered, now_ms: i64) -> Result<TakenIn, PackageError> {
    let device = book.device()?;
    let keys = Keys::of_desk(&device.key_seed)?;
    check(book, reply, device.id.ok_or(SyncError::NotEnrolled)?)?;
    if reply.address.incarnation != device.incarnation {
        return Err(Fault::OtherIncarnation.into());
    }
    // A book that was put back from an image of the disk, or copied, has its number and other changes under it.
    let own = past(book)?.into_iter().find(|made| Some(made.package) == reply.address.answers);
    if own.is_none() {
        return Err(Fault::OtherIncarnation.into());
    }
    let (body, attached): (ReplyBody, Vec<u8>) = tiexin_seal::open(&keys, &reply.whole()?)?;
    let mut taking = Taking { book, now_ms, asked_at: own.map(|made| made.at), done: TakenIn::default() };
    taking.done.number = reply.address.number;
    if let Some(order) = body.refused.as_ref().and_then(|refused| refused.order.as_ref()) {
        standing::keep_order(book, order)?;
        return Err(SyncError::Shut(Box::new(order.clone())).into());
    }
    if body.refused.is_some() || book.is_doubled(body.hello.acked, body.hello.print.as_deref())? {
        book.take_new_incarnation()?;
        taking.done.copied = true;
        return Ok(taking.done);
    }
    taking.all(body, &attached)?;
    Ok(taking.done)
}

/// For this desk, from its province, whole.
fn check(book: &Book, reply: &Gathered, device: uuid::Uuid) -> Result<(), PackageError> {
    if reply.address.way == Way::Push {
        return Err(Fault::Outward.into());
    }
    if reply.address.device != device {
        return Err(Fault::OtherDesk.into());
    }
    let province = province_keys(book)?;
    if reply.address.province != province.sign {
        return Err(Fault::OtherProvince.into());
    }
    for part in reply.held() {
        tiexin_seal::verify(part, &province.sign)?;
    }
    match reply.missing() {
        missing if missing.is_empty() => Ok(()),
        missing => Err(PackageError::Missing { number: reply.address.number, missing }),
    }
}

struct Taking<'a> {
    book: &'a Book,
    now_ms: i64,
    /// When the package was made that the reply answers.
    asked_at: Option<i64>,
    done: TakenIn,
}

impl Taking<'_> {
    fn all(&mut self, body: ReplyBody, attached: &[u8]) -> Result<(), PackageError> {
        self.verdicts(&body.pushes)?;
        let last = kept(self.book, HEARD)?.and_then(|text| text.parse::<i64>().ok()).unwrap_or(i64::MIN);
        let told = body.hello.server_time;
        if told > last {
            self.hello(&body.hello)?;
        }
        self.snapshots(&body.snapshots, attached, told >= last)?;
        if told >= last {
            // An older reply may speak of a province that has been put back from a backup since.
            let (arrived, again) = blobs::heard(self.book, &body.blobs)?;
            (self.done.attachments, self.done.attachments_again) = (arrived, again);
        }
        for page in &body.pages {
            if !self.page(page)? {
                return Ok(());
            }
        }
        let changed = self.book.keep_outcomes(&body.settled)?;
        self.changed(changed);
        self.keep_anew(&body.snapshots)?;
        self.book.prune_sent(body.hello.durable)?;
        self.done.more = body.more;
        Ok(())
    }

    fn verdicts(&mut self, pushes: &[Pushed]) -> Result<(), PackageError> {
        let before = self.book.sync_state()?.waiting;
        for Pushed { first, reply } in pushes {
            // Put back from a backup, the province lacks what came before these changes.
            let lacks = reply.verdicts.is_empty() && reply.acked.saturating_add(1) < *first;
            let next = self.book.outbox_batch(1, 1)?;
            if lacks && next.first().is_some_and(|change| change.id.seq == *first) {
                self.book.send_again_after(reply.acked)?;
                self.done.more = true;
                break;
            }
            let changed = self.book.record_verdicts(reply, self.now_ms)?;
            self.changed(changed);
        }
        self.done.settled = before.saturating_sub(self.book.sync_state()?.waiting);
        Ok(())
    }

    /// Newer than anything the province has said here: users, scopes that begin, scopes that are withdrawn.
    fn hello(&mut self, hello: &HelloReply) -> Result<(), PackageError> {
        let scopes = whereabouts(self.book, hello, self.now_ms)?;
        standing::hear(self.book, hello, Heard::AskedAt(self.asked_at))?;
        for scope in scopes {
            match self.book.drop_scope(&scope) {
                Ok(changed) => self.changed(changed),
                // Handed over first (I11): it goes with the next package.
                Err(StoreError::WorkWaiting { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        // The next round on the line says hello and finds out whatever a package cannot tell.
        Ok(self.book.set_access(None)?)
    }

    fn snapshots(&mut self, all: &[Attached], bytes: &[u8], newest: bool) -> Result<(), PackageError> {
        let mut rest = bytes;
        for one in all {
            let length = usize::try_from(one.bytes).map_err(|_| Fault::Damaged)?;
            let (bytes, behind) = rest.split_at_checked(length).ok_or(Fault::Damaged)?;
            rest = behind;
            let here = self.cursor(&one.scope)?.map(asked);
            let wanted = match &here {
                // New to this desk, or a snapshot was broken off; an old reply must not bring back what was
                // withdrawn since.
                None => newest || planted("reply_brings_back"),
                here => *here == one.instead_of,
            };
            if wanted {
                match self.load(bytes) {
                    // One township does not hold up the others: it is asked for whole once more.
                    Err(PackageError::Sync(SyncError::Contradictory)) => {
                        once(&mut self.done.anew, one.scope.clone())
                    }
                    other => other?,
                }
            }
        }
        Ok(())
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), PackageError> {
        let (told, _) = mpsc::unbounded_channel();
        let outcome = snapshot::lay(self.book, bytes, told, self.now_ms).map_err(|error| match error {
            SyncError::Offline => Fault::Damaged.into(),
            other => PackageError::Sync(other),
        })?;
        self.done.loaded += outcome.records;
        self.changed(outcome.changed);
        while self.book.index_some(INDEXED)? > 0 {}
        Ok(())
    }

    /// False: nothing more of this reply can be used.
    fn page(&mut self, page: &ScopePage) -> Result<bool, PackageError> {
        // A page follows a cursor that this desk had. Where it has none now, the scope was given up since.
        if self.cursor(&page.scope)?.is_none() {
            return Ok(true);
        }
        match self.book.apply_page(page, self.now_ms) {
            Ok(outcome) => {
                self.done.entries += outcome.entries;
                self.changed(outcome.changed);
            }
            Err(StoreError::NotContiguous { scope }) => once(&mut self.done.gaps, scope),
            Err(StoreError::Differs { scope, .. }) => once(&mut self.done.anew, scope),
            // The scope began anew since, on the line.
            Err(StoreError::Rebase { .. }) => {}
            // A package cannot ask again: it is sure only under a new number.
            Err(StoreError::EchoUnknown { .. } | StoreError::Copied) => {
                self.book.take_new_incarnation()?;
                self.done.copied = true;
                return Ok(false);
            }
            Err(other) => return Err(other.into()),
        }
        Ok(true)
    }

    /// What is to be asked for whole next time: what differs now, and what differed before and did not come.
    fn keep_anew(&mut self, came: &[Attached]) -> Result<(), PackageError> {
        let before: Vec<RegionCode> =
            kept(self.book, ANEW)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let mut anew = self.done.anew.clone();
        for scope in before {
            if !came.iter().any(|one| one.scope == scope) {
                once(&mut anew, scope);
            }
        }
        let text = serde_json::to_string(&anew).unwrap_or_default();
        Ok(keep(self.book, ANEW, &text)?)
    }

    fn cursor(&self, scope: &RegionCode) -> Result<Option<ScopeCursor>, PackageError> {
        Ok(self.book.cursors()?.into_iter().find(|cursor| cursor.scope == *scope))
    }

    fn changed(&mut self, changed: Changed) {
        self.done.kinds.extend(changed.kinds);
    }
}

fn once(scopes: &mut Vec<RegionCode>, scope: RegionCode) {
    if !scopes.contains(&scope) {
        scopes.push(scope);
    }
}
