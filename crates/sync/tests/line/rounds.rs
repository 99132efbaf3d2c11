//! Rounds between real books and a real server.

use serde_json::json;
use tiexin_sync::{SyncError, due, notices};
use uuid::Uuid;

use crate::town::{Desk, NOW, Town, household, with};

/// Ten years, in milliseconds.
const TEN_YEARS: i64 = 10 * 365 * 86_400_000;
const HOUR: i64 = 3_600_000;

#[tokio::test(flavor = "multi_thread")]
async fn what_one_desk_saves_the_other_reads() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    b.round(&town).await;
    let id = Uuid::now_v7();
    a.save(id, household("张三"), NOW);
    let told = a.round(&town).await;
    assert_eq!((told.pushed, told.pulled), (1, 1));
    let read = b.round(&town).await;
    assert_eq!((read.pulled, read.kinds.contains("household")), (1, true));
    assert_eq!(a.fields(id), b.fields(id));
    assert_eq!(a.agreed(), b.agreed());
    let report = a.book.verify().unwrap();
    assert!(report.faults.is_empty(), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_town_that_began_alone_takes_everything_along() {
    let town = Town::begin().await;
    let a = Desk::alone();
    let ids: Vec<Uuid> = (0..1_200).map(|_| Uuid::now_v7()).collect();
    for id in &ids {
        a.save(*id, household("单机"), NOW);
    }
    a.enrol(&town).await;
    assert_eq!(a.round(&town).await.pushed, 1_200);
    let b = Desk::enrolled(&town).await;
    let read = b.round(&town).await;
    assert_eq!(read.loaded + read.pulled, 1_200);
    assert!(ids.iter().all(|id| b.fields(*id)["head_name"] == "单机"));
    assert_eq!(a.agreed(), b.agreed());
}

#[tokio::test(flavor = "multi_thread")]
async fn both_edit_one_record_and_agree_whatever_their_clocks_say() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    let id = Uuid::now_v7();
    a.save(id, household("李四"), NOW);
    a.round(&town).await;
    b.round(&town).await;
    // The desk ten years ahead is heard first; the one ten years behind is heard last and stands (I13).
    a.save(id, with(a.fields(id), "current_address", json!("东头")), NOW + TEN_YEARS);
    b.save(id, with(b.fields(id), "current_address", json!("西头")), NOW - TEN_YEARS);
    b.save(id, with(b.fields(id), "hardship", json!(["因病"])), NOW - TEN_YEARS);
    a.round_at(&town.address(), NOW + TEN_YEARS).await.unwrap();
    b.round_at(&town.address(), NOW - TEN_YEARS).await.unwrap();
    a.round_at(&town.address(), NOW + TEN_YEARS).await.unwrap();
    assert_eq!(a.fields(id), b.fields(id));
    assert_eq!(a.fields(id)["current_address"], "西头");
    assert_eq!(a.fields(id)["hardship"], json!(["因病"]));
    assert_eq!(a.agreed(), b.agreed());
    let kept = a.book.overwritten(id).unwrap();
    assert!(kept.iter().any(|o| o.value == "东头"), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unsent_work_stays_on_top_and_one_bad_change_holds_back_only_itself() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    let id = Uuid::now_v7();
    a.save(id, household("王五"), NOW);
    a.round(&town).await;
    b.round(&town).await;
    a.save(id, with(a.fields(id), "phone", json!("19900000001")), NOW);
    a.round(&town).await;
    // Outside the grant: parked, not lost (I10).
    let elsewhere = Uuid::now_v7();
    b.save(elsewhere, with(household("别处"), "region", json!("340323104001")), NOW);
    b.save(id, with(b.fields(id), "current_address", json!("村口")), NOW);
    b.round(&town).await;
    let state = b.book.sync_state().unwrap();
    assert_eq!((state.waiting, state.parked), (0, 1));
    assert_eq!(b.fields(id)["phone"], "19900000001");
    assert_eq!(b.fields(id)["current_address"], "村口");
    a.round(&town).await;
    assert_eq!(a.fields(id), b.fields(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_province_is_told_as_such_and_loses_nothing() {
    let town = Town::begin().await;
    let a = Desk::enrolled(&town).await;
    a.round(&town).await;
    a.save(Uuid::now_v7(), household("赵六"), NOW);
    let address = town.address();
    town.server.stop().await.unwrap();
    assert_eq!(a.round_at(&address, NOW).await, Err(SyncError::Offline));
    assert_eq!(a.book.sync_state().unwrap().waiting, 1);
}

/// A province that is put back from its backup asks every desk for what it lacks: one that is destroyed by then cannot
/// tell it, and nobody else does.
#[tokio::test]
async fn a_desk_that_retires_waits_until_a_backup_holds_what_it_told() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    desk.round(&town).await;
    let province = &town.server.province;
    let backed_up = async || {
        province.backup_begins().await.unwrap();
        province.backup_ended().await.unwrap();
    };
    backed_up().await;
    let last = Uuid::new_v4();
    desk.save(last, household("最后一户"), NOW);
    desk.round(&town).await;
    province.revoke(desk.book.device().unwrap().id.unwrap(), false, None).await.unwrap();
    desk.round_at(&town.address(), NOW + HOUR).await.unwrap();
    assert_eq!(due(&desk.book).unwrap(), None);
    assert_eq!(notices(&desk.book).unwrap(), ["retires_after_backup"]);
    backed_up().await;
    desk.round_at(&town.address(), NOW + 2 * HOUR).await.unwrap();
    assert!(due(&desk.book).unwrap().is_some_and(|order| order.hand_over));
    assert!(notices(&desk.book).unwrap().is_empty());
}
