//! What stands or falls together, and that a bad group holds back only itself (I17).

use serde_json::json;
use tiexin_protocol::Change;
use uuid::Uuid;

use crate::desk::words;
use crate::on_both_stores;
use crate::place::{Place, TOWN, VILLAGE, worker};

on_both_stores!(
    a_group_is_applied_whole_or_not_at_all,
    a_bad_group_holds_back_only_itself,
    a_group_may_build_on_itself,
);

fn together(changes: &mut [Change]) {
    let group = Uuid::new_v4();
    for change in changes {
        change.group = group;
    }
}

async fn a_group_is_applied_whole_or_not_at_all(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let (a, b, c) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    let mut all = vec![desk.new_household(a, VILLAGE, "甲"), desk.new_household(b, "340323104001", "外乡")];
    all.push(desk.new_household(c, VILLAGE, "丙"));
    together(&mut all);
    assert_eq!(words(&desk.push(&province, &all).await), ["group", "no_right", "group"]);
    desk.follow(&province).await;
    assert_eq!(desk.scopes[TOWN].since, 0);
    assert!(desk.scopes[TOWN].records.is_empty());
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn a_bad_group_holds_back_only_itself(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let ids: Vec<Uuid> = (0..6).map(|_| Uuid::new_v4()).collect();
    let mut all: Vec<Change> = ids.iter().map(|id| desk.new_household(*id, VILLAGE, "户主")).collect();
    all[3].set.insert("head_name".into(), json!("  "));
    together(&mut all[0..2]);
    together(&mut all[2..4]);
    together(&mut all[4..6]);
    let said = words(&desk.push(&province, &all).await);
    assert_eq!(said, ["applied", "applied", "group", "rule_broken", "applied", "applied"]);
    desk.follow(&province).await;
    let held: Vec<bool> = ids.iter().map(|id| desk.record(TOWN, *id).is_some()).collect();
    assert_eq!(held, [true, true, false, false, true, true]);
}

async fn a_group_may_build_on_itself(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let id = Uuid::new_v4();
    let mut all = vec![desk.new_household(id, VILLAGE, "户主")];
    all.push(desk.edit(id, TOWN, 0, json!({"current_address": "东头"})));
    all.push(desk.hide(id, TOWN, 0));
    together(&mut all);
    assert_eq!(words(&desk.push(&province, &all).await), ["applied"; 3]);
    // An empty step keeps the version it found.
    let same = desk.hide(id, TOWN, 3);
    let reply = desk.push(&province, &[same]).await;
    assert_eq!(crate::desk::version(&reply, 0), 3);
    desk.follow(&province).await;
    assert!(desk.record(TOWN, id).unwrap().void.is_some());
    assert!(province.verify().await.unwrap().broken.is_empty());
}
