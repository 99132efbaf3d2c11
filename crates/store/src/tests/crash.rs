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
        let home = Uuid::from_bytes(crate::suite::random::<16>().unwrap());
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
