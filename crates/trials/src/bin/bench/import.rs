//! Import of the 3,000-row roster, from the choice of the file to the durable commit, against bare
//! calamine; and against a bare encrypted database that takes in the same records' text.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use calamine::{Data, Reader};
use tiexin_contract::import::{FileGiven, ImportPreview, RunImport};
use tiexin_contract::records::ListRecords;
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::{StoryDesk, ledgers};

use crate::{row, timed};

const RUNS: usize = 5;
const GUYANG: &str = "340323100";
/// The desk's longest page.
const PAGE: u32 = 1_000;

pub(crate) async fn measure() {
    println!("\n== import of the 3,000-row member ledger (.xls), best of {RUNS}");
    let path = ledgers("guyang-2026-10").into_iter().find(|p| p.ends_with("members.xls")).expect("a roster");
    let bare = (0..RUNS * 4).map(|_| bare_read(&path)).min().expect("some");
    let (mut planning, mut writing, mut stored) = (Duration::MAX, Duration::MAX, Duration::MAX);
    let mut records = 0;
    for _ in 0..RUNS {
        let one = import(&path).await;
        planning = planning.min(one.planning);
        writing = writing.min(one.writing);
        stored = stored.min(bare_write(&one.bodies));
        records = one.records;
        assert_eq!(one.bodies.len() as u64, records, "every record of the batch is listed");
    }
    row("bare calamine, every cell", bare, None);
    row("read, recognise, check, plan", planning, Some(("bare calamine", bare)));
    row("write", writing, Some(("bare calamine", bare)));
    row("the whole import", planning + writing, Some(("bare calamine", bare)));
    println!("{:<46} {records:>10} records: row, change, audit entry, search index", "  written");
    row("bare encrypted rows with full text, one commit", stored, Some(("bare calamine", bare)));
    row("write", writing, Some(("the bare rows", stored)));
    row("the whole import", planning + writing, Some(("calamine and the bare rows", bare + stored)));
}

struct Imported {
    planning: Duration,
    writing: Duration,
    records: u64,
    bodies: Vec<String>,
}

/// One import into an empty book.
async fn import(path: &Path) -> Imported {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 10, 31).expect("a day");
    let desk = StoryDesk::alone(ManualClock::on(day), "bench", GUYANG).await.expect("a desk");
    let given = FileGiven {
        name: "members.xls".into(),
        path: Some(path.to_string_lossy().into_owned()),
        base64: None,
    };
    let ask = ImportPreview {
        files: vec![given],
        region: GUYANG.parse().expect("a code"),
        mapping: Vec::new(),
        kind: None,
        job: None,
    };
    let start = Instant::now();
    let plan = desk.run(ask).await.expect("a plan");
    let planning = start.elapsed();
    let start = Instant::now();
    let done = desk.run(RunImport { plan: plan.plan, take: Vec::new() }).await.expect("imported");
    let writing = start.elapsed();
    assert_eq!(done.files[0].rows, 3_000);
    let mut bodies = Vec::new();
    for kind in ["person", "member", "volunteer"] {
        bodies.append(&mut texts(&desk, kind).await);
    }
    Imported { planning, writing, records: done.records, bodies }
}

/// The fields of every record of a kind, as JSON.
async fn texts(desk: &StoryDesk, kind: &str) -> Vec<String> {
    let (mut texts, mut after) = (Vec::new(), None);
    loop {
        let list = ListRecords { after, ..ListRecords::of(kind, GUYANG.parse().expect("a code"), PAGE) };
        let page = desk.run(list).await.expect("a page");
        texts.extend(page.rows.iter().map(|r| serde_json::to_string(&r.fields).expect("JSON")));
        after = page.next;
        if after.is_none() {
            return texts;
        }
    }
}

/// What reading costs at least: the file opened, every cell of every sheet looked at.
fn bare_read(path: &PathBuf) -> Duration {
    let ((cells, text), took) = timed(|| {
        let mut book = calamine::open_workbook_auto(path).expect("opens");
        let sheets = book.worksheets();
        let cells = sheets.iter().flat_map(|(_, range)| range.used_cells());
        cells.fold((0, 0), |(cells, text), (_, _, value)| match value {
            Data::String(value) => (cells + 1, text + value.len()),
            _ => (cells + 1, text),
        })
    });
    assert!(cells > 30_000 && text > 300_000, "{cells} cells, {text} bytes of text");
    took
}

/// What writing costs at least: the same text in encrypted rows with full text, one durable commit.
fn bare_write(bodies: &[String]) -> Duration {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let conn = rusqlite::Connection::open(folder.path().join("bare.db")).expect("opens");
    conn.execute_batch(
        "PRAGMA key = \"x'2DD29CA851E7B56E4697B0E1F08507293D761A05CE4D1B628663F411A8086D99'\";
         PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
         PRAGMA wal_autocheckpoint = 0;
         CREATE TABLE row (id INTEGER PRIMARY KEY, uuid BLOB UNIQUE, body TEXT);
         CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='unicode61');",
    )
    .expect("a schema");
    let ids: Vec<[u8; 16]> = bodies.iter().map(|_| *uuid::Uuid::new_v4().as_bytes()).collect();
    let ((), took) = timed(|| {
        conn.execute_batch("BEGIN").expect("begun");
        let mut row = conn.prepare("INSERT INTO row (uuid, body) VALUES (?1, ?2)").expect("SQL");
        let mut words = conn.prepare("INSERT INTO words (rowid, text) VALUES (?1, ?2)").expect("SQL");
        let mut spaced = String::new();
        for (id, body) in ids.iter().zip(bodies) {
            row.execute(rusqlite::params![id, body]).expect("a row");
            spaced.clear();
            for c in body.chars().filter(|c| *c >= '\u{3400}') {
                spaced.extend([c, ' ']);
            }
            words.execute(rusqlite::params![conn.last_insert_rowid(), spaced]).expect("its words");
        }
        conn.execute_batch("COMMIT").expect("committed");
    });
    took
}
