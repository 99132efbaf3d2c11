//! A family that was registered twice is merged: later work on the registration that gave way is done on the
//! one that stays, or waits where that lies; and a merge can be undone.

use serde_json::json;
use tiexin_domain::access::Role;
use tiexin_protocol::{Change, Verdict, VoidChange};
use tiexin_server::Province;
use uuid::Uuid;

use crate::desk::{Desk, words};
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, Place, TOWN, VILLAGE, grant, person, worker};

on_both_stores!(
    later_work_follows_the_merge,
    work_waits_where_the_one_that_stays_lies,
    of_two_who_merge_one_pair_the_first_stands,
    a_merge_is_undone,
    merges_one_after_the_other_are_followed,
    a_merge_of_what_is_not_back_yet_makes_no_half_record,
);

const NEW: &str = "340323104001";

async fn supervisor(province: &Province, name: &str) -> Desk {
    person(province, name, &[grant(Role::Supervisor, "340323")]).await
}

/// One group: the one that gives way is hidden and says into what, and the decision is written down.
fn merging(lead: &mut Desk, base: u64, away: (Uuid, &str), stays: (Uuid, &str)) -> Vec<Change> {
    let mut gone = lead.hide(away.0, away.1, base);
    gone.set = json!({"merged_into": stays.0}).as_object().unwrap().clone();
    let region = if stays.1 == TOWN { VILLAGE } else { NEW };
    let told = json!({"region": region, "record_kind": "household", "stays": stays.0, "gives_way": away.0,
        "decision": "merged"});
    let mut told = lead.change("merge", tiexin_protocol::merge_of(away.0, stays.0), stays.1, 0, told);
    told.group = gone.group;
    vec![gone, told]
}

/// Two registrations of one family, the second perhaps in another township.
async fn twice(province: &Province, desk: &mut Desk, other: &str) -> (Uuid, Uuid) {
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    let changes = [desk.new_household(first, VILLAGE, "户主"), desk.new_household(second, other, "户主")];
    assert_eq!(words(&desk.push(province, &changes).await), ["applied", "applied"]);
    (first, second)
}

async fn later_work_follows_the_merge(place: Place) {
    let province = place.province().await;
    let mut lead = supervisor(&province, "lead").await;
    let mut late = worker(&province, "late", TOWN).await;
    let (stays, away) = twice(&province, &mut late, VILLAGE).await;
    late.follow(&province).await;
    let named = lead.edit(stays, TOWN, 2, json!({"phone": "13900000000"}));
    assert_eq!(words(&lead.push(&province, &[named]).await), ["applied"]);
    let group = merging(&mut lead, 2, (away, TOWN), (stays, TOWN));
    assert_eq!(words(&lead.push(&province, &group).await), ["applied", "applied"]);

    // Not heard of yet: an edit of the one that gave way, and a visit to it.
    let edit = late.edit(away, TOWN, 2, json!({"phone": "13812345678", "notes": "门口有狗"}));
    let visit = json!({"region": VILLAGE, "household": away, "head_name": "户主", "date": "2026-10-05",
        "kind": "routine", "visitors": ["王专干"], "met": [{"name": "户主"}]});
    let seen = Uuid::new_v4();
    let visit = late.change("visit", seen, TOWN, 0, visit);
    let replay = [edit.clone(), visit.clone()];
    let reply = late.push(&province, &[edit, visit]).await;
    let Verdict::Applied { instead, elsewhere, .. } = &reply.verdicts[0].verdict else { panic!("{reply:?}") };
    assert_eq!((*instead, elsewhere), (Some(stays), &None));
    assert!(matches!(reply.verdicts[1].verdict, Verdict::Applied { instead: None, .. }));
    // Told again, the same (I3).
    let again = late.push(&province, &replay).await;
    assert_eq!(again.verdicts[0].verdict, reply.verdicts[0].verdict);

    lead.follow(&province).await;
    late.follow(&province).await;
    for desk in [&lead, &late] {
        assert_eq!(desk.field(TOWN, stays, "phone"), "13812345678");
        assert_eq!(desk.field(TOWN, stays, "notes"), "门口有狗");
        assert_eq!(desk.field(TOWN, seen, "household"), json!(stays));
        assert!(desk.record(TOWN, away).unwrap().void.is_some());
    }
    // What gave way is told with its author, and for whom it was meant.
    let told = lead.scopes[TOWN].seen.iter().find(|entry| entry.contains("\"meant\"")).unwrap();
    assert!(told.contains("13900000000") && told.contains(&away.to_string()), "{told}");
    // Hiding the hidden one once more is no quarrel and hides nothing else.
    let hide = late.hide(away, TOWN, 2);
    assert_eq!(words(&late.push(&province, &[hide]).await), ["applied"]);
    late.follow(&province).await;
    assert_eq!(late.record(TOWN, stays).unwrap().void, None);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn work_waits_where_the_one_that_stays_lies(place: Place) {
    let province = place.province().await;
    let mut lead = supervisor(&province, "lead").await;
    let mut old = worker(&province, "old", TOWN).await;
    let (away, stays) = twice(&province, &mut lead, NEW).await;
    let group = merging(&mut lead, 1, (away, TOWN), (stays, OTHER_TOWN));
    assert_eq!(words(&lead.push(&province, &group).await), ["applied", "applied"]);
    let edit = old.edit(away, TOWN, 1, json!({"notes": "门口有狗"}));
    let child = json!({"region": VILLAGE, "household": away, "name": "儿子"});
    let child = old.change("person", Uuid::new_v4(), TOWN, 0, child);
    assert_eq!(words(&old.push(&province, &[edit, child]).await), ["merged", "merged"]);
    let there = province.quarantine(lead.device, &OTHER_TOWN.parse().unwrap()).await.unwrap();
    assert_eq!(there.len(), 2);
    // Somebody with the right at both places does it where the family is.
    let edit = lead.edit(away, TOWN, 1, json!({"phone": "13812345678"}));
    let reply = lead.push(&province, &[edit]).await;
    let Verdict::Applied { instead, elsewhere, .. } = &reply.verdicts[0].verdict else { panic!("{reply:?}") };
    assert_eq!((*instead, elsewhere.as_ref().map(|scope| scope.as_str())), (Some(stays), Some(OTHER_TOWN)));
    lead.follow(&province).await;
    assert_eq!(lead.field(OTHER_TOWN, stays, "phone"), "13812345678");
    // The child was adopted there: what its author tells once more waits there as well, and not where it was made.
    let id = Uuid::new_v4();
    let set = |village: &str, home: Uuid| json!({"region": village, "household": home, "name": "女儿"});
    let adopted = lead.change("person", id, OTHER_TOWN, 0, set(NEW, stays));
    assert_eq!(words(&lead.push(&province, &[adopted]).await), ["applied"]);
    let again = old.change("person", id, TOWN, 0, set(VILLAGE, away));
    assert_eq!(words(&old.push(&province, &[again]).await), ["merged"]);
    let there = province.quarantine(lead.device, &OTHER_TOWN.parse().unwrap()).await.unwrap();
    assert_eq!(there.len(), 3);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn of_two_who_merge_one_pair_the_first_stands(place: Place) {
    let province = place.province().await;
    let mut one = supervisor(&province, "one").await;
    let mut two = supervisor(&province, "two").await;
    let (first, second) = twice(&province, &mut one, VILLAGE).await;
    let group = merging(&mut one, 2, (second, TOWN), (first, TOWN));
    assert_eq!(words(&one.push(&province, &group).await), ["applied", "applied"]);
    // The other way round: the whole group waits for a person.
    let group = merging(&mut two, 2, (first, TOWN), (second, TOWN));
    let refused = words(&two.push(&province, &group).await);
    assert!(refused.iter().all(|word| word != "applied"), "{refused:?}");
    two.follow(&province).await;
    assert_eq!(two.record(TOWN, first).unwrap().void, None);
    assert!(two.record(TOWN, second).unwrap().void.is_some());
}

async fn a_merge_is_undone(place: Place) {
    let province = place.province().await;
    let mut lead = supervisor(&province, "lead").await;
    let (stays, away) = twice(&province, &mut lead, VILLAGE).await;
    let group = merging(&mut lead, 2, (away, TOWN), (stays, TOWN));
    lead.push(&province, &group).await;
    let mut back = lead.edit(away, TOWN, 3, json!({"merged_into": null}));
    back.void = Some(VoidChange::Restore);
    let visit = json!({"region": VILLAGE, "household": away, "head_name": "户主", "date": "2026-10-05",
        "kind": "routine", "visitors": ["王专干"], "met": [{"name": "户主"}]});
    let seen = Uuid::new_v4();
    let mut visit = lead.change("visit", seen, TOWN, 0, visit);
    visit.group = back.group;
    assert_eq!(words(&lead.push(&province, &[back, visit]).await), ["applied", "applied"]);
    let edit = lead.edit(away, TOWN, 5, json!({"phone": "13812345678"}));
    lead.push(&province, &[edit]).await;
    lead.follow(&province).await;
    assert_eq!(lead.record(TOWN, away).unwrap().void, None);
    assert_eq!(lead.field(TOWN, away, "phone"), "13812345678");
    assert_eq!(lead.field(TOWN, seen, "household"), json!(away));
    assert_eq!(lead.field(TOWN, stays, "phone"), json!(null));
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn merges_one_after_the_other_are_followed(place: Place) {
    let province = place.province().await;
    let mut lead = supervisor(&province, "lead").await;
    let mut late = worker(&province, "late", TOWN).await;
    let (first, second) = twice(&province, &mut late, VILLAGE).await;
    let third = Uuid::new_v4();
    let made = late.new_household(third, VILLAGE, "户主");
    late.push(&province, &[made]).await;
    for (away, stays) in [(first, second), (second, third)] {
        let group = merging(&mut lead, 3, (away, TOWN), (stays, TOWN));
        assert_eq!(words(&lead.push(&province, &group).await), ["applied", "applied"]);
    }
    let edit = late.edit(first, TOWN, 1, json!({"phone": "13812345678"}));
    let reply = late.push(&province, &[edit]).await;
    assert!(matches!(reply.verdicts[0].verdict, Verdict::Applied { instead: Some(id), .. } if id == third));
    // The last one cannot be merged back into the first.
    let group = merging(&mut lead, 8, (third, TOWN), (first, TOWN));
    assert_eq!(words(&lead.push(&province, &group).await), ["rule_broken", "group"]);
    late.follow(&province).await;
    assert_eq!(late.field(TOWN, third, "phone"), "13812345678");
    assert!(province.verify().await.unwrap().broken.is_empty());
}

/// The province was put back to before anything was written there, and who registered one of the two is not back.
async fn a_merge_of_what_is_not_back_yet_makes_no_half_record(place: Place) {
    let province = place.province().await;
    let mut lead = supervisor(&province, "lead").await;
    let mut late = worker(&province, "late", TOWN).await;
    let (stays, away) = (Uuid::new_v4(), Uuid::new_v4());
    let one = late.new_household(stays, VILLAGE, "户主");
    assert_eq!(words(&late.push(&province, &[one]).await), ["applied"]);
    let group = merging(&mut lead, 7, (away, TOWN), (stays, TOWN));
    let mut request = lead.pushing(&group);
    request.generations = [(TOWN.parse().unwrap(), Uuid::new_v4())].into();
    let reply = province.push(&request).await.unwrap();
    assert_eq!(words(&reply), ["record_unknown", "group"]);
    // It comes back as it was, and the merge is done on it.
    let other = late.new_household(away, VILLAGE, "户主");
    assert_eq!(words(&late.push(&province, &[other]).await), ["applied"]);
    lead.sent.extend(group.into_iter().map(|change| (change.id.seq, change)));
    lead.follow(&province).await;
    assert_eq!(lead.field(TOWN, away, "head_name"), "户主");
    let group = merging(&mut lead, 2, (away, TOWN), (stays, TOWN));
    assert_eq!(words(&lead.push(&province, &group).await), ["applied", "applied"]);
}
