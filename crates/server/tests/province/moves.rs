//! A family moves to another township: it leaves one log and comes into the other, in one commit; what was
//! done at the old place meanwhile is done at the new one, or waits there.

use serde_json::json;
use tiexin_domain::access::Role;
use tiexin_protocol::Verdict;
use uuid::Uuid;

use crate::desk::{version, words};
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, OTHER_VILLAGE, Place, TOWN, VILLAGE, grant, person, worker};

on_both_stores!(
    a_family_moves_whole,
    work_from_the_old_place_follows_or_waits_at_the_new,
    a_move_needs_the_right_at_both_ends,
    there_and_back_again,
    two_who_move_at_once,
    a_new_person_goes_to_the_village_of_the_family,
);

const NEW: &str = "340323104001";

async fn supervisor(province: &tiexin_server::Province, name: &str) -> crate::desk::Desk {
    person(province, name, &[grant(Role::Supervisor, "340323")]).await
}

/// The log it leaves tells its readers that it is gone, and nothing about where to; the log it comes into has
/// the whole record under the same id, with its authors.
async fn a_family_moves_whole(place: Place) {
    let province = place.province().await;
    let mut lead = supervisor(&province, "lead").await;
    let mut old = worker(&province, "old", TOWN).await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let mut new = worker(&province, "new", OTHER_TOWN).await;
    let id = Uuid::new_v4();
    let made = old.new_household(id, VILLAGE, "户主");
    let phoned = old.edit(id, TOWN, 1, json!({"phone": "13812345678"}));
    old.push(&province, &[made, phoned]).await;
    for desk in [&mut old, &mut village, &mut new] {
        desk.follow(&province).await;
    }
    let moving = lead.edit(id, TOWN, 2, json!({"region": NEW, "current_address": "新村 3 号"}));
    assert_eq!(words(&lead.push(&province, &[moving]).await), ["applied"]);
    for desk in [&mut old, &mut village, &mut new, &mut lead] {
        desk.follow(&province).await;
    }
    assert_eq!(old.record(TOWN, id), None);
    assert_eq!(village.record(TOWN, id), None);
    let told = old.scopes[TOWN].seen.last().unwrap();
    assert!(!told.contains(OTHER_TOWN) && !told.contains("新村"), "{told}");
    let there = new.record(OTHER_TOWN, id).unwrap();
    assert_eq!(there.text("phone"), Some("13812345678"));
    assert_eq!(there.text("current_address"), Some("新村 3 号"));
    assert_eq!((there.scope.as_str(), there.void.is_some()), (OTHER_TOWN, false));
    // Who had written what is still known: a later value gives way with its author's name.
    let edited = new.edit(id, OTHER_TOWN, 0, json!({"phone": "13900000000"}));
    new.push(&province, &[edited]).await;
    new.follow(&province).await;
    let told = new.scopes[OTHER_TOWN].seen.last().unwrap();
    assert!(told.contains("13812345678") && told.contains(&old.author.to_string()), "{told}");
    // A snapshot holds what the log gives.
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn work_from_the_old_place_follows_or_waits_at_the_new(place: Place) {
    let province = place.province().await;
    let mut lead = supervisor(&province, "lead").await;
    let mut other_lead = supervisor(&province, "other").await;
    let mut old = worker(&province, "old", TOWN).await;
    let id = Uuid::new_v4();
    let made = old.new_household(id, VILLAGE, "户主");
    old.push(&province, &[made]).await;
    let moving = lead.edit(id, TOWN, 1, json!({"region": NEW}));
    lead.push(&province, &[moving]).await;
    // Somebody with the right at both places had not heard of the move: it is done where the family is.
    let late = other_lead.edit(id, TOWN, 1, json!({"phone": "13812345678"}));
    let reply = other_lead.push(&province, &[late]).await;
    let Verdict::Applied { elsewhere, version, .. } = &reply.verdicts[0].verdict else { panic!("{reply:?}") };
    assert_eq!((elsewhere.as_ref().unwrap().as_str(), *version), (OTHER_TOWN, 2));
    other_lead.follow(&province).await;
    assert_eq!(other_lead.field(OTHER_TOWN, id, "phone"), "13812345678");
    // Nothing gave way: that was written on what the author had seen.
    assert!(!other_lead.scopes[OTHER_TOWN].seen.last().unwrap().contains("overwrote"));
    // The old place's worker has no right there: an edit and a visit wait at the new place, each whole.
    let set = json!({"notes": "门口有狗", "head_name": "户主甲", "phone": "13900000000"});
    let edit = old.edit(id, TOWN, 1, set);
    let visit = old.change(
        "visit",
        Uuid::new_v4(),
        TOWN,
        0,
        json!({"region": VILLAGE, "household": id, "head_name": "户主", "date": "2026-10-04", "kind": "routine"}),
    );
    let reply = old.push(&province, &[edit.clone(), visit.clone()]).await;
    assert_eq!(words(&reply), ["moved", "moved"]);
    let there = province.quarantine(lead.device, &OTHER_TOWN.parse().unwrap()).await.unwrap();
    let kept: Vec<_> = there.iter().map(|kept| kept.change.clone()).collect();
    assert_eq!(kept, [edit, visit]);
    // Whose the older values are is told, and not that they were written when the family moved.
    let written = |field: &str| {
        let by = there[0].standing.iter().find(|standing| standing.field == field)?;
        Some((by.author_name.as_deref()?, by.noted_at.is_some()))
    };
    assert_eq!((written("head_name"), written("phone")), (Some(("old", false)), Some(("other", true))));
    assert!(province.quarantine(lead.device, &TOWN.parse().unwrap()).await.unwrap().is_empty());
    // Other work at the old place goes on.
    let another = old.new_household(Uuid::new_v4(), VILLAGE, "邻居");
    assert_eq!(words(&old.push(&province, &[another]).await), ["applied"]);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn a_move_needs_the_right_at_both_ends(place: Place) {
    let province = place.province().await;
    let mut old = worker(&province, "old", TOWN).await;
    let mut new = worker(&province, "new", OTHER_TOWN).await;
    let lead = supervisor(&province, "lead").await;
    let id = Uuid::new_v4();
    let made = old.new_household(id, VILLAGE, "户主");
    old.push(&province, &[made]).await;
    let begun = new.new_household(Uuid::new_v4(), NEW, "邻居");
    new.push(&province, &[begun]).await;
    let pushed_out = old.edit(id, TOWN, 1, json!({"region": NEW}));
    assert_eq!(words(&old.push(&province, &[pushed_out]).await), ["no_right"]);
    let pulled_in = new.edit(id, TOWN, 1, json!({"region": NEW}));
    assert_eq!(words(&new.push(&province, &[pulled_in]).await), ["no_right"]);
    // Both are seen at the place that is meant.
    let there = province.quarantine(lead.device, &OTHER_TOWN.parse().unwrap()).await.unwrap();
    assert_eq!(there.len(), 2);
    old.follow(&province).await;
    assert_eq!(old.field(TOWN, id, "region"), VILLAGE);
}

async fn there_and_back_again(place: Place) {
    let province = place.province().await;
    let mut lead = supervisor(&province, "lead").await;
    let mut old = worker(&province, "old", TOWN).await;
    let id = Uuid::new_v4();
    let made = lead.new_household(id, VILLAGE, "户主");
    lead.push(&province, &[made]).await;
    old.follow(&province).await;
    for _ in 0..3 {
        let out = lead.edit(id, TOWN, 1, json!({"region": NEW}));
        assert_eq!(words(&lead.push(&province, &[out]).await), ["applied"]);
        old.follow(&province).await;
        assert_eq!(old.record(TOWN, id), None);
        let back = lead.edit(id, OTHER_TOWN, 1, json!({"region": VILLAGE}));
        assert_eq!(words(&lead.push(&province, &[back]).await), ["applied"]);
        old.follow(&province).await;
        assert_eq!(old.field(TOWN, id, "head_name"), "户主");
    }
    lead.follow(&province).await;
    assert_eq!(lead.scopes[OTHER_TOWN].records.len(), 0);
    // Said at the old version: what the worker saw before all the moves is not what stands now.
    let late = old.edit(id, TOWN, 1, json!({"head_name": "另一户主"}));
    let reply = old.push(&province, &[late]).await;
    assert_eq!(version(&reply, 0), old.scopes[TOWN].since + 1);
    old.follow(&province).await;
    assert!(old.scopes[TOWN].seen.last().unwrap().contains("overwrote"));
    assert!(province.verify().await.unwrap().broken.is_empty());
}

/// Each waits for the other's scopes, in one order: nobody is stuck, and the later one's place stands.
async fn two_who_move_at_once(place: Place) {
    let server = place.server(None).await;
    let province = server.province.clone();
    let mut leads = Vec::new();
    for n in 0..4 {
        leads.push(supervisor(&province, &format!("lead{n}")).await);
    }
    let id = Uuid::new_v4();
    let made = leads[0].new_household(id, VILLAGE, "户主");
    leads[0].push(&province, &[made]).await;
    let tasks: Vec<_> = leads
        .into_iter()
        .enumerate()
        .map(|(n, mut lead)| {
            let province = province.clone();
            tokio::spawn(async move {
                for turn in 0..8 {
                    let (from, to) = if (turn + n) % 2 == 0 { (TOWN, NEW) } else { (OTHER_TOWN, VILLAGE) };
                    let moving = lead.edit(id, from, 1, json!({"region": to}));
                    assert_eq!(words(&lead.push(&province, &[moving]).await), ["applied"]);
                }
                lead
            })
        })
        .collect();
    for task in tasks {
        let mut lead = task.await.unwrap();
        lead.follow(&province).await;
        let places = [TOWN, OTHER_TOWN].map(|scope| lead.record(scope, id).is_some());
        assert_eq!(places.iter().filter(|there| **there).count(), 1);
    }
    assert!(province.verify().await.unwrap().broken.is_empty());
}

/// Within the township: who may write at both villages adds a spouse without knowing of the move; one who may write
/// at the old one only does too. A visit stays where it was made.
async fn a_new_person_goes_to_the_village_of_the_family(place: Place) {
    let province = place.province().await;
    let mut town = worker(&province, "town", TOWN).await;
    let mut old = worker(&province, "old", VILLAGE).await;
    let mut new = worker(&province, "new", OTHER_VILLAGE).await;
    let lead = supervisor(&province, "lead").await;
    let id = Uuid::new_v4();
    let made = town.new_household(id, VILLAGE, "户主");
    let moved = town.edit(id, TOWN, 1, json!({"region": OTHER_VILLAGE, "moved_from": VILLAGE}));
    town.push(&province, &[made, moved]).await;
    let person = |name: &str| json!({"region": VILLAGE, "household": id, "name": name});
    let visit = json!({"region": VILLAGE, "household": id, "head_name": "户主", "date": "2026-10-04", "kind": "routine", "visitors": ["王专干"]});
    let (spouse, seen, stray) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    let late =
        [town.change("person", spouse, TOWN, 0, person("新妻")), town.change("visit", seen, TOWN, 0, visit)];
    assert_eq!(words(&town.push(&province, &late).await), ["applied", "applied"]);
    let theirs = old.change("person", stray, TOWN, 0, person("长子"));
    assert_eq!(words(&old.push(&province, std::slice::from_ref(&theirs)).await), ["moved"]);
    // Who might not write where the family was gains nothing by its having moved.
    let unasked = new.change("person", Uuid::new_v4(), TOWN, 0, person("外人"));
    assert_eq!(words(&new.push(&province, &[unasked]).await), ["no_right"]);
    for desk in [&mut town, &mut new, &mut old] {
        desk.follow(&province).await;
    }
    assert_eq!(town.field(TOWN, spouse, "region"), OTHER_VILLAGE);
    assert_eq!(town.field(TOWN, seen, "region"), VILLAGE);
    assert_eq!(new.field(TOWN, spouse, "name"), "新妻");
    assert_eq!(old.record(TOWN, spouse), None);
    let there = province.quarantine(lead.device, &TOWN.parse().unwrap()).await.unwrap();
    let kept = there.iter().find(|kept| kept.change == theirs).expect("parked where the family is");
    assert!(matches!(&kept.verdict, Verdict::Parked { message, .. } if message.contains("本乡镇的另一个村")));
    assert!(province.verify().await.unwrap().broken.is_empty());
}
