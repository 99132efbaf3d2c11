//! A desk of today in front of a recorded province: it understands every recorded reply, to the digest (I6, I15).
//! What lies where: `crates/protocol/tests/recorded.rs`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use serde::de::DeserializeOwned;
use tiexin_domain::RegionCode;
use tiexin_protocol::package::{Address, Part, ReplyBody, Way, gather, split};
use tiexin_protocol::wire::*;
use tiexin_seal::Keys;
use tiexin_sync::{
    EnrolWish, Parcel, Province, ProvinceAddress, SnapshotPart, SyncError, joined, make, run_round, take_in,
};
use uuid::Uuid;

use crate::town::{Desk, NOW, household};

fn recordings() -> Vec<PathBuf> {
    let shelf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/tests/fixtures");
    let all = std::fs::read_dir(shelf).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("wire-")).collect()
}

fn file(folder: &Path, end: &str) -> Vec<u8> {
    let mut all = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = all.find(|path| path.to_str().unwrap().ends_with(end));
    std::fs::read(found.unwrap_or_else(|| panic!("{end}"))).unwrap()
}

fn message<T: DeserializeOwned>(folder: &Path, end: &str) -> T {
    serde_json::from_slice(&file(folder, &format!("{end}.json"))).unwrap()
}

/// Says again what was recorded for one desk.
struct Recorded {
    hello: HelloReply,
    /// Answers the first pull; afterwards there is nothing new.
    pull: Mutex<Option<PullReply>>,
    push: Option<PushReply>,
    snapshot: Bytes,
    /// Under which numbers hello was said.
    greeted: Mutex<Vec<Uuid>>,
}

impl Recorded {
    fn nothing_new(&self) -> PullReply {
        PullReply {
            pages: Vec::new(),
            access: self.hello.access.clone(),
            durable: 0,
            quarantine: None,
            settled: Vec::new(),
        }
    }
}

#[async_trait]
impl Province for Recorded {
    async fn hello(&self, said: &HelloRequest) -> Result<HelloReply, SyncError> {
        self.greeted.lock().unwrap().push(said.incarnation);
        Ok(self.hello.clone())
    }

    async fn push(&self, _: &Parcel) -> Result<PushReply, SyncError> {
        Ok(self.push.clone().expect("this desk has nothing to say"))
    }

    async fn pull(&self, _: &PullRequest) -> Result<PullReply, SyncError> {
        Ok(self.pull.lock().unwrap().take().unwrap_or_else(|| self.nothing_new()))
    }

    async fn quarantine(&self, _: &RegionCode) -> Result<Vec<Quarantined>, SyncError> {
        Ok(Vec::new())
    }

    async fn snapshot(&self, _: &RegionCode, _: u64, _: Option<&str>) -> Result<SnapshotPart, SyncError> {
        let chunks = self.snapshot.chunks(100).map(|part| Ok(Bytes::copy_from_slice(part)));
        let chunks: Vec<_> = chunks.collect();
        Ok(SnapshotPart { tag: None, resumed: false, chunks: futures::stream::iter(chunks).boxed() })
    }
}

/// A new desk, let in as the device of that recorded hello.
fn let_in(hello: &HelloReply, device: Uuid) -> Desk {
    let desk = Desk::alone();
    let wish = EnrolWish {
        address: ProvinceAddress::read("https://province.example", None).unwrap(),
        authority: None,
        code: String::new(),
        author: desk.user,
        device_name: "测试机".into(),
    };
    joined(&desk.book, &wish, EnrolReply { device, user: hello.users[0].clone() }).unwrap();
    desk
}

/// A province of which only the hello was recorded.
fn silent(hello: HelloReply) -> Recorded {
    Recorded { snapshot: Bytes::new(), pull: Mutex::new(None), push: None, greeted: Mutex::default(), hello }
}

async fn round(desk: &Desk, province: &Recorded) {
    run_round(&desk.book, province, NOW, &|_, _| {}).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_and_the_pages_behind_it_are_read_to_the_digest() {
    for folder in recordings() {
        for (who, pages) in [("reader", "reader-reads-on"), ("village", "village-reads-its-own")] {
            let asked: HelloRequest = message(&folder, &format!("{who}-hello.HelloRequest"));
            let hello: HelloReply = message(&folder, &format!("{who}-hello.HelloReply"));
            let pull: PullReply = message(&folder, &format!("{pages}.PullReply"));
            let page = pull.pages.iter().find(|page| page.scope == hello.scopes[0].scope).unwrap().clone();
            let desk = let_in(&hello, asked.device);
            let province = Recorded {
                snapshot: file(&folder, &format!("{who}-snapshot.snapshot.zst")).into(),
                pull: Mutex::new(Some(pull)),
                push: None,
                greeted: Mutex::default(),
                hello,
            };
            round(&desk, &province).await;
            let (seq, digest) = desk.agreed();
            assert_eq!((seq, digest), (page.head, page.digest.unwrap().to_string()), "{who}");
            let family = |n: u128| Uuid::from_u128(0x0199_b000_0000_7000_8000_0000_0000_0f00 + n);
            let stays = desk.fields(family(1));
            assert_eq!(stays["head_name"], "张三");
            assert_eq!(stays["from_the_future"]["a"][3]["深"], 1.5);
            let both = stays["notes"].as_str().unwrap();
            assert!(both.contains("腿脚不便") && both.contains("爱下棋"));
            assert!(desk.book.get(family(7)).unwrap().is_none(), "the family moved away");
            assert!(desk.book.get(family(2)).unwrap().is_some(), "the family came from the next village");
            assert!(desk.book.verify().unwrap().faults.is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_verdict_is_understood() {
    for folder in recordings() {
        for (who, sent) in [("qian-is-refused", 7), ("li-edits", 4)] {
            let asked: PushRequest = message(&folder, &format!("{who}.PushRequest"));
            let reply: PushReply = message(&folder, &format!("{who}.PushReply"));
            let hello: HelloReply = message(&folder, "reader-hello.HelloReply");
            let desk = let_in(&hello, asked.device);
            for n in 0..sent {
                desk.save(Uuid::from_u128(n + 1), household("甲户"), NOW);
            }
            let parked = reply
                .verdicts
                .iter()
                .filter(|told| matches!(told.verdict, tiexin_protocol::Verdict::Parked { .. }));
            let parked = parked.count() as u64;
            let conflicts = reply
                .verdicts
                .iter()
                .filter(|told| matches!(told.verdict, tiexin_protocol::Verdict::Conflict { .. }))
                .count() as u64;
            let province = Recorded {
                snapshot: file(&folder, "reader-snapshot.snapshot.zst").into(),
                pull: Mutex::new(None),
                push: Some(reply),
                greeted: Mutex::default(),
                hello,
            };
            round(&desk, &province).await;
            let state = desk.book.sync_state().unwrap();
            assert_eq!((state.waiting, state.parked, state.conflicts), (0, parked, conflicts), "{who}");
        }
    }
}

/// An old answer that somebody says again and again: the desk has told nothing under any number of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_province_that_never_agrees_does_not_number_the_book_anew_without_end() {
    for folder in recordings() {
        let asked: HelloRequest = message(&folder, "reader-hello.HelloRequest");
        let mut hello: HelloReply = message(&folder, "reader-hello.HelloReply");
        hello.acked = 7;
        let desk = let_in(&hello, asked.device);
        desk.save(Uuid::from_u128(1), household("甲户"), NOW);
        let province = silent(hello);
        let ended = run_round(&desk.book, &province, NOW, &|_, _| {}).await;
        assert_eq!(ended, Err(SyncError::Protocol("number")));
        let greeted = province.greeted.lock().unwrap();
        assert!((2..=5).contains(&greeted.len()), "{greeted:?}");
        assert_eq!(desk.book.sync_state().unwrap().waiting, 1, "what was saved waits");
    }
}

/// The body of the recorded reply, sealed for a desk of today.
#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_reply_of_a_package_is_taken_in() {
    for folder in recordings() {
        let mut body: ReplyBody = message(&folder, "far-gets-the-reply.ReplyBody");
        // The book below says other things than the recorded one did.
        body.hello.print = None;
        let header: tiexin_protocol::package::Header = message(&folder, "far-gets-the-reply.Header");
        let desk = let_in(&body.hello, header.address.device);
        let mut hello = body.hello.clone();
        hello.scopes.clear();
        // Nothing was told yet.
        hello.acked = 0;
        // A round before, for the province's keys.
        let province = silent(hello);
        round(&desk, &province).await;
        let sent = body.pushes[0].reply.verdicts.len() as u64;
        for n in 0..sent {
            desk.save(Uuid::from_u128(u128::from(n) + 1), household("甲户"), NOW);
        }
        // Only a reply to what this book asked is read.
        make(&desk.book, header.address.answers.unwrap(), 1 << 20, NOW).unwrap();
        let device = desk.book.device().unwrap();
        let own = Keys::of_desk(&device.key_seed).unwrap();
        let keys = Keys::of_province(&[1; 32]).unwrap();
        let sealed = {
            let recorded = open_recorded(&folder);
            tiexin_seal::seal(&own.public().seal, &body, &[&recorded]).unwrap()
        };
        let address = Address { incarnation: device.incarnation, way: Way::Reply, ..header.address };
        let parts = split(&address, &sealed, 1 << 20, |bytes| keys.sign(bytes)).unwrap();
        let told = take_in(&desk.book, &gather(parts).unwrap().remove(0), NOW).unwrap();
        assert_eq!(told.settled, sent);
        assert!(told.loaded > 0 && !told.copied);
        let state = desk.book.sync_state().unwrap();
        assert_eq!(state.waiting, 0);
    }
}

/// The snapshots behind the recorded reply.
fn open_recorded(folder: &Path) -> Vec<u8> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let parts = paths.filter(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.contains("far-gets-the-reply") && name.ends_with(".txp")
    });
    let parts = parts.map(|path| Part::read(std::fs::read(path).unwrap()).unwrap()).collect();
    let whole = gather(parts).unwrap().remove(0).whole().unwrap();
    let keys = Keys::of_desk(&[7; 32]).unwrap();
    tiexin_seal::open::<ReplyBody>(&keys, &whole).unwrap().1
}
