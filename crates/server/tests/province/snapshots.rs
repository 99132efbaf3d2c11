//! A snapshot is the state, whole or in parts.

use serde_json::json;
use tiexin_protocol::wire::{Cursor, SnapshotHeader};
use tiexin_protocol::{Digest, PUSH_CHANGES};
use uuid::Uuid;

use crate::doors::Line;
use crate::on_both_stores;
use crate::place::{Place, TOWN, VILLAGE, region, worker};

on_both_stores!(a_snapshot_in_parts_is_the_state, an_empty_scope_has_a_snapshot);

async fn a_snapshot_in_parts_is_the_state(place: Place) {
    let server = place.server(None).await;
    let mut desk = worker(&server.province, "w", TOWN).await;
    let ids: Vec<Uuid> = (0..1200).map(|_| Uuid::new_v4()).collect();
    for part in ids.chunks(PUSH_CHANGES) {
        let all: Vec<_> = part.iter().map(|id| desk.new_household(*id, VILLAGE, "户主")).collect();
        desk.push(&server.province, &all).await;
    }
    let edit = desk.edit(ids[0], TOWN, 1, json!({"current_address": "最近改过"}));
    desk.push(&server.province, &[edit]).await;
    desk.follow(&server.province).await;

    let line = Line::of(&server, &desk).await;
    let path = format!("/v1/snapshot/{TOWN}");
    let whole = line.get(&path).send().await.unwrap();
    let tag = whole.headers()["etag"].clone();
    assert_eq!(whole.headers()["accept-ranges"], "bytes");
    let whole = whole.bytes().await.unwrap();
    // The line breaks twice.
    let mut got = Vec::new();
    for end in [whole.len() / 3, whole.len() / 2, whole.len()] {
        let range = format!("bytes={}-{}", got.len(), end - 1);
        let part = line.get(&path).header("range", range).header("if-range", &tag).send().await.unwrap();
        assert_eq!(part.status(), 206);
        got.extend_from_slice(&part.bytes().await.unwrap());
    }
    assert_eq!(got, whole);
    let beyond = line.get(&path).header("range", format!("bytes={}-", whole.len())).send().await.unwrap();
    assert_eq!(beyond.status(), 416);

    let text = String::from_utf8(zstd::decode_all(&got[..]).unwrap()).unwrap();
    let mut lines = text.lines();
    let header: SnapshotHeader = serde_json::from_str(lines.next().unwrap()).unwrap();
    let at = &desk.scopes[TOWN];
    assert_eq!((header.seq, header.chain, header.generation), (at.since, at.chain, at.generation));
    assert_eq!((header.records, header.digest), (1200, at.digest()));
    let mut sum = Digest::default();
    let mut last = u64::MAX;
    for (n, line) in lines.enumerate() {
        let record: tiexin_domain::Record = serde_json::from_str(line).unwrap();
        assert_eq!(at.records.get(&record.id), Some(&record));
        // A line is canonical: its hash is the record's digest.
        assert_eq!(Digest(*blake3::hash(line.as_bytes()).as_bytes()), Digest::of(&record));
        sum = sum.plus(Digest::of(&record));
        assert!(record.version <= last, "newest first");
        last = record.version;
        assert!(n > 0 || record.id == ids[0]);
    }
    assert_eq!(sum, header.digest);

    // A short tail is left to the pull; the snapshot on the shelf serves on.
    let late = desk.new_household(Uuid::new_v4(), VILLAGE, "后来");
    desk.push(&server.province, &[late]).await;
    let again = line.get(&path).send().await.unwrap();
    assert_eq!(again.headers()["etag"], tag);
    let cursor = Cursor {
        scope: region(TOWN),
        generation: header.generation,
        since: header.seq,
        view: header.view.clone(),
    };
    let page = server.province.pull(&desk.pulling(vec![cursor])).await.unwrap().pages.remove(0);
    assert_eq!(page.entries.len(), 1);
    // A long one is not.
    let more: Vec<_> =
        (0..PUSH_CHANGES).map(|_| desk.new_household(Uuid::new_v4(), VILLAGE, "后来")).collect();
    desk.push(&server.province, &more).await;
    let fresh = line.get(&path).header("range", "bytes=10-").header("if-range", &tag).send().await.unwrap();
    assert_eq!(fresh.status(), 200, "the whole: its bytes are others now");
    assert_ne!(fresh.headers()["etag"], tag);
}

async fn an_empty_scope_has_a_snapshot(place: Place) {
    let province = place.province().await;
    let desk = worker(&province, "w", TOWN).await;
    let bytes = province.snapshot_bytes(desk.device, &region(TOWN)).await.unwrap();
    let text = String::from_utf8(zstd::decode_all(&bytes[..]).unwrap()).unwrap();
    let header: SnapshotHeader = serde_json::from_str(text.trim()).unwrap();
    assert_eq!((header.seq, header.records, header.digest), (0, 0, Digest::default()));
}
