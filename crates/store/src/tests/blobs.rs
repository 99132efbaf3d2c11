//! The bytes of attachments: durable, encrypted, fetched in parts, gone when they are to be gone.

use std::fs;

use tiexin_domain::nouns::attachment::{Attachment, AttachmentKind};
use tiexin_domain::{Kind, Noun, RegionCode};
use tiexin_protocol::blob::{BlobHash, CHUNK_BYTES, MOST_TRIES, Way, count, span};

use super::province::{Province, desk};
use super::*;
use crate::{BlobCounts, BlobState, Came, StoreError};

/// Bytes that do not repeat.
pub(super) fn bytes(len: usize, seed: u8) -> Vec<u8> {
    let mut bytes = vec![0; len];
    blake3::Hasher::new().update(&[seed]).finalize_xof().fill(&mut bytes);
    bytes
}

pub(super) fn scope() -> RegionCode {
    VILLAGE.parse::<RegionCode>().unwrap().scope()
}

fn noun(home: Uuid, original: &[u8], thumb: Option<&[u8]>) -> Attachment {
    Attachment {
        region: VILLAGE.parse().unwrap(),
        household: Some(home),
        owner: home,
        owner_kind: Kind::Household,
        what: AttachmentKind::HomeVisit,
        sha256: BlobHash::of(original).to_string(),
        bytes: original.len() as u64,
        mime: "image/jpeg".into(),
        width: None,
        height: None,
        thumb_sha256: thumb.map(|thumb| BlobHash::of(thumb).to_string()),
        thumb_bytes: thumb.map(|thumb| thumb.len() as u64),
        taken_at: None,
        note: None,
    }
}

pub(super) fn attach(book: &Book, home: Uuid, original: &[u8], thumb: Option<&[u8]>) -> Uuid {
    let (id, noun) = (id(), noun(home, original, thumb));
    book.attach(id, &noun, noun.to_fields(), original, thumb, &by()).unwrap();
    id
}

pub(super) fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    match fs::read_dir(dir.join("blobs")) {
        Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
        Err(_) => Vec::new(),
    }
}

/// The record arrives by itself, as from another desk.
fn heard_of(book: &Book, home: Uuid, original: &[u8]) -> Uuid {
    let (id, noun) = (id(), noun(home, original, None));
    put(book, &Save { id, kind: "attachment".into(), fields: noun.to_fields(), void: None });
    id
}

fn feed(book: &Book, bytes: &[u8], named: BlobHash, chunk: u32) -> Came {
    let (from, len) = span(bytes.len() as u64, chunk).unwrap();
    let part = &bytes[from as usize..from as usize + len];
    book.take_chunk(&scope(), named, bytes.len() as u64, chunk, part).unwrap()
}

#[test]
fn an_attachment_is_whole_encrypted_and_waits_to_go_up() {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let (photo, small) = (bytes(2 * CHUNK_BYTES + 17, 1), bytes(900, 2));
    let one = attach(&book, home, &photo, Some(&small));
    let hash = BlobHash::of(&photo);
    assert_eq!(book.blob(&scope(), hash).unwrap().unwrap(), photo);
    assert_eq!(book.blob_chunk(&scope(), hash, 2).unwrap().unwrap(), photo[2 * CHUNK_BYTES..]);
    for file in files(dir.path()) {
        let stored = fs::read(file).unwrap();
        for plain in [&photo[..64], &small[..64]] {
            assert!(!stored.windows(64).any(|w| w == plain));
        }
    }
    let wanted = book.blobs_wanted().unwrap();
    assert_eq!(wanted.len(), 2);
    assert!(wanted.iter().all(|w| w.way == Way::Up && w.record == one));
    assert_eq!(book.blob_state(one, hash).unwrap(), BlobState::ToGoUp);
    sound(&book);
    drop(book);
    let book = reopen(dir.path());
    assert_eq!(book.blob(&scope(), hash).unwrap().unwrap(), photo);
    wanted.iter().for_each(|one| book.blob_gone_up(one).unwrap());
    assert_eq!(book.blob_counts().unwrap(), BlobCounts::default());
    assert_eq!(book.blob_state(one, hash).unwrap(), BlobState::Here);
}

#[test]
fn what_cannot_be_saved_leaves_nothing_behind() {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let photo = bytes(5000, 1);
    let mut wrong = noun(home, &photo, None);
    wrong.sha256 = BlobHash::of(b"other").to_string();
    let refused = book.attach(id(), &wrong, wrong.to_fields(), &photo, None, &by());
    assert!(matches!(refused, Err(StoreError::BlobDiffers)));
    book.pretend_full(true).unwrap();
    let noun = noun(home, &photo, None);
    let mut fields = noun.to_fields();
    fields.insert("note".into(), "满".repeat(100_000).into());
    assert!(book.attach(id(), &noun, fields, &photo, None, &by()).is_err());
    book.pretend_full(false).unwrap();
    assert!(files(dir.path()).is_empty());
    assert!(book.blobs_wanted().unwrap().is_empty());
    sound(&book);
}

#[test]
fn the_same_bytes_lie_here_once_and_go_with_the_last_record() {
    let (dir, book) = desk();
    let mut province = Province::new();
    let home = household(&book, VILLAGE, "张三");
    let photo = bytes(5000, 1);
    let two = [attach(&book, home, &photo, None), attach(&book, home, &photo, None)];
    assert_eq!(files(dir.path()).len(), 1);
    assert_eq!(book.blobs_wanted().unwrap().len(), 2);
    province.round(&book);
    sound(&book);
    assert!(two.iter().all(|one| book.get(*one).unwrap().is_some()));
    assert!(matches!(book.drop_scope(&scope()), Err(StoreError::WorkWaiting { .. })), "not handed over");
    book.blobs_wanted().unwrap().iter().for_each(|one| book.blob_gone_up(one).unwrap());
    book.prune_sent(u64::MAX >> 1).unwrap();
    book.drop_scope(&scope()).unwrap();
    assert!(files(dir.path()).is_empty());
    assert_eq!(book.blob(&scope(), BlobHash::of(&photo)).unwrap(), None);
    sound(&book);
}

#[test]
fn bytes_come_in_parts_and_a_break_loses_none() {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let photo = bytes(3 * CHUNK_BYTES + 1, 3);
    let hash = BlobHash::of(&photo);
    let one = heard_of(&book, home, &photo);
    assert_eq!(book.blob_state(one, hash).unwrap(), BlobState::ToComeDown { asked: false });
    assert_eq!(feed(&book, &photo, hash, 2), Came::More);
    assert_eq!(feed(&book, &photo, hash, 0), Came::More);
    assert_eq!(book.blob(&scope(), hash).unwrap(), None, "half a photo is none");
    drop(book);
    let book = reopen(dir.path());
    let have = book.blob_chunks(&scope(), hash, photo.len() as u64).unwrap();
    assert_eq!(have.missing().collect::<Vec<_>>(), [1, 3]);
    assert_eq!(feed(&book, &photo, hash, 1), Came::More);
    assert_eq!(feed(&book, &photo, hash, 3), Came::Whole);
    assert_eq!(book.blob(&scope(), hash).unwrap().unwrap(), photo);
    assert!(book.blobs_wanted().unwrap().is_empty());
    sound(&book);
}

#[test]
fn bytes_that_never_match_are_given_up_and_told() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let photo = bytes(CHUNK_BYTES + 9, 4);
    let other = bytes(CHUNK_BYTES + 9, 5);
    let hash = BlobHash::of(&photo);
    let one = heard_of(&book, home, &photo);
    for _ in 0..MOST_TRIES {
        assert_eq!(book.blobs_wanted().unwrap().len(), 1);
        assert_eq!(feed(&book, &other, hash, 0), Came::More);
        assert_eq!(feed(&book, &other, hash, 1), Came::Differs);
    }
    assert!(book.blobs_wanted().unwrap().is_empty());
    assert_eq!(book.blob_state(one, hash).unwrap(), BlobState::Faulty);
    assert_eq!(book.blob_counts().unwrap().faulty, 1);
    assert!(book.ask_blob(one).unwrap());
    for chunk in 0..count(photo.len() as u64) {
        feed(&book, &photo, hash, chunk);
    }
    assert_eq!(book.blob(&scope(), hash).unwrap().unwrap(), photo);
    sound(&book);
}

#[test]
fn a_damaged_file_is_noticed_and_only_the_damage_is_fetched_again() {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let photo = bytes(3 * CHUNK_BYTES, 6);
    let hash = BlobHash::of(&photo);
    let one = attach(&book, home, &photo, None);
    book.blobs_wanted().unwrap().iter().for_each(|one| book.blob_gone_up(one).unwrap());
    let file = files(dir.path()).remove(0);
    let mut stored = fs::read(&file).unwrap();
    stored[CHUNK_BYTES + 500] ^= 1;
    fs::write(&file, stored).unwrap();
    assert!(matches!(book.blob(&scope(), hash), Err(StoreError::BlobDamaged)));
    assert_eq!(book.verify().unwrap().faults[0].code, "blob_damaged");
    book.mend_blob(&scope(), hash).unwrap();
    assert_eq!(book.blob_state(one, hash).unwrap(), BlobState::ToComeDown { asked: false });
    let have = book.blob_chunks(&scope(), hash, photo.len() as u64).unwrap();
    assert_eq!(have.missing().collect::<Vec<_>>(), [1]);
    assert_eq!(feed(&book, &photo, hash, 1), Came::Whole);
    assert_eq!(book.blob(&scope(), hash).unwrap().unwrap(), photo);
    sound(&book);
    fs::remove_file(&file).unwrap();
    assert_eq!(book.verify().unwrap().faults[0].code, "blob_missing");
}

#[test]
fn a_void_attachment_keeps_its_bytes_but_is_not_fetched() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let photo = bytes(77, 9);
    let far = heard_of(&book, home, &photo);
    let now = record(&book, far);
    let hide = tiexin_protocol::VoidChange::Hide(tiexin_domain::Void { reason: "重复".into() });
    put(&book, &Save { id: far, kind: now.kind, fields: now.fields, void: Some(hide) });
    assert!(book.blobs_wanted().unwrap().is_empty());
    assert_eq!(book.blob_counts().unwrap().down, 0);
    sound(&book);
}

#[test]
fn a_province_put_back_from_a_backup_is_offered_the_bytes_again() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    let home = household(&book, VILLAGE, "张三");
    attach(&book, home, &bytes(77, 9), None);
    province.round(&book);
    book.offer_blobs().unwrap();
    book.blobs_wanted().unwrap().iter().for_each(|one| book.blob_gone_up(one).unwrap());
    book.offer_blobs().unwrap();
    assert!(book.blobs_wanted().unwrap().is_empty(), "the same generation");
    province.generation = id();
    let (header, records) = province.snapshot();
    book.apply_snapshot(&header, records.into_iter().map(Ok::<_, std::io::Error>), &mut |_| true, NOW)
        .unwrap();
    book.offer_blobs().unwrap();
    assert_eq!(book.blobs_wanted().unwrap().len(), 1);
    sound(&book);
}

#[test]
fn bytes_go_along_to_another_township() {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let photo = bytes(CHUNK_BYTES + 5, 10);
    let one = attach(&book, home, &photo, None);
    let there: RegionCode = "340323104".parse().unwrap();
    book.write(|w| {
        let row = crate::record::find(&w.tx, one)?.unwrap();
        let mut moved = row.record.clone();
        moved.scope = there.clone();
        moved.fields.insert("region".into(), "340323104001".into());
        crate::record::update(&w.tx, &row, &moved, None)
    })
    .unwrap();
    let hash = BlobHash::of(&photo);
    assert_eq!(book.blob(&there, hash).unwrap().unwrap(), photo);
    assert_eq!((book.blob(&scope(), hash).unwrap(), files(dir.path()).len()), (None, 1));
    let wanted = book.blobs_wanted().unwrap();
    assert_eq!((wanted.len(), wanted[0].way, &wanted[0].scope), (1, Way::Up, &there));
}
