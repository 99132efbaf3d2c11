//! How long a volunteer has served.

use serde_json::json;
use tiexin_contract::hours::{GetHours, HoursServed};
use tiexin_contract::records::{SaveRecord, VoidRecord};
use uuid::Uuid;

use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields, saved};

#[tokio::test]
async fn entries_are_added_to_what_was_there_before() {
    let office = Office::township(day(2026, 10, 20)).await;
    let said = json!({"region": VILLAGE, "name": "于桂", "approval": "approved", "minutes": 600});
    let volunteer = saved(&office, "volunteer", said).await;
    let entry = |on: &str, minutes: u32, by: Option<&str>| {
        json!({"region": VILLAGE, "volunteer": volunteer, "date": on, "minutes": minutes, "what": "activity",
            "attested_by": by, "attested_on": by.map(|_| on)})
    };
    saved(&office, "service_hours", entry("2026-10-05", 90, Some("李芳"))).await;
    saved(&office, "service_hours", entry("2026-10-06", 30, None)).await;
    let mistaken = saved(&office, "service_hours", entry("2026-10-07", 45, None)).await;
    office.ok(VoidRecord { id: mistaken, reason: "记错了人".into() }).await;
    let served = office.ok(GetHours { volunteer }).await;
    assert_eq!(served, HoursServed { before: 600, attested: 90, unattested: 30, proposed: Vec::new() });
    assert_eq!(served.total(), 720);
}

/// One occasion is entered once; who has left serves no more, and whoever helped before they joined did help.
#[tokio::test]
async fn an_occasion_is_entered_once_and_by_who_serves() {
    let office = Office::township(day(2026, 10, 20)).await;
    let said = json!({"region": VILLAGE, "name": "于桂", "approval": "approved", "joined": "2026-09",
        "left": "2026-10-10"});
    let volunteer = saved(&office, "volunteer", said).await;
    let clinic =
        json!({"region": TOWNSHIP, "name": "义诊", "project": "health", "start": "2026-10-05T09:00:00"});
    let clinic = saved(&office, "activity", clinic).await;
    let entry = |on: &str, of: Option<Uuid>| {
        let said = json!({"region": VILLAGE, "volunteer": volunteer, "date": on, "minutes": 60, "what": "activity",
            "ref": of});
        SaveRecord { kind: "service_hours".into(), id: None, version: None, fields: fields(said) }
    };
    let first = office.ok(entry("2026-10-05", Some(clinic))).await.id;
    let twice = office.refused(entry("2026-10-05", Some(clinic))).await;
    assert!(twice.about("ref").is_some_and(|word| word.contains("已经记过工时")), "{twice:?}");
    let late = office.refused(entry("2026-10-12", None)).await;
    assert!(late.about("volunteer").is_some_and(|word| word.contains("退出")), "{late:?}");
    for (save, code) in
        [(entry("2026-08-05", None), "volunteer_early"), (entry("2026-10-04", Some(clinic)), "other_day")]
    {
        let gaps = office.ok(save).await.row.gaps;
        assert!(gaps.iter().any(|gap| gap.code == code), "{code}: {gaps:?}");
    }
    // They leave on an earlier day, as is heard now: what stands is attested all the same.
    let edit = |kind: &str, id, said| SaveRecord {
        kind: kind.into(),
        id: Some(id),
        version: None,
        fields: fields(said),
    };
    office.ok(edit("volunteer", volunteer, json!({"left": "2026-10-01"}))).await;
    office
        .ok(edit("service_hours", first, json!({"attested_by": "李芳", "attested_on": "2026-10-06"})))
        .await;
}

/// `association.md` §7.1, 11: signed in at two activities at one hour, as a member at one of them.
#[tokio::test]
async fn signatures_propose_an_hour_once() {
    let office = Office::township(day(2026, 10, 20)).await;
    let person = saved(&office, "person", json!({"region": VILLAGE, "name": "于桂"})).await;
    let said = json!({"region": VILLAGE, "name": "于桂", "approval": "approved", "person": person});
    let volunteer = saved(&office, "volunteer", said).await;
    let said = json!({"region": VILLAGE, "name": "于桂", "structure": "individual", "person": person});
    let member = saved(&office, "member", said).await;
    let held = async |name: &str, from: &str, to: &str, who: Uuid| {
        let said = json!({"region": TOWNSHIP, "name": name, "project": "health", "start": from, "end": to,
            "sign_ins": [who]});
        saved(&office, "activity", said).await
    };
    let clinic = held("义诊 13900001234", "2026-10-12T09:00:00", "2026-10-12T11:00:00", volunteer).await;
    let lecture = held("讲座", "2026-10-12T10:00:00", "2026-10-12T11:00:00", member).await;
    // Somebody else's, one that is long past, and one to come.
    let other =
        saved(&office, "volunteer", json!({"region": VILLAGE, "name": "赵红", "approval": "approved"})).await;
    held("别人的", "2026-10-12T09:00:00", "2026-10-12T10:00:00", other).await;
    held("春天的", "2026-04-12T09:00:00", "2026-04-12T10:00:00", volunteer).await;
    held("明天的", "2026-10-21T09:00:00", "2026-10-21T10:00:00", volunteer).await;
    let told = async || {
        let proposed = office.ok(GetHours { volunteer }).await.proposed;
        proposed.into_iter().map(|one| (one.activity, one.minutes, one.gap.is_some())).collect::<Vec<_>>()
    };
    assert_eq!(told().await, [(clinic, 120, false), (lecture, 0, true)]);
    // What it overlaps with is called as the activity is called there.
    let shown = serde_json::to_string(&office.ok(GetHours { volunteer }).await.proposed).unwrap();
    assert!(shown.matches("义诊").count() == 2 && !shown.contains("13900001234"), "{shown}");
    // Once entered it is proposed no more, and the hour remains served.
    let entry = json!({"region": VILLAGE, "volunteer": volunteer, "date": "2026-10-12", "minutes": 120,
        "what": "activity", "ref": clinic});
    saved(&office, "service_hours", entry).await;
    assert_eq!(told().await, [(lecture, 0, true)]);
    // Of another day hours were entered without saying which activity it was.
    let walk = held("健步走", "2026-10-14T09:00:00", "2026-10-14T10:00:00", volunteer).await;
    assert_eq!(told().await, [(lecture, 0, true), (walk, 60, false)]);
    let entry = json!({"region": VILLAGE, "volunteer": volunteer, "date": "2026-10-14", "minutes": 60,
        "what": "activity"});
    saved(&office, "service_hours", entry).await;
    assert_eq!(told().await, [(lecture, 0, true), (walk, 60, true)]);
}
