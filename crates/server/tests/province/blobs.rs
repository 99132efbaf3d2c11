//! Attachments' bytes: brought chunk by chunk, checked, given only to those with a right to the record.

use bytes::Bytes;
use serde_json::json;
use tiexin_domain::{RegionCode, Role};
use tiexin_protocol::Change;
use tiexin_protocol::blob::{BlobHash, CHUNK_BYTES, Chunks, count, print, span};
use tiexin_server::{Asked, Error, Province, Refused};
use uuid::Uuid;

use crate::desk::Desk;
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, Place, TOWN, VILLAGE, grant, person, region, worker};

on_both_stores!(
    bytes_go_up_in_chunks_and_come_down_whole,
    twice_and_out_of_order_changes_nothing,
    damage_is_found_before_and_after,
    nobody_without_the_right_learns_anything,
    a_hash_that_is_merely_named_gives_nothing,
    what_was_refused_can_still_be_handed_over,
    verify_reads_every_byte,
);

pub(crate) fn photo(seed: u8) -> Vec<u8> {
    let mut bytes = vec![0; 2 * CHUNK_BYTES + 99];
    blake3::Hasher::new().update(&[seed]).finalize_xof().fill(&mut bytes);
    bytes
}

pub(crate) fn attachment(desk: &mut Desk, village: &str, bytes: &[u8]) -> Change {
    let set = json!({
        "region": village, "owner": Uuid::new_v4(), "owner_kind": "household", "what": "home_visit",
        "sha256": BlobHash::of(bytes).to_string(), "bytes": bytes.len(), "mime": "image/jpeg",
    });
    desk.change("attachment", Uuid::new_v4(), &village[..9], 0, set)
}

struct Line<'a> {
    province: &'a Province,
    device: Uuid,
    record: Uuid,
    scope: RegionCode,
    hash: BlobHash,
}

impl<'a> Line<'a> {
    fn of(province: &'a Province, desk: &Desk, change: &Change, bytes: &[u8]) -> Line<'a> {
        let (record, scope) = (change.record, change.scope.clone());
        Line { province, device: desk.device, record, scope, hash: BlobHash::of(bytes) }
    }

    fn asked(&self, chunk: u32) -> Asked<'_> {
        Asked { device: self.device, scope: &self.scope, record: self.record, hash: self.hash, chunk }
    }

    async fn put(&self, bytes: &[u8], chunk: u32) -> tiexin_server::Result<Chunks> {
        let (from, len) = span(bytes.len() as u64, chunk).unwrap();
        let part = Bytes::copy_from_slice(&bytes[from as usize..from as usize + len]);
        let said = print(&part);
        self.province.put_blob(&self.asked(chunk), bytes.len() as u64, &said, part).await
    }

    async fn put_all(&self, bytes: &[u8]) {
        for chunk in 0..count(bytes.len() as u64) {
            self.put(bytes, chunk).await.unwrap();
        }
    }

    async fn get_all(&self, bytes: u64) -> tiexin_server::Result<Vec<u8>> {
        let mut all = Vec::new();
        for chunk in 0..count(bytes) {
            let (part, said) = self.province.get_blob(&self.asked(chunk)).await?;
            assert_eq!(print(&part), said);
            all.extend_from_slice(&part);
        }
        Ok(all)
    }
}

fn refused<T>(result: tiexin_server::Result<T>) -> Refused {
    match result.err().expect("a refusal") {
        Error::Refused(refused) => refused,
        other => panic!("{other}"),
    }
}

/// A province with somewhere for its attachments.
async fn province(place: &Place, folder: &tempfile::TempDir) -> Province {
    place.province().await.with_blobs(folder.path().to_str().unwrap()).unwrap()
}

async fn told(province: &Province, desk: &mut Desk, bytes: &[u8]) -> Change {
    let change = attachment(desk, VILLAGE, bytes);
    desk.push(province, std::slice::from_ref(&change)).await;
    change
}

async fn bytes_go_up_in_chunks_and_come_down_whole(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let province = province(&place, &folder).await;
    let mut a = worker(&province, "a", TOWN).await;
    let b = worker(&province, "b", TOWN).await;
    let bytes = photo(1);
    let change = told(&province, &mut a, &bytes).await;
    let (up, down) = (Line::of(&province, &a, &change, &bytes), Line::of(&province, &b, &change, &bytes));
    assert_eq!(refused(down.get_all(bytes.len() as u64).await), Refused::NotFound, "not brought yet");
    up.put(&bytes, 1).await.unwrap();
    let (have, long) = province.blob_have(&up.asked(0)).await.unwrap();
    assert_eq!((have.missing().collect::<Vec<_>>(), long), (vec![0, 2], bytes.len() as u64));
    assert_eq!(refused(down.get_all(bytes.len() as u64).await), Refused::NotFound, "half of it is none");
    up.put(&bytes, 0).await.unwrap();
    assert!(up.put(&bytes, 2).await.unwrap().is_whole());
    assert_eq!(down.get_all(bytes.len() as u64).await.unwrap(), bytes);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn twice_and_out_of_order_changes_nothing(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let province = province(&place, &folder).await;
    let mut a = worker(&province, "a", TOWN).await;
    let bytes = photo(2);
    let change = told(&province, &mut a, &bytes).await;
    let up = Line::of(&province, &a, &change, &bytes);
    for chunk in [2, 2, 0, 2, 1, 0, 1, 2] {
        up.put(&bytes, chunk).await.unwrap();
    }
    up.put_all(&bytes).await;
    assert_eq!(up.get_all(bytes.len() as u64).await.unwrap(), bytes);
    // The same bytes for another record lie there once.
    let again = told(&province, &mut a, &bytes).await;
    Line::of(&province, &a, &again, &bytes).put_all(&bytes).await;
    assert_eq!(province.verify().await.unwrap().blobs, 1);
}

async fn damage_is_found_before_and_after(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let province = province(&place, &folder).await;
    let mut a = worker(&province, "a", TOWN).await;
    let (bytes, other) = (photo(3), photo(4));
    let change = told(&province, &mut a, &bytes).await;
    let up = Line::of(&province, &a, &change, &bytes);
    let wrong = Bytes::copy_from_slice(&other[..CHUNK_BYTES]);
    let said = print(&bytes[..CHUNK_BYTES]);
    let damaged = province.put_blob(&up.asked(0), bytes.len() as u64, &said, wrong).await;
    assert_eq!(refused(damaged), Refused::BlobDamaged);
    let short = Bytes::copy_from_slice(&bytes[..5]);
    let said = print(&short);
    let damaged = province.put_blob(&up.asked(0), bytes.len() as u64, &said, short).await;
    assert_eq!(refused(damaged), Refused::BlobDamaged);
    // Every chunk is what it says, together they are not what the record says: nothing is kept.
    up.put(&other, 0).await.unwrap();
    up.put(&other, 1).await.unwrap();
    assert_eq!(refused(up.put(&other, 2).await), Refused::BlobDiffers);
    assert_eq!(province.blob_have(&up.asked(0)).await.unwrap().0.missing().count(), 3);
    up.put_all(&bytes).await;
    assert_eq!(up.get_all(bytes.len() as u64).await.unwrap(), bytes);
}

async fn nobody_without_the_right_learns_anything(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let province = province(&place, &folder).await;
    let mut a = worker(&province, "a", TOWN).await;
    let stranger = worker(&province, "s", OTHER_TOWN).await;
    let neighbour = person(&province, "n", &[grant(Role::Worker, "340323100002")]).await;
    let reader = person(&province, "r", &[grant(Role::Auditor, TOWN)]).await;
    let bytes = photo(5);
    let change = told(&province, &mut a, &bytes).await;
    for desk in [&stranger, &neighbour] {
        let line = Line::of(&province, desk, &change, &bytes);
        let before = refused(province.blob_have(&line.asked(0)).await);
        assert_eq!((before, refused(line.put(&bytes, 0).await)), (Refused::NotFound, Refused::NotFound));
    }
    Line::of(&province, &a, &change, &bytes).put_all(&bytes).await;
    for desk in [&stranger, &neighbour] {
        let line = Line::of(&province, desk, &change, &bytes);
        // The same answer as for what does not exist.
        assert_eq!(refused(province.blob_have(&line.asked(0)).await), Refused::NotFound);
        assert_eq!(refused(line.get_all(bytes.len() as u64).await), Refused::NotFound);
    }
    let reading = Line::of(&province, &reader, &change, &bytes);
    assert_eq!(reading.get_all(bytes.len() as u64).await.unwrap(), bytes);
    let more = told(&province, &mut a, &photo(6)).await;
    assert_eq!(
        refused(Line::of(&province, &reader, &more, &photo(6)).put(&photo(6), 0).await),
        Refused::NoRight
    );
}

async fn a_hash_that_is_merely_named_gives_nothing(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let province = province(&place, &folder).await;
    let mut a = worker(&province, "a", TOWN).await;
    let mut n = person(&province, "n", &[grant(Role::Worker, "340323100002")]).await;
    let bytes = photo(7);
    let change = told(&province, &mut a, &bytes).await;
    Line::of(&province, &a, &change, &bytes).put_all(&bytes).await;
    // A neighbour who has seen the hash names it in an attachment of its own village.
    let named = attachment(&mut n, "340323100002", &bytes);
    n.push(&province, std::slice::from_ref(&named)).await;
    let line = Line::of(&province, &n, &named, &bytes);
    assert_eq!(province.blob_have(&line.asked(0)).await.unwrap().0.missing().count(), 3);
    assert_eq!(refused(line.get_all(bytes.len() as u64).await), Refused::NotFound);
}

async fn what_was_refused_can_still_be_handed_over(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let province = province(&place, &folder).await;
    let mut a = worker(&province, "a", TOWN).await;
    let bytes = photo(8);
    province.end_grant("a", &Role::Worker, &region(TOWN), None).await.unwrap();
    let change = told(&province, &mut a, &bytes).await;
    let line = Line::of(&province, &a, &change, &bytes);
    line.put_all(&bytes).await;
    assert!(province.blob_have(&line.asked(0)).await.unwrap().0.is_whole());
    assert_eq!(refused(line.get_all(bytes.len() as u64).await), Refused::NotFound, "brought, not to be had");
}

async fn verify_reads_every_byte(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let province = province(&place, &folder).await;
    let mut a = worker(&province, "a", TOWN).await;
    let bytes = photo(9);
    let change = told(&province, &mut a, &bytes).await;
    let line = Line::of(&province, &a, &change, &bytes);
    line.put_all(&bytes).await;
    let file = folder.path().join("blob").join(TOWN).join(BlobHash::of(&bytes).to_string());
    let mut stored = std::fs::read(&file).unwrap();
    assert_eq!(
        std::fs::read_dir(folder.path().join("part"))
            .map_or(0, |parts| parts.flatten().map(|p| walk(&p.path())).sum()),
        0
    );
    stored[CHUNK_BYTES] ^= 1;
    std::fs::write(&file, &stored).unwrap();
    assert_eq!(refused(line.get_all(bytes.len() as u64).await), Refused::BlobBroken);
    assert_eq!(province.verify().await.unwrap().broken[0].code, "blob_damaged");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(refused(line.get_all(bytes.len() as u64).await), Refused::BlobBroken);
    assert_eq!(province.verify().await.unwrap().broken[0].code, "blob_missing");
}

/// Files below a folder.
fn walk(path: &std::path::Path) -> usize {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| walk(&entry.path())).sum(),
        Err(_) => 1,
    }
}
