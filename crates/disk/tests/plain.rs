//! Plain SQLite on the disk: what it says is safe is there after every power cut, unless the disk lies.

use std::path::Path;

use fastrand::Rng;
use rusqlite::{Connection, ErrorCode};
use tiexin_disk::{Event, Watch, watch};

fn open(dir: &Path) -> Connection {
    let conn = Connection::open(dir.join("plain.db")).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 7;
         CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, text TEXT)",
    )
    .unwrap();
    conn
}

fn add(conn: &Connection, n: i64) -> rusqlite::Result<usize> {
    conn.execute("INSERT INTO t VALUES (?1, hex(randomblob(700)))", [n])
}

fn count(dir: &Path) -> i64 {
    let conn = open(dir);
    let sound: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    conn.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
}

/// Commits thirty rows; the position after each.
fn work(dir: &Path, disk: &Watch) -> Vec<usize> {
    let conn = open(dir);
    let begun = disk.now();
    let mut acked = vec![begun];
    for n in 0..30 {
        add(&conn, n).unwrap();
        acked.push(disk.now());
    }
    acked
}

/// Images in which a row is missing that was committed.
fn losses(lying: bool, images: usize) -> usize {
    let dir = tempfile::tempdir().unwrap();
    let disk = watch(dir.path()).unwrap();
    disk.lie(lying);
    let acked = work(dir.path(), &disk);
    let journal = disk.journal();
    let mut dice = Rng::with_seed(11);
    let mut losses = 0;
    for _ in 0..images {
        let cut = journal.moment(acked[0], &mut dice);
        let image = tempfile::tempdir().unwrap();
        journal.image(cut, &mut dice).lay(image.path()).unwrap();
        let committed = acked.iter().filter(|at| **at <= cut).count() as i64 - 1;
        // What a lying disk leaves may not even be a database.
        let there = if lying {
            std::panic::catch_unwind(|| count(image.path())).unwrap_or(-1)
        } else {
            count(image.path())
        };
        assert!(there <= committed + 1, "{there} rows of {committed}");
        losses += usize::from(there < committed);
    }
    losses
}

#[test]
fn what_was_committed_survives_every_power_cut() {
    assert_eq!(losses(false, 300), 0);
}

#[test]
fn a_disk_that_lies_is_found_out() {
    assert!(losses(true, 50) > 10);
}

#[test]
fn a_seed_gives_the_same_image_again() {
    let dir = tempfile::tempdir().unwrap();
    let disk = watch(dir.path()).unwrap();
    work(dir.path(), &disk);
    let journal = disk.journal();
    let image = |seed| journal.image(journal.len() / 2, &mut Rng::with_seed(seed)).files;
    assert_eq!(image(5), image(5));
    assert!((0..20).any(|seed| image(seed) != image(5)));
    assert!(journal.events().iter().any(|event| matches!(event, Event::SyncFolder)));
}

#[test]
fn a_full_disk_takes_nothing_and_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let disk = watch(dir.path()).unwrap();
    let conn = open(dir.path());
    add(&conn, 1).unwrap();
    disk.room(Some(3000));
    let refused = (2..20).find_map(|n| add(&conn, n).err()).unwrap();
    assert_eq!(refused.sqlite_error_code(), Some(ErrorCode::DiskFull));
    let before: i64 = conn.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
    disk.room(None);
    add(&conn, 99).unwrap();
    drop(conn);
    assert_eq!(count(dir.path()), before + 1);
}

#[test]
fn folders_elsewhere_are_left_alone() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = watch(dir.path()).unwrap();
    add(&open(other.path()), 1).unwrap();
    assert_eq!(disk.now(), 0);
    assert_eq!(count(other.path()), 1);
}
