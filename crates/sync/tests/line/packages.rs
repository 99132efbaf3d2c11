//! Packages between real books and a real server: the same as a round, in any order, twice, late.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use tiexin_domain::nouns::attachment::{Attachment, AttachmentKind};
use tiexin_domain::{Grant, Kind, Noun, Role};
use tiexin_protocol::blob::BlobHash;
use tiexin_protocol::package::{Fault, Gathered, Part, gather};
use tiexin_store::{By, SyncState};
use tiexin_sync::{HttpProvince, Made, PackageError, TakenIn, carry, device_key, make, take_in};
use uuid::Uuid;

use crate::town::{Desk, NOW, Town, household, with};

const OTHER_TOWN: &str = "340323104";

fn out(desk: &Desk) -> Made {
    make(&desk.book, Uuid::new_v4(), 1 << 20, NOW).unwrap()
}

/// The province's own machine reads the stick and writes the reply on it.
async fn answered(town: &Town, parts: &[Part]) -> Gathered {
    let province = &town.server.province;
    let mut state = None;
    for part in parts {
        state = Some(province.take_part(part.bytes().to_vec()).await.unwrap());
    }
    let state = state.unwrap();
    let mut replies = Vec::new();
    for part in 1..=state.reply_parts.expect("whole") {
        replies.push(Part::read(province.package_reply(state.package, part).await.unwrap()).unwrap());
    }
    gather(replies).unwrap().remove(0)
}

fn back(desk: &Desk, reply: &Gathered) -> TakenIn {
    take_in(&desk.book, reply, NOW).unwrap()
}

/// Everything that a reply could change.
fn all_of(desk: &Desk) -> (SyncState, BTreeMap<Uuid, serde_json::Value>, Vec<tiexin_domain::User>) {
    let list = tiexin_store::ListQuery { kind: "household".into(), limit: 1_000, ..Default::default() };
    let page = desk.book.list(&list).unwrap();
    let records = page.records.into_iter().map(|r| (r.id, json!(r))).collect();
    (desk.book.sync_state().unwrap(), records, desk.book.users().unwrap())
}

fn fault(result: Result<TakenIn, PackageError>) -> Fault {
    match result {
        Err(PackageError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_without_a_line_keeps_up() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    let shared = Uuid::new_v4();
    b.save(shared, household("乙户"), NOW);
    b.round(&town).await;
    a.round(&town).await;
    let last_round = a.book.sync_state().unwrap().last_round;
    // No line at a from here on.
    b.save(shared, with(b.fields(shared), "phone", json!("19900001111")), NOW);
    b.round(&town).await;
    let mine = Uuid::new_v4();
    a.save(mine, household("甲户"), NOW);
    a.save(shared, with(a.fields(shared), "current_address", json!("东头")), NOW);
    let made = out(&a);
    assert_eq!((made.number, made.changes, made.left), (1, 2, 0));
    assert_eq!(a.book.sync_state().unwrap().waiting, 2, "nothing is marked as told");
    let told = back(&a, &answered(&town, &made.parts).await);
    assert_eq!((told.settled, told.loaded, told.more, told.copied), (2, 0, false, false));
    assert_eq!(told.entries, 3);
    assert_eq!(a.fields(shared)["phone"], "19900001111");
    a.agreed();
    assert_eq!(a.book.sync_state().unwrap().last_round, last_round, "only a round on the line is full");
    b.round(&town).await;
    assert_eq!(a.agreed(), b.agreed());
    assert_eq!(b.fields(shared)["current_address"], "东头");
    assert_eq!(out(&a).number, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_late_and_out_of_order_changes_nothing() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    a.round(&town).await;
    let one = Uuid::new_v4();
    a.save(one, household("甲户"), NOW);
    let first = out(&a);
    a.save(one, with(a.fields(one), "phone", json!("19900001111")), NOW);
    let second = out(&a);
    let second_told = answered(&town, &second.parts).await;
    let first_told = answered(&town, &first.parts).await;
    assert_eq!(back(&a, &second_told).settled, 2);
    let now = all_of(&a);
    for late in [&first_told, &second_told, &first_told] {
        let told = back(&a, late);
        assert_eq!((told.settled, told.entries, told.kinds.len()), (0, 0, 0));
        assert_eq!(all_of(&a), now);
    }
    // A round on the line in between.
    b.round(&town).await;
    b.save(one, with(b.fields(one), "phone", json!("19900002222")), NOW);
    b.round(&town).await;
    a.save(Uuid::new_v4(), household("丙户"), NOW);
    let third = out(&a);
    let third_told = answered(&town, &third.parts).await;
    a.round(&town).await;
    let now = all_of(&a);
    for late in [&third_told, &first_told, &second_told] {
        assert_eq!(back(&a, late).settled, 0);
        let after = all_of(&a);
        assert_eq!(after, now);
    }
    assert_eq!(a.fields(one)["phone"], "19900002222");
    // And a round after it all has nothing left to do.
    let round = a.round(&town).await;
    assert_eq!((round.pushed, round.pulled), (0, 0));
    assert!(a.book.verify().unwrap().sound());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_or_not_for_this_desk_is_refused_and_changes_nothing() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    assert_eq!(make(&a.book, Uuid::new_v4(), 100, NOW).unwrap_err(), PackageError::NoKeys);
    a.round(&town).await;
    b.round(&town).await;
    a.save(Uuid::new_v4(), household("甲户"), NOW);
    let made = make(&a.book, Uuid::new_v4(), 200, NOW).unwrap();
    let reply = answered(&town, &made.parts).await;
    let now = all_of(&a);
    let own = gather(made.parts.clone()).unwrap().remove(0);
    assert_eq!(fault(take_in(&a.book, &own, NOW)), Fault::Outward);
    assert_eq!(fault(take_in(&b.book, &reply, NOW)), Fault::OtherDesk);
    let elsewhere = Town::begin().await;
    let c = Desk::enrolled(&elsewhere).await;
    c.round(&elsewhere).await;
    let foreign = elsewhere.server.province.take_part(made.parts[0].bytes().to_vec()).await;
    assert!(foreign.unwrap_err().to_string().contains("另一个省平台"));
    let bytes = reply.held().next().unwrap().bytes().to_vec();
    proptest!(ProptestConfig::with_cases(200), |(at: prop::sample::Index, flip in 1u8..)| {
        let mut damaged = bytes.clone();
        let at = at.index(damaged.len());
        damaged[at] ^= flip;
        let taken = Part::read(damaged)
            .map_err(PackageError::from)
            .and_then(|part| take_in(&a.book, &Gathered::begin(part), NOW));
        prop_assert!(taken.is_err(), "byte {}", at);
    });
    assert_eq!(all_of(&a), now);
    assert_eq!(back(&a, &reply).settled, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_township_comes_and_goes_with_its_grant() {
    let town = Town::begin().await;
    let province = &town.server.province;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    a.round(&town).await;
    b.round(&town).await;
    for n in 0..30 {
        b.save(Uuid::new_v4(), household(&format!("第{n}户")), NOW);
    }
    b.round(&town).await;
    let other = Grant { role: Role::Worker, region: OTHER_TOWN.parse().unwrap(), from: None, to: None };
    province.add_grant("worker", &other).await.unwrap();
    b.round(&town).await;
    let mut elsewhere = household("别处");
    elsewhere.insert("region".into(), json!("340323104001"));
    let there = Uuid::new_v4();
    b.save(there, elsewhere, NOW);
    b.round(&town).await;
    let before = answered(&town, &out(&a).parts).await;
    let told = back(&a, &before);
    assert_eq!((told.entries, told.loaded), (30, 1));
    assert_eq!(a.fields(there)["head_name"], "别处");
    assert!(a.book.sync_state().unwrap().scopes.iter().all(|scope| scope.checked_at.is_some()));
    province.end_grant("worker", &Role::Worker, &OTHER_TOWN.parse().unwrap(), None).await.unwrap();
    back(&a, &answered(&town, &out(&a).parts).await);
    assert!(a.book.get(there).unwrap().is_none(), "nothing of it stays (I11)");
    // The old reply does not bring it back.
    let now = all_of(&a);
    back(&a, &before);
    assert_eq!(all_of(&a), now);
    a.round(&town).await;
}

/// As on the line: it holds up neither the others nor the rest of the reply, and is asked for whole once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_contradicts_itself_holds_up_nothing_else() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    a.round(&town).await;
    let save = |name: &str, village: &str| {
        let mut fields = household(name);
        fields.insert("region".into(), json!(village));
        let id = Uuid::new_v4();
        b.save(id, fields, NOW);
        id
    };
    town.grant(OTHER_TOWN).await;
    town.grant("340323105").await;
    b.round(&town).await;
    let (bad, good) = (save("别处", "340323104001"), save("远处", "340323105001"));
    b.round(&town).await;
    town.meddle("UPDATE record SET record = replace(record, '别处', '别外')");
    let told = back(&a, &answered(&town, &out(&a).parts).await);
    assert_eq!((told.loaded, told.anew), (1, vec![OTHER_TOWN.parse().unwrap()]));
    assert!(a.book.get(good).unwrap().is_some());
    // The office mends it, and the server no longer holds the one it had made.
    town.meddle("UPDATE record SET record = replace(record, '别外', '别处')");
    let town = town.stop_and_start().await;
    let told = back(&a, &answered(&town, &out(&a).parts).await);
    assert_eq!((told.loaded, told.anew), (1, Vec::new()));
    assert_eq!(a.fields(bad)["head_name"], "别处");
    a.round(&town).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_book_gets_a_number_of_its_own() {
    let town = Town::begin().await;
    let a = Desk::enrolled(&town).await;
    a.round(&town).await;
    let one = Uuid::new_v4();
    a.save(one, household("甲户"), NOW);
    let first = answered(&town, &out(&a).parts).await;
    a.book.take_new_incarnation().unwrap();
    assert_eq!(fault(take_in(&a.book, &first, NOW)), Fault::OtherIncarnation);
    let told = back(&a, &answered(&town, &out(&a).parts).await);
    assert_eq!((told.settled, told.loaded), (1, 1));
    assert!(a.book.verify().unwrap().sound());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_to_another_machines_package_is_not_believed() {
    let town = Town::begin().await;
    let a = Desk::enrolled(&town).await;
    a.round(&town).await;
    // The same machine once more, or the same one put back from an image of its disk: one number, two works.
    let b = a.image();
    a.save(Uuid::new_v4(), household("甲户"), NOW);
    let reply = answered(&town, &out(&a).parts).await;
    b.save(Uuid::new_v4(), household("乙户"), NOW);
    assert_eq!(fault(take_in(&b.book, &reply, NOW)), Fault::OtherIncarnation);
    assert_eq!(b.book.sync_state().unwrap().waiting, 1, "乙户 was never told");
    assert_eq!(back(&a, &reply).settled, 1);
    assert_eq!(b.round(&town).await.pushed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_brings_the_parts_and_fetches_the_reply() {
    let town = Town::begin().await;
    let (a, courier) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    a.round(&town).await;
    a.save(Uuid::new_v4(), household("甲户"), NOW);
    let made = make(&a.book, Uuid::new_v4(), 100, NOW).unwrap();
    let device = courier.book.device().unwrap();
    let line =
        HttpProvince::new(&town.address(), device.id.map(|id| (id, device_key(&device.key_seed)))).unwrap();
    let (some, rest) = made.parts.split_at(2);
    let half = carry(&line, &gather(some.to_vec()).unwrap()[0]).await.unwrap();
    assert_eq!(half.missing, (3..=made.parts.len() as u32).collect::<Vec<_>>());
    assert!(half.replies.is_empty());
    let whole = carry(&line, &gather(rest.to_vec()).unwrap()[0]).await.unwrap();
    assert!(whole.missing.is_empty() && whole.refused.is_none());
    let reply = gather(whole.replies).unwrap().remove(0);
    assert_eq!(fault(take_in(&courier.book, &reply, NOW)), Fault::OtherDesk);
    assert_eq!(back(&a, &reply).settled, 1);
    a.agreed();
    // A courier that the province shut out brings nothing.
    town.server.province.revoke_device(device.id.unwrap()).await.unwrap();
    let refused = carry(&line, &gather(made.parts.clone()).unwrap()[0]).await;
    assert!(matches!(refused, Err(PackageError::Sync(_))), "{refused:?}");
}

/// Parts are kept for some time after the first: the last one begins by clearing away what is old.
#[tokio::test(flavor = "multi_thread")]
async fn a_package_whose_last_part_comes_months_later_is_taken_in() {
    let town = Town::begin().await;
    let a = Desk::enrolled(&town).await;
    a.round(&town).await;
    a.save(Uuid::new_v4(), household("甲户"), NOW);
    let made = make(&a.book, Uuid::new_v4(), 100, NOW).unwrap();
    let (last, first) = made.parts.split_last().unwrap();
    for part in first {
        let state = town.server.province.take_part(part.bytes().to_vec()).await.unwrap();
        assert!(!state.missing.is_empty());
    }
    town.pass(100 * 24 * 3600 * 1000);
    let told = back(&a, &answered(&town, std::slice::from_ref(last)).await);
    assert_eq!(told.settled, 1);
}

/// A photo of a family, saved at a desk.
fn attach(desk: &Desk, home: Uuid, photo: &[u8], thumb: &[u8]) -> Uuid {
    let attachment = Attachment {
        region: "340323100001".parse().unwrap(),
        household: Some(home),
        owner: home,
        owner_kind: Kind::Household,
        what: AttachmentKind::HomeVisit,
        sha256: BlobHash::of(photo).to_string(),
        bytes: photo.len() as u64,
        mime: "image/jpeg".into(),
        width: None,
        height: None,
        thumb_sha256: Some(BlobHash::of(thumb).to_string()),
        thumb_bytes: Some(thumb.len() as u64),
        taken_at: None,
        note: None,
    };
    let id = Uuid::now_v7();
    let by = By { author: desk.user, now_ms: NOW, group: Uuid::new_v4() };
    desk.book.attach(id, &attachment, attachment.to_fields(), photo, Some(thumb), &by).unwrap();
    id
}

fn noise(len: usize, seed: u32) -> Vec<u8> {
    (0..len as u32).map(|n| (n.wrapping_mul(seed).wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_go_along_as_far_as_there_is_room() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    a.round(&town).await;
    let home = Uuid::new_v4();
    a.save(home, household("甲户"), NOW);
    let (large, small) = (noise(300_000, 3), noise(2_000, 5));
    attach(&a, home, &large, &small);
    let (other, other_small) = (noise(700_000, 7), noise(2_000, 9));
    let late = attach(&a, home, &other, &other_small);
    assert_eq!(a.book.blob_counts().unwrap().up, 2);
    // Both small ones and what still fits; nothing leaves the queue before it is known to have arrived.
    let made = make(&a.book, Uuid::new_v4(), 512 * 1024, NOW).unwrap();
    assert_eq!((made.parts.len(), made.attachments, made.attachments_left), (1, 3, 1));
    assert_eq!(a.book.blob_counts().unwrap().up, 2);
    let reply = answered(&town, &made.parts).await;
    let told = back(&a, &reply);
    assert_eq!((told.attachments, told.attachments_again), (3, 0));
    assert_eq!(a.book.blob_counts().unwrap().up, 1);
    // Again and late, nothing.
    assert_eq!(back(&a, &reply).attachments, 0);
    // The last one is larger than a part: it goes alone, in several.
    let made = make(&a.book, Uuid::new_v4(), 256 * 1024, NOW).unwrap();
    assert_eq!((made.parts.len() > 2, made.attachments, made.attachments_left), (true, 1, 0));
    assert_eq!(back(&a, &answered(&town, &made.parts).await).attachments, 1);
    assert_eq!(a.book.blob_counts().unwrap().up, 0);
    assert_eq!(make(&a.book, Uuid::new_v4(), 256 * 1024, NOW).unwrap().attachments, 0);
    // Another desk has them by the line.
    b.round(&town).await;
    let device = b.book.device().unwrap();
    let key = device_key(&device.key_seed);
    let line = HttpProvince::new(&town.address(), device.id.map(|id| (id, key))).unwrap();
    b.book.ask_blob(late).unwrap();
    let carrying = tiexin_sync::Carrying { stop: &|| false, arrived: &|_| () };
    tiexin_sync::carry_blobs(&b.book, &line, &carrying).await.unwrap();
    let scope = "340323100".parse().unwrap();
    assert_eq!(b.book.blob(&scope, BlobHash::of(&other)).unwrap(), Some(other));
}
