//! A province whose log contradicts what a desk has read of it, or itself: the office put a copy back and said
//! nothing, or somebody was at its database.

use std::time::Duration;

use tiexin_sync::{RoundReport, SyncError};
use uuid::Uuid;

use crate::town::{Desk, NOW, Town, household, with};

/// A round that goes in circles would end after a hundred thousand steps.
async fn round(desk: &Desk, town: &Town) -> Result<RoundReport, SyncError> {
    let address = town.address();
    let round = desk.round_at(&address, NOW + 1);
    tokio::time::timeout(Duration::from_secs(60), round).await.expect("it comes to an end")
}

fn saved(desk: &Desk, name: &str) -> Uuid {
    let id = Uuid::now_v7();
    desk.save(id, household(name), NOW);
    id
}

fn has(desk: &Desk, id: Uuid) -> bool {
    desk.book.get(id).unwrap().is_some()
}

/// Two desks that have read the same, and a copy of the province that lacks the last change of one.
struct Copied {
    town: Town,
    a: Desk,
    b: Desk,
    lost: Uuid,
}

async fn copied() -> Copied {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    saved(&a, "张三");
    a.round(&town).await;
    b.round(&town).await;
    let copy = town.file("copy.db");
    // From now on desks keep what no backup holds. One that the program makes would know that it is a copy.
    town.server.province.backup_begins().await.unwrap();
    town.meddle(&format!("VACUUM INTO '{}'", copy.display()));
    town.server.province.backup_ended().await.unwrap();
    let lost = saved(&a, "李四");
    a.round(&town).await;
    assert_eq!(a.agreed().0, 2);
    Copied { town: town.put_back(&copy).await, a, b, lost }
}

async fn all_agree(town: &Town, desks: &[&Desk], seq: u64) {
    for _ in 0..2 {
        for desk in desks {
            round(desk, town).await.unwrap();
        }
    }
    for desk in desks {
        assert_eq!(desk.agreed(), desks[0].agreed());
        assert_eq!(desk.agreed().0, seq);
        let report = desk.book.verify().unwrap();
        assert!(report.faults.is_empty(), "{report:?}");
    }
    let report = town.server.province.verify().await.unwrap();
    assert!(report.broken.iter().all(|found| found.code == "witness_disagrees"), "{:?}", report.broken);
}

/// Nobody says `restored`, and nobody has to.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_served_knows_that_it_is_one() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    saved(&a, "张三");
    a.round(&town).await;
    b.round(&town).await;
    let copy = town.file("copy.db");
    town.server.province.back_up(&copy).await.unwrap();
    let lost = saved(&a, "李四");
    a.round(&town).await;
    let before = generation(&a);
    let town = town.put_back(&copy).await;
    assert_eq!(round(&b, &town).await.unwrap().loaded, 0, "it had read no more: it reads on");
    round(&a, &town).await.unwrap();
    assert_ne!(generation(&a), before);
    all_agree(&town, &[&a, &b], 2).await;
    assert!(has(&b, lost));
    // Once: another start is no other copy.
    let before = generation(&a);
    let town = town.stop_and_start().await;
    round(&a, &town).await.unwrap();
    assert_eq!(generation(&a), before);
}

/// Two machines speak under one number until hello tells them apart: what a backup holds of one says nothing
/// about what the other told.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_clones_changes_does_not_hold_the_desks_own() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    saved(&a, "张三");
    a.round(&town).await;
    b.round(&town).await;
    let clone = a.image();
    let copy = town.file("copy.db");
    town.server.province.back_up(&copy).await.unwrap();
    let told = saved(&a, "李四");
    a.round(&town).await;
    let town = town.put_back(&copy).await;
    // Under the number that 李四 had been told under, and one more.
    saved(&clone, "王五");
    saved(&clone, "赵六");
    round(&clone, &town).await.unwrap();
    town.server.province.back_up(&town.file("next.db")).await.unwrap();
    round(&a, &town).await.unwrap();
    assert!(has(&a, told), "it never leaves the screen");
    all_agree(&town, &[&a, &b, &clone], 4).await;
    assert!(has(&b, told));
}

fn generation(desk: &Desk) -> Uuid {
    desk.book.cursors().unwrap()[0].generation
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_shorter_than_what_was_read_is_told_what_it_lacks_at_once() {
    let Copied { town, a, b, lost } = copied().await;
    round(&a, &town).await.unwrap();
    assert!(has(&a, lost), "it never leaves the screen");
    round(&b, &town).await.unwrap();
    assert!(has(&b, lost));
    all_agree(&town, &[&a, &b], 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_went_on_differently_is_read_anew_and_told_what_it_lacks() {
    let Copied { town, a, b, lost } = copied().await;
    // As many entries as the desk has read, but others; and more.
    let others = [saved(&b, "王五"), saved(&b, "赵六")];
    round(&b, &town).await.unwrap();
    round(&a, &town).await.unwrap();
    assert!(others.iter().all(|id| has(&a, *id)) && has(&a, lost));
    all_agree(&town, &[&a, &b], 4).await;
    assert!(has(&b, lost));
}

/// Entries that do not fit their chain, behind a snapshot that is still handed out.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_contradicts_itself_ends_the_round_and_holds_up_nothing_else() {
    let town = Town::begin().await;
    town.grant("340323104").await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    let first = saved(&a, "张三");
    a.round(&town).await;
    // The snapshot is made here.
    b.round(&town).await;
    let second = saved(&a, "李四");
    a.round(&town).await;
    town.meddle(
        "DROP TRIGGER log_is_append_only;
         UPDATE log SET entry = replace(entry, '李四', '李五') WHERE seq = 2",
    );
    let before = b.book.sync_state().unwrap().last_round;
    let mine = saved(&b, "王五");
    let elsewhere = Uuid::now_v7();
    let there = with(household("别处"), "region", serde_json::json!("340323104001"));
    a.save(elsewhere, there, NOW);
    a.round(&town).await;

    assert_eq!(round(&b, &town).await, Err(SyncError::Contradictory));
    assert_eq!(b.book.sync_state().unwrap().waiting, 0, "it was told all the same");
    assert!(has(&b, first) && has(&b, mine));
    assert!(has(&b, elsewhere), "the next township is read");
    assert!(!has(&b, second), "what nobody vouches for is not shown");
    assert_eq!(b.book.sync_state().unwrap().last_round, before, "it was no full round");
    let broken = town.server.province.verify().await.unwrap().broken;
    assert!(broken.iter().any(|found| (found.code, found.seq) == ("chain_broken", Some(2))), "{broken:?}");

    // The office mends it.
    town.meddle("UPDATE log SET entry = replace(entry, '李五', '李四') WHERE seq = 2");
    round(&b, &town).await.unwrap();
    round(&a, &town).await.unwrap();
    assert!(has(&b, second) && has(&a, mine));
}

/// A digest that fits no state.
#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_fits_nothing_is_not_believed() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    let first = saved(&a, "张三");
    a.round(&town).await;
    b.round(&town).await;
    saved(&a, "李四");
    a.round(&town).await;
    town.meddle("UPDATE scope SET digest = zeroblob(32)");
    let mine = saved(&b, "王五");
    assert_eq!(round(&b, &town).await, Err(SyncError::Contradictory));
    assert!(has(&b, first) && has(&b, mine), "what is here stays");
    assert_eq!(b.book.sync_state().unwrap().waiting, 0);
    let report = town.server.province.verify().await.unwrap();
    assert!(report.broken.iter().any(|found| found.code == "digest_wrong"), "{:?}", report.broken);
}

/// A township's snapshot that does not fit itself holds up neither the desk's own work nor the other townships.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_contradicts_itself_holds_up_nothing_else() {
    let town = Town::begin().await;
    town.grant("340323104").await;
    let a = Desk::enrolled(&town).await;
    let here = saved(&a, "李四");
    let elsewhere = Uuid::now_v7();
    a.save(elsewhere, with(household("别处"), "region", serde_json::json!("340323104001")), NOW);
    a.round(&town).await;
    town.meddle("UPDATE record SET record = replace(record, '李四', '李五')");
    let b = Desk::enrolled(&town).await;
    let mine = saved(&b, "王五");
    for _ in 0..2 {
        assert_eq!(round(&b, &town).await, Err(SyncError::Contradictory));
        assert_eq!(b.book.sync_state().unwrap().waiting, 0, "it was told all the same");
        assert!(has(&b, mine) && has(&b, elsewhere), "the other township is read");
        assert_eq!(b.book.sync_state().unwrap().last_round, None, "it was no full round");
    }
    // The office mends it, and the server no longer holds the one it had made.
    town.meddle("UPDATE record SET record = replace(record, '李五', '李四')");
    let town = town.stop_and_start().await;
    round(&b, &town).await.unwrap();
    assert!(has(&b, here));
    all_agree(&town, &[&a, &b], 2).await;
}
