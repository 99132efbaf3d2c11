//! What concerns a family, and a person under whatever noun.

use std::collections::BTreeSet;

use serde_json::json;
use tiexin_domain::Record;
use uuid::Uuid;

use super::{VILLAGE, book, household, id, person, put, record, save, sound, visit};
use crate::Book;

fn ids(records: &[Record]) -> BTreeSet<Uuid> {
    records.iter().map(|record| record.id).collect()
}

fn made(book: &Book, kind: &str, value: serde_json::Value) -> Uuid {
    let made = save(id(), kind, value);
    put(book, &made);
    made.id
}

#[test]
fn a_family_has_what_belongs_to_it_names_it_or_insures_its_people() {
    let (_dir, book, _) = book();
    let (home, other) = (household(&book, VILLAGE, "张三"), household(&book, VILLAGE, "李四"));
    let one = person(&book, home, "张三", json!({}));
    let seen = visit(&book, home, "张三", "2026-10-05", json!({}));
    visit(&book, other, "李四", "2026-10-06", json!({}));
    let case = json!({"region": VILLAGE, "household": home.to_string(), "matter": "medical", "asked_on": "2026-10-01"});
    let case = made(&book, "rights_case", case);
    let policy = json!({"region": VILLAGE, "product": "住院护理补贴保险", "from": "2026-01-01", "to": "2026-12-31",
        "insured": [{"name": "张三", "person": one.to_string()}]});
    let policy = made(&book, "policy", policy);
    // What a person does in the association is told on their own page.
    let meeting = json!({"region": VILLAGE, "name": "理事会", "kind": "council", "date": "2026-10-01",
        "present": [{"name": "张三", "person": one.to_string()}]});
    let meeting = made(&book, "meeting", meeting);
    let of = record(&book, home);
    let past = book.look(|look| look.past_of_family(&of)).unwrap();
    assert_eq!(ids(&past.records), BTreeSet::from([home, seen, case, policy]));
    let named = |id: Uuid, field: &str| past.is_named_by(&record(&book, id), field);
    assert!(named(case, "household") && named(policy, "insured") && !named(seen, "note"));
    let own = record(&book, one);
    let past = book.look(|look| look.past_of_person(&own, |_| true)).unwrap();
    // The visit names him by name alone, as one of the family; of a person's own record nothing is told.
    assert_eq!(ids(&past.records), BTreeSet::from([seen, policy, meeting]));
    assert!(past.records.iter().all(|record| past.is_about(record)));
    sound(&book);
}

#[test]
fn one_person_under_several_nouns_has_one_past() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let number = json!({"id_number": "34052419800101001X"});
    let one = person(&book, home, "张三", number.clone());
    let twin = id();
    let again = json!({"region": VILLAGE, "name": "张 三", "id_number": "34052419800101001x"});
    put(&book, &save(twin, "person", again));
    // A number under another name is somebody's mistake.
    let wrong = json!({"region": VILLAGE, "name": "李四", "id_number": "34052419800101001X"});
    let wrong = made(&book, "person", wrong);
    let member =
        json!({"region": VILLAGE, "name": "张三", "structure": "individual", "person": one.to_string()});
    let member = made(&book, "member", member);
    let volunteer =
        json!({"region": VILLAGE, "name": "张三", "approval": "approved", "person": twin.to_string()});
    let volunteer = made(&book, "volunteer", volunteer);
    let can = json!({"region": VILLAGE, "name": "张三", "holder": volunteer.to_string(), "kind": "counsellor",
        "from": "2026-01-01"});
    let can = made(&book, "qualification", can);
    let hours = json!({"region": VILLAGE, "volunteer": volunteer.to_string(), "volunteer_name": "张三",
        "date": "2026-10-05", "minutes": 90, "what": "activity"});
    let hours = made(&book, "service_hours", hours);
    let activity = json!({"region": VILLAGE, "name": "讲座", "project": "health", "start": "2026-10-05T09:00:00",
        "sign_ins": [member.to_string()]});
    let activity = made(&book, "activity", activity);
    let all = BTreeSet::from([member, volunteer, can, hours, activity]);
    for from in [one, twin, member, volunteer, can] {
        let of = record(&book, from);
        let past = book.look(|look| look.past_of_person(&of, |_| true)).unwrap();
        assert_eq!(ids(&past.records), all, "from {}", of.kind);
        assert!(past.is(&of) && !past.is(&record(&book, wrong)) && !past.is_about(&record(&book, hours)));
    }
    // Over what may not be read nothing is found.
    let of = record(&book, member);
    let past = book.look(|look| look.past_of_person(&of, |record| record.kind != "person")).unwrap();
    assert_eq!(ids(&past.records), BTreeSet::from([member, activity]));
    // Whoever is taken off the list was not there.
    let mut without = record(&book, activity).fields;
    without.insert("sign_ins".into(), json!([]));
    put(&book, &crate::Save { id: activity, kind: "activity".into(), fields: without, void: None });
    let past = book.look(|look| look.past_of_person(&of, |_| true)).unwrap();
    assert!(!ids(&past.records).contains(&activity));
    sound(&book);
}

/// It names the family and does not belong to it: it is neither hidden nor brought back with it.
#[test]
fn a_case_of_rights_is_not_hidden_with_the_family() {
    use tiexin_domain::record::Void;
    use tiexin_protocol::VoidChange;

    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let case = json!({"region": VILLAGE, "household": home.to_string(), "matter": "medical", "asked_on": "2026-10-01"});
    let case = made(&book, "rights_case", case);
    assert!(book.hanging(home).unwrap().kinds.is_empty(), "nothing is told to go with it");
    let family = record(&book, home);
    let void = Some(VoidChange::Hide(Void { reason: "重复".into() }));
    put(&book, &crate::Save { id: home, kind: "household".into(), fields: family.fields.clone(), void });
    let past = book.look(|look| look.past_of_family(&family)).unwrap();
    assert!(ids(&past.records).contains(&case), "shown as before");
    assert_eq!(book.void_above(case).unwrap(), None, "nor held down by it");
    sound(&book);
}
