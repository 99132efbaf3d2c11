//! A child who lives and whom a special family's file names, with a disability: only the family's page and its own have the
//! name. It is visited, greeted and found by a number as everybody who lives.

use serde_json::json;
use tiexin_contract::family::{GetFamily, RegisterFamily, VisitStart};
use tiexin_contract::records::{
    ExportList, Filter, FilterOp, GetRecord, ListRecords, RecordHistory, SaveRecord, Search, Sort, VoidRecord,
};
use tiexin_contract::today::GetToday;
use tiexin_contract::voided::ListVoided;
use tiexin_domain::PartialDate;
use tiexin_domain::nouns::Person;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::nouns::support_file::LossCategory;
use uuid::Uuid;

use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields, list, saved};

const CHILD: &str = "刘敏";
const PHONE: &str = "13900001234";

/// The family's page, and the child's id.
async fn family(office: &Office) -> (Uuid, Uuid) {
    let child = |family: &mut RegisterFamily| {
        let file = family.file.as_mut().unwrap();
        (file.category, file.child_name) = (LossCategory::Disability, Some("刘 敏".into()));
        let mut person = Person::named(VILLAGE.parse().unwrap(), CHILD);
        person.relation = Some(Relation::Child);
        person.birth = Some(PartialDate::Day(day(1996, 10, 22)));
        person.phone = Some(PHONE.into());
        family.persons.push(person);
    };
    let home = office.family("刘保全", child).await;
    let page = office.ok(GetFamily { household: home }).await;
    let child = page.persons.iter().find(|row| row.title == CHILD).unwrap();
    assert_eq!(child.fields["name"], CHILD);
    (home, child.id)
}

fn told(reply: &impl serde::Serialize) -> String {
    serde_json::to_string(reply).unwrap()
}

#[tokio::test]
async fn no_list_and_no_export_has_the_name() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (_, child) = family(&office).await;
    let named = Some(vec!["name".to_owned(), "notes".to_owned()]);
    for columns in [None, named] {
        for descending in [None, Some(false), Some(true)] {
            let sort = descending.map(|descending| Sort { field: "name".into(), descending });
            let ask = ListRecords { sort, columns: columns.clone(), ..list("person", TOWNSHIP, 50) };
            let page = office.ok(ask).await;
            assert!(!told(&page).contains(CHILD), "{page:?}");
            // The row is there: whoever looks after the family opens it.
            assert_eq!((page.rows.len(), page.total), (2, 2));
        }
    }
    let path = office.folder.path().join("people.xlsx");
    let columns = vec![("name".into(), "姓名".into()), ("title".into(), "人员".into())];
    let export = ExportList {
        list: list("person", TOWNSHIP, 50),
        columns,
        path: Some(path.to_str().unwrap().to_owned()),
    };
    office.ok(export).await;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let sheet = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
    let written: String = sheet.rows().flatten().map(|cell| format!("{cell} ")).collect();
    assert!(written.contains("刘保全") && !written.contains(CHILD), "{written}");
    assert!(!told(&office.ok(RecordHistory { id: child }).await).contains(CHILD));
    // Its own page has it.
    assert_eq!(office.ok(GetRecord { id: child }).await.title, CHILD);
    office.ok(VoidRecord { id: child, reason: "重复登记".into() }).await;
    let void = |text: Option<&str>| ListVoided {
        region: TOWNSHIP.parse().unwrap(),
        kind: Some("person".into()),
        text: text.map(str::to_owned),
        skip: 0,
        limit: 5,
    };
    let all = office.ok(void(None)).await;
    assert!(all.total == 1 && !told(&all).contains(CHILD), "{all:?}");
    assert_eq!(office.ok(void(Some(CHILD))).await.total, 0);
}

#[tokio::test]
async fn no_search_answers_to_the_name_and_a_number_finds_the_child_without_it() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (_, child) = family(&office).await;
    let by_name = |op| Filter { field: "name".into(), op, value: json!(CHILD) };
    for filter in [FilterOp::Is, FilterOp::Contains].map(by_name) {
        let ask = ListRecords { filters: vec![filter], ..list("person", TOWNSHIP, 5) };
        assert_eq!(office.ok(ask).await.total, 0);
    }
    // By another of the same sound, by letters, and with a number beside it, which would confirm the name.
    for text in [CHILD, "刘民", "lm", "liumin", "刘敏 1234", "1234 刘敏"] {
        let ask = ListRecords { text: Some(text.into()), ..list("person", TOWNSHIP, 5) };
        let rows = office.ok(ask).await.rows;
        assert!(rows.iter().all(|row| row.id != child), "{text}: {rows:?}");
        for kinds in [vec![], vec!["person".to_owned()], vec!["household".to_owned()]] {
            let hits = office.ok(Search { text: text.into(), limit: 20, kinds }).await;
            assert!(
                hits.iter().all(|hit| hit.id != child) && !told(&hits).contains(CHILD),
                "{text}: {hits:?}"
            );
        }
    }
    let hits = office.ok(Search { text: PHONE.into(), limit: 20, kinds: vec!["person".into()] }).await;
    assert!(hits.iter().any(|hit| hit.id == child) && !told(&hits).contains(CHILD), "{hits:?}");
}

#[tokio::test]
async fn a_child_who_lives_is_visited_and_greeted_without_the_name_on_a_list() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (home, child) = family(&office).await;
    let today = office.ok(GetToday { region: TOWNSHIP.parse().unwrap() }).await;
    assert!(!told(&today).contains(CHILD), "{today:?}");
    let greeted = |text: &str| text.contains("刘保全家的孩子");
    assert!(today.reminders.iter().any(|one| greeted(&one.text)), "{:?}", today.reminders);
    // Whom the visitor met is chosen by name: the form writes down what stands there.
    let start = office.ok(VisitStart { household: Some(home) }).await;
    assert!(start.persons.iter().any(|row| row.id == child && row.title == CHILD), "{:?}", start.persons);
    let visit = json!({"household": home, "date": "2026-10-19", "kind": "routine", "visitors": ["王丽"],
        "met": [{"person": child, "name": CHILD}], "note": "陪刘敏复查"});
    let id = saved(&office, "visit", visit).await;
    let columns = Some(vec!["met".to_owned(), "note".to_owned()]);
    let listed = office.ok(ListRecords { columns, ..list("visit", TOWNSHIP, 5) }).await;
    assert!(listed.total == 1 && !told(&listed).contains(CHILD), "{listed:?}");
    assert!(told(&office.ok(GetRecord { id }).await.fields).contains(CHILD));
}

/// Somebody's own registration says nothing of whose child they are: members are found, and signed in, by their names.
#[tokio::test]
async fn who_is_a_member_is_named_among_the_members() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (_, child) = family(&office).await;
    let member = fields(json!({"region": VILLAGE, "name": CHILD, "person": child}));
    let new = SaveRecord { kind: "member".into(), id: None, version: None, fields: member };
    let id = office.ok(new).await.id;
    let page = office.ok(list("member", TOWNSHIP, 5)).await;
    assert_eq!((page.rows[0].title.as_str(), &page.rows[0].fields["name"]), (CHILD, &json!(CHILD)));
    let hits = office.ok(Search { text: CHILD.into(), limit: 20, kinds: vec![] }).await;
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [id], "{hits:?}");
    // Whoever refers to the child writes down the name, not what stands in its place on a list.
    let group = json!({"region": VILLAGE, "name": "第一会员小组", "leader": child});
    let group = saved(&office, "group", group).await;
    assert_eq!(office.ok(GetRecord { id: group }).await.fields["leader_name"], CHILD);
}
