//! Recorded messages, read for ever (I15). The recordings lie in `fixtures/wire-<protocol>.<n>/`; a message that was
//! recorded is never changed. What came later stands in a later recording: `docs/sync.md` tells how one is made.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tiexin_protocol::package::{Header, Part, PushBody, ReplyBody, gather};
use tiexin_protocol::release::Release;
use tiexin_protocol::rescue::{LeftKey, Rescue, RescueFile};
use tiexin_protocol::statement::{AuditRoot, Claim, Lease, Standing, WipeOrder, Wiped};
use tiexin_protocol::wire::*;
use tiexin_protocol::{Digest, canonical};

/// FROZEN: each recording and the hash of all its files. A line is added with a recording and never changed.
const RECORDED: &[(&str, &str)] = &[
    ("wire-1.0", "3d4bdb15a759268bba867af0c6d1e90e8e5fccdad6d6f0d0e99297425664acf5"),
    ("wire-1.1", "547720894ccee0f7caf321d40b041bce5aea0cc8a2d984f175944c7e807832ab"),
    ("wire-1.2", "0fbefb0bf085fc3a92632b7e9ecee505425f4e6bdf4e8e39585c9aee1a8bd2f7"),
    ("wire-1.3", "4b398b7fd355f5cdb644985ab30bf0d93406ec26fb3628129e96ffb52e196099"),
    ("wire-1.4", "94d7bf69de3158b8fb8165ce16b3fcdfc607eea673f2d2eb78bc0b17d51747d8"),
    ("wire-1.5", "88a76c382e35f53ff46368de21677b63234178c1e83a32117a815fbabe4c2947"),
    ("wire-1.6", "4f7dad2bb1013bf513c3b917df82a16cbd2e250ff3a1b066af22295ee1527c6d"),
    ("wire-1.7", "aa80d7d88bc0c9d818a0b64b076bfa6a9005de7d0c46a8580c3845f46476c531"),
    ("wire-1.8", "afcfe0b202599aff86b771d3fc6842fc98f6435a03f28a6f7811ff13c2ffa424"),
];

fn shelf() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(shelf().join(folder)).unwrap();
    let read = |path: PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
    };
    let mut files: Vec<_> = entries.map(|entry| read(entry.unwrap().path())).collect();
    files.sort();
    files
}

fn messages(end: &str) -> Vec<(String, Vec<u8>)> {
    let all = RECORDED.iter().flat_map(|(folder, _)| files(folder));
    all.filter(|(name, _)| name.ends_with(end)).collect()
}

#[test]
fn no_recorded_file_was_changed() {
    let mut lying: Vec<String> = std::fs::read_dir(shelf())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("wire-"))
        .collect();
    lying.sort();
    let known: Vec<&str> = RECORDED.iter().map(|(folder, _)| *folder).collect();
    assert_eq!(lying, known, "every recording has its line in RECORDED");
    for (folder, recorded) in RECORDED {
        let mut hasher = blake3::Hasher::new();
        for (name, bytes) in files(folder) {
            hasher.update(&(name.len() as u64).to_be_bytes()).update(name.as_bytes());
            hasher.update(&(bytes.len() as u64).to_be_bytes()).update(&bytes);
        }
        assert_eq!(hasher.finalize().to_hex().as_str(), *recorded, "{folder}: a recording is never changed");
    }
}

/// Reads a message and writes it again.
fn again(shape: &str, value: Value) -> serde_json::Result<Value> {
    fn of<T: Serialize + DeserializeOwned>(value: Value) -> serde_json::Result<Value> {
        serde_json::to_value(serde_json::from_value::<T>(value)?)
    }
    match shape {
        "AuditPage" => of::<AuditPage>(value),
        "AuditReply" => of::<AuditReply>(value),
        "AuditRequest" => of::<AuditRequest>(value),
        "AuditRoot" => of::<AuditRoot>(value),
        "Claim" => of::<Claim>(value),
        "DeviceRow" => of::<DeviceRow>(value),
        "EnrolReply" => of::<EnrolReply>(value),
        "EnrolRequest" => of::<EnrolRequest>(value),
        "Header" => of::<Header>(value),
        "HelloReply" => of::<HelloReply>(value),
        "HelloRequest" => of::<HelloRequest>(value),
        "Lease" => of::<Lease>(value),
        "LeftKey" => of::<LeftKey>(value),
        "PackageState" => of::<PackageState>(value),
        "PullReply" => of::<PullReply>(value),
        "PullRequest" => of::<PullRequest>(value),
        "PushBody" => of::<PushBody>(value),
        "PushReply" => of::<PushReply>(value),
        "PushRequest" => of::<PushRequest>(value),
        "Quarantined" => of::<Quarantined>(value),
        "Record" => of::<tiexin_domain::Record>(value),
        "Refusal" => of::<Refusal>(value),
        "ReplyBody" => of::<ReplyBody>(value),
        "Rescue" => of::<Rescue>(value),
        "RescueFile" => of::<RescueFile>(value),
        "RevokeRequest" => of::<RevokeRequest>(value),
        "ReleaseReply" => of::<ReleaseReply>(value),
        "SnapshotHeader" => of::<SnapshotHeader>(value),
        "Standing" => of::<Standing>(value),
        "TokenReply" => of::<TokenReply>(value),
        "TokenRequest" => of::<TokenRequest>(value),
        "WipeOrder" => of::<WipeOrder>(value),
        "Wiped" => of::<Wiped>(value),
        other => panic!("no decoder for {other}: add it here"),
    }
}

#[test]
fn every_recorded_message_is_read_to_what_it_says() {
    let messages = messages(".json");
    assert!(messages.len() > 50, "{}", messages.len());
    for (name, bytes) in messages {
        let shape = name.split('.').nth(1).unwrap();
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        let read = again(shape, value.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(read, value, "{name}: something of it was lost, or came in");
        // A later program says more: that is passed over.
        if let Value::Object(fields) = &value
            && shape != "TokenReply"
        {
            let mut more = fields.clone();
            more.insert("from_the_future".into(), json!({"深": [1, null]}));
            let read = again(shape, Value::Object(more)).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(read, value, "{name}");
        }
    }
}

#[test]
fn every_recorded_part_is_read() {
    // Each recording sends its packages under the same ids.
    for (folder, _) in RECORDED {
        let recorded = files(folder).into_iter().filter(|(name, _)| name.ends_with(".txp"));
        let parts: Vec<Part> = recorded
            .map(|(name, bytes)| Part::read(bytes).unwrap_or_else(|e| panic!("{folder}/{name}: {e}")))
            .collect();
        for part in &parts {
            let header = canonical(&serde_json::to_value(&part.header).unwrap());
            assert!(part.signed().ends_with(&header), "what is read of a header is what was signed");
        }
        let packages = gather(parts).unwrap();
        assert!(packages.len() >= 2, "the way there and the way back");
        for package in packages {
            assert!(package.missing().is_empty());
            package.whole().unwrap();
        }
    }
}

/// What was signed of a version: desks of every version read it, and refuse by it.
#[test]
fn every_recorded_release_is_read() {
    let replies = messages("ReleaseReply.json");
    assert!(!replies.is_empty());
    for (name, bytes) in replies {
        let reply: ReleaseReply = serde_json::from_slice(&bytes).unwrap();
        let body = reply.newest.unwrap().body;
        let release: Release = serde_json::from_str(&body).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(release.sound(), Ok(()), "{name}");
        assert_eq!(canonical(&serde_json::to_value(&release).unwrap()), body.into_bytes(), "{name}");
    }
}

/// Fields and kinds that this program does not know stay as they were, down to the digest.
#[test]
fn what_nobody_knows_yet_survives() {
    let (name, bytes) = messages("wang-registers.PushRequest.json").remove(0);
    let push: PushRequest = serde_json::from_slice(&bytes).unwrap();
    let first = &push.changes[0];
    assert_eq!(first.set["from_the_future"], json!({"a": [1, "2", null, {"深": 1.5}]}), "{name}");
    assert_eq!((first.kind.as_str(), first.id.seq, first.base), ("household", 1, 0));
    assert!(push.changes[..3].iter().all(|change| change.group == first.group), "one group");
    let (_, bytes) = messages("qian-is-refused.PushRequest.json").remove(0);
    let push: PushRequest = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((push.changes[0].kind.as_str(), &push.changes[0].set["sign"]), ("horoscope", &json!("虎")));
    // The hash of a record is over all of it.
    let (_, bytes) = messages("reader-snapshot.Record.json").remove(0);
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    let record: tiexin_domain::Record = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(Digest::of(&record).0, *blake3::hash(&canonical(&value)).as_bytes());
}
