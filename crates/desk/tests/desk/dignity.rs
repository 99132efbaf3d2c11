//! What no list, search, reminder or export says: the name of the child who died, numbers written into notes.

use calamine::Reader;
use serde_json::json;
use tiexin_contract::book::{AuditTrail, AuditWish};
use tiexin_contract::bulk::{Change, ChangeMany, Chosen};
use tiexin_contract::family::{GetFamily, RegisterFamily, VisitStart};
use tiexin_contract::records::{
    ExportList, Filter, FilterOp, GetRecord, Hit, ListRecords, RecordHistory, SaveRecord, Search, Sort,
    Unmask, VoidRecord,
};
use tiexin_contract::today::GetToday;
use tiexin_contract::views::{SaveView, View};
use tiexin_contract::voided::ListVoided;
use tiexin_domain::PartialDate;
use tiexin_domain::nouns::Person;
use tiexin_domain::nouns::person::Relation;
use uuid::Uuid;

use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields, list};

const CHILD: &str = "贾小宝";

/// The child stands in the family as a person too, as one who types a family by hand enters it.
async fn family_with_child(office: &Office, died: bool, named_in_file: bool) -> Uuid {
    let child = move |family: &mut RegisterFamily| {
        let file = family.file.as_mut().unwrap();
        file.child_name = named_in_file.then(|| "贾 小宝".into());
        let mut person = Person::named(VILLAGE.parse().unwrap(), CHILD);
        person.relation = Some(Relation::Child);
        person.birth = Some(PartialDate::Day(day(1985, 10, 25)));
        person.died_on = died.then(|| PartialDate::Day(day(2014, 5, 1)));
        family.persons.push(person);
    };
    office.family("贾文广", child).await
}

/// Every cell of a workbook's first sheet.
fn words_of(path: &std::path::Path) -> String {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().flatten().map(|cell| format!("{cell} ")).collect()
}

async fn never_told(office: &Office, home: Uuid) {
    let today = office.ok(GetToday { region: TOWNSHIP.parse().unwrap() }).await;
    assert!(!serde_json::to_string(&today).unwrap().contains(CHILD), "{:?}", today.reminders);
    for text in [CHILD, "贾小", "jxb", "jiaxiaobao"] {
        for kinds in [vec![], vec!["person".to_owned()], vec!["household".to_owned()]] {
            let hits = office.ok(Search { text: text.into(), limit: 20, kinds }).await;
            let told = |hit: &Hit| hit.title.contains("小宝") || hit.matched.contains("小宝");
            assert!(!hits.iter().any(told), "{text}: {hits:?}");
        }
    }
    // Where a page ends is told by a row, never by the name that stands there.
    let mut page = list("person", TOWNSHIP, 1);
    for _ in 0..2 {
        let first = office.ok(page.clone()).await;
        let next = first.next.unwrap_or_default().to_lowercase();
        assert!(!next.contains("xiao") && !next.contains("小宝"), "{next}");
        page.sort = Some(Sort { field: "name".into(), descending: true });
    }
    let everyone = office.ok(list("person", TOWNSHIP, 50)).await;
    assert!(!serde_json::to_string(&everyone).unwrap().contains("小宝"), "{everyone:?}");
    // The row is there: a list and its total tell the same.
    assert_eq!((everyone.rows.len(), everyone.total), (2, 2));
    let mut by_name = list("person", TOWNSHIP, 50);
    by_name.text = Some(CHILD.into());
    assert_eq!(office.ok(by_name).await.total, 0);
    let mut by_field = list("person", TOWNSHIP, 50);
    by_field.filters = vec![Filter { field: "name".into(), op: FilterOp::Contains, value: json!("小宝") }];
    assert_eq!(office.ok(by_field).await.total, 0);
    let path = office.folder.path().join("people.xlsx");
    let columns = vec![("name".into(), "姓名".into()), ("title".into(), "人员".into())];
    let export = ExportList {
        list: list("person", TOWNSHIP, 50),
        columns,
        path: Some(path.to_str().unwrap().to_owned()),
    };
    office.ok(export).await;
    let written = words_of(&path);
    assert!(written.contains("贾文广") && !written.contains("小宝"), "{written}");
    // Whom the visitor met is chosen among the living.
    let start = office.ok(VisitStart { household: Some(home) }).await;
    assert!(start.persons.iter().all(|person| !person.title.contains("小宝")), "{:?}", start.persons);
    // In the family's own file the child is named.
    let own = office.ok(GetFamily { household: home }).await;
    assert!(serde_json::to_string(&own).unwrap().contains(CHILD));
}

#[tokio::test]
async fn the_child_who_died_is_named_in_the_familys_own_file_alone() {
    for (died, named_in_file) in [(false, true), (true, false), (true, true)] {
        let office = Office::township(day(2026, 10, 20)).await;
        let home = family_with_child(&office, died, named_in_file).await;
        never_told(&office, home).await;
    }
}

/// Whoever enters the child as one whom something is for: nobody is reminded of it.
#[tokio::test]
async fn nobody_is_reminded_of_the_child_under_whatever_noun() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = family_with_child(&office, false, true).await;
    let people = office.ok(GetFamily { household: home }).await.persons;
    let child = people.iter().find(|person| person.fields["name"] == CHILD).unwrap().id;
    for (whom, told) in [(CHILD, 0), ("贾文广", 1)] {
        let wish =
            json!({"household": home, "date": "2026-07-01", "person": {"name": whom}, "wish": "一辆轮椅"});
        office.ok(SaveRecord { kind: "wish".into(), id: None, version: None, fields: fields(wish) }).await;
        // After the wish was told.
        let died = fields(json!({"died_on": "2026-08-01"}));
        office.ok(SaveRecord { kind: "person".into(), id: Some(child), version: None, fields: died }).await;
        let today = office.ok(GetToday { region: TOWNSHIP.parse().unwrap() }).await;
        assert_eq!(today.todo_total, told, "{:?}", today.todo);
        assert!(!serde_json::to_string(&today).unwrap().contains("小宝"));
    }
}

/// A ledger may have the child as the head: the family, and who looks after it, are told without that name.
#[tokio::test]
async fn a_family_under_the_childs_name_is_told_without_it() {
    let office = Office::township(day(2026, 10, 20)).await;
    let named = |family: &mut RegisterFamily| {
        family.file.as_mut().unwrap().child_name = Some(CHILD.into());
    };
    let home = office.family(CHILD, named).await;
    let agreed = json!({"household": home, "date": "2026-10-19", "kind": "routine", "visitors": ["王丽"],
        "follow_up": "2026-10-22"});
    office.ok(SaveRecord { kind: "visit".into(), id: None, version: None, fields: fields(agreed) }).await;
    let today = office.ok(GetToday { region: TOWNSHIP.parse().unwrap() }).await;
    assert!(!today.missing.is_empty() && !today.reminders.is_empty(), "{today:?}");
    assert!(!serde_json::to_string(&today).unwrap().contains("小宝"), "{today:?}");
    let pairs = office.ok(list("contact_pair", TOWNSHIP, 5)).await;
    assert!(pairs.rows[0].title.contains("赵镇长"), "{pairs:?}");
    assert!(!serde_json::to_string(&pairs).unwrap().contains("小宝"), "{pairs:?}");
    let hits = office.ok(Search { text: "李村医".into(), limit: 5, kinds: vec![] }).await;
    assert!(hits[0].title.contains("赵镇长") && !hits[0].title.contains("小宝"), "{hits:?}");
}

/// A worker writes as people speak: the child's name and what happened stand in the note of a visit.
#[tokio::test]
async fn what_a_note_says_of_the_child_stays_on_the_familys_page() {
    let office = Office::township(day(2026, 10, 20)).await;
    let told = |family: &mut RegisterFamily| {
        let file = family.file.as_mut().unwrap();
        (file.child_name, file.loss_cause) = (Some("贾小宝".into()), Some("溺水，抢救无效".into()));
    };
    let home = office.family("贾文广", told).await;
    let note = "谈起贾 小宝溺水，小宝的书还在。邻居电话 139 0000 1234，一切都好";
    let visit = json!({"household": home, "date": "2026-10-19", "kind": "routine", "note": note,
        "visitors": ["王丽"]});
    let new = SaveRecord { kind: "visit".into(), id: None, version: None, fields: fields(visit) };
    let saved = office.ok(new).await;
    let listed = office.ok(list("visit", TOWNSHIP, 5)).await;
    let shown = listed.rows[0].fields["note"].as_str().unwrap();
    for word in ["小宝", "溺水", "1390", "139 0"] {
        assert!(!shown.contains(word), "{shown}");
    }
    assert!(shown.contains("一切都好") && shown.contains("书还在"), "{shown}");
    // Nor does the number of answers tell of them; other words of the same note do find it.
    let by_note = |op, text: &str| {
        let filter = Filter { field: "note".into(), op, value: json!(text) };
        ListRecords { filters: vec![filter], ..list("visit", TOWNSHIP, 5) }
    };
    for (text, found) in [("贾小宝", 0), ("小宝", 0), ("溺水", 0), ("贾文广", 1), ("一切都好", 1)]
    {
        let by_text = ListRecords { text: Some(text.into()), ..list("visit", TOWNSHIP, 5) };
        assert_eq!(office.ok(by_text).await.total, found, "{text}");
        let hits = office.ok(Search { text: text.into(), limit: 20, kinds: vec!["visit".into()] }).await;
        assert_eq!(hits.len() as u64, found, "{text}: {hits:?}");
    }
    for (text, found) in [("小宝", 0), ("溺水", 0), ("139 0", 0), ("1234", 0), ("邻居电话", 1)] {
        assert_eq!(office.ok(by_note(FilterOp::Contains, text)).await.total, found, "{text}");
    }
    // Nor whole: that would be a way to ask for a number that nobody counts.
    assert_eq!(office.ok(by_note(FilterOp::Is, note)).await.total, 0);
    // Groups of a number are no words: it is found whole.
    for (text, found) in [("139", 0), ("0000", 0), ("1234", 0), ("139 0000 1234", 1), ("13900001234", 1)] {
        let hits = office.ok(Search { text: text.into(), limit: 20, kinds: vec!["visit".into()] }).await;
        assert_eq!(hits.len(), found, "{text}: {hits:?}");
    }
    // The page of the visit has it whole but for the number, as it was written.
    let own = office.ok(GetRecord { id: saved.id }).await;
    assert!(own.fields["note"].as_str().unwrap().contains("谈起贾 小宝溺水"), "{own:?}");
    assert_eq!(office.ok(Unmask { id: saved.id, field: "note".into() }).await.value, note);
}

#[tokio::test]
async fn a_child_who_lives_is_greeted_and_found() {
    let office = Office::township(day(2026, 10, 20)).await;
    family_with_child(&office, false, false).await;
    let today = office.ok(GetToday { region: TOWNSHIP.parse().unwrap() }).await;
    assert!(today.reminders.iter().any(|reminder| reminder.text.contains(CHILD)), "{:?}", today.reminders);
    let hits = office.ok(Search { text: CHILD.into(), limit: 20, kinds: vec![] }).await;
    assert_eq!(hits.len(), 1, "{hits:?}");
    assert!(serde_json::to_string(&office.ok(list("person", TOWNSHIP, 50)).await).unwrap().contains(CHILD));
}

const ID: &str = "34052419800101001X";
const CARD: &str = "6217857600001234567";

#[tokio::test]
async fn numbers_in_notes_are_masked_and_shown_only_on_purpose() {
    let office = Office::township(day(2026, 10, 20)).await;
    let notes = format!("开户人身份证：{ID}；一卡通：6217 8576 0000 1234 567；电话13900001234");
    let save = |id, version, notes: &str| SaveRecord {
        kind: "member".into(),
        id,
        version,
        fields: fields(json!({"region": VILLAGE, "name": "孙有福", "notes": notes})),
    };
    let saved = office.ok(save(None, None, &notes)).await;
    let with_notes = ListRecords { columns: Some(vec!["notes".into()]), ..list("member", TOWNSHIP, 5) };
    let listed = office.ok(with_notes).await.rows.remove(0);
    let opened = office.ok(GetRecord { id: saved.id }).await;
    for row in [&listed, &opened, &saved.row] {
        let shown = row.fields["notes"].as_str().unwrap();
        assert!(!shown.contains(ID) && !shown.contains("0000 1234"), "{shown}");
        assert!(shown.contains("开户人身份证：") && shown.contains("电话*********34"), "{shown}");
        assert!(row.masked.contains(&"notes".to_owned()));
    }
    let masked = listed.fields["notes"].as_str().unwrap().to_owned();
    assert_eq!(office.ok(Unmask { id: saved.id, field: "notes".into() }).await.value, notes);
    // A form sends back what it got, with more behind it: the numbers stay.
    let longer = format!("{masked}；已核对");
    office.ok(save(Some(saved.id), Some(0), &longer)).await;
    let whole = office.ok(Unmask { id: saved.id, field: "notes".into() }).await.value;
    assert_eq!(whole, format!("{notes}；已核对"));
    // Notes without numbers are notes as before, and have nothing to unmask.
    let plain = office.ok(save(None, None, "8*8 平米，2026-10-05 走访")).await;
    assert!(plain.row.masked.is_empty());
    assert!(office.run(Unmask { id: plain.id, field: "notes".into() }).await.is_err());
    // A mask of which no number is known is not kept as if it were one.
    let refused = office.refused(save(Some(plain.id), Some(0), &masked)).await;
    assert!(refused.about("notes").is_some(), "{refused:?}");
    assert_eq!(CARD.len(), 19);
}

/// Whoever types one tail after another is told to wait, and every number that was looked for is in the audit.
#[tokio::test]
async fn guessing_numbers_is_entered_and_bounded() {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    office.family("贾文广", |_| {}).await;
    office.family("孙有福", |_| {}).await;
    let by = |text: String| Search { text, limit: 20, kinds: vec![] };
    let entered = async || {
        let only = AuditWish { deed: Some("按号码查找".into()), ..AuditWish::default() };
        office.ok(AuditTrail { before: None, limit: 200, only }).await.len()
    };
    // Names and the first three places are no numbers.
    office.ok(by("贾文广".into())).await;
    office.ok(by("199".into())).await;
    assert_eq!(entered().await, 0);
    // Typed on, it is one search.
    for text in ["1990", "19900", "199000", "19900002580"] {
        office.ok(by(text.into())).await;
    }
    assert_eq!(entered().await, 1);
    for tail in 0..59 {
        office.ok(by(format!("{:04}", 3_000 + tail))).await;
    }
    assert_eq!(entered().await, 60);
    let refused = office.refused(by("2580".into())).await;
    assert!(
        refused.message.contains("请 60 分钟后再查") && refused.wait_seconds == Some(3_600),
        "{refused:?}"
    );
    // The search field of a list is no way around, and names are found all the while.
    let by_list = ListRecords { text: Some("2579".into()), ..list("household", TOWNSHIP, 5) };
    office.refused(by_list.clone()).await;
    // Nor is it from a later page on, which tells how many there are.
    let after = office.ok(list("household", TOWNSHIP, 1)).await.next;
    assert!(after.is_some());
    office.refused(ListRecords { skip: 1, ..by_list.clone() }).await;
    office.refused(ListRecords { after, ..by_list.clone() }).await;
    let region = TOWNSHIP.parse().unwrap();
    office.refused(ListVoided { region, kind: None, text: by_list.text.clone(), skip: 1, limit: 5 }).await;
    // Nor is what a list's search is used for otherwise.
    let export =
        ExportList {
            list: by_list.clone(), columns: vec![("head_name".into(), "户主".into())], path: None
        };
    office.refused(export).await;
    let change = Change::Set { field: "notes".into(), value: json!("x") };
    let chosen = Chosen::All(Box::new(by_list.clone()));
    let job = Uuid::from_u128(1);
    office
        .refused(ChangeMany { job, kind: "household".into(), chosen, change, dry_run: true, agreed: None })
        .await;
    let view = View {
        name: "号码".into(),
        kind: "household".into(),
        filters: Vec::new(),
        text: by_list.text,
        sort: None,
        pinned: true,
        built_in: false,
        why: None,
    };
    assert!(office.refused(SaveView { view, over: false }).await.message.contains("请去掉号码再存"));
    assert!(!office.ok(by("贾文广".into())).await.is_empty());
    office.clock.pass(chrono::TimeDelta::minutes(61));
    office.sign_in_again().await;
    assert!(!office.ok(by("2580".into())).await.is_empty());
}

/// A save with a number that somebody has answers whose it is: it counts as a search for it.
#[tokio::test]
async fn a_refusal_that_tells_whose_a_number_is_is_entered() {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    office.family("贾文广", |family| family.persons[0].id_number = Some(ID.into())).await;
    let other = json!({"region": VILLAGE, "name": "孙有福", "id_number": ID});
    let new = SaveRecord { kind: "person".into(), id: None, version: None, fields: fields(other) };
    assert!(office.refused(new).await.about("id_number").is_some());
    let only = AuditWish { deed: Some("按号码查找".into()), ..AuditWish::default() };
    assert_eq!(office.ok(AuditTrail { before: None, limit: 200, only }).await.len(), 1);
}

/// Why something was made void is written as freely as a note, and read by the same rules.
#[tokio::test]
async fn a_reason_is_a_free_text() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = family_with_child(&office, true, true).await;
    let visit = json!({"household": home, "date": "2026-10-19", "kind": "routine", "visitors": ["王丽"]});
    let new = SaveRecord { kind: "visit".into(), id: None, version: None, fields: fields(visit) };
    let id = office.ok(new).await.id;
    let reason = "写成了贾小宝的事，问3403 2320 0503 1200 18或139-0000-1234".to_owned();
    office.ok(VoidRecord { id, reason }).await;
    let region = TOWNSHIP.parse().unwrap();
    let void = office.ok(ListVoided { region, kind: None, text: None, skip: 0, limit: 5 }).await;
    let own = office.ok(GetRecord { id }).await.void.unwrap();
    let history = serde_json::to_string(&office.ok(RecordHistory { id }).await).unwrap();
    for told in [void.rows[0].row.void.as_deref().unwrap(), &history] {
        assert!(!told.contains("小宝"), "{told}");
    }
    assert!(own.contains("写成了贾小宝的事"), "{own}");
    for told in [own.as_str(), &serde_json::to_string(&void.rows).unwrap(), &history] {
        assert!(!told.contains("0503") && !told.contains("1234"), "{told}");
    }
}
