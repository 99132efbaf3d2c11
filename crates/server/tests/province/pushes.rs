//! I2, I3, I4, I8, I13, I15, I16: what becomes of a change.

use serde_json::json;
use tiexin_protocol::wire::{FormerNumber, HelloRequest, TakenIn};
use tiexin_protocol::{Change, PROTOCOL, Verdict, canonical};
use uuid::Uuid;

use crate::desk::{version, words};
use crate::on_both_stores;
use crate::place::{OTHER_VILLAGE, Place, TOWN, VILLAGE, worker};

on_both_stores!(
    each_change_is_applied_once_in_order,
    a_replayed_push_changes_nothing_and_says_the_same,
    every_acked_change_is_in_exactly_one_place,
    an_overwritten_value_is_found_again,
    no_desk_clock_decides,
    unknown_fields_survive,
    unknown_kinds_are_parked,
    hiding_touches_nothing_else,
    a_copied_disk_is_noticed,
    two_changes_under_one_number_are_a_fork,
    a_push_names_what_was_told_before_it,
    an_empty_creation_is_no_record,
    a_record_lives_in_one_scope,
);

/// I2
async fn each_change_is_applied_once_in_order(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let id = Uuid::new_v4();
    let all: Vec<Change> = (0..6)
        .map(|n| match n {
            0 => desk.new_household(id, VILLAGE, "户主"),
            n => desk.edit(id, TOWN, 0, json!({"current_address": format!("{n}号")})),
        })
        .collect();
    // A gap: nothing behind it is taken, and nothing is said about it.
    let gap = desk.push(&province, &[all[0].clone(), all[2].clone()]).await;
    assert_eq!((gap.acked, gap.verdicts.len()), (1, 1));
    // Out of order and twice in one push.
    let mixed = [&all[3], &all[1], &all[2], &all[1]].map(Clone::clone);
    assert_eq!(desk.push(&province, &mixed).await.acked, 4);
    let rest = desk.push(&province, &all).await;
    assert_eq!(rest.acked, 6);
    assert_eq!(rest.verdicts.iter().filter(|v| v.duplicate).count(), 4);
    desk.follow(&province).await;
    assert_eq!(desk.scopes[TOWN].since, 6);
    assert_eq!(desk.field(TOWN, id, "current_address"), "5号");
    // An incarnation counts for itself.
    desk.incarnation = Uuid::new_v4();
    desk.seq = 0;
    let again = desk.edit(id, TOWN, 6, json!({"current_address": "新机"}));
    assert_eq!(words(&desk.push(&province, &[again]).await), ["applied"]);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

/// I3
async fn a_replayed_push_changes_nothing_and_says_the_same(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let mut other = worker(&province, "o", TOWN).await;
    let (id, person) = (Uuid::new_v4(), Uuid::new_v4());
    let mut all = vec![desk.new_household(id, VILLAGE, "户主")];
    all.push(desk.change(
        "person",
        person,
        TOWN,
        0,
        json!({"region": VILLAGE, "name": "某人", "id_number": "34052419800101001X"}),
    ));
    all.push(desk.change("planet", Uuid::new_v4(), TOWN, 0, json!({"region": VILLAGE})));
    all.push(desk.new_household(Uuid::new_v4(), "340323104001", "外乡"));
    all.push(desk.edit(Uuid::new_v4(), TOWN, 9, json!({"phone": "13900000001"})));
    let first = desk.push(&province, &all).await;
    assert_eq!(words(&first), ["applied", "applied", "kind_unknown", "no_right", "record_unknown"]);
    // The world moves on, and a conflict is told.
    let theirs = other.change("person", person, TOWN, 2, json!({"id_number": "440524188001010014"}));
    assert_eq!(words(&other.push(&province, std::slice::from_ref(&theirs)).await), ["applied"]);
    let mine = desk.change("person", person, TOWN, 2, json!({"id_number": "11010519491231002X"}));
    let second = desk.push(&province, std::slice::from_ref(&mine)).await;
    assert_eq!(words(&second), ["conflict"]);
    all.push(mine);
    let before = province.verify().await.unwrap();
    for _ in 0..3 {
        let again = desk.push(&province, &all).await;
        assert!(again.verdicts.iter().all(|v| v.duplicate));
        let said: Vec<&Verdict> = again.verdicts.iter().map(|v| &v.verdict).collect();
        let told: Vec<&Verdict> = first.verdicts.iter().chain(&second.verdicts).map(|v| &v.verdict).collect();
        assert_eq!(said, told);
        assert_eq!((again.acked, again.durable), (6, 6));
    }
    let after = province.verify().await.unwrap();
    assert_eq!(
        (before.entries, before.records, before.audit_entries),
        (after.entries, after.records, after.audit_entries)
    );
}

/// I4
async fn every_acked_change_is_in_exactly_one_place(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let mut other = worker(&province, "o", TOWN).await;
    let supervisor = crate::place::person(
        &province,
        "s",
        &[crate::place::grant(tiexin_domain::access::Role::Supervisor, "340323")],
    )
    .await;
    let id = Uuid::new_v4();
    let mut sent = vec![desk.new_household(id, VILLAGE, "户主")];
    sent.push(desk.change("planet", Uuid::new_v4(), TOWN, 0, json!({"region": VILLAGE, "moons": 2})));
    desk.push(&province, &sent).await;
    let hidden = other.hide(id, TOWN, 1);
    other.push(&province, std::slice::from_ref(&hidden)).await;
    let late = desk.edit(id, TOWN, 1, json!({"current_address": "东头"}));
    let reply = desk.push(&province, std::slice::from_ref(&late)).await;
    assert_eq!(words(&reply), ["conflict"]);
    sent.push(late);
    let kept = province.quarantine(supervisor.device, &crate::place::region(TOWN)).await.unwrap();
    let kept: Vec<&Change> = kept.iter().map(|q| &q.change).collect();
    assert_eq!(kept.len(), 2);
    assert!(kept.contains(&&sent[1]) && kept.contains(&&sent[2]), "kept whole");
    desk.follow(&province).await;
    let log = desk.scopes[TOWN].since;
    assert_eq!(log as usize + kept.len(), 4);
    assert!(province.quarantine(desk.device, &crate::place::region(TOWN)).await.is_err());
}

/// I8
async fn an_overwritten_value_is_found_again(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let mut other = worker(&province, "o", TOWN).await;
    let id = Uuid::new_v4();
    let first = desk.new_household(id, VILLAGE, "户主");
    desk.push(&province, &[first]).await;
    let theirs = other.edit(id, TOWN, 1, json!({"current_address": "东头"}));
    other.push(&province, &[theirs]).await;
    let mine = desk.edit(id, TOWN, 1, json!({"current_address": "西头"}));
    assert_eq!(version(&desk.push(&province, &[mine]).await, 0), 3);
    desk.follow(&province).await;
    assert_eq!(desk.field(TOWN, id, "current_address"), "西头");
    let entry = desk.scopes[TOWN].seen.last().unwrap();
    assert!(entry.contains("东头") && entry.contains(&other.author.to_string()), "{entry}");
}

/// I13
async fn no_desk_clock_decides(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let mut other = worker(&province, "o", TOWN).await;
    let id = Uuid::new_v4();
    const TEN_YEARS: i64 = 3653 * 24 * 3600 * 1000;
    let mut first = desk.new_household(id, VILLAGE, "户主");
    first.noted_at += TEN_YEARS;
    assert_eq!(words(&desk.push(&province, &[first]).await), ["applied"]);
    let mut early = other.edit(id, TOWN, 1, json!({"current_address": "先到"}));
    early.noted_at += TEN_YEARS;
    assert_eq!(words(&other.push(&province, &[early]).await), ["applied"]);
    let mut late = desk.edit(id, TOWN, 1, json!({"current_address": "后到"}));
    late.noted_at -= TEN_YEARS;
    assert_eq!(words(&desk.push(&province, &[late]).await), ["applied"]);
    desk.follow(&province).await;
    other.follow(&province).await;
    assert_eq!(desk.field(TOWN, id, "current_address"), "后到", "receipt decides");
    assert_eq!(desk.scopes[TOWN].digest(), other.scopes[TOWN].digest());
}

/// I15
async fn unknown_fields_survive(place: Place) {
    let province = place.province().await;
    let mut new = worker(&province, "new", TOWN).await;
    let mut old = worker(&province, "old", TOWN).await;
    let id = Uuid::new_v4();
    let mut first = new.new_household(id, VILLAGE, "户主");
    first.set.insert("x_future".into(), json!({"deep": [1, {"人": true}], "n": 9007199254740993i64}));
    new.push(&province, &[first.clone()]).await;
    let edit = old.edit(id, TOWN, 1, json!({"current_address": "东头"}));
    old.push(&province, &[edit]).await;
    for desk in [&mut new, &mut old] {
        desk.follow(&province).await;
        assert_eq!(desk.field(TOWN, id, "x_future"), first.set["x_future"]);
    }
}

/// I15
async fn unknown_kinds_are_parked(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let strange = desk.change("planet", Uuid::new_v4(), TOWN, 0, json!({"region": VILLAGE}));
    let known = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    assert_eq!(words(&desk.push(&province, &[strange, known]).await), ["kind_unknown", "applied"]);
}

/// I16
async fn hiding_touches_nothing_else(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let (house, person) = (Uuid::new_v4(), Uuid::new_v4());
    let a = desk.new_household(house, VILLAGE, "户主");
    let b = desk.change(
        "person",
        person,
        TOWN,
        0,
        json!({"region": VILLAGE, "name": "某人", "household": house}),
    );
    desk.push(&province, &[a, b]).await;
    desk.follow(&province).await;
    let before = desk.record(TOWN, person).cloned();
    let hide = desk.hide(house, TOWN, 1);
    assert_eq!(words(&desk.push(&province, &[hide]).await), ["applied"]);
    desk.follow(&province).await;
    assert!(desk.record(TOWN, house).unwrap().void.is_some());
    assert_eq!(desk.record(TOWN, person).cloned(), before);
    assert_eq!(desk.scopes[TOWN].since, 3);
}

async fn a_copied_disk_is_noticed(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    desk.push(&province, std::slice::from_ref(&one)).await;
    let mut twin = one.clone();
    twin.record = Uuid::new_v4();
    let refused = province.push(&desk.pushing(&[twin])).await.unwrap_err();
    assert!(matches!(refused, tiexin_server::Error::Refused(tiexin_server::Refused::IncarnationForked)));
    // What a desk may rewrite before it has an answer makes no twin.
    let mut rebased = one;
    rebased.base = 7;
    assert!(desk.push(&province, &[rebased]).await.verdicts[0].duplicate);
}

/// Two machines that count with one number meet at the next push, also when each tells numbers of its own.
async fn a_push_names_what_was_told_before_it(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "甲户");
    desk.push(&province, std::slice::from_ref(&one)).await;
    let two = desk.new_household(Uuid::new_v4(), VILLAGE, "乙户");
    let print = |change: &Change| canonical::short(&canonical::print(change));
    let mut pushing = desk.pushing(std::slice::from_ref(&two));
    assert_eq!(pushing.before, Some(print(&one)));
    pushing.before = Some(print(&two));
    let refused = province.push(&pushing).await.unwrap_err();
    assert!(matches!(refused, tiexin_server::Error::Refused(tiexin_server::Refused::IncarnationForked)));
    assert_eq!(words(&desk.push(&province, std::slice::from_ref(&two)).await), ["applied"]);
    // A desk that has forgotten what it told says nothing of it.
    let three = desk.new_household(Uuid::new_v4(), VILLAGE, "丙户");
    pushing = desk.pushing(std::slice::from_ref(&three));
    pushing.before = None;
    assert_eq!(province.push(&pushing).await.unwrap().acked, 3);

    let former = vec![
        FormerNumber { incarnation: desk.incarnation, seq: 3, after: Some(1) },
        FormerNumber { incarnation: Uuid::new_v4(), seq: 3, after: Some(0) },
    ];
    let hello = HelloRequest {
        device: desk.device,
        incarnation: desk.incarnation,
        protocol: PROTOCOL,
        app: "1".into(),
        former,
        ..HelloRequest::default()
    };
    let reply = province.hello(&hello).await.unwrap();
    assert_eq!(reply.print, Some(print(&three)));
    let [own, unknown] = &reply.former[..] else { panic!("{:?}", reply.former) };
    let told = [TakenIn { seq: 2, print: print(&two) }, TakenIn { seq: 3, print: print(&three) }];
    assert_eq!((own.acked, &own.print, own.told.as_deref()), (3, &reply.print, Some(&told[..])));
    assert_eq!((unknown.acked, &unknown.print, unknown.told.as_deref()), (0, &None, Some(&[][..])));
}

async fn an_empty_creation_is_no_record(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let empty = desk.edit(Uuid::new_v4(), TOWN, 0, json!({}));
    assert_eq!(words(&desk.push(&province, &[empty]).await), ["rule_broken"]);
}

async fn a_record_lives_in_one_scope(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", "340323").await;
    let id = Uuid::new_v4();
    let here = desk.new_household(id, OTHER_VILLAGE, "户主");
    let there = desk.new_household(id, "340323104001", "户主");
    assert_eq!(words(&desk.push(&province, &[here, there]).await), ["applied", "scope_mismatch"]);
    let later = desk.new_household(id, "340323104001", "户主");
    assert_eq!(words(&desk.push(&province, &[later]).await), ["scope_mismatch"]);
}

/// In one push, too: the second one would be dropped without a word.
async fn two_changes_under_one_number_are_a_fork(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "甲户");
    let other = Change { id: one.id, ..desk.new_household(Uuid::new_v4(), VILLAGE, "乙户") };
    let pushed = province.push(&desk.pushing(&[one.clone(), other])).await;
    assert!(matches!(pushed, Err(tiexin_server::Error::Refused(tiexin_server::Refused::IncarnationForked))));
    // The same one twice is no fork; nothing was taken before.
    let reply = province.push(&desk.pushing(&[one.clone(), one])).await.unwrap();
    assert_eq!((words(&reply), reply.acked), (vec!["applied".to_owned()], 1));
}
