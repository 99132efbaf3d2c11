//! A family's page, visits, the family's wish.

use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::family::{ExportFamilies, GetFamily, RecordVisit, VisitStart};
use tiexin_contract::records::{
    Care, Filter, FilterOp, ListRecords, RecordHistory, RecordPage, RestoreRecord, SaveRecord, Sort,
    VoidRecord,
};
use tiexin_contract::today::GetToday;
use tiexin_contract::voided::VoidEffect;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_domain::nouns::visit::Presence;
use tiexin_domain::nouns::{Person, Visit};
use uuid::Uuid;

use crate::office::{Office, TOWNSHIP, VILLAGE, day, family, fields};

pub(crate) fn visit(home: Uuid, on: chrono::NaiveDate) -> RecordVisit {
    let mut visit = Visit::routine(VILLAGE.parse().unwrap(), home, "", on);
    visit.visitors = vec![" 王丽 ".into(), "王丽".into()];
    visit.note = Some("一切都好".into());
    RecordVisit { id: None, visit }
}

#[tokio::test]
async fn a_visit_appears_on_the_timeline_of_its_family() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let before = office.ok(GetFamily { household: home }).await;
    assert_eq!((before.days_since_visit, before.overdue_days), (None, Some(0)));
    assert_eq!(before.contacts.len(), 1);
    assert!(before.gaps.iter().any(|gap| gap.contains("缺身份证号")));
    assert!(!before.gaps.iter().any(|gap| gap.contains("联系人")));
    let saved = office.ok(visit(home, day(2026, 10, 15))).await;
    assert_eq!(saved.row.title, "贾文广 2026-10-15 日常走访");
    assert_eq!(saved.row.fields["visitors"], serde_json::json!(["王丽"]));
    let after = office.ok(GetFamily { household: home }).await;
    assert_eq!((after.days_since_visit, after.overdue_days), (Some(5), Some(-25)));
    assert_eq!(after.timeline[0].id, saved.id);
    // A correction: what the form leaves out is gone, who recorded it stays.
    let mut correction = visit(home, day(2026, 10, 16));
    correction.id = Some(saved.id);
    correction.visit.note = None;
    let corrected = office.ok(correction).await.row;
    assert_eq!(corrected.fields["date"], "2026-10-16");
    assert!(!corrected.fields.contains_key("note"));
    assert_eq!(corrected.recorded_by.as_deref(), Some("王丽"));
}

#[tokio::test]
async fn the_list_of_files_tells_who_looks_after_a_family_and_when_it_was_seen() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    office.family("孙有福", |family| family.contacts = None).await;
    let list = crate::office::list("support_file", VILLAGE, 10);
    let care = |page: &RecordPage, name: &str| {
        page.rows.iter().find(|row| row.fields["head_name"] == name).unwrap().care.clone().unwrap()
    };
    let before = office.ok(list.clone()).await;
    assert_eq!(care(&before, "孙有福"), Care::default());
    assert!(care(&before, "贾文广").township_leader.is_some());
    assert_eq!(care(&before, "贾文广").last_visit, None);
    office.ok(visit(home, day(2026, 10, 15))).await;
    office.ok(visit(home, day(2026, 9, 1))).await;
    let after = office.ok(list).await;
    assert_eq!(care(&after, "贾文广").last_visit, Some(day(2026, 10, 15)));
    assert_eq!(care(&after, "孙有福").last_visit, None);
}

#[tokio::test]
async fn a_visit_in_the_future_or_to_nobody_is_refused() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    assert!(office.refused(visit(home, day(2026, 10, 21))).await.about("date").is_some());
    let nobody = office.refused(visit(Uuid::from_u128(1), day(2026, 10, 20))).await;
    assert_eq!(nobody.code, ErrorCode::Invalid);
    assert!(nobody.about("household").is_some());
}

#[tokio::test]
async fn a_declined_family_is_visited_only_with_a_reason() {
    let office = Office::township(day(2026, 10, 20)).await;
    let wish = |family: &mut tiexin_contract::family::RegisterFamily| {
        family.file.as_mut().unwrap().preference = Some(ContactPreference::Declined);
    };
    let home = office.family("贾文广", wish).await;
    let start = office.ok(VisitStart { household: Some(home) }).await;
    assert_eq!(start.preference.as_deref(), Some("declined"));
    let mut plain = visit(home, day(2026, 10, 20));
    assert!(office.refused(plain.clone()).await.about("contact_reason").is_some());
    plain.visit.contact_reason = Some("本人来电求助".into());
    office.ok(plain).await;
    assert_eq!(office.ok(GetFamily { household: home }).await.overdue_days, None);
}

#[tokio::test]
async fn the_visit_form_begins_with_who_is_likely() {
    let office = Office::township(day(2026, 9, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let mut first = visit(home, day(2026, 9, 18));
    first.visit.visitors = vec!["周主任".into()];
    office.ok(first).await;
    let start = office.ok(VisitStart { household: Some(home) }).await;
    assert_eq!(start.visitors, ["王丽", "周主任", "李村医", "赵镇长"]);
    assert_eq!(start.festivals, ["中秋", "国庆"]);
    assert_eq!(start.persons.len(), 1);
    assert!(start.last_visit.is_some());
    let open = office.ok(VisitStart { household: None }).await;
    assert_eq!(open.suggested[0].id, home);
}

#[tokio::test]
async fn a_family_is_registered_whole_or_not_at_all() {
    let office = Office::township(day(2026, 10, 20)).await;
    let mut wrong = family("贾文广");
    wrong.persons[0].id_number = Some("123".into());
    let error = office.refused(wrong).await;
    assert!(error.about("persons.0.id_number").is_some());
    let none = tiexin_contract::records::Search { text: "贾文广".into(), limit: 5, kinds: vec![] };
    assert!(office.ok(none).await.is_empty());
    let home = office
        .family("", |family| {
            family.persons[0] = Person { name: "孙有福".into(), ..family.persons[0].clone() };
        })
        .await;
    let page = office.ok(GetFamily { household: home }).await;
    assert_eq!(page.household.title, "孙有福家");
    assert_eq!(page.household.fields["head"], page.persons[0].id.to_string());
}

/// The list of special families answers what people ask it: where, not seen since when, what is missing.
#[tokio::test]
async fn special_families_are_filtered_by_village_last_visit_and_gaps() {
    let office = Office::township(day(2026, 10, 20)).await;
    let there = |region: &'static str| {
        move |family: &mut tiexin_contract::family::RegisterFamily| {
            let region: tiexin_domain::RegionCode = region.parse().unwrap();
            family.household.region = region.clone();
            family.persons[0].region = region.clone();
            family.file.as_mut().unwrap().region = region.clone();
            family.contacts.as_mut().unwrap().region = region;
        }
    };
    let one = office.family("贾文广", there(VILLAGE)).await;
    let two = office.family("孙有福", there("340323100002")).await;
    let three = office
        .family("周大伟", |family| {
            family.contacts = None;
            let file = family.file.as_mut().unwrap();
            file.code = Some("34032310000017".into());
            file.preference = Some(ContactPreference::Welcome);
            file.loss_date = Some(tiexin_domain::PartialDate::Year(2014));
            (file.doctor, file.hospital) = (Some("李医生".into()), Some("县医院".into()));
            family.persons[0].id_number = Some("34052419800101001X".into());
        })
        .await;
    for (home, on, presence) in [
        (one, day(2026, 8, 1), Presence::AtHome),
        (one, day(2026, 10, 15), Presence::Away),
        (two, day(2026, 10, 10), Presence::AtHome),
    ] {
        let mut visit = visit(home, on);
        visit.visit.presence = presence;
        office.ok(visit).await;
    }
    let found = async |field: &str, op, value: serde_json::Value| -> Vec<String> {
        let filters = vec![Filter { field: field.into(), op, value }];
        let asked = ListRecords { filters, ..crate::office::list("support_file", TOWNSHIP, 10) };
        let rows = office.ok(asked).await.rows;
        rows.iter().map(|row| row.fields["head_name"].as_str().unwrap().to_owned()).collect()
    };
    use serde_json::json;
    assert_eq!(found("region", FilterOp::Contains, json!("东关")).await, ["贾文广", "周大伟"]);
    assert_eq!(found("region", FilterOp::Contains, json!("没有这个村")).await, [] as [&str; 0]);
    assert_eq!(found("care_last_visit", FilterOp::To, json!("2026-09")).await, ["贾文广"]);
    assert_eq!(found("care_last_visit", FilterOp::From, json!("2026-10")).await, ["孙有福"]);
    assert_eq!(found("care_last_visit", FilterOp::Missing, json!(null)).await, ["周大伟"]);
    for (code, who) in [
        ("township_leader", vec!["周大伟"]),
        ("village_worker", vec!["周大伟"]),
        ("id_number", vec!["贾文广", "孙有福"]),
        ("code", vec!["贾文广", "孙有福"]),
        ("date_missing", vec!["贾文广", "孙有福"]),
        ("date_partial", vec!["周大伟"]),
        ("doctor", vec!["贾文广", "孙有福"]),
        ("hospital", vec!["贾文广", "孙有福"]),
        ("preference", vec!["贾文广", "孙有福"]),
    ] {
        assert_eq!(found("gaps", FilterOp::Is, json!(code)).await, who, "{code}");
    }
    // What 今日 names as missing is what the list finds.
    let page = office.ok(tiexin_contract::today::GetToday { region: TOWNSHIP.parse().unwrap() }).await;
    for group in &page.missing {
        let found = found("gaps", FilterOp::Is, json!(group.code)).await;
        assert_eq!(found.len() as u64, group.total, "{}", group.code);
    }
    let sort = Some(Sort { field: "care_last_visit".into(), descending: false });
    let asked = ListRecords { sort, ..crate::office::list("support_file", TOWNSHIP, 2) };
    let first = office.ok(asked.clone()).await;
    let next = office.ok(ListRecords { after: first.next.clone(), ..asked }).await;
    let heads: Vec<&str> =
        first.rows.iter().chain(&next.rows).map(|row| row.fields["head_name"].as_str().unwrap()).collect();
    assert_eq!(heads, ["周大伟", "贾文广", "孙有福"]);
    let _ = three;
}

/// The table for print: spouse, address and whole phones, each copy in the audit; never the loss.
#[tokio::test]
async fn the_table_of_special_families_is_printed_whole() {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    let home = office
        .family("贾文广", |family| {
            family.household.phone = Some("19900002580".into());
            family.household.current_address = Some("东关街12号".into());
            let mut spouse = family.persons[0].clone();
            spouse.name = "刘英".into();
            spouse.relation = Some(Relation::Spouse);
            family.persons.push(spouse);
        })
        .await;
    office.ok(visit(home, day(2026, 10, 15))).await;
    office
        .family("已结档", |family| {
            let file = family.file.as_mut().unwrap();
            file.status = tiexin_domain::nouns::support_file::FileStatus::Closed;
            file.status_reason = Some("迁出".into());
        })
        .await;
    let path = office.folder.path().join("名册.xlsx").to_string_lossy().into_owned();
    let made =
        office.ok(ExportFamilies { region: TOWNSHIP.parse().unwrap(), path: Some(path.clone()) }).await;
    assert_eq!(made.path.as_deref(), Some(path.as_str()));
    let text = cells(&path);
    for word in
        ["贾文广", "刘英", "东关街12号", "19900002580", "东关社区", "镇 赵镇长，村 李村医", "2026-10-15"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
    for word in ["某某", "某因", "已结档", "失独", "死亡"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    let audit = office
        .ok(tiexin_contract::book::AuditTrail { before: None, limit: 5, only: Default::default() })
        .await;
    assert_eq!(audit[0].act, "导出");
    assert!(audit[0].fields.contains(&"联系电话".to_owned()), "{:?}", audit[0].fields);
}

/// All shared strings of a workbook.
pub(crate) fn cells(path: &str) -> String {
    use calamine::{Data, Reader};
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let words = sheet.used_cells().map(|(_, _, cell)| match cell {
        Data::String(text) => text.clone(),
        other => other.to_string(),
    });
    words.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_former_contacts_go_on_when_the_next_are_void() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let file = office.ok(GetFamily { household: home }).await.files[0].id;
    let next = fields(serde_json::json!({
        "household": home, "file": file, "township_leader": "赵镇长", "village_worker": "孙村医", "from": "2026-10-20",
    }));
    let same = fields(serde_json::json!({
        "household": home, "file": file, "township_leader": "赵镇长", "village_worker": "李村医", "from": "2026-10-20",
    }));
    let new = |fields| SaveRecord { kind: "contact_pair".into(), id: None, version: None, fields };
    assert!(office.refused(new(same)).await.about("village_worker").is_some(), "nobody is changed");
    let pair = office.ok(new(next)).await.id;
    let now = async || {
        let page = office.ok(GetFamily { household: home }).await;
        let worker = page.contacts[0].fields["village_worker"].as_str().unwrap().to_owned();
        (worker, page.contacts.len())
    };
    assert_eq!(now().await, ("孙村医".to_owned(), 2));
    let words = office.ok(VoidEffect { id: pair }).await.words;
    assert!(words.contains("李村医") && words.contains("接着负责"), "{words}");
    office.ok(VoidRecord { id: pair, reason: "登记错了".into() }).await;
    assert_eq!(now().await, ("李村医".to_owned(), 1));
    let page = office.ok(GetFamily { household: home }).await;
    assert!(
        !page.contacts[0].fields.contains_key("to") && !page.gaps.iter().any(|gap| gap.contains("联系人"))
    );
    office.ok(RestoreRecord { id: pair }).await;
    assert_eq!(now().await, ("孙村医".to_owned(), 2));
    let page = office.ok(GetFamily { household: home }).await;
    assert_eq!(page.contacts[1].fields["to"], "2026-10-19");
}

#[tokio::test]
async fn a_day_that_was_agreed_stands_until_it_is_kept() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let mut agreed = visit(home, day(2026, 10, 1));
    agreed.visit.follow_up = Some(day(2026, 11, 5));
    office.ok(agreed).await;
    office.ok(visit(home, day(2026, 10, 15))).await;
    assert_eq!(office.ok(GetFamily { household: home }).await.follow_up, Some(day(2026, 11, 5)));
}

/// What was agreed with a family and who looks after it is told with it, in words, and of its child nothing.
#[tokio::test]
async fn the_history_of_a_family_tells_of_its_file_and_contacts() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let page = office.ok(GetFamily { household: home }).await;
    let (file, pair) = (page.files[0].id, page.contacts[0].id);
    let edit = |kind: &str, id: Uuid, sent: serde_json::Value| SaveRecord {
        kind: kind.into(),
        id: Some(id),
        version: None,
        fields: fields(sent),
    };
    office.ok(edit("support_file", file, json!({"preference": "phone_only", "child_name": "某某某"}))).await;
    office.ok(edit("contact_pair", pair, json!({"village_worker": "孙村医"}))).await;
    let history = office.ok(RecordHistory { id: home }).await;
    let told: Vec<(Option<&str>, &str)> = history
        .iter()
        .map(|entry| (entry.part.as_ref().map(|part| part.title.as_str()), entry.act.as_str()))
        .collect();
    let (file_title, pair_title) = (Some("特殊家庭台账"), Some("双岗联系人 赵镇长、孙村医"));
    for want in [
        (None, "登记"),
        (file_title, "登记"),
        (pair_title, "登记"),
        (file_title, "修改"),
        (pair_title, "修改"),
    ] {
        assert!(told.contains(&want), "{want:?} {told:?}");
    }
    let whole = serde_json::to_string(&history).unwrap();
    assert!(whole.contains("仅电话联系") && whole.contains("李村医"), "{whole}");
    assert!(!whole.contains("某某") && !whole.contains("某因") && !whole.contains("phone_only"), "{whole}");
    // Of the file alone its own history tells.
    assert!(office.ok(RecordHistory { id: file }).await.iter().all(|entry| entry.part.is_none()));
    office.ok(VoidRecord { id: pair, reason: "写错了".into() }).await;
    let history = office.ok(RecordHistory { id: home }).await;
    assert!(history.iter().any(|entry| entry.act == "作废" && entry.part.is_some()));
}

/// A clock was weeks ahead: what was recorded by it says nothing of when the family was seen, and is told.
#[tokio::test]
async fn a_visit_dated_ahead_is_told_and_not_counted() {
    let office = Office::township(day(2026, 11, 29)).await;
    let home = office.family("贾文广", |_| {}).await;
    office.ok(visit(home, day(2026, 11, 29))).await;
    office.clock.set(day(2026, 10, 20).and_hms_opt(9, 0, 0).unwrap());
    office.sign_in_again().await;
    let ahead = Some(day(2026, 11, 29));
    let page = office.ok(GetFamily { household: home }).await;
    assert_eq!((page.days_since_visit, page.overdue_days, page.ahead), (None, Some(0), ahead));
    let listed = office.ok(crate::office::list("support_file", VILLAGE, 10)).await;
    let care = listed.rows[0].care.clone().unwrap();
    assert_eq!((care.last_visit, care.ahead), (None, ahead));
    let today = GetToday { region: TOWNSHIP.parse().unwrap() };
    let due = office.ok(today.clone()).await.due.remove(0);
    assert_eq!((due.last_visit, due.overdue_days, due.ahead), (None, 0, ahead));
    office.ok(visit(home, day(2026, 9, 10))).await;
    let page = office.ok(GetFamily { household: home }).await;
    assert_eq!((page.days_since_visit, page.overdue_days, page.ahead), (Some(40), Some(10), ahead));
    let since = Filter { field: "care_last_visit".into(), op: FilterOp::From, value: "2026-10-01".into() };
    let seen = ListRecords { filters: vec![since], ..crate::office::list("support_file", VILLAGE, 10) };
    assert_eq!(office.ok(seen).await.total, 0);
    let due = office.ok(today).await.due.remove(0);
    assert_eq!((due.last_visit, due.overdue_days), (Some(day(2026, 9, 10)), 10));
}
