//! Each figure as a ratio to a bare counterpart measured in the same run.
//!
//! `cargo bench -p tiexin-store [-- save import search snapshot]`

mod importing;
mod made_up;
mod saving;
mod searching;
mod snapshots;

use std::time::{Duration, Instant};

use rusqlite::Connection;
use secrecy::SecretString;
use tiexin_domain::Fields;
use tiexin_store::{BatchSave, Book, Fill, KdfCost, NewUser, Save, Source};
use uuid::Uuid;

use made_up::Dice;

const NOW: i64 = 1_790_000_000_000;

fn book(dir: &std::path::Path) -> Book {
    let first = NewUser {
        id: Uuid::from_u128(1),
        name: "bench".into(),
        display_name: "bench".into(),
        password: SecretString::from("bench-password".to_owned()),
    };
    Book::create(dir, first, KdfCost::QUICK, NOW).unwrap().0
}

fn bare(path: &std::path::Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(
        "PRAGMA key = \"x'2DD29CA851E7B56E4697B0E1F08507293D761A05CE4D1B628663F411A8086D99'\";
         PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;
         CREATE TABLE record (id BLOB PRIMARY KEY, body TEXT) WITHOUT ROWID;
         CREATE TABLE row (id INTEGER PRIMARY KEY, uuid BLOB, body TEXT);
         CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='unicode61');",
    )
    .unwrap();
    conn
}

struct Times(Vec<Duration>);

impl Times {
    fn at(&mut self, quantile: f64) -> f64 {
        self.0.sort_unstable();
        let i = ((self.0.len() - 1) as f64 * quantile).round() as usize;
        self.0[i].as_secs_f64() * 1000.0
    }
}

/// Processor time of this process so far, seconds; says more than the clock on a busy machine.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |i: usize| stat.split(' ').nth(i).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) / 100.0
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}

fn import(book: &Book, saves: Vec<Save>, dice: &mut Dice) {
    for chunk in saves.chunks(10_000) {
        let rows: Vec<BatchSave<'_>> =
            chunk.iter().map(|s| BatchSave { group: dice.id(), records: vec![fill(s)] }).collect();
        let source = Source { batch: dice.id(), label: "bench".into(), signed: Fields::new(), told: None };
        book.save_batch(&source, &rows, Uuid::from_u128(1), NOW, &mut |_, _| true).unwrap();
    }
}

fn fill(save: &Save) -> Fill<'_> {
    Fill { id: save.id, kind: &save.kind, fields: &save.fields, over: tiexin_store::Over::Lacking }
}

fn save_one(id: Uuid, kind: &str, fields: Fields) -> Save {
    Save { id, kind: kind.into(), fields, void: None }
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|a| a == name);
    if wanted("save") {
        saving::saving();
    }
    if wanted("import") {
        importing::importing();
    }
    if wanted("search") {
        searching::searching();
    }
    if wanted("snapshot") {
        snapshots::snapshot(10_000);
        snapshots::snapshot(50_000);
    }
}
