//! Bytes of attachments between real books and a real server, over lines that break.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use tiexin_domain::nouns::attachment::{Attachment, AttachmentKind};
use tiexin_domain::{Kind, Noun, RegionCode, Role};
use tiexin_protocol::blob::{BlobHash, CHUNK_BYTES, Chunks, Wanted, Way};
use tiexin_protocol::wire::{HelloReply, HelloRequest, PullReply, PullRequest, PushReply, Quarantined};
use tiexin_store::{BlobCounts, By};
use tiexin_sync::{
    CarryReport, Carrying, HttpProvince, Parcel, Province, SnapshotPart, SyncError, carry_blobs, device_key,
    run_round,
};
use uuid::Uuid;

use crate::town::{Desk, NOW, Town, household};

const VILLAGE: &str = "340323100001";

fn bytes(len: usize, seed: u8) -> Vec<u8> {
    let mut n = u64::from(seed) + 1;
    let next = |_| {
        n = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (n >> 56) as u8
    };
    (0..len).map(next).collect()
}

fn scope() -> RegionCode {
    VILLAGE.parse::<RegionCode>().unwrap().scope()
}

/// A photo of a family, saved at a desk.
fn attach(desk: &Desk, home: Uuid, photo: &[u8], thumb: &[u8]) -> Uuid {
    let attachment = Attachment {
        region: VILLAGE.parse().unwrap(),
        household: Some(home),
        owner: home,
        owner_kind: Kind::Household,
        what: AttachmentKind::HomeVisit,
        sha256: BlobHash::of(photo).to_string(),
        bytes: photo.len() as u64,
        mime: "image/jpeg".into(),
        width: None,
        height: None,
        thumb_sha256: Some(BlobHash::of(thumb).to_string()),
        thumb_bytes: Some(thumb.len() as u64),
        taken_at: None,
        note: None,
    };
    let id = Uuid::now_v7();
    let by = By { author: desk.user, now_ms: NOW, group: Uuid::new_v4() };
    desk.book.attach(id, &attachment, attachment.to_fields(), photo, Some(thumb), &by).unwrap();
    id
}

/// A line that carries so many chunks and then breaks, and may damage what comes down.
struct Line {
    inner: HttpProvince,
    left: AtomicU32,
    /// How many chunks are still to be damaged on their way down.
    damage: AtomicU32,
    /// Small picture or not, and which chunk, in order.
    carried: Mutex<Vec<(Way, bool, u32)>>,
}

impl Line {
    fn of(desk: &Desk, town: &Town, chunks: u32) -> Line {
        let device = desk.book.device().unwrap();
        let key = device_key(&device.key_seed);
        let inner = HttpProvince::new(&town.address(), device.id.map(|id| (id, key))).unwrap();
        Line { inner, left: chunks.into(), damage: 0.into(), carried: Mutex::default() }
    }

    fn one_more(&self, way: Way, one: &Wanted, chunk: u32) -> Result<(), SyncError> {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map_err(|_| SyncError::Offline)?;
        self.carried.lock().unwrap().push((way, one.thumb, chunk));
        Ok(())
    }
}

#[async_trait]
impl Province for Line {
    async fn hello(&self, request: &HelloRequest) -> Result<HelloReply, SyncError> {
        self.inner.hello(request).await
    }
    async fn push(&self, parcel: &Parcel) -> Result<PushReply, SyncError> {
        self.inner.push(parcel).await
    }
    async fn pull(&self, request: &PullRequest) -> Result<PullReply, SyncError> {
        self.inner.pull(request).await
    }
    async fn snapshot(
        &self,
        scope: &RegionCode,
        from: u64,
        tag: Option<&str>,
    ) -> Result<SnapshotPart, SyncError> {
        self.inner.snapshot(scope, from, tag).await
    }
    async fn quarantine(&self, scope: &RegionCode) -> Result<Vec<Quarantined>, SyncError> {
        self.inner.quarantine(scope).await
    }
    async fn blob_have(&self, one: &Wanted) -> Result<Chunks, SyncError> {
        self.inner.blob_have(one).await
    }
    async fn blob_put(&self, one: &Wanted, chunk: u32, bytes: Vec<u8>) -> Result<Chunks, SyncError> {
        self.one_more(Way::Up, one, chunk)?;
        self.inner.blob_put(one, chunk, bytes).await
    }
    async fn blob_get(&self, one: &Wanted, chunk: u32) -> Result<(Vec<u8>, String), SyncError> {
        self.one_more(Way::Down, one, chunk)?;
        let (mut bytes, print) = self.inner.blob_get(one, chunk).await?;
        let damaged =
            self.damage.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        if damaged {
            bytes[0] ^= 1;
        }
        Ok((bytes, print))
    }
}

async fn carry(desk: &Desk, line: &Line) -> Result<CarryReport, SyncError> {
    carry_blobs(&desk.book, line, &Carrying { stop: &|| false, arrived: &|_| {} }).await
}

fn sound(desk: &Desk) {
    let report = desk.book.verify().unwrap();
    assert!(report.sound(), "{:?}", report.faults);
}

fn files(desk: &Desk) -> usize {
    std::fs::read_dir(desk.book.dir().join("blobs")).map_or(0, Iterator::count)
}

const ENOUGH: u32 = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_line_cut_at_any_chunk_loses_none_and_carries_none_twice() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    b.round(&town).await;
    let home = Uuid::now_v7();
    a.save(home, household("张三"), NOW);
    let (photo, thumb) = (bytes(3 * CHUNK_BYTES + 7, 1), bytes(900, 2));
    attach(&a, home, &photo, &thumb);
    a.round(&town).await;
    for (desk, way) in [(&a, Way::Up), (&b, Way::Down)] {
        desk.round(&town).await;
        let mut all = Vec::new();
        // One chunk, then the line breaks; again and again.
        for _ in 0..20 {
            let line = Line::of(desk, &town, 1);
            let ended = carry(desk, &line).await;
            all.extend(line.carried.into_inner().unwrap());
            if ended.is_ok() {
                break;
            }
            assert_eq!(ended, Err(SyncError::Offline));
        }
        let expected: Vec<_> = [(true, 0), (false, 0), (false, 1), (false, 2), (false, 3)].into();
        let expected: Vec<_> = expected.into_iter().map(|(thumb, chunk)| (way, thumb, chunk)).collect();
        assert_eq!(all, expected, "the small picture first, every chunk once");
    }
    for desk in [&a, &b] {
        assert_eq!(desk.book.blob(&scope(), BlobHash::of(&photo)).unwrap().unwrap(), photo);
        assert_eq!(desk.book.blob(&scope(), BlobHash::of(&thumb)).unwrap().unwrap(), thumb);
        assert_eq!(desk.book.blob_counts().unwrap(), BlobCounts::default());
        sound(desk);
    }
    assert!(town.server.province.verify().await.unwrap().broken.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_chunk_is_fetched_again_and_no_line_is_damaged_for_ever() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    let home = Uuid::now_v7();
    a.save(home, household("李四"), NOW);
    let (photo, thumb) = (bytes(CHUNK_BYTES + 7, 3), bytes(90, 4));
    attach(&a, home, &photo, &thumb);
    a.round(&town).await;
    carry(&a, &Line::of(&a, &town, ENOUGH)).await.unwrap();
    b.round(&town).await;
    let line = Line::of(&b, &town, ENOUGH);
    line.damage.store(ENOUGH, Ordering::SeqCst);
    assert_eq!(carry(&b, &line).await.unwrap().down, 0);
    assert!(line.carried.lock().unwrap().len() < 10, "not looped");
    assert_eq!(b.book.blob_counts().unwrap().down, 1, "it still waits");
    let line = Line::of(&b, &town, ENOUGH);
    line.damage.store(2, Ordering::SeqCst);
    assert_eq!(carry(&b, &line).await.unwrap().down, 2);
    assert_eq!(b.book.blob(&scope(), BlobHash::of(&photo)).unwrap().unwrap(), photo);
    sound(&b);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_urgent_interrupts_between_two_chunks() {
    let town = Town::begin().await;
    let a = Desk::enrolled(&town).await;
    let home = Uuid::now_v7();
    a.save(home, household("王五"), NOW);
    attach(&a, home, &bytes(4 * CHUNK_BYTES, 5), &bytes(90, 6));
    a.round(&town).await;
    let line = Line::of(&a, &town, ENOUGH);
    let stop = || line.carried.lock().unwrap().len() >= 3;
    let report = carry_blobs(&a.book, &line, &Carrying { stop: &stop, arrived: &|_| {} }).await.unwrap();
    assert!(report.stopped);
    assert_eq!(line.carried.lock().unwrap().len(), 3);
    assert_eq!(carry(&a, &Line::of(&a, &town, ENOUGH)).await.unwrap().up, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_right_leaves_no_bytes_and_takes_unsent_ones_to_the_province_first() {
    let town = Town::begin().await;
    let province = &town.server.province;
    let a = Desk::enrolled(&town).await;
    let home = Uuid::now_v7();
    a.save(home, household("赵六"), NOW);
    let told = bytes(CHUNK_BYTES + 1, 7);
    attach(&a, home, &told, &bytes(80, 8));
    a.round(&town).await;
    carry(&a, &Line::of(&a, &town, ENOUGH)).await.unwrap();
    // Not yet told, and told but not yet carried.
    let waiting = [bytes(CHUNK_BYTES + 2, 9), bytes(CHUNK_BYTES + 3, 10)];
    let told_only = attach(&a, home, &waiting[0], &bytes(81, 11));
    a.round(&town).await;
    let untold = attach(&a, home, &waiting[1], &bytes(82, 12));
    assert_eq!(files(&a), 6);
    province.end_grant("worker", &Role::Worker, &scope(), None).await.unwrap();
    let line = Line::of(&a, &town, 2);
    assert_eq!(
        run_round(&a.book, &line, NOW, &|_, _| {}).await,
        Err(SyncError::Offline),
        "cut while handing over"
    );
    assert!(
        a.book.get(home).unwrap().is_some() && files(&a) == 6,
        "nothing is given up before it was handed over"
    );
    run_round(&a.book, &Line::of(&a, &town, ENOUGH), NOW, &|_, _| {}).await.unwrap();
    assert_eq!(files(&a), 0, "no bytes remain");
    assert!(a.book.get(home).unwrap().is_none() && a.book.blobs_wanted().unwrap().is_empty());
    sound(&a);
    // All of it is at the province: whoever may read there now gets it.
    province.add_user("second", "接手人").await.unwrap();
    let device = a.book.device().unwrap().id.unwrap();
    for (record, photo) in [(told_only, &waiting[0]), (untold, &waiting[1])] {
        let (scope, hash) = (scope(), BlobHash::of(photo));
        let asked = tiexin_server::Asked { device, scope: &scope, record, hash, chunk: 0 };
        assert!(province.blob_have(&asked).await.unwrap().0.is_whole());
    }
}
