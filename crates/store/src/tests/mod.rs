//! Tests that look behind the door. What every one of them needs stands here.

mod access;
mod anew;
mod asides;
mod audit;
mod backups;
mod batches;
mod befores;
mod blobs;
mod copies;
mod crash;
mod devices;
mod elected;
mod given;
mod held_back;
mod lists;
mod long_paths;
mod machines;
mod many;
mod merged;
mod moved;
mod pasts;
mod province;
mod quarantine;
mod reminded;
mod saving;
mod searching;
mod snapshots;
mod syncing;
mod todays;
mod unseen;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tiexin_domain::{Fields, Record};
use uuid::Uuid;

use crate::{Book, By, Changed, KdfCost, LocalUser, NewUser, Save, Saved};

pub(crate) const NOW: i64 = 1_790_000_000_000;
pub(crate) const PASSWORD: &str = "固镇-2026-good";
pub(crate) const VILLAGE: &str = "340323100001";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A fresh id; later ones sort after earlier ones.
pub(crate) fn id() -> Uuid {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    Uuid::from_u64_pair(
        0x0190_0000_0000_7000 | (n << 16),
        0x8000_0000_0000_0000 | n.wrapping_mul(0x9E37_79B9),
    )
}

pub(crate) fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

pub(crate) fn user(name: &str) -> NewUser {
    NewUser { id: id(), name: name.into(), display_name: "王专干".into(), password: secret(PASSWORD) }
}

pub(crate) fn book() -> (TempDir, Book, LocalUser) {
    let dir = tempfile::tempdir().unwrap();
    let (book, user) = Book::create(dir.path(), user("wang"), KdfCost::QUICK, NOW).unwrap();
    (dir, book, user)
}

pub(crate) fn reopen(dir: &Path) -> Book {
    Book::unlock(dir, "wang", &secret(PASSWORD), NOW).unwrap().0
}

pub(crate) fn fields(value: Value) -> Fields {
    value.as_object().unwrap().clone()
}

pub(crate) fn by() -> By {
    By { author: Uuid::from_u128(1), now_ms: NOW, group: id() }
}

pub(crate) fn save(id: Uuid, kind: &str, value: Value) -> Save {
    Save { id, kind: kind.into(), fields: fields(value), void: None }
}

pub(crate) fn put(book: &Book, save: &Save) -> (Saved, Changed) {
    book.write(|tx| tx.save(save, &by())).unwrap()
}

pub(crate) fn household(book: &Book, village: &str, name: &str) -> Uuid {
    let home = id();
    put(book, &save(home, "household", json!({"region": village, "head_name": name, "kinds": ["general"]})));
    home
}

pub(crate) fn person(book: &Book, home: Uuid, name: &str, more: Value) -> Uuid {
    let person = id();
    let mut all = fields(json!({"region": VILLAGE, "name": name, "household": home.to_string()}));
    all.extend(fields(more));
    put(book, &Save { id: person, kind: "person".into(), fields: all, void: None });
    person
}

pub(crate) fn visit(book: &Book, home: Uuid, name: &str, date: &str, more: Value) -> Uuid {
    let visit = id();
    let mut all = fields(json!({
        "region": VILLAGE, "household": home.to_string(), "head_name": name, "date": date, "kind": "routine",
        "met": [{"name": name}], "visitors": ["王专干"], "presence": "at_home",
    }));
    all.extend(fields(more));
    put(book, &Save { id: visit, kind: "visit".into(), fields: all, void: None });
    visit
}

pub(crate) fn record(book: &Book, id: Uuid) -> Record {
    book.get(id).unwrap().unwrap()
}

pub(crate) fn sound(book: &Book) {
    let report = book.verify().unwrap();
    assert!(report.sound(), "{:?}", report.faults);
}
