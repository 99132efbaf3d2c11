//! 今日: due, missing, coming, the month; what has to be done is in [`todo`].

mod todo;

use serde_json::json;
use tiexin_contract::family::{GetFamily, RecordVisit, RegisterFamily};
use tiexin_contract::records::VoidRecord;
use tiexin_contract::today::{GetToday, ReminderKind};
use tiexin_domain::PartialDate;
use tiexin_domain::nouns::Visit;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_domain::nouns::visit::Presence;
use uuid::Uuid;

use crate::office::{Office, TOWNSHIP, VILLAGE, day, saved};

fn today() -> GetToday {
    GetToday { region: TOWNSHIP.parse().unwrap() }
}

async fn visited(office: &Office, home: Uuid, on: chrono::NaiveDate) {
    let mut visit = Visit::routine(VILLAGE.parse().unwrap(), home, "", on);
    visit.visitors = vec!["王丽".into()];
    visit.contact_reason = Some("本人来电".into());
    office.ok(RecordVisit { id: None, visit }).await;
}

fn wish(preference: ContactPreference) -> impl FnOnce(&mut RegisterFamily) {
    move |family| family.file.as_mut().unwrap().preference = Some(preference)
}

#[tokio::test]
async fn overdue_families_come_first_and_those_who_declined_not_at_all() {
    let office = Office::township(day(2026, 10, 20)).await;
    let long = office.family("贾文广", wish(ContactPreference::PhoneOnly)).await;
    let short = office.family("孙有福", wish(ContactPreference::Welcome)).await;
    let lately = office.family("周大伟", wish(ContactPreference::Welcome)).await;
    let declined = office.family("吴安", wish(ContactPreference::Declined)).await;
    for (home, on) in [
        (long, day(2026, 8, 1)),
        (short, day(2026, 9, 10)),
        (lately, day(2026, 10, 18)),
        (declined, day(2026, 1, 1)),
    ] {
        visited(&office, home, on).await;
    }
    let page = office.ok(today()).await;
    let due: Vec<(Uuid, i64)> = page.due.iter().map(|d| (d.household, d.overdue_days)).collect();
    // The county's rule: thirty days.
    assert_eq!(due, [(long, 50), (short, 10)]);
    assert_eq!(page.due_total, 2);
    assert!(page.due[0].phone_only);
    assert_eq!(page.due[0].contact.as_deref(), Some("李村医"));
    assert_eq!(page.due[0].village, "东关社区");
    assert_eq!(page.gaps_total, 4, "to complete a file nobody has to go there");
    assert_eq!(page.lunar, "九月十一");
    let month = &page.month;
    assert_eq!((month.month.as_str(), month.visited, month.planned), ("2026-10", 1, 3));
    assert_eq!(month.visits_by_day.len(), 20);
    assert_eq!(month.visits_by_day[17].count, 1);
    assert_eq!((month.coverage[0].visited, month.coverage[0].families), (1, 3));
    let visits = month.figures.iter().find(|f| f.label == "走访（次）").unwrap();
    assert_eq!((visits.this_month, visits.last_month), (1, 1));
}

/// Nobody was there: the family stays due, and no count says that it was seen.
#[tokio::test]
async fn a_visit_that_met_nobody_has_seen_nobody() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", wish(ContactPreference::Welcome)).await;
    let mut visit = Visit::routine(VILLAGE.parse().unwrap(), home, "", day(2026, 9, 10));
    visit.visitors = vec!["周主任".into()];
    office.ok(RecordVisit { id: None, visit: visit.clone() }).await;
    let before = office.ok(today()).await;
    for presence in [Presence::Away, Presence::NotWilling] {
        let words = if presence == Presence::Away { "没有遇到" } else { "不便见面" };
        let again = Visit { date: day(2026, 10, 20), presence, ..visit.clone() };
        let saved = office.ok(RecordVisit { id: None, visit: again }).await;
        let page = office.ok(today()).await;
        let due = &page.due[0];
        assert_eq!((due.household, due.overdue_days, due.last_visit), (home, 10, Some(day(2026, 9, 10))));
        // Whom the line names beside the day of the visit went there; whose job it is stands apart.
        assert_eq!(
            (due.visitors.as_slice(), due.contact.as_deref()),
            (&["周主任".to_owned()][..], Some("李村医"))
        );
        let in_vain = due.in_vain.as_ref().unwrap();
        assert_eq!((in_vain.on, in_vain.words()), (day(2026, 10, 20), words));
        assert_eq!((page.due_total, page.month.visited), (1, 0));
        assert_eq!(page.month.coverage, before.month.coverage);
        assert_eq!(page.month.figures, before.month.figures);
        assert_eq!(page.month.visits_by_day, before.month.visits_by_day);
        let family = office.ok(GetFamily { household: home }).await;
        assert_eq!((family.days_since_visit, family.overdue_days), (Some(40), Some(10)));
        assert_eq!(family.in_vain.map(|told| told.on), Some(day(2026, 10, 20)));
        office.ok(VoidRecord { id: saved.id, reason: "重来".into() }).await;
    }
    let by_phone = Visit { date: day(2026, 10, 19), presence: Presence::ByPhone, ..visit };
    office.ok(RecordVisit { id: None, visit: by_phone }).await;
    let page = office.ok(today()).await;
    assert_eq!((page.due_total, page.month.visited), (0, 1));
}

#[tokio::test]
async fn birthdays_by_both_calendars_and_festivals_are_told_in_time() {
    let office = Office::township(day(2026, 9, 14)).await;
    let born = |on, lunar| {
        move |family: &mut RegisterFamily| {
            family.persons[0].birth = Some(PartialDate::Day(on));
            family.persons[0].lunar_birthday = lunar;
        }
    };
    office.family("贾文广", born(day(1950, 9, 26), true)).await;
    office.family("孙有福", born(day(1962, 9, 20), false)).await;
    office.family("周大伟", born(day(1962, 10, 20), false)).await;
    let quiet = |family: &mut RegisterFamily| {
        born(day(1962, 9, 20), false)(family);
        wish(ContactPreference::Declined)(family);
    };
    office.family("吴安", quiet).await;
    let page = office.ok(today()).await;
    let told: Vec<(String, String)> =
        page.reminders.iter().map(|r| (r.date.to_string(), r.text.clone())).collect();
    let expected = [
        ("2026-09-20", "孙有福 生日"),
        ("2026-09-25", "贾文广 生日（农历八月十五）"),
        ("2026-09-25", "中秋节"),
        ("2026-10-01", "国庆"),
    ];
    assert_eq!(told, expected.map(|(date, text)| (date.to_owned(), text.to_owned())));
    assert_eq!(page.reminders[1].days_ahead, 11);
    assert_eq!(page.reminders[2].kind, ReminderKind::Festival);
}

#[tokio::test]
async fn what_is_missing_is_listed_without_the_loss() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |family| family.contacts = None).await;
    let page = office.ok(today()).await;
    let told: Vec<&str> = page.missing.iter().map(|group| group.missing.as_str()).collect();
    assert_eq!(
        told,
        ["缺镇联系人", "缺村联系人", "有人缺身份证号", "缺信息编码", "缺孩子情况的时间", "未问过联系意愿"]
    );
    assert!(page.missing.iter().all(|group| group.total == 1 && group.families[0].household == home));
    let gap = page.gaps.iter().find(|gap| gap.household == home).unwrap();
    assert!(gap.missing.iter().any(|m| m.contains("村联系人")), "{:?}", gap.missing);
    let whole = serde_json::to_string(&page).unwrap();
    assert!(!whole.contains("某某") && !whole.contains("某因"));
}

#[tokio::test]
async fn a_county_sees_townships_and_no_single_family() {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    visited(&office, home, day(2026, 8, 1)).await;
    let birthday = |family: &mut RegisterFamily| {
        family.persons[0].birth = Some(PartialDate::Day(day(1962, 10, 22)));
        family.contacts = None;
    };
    office.family("孙有福", birthday).await;
    let village =
        json!({"region": VILLAGE, "matter": "medical", "asked_on": "2026-10-04", "anonymous": true});
    saved(&office, "rights_case", village).await;
    let own = json!({"region": "340323", "matter": "medical", "asked_on": "2026-10-04", "anonymous": true});
    let own = saved(&office, "rights_case", own).await;
    let festivals = r#"[{"name": "协会日", "solar": [10, 25], "own": true}]"#;
    std::fs::write(office.folder.path().join("festivals.json"), festivals).unwrap();
    let page = office.ok(GetToday { region: "340323".parse().unwrap() }).await;
    assert_eq!((page.due.len(), page.missing.len(), page.gaps.len()), (0, 0, 0));
    let coming: Vec<&str> = page.reminders.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(coming, ["协会日"], "no birthday of a family");
    let told: Vec<Uuid> = page.todo.iter().map(|one| one.record).collect();
    assert_eq!(told, [own]);
    let whole = serde_json::to_string(&page).unwrap();
    assert!(!whole.contains("贾文广") && !whole.contains("孙有福"));
    // Every township is there, who is behind first.
    let behind = &page.units[0];
    assert_eq!((behind.region.as_str(), behind.families, behind.visited), (TOWNSHIP, 2, 0));
    assert_eq!((behind.overdue, behind.longest, behind.without_contact), (1, 50, 1));
    assert_eq!(behind.ring.as_deref(), Some("赵镇长"));
    assert!(page.units.len() > 5 && page.units[1..].iter().all(|unit| unit.overdue + unit.families == 0));
    // Who looks into a township sees its morning.
    let township = office.ok(today()).await;
    assert!(township.units.is_empty() && township.due.len() == 2 && township.todo.len() == 1);
}

#[tokio::test]
async fn a_village_sees_families_and_a_township_their_papers_too() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", wish(ContactPreference::Welcome)).await;
    let post = json!({"region": VILLAGE, "name": "甲", "organisation_name": "东关社区计生协", "post": "president",
        "staffing": "part_time", "from": "2023-11-01", "until": "2026-11-01"});
    saved(&office, "post", post).await;
    let wished =
        json!({"household": home, "date": "2026-07-01", "person": {"name": "贾文广"}, "wish": "一辆轮椅"});
    saved(&office, "wish", wished).await;
    for (region, told) in
        [(VILLAGE, &["wish_unclaimed"][..]), (TOWNSHIP, &["term_ends", "wish_unclaimed"][..])]
    {
        let page = office.ok(GetToday { region: region.parse().unwrap() }).await;
        assert_eq!(page.todo.iter().map(|one| one.rule.as_str()).collect::<Vec<_>>(), told, "{region}");
        assert_eq!(page.due.len(), 1);
    }
}

/// What is reckoned asks for the contact as what has a date does. Whom nobody looks after yet is everybody's.
#[tokio::test]
async fn visits_days_and_gaps_are_told_to_the_named_contact() {
    let office = Office::township(day(2026, 10, 20)).await;
    let to = r#""to": [{"level": "village"}, {"level": "township", "contact": true}]"#;
    let rules = [
        ("visit_due", "visits"),
        ("follow_up", "follow_ups"),
        ("birthday", "birthdays"),
        ("file_gaps", "gaps"),
    ];
    let own =
        rules.map(|(code, of)| format!(r#"{{"code": "{code}", "of": "{of}", "lead": 7, {to}}}"#)).join(",");
    std::fs::write(office.folder.path().join("reminders.json"), format!("[{own}]")).unwrap();
    for (head, leader) in [("贾文广", Some("赵镇长")), ("孙有福", Some("王丽")), ("周大伟", None)]
    {
        let contact = |family: &mut RegisterFamily| {
            family.persons[0].birth = Some(PartialDate::Day(day(1962, 10, 22)));
            match leader {
                Some(leader) => family.contacts.as_mut().unwrap().township_leader = Some(leader.into()),
                None => family.contacts = None,
            }
        };
        let home = office.family(head, contact).await;
        let visit = json!({"household": home, "date": "2026-08-01", "kind": "routine", "visitors": ["王丽"],
            "follow_up": "2026-10-22"});
        saved(&office, "visit", visit).await;
    }
    for (region, all) in [(TOWNSHIP, false), (VILLAGE, true)] {
        let page = office.ok(GetToday { region: region.parse().unwrap() }).await;
        let coming =
            |kind: ReminderKind| page.reminders.iter().filter(|one| one.kind == kind).collect::<Vec<_>>();
        let parts = [
            json!(page.due),
            json!(coming(ReminderKind::FollowUp)),
            json!(coming(ReminderKind::Birthday)),
            json!(page.missing),
            json!(page.gaps),
        ];
        for part in parts {
            let told = ["贾文广", "孙有福", "周大伟"].map(|head| part.to_string().contains(head));
            assert_eq!(told, [all, true, true], "{region}: {part}");
        }
    }
}
