//! The table's places beyond the screens: what is unmasked, what is notified, marked copies, logs and crash files. (Packages
//! and backups: `tests/hunted.rs`.)

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiexin_contract::ErrorCode;
use tiexin_contract::book::{AuditTrail, AuditWish};
use tiexin_contract::import::{FileGiven, ImportPreview, MarkedCopy};
use tiexin_contract::records::{GetRecord, RecordHistory, SaveRecord, Search, Unmask, VoidRecord};
use tiexin_domain::{Kind, deed, nouns};

use super::places::{LISTED, OWN, Told, filled, text, whole, words_of};
use super::{Mark, id_of, marked};
use crate::office::{Office, TOWNSHIP, day};

/// Only for who reads the field, and only when it is written down.
#[tokio::test]
async fn what_is_masked_is_unmasked_for_its_readers_and_entered() {
    let (office, all) = filled().await;
    let mut shown = 0;
    for (kind, [_, marked]) in &all {
        for mark in &marked.marks {
            let Some(number) = &mark.number else { continue };
            let (id, field) = (id_of(kind.code()), mark.field.name.to_owned());
            let of = format!("{kind:?}.{field}");
            match office.run(Unmask { id, field }).await {
                Ok(whole) => {
                    assert!(OWN.contains(&mark.field.audience), "{of} is told to who does not read it");
                    assert!(whole.value.contains(number.as_str()), "{of}: {}", whole.value);
                    shown += 1;
                }
                Err(refused) => {
                    assert!(!OWN.contains(&mark.field.audience), "{of}: {refused:?}");
                    assert_eq!(refused.code, ErrorCode::NotFound, "{of}");
                }
            }
        }
    }
    let only = AuditWish { deed: Some(deed::word("unmask").into()), ..AuditWish::default() };
    let entered = office.ok(AuditTrail { before: None, limit: 1000, only }).await.len();
    assert_eq!(entered, shown);
    assert!(shown > 10);
}

/// What a screen or the system is told of a change: which kinds, never what stands there.
#[tokio::test]
async fn no_notification_tells_what_was_written() {
    let (office, all) = filled().await;
    let mut events = office.desk.subscribe();
    for (kind, [_, marked]) in &all {
        let id = id_of(kind.code());
        let edit = SaveRecord {
            kind: kind.code().into(),
            id: Some(id),
            version: None,
            fields: marked
                .fields
                .iter()
                .filter(|(field, _)| *field != "region")
                .map(|(f, v)| (f.clone(), v.clone()))
                .collect(),
        };
        // Whether it is let through or not.
        let refused = office.run(edit).await.err().map(|error| text(&error)).unwrap_or_default();
        Told { place: "an error", kind, text: refused }.hides(&marked.marks, &[]);
        let _ = office.run(VoidRecord { id, reason: "重复登记".into() }).await;
    }
    let mut told = String::new();
    while let Ok(event) = events.try_recv() {
        told.push_str(&text(&event));
    }
    assert!(told.contains("visit"), "nothing was told: {told}");
    for (kind, [_, marked]) in &all {
        Told { place: "a notification", kind, text: told.clone() }.hides(&marked.marks, &[]);
    }
}

/// The office's own sheet, with what was found written beside: nothing hidden is said there once more.
#[tokio::test]
async fn a_marked_copy_says_nothing_hidden_that_the_sheet_does_not() {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    let mut copies = 0;
    let listed =
        Kind::ALL.iter().filter(|kind| nouns::shape(kind).is_some_and(|shape| !shape.list.is_empty()));
    for kind in listed {
        let marked = marked(kind, 0);
        let texts: Vec<&Mark> =
            marked.marks.iter().filter(|mark| marked.fields[mark.field.name].is_string()).collect();
        let heads: Vec<&str> = texts.iter().map(|mark| mark.field.label).collect();
        let cells: Vec<&str> =
            texts.iter().map(|mark| marked.fields[mark.field.name].as_str().unwrap()).collect();
        let ledger = format!("{}\n{}\n", heads.join(","), cells.join(","));
        let name = format!("{}.csv", kind.code());
        let file = FileGiven { name: name.clone(), path: None, base64: Some(STANDARD.encode(&ledger)) };
        let ask = ImportPreview {
            files: vec![file],
            region: TOWNSHIP.parse().unwrap(),
            mapping: Vec::new(),
            kind: Some(kind.code().into()),
            job: None,
        };
        let plan = office.ok(ask).await;
        let path = office.folder.path().join(format!("{}.xlsx", kind.code()));
        let path_of = Some(path.to_str().unwrap().to_owned());
        let Ok(_) = office.run(MarkedCopy { plan: plan.plan, file: name, path: path_of }).await else {
            continue;
        };
        let copy = words_of(&path);
        for mark in texts {
            let hidden = mark.field.mask.is_some() || !LISTED.contains(&mark.field.audience);
            let times = copy.matches(&mark.word).count();
            assert!(
                !hidden || times <= ledger.matches(&mark.word).count(),
                "{kind:?}.{}: {copy}",
                mark.field.name
            );
        }
        copies += usize::from(copy.contains("导入"));
    }
    assert!(copies > 8, "{copies} copies were looked at");
}

/// What the program leaves behind for those who mend it. A log and a hook are the whole process's: the next test runs this
/// one as a process of its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_one_that_logs_and_breaks() {
    let Some(folder) = std::env::var_os("TIEXIN_TEST_LEFT_BEHIND") else { return };
    let folder = PathBuf::from(folder);
    tiexin_desk::write_logs(&folder);
    tiexin_desk::write_crash_files(&folder);
    let (office, all) = filled().await;
    for (kind, [_, marked]) in &all {
        let id = id_of(kind.code());
        office.ok(whole(kind)).await;
        office.ok(GetRecord { id }).await;
        office.ok(RecordHistory { id }).await;
        let bad = SaveRecord {
            kind: kind.code().into(),
            id: Some(id),
            version: None,
            fields: marked.fields.clone(),
        };
        let _ = office.run(bad).await;
        for mark in &marked.marks {
            let _ = office.run(Search { text: mark.word.clone(), limit: 5, kinds: vec![] }).await;
            let _ = office.run(Unmask { id, field: mark.field.name.into() }).await;
        }
        let fields = marked.fields.clone();
        let broke = std::thread::spawn(move || panic!("a record cannot be read: {fields:?}")).join();
        assert!(broke.is_err());
    }
}

#[test]
fn neither_a_log_nor_a_crash_file_tells_anything_of_any_kind() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "seen::beyond::the_one_that_logs_and_breaks", "--nocapture"])
        .env("TIEXIN_TEST_LEFT_BEHIND", folder.path())
        .env("TIEXIN_LOG", "trace")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    let read = |path: PathBuf| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let files = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
    };
    let crashes: String = files(folder.path()).into_iter().map(read).collect();
    let logs: String = files(&folder.path().join("logs")).into_iter().map(read).collect();
    assert!(crashes.contains("beyond.rs"), "nothing broke: {crashes}");
    assert!(logs.contains("the program broke"), "nothing is logged: {logs}");
    for kind in Kind::ALL {
        for marks in [marked(kind, 0).marks, marked(kind, 1).marks] {
            for (place, text) in [("crash file", &crashes), ("log", &logs), ("terminal", &said)] {
                Told { place, kind, text: text.clone() }.hides(&marks, &[]);
            }
        }
    }
}
