//! A desk that is kept open: tokens end, the server comes back with another secret, the device is revoked. Every
//! message over real HTTP.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::StreamExt;
use serde_json::json;
use tiexin_domain::nouns::attachment::{Attachment, AttachmentKind};
use tiexin_domain::{Kind, Noun, RegionCode, Role};
use tiexin_protocol::blob::{BlobHash, Chunks, Wanted};
use tiexin_protocol::wire::{
    HelloReply, HelloRequest, PullReply, PullRequest, PushReply, Quarantined, RefusalCode, RevokeRequest,
};
use tiexin_store::By;
use tiexin_sync::{
    Carrying, Engine, HttpProvince, Pace, Parcel, Province, SnapshotPart, SyncError, carry_blobs, due, make,
    run_round,
};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::town::{Desk, NOW, Town, household, with};

const HOUR: i64 = 3_600_000;
const VILLAGE: &str = "340323100001";
/// Every message of a round, and of the attachments after it. `prints`: a hello that asks about an older number of
/// this book.
const MESSAGES: [&str; 10] = [
    "hello",
    "prints",
    "push",
    "pull",
    "snapshot",
    "snapshot resumed",
    "quarantine",
    "blob_have",
    "blob_put",
    "blob_get",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_with_tokens_of_a_second_stays_in_sync() {
    let town = Town::with_tokens_of(1).await;
    let (desk, other) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    let engine = Engine::start(desk.book.clone(), Arc::new(|| NOW), Pace::REAL);
    let mut status = engine.status();
    let (begun, mut saved) = (Instant::now(), 0);
    // Longer than three lives of a token, whatever second it began in.
    while begun.elapsed() < Duration::from_secs(7) {
        desk.save(Uuid::now_v7(), household("张三"), NOW);
        saved += 1;
        engine.saved();
        let told = tokio::time::timeout(Duration::from_secs(30), async {
            loop {
                let now = status.borrow_and_update().clone();
                assert_eq!(now.trouble, None, "after {:?}", begun.elapsed());
                if now.complete && desk.book.sync_state().unwrap().waiting == 0 {
                    return;
                }
                status.changed().await.unwrap();
            }
        });
        told.await.expect("the round ends");
    }
    let read = other.round(&town).await;
    assert_eq!(read.loaded + read.pulled, saved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_stays_in_sync_for_three_days_on_one_line() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    let line = desk.line(&town.address());
    for hour in 0..72 {
        town.pass(HOUR);
        desk.save(Uuid::now_v7(), household("李四"), NOW + hour * HOUR);
        run_round(&desk.book, &line, NOW + hour * HOUR, &|_, _| {}).await.unwrap();
        // The lease goes on as well.
        let lease = desk.book.lease(NOW + hour * HOUR).unwrap().unwrap();
        assert!(lease.ends - lease.now > 29 * 24 * HOUR, "hour {hour}");
    }
    assert_eq!(town.server.province.verify().await.unwrap().entries, 72);
}

/// What happens before a message leaves.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Happens {
    /// The token's life is over, each time.
    TokenEnds,
    /// The server comes back with another secret, each time.
    OtherSecret,
    /// The device is shut out before the first message of this name.
    Revoked(&'static str),
}

/// A desk's line with everything that happens to it.
struct Watched {
    inner: HttpProvince,
    device: Uuid,
    town: Arc<Mutex<Town>>,
    happens: Happens,
    seen: std::sync::Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    names: BTreeSet<&'static str>,
    /// Messages since the device was shut out.
    after: Option<u32>,
    /// The snapshot was broken off once.
    broken_off: bool,
}

impl Watched {
    async fn of(desk: &Desk, town: &Arc<Mutex<Town>>, happens: Happens) -> Watched {
        let inner = desk.line(&town.lock().await.address());
        let device = desk.book.device().unwrap().id.unwrap();
        Watched { inner, device, town: town.clone(), happens, seen: Default::default() }
    }

    /// Sends a message after what happens; says how many requests it may cost.
    async fn send<T>(
        &self,
        name: &'static str,
        message: impl Future<Output = Result<T, SyncError>>,
    ) -> Result<T, SyncError> {
        let new = self.seen.lock().unwrap().names.insert(name);
        match self.happens {
            Happens::TokenEnds => self.town.lock().await.pass(2 * HOUR),
            Happens::OtherSecret => self.town.lock().await.take_another_secret().await,
            Happens::Revoked(at) if at == name && new => {
                self.town.lock().await.server.province.revoke_device(self.device).await.unwrap();
                self.seen.lock().unwrap().after = Some(0);
            }
            Happens::Revoked(_) => {}
        }
        let before = self.inner.traffic().1;
        let answer = message.await;
        let requests = self.inner.traffic().1 - before;
        match self.happens {
            // Not taken; a nonce; a token; once more. Or the first token of this line.
            Happens::TokenEnds => assert!(matches!(requests, 3 | 4), "{name}: {requests}"),
            // A connection that ended is told as such, and the desk tries again.
            Happens::OtherSecret => assert!(requests <= 4, "{name}: {requests}"),
            Happens::Revoked(_) => {
                if let Some(after) = &mut self.seen.lock().unwrap().after {
                    *after += 1;
                    assert!(requests <= 3, "{name}: {requests}");
                }
            }
        }
        answer
    }

    fn names(&self) -> BTreeSet<&'static str> {
        self.seen.lock().unwrap().names.clone()
    }
}

#[async_trait]
impl Province for Watched {
    async fn hello(&self, request: &HelloRequest) -> Result<HelloReply, SyncError> {
        let name = if request.former.is_empty() { "hello" } else { "prints" };
        self.send(name, self.inner.hello(request)).await
    }
    async fn push(&self, parcel: &Parcel) -> Result<PushReply, SyncError> {
        self.send("push", self.inner.push(parcel)).await
    }
    async fn pull(&self, request: &PullRequest) -> Result<PullReply, SyncError> {
        self.send("pull", self.inner.pull(request)).await
    }
    async fn quarantine(&self, scope: &RegionCode) -> Result<Vec<Quarantined>, SyncError> {
        self.send("quarantine", self.inner.quarantine(scope)).await
    }
    async fn blob_have(&self, one: &Wanted) -> Result<Chunks, SyncError> {
        self.send("blob_have", self.inner.blob_have(one)).await
    }
    async fn blob_put(&self, one: &Wanted, chunk: u32, bytes: Vec<u8>) -> Result<Chunks, SyncError> {
        self.send("blob_put", self.inner.blob_put(one, chunk, bytes)).await
    }
    async fn blob_get(&self, one: &Wanted, chunk: u32) -> Result<(Vec<u8>, String), SyncError> {
        self.send("blob_get", self.inner.blob_get(one, chunk)).await
    }

    /// The first one breaks off after some bytes: it goes on from there.
    async fn snapshot(
        &self,
        scope: &RegionCode,
        from: u64,
        tag: Option<&str>,
    ) -> Result<SnapshotPart, SyncError> {
        let name = if from == 0 { "snapshot" } else { "snapshot resumed" };
        let part = self.send(name, self.inner.snapshot(scope, from, tag)).await?;
        assert_eq!(part.resumed, from > 0);
        if std::mem::replace(&mut self.seen.lock().unwrap().broken_off, true) {
            return Ok(part);
        }
        let begun = part.chunks.take(1).map(|chunk| chunk.map(|bytes| bytes.slice(..bytes.len().min(40))));
        let chunks = begun.chain(futures::stream::iter([Err(SyncError::Offline)])).boxed();
        Ok(SnapshotPart { chunks, ..part })
    }
}

/// A province with records, pictures and a decision that waits; and a desk that has not spoken yet, of somebody
/// who may see and decide it all.
async fn waiting_desk() -> (Arc<Mutex<Town>>, Desk, Desk) {
    let town = Town::begin().await;
    town.server.province.add_user("chief", "主任").await.unwrap();
    town.grant_to("chief", Role::Supervisor, "340323").await;
    let other = Desk::enrolled(&town).await;
    other.round(&town).await;
    let home = Uuid::now_v7();
    other.save(home, household("张三"), NOW);
    attach(&other, home, 1);
    other.save(Uuid::now_v7(), with(household("别处"), "region", json!("340323104001")), NOW);
    other.round(&town).await;
    let line = other.line(&town.address());
    assert_eq!(carry(&other, &line).await, Ok((2, 0)));

    let chief = Desk::alone();
    chief.enrol_as("chief", &town).await;
    // What is told is not safe before a backup ends: under another number it is asked about.
    town.server.province.backup_begins().await.unwrap();
    chief.save(Uuid::now_v7(), household("早先"), NOW);
    (Arc::new(Mutex::new(town)), other, chief)
}

fn attach(desk: &Desk, home: Uuid, seed: u8) {
    let (photo, thumb) = (vec![seed; 300_000], vec![seed; 9_000]);
    let attachment = Attachment {
        region: VILLAGE.parse().unwrap(),
        household: Some(home),
        owner: home,
        owner_kind: Kind::Household,
        what: AttachmentKind::HomeVisit,
        sha256: BlobHash::of(&photo).to_string(),
        bytes: photo.len() as u64,
        mime: "image/jpeg".into(),
        width: None,
        height: None,
        thumb_sha256: Some(BlobHash::of(&thumb).to_string()),
        thumb_bytes: Some(thumb.len() as u64),
        taken_at: None,
        note: None,
    };
    let by = By { author: desk.user, now_ms: NOW, group: Uuid::new_v4() };
    let fields = attachment.to_fields();
    desk.book.attach(Uuid::now_v7(), &attachment, fields, &photo, Some(&thumb), &by).unwrap();
}

async fn carry(desk: &Desk, province: &dyn Province) -> Result<(u64, u64), SyncError> {
    let carrying = Carrying { stop: &|| false, arrived: &|_| {} };
    carry_blobs(&desk.book, province, &carrying).await.map(|report| (report.up, report.down))
}

/// Everything that a desk says: its first round, one under another number, attachments both ways.
async fn everything(desk: &Desk, line: &Watched) -> Result<(), SyncError> {
    run_round(&desk.book, line, NOW, &|_, _| {}).await?;
    desk.book.take_new_incarnation().unwrap();
    desk.book.set_access(None).unwrap();
    let home = Uuid::now_v7();
    desk.save(home, household("李四"), NOW);
    attach(desk, home, 2);
    run_round(&desk.book, line, NOW + 1, &|_, _| {}).await?;
    // Only the small picture comes by itself: it is not of a township where this person works.
    assert_eq!(carry(desk, line).await?, (2, 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_survives_the_end_of_its_token() {
    let (town, other, chief) = waiting_desk().await;
    let line = Watched::of(&chief, &town, Happens::TokenEnds).await;
    everything(&chief, &line).await.unwrap();
    assert_eq!(line.names(), BTreeSet::from(MESSAGES));
    by_courier_and_page(&chief, &other, &line, Ok(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_survives_a_server_with_another_secret() {
    let (town, other, chief) = waiting_desk().await;
    let line = Watched::of(&chief, &town, Happens::OtherSecret).await;
    everything(&chief, &line).await.unwrap();
    assert_eq!(line.names(), BTreeSet::from(MESSAGES));
    // A package is sealed for the keys of the province that were.
    by_courier_and_page(&chief, &other, &line, Err(RefusalCode::PackageOtherProvince)).await;
}

/// What is not part of a round: packages of others, the page of devices.
async fn by_courier_and_page(chief: &Desk, other: &Desk, line: &Watched, package: Result<(), RefusalCode>) {
    let made = make(&other.book, Uuid::new_v4(), 1 << 20, NOW).unwrap();
    for part in &made.parts {
        match (line.send("deliver", line.inner.deliver(part.bytes())).await, &package) {
            (Ok(state), Ok(())) => {
                let reply = line.inner.fetch_reply(state.package, 1);
                assert!(!line.send("fetch_reply", reply).await.unwrap().is_empty());
            }
            (Err(SyncError::Refused { code, .. }), Err(wanted)) if code == *wanted => {
                let none = line.send("fetch_reply", line.inner.fetch_reply(Uuid::nil(), 1)).await;
                assert!(matches!(none, Err(SyncError::Refused { code: RefusalCode::NotFound, .. })));
            }
            (answer, _) => panic!("{answer:?}"),
        }
    }
    let rows = line.send("devices", line.inner.devices(chief.user)).await.unwrap();
    assert_eq!(rows.len(), 2);
    let lost = other.book.device().unwrap().id.unwrap();
    let ask = RevokeRequest { author: chief.user, lost: true };
    line.send("revoke", line.inner.revoke(lost, &ask)).await.unwrap();
    let address = line.town.lock().await.address();
    assert!(matches!(other.round_at(&address, NOW).await, Err(SyncError::Shut(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_shut_out_hears_so_at_any_message_and_asks_no_more() {
    for at in MESSAGES {
        let (town, _, chief) = waiting_desk().await;
        let line = Watched::of(&chief, &town, Happens::Revoked(at)).await;
        let told = everything(&chief, &line).await;
        let told_once = match &told {
            Err(SyncError::Shut(_)) => true,
            // The answer to HEAD has no room for the order.
            Err(SyncError::Refused { code: RefusalCode::DeviceRevoked, .. }) => at == "blob_have",
            _ => false,
        };
        assert!(told_once, "{at}: {told:?}");
        let after = line.seen.lock().unwrap().after;
        // What it pushes is parked, not lost; the pull behind it says so.
        assert!(after.is_some_and(|after| after <= 1 + u32::from(at == "push")), "{at}: {after:?}");
        // The next round hears the order at the latest, with a token that lives and with one that is over.
        for passed in [0, 2 * HOUR] {
            town.lock().await.pass(passed);
            let again = run_round(&chief.book, &line, NOW + 2, &|_, _| {}).await;
            assert!(matches!(again, Err(SyncError::Shut(_))), "{at}: {again:?}");
        }
        // A desk that never heard the province's keys believes no order, and has nothing of others.
        assert_eq!(due(&chief.book).unwrap().is_some(), at != "hello", "{at}");
    }
}

/// As the page of devices and the courier meet it.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_shut_out_carries_and_asks_nothing() {
    let (town, other, chief) = waiting_desk().await;
    let line = Watched::of(&chief, &town, Happens::Revoked("devices")).await;
    everything(&chief, &line).await.unwrap();
    let made = make(&other.book, Uuid::new_v4(), 1 << 20, NOW).unwrap();
    let lost = other.book.device().unwrap().id.unwrap();
    let ask = RevokeRequest { author: chief.user, lost: true };
    let shut = |name: &str, answer: Result<(), SyncError>| {
        assert!(matches!(answer, Err(SyncError::Shut(_))), "{name}: {answer:?}");
    };
    shut("devices", line.send("devices", line.inner.devices(chief.user)).await.map(drop));
    shut("revoke", line.send("revoke", line.inner.revoke(lost, &ask)).await.map(drop));
    shut("deliver", line.send("deliver", line.inner.deliver(made.parts[0].bytes())).await.map(drop));
    shut("fetch_reply", line.send("fetch_reply", line.inner.fetch_reply(Uuid::nil(), 1)).await.map(drop));
}
