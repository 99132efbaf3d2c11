//! A province in memory: enough of a server to hold a desk to its word. Verdicts are the real ones.

use std::collections::BTreeMap;

use tiexin_domain::RegionCode;
use tiexin_protocol::wire::{ChangeVerdict, PageEntry, PushReply, ScopePage, SnapshotHeader};
use tiexin_protocol::{Chain, Change, ChangeId, Decision, Digest, Held, LogEntry, Verdict, decide};

use super::*;

pub(crate) struct Province {
    pub(crate) scope: RegionCode,
    pub(crate) generation: Uuid,
    pub(crate) held: BTreeMap<Uuid, Held>,
    pub(crate) log: Vec<LogEntry>,
    /// Took effect exactly as sent: may be told as an echo.
    exact: Vec<bool>,
    chains: Vec<Chain>,
    digests: Vec<Digest>,
    told: BTreeMap<ChangeId, Verdict>,
}

impl Province {
    pub(crate) fn new() -> Province {
        Province {
            scope: "340323100".parse().unwrap(),
            generation: id(),
            held: BTreeMap::new(),
            log: Vec::new(),
            exact: Vec::new(),
            chains: vec![Chain::default()],
            digests: vec![Digest::default()],
            told: BTreeMap::new(),
        }
    }

    pub(crate) fn head(&self) -> u64 {
        self.log.len() as u64
    }

    pub(crate) fn push(&mut self, changes: &[Change]) -> PushReply {
        assert!(changes.windows(2).all(|two| two[0].id.seq + 1 == two[1].id.seq), "a push has no gaps");
        let verdicts = changes
            .iter()
            .map(|change| {
                let duplicate = self.told.contains_key(&change.id);
                let verdict = self.told.get(&change.id).cloned().unwrap_or_else(|| self.decide(change));
                self.told.insert(change.id, verdict.clone());
                ChangeVerdict { seq: change.id.seq, duplicate, verdict }
            })
            .collect();
        let acked = changes.iter().map(|c| c.id.seq).max().unwrap_or(0);
        PushReply { verdicts, acked, durable: 0 }
    }

    fn decide(&mut self, change: &Change) -> Verdict {
        let held = self.held.get(&change.record);
        match decide(held, change) {
            Decision::Conflict { code, fields } => Verdict::Conflict { code: code.into(), fields },
            Decision::Park { code, message } => Verdict::Parked { code, message },
            Decision::Apply(effect) if effect.is_empty() => Verdict::Applied {
                version: held.map_or(0, |h| h.record.version),
                elsewhere: None,
                instead: None,
            },
            Decision::Apply(effect) => {
                let entry = LogEntry {
                    seq: self.head() + 1,
                    origin: change.id,
                    record: change.record,
                    kind: change.kind.clone(),
                    set: effect.set,
                    void: effect.void,
                    author: change.author,
                    noted_at: change.noted_at,
                    overwrote: effect.overwrote,
                    moved: None,
                    meant: None,
                };
                self.exact
                    .push(entry.set == change.set && entry.void == change.void && entry.overwrote.is_empty());
                let before = self.held.get(&change.record).cloned();
                let after = Held::fold(before.clone(), &entry, &self.scope);
                let digest = *self.digests.last().unwrap();
                self.digests.push(digest.replace(before.as_ref().map(|h| &h.record), &after.record));
                self.chains.push(self.chains.last().unwrap().then(&entry));
                self.held.insert(change.record, after);
                let version = entry.seq;
                self.log.push(entry);
                Verdict::Applied { version, elsewhere: None, instead: None }
            }
        }
    }

    /// Entries after `since`, at most `most`, told to the desk `own`.
    pub(crate) fn page(&self, since: u64, most: u64, own: (Uuid, Uuid)) -> ScopePage {
        let next = (since + most).min(self.head());
        let entries = (since..next)
            .map(|i| {
                let entry = &self.log[i as usize];
                let mine = (entry.origin.device, entry.origin.incarnation) == own;
                if mine && self.exact[i as usize] {
                    PageEntry::Echo { seq: entry.seq, own: entry.origin.seq }
                } else {
                    PageEntry::Full(entry.clone())
                }
            })
            .collect();
        ScopePage {
            scope: self.scope.clone(),
            generation: self.generation,
            view: Vec::new(),
            entries,
            next,
            head: self.head(),
            chain: self.chains[next as usize],
            digest: (next == self.head()).then(|| self.digests[next as usize]),
            rebase: false,
        }
    }

    pub(crate) fn snapshot(&self) -> (SnapshotHeader, Vec<Record>) {
        let header = SnapshotHeader {
            scope: self.scope.clone(),
            generation: self.generation,
            seq: self.head(),
            view: Vec::new(),
            chain: *self.chains.last().unwrap(),
            digest: *self.digests.last().unwrap(),
            records: self.held.len() as u64,
        };
        (header, self.held.values().map(|h| h.record.clone()).collect())
    }

    /// One whole round with a desk.
    pub(crate) fn round(&mut self, book: &Book) {
        loop {
            let batch = book.outbox_batch(3, 1 << 20).unwrap();
            if batch.is_empty() {
                break;
            }
            let reply = self.push(&batch);
            book.record_verdicts(&reply, NOW).unwrap();
        }
        self.pull(book, 2);
    }

    pub(crate) fn pull(&self, book: &Book, most: u64) {
        loop {
            let since = book.cursors().unwrap().first().map_or(0, |c| c.since);
            let page = self.page(since, most, own(book));
            let outcome = book.apply_page(&page, NOW).unwrap();
            if outcome.next >= outcome.head {
                break;
            }
        }
    }
}

/// A desk that the province knows.
pub(crate) fn desk() -> (TempDir, Book) {
    let (dir, book, _) = book();
    book.enrolled(id(), "https://province.example", "谷阳镇 1 号机", None).unwrap();
    (dir, book)
}

pub(crate) fn own(book: &Book) -> (Uuid, Uuid) {
    let device = book.device().unwrap();
    (device.id.unwrap(), device.incarnation)
}
