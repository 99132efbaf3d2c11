//! A record that moves to another township, read in whatever order the two logs come.

use tiexin_domain::RegionCode;
use tiexin_protocol::wire::{ChangeVerdict, PageEntry, PushReply, ScopePage, SnapshotHeader};
use tiexin_protocol::{Chain, ChangeId, Digest, EntryHash, Held, LogEntry, Moved, Verdict};

use super::province::desk;
use super::*;

const OTHER: &str = "340323104001";

/// A scope's log as it is told to somebody who reads all of it, with the digest after each entry.
struct Log {
    scope: RegionCode,
    generation: Uuid,
    told: Vec<PageEntry>,
    chains: Vec<Chain>,
    digests: Vec<Digest>,
    held: std::collections::BTreeMap<Uuid, Held>,
}

impl Log {
    fn new(scope: &str) -> Log {
        Log {
            scope: scope.parse().unwrap(),
            generation: id(),
            told: Vec::new(),
            chains: vec![Chain::default()],
            digests: vec![Digest::default()],
            held: Default::default(),
        }
    }

    fn entry(&self, record: Uuid, set: Value, moved: Option<Moved>) -> LogEntry {
        let seq = self.told.len() as u64 + 1;
        LogEntry {
            seq,
            origin: ChangeId { device: Uuid::from_u128(7), incarnation: Uuid::from_u128(8), seq },
            record,
            kind: "household".into(),
            set: fields(set),
            void: None,
            author: Uuid::from_u128(9),
            noted_at: NOW,
            overwrote: Vec::new(),
            moved,
            meant: None,
        }
    }

    /// Gives the record's state before and after.
    fn take(&mut self, entry: LogEntry) -> (Option<Held>, Held) {
        let before = self.held.remove(&entry.record);
        let after = Held::fold(before.clone(), &entry, &self.scope);
        self.chains.push(self.chains.last().unwrap().then(&entry));
        let mut digest = *self.digests.last().unwrap();
        digest = before.as_ref().map_or(digest, |held| digest.minus(Digest::of(&held.record)));
        if entry.stays() {
            digest = digest.plus(Digest::of(&after.record));
            self.held.insert(entry.record, after.clone());
            self.told.push(PageEntry::Full(entry));
        } else {
            let hash = EntryHash::of(&entry);
            self.told.push(PageEntry::Crossed { seq: entry.seq, hash, id: entry.record, record: None });
        }
        self.digests.push(digest);
        (before, after)
    }

    fn put(&mut self, record: Uuid, set: Value) {
        let entry = self.entry(record, set, None);
        self.take(entry);
    }

    /// The record moves to `village` in the other scope.
    fn send(&mut self, record: Uuid, to: &mut Log, village: &str) {
        let away = Moved::Away { to: to.scope.clone() };
        let away = self.entry(record, json!({"region": village}), Some(away));
        let (before, after) = self.take(away.clone());
        let seq = to.told.len() as u64 + 1;
        to.take(after.arrival(&away, &self.scope, before.unwrap().record.version, seq));
    }

    fn page(&self, since: u64) -> ScopePage {
        let (next, head) = (since + 1, self.told.len() as u64);
        ScopePage {
            scope: self.scope.clone(),
            generation: self.generation,
            view: Vec::new(),
            entries: vec![self.told[since as usize].clone()],
            next,
            head,
            chain: self.chains[next as usize],
            digest: Some(self.digests[next as usize]).filter(|_| next == head),
            rebase: false,
        }
    }

    fn snapshot(&self) -> (SnapshotHeader, Vec<Record>) {
        let header = SnapshotHeader {
            scope: self.scope.clone(),
            generation: self.generation,
            seq: self.told.len() as u64,
            view: Vec::new(),
            chain: *self.chains.last().unwrap(),
            digest: *self.digests.last().unwrap(),
            records: self.held.len() as u64,
        };
        (header, self.held.values().map(|held| held.record.clone()).collect())
    }
}

/// A family is made, moves, is edited at the new place, comes back, moves again.
fn logs() -> (Log, Log, Uuid) {
    let (mut a, mut b) = (Log::new("340323100"), Log::new("340323104"));
    let home = id();
    a.put(home, json!({"region": VILLAGE, "head_name": "张三", "kinds": ["general"]}));
    a.send(home, &mut b, OTHER);
    b.put(home, json!({"phone": "19900002580"}));
    b.send(home, &mut a, VILLAGE);
    a.send(home, &mut b, OTHER);
    b.put(home, json!({"current_address": "新村 3 号"}));
    (a, b, home)
}

/// All orders in which the entries of two logs can be read one by one.
fn orders(a: usize, b: usize) -> Vec<Vec<bool>> {
    match (a, b) {
        (0, 0) => vec![Vec::new()],
        _ => {
            let mut all = Vec::new();
            for (first, left) in
                [(true, a.checked_sub(1).zip(Some(b))), (false, Some(a).zip(b.checked_sub(1)))]
            {
                let Some((a, b)) = left else { continue };
                all.extend(orders(a, b).into_iter().map(|rest| [vec![first], rest].concat()));
            }
            all
        }
    }
}

fn read(book: &Book, log: &Log) {
    let since = book.cursors().unwrap().iter().find(|c| c.scope == log.scope).map_or(0, |c| c.since);
    // A wrong digest at the head errs.
    book.apply_page(&log.page(since), NOW).unwrap();
}

#[test]
fn in_whatever_order_two_logs_are_read_the_record_ends_where_it_lies() {
    let (a, b, home) = logs();
    let all = orders(a.told.len(), b.told.len());
    assert_eq!(all.len(), 126);
    for order in all {
        let (_dir, book) = desk();
        for of_a in &order {
            read(&book, if *of_a { &a } else { &b });
        }
        sound(&book);
        assert_eq!(record(&book, home), b.held[&home].record, "{order:?}");
        let left = book.read(crate::syncing::elsewhere::all).unwrap();
        assert!(left.is_empty(), "{order:?}: {left:?}");
    }
}

#[test]
fn work_on_a_record_that_moves_stays_on_top_and_tells_what_its_author_saw() {
    let (a, b, home) = logs();
    for order in orders(a.told.len() - 1, b.told.len()) {
        let (_dir, book) = desk();
        read(&book, &a);
        let mut mine = record(&book, home).fields;
        mine.insert("phone".into(), "13812345678".into());
        put(&book, &save(home, "household", Value::Object(mine)));
        for of_a in &order {
            read(&book, if *of_a { &a } else { &b });
            sound(&book);
        }
        let shown = record(&book, home);
        assert_eq!(shown.text("phone"), Some("13812345678"), "{order:?}");
        assert_eq!(shown.text("current_address"), Some("新村 3 号"));
        // Written over once more, of the new place's log nothing was seen of that field.
        let mut again = shown.fields;
        again.insert("phone".into(), "13987654321".into());
        put(&book, &save(home, "household", Value::Object(again)));
        let told = book.outbox_batch(10, 1 << 20).unwrap();
        let told: Vec<_> = told.iter().map(|one| (one.scope.as_str(), one.base)).collect();
        assert_eq!(told, [("340323100", 1), ("340323104", 1)], "{order:?}");
    }
}

#[test]
fn a_snapshot_and_a_log_meet_as_two_logs_do() {
    let (a, b, home) = logs();
    for (first, second) in [(&a, &b), (&b, &a)] {
        for from_log in 0..=second.told.len() {
            let (_dir, book) = desk();
            for _ in 0..from_log {
                read(&book, second);
            }
            let (header, records) = first.snapshot();
            let records = records.into_iter().map(Ok::<_, std::io::Error>);
            book.apply_snapshot(&header, records, &mut |_| true, NOW).unwrap();
            sound(&book);
            for _ in from_log..second.told.len() {
                read(&book, second);
                sound(&book);
            }
            assert_eq!(record(&book, home), b.held[&home].record);
            assert!(book.read(crate::syncing::elsewhere::all).unwrap().is_empty());
        }
    }
}

#[test]
fn giving_one_township_up_leaves_the_family_in_the_other() {
    let (a, b, home) = logs();
    let (_dir, book) = desk();
    for _ in 0..2 {
        read(&book, &b);
    }
    read(&book, &a);
    book.drop_scope(&a.scope).unwrap();
    sound(&book);
    assert_eq!(record(&book, home).scope, b.scope);
    book.drop_scope(&b.scope).unwrap();
    assert_eq!(book.get(home).unwrap(), None);
    assert!(book.read(crate::syncing::elsewhere::all).unwrap().is_empty());
    sound(&book);
}

/// A desk whose change of a family's number was taken in as the second entry of the township's log.
fn told_and_not_read_back() -> (tempfile::TempDir, Book, Log, Uuid) {
    let mut a = Log::new("340323100");
    let home = id();
    a.put(home, json!({"region": VILLAGE, "head_name": "张三", "kinds": ["general"]}));
    let (dir, book) = desk();
    read(&book, &a);
    let mut mine = record(&book, home).fields;
    mine.insert("phone".into(), "13812345678".into());
    put(&book, &save(home, "household", Value::Object(mine)));
    a.put(home, json!({"phone": "13812345678"}));
    let told = ChangeVerdict {
        seq: 1,
        duplicate: false,
        verdict: Verdict::Applied { version: 2, elsewhere: None, instead: None },
    };
    book.record_verdicts(&PushReply { verdicts: vec![told], acked: 1, durable: 0 }, NOW).unwrap();
    (dir, book, a, home)
}

/// The change was taken in before the family moved, and of the township where that stands nothing more is read.
#[test]
fn what_was_told_in_a_township_that_is_given_up_no_longer_waits_to_come_back() {
    let (_dir, book, mut a, home) = told_and_not_read_back();
    let mut b = Log::new("340323104");
    a.send(home, &mut b, OTHER);
    // A snapshot does not tell from where a record came.
    let (header, records) = b.snapshot();
    book.apply_snapshot(&header, records.into_iter().map(Ok::<_, std::io::Error>), &mut |_| true, NOW)
        .unwrap();
    b.put(home, json!({"phone": "19900002580"}));
    assert_eq!(book.sync_state().unwrap().unread, 1);
    book.drop_scope(&a.scope).unwrap();
    assert_eq!(book.sync_state().unwrap().unread, 0);
    assert!(book.waiting_among(&[home]).unwrap().is_empty());
    read(&book, &b);
    assert_eq!(record(&book, home), b.held[&home].record, "what was written since is shown");
    sound(&book);
}

/// The new township's log is read before the old one's, where this desk's change was taken in and then overwritten.
#[test]
fn what_came_along_with_a_move_is_not_laid_over_what_others_wrote_since() {
    let (_dir, book, mut a, home) = told_and_not_read_back();
    let mut b = Log::new("340323104");
    a.put(home, json!({"phone": "19900002580"}));
    a.send(home, &mut b, OTHER);
    read(&book, &b);
    assert_eq!(record(&book, home), b.held[&home].record, "whoever saves now has seen the newer number");
    assert_eq!(book.sync_state().unwrap().unread, 0);
    sound(&book);
    for _ in 0..3 {
        read(&book, &a);
        sound(&book);
    }
    assert_eq!(record(&book, home), b.held[&home].record);
}
