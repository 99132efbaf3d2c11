//! The past of a family and of a person, in sentences.

use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::family::{GetFamily, RegisterFamily};
use tiexin_contract::past::{GetPast, Past};
use tiexin_contract::records::VoidRecord;
use tiexin_domain::access::Role;
use uuid::Uuid;

use crate::office::{Office, TOWNSHIP, VILLAGE, day, saved};
use crate::waiting::grants;

const OTHER_VILLAGE: &str = "340323100002";

async fn visit(office: &Office, home: Uuid, on: &str, note: &str) -> Uuid {
    let said = json!({"household": home, "date": on, "kind": "routine", "note": note, "visitors": ["王丽"],
        "met": [{"name": "韩广田"}]});
    saved(office, "visit", said).await
}

async fn past(office: &Office, of: Uuid, kinds: &[&str], most: u32) -> Past {
    let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    office.ok(GetPast { of, kinds, most }).await
}

fn told(past: &Past) -> Vec<(String, &str)> {
    let day = |day: Option<tiexin_domain::PartialDate>| day.map(|day| day.to_string()).unwrap_or_default();
    past.entries.iter().map(|entry| (day(entry.day), entry.told.as_str())).collect()
}

#[tokio::test]
async fn a_family_is_told_newest_first_with_what_came_of_each() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("韩广田", |_| {}).await;
    visit(&office, home, "2026-09-01", "一切都好。").await;
    visit(&office, home, "2026-10-19", "盼着一辆轮椅").await;
    let wish = json!({"household": home, "date": "2026-10-19", "person": {"name": "韩广田"}, "wish": "一辆轮椅",
        "claimed_by": "王小梅", "claimed_on": "2026-10-20"});
    let wish = saved(&office, "wish", wish).await;
    // Its end is to come: that is no past.
    let pairing = json!({"household": home, "by_name": "县医院", "by_kind": "unit", "from": "2025-03-01", "to": "2026-12-31"});
    saved(&office, "pairing", pairing).await;
    let all = past(&office, home, &[], 100).await;
    let seen = told(&all);
    let dated: Vec<_> = seen.iter().filter(|(day, _)| !day.is_empty()).cloned().collect();
    assert_eq!(
        dated[..5],
        [
            ("2026-10-20".to_owned(), "有人认领了微心愿：一辆轮椅，认领人王小梅。"),
            ("2026-10-19".to_owned(), "韩广田的微心愿：一辆轮椅。"),
            ("2026-10-19".to_owned(), "日常走访，走访人王丽，见到韩广田。盼着一辆轮椅。"),
            ("2026-09-01".to_owned(), "日常走访，走访人王丽，见到韩广田。一切都好。"),
            ("2025-03-01".to_owned(), "县医院与韩广田家结对帮扶。"),
        ]
    );
    assert_eq!(all.entries[0].id, wish);
    // What has no day is told at the end.
    assert_eq!(seen.last(), Some(&(String::new(), "开始联系这一家，镇联系人赵镇长，村联系人李村医。")));
    let counts: Vec<_> = all.kinds.iter().map(|kind| (kind.kind.as_str(), kind.count)).collect();
    assert!(counts.contains(&("visit", 2)) && counts.contains(&("wish", 2)), "{counts:?}");
    // Of one kind, and no more than are asked for.
    let visits = past(&office, home, &["visit"], 1).await;
    assert_eq!((visits.entries.len(), visits.older, &visits.kinds), (1, 1, &all.kinds));
    assert_eq!(visits.entries[0].told, "日常走访，走访人王丽，见到韩广田。盼着一辆轮椅。");
    office.ok(VoidRecord { id: wish, reason: "记错了".into() }).await;
    assert!(past(&office, home, &["wish"], 100).await.entries.is_empty());
    let refused = office.refused(GetPast { of: visits.entries[0].id, kinds: Vec::new(), most: 5 }).await;
    assert_eq!(refused.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_person_has_one_past_whichever_record_is_opened() {
    let office = Office::township(day(2026, 10, 20)).await;
    let number = "340524198001010028";
    let member = json!({"region": VILLAGE, "name": "王小梅", "structure": "individual", "id_number": number,
        "joined": "2024-05"});
    let member = saved(&office, "member", member).await;
    let volunteer = json!({"region": VILLAGE, "name": "王小梅", "approval": "approved", "id_number": number,
        "joined": "2025-01-10"});
    let volunteer = saved(&office, "volunteer", volunteer).await;
    let hours = json!({"region": VILLAGE, "volunteer": volunteer, "date": "2026-10-05", "minutes": 90,
        "what": "activity"});
    saved(&office, "service_hours", hours).await;
    let activity = json!({"region": TOWNSHIP, "name": "义诊", "project": "health", "start": "2026-10-06T09:00:00",
        "sign_ins": [member]});
    saved(&office, "activity", activity).await;
    // Helps a family in another village.
    let home = office.family("韩广田", |_| {}).await;
    let pairing = json!({"household": home, "by": volunteer, "by_name": "王小梅", "from": "2026-03-01"});
    saved(&office, "pairing", pairing).await;
    for of in [member, volunteer] {
        let told: Vec<String> =
            past(&office, of, &[], 100).await.entries.into_iter().map(|e| e.told).collect();
        assert_eq!(
            told,
            [
                "参加活动“义诊”。",
                "志愿服务1小时30分钟，活动。",
                "王小梅与韩广田家结对帮扶。",
                "登记为志愿者。",
                "成为会员。",
            ]
        );
    }
}

/// Only what the user may open is told: an entry leads to its record.
#[tokio::test]
async fn what_lies_where_the_user_has_no_right_is_not_there() {
    let office = Office::township(day(2026, 10, 20)).await;
    let member = json!({"region": VILLAGE, "name": "王小梅", "structure": "individual", "joined": "2024-05"});
    let member = saved(&office, "member", member).await;
    for (region, name) in [(VILLAGE, "讲座"), (OTHER_VILLAGE, "义诊")] {
        let activity = json!({"region": region, "name": name, "project": "health", "start": "2026-10-06T09:00:00",
            "sign_ins": [member]});
        saved(&office, "activity", activity).await;
    }
    assert_eq!(past(&office, member, &["activity"], 10).await.entries.len(), 2);
    grants(&office, &[(Role::Worker, VILLAGE)]).await;
    let seen = past(&office, member, &["activity"], 10).await;
    assert_eq!(told(&seen), [("2026-10-06".to_owned(), "参加活动“讲座”。")]);
    assert_eq!(seen.kinds.iter().map(|kind| kind.count).sum::<u32>(), 2, "the membership and one activity");
}

/// A family's own words are its page's: a person's page tells them to others, too.
#[tokio::test]
async fn the_child_who_died_is_named_on_the_familys_page_alone() {
    let office = Office::township(day(2026, 10, 20)).await;
    let named =
        |family: &mut RegisterFamily| family.file.as_mut().unwrap().child_name = Some("韩小宝".into());
    let home = office.family("韩广田", named).await;
    visit(&office, home, "2026-10-19", "谈起韩小宝，电话13900001234").await;
    let family = past(&office, home, &["visit"], 5).await.entries.remove(0).told;
    assert!(family.contains("韩小宝") && !family.contains("13900001234"), "{family}");
    let page = office.ok(GetFamily { household: home }).await;
    let person = past(&office, page.persons[0].id, &[], 5).await;
    assert_eq!(person.entries.len(), 1);
    let own = &person.entries[0].told;
    assert!(own.contains("谈起") && !own.contains("小宝") && !own.contains("13900001234"), "{own}");
    // The loss is told once, in the file.
    let all = serde_json::to_string(&past(&office, home, &[], 100).await).unwrap();
    assert!(!all.contains("某因"), "{all}");
}
