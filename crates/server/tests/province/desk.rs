//! A desk as small as can be: it numbers its changes and follows the log, checking every promise on the way.

use std::collections::{BTreeMap, HashMap};

use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use tiexin_domain::Record;
use tiexin_protocol::wire::*;
use tiexin_protocol::{
    Chain, Change, ChangeId, Digest, EntryHash, LogEntry, PROTOCOL, Verdict, VoidChange, canonical,
};
use tiexin_server::Province;
use uuid::Uuid;

use crate::place::region;

pub(crate) struct Desk {
    pub(crate) device: Uuid,
    pub(crate) incarnation: Uuid,
    pub(crate) user: Uuid,
    /// The id under which the user records here.
    pub(crate) author: Uuid,
    pub(crate) key: SigningKey,
    pub(crate) seq: u64,
    pub(crate) sent: HashMap<u64, Change>,
    pub(crate) scopes: BTreeMap<String, Followed>,
}

/// A scope as the desk has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Followed {
    pub(crate) generation: Uuid,
    pub(crate) view: View,
    pub(crate) since: u64,
    pub(crate) chain: Chain,
    pub(crate) records: HashMap<Uuid, Record>,
    /// Everything the server let the desk read of it, for I10.
    pub(crate) seen: Vec<String>,
}

impl Followed {
    pub(crate) fn digest(&self) -> Digest {
        self.records.values().fold(Digest::default(), |sum, r| sum.plus(Digest::of(r)))
    }
}

impl Desk {
    pub(crate) async fn enrol(province: &Province, user: &str) -> Desk {
        let code = province.enrol_code(user, 7).await.unwrap();
        let key = SigningKey::from_bytes(&rand32());
        let request = EnrolRequest {
            code,
            device: None,
            device_key: hex::encode(key.verifying_key().as_bytes()),
            device_name: "测试机".into(),
            author: Uuid::new_v4(),
            app: "test".into(),
            person: None,
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

    /// Another user joins an enrolled desk.
    pub(crate) async fn join(
        province: &Province,
        desk: &Desk,
        user: &str,
        author: Uuid,
    ) -> tiexin_server::Result<EnrolReply> {
        let request = EnrolRequest {
            code: province.enrol_code(user, 7).await.unwrap(),
            device: Some(desk.device),
            device_key: hex::encode(desk.key.verifying_key().as_bytes()),
            device_name: "测试机".into(),
            author,
            app: "test".into(),
            person: None,
        };
        province.enrol(&request).await
    }

    pub(crate) fn sign(&self, nonce: &str) -> String {
        hex::encode(self.key.sign(format!("tiexin-token-v1:{nonce}").as_bytes()).to_bytes())
    }

    /// The next change, in a group of its own.
    pub(crate) fn change(&mut self, kind: &str, record: Uuid, scope: &str, base: u64, set: Value) -> Change {
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

    pub(crate) fn new_household(&mut self, record: Uuid, village: &str, name: &str) -> Change {
        let scope = &village[..9];
        self.change("household", record, scope, 0, json!({"region": village, "head_name": name}))
    }

    pub(crate) fn edit(&mut self, record: Uuid, scope: &str, base: u64, set: Value) -> Change {
        self.change("household", record, scope, base, set)
    }

    pub(crate) fn hide(&mut self, record: Uuid, scope: &str, base: u64) -> Change {
        let mut change = self.change("household", record, scope, base, json!({}));
        change.void = Some(VoidChange::Hide(tiexin_domain::record::Void { reason: "重复登记".into() }));
        change
    }

    pub(crate) fn pushing(&self, changes: &[Change]) -> PushRequest {
        let first = changes.iter().map(|change| change.id.seq).min();
        let before = first.and_then(|first| self.sent.get(&first.wrapping_sub(1)));
        PushRequest {
            before: before.map(|told| canonical::short(&canonical::print(told))),
            device: self.device,
            incarnation: self.incarnation,
            changes: changes.to_vec(),
            generations: Default::default(),
        }
    }

    pub(crate) async fn push(&mut self, province: &Province, changes: &[Change]) -> PushReply {
        self.sent.extend(changes.iter().map(|change| (change.id.seq, change.clone())));
        province.push(&self.pushing(changes)).await.unwrap()
    }

    pub(crate) async fn hello(&self, province: &Province) -> HelloReply {
        let request = HelloRequest {
            device: self.device,
            incarnation: self.incarnation,
            protocol: PROTOCOL,
            app: "test".into(),
            ..HelloRequest::default()
        };
        province.hello(&request).await.unwrap()
    }

    pub(crate) fn pulling(&self, cursors: Vec<Cursor>) -> PullRequest {
        PullRequest { device: self.device, incarnation: self.incarnation, cursors, ..PullRequest::default() }
    }

    /// Says hello and pulls until every scope is at its head. Checks order, chain and digest all the way.
    pub(crate) async fn follow(&mut self, province: &Province) {
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

    pub(crate) fn cursors(&self) -> Vec<Cursor> {
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

    pub(crate) fn take(&mut self, page: ScopePage) {
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

    pub(crate) fn record(&self, scope: &str, id: Uuid) -> Option<&Record> {
        self.scopes.get(scope)?.records.get(&id)
    }

    pub(crate) fn field(&self, scope: &str, id: Uuid, field: &str) -> Value {
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
        moved: None,
        meant: None,
    }
}

pub(crate) fn rand32() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(Uuid::new_v4().as_bytes());
    bytes[16..].copy_from_slice(Uuid::new_v4().as_bytes());
    bytes
}

/// `applied`, `conflict` or the code of the park.
pub(crate) fn words(reply: &PushReply) -> Vec<String> {
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

pub(crate) fn version(reply: &PushReply, at: usize) -> u64 {
    match &reply.verdicts[at].verdict {
        Verdict::Applied { version, .. } => *version,
        other => panic!("not applied: {other:?}"),
    }
}
