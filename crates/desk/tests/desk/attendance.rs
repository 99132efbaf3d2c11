//! Signing in at an activity: by name, initials, the tail of a number, a scanner.

use serde_json::json;
use tiexin_contract::attendance::{Attend, Attended, GetAttendance, Unattend};
use tiexin_contract::records::{GetRecord, RecordHistory, SaveRecord};
use tiexin_store::{By, Save};
use uuid::Uuid;

use crate::meanwhile::behind;
use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields, saved};

const NUMBER: &str = "340524198001010028";
const OTHER_VILLAGE: &str = "340323100002";

async fn activity(office: &Office) -> Uuid {
    let said =
        json!({"region": TOWNSHIP, "name": "讲座", "project": "health", "start": "2026-10-20T09:00:00"});
    saved(office, "activity", said).await
}

async fn member(office: &Office, region: &str, name: &str) -> Uuid {
    saved(office, "member", json!({"region": region, "name": name, "structure": "individual"})).await
}

/// One person, under either noun.
async fn member_and_volunteer(office: &Office) -> [Uuid; 2] {
    let said = json!({"region": VILLAGE, "name": "王小梅", "structure": "individual", "id_number": NUMBER});
    let member = saved(office, "member", said).await;
    let person = office.ok(GetRecord { id: member }).await.fields["person"].clone();
    let said = json!({"region": VILLAGE, "name": "王小梅", "approval": "approved", "person": person});
    [member, saved(office, "volunteer", said).await]
}

async fn typed(office: &Office, activity: Uuid, typed: &str) -> Attended {
    office.ok(Attend { activity, typed: typed.into() }).await
}

fn who(told: &Attended) -> Option<Uuid> {
    match told {
        Attended::Signed { who, .. } | Attended::Already(who) => Some(who.id),
        Attended::Choose(_) | Attended::TooYoung | Attended::Nobody => None,
    }
}

#[tokio::test]
async fn one_person_is_signed_in_once_however_they_are_told() {
    let office = Office::township(day(2026, 10, 20)).await;
    let at = activity(&office).await;
    let [mei, _] = member_and_volunteer(&office).await;
    member(&office, VILLAGE, "赵红").await;
    let first = typed(&office, at, "0028").await;
    assert!(matches!(first, Attended::Signed { count: 1, .. }), "{first:?}");
    let own_id = mei.to_string();
    for again in ["王小梅", " wxm ", NUMBER, own_id.as_str()] {
        let told = typed(&office, at, again).await;
        assert!(matches!(told, Attended::Already(_)) && who(&told) == Some(mei), "{again}: {told:?}");
    }
    assert_eq!(typed(&office, at, "没有这人").await, Attended::Nobody);
    assert_eq!(typed(&office, at, " ").await, Attended::Nobody);
    let here = office.ok(GetAttendance { activity: at }).await;
    assert_eq!((here.people.len(), here.people[0].id, here.elsewhere), (1, mei, 0));
    office.ok(Unattend { activity: at, who: mei }).await;
    assert!(office.ok(GetAttendance { activity: at }).await.people.is_empty());
}

/// By a scanner, by whatever is left of two registrations, and where neither names a person's record.
#[tokio::test]
async fn who_signed_in_as_a_member_is_not_signed_in_as_a_volunteer() {
    let office = Office::township(day(2026, 10, 20)).await;
    let at = activity(&office).await;
    let [mei, serving] = member_and_volunteer(&office).await;
    let hong = member(&office, VILLAGE, "赵红").await;
    let said = json!({"region": VILLAGE, "name": "赵红", "approval": "approved"});
    let helping = saved(&office, "volunteer", said).await;
    for (first, then) in [(mei, serving), (helping, hong)] {
        let told = typed(&office, at, &first.to_string()).await;
        assert!(matches!(told, Attended::Signed { .. }), "{told:?}");
        let told = typed(&office, at, &then.to_string()).await;
        assert!(matches!(told, Attended::Already(_)), "{told:?}");
    }
    // Typed, they are one to choose as well.
    let told = typed(&office, at, "赵红").await;
    assert!(matches!(told, Attended::Already(_)), "{told:?}");
    let left = SaveRecord {
        kind: "member".into(),
        id: Some(mei),
        version: None,
        fields: fields(json!({"left": "2026-10-20"})),
    };
    office.ok(left).await;
    let told = typed(&office, at, "王小梅").await;
    assert!(matches!(told, Attended::Already(_)), "{told:?}");
    let here = office.ok(GetAttendance { activity: at }).await;
    let mut ids: Vec<Uuid> = here.people.iter().map(|one| one.id).collect();
    ids.sort();
    let mut both = vec![mei, helping];
    both.sort();
    assert_eq!((ids, here.elsewhere), (both, 0));
}

/// Two members of one name in one village are two, whosever the volunteer of that name is.
#[tokio::test]
async fn two_of_one_name_and_village_both_sign_in() {
    let office = Office::township(day(2026, 10, 20)).await;
    let at = activity(&office).await;
    let one = member(&office, VILLAGE, "王丽").await;
    let other = member(&office, VILLAGE, "王丽").await;
    let said = json!({"region": VILLAGE, "name": "王丽", "approval": "approved"});
    saved(&office, "volunteer", said).await;
    for (nth, id) in [one, other].into_iter().enumerate() {
        let told = typed(&office, at, &id.to_string()).await;
        assert!(matches!(told, Attended::Signed { count, .. } if count == nth as u32 + 1), "{told:?}");
    }
}

#[tokio::test]
async fn of_two_of_one_name_a_person_chooses() {
    let office = Office::township(day(2026, 10, 20)).await;
    let at = activity(&office).await;
    let here = member(&office, VILLAGE, "王丽").await;
    let there = member(&office, OTHER_VILLAGE, "王丽").await;
    // Whose name only begins so is not meant.
    member(&office, VILLAGE, "王丽华").await;
    let told = typed(&office, at, "王丽").await;
    let Attended::Choose(people) = told else { panic!("{told:?}") };
    let mut ids: Vec<Uuid> = people.iter().map(|one| one.id).collect();
    ids.sort();
    let mut both = vec![here, there];
    both.sort();
    assert_eq!(ids, both);
    assert_ne!(people[0].place, people[1].place);
    assert!(office.ok(GetAttendance { activity: at }).await.people.is_empty());
    assert_eq!(who(&typed(&office, at, &there.to_string()).await), Some(there));
}

/// Whichever way somebody is signed in.
#[tokio::test]
async fn who_had_left_is_signed_in_by_no_way() {
    let office = Office::township(day(2026, 10, 20)).await;
    let at = activity(&office).await;
    let left = json!({"region": VILLAGE, "name": "赵红", "structure": "individual", "left": "2026-03"});
    let left = saved(&office, "member", left).await;
    let [mei, _] = member_and_volunteer(&office).await;
    let person = office.ok(GetRecord { id: mei }).await.fields["person"].as_str().unwrap().parse().unwrap();
    let edit = |kind: &str, id: Option<Uuid>, said| SaveRecord {
        kind: kind.into(),
        id,
        version: None,
        fields: fields(said),
    };
    let new = json!({"region": TOWNSHIP, "name": "义诊", "project": "health", "start": "2026-09-07T09:00:00",
        "sign_ins": [left]});
    for save in [edit("activity", None, new), edit("activity", Some(at), json!({"sign_ins": [mei, left]}))] {
        let refused = office.refused(save).await;
        assert!(refused.about("sign_ins").is_some_and(|word| word.contains("“赵红”")), "{refused:?}");
    }
    office.ok(edit("activity", Some(at), json!({"sign_ins": [mei]}))).await;
    // She died before, as is heard now: the list can still be worked on.
    office.ok(edit("person", Some(person), json!({"died_on": "2026-10-01"}))).await;
    member(&office, VILLAGE, "孙有福").await;
    let told = typed(&office, at, "孙有福").await;
    assert!(matches!(told, Attended::Signed { count: 2, .. }), "{told:?}");
    office.ok(Unattend { activity: at, who: mei }).await;
    let refused = office.refused(Attend { activity: at, typed: "王小梅".into() }).await;
    assert!(refused.about("sign_ins").is_some_and(|word| word.contains("离世")), "{refused:?}");
}

#[tokio::test]
async fn no_fewer_are_counted_than_signed_in() {
    let office = Office::township(day(2026, 10, 20)).await;
    let at = activity(&office).await;
    let edit =
        |said| SaveRecord { kind: "activity".into(), id: Some(at), version: None, fields: fields(said) };
    office.ok(edit(json!({"headcount": 1}))).await;
    for name in ["赵红", "孙有福"] {
        member(&office, VILLAGE, name).await;
        assert!(matches!(typed(&office, at, name).await, Attended::Signed { .. }), "{name}");
    }
    assert_eq!(office.ok(GetRecord { id: at }).await.fields["headcount"], 2);
    let refused = office.refused(edit(json!({"headcount": 1}))).await;
    assert!(refused.about("headcount").is_some_and(|word| word.contains("签到 2 人")), "{refused:?}");
    office.ok(edit(json!({"headcount": 40}))).await;
}

/// Who has left, a unit, and a child are on no list.
#[tokio::test]
async fn only_grown_up_members_and_volunteers_are_named() {
    let office = Office::township(day(2026, 10, 20)).await;
    let at = activity(&office).await;
    let unit = json!({"region": VILLAGE, "name": "春光合作社", "structure": "unit"});
    saved(&office, "member", unit).await;
    let left = json!({"region": VILLAGE, "name": "赵红", "structure": "individual", "left": "2026-01"});
    saved(&office, "member", left).await;
    let refused = json!({"region": VILLAGE, "name": "于桂", "approval": "declined"});
    saved(&office, "volunteer", refused).await;
    for name in ["春光合作社", "赵红", "于桂"] {
        assert_eq!(typed(&office, at, name).await, Attended::Nobody, "{name}");
    }
    let child = json!({"region": VILLAGE, "name": "李小明", "birth": "2012-05-01"});
    let child = saved(&office, "person", child).await;
    let said = json!({"region": VILLAGE, "name": "李小明", "structure": "individual", "person": child});
    saved(&office, "member", said).await;
    assert_eq!(typed(&office, at, "李小明").await, Attended::TooYoung);
    assert!(office.ok(GetAttendance { activity: at }).await.people.is_empty());
}

#[tokio::test]
async fn forty_are_signed_in_one_after_the_other() {
    let office = Office::township(day(2026, 10, 20)).await;
    let at = activity(&office).await;
    let names: Vec<String> = "赵钱孙李周吴郑王冯陈"
        .chars()
        .flat_map(|first| ["芳", "强", "红", "军"].map(|last| format!("{first}{last}")))
        .collect();
    for name in &names {
        member(&office, VILLAGE, name).await;
    }
    for (nth, name) in names.iter().enumerate() {
        let told = typed(&office, at, name).await;
        assert!(matches!(told, Attended::Signed { count, .. } if count == nth as u32 + 1), "{told:?}");
    }
    let record = office.ok(GetRecord { id: at }).await;
    assert_eq!(record.fields["sign_ins"].as_array().map(Vec::len), Some(40));
    assert!(record.gaps.is_empty(), "they stand for the number of people: {:?}", record.gaps);
}

/// 经过 tells who signed in and who was taken off, each time those alone, by their names; of those who cannot be seen how many.
#[tokio::test]
async fn a_history_tells_of_a_sign_in_by_name_and_never_by_an_id() {
    let office = Office::township(day(2026, 10, 20)).await;
    let at = activity(&office).await;
    let (red, lan) = (member(&office, VILLAGE, "赵红").await, member(&office, VILLAGE, "李小兰").await);
    for name in ["赵红", "李小兰"] {
        typed(&office, at, name).await;
    }
    office.ok(Unattend { activity: at, who: red }).await;
    let told = async || {
        let entries = office.ok(RecordHistory { id: at }).await;
        let changes = entries.iter().flat_map(|entry| &entry.changes).filter(|was| was.label == "签到会员");
        changes.map(|was| (was.old.clone(), was.new.clone())).collect::<Vec<_>>()
    };
    let seen = told().await;
    for (old, new) in [("赵红", "（去掉）"), ("（空）", "李小兰"), ("（空）", "赵红")] {
        assert!(seen.contains(&(old.to_owned(), new.to_owned())), "{seen:?}");
    }
    let whole = serde_json::to_string(&office.ok(RecordHistory { id: at }).await).unwrap();
    assert!([red, lan].iter().all(|id| !whole.contains(&id.to_string())), "{whole}");
    // Two whom nobody here knows, beside one who is.
    behind(&office, |book| {
        let mut fields = book.get(at).unwrap().unwrap().fields;
        fields.insert("sign_ins".into(), json!([lan, Uuid::from_u128(0x71), Uuid::from_u128(0x72)]));
        let by = By { author: Uuid::from_u128(0xA17), now_ms: 9, group: Uuid::from_u128(99) };
        book.save_group(&[Save { id: at, kind: "activity".into(), fields, void: None }], &by).unwrap();
    })
    .await;
    assert!(told().await.contains(&("（空）".to_owned(), "2 名".to_owned())), "{:?}", told().await);
}
