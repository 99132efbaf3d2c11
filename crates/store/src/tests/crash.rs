//! kill −9 while saving: what was acknowledged is there, and the book is sound.

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};

use super::*;

const CHILD: &str = "TIEXIN_STORE_CRASH_CHILD";

/// Not a test by itself: saves for ever, and says each id once it is saved.
#[test]
fn the_one_that_is_killed() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let book = reopen(Path::new(&dir));
    let mut out = std::io::stdout().lock();
    loop {
        let home = Uuid::from_bytes(crate::on_disk::suite::random::<16>().unwrap());
        let one = save(home, "household", json!({"region": VILLAGE, "head_name": "张三"}));
        book.save_group(&[one], &By { author: Uuid::from_u128(1), now_ms: NOW, group: home }).unwrap();
        writeln!(out, "saved {home}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let (dir, book, _) = book();
    drop(book);
    let mut saved = Vec::new();
    for round in 0..8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::crash::the_one_that_is_killed", "--nocapture"])
            .env(CHILD, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut left = 3 + round * 7;
        for line in lines {
            let Ok(line) = line else { break };
            if let Some((_, id)) = line.split_once("saved ") {
                saved.push(id.parse::<Uuid>().unwrap());
                left -= 1;
                if left == 0 {
                    child.kill().unwrap();
                }
            }
        }
        child.wait().unwrap();
        let book = reopen(dir.path());
        sound(&book);
        for id in &saved {
            assert!(book.get(*id).unwrap().is_some());
        }
    }
    assert!(saved.len() >= 200, "{}", saved.len());
}

/// A power cut tears a page on its way from the log into the file: the log still has it whole.
#[test]
fn a_page_torn_on_its_way_from_the_log_is_no_damage() {
    let (_dir, book, home) = at_work();
    let cut = torn(&book, |page| page > 1);
    let file = std::fs::read(cut.path().join("book.db")).unwrap();
    let again = reopen(cut.path());
    sound(&again);
    assert_eq!(record(&again, home), record(&book, home));
    drop(again);
    // The same without its log is damage.
    std::fs::write(cut.path().join("book.db"), &file).unwrap();
    std::fs::remove_file(cut.path().join("book.db-wal")).ok();
    let damaged = Book::unlock(cut.path(), "wang", &secret(PASSWORD), NOW);
    assert!(damaged.is_err() || damaged.is_ok_and(|(book, _)| book.verify().map_or(true, |r| !r.sound())));
}

/// In the first page stands the cipher's salt: without it no page can be read, not even from the log.
#[test]
fn a_torn_first_page_is_no_strangers_book() {
    let (_dir, book, home) = at_work();
    let again = reopen(torn(&book, |page| page == 1).path());
    sound(&again);
    assert_eq!(record(&again, home), record(&book, home));
}

/// A book whose log holds more than one save.
fn at_work() -> (TempDir, Book, Uuid) {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    book.checkpoint().unwrap();
    for n in 0..20 {
        put(&book, &save(home, "household", json!({"region": VILLAGE, "head_name": format!("张三{n}")})));
    }
    (dir, book, home)
}

/// The book's files, with garbage in a page that its log holds too.
fn torn(book: &Book, which: impl Fn(usize) -> bool) -> TempDir {
    let cut = tempfile::tempdir().unwrap();
    for name in ["book.db", "book.db-wal", "keyring.json", "incarnation"] {
        std::fs::copy(book.dir().join(name), cut.path().join(name)).unwrap();
    }
    let mut file = std::fs::read(cut.path().join("book.db")).unwrap();
    let torn = pages_in(&std::fs::read(cut.path().join("book.db-wal")).unwrap())
        .into_iter()
        .find(|page| which(*page) && page * PAGE <= file.len())
        .unwrap();
    file[(torn - 1) * PAGE..][..512].fill(0x5A);
    std::fs::write(cut.path().join("book.db"), &file).unwrap();
    cut
}

const PAGE: usize = 4096;

/// The numbers of the pages that a write-ahead log holds.
fn pages_in(log: &[u8]) -> Vec<usize> {
    let frames = log[32..].chunks_exact(24 + PAGE);
    frames.map(|frame| u32::from_be_bytes([frame[0], frame[1], frame[2], frame[3]]) as usize).collect()
}
