//! Rules that look at other records: of two desks that were each right alone, the second waits where the rule reaches the
//! province; everything else is taken, whatever stands beside it.

use serde_json::{Value, json};
use tiexin_domain::around::{self, Example, Reach, example};
use tiexin_domain::{Fields, Kind};
use tiexin_protocol::{Change, ParkCode, Verdict, VoidChange};
use uuid::Uuid;

use crate::desk::{Desk, words};
use crate::on_both_stores;
use crate::place::{Place, TOWN, VILLAGE, worker};

on_both_stores!(
    every_declared_rule_is_asked_as_far_as_it_reaches,
    two_who_change_the_contacts_apart_leave_one_pair,
    who_follows_on_in_time_is_taken,
    nothing_of_another_kind_waits_for_such_a_rule,
    what_is_hidden_or_elsewhere_is_no_neighbour,
    the_neighbours_are_found_after_the_rules_were_changed,
);

fn made(desk: &mut Desk, kind: &str, fields: &Fields) -> Change {
    desk.change(kind, Uuid::new_v4(), TOWN, 0, Value::Object(fields.clone()))
}

fn pair(file: Uuid, home: Uuid, said: Value) -> Fields {
    let mut fields = json!({"region": VILLAGE, "household": home, "file": file, "village_worker": "李村医"});
    fields.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    fields.as_object().unwrap().clone()
}

/// An example about people whom no other example is about.
fn apart(mut example: Example, nth: usize) -> Example {
    let whose = format!("01900000-{nth:04x}-7000-8000-");
    for record in example.others.iter_mut().chain(std::iter::once(&mut example.record)) {
        record.id = record.id.to_string().replace("01900000-0000-7000-8000-", &whose).parse().unwrap();
        let said = serde_json::to_string(&record.fields).unwrap();
        record.fields = serde_json::from_str(&said.replace("01900000-0000-7000-8000-", &whose)).unwrap();
    }
    example
}

/// Each by a push of its own and a desk of its own; then both in one push.
async fn every_declared_rule_is_asked_as_far_as_it_reaches(place: Place) {
    let province = place.province().await;
    let mut asked = 0;
    for kind in Kind::ALL {
        for rule in around::rules(kind.code()) {
            let one = apart(example(kind.code(), rule.code).unwrap(), asked);
            let want = if rule.reach >= Reach::Province { "rule_broken" } else { "applied" };
            let mut first = worker(&province, &format!("a{asked}"), TOWN).await;
            let mut second = worker(&province, &format!("b{asked}"), TOWN).await;
            let others = one.others.iter().map(|other| {
                first.change(&other.kind, other.id, TOWN, 0, Value::Object(other.fields.clone()))
            });
            let others: Vec<Change> = others.collect();
            let before = words(&first.push(&province, &others).await);
            assert!(
                before.iter().all(|word| word == "applied"),
                "{kind:?} {}: {before:?} {others:?}",
                rule.code
            );
            let wrong = made(&mut second, &one.record.kind, &one.record.fields);
            let reply = second.push(&province, std::slice::from_ref(&wrong)).await;
            assert_eq!(words(&reply), [want], "{kind:?} {}", rule.code);
            // Told again, the same (I3); and kept whole (I4).
            assert_eq!(second.push(&province, &[wrong]).await.verdicts[0].verdict, reply.verdicts[0].verdict);
            if let Verdict::Parked { code, message } = &reply.verdicts[0].verdict {
                let subject = one.subject();
                assert_eq!(*code, ParkCode::RuleBroken);
                assert!(!message.is_empty() && !message.contains(&subject.id.to_string()), "{message}");
            }
            asked += 1;
        }
    }
    assert!(asked >= 7);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn two_who_change_the_contacts_apart_leave_one_pair(place: Place) {
    let province = place.province().await;
    let mut one = worker(&province, "one", TOWN).await;
    let mut two = worker(&province, "two", TOWN).await;
    let (file, home, former) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    let fields = pair(file, home, json!({"from": "2026-03-01"}));
    let begun = one.change("contact_pair", former, TOWN, 0, Value::Object(fields));
    assert_eq!(words(&one.push(&province, &[begun]).await), ["applied"]);
    for desk in [&mut one, &mut two] {
        desk.follow(&province).await;
    }
    // Each ends the former pair and begins the next, as 换联系人 does.
    let next = |desk: &mut Desk, last: &str, from: &str, who: &str| {
        let ended = desk.change("contact_pair", former, TOWN, 1, json!({"to": last}));
        let fields = pair(file, home, json!({"from": from, "village_worker": who}));
        let mut begun = made(desk, "contact_pair", &fields);
        begun.group = ended.group;
        [ended, begun]
    };
    let first = next(&mut one, "2026-10-31", "2026-11-01", "孙村医");
    let second = next(&mut two, "2026-11-04", "2026-11-05", "周村医");
    assert_eq!(words(&one.push(&province, &first).await), ["applied", "applied"]);
    let reply = two.push(&province, &second).await;
    let mut told = words(&reply);
    told.sort();
    assert_eq!(told, ["group", "rule_broken"], "the group waits whole");
    two.follow(&province).await;
    assert_eq!(two.field(TOWN, former, "to"), "2026-10-31", "nothing of it was applied");
    assert_eq!(two.field(TOWN, first[1].record, "village_worker"), "孙村医");
    // Having seen who follows, they begin after that pair.
    let version = two.record(TOWN, first[1].record).unwrap().version;
    let ended = two.change("contact_pair", first[1].record, TOWN, version, json!({"to": "2026-11-04"}));
    let fields = pair(file, home, json!({"from": "2026-11-05", "village_worker": "周村医"}));
    let mut begun = made(&mut two, "contact_pair", &fields);
    begun.group = ended.group;
    assert_eq!(words(&two.push(&province, &[ended, begun]).await), ["applied", "applied"]);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn who_follows_on_in_time_is_taken(place: Place) {
    let province = place.province().await;
    let mut one = worker(&province, "one", TOWN).await;
    let (file, home) = (Uuid::new_v4(), Uuid::new_v4());
    let saved = |desk: &mut Desk, said: Value| made(desk, "contact_pair", &pair(file, home, said));
    let all = [
        saved(&mut one, json!({"from": "2026-03-01", "to": "2026-10-31"})),
        saved(&mut one, json!({"from": "2026-11-01", "to": "2026-12-31"})),
        saved(&mut one, json!({"from": "2027-01-01"})),
        saved(&mut one, json!({"from": "2026-12-31", "to": "2026-12-31"})),
    ];
    // Also of one push, one after the other.
    assert_eq!(words(&one.push(&province, &all).await), ["applied", "applied", "applied", "rule_broken"]);
    // An edit that brings two together waits as well; one that touches nothing of it does not.
    let edits = [
        one.change("contact_pair", all[0].record, TOWN, 1, json!({"to": "2026-11-15"})),
        one.change("contact_pair", all[0].record, TOWN, 1, json!({"handover_note": "已交接"})),
    ];
    assert_eq!(words(&one.push(&province, &edits).await), ["rule_broken", "applied"]);
}

async fn nothing_of_another_kind_waits_for_such_a_rule(place: Place) {
    let province = place.province().await;
    let mut one = worker(&province, "one", TOWN).await;
    let (file, home) = (Uuid::new_v4(), Uuid::new_v4());
    let first = made(&mut one, "contact_pair", &pair(file, home, json!({})));
    assert_eq!(words(&one.push(&province, &[first]).await), ["applied"]);
    // A visit saved in one group with a second pair: neither is lost or held back.
    let visit = json!({"region": VILLAGE, "household": home, "head_name": "户主", "date": "2026-10-05",
        "kind": "routine", "visitors": ["王专干"], "met": [{"name": "户主"}]});
    let visit = made(&mut one, "visit", visit.as_object().unwrap());
    let mut second = made(&mut one, "contact_pair", &pair(file, home, json!({})));
    second.group = visit.group;
    assert_eq!(words(&one.push(&province, &[visit, second]).await), ["applied", "applied"]);
}

async fn what_is_hidden_or_elsewhere_is_no_neighbour(place: Place) {
    let province = place.province().await;
    let mut one = worker(&province, "one", TOWN).await;
    let (file, home) = (Uuid::new_v4(), Uuid::new_v4());
    let first = made(&mut one, "contact_pair", &pair(file, home, json!({})));
    let mut hidden = one.change("contact_pair", first.record, TOWN, 1, json!({}));
    hidden.void = Some(VoidChange::Hide(tiexin_domain::Void { reason: "登记错了".into() }));
    let id = first.record;
    assert_eq!(words(&one.push(&province, &[first, hidden]).await), ["applied", "applied"]);
    let next = made(&mut one, "contact_pair", &pair(file, home, json!({})));
    let other = made(&mut one, "contact_pair", &pair(Uuid::new_v4(), home, json!({})));
    assert_eq!(words(&one.push(&province, &[next, other]).await), ["applied", "applied"]);
    // It comes back as it was: a person decides which of the two ends.
    let mut back = one.change("contact_pair", id, TOWN, 4, json!({}));
    back.void = Some(VoidChange::Restore);
    assert_eq!(words(&one.push(&province, &[back]).await), ["applied"]);
}

/// A book of a former program, or of one with other rules.
async fn the_neighbours_are_found_after_the_rules_were_changed(place: Place) {
    let province = place.province().await;
    let mut one = worker(&province, "one", TOWN).await;
    let (file, home) = (Uuid::new_v4(), Uuid::new_v4());
    let first = made(&mut one, "contact_pair", &pair(file, home, json!({})));
    assert_eq!(words(&one.push(&province, &[first]).await), ["applied"]);
    drop(province);
    place.meddle("DELETE FROM near").await;
    place.meddle("UPDATE meta SET value = 'other' WHERE name = 'near'").await;
    let province = place.province().await;
    let second = made(&mut one, "contact_pair", &pair(file, home, json!({})));
    assert_eq!(words(&one.push(&province, &[second]).await), ["rule_broken"]);
}
