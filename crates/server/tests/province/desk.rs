//! A desk as small as can be: it numbers its changes and follows the log, checking every promise on the way.

use std::collections::{BTreeMap, HashMap};

use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use tiexin_domain::Record;
use tiexin_domain::record::Fields;
use tiexin_protocol::wire::*;
use tiexin_protocol::{Chain, Change, ChangeId, Digest, EntryHash, LogEntry, PROTOCOL, Verdict, VoidChange};
use tiexin_server::Province;
use uuid::Uuid;

use crate::place::region;

pub struct Desk {
    pub device: Uuid,
    pub incarnation: Uuid,
    pub user: Uuid,
    /// The id under which the user records here.
    pub author: Uuid,
    pub key: SigningKey,
    pub seq: u64,
    pub sent: HashMap<u64, Change>,
    pub scopes: BTreeMap<String, Followed>,
}

/// A scope as the desk has it.
#[derive(Debug, Clone, Default)]
pub struct Followed {
    pub generation: Uuid,
    pub view: View,
    pub since: u64,
    pub chain: Chain,
    pub records: HashMap<Uuid, Record>,
    /// Everything the server let the desk read of it, for I10.
    pub seen: Vec<String>,
}

impl Followed {
    pub fn digest(&self) -> Digest {
        self.records.values().fold(Digest::default(), |sum, r| sum.plus(Digest::of(r)))
    }
}

impl Desk {
    pub async fn enrol(province: &Province, user: &str) -> Desk {
        let code = province.enrol_code(user, 7).await.unwrap();
        let key = SigningKey::from_bytes(&rand32());
        let request = EnrolRequest {
            code,
            device: None,
            device_key: hex::encode(key.verifying_key().as_bytes()),
            device_name: "测试机".into(),
            author: Uuid::new_v4(),
            app: "test".into(),
        };
        let reply = province.enrol(&request).await.unwrap();
        Desk {
            device: reply.device,
            incarnation: Uuid::new_v4(),
            user: reply.user.id,
            author: request.author,
            key,
            seq: 0,
            sent: HashMap::new(),
            scopes: BTreeMap::new(),
        }
    }

    pub fn sign(&self, nonce: &str) -> String {
        hex::encode(self.key.sign(format!("tiexin-token-v1:{nonce}").as_bytes()).to_bytes())
    }

    /// The next change, in a group of its own.
    pub fn change(&mut self, kind: &str, record: Uuid, scope: &str, base: u64, set: Value) -> Change {
        self.seq += 1;
        Change {
            id: ChangeId { device: self.device, incarnation: self.incarnation, seq: self.seq },
            group: Uuid::new_v4(),
            record,
            kind: kind.into(),
            scope: region(scope),
            base,
            set: set.as_object().unwrap().clone(),
            void: None,
            author: self.author,
            noted_at: 1_791_165_600_000,
        }
    }

    pub fn new_household(&mut self, record: Uuid, village: &str, name: &str) -> Change {
        let scope = &village[..9];
        self.change("household", record, scope, 0, json!({"region": village, "head_name": name}))
    }

    pub fn edit(&mut self, record: Uuid, scope: &str, base: u64, set: Value) -> Change {
        self.change("household", record, scope, base, set)
    }

    pub fn hide(&mut self, record: Uuid, scope: &str, base: u64) -> Change {
        let mut change = self.change("household", record, scope, base, json!({}));
        change.void = Some(VoidChange::Hide(tiexin_domain::record::Void { reason: "重复登记".into() }));
        change
    }

    pub fn pushing(&self, changes: &[Change]) -> PushRequest {
        PushRequest { device: self.device, incarnation: self.incarnation, changes: changes.to_vec() }
    }

    pub async fn push(&mut self, province: &Province, changes: &[Change]) -> PushReply {
        self.sent.extend(changes.iter().map(|change| (change.id.seq, change.clone())));
        province.push(&self.pushing(changes)).await.unwrap()
    }

    pub async fn hello(&self, province: &Province) -> HelloReply {
        let request = HelloRequest {
            device: self.device,
            incarnation: self.incarnation,
            protocol: PROTOCOL,
            app: "test".into(),
        };
        province.hello(&request).await.unwrap()
    }

    pub fn pulling(&self, cursors: Vec<Cursor>) -> PullRequest {
        PullRequest { device: self.device, incarnation: self.incarnation, cursors }
    }

    /// Says hello and pulls until every scope is at its head. Checks order, chain and digest all the way.
    pub async fn follow(&mut self, province: &Province) {
        for head in self.hello(province).await.scopes {
            let at = self.scopes.entry(head.scope.to_string()).or_default();
            if at.generation != head.generation || at.view != head.view {
                *at = Followed { generation: head.generation, view: head.view, ..Followed::default() };
            }
        }
        loop {
            let cursors = self.cursors();
            let reply = province.pull(&self.pulling(cursors)).await.unwrap();
            let more = reply.pages.iter().any(|page| page.next < page.head);
            for page in reply.pages {
                self.take(page);
            }
            if !more {
                return;
            }
        }
    }

    pub fn cursors(&self) -> Vec<Cursor> {
        self.scopes
            .iter()
            .map(|(scope, at)| Cursor {
                scope: region(scope),
                generation: at.generation,
                since: at.since,
                view: at.view.clone(),
            })
            .collect()
    }

    pub fn take(&mut self, page: ScopePage) {
        assert!(!page.rebase, "a cursor of our own never rebases here");
        let at = self.scopes.get_mut(page.scope.as_str()).expect("a scope we asked for");
        assert_eq!((page.generation, &page.view), (at.generation, &at.view));
        for entry in &page.entries {
            at.seen.push(serde_json::to_string(entry).unwrap());
            let seq = match entry {
                PageEntry::Full(entry) => fold(at, entry, &page.scope),
                PageEntry::Echo { seq, own } => {
                    let entry = echoed(&self.sent[own], *seq);
                    fold(at, &entry, &page.scope)
                }
                PageEntry::Hidden { seq, hash } => {
                    at.chain = at.chain.link(*hash);
                    *seq
                }
                PageEntry::Crossed { seq, hash, id, record } => {
                    at.chain = at.chain.link(*hash);
                    match record {
                        Some(record) => at.records.insert(*id, record.clone()),
                        None => at.records.remove(id),
                    };
                    *seq
                }
            };
            assert_eq!(seq, at.since + 1, "I5: no gap, no skip");
            at.since = seq;
        }
        assert_eq!((page.next, page.chain), (at.since, at.chain), "I14");
        assert_eq!(page.digest.is_some(), page.next == page.head);
        if let Some(digest) = page.digest {
            assert_eq!(digest, at.digest(), "I6");
        }
    }

    pub fn record(&self, scope: &str, id: Uuid) -> Option<&Record> {
        self.scopes.get(scope)?.records.get(&id)
    }

    pub fn field(&self, scope: &str, id: Uuid, field: &str) -> Value {
        self.record(scope, id).and_then(|r| r.fields.get(field)).cloned().unwrap_or(Value::Null)
    }
}

fn fold(at: &mut Followed, entry: &LogEntry, scope: &tiexin_domain::RegionCode) -> u64 {
    at.chain = at.chain.link(EntryHash::of(entry));
    let before = at.records.remove(&entry.record);
    at.records.insert(entry.record, entry.fold(before, scope));
    entry.seq
}

fn echoed(change: &Change, seq: u64) -> LogEntry {
    LogEntry {
        seq,
        origin: change.id,
        record: change.record,
        kind: change.kind.clone(),
        set: change.set.clone(),
        void: change.void.clone(),
        author: change.author,
        noted_at: change.noted_at,
        overwrote: Vec::new(),
    }
}

pub fn rand32() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(Uuid::new_v4().as_bytes());
    bytes[16..].copy_from_slice(Uuid::new_v4().as_bytes());
    bytes
}

/// `applied`, `conflict` or the code of the park.
pub fn words(reply: &PushReply) -> Vec<String> {
    reply
        .verdicts
        .iter()
        .map(|told| match &told.verdict {
            Verdict::Applied { .. } => "applied".into(),
            Verdict::Conflict { .. } => "conflict".into(),
            Verdict::Parked { code, .. } => serde_json::to_value(code).unwrap().as_str().unwrap().to_owned(),
        })
        .collect()
}

pub fn version(reply: &PushReply, at: usize) -> u64 {
    match &reply.verdicts[at].verdict {
        Verdict::Applied { version } => *version,
        other => panic!("not applied: {other:?}"),
    }
}

pub fn fields(value: Value) -> Fields {
    value.as_object().unwrap().clone()
}
