//! Recorded packages, statements and rescue files are opened for ever. What lies where:
//! `crates/protocol/tests/recorded.rs`.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tiexin_protocol::package::{Fault, Gathered, Part, PushBody, ReplyBody, gather};
use tiexin_protocol::rescue::{Rescue, RescueFile};
use tiexin_protocol::statement::{AuditRoot, Lease, WipeOrder};
use tiexin_protocol::wire::{HelloReply, Refusal};
use tiexin_seal::{Keys, check, open, verify, with_code};

/// The province of all recordings, and the desk that carries.
fn province() -> Keys {
    Keys::of_province(&[1; 32]).unwrap()
}

fn desk() -> Keys {
    Keys::of_desk(&[7; 32]).unwrap()
}

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

fn package(folder: &Path, what: &str) -> Gathered {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let parts = paths.filter(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.contains(what) && name.ends_with(".txp")
    });
    gather(parts.map(|path| Part::read(std::fs::read(path).unwrap()).unwrap()).collect()).unwrap().remove(0)
}

#[test]
fn recorded_packages_are_opened_by_whom_they_are_for() {
    for folder in recordings() {
        let out = package(&folder, "far-writes-a-stick");
        let back = package(&folder, "far-gets-the-reply");
        for (package, from, other) in [(&out, desk(), province()), (&back, province(), desk())] {
            for part in package.held() {
                assert_eq!(verify(part, &from.public().sign), Ok(()));
                assert_eq!(verify(part, &other.public().sign), Err(Fault::Forged));
            }
        }
        let (body, attached): (PushBody, _) = open(&province(), &out.whole().unwrap()).unwrap();
        assert_eq!(json!(body), message::<Value>(&folder, "far-writes-a-stick.PushBody"));
        assert_eq!(attached.len() as u64, body.blobs.iter().map(|one| one.bytes).sum::<u64>());
        let (body, attached): (ReplyBody, _) = open(&desk(), &back.whole().unwrap()).unwrap();
        assert_eq!(attached.len() as u64, body.snapshots.iter().map(|one| one.bytes).sum::<u64>());
        assert_eq!(json!(body), message::<Value>(&folder, "far-gets-the-reply.ReplyBody"));
    }
}

#[test]
fn recorded_statements_are_still_the_provinces_word() {
    for folder in recordings() {
        let key = province().public().sign;
        let hello: HelloReply = message(&folder, "chief-hello-with-everything.HelloReply");
        let lease: Lease = check(&key, &hello.lease.unwrap()).unwrap();
        assert!(lease.until > lease.told);
        let root: AuditRoot = check(&key, &hello.root.clone().unwrap()).unwrap();
        assert_eq!(root.day.len(), 10);
        assert_eq!(check::<Lease>(&key, &hello.root.unwrap()), Err(Fault::Forged), "of another kind");
        let refusal: Refusal = message(&folder, "qian-was-lost.Refusal");
        let order: WipeOrder = check(&key, &refusal.order.unwrap()).unwrap();
        assert!(!order.hand_over);
    }
}

#[test]
fn a_recorded_rescue_file_is_opened_by_its_code() {
    for folder in recordings() {
        let file: RescueFile = message(&folder, "rescue.RescueFile");
        let rescue: Rescue = with_code("ab01 cdef 2345", &file.sealed).unwrap();
        assert_eq!(json!(rescue), message::<Value>(&folder, "rescue.Rescue"));
        assert_eq!(with_code::<Rescue>("ab01 cdef 2346", &file.sealed).err(), Some(Fault::OtherDesk));
    }
}
