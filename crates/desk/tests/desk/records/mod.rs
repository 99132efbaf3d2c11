//! Masking, merging, restricted fields, drafts, lists, search.

mod voided;

use serde_json::{Value, json};
use tiexin_contract::ErrorCode;
use tiexin_contract::book::{AuditTrail, AuditWish};
use tiexin_contract::family::GetFamily;
use tiexin_contract::records::{
    ExportList, Filter, FilterOp, GetRecord, ListRecords, RecordHistory, RestoreRecord, SaveRecord, Search,
    Sort, Unmask, VoidRecord,
};
use tiexin_contract::session::{AddLocalUser, SignIn, SignOut};

use crate::office::{Office, PASSWORD, TOWNSHIP, VILLAGE, day, fields};

const NUMBER: &str = "34052419800101001X";

fn new(kind: &str, value: Value) -> SaveRecord {
    SaveRecord { kind: kind.into(), id: None, version: None, fields: fields(value) }
}

fn list(kind: &str) -> ListRecords {
    crate::office::list(kind, TOWNSHIP, 2)
}

fn person(name: &str) -> SaveRecord {
    new("person", json!({"region": VILLAGE, "name": name, "id_number": NUMBER, "phone": "199 0000 2580"}))
}

#[tokio::test]
async fn numbers_are_masked_until_somebody_asks() {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    let saved = office.ok(person("贾文广")).await;
    let row = &saved.row;
    assert_eq!(row.fields["id_number"], "****************1X");
    assert_eq!(row.fields["phone"], "199****2580");
    assert_eq!(row.masked, ["id_number", "phone"]);
    assert_eq!((&row.fields["sex"], &row.fields["birth"]), (&json!("male"), &json!("1980-01-01")));
    assert_eq!(row.recorded_by.as_deref(), Some("王丽"));
    let page = office.ok(list("person")).await;
    // A list carries its own columns, and an age in the place of the day of birth.
    assert!(!page.rows[0].fields.contains_key("id_number") && !page.rows[0].fields.contains_key("birth"));
    assert_eq!((&page.rows[0].fields["sex"], page.rows[0].age), (&json!("male"), Some(46)));
    let columns = Some(["id_number", "birth"].map(str::to_owned).into());
    let asked = office.ok(ListRecords { columns, ..list("person") }).await;
    assert_eq!(asked.rows[0].fields, *json!({"id_number": "****************1X"}).as_object().unwrap());
    assert_eq!(asked.rows[0].age, None);
    let whole = office.ok(Unmask { id: saved.id, field: "id_number".into() }).await;
    assert_eq!(whole.value, NUMBER);
    assert_eq!(office.refused(Unmask { id: saved.id, field: "name".into() }).await.code, ErrorCode::NotFound);
    let audit = office.ok(AuditTrail { before: None, limit: 10, only: AuditWish::default() }).await;
    assert_eq!((audit[0].act.as_str(), audit[0].record), ("查看完整号码", Some(saved.id)));
    assert_eq!(audit[0].fields, ["身份证号"]);
}

#[tokio::test]
async fn a_form_sends_back_what_it_was_given() {
    let office = Office::township(day(2026, 10, 20)).await;
    let saved = office.ok(person("贾文广")).await;
    let mut back = saved.row.fields.clone();
    back.insert("health".into(), "良好".into());
    let edit = SaveRecord { id: Some(saved.id), version: Some(0), kind: "person".into(), fields: back };
    let row = office.ok(edit).await.row;
    assert_eq!(row.fields["health"], "良好");
    let whole = office.ok(Unmask { id: saved.id, field: "id_number".into() }).await;
    assert_eq!(whole.value, NUMBER);
    // A part of the form: what it does not name stays, null removes.
    let part = fields(json!({"health": null, "marriage": "已婚", "recorded_by": "别人"}));
    let edit = SaveRecord { id: Some(saved.id), version: None, kind: "person".into(), fields: part };
    let row = office.ok(edit).await.row;
    assert!(!row.fields.contains_key("health"));
    assert_eq!((&row.fields["marriage"], &row.fields["name"]), (&json!("已婚"), &json!("贾文广")));
    assert_eq!(row.recorded_by.as_deref(), Some("王丽"));
    let half = fields(json!({"phone": "199****0000"}));
    let edit = SaveRecord { id: Some(saved.id), version: None, kind: "person".into(), fields: half };
    assert!(office.refused(edit).await.about("phone").is_some());
}

#[tokio::test]
async fn what_is_wrong_is_told_beside_its_field() {
    let office = Office::township(day(2026, 10, 20)).await;
    let wrong = new(
        "person",
        json!({"region": VILLAGE, "name": "某", "id_number": "340524198001010011", "phone": "123"}),
    );
    let error = office.refused(wrong).await;
    assert_eq!(error.code, ErrorCode::Invalid);
    assert!(error.about("id_number").is_some() && error.about("phone").is_some());
    let nowhere = office.refused(new("person", json!({"name": "某"}))).await;
    assert!(nowhere.about("region").is_some());
    office.ok(person("贾文广")).await;
    assert!(office.refused(person("贾文光")).await.about("id_number").is_some());
}

#[tokio::test]
async fn the_loss_stays_in_the_own_file_of_the_family() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let page = office.ok(GetFamily { household: home }).await;
    assert_eq!(page.files[0].fields["child_name"], "某某");
    let columns = Some(["head_name", "child_name", "loss_cause"].map(str::to_owned).into());
    let listed = office.ok(ListRecords { columns, ..list("support_file") }).await;
    assert!(listed.rows[0].fields.contains_key("head_name"));
    assert!(!listed.rows[0].fields.contains_key("child_name"));
    assert!(!listed.rows[0].fields.contains_key("loss_cause"));
    let by = |field: &str| ListRecords {
        filters: vec![Filter { field: field.into(), op: FilterOp::Contains, value: json!("某") }],
        ..list("support_file")
    };
    assert_eq!(office.refused(by("child_name")).await.code, ErrorCode::Invalid);
    let sorted = Sort { field: "loss_cause".into(), descending: false };
    let sorted = ListRecords { sort: Some(sorted), ..list("support_file") };
    assert_eq!(office.refused(sorted).await.code, ErrorCode::Invalid);
    for text in ["某某", "某因"] {
        assert!(office.ok(Search { text: text.into(), limit: 10, kinds: vec![] }).await.is_empty(), "{text}");
    }
    let columns = vec![("head_name".into(), "户主".into()), ("child_name".into(), "孩子".into())];
    let path = office.folder.path().join("名单.xlsx");
    let export =
        ExportList { list: list("support_file"), columns, path: Some(path.to_string_lossy().into()) };
    office.ok(export).await;
    assert!(path.is_file());
}

#[tokio::test]
async fn a_session_note_is_its_authors() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let talk = json!({"household": home, "person": {"name": "贾文广"}, "date": "2026-10-19", "session_note": "谈话"});
    let saved = office.ok(new("counselling", talk)).await;
    assert_eq!(saved.row.fields["session_note"], "谈话");
    let colleague = AddLocalUser {
        name: "zhangsan".into(),
        display_name: "张三".into(),
        password: "另一个够长的密码".into(),
        region: Some(TOWNSHIP.parse().unwrap()),
        code: None,
    };
    office.ok(colleague).await;
    office.ok(SignOut {}).await;
    office.ok(SignIn { name: "zhangsan".into(), password: "另一个够长的密码".into() }).await;
    let seen = office.ok(GetRecord { id: saved.id }).await;
    assert!(!seen.fields.contains_key("session_note"));
    let edit = |value: Value| SaveRecord {
        kind: "counselling".into(),
        id: Some(saved.id),
        version: None,
        fields: fields(value),
    };
    office.ok(edit(json!({"counsellor": "李老师", "session_note": null}))).await;
    assert!(office.refused(edit(json!({"session_note": "改写"}))).await.about("session_note").is_some());
    office.ok(SignOut {}).await;
    office.ok(SignIn { name: "wangli".into(), password: PASSWORD.into() }).await;
    let mine = office.ok(GetRecord { id: saved.id }).await;
    assert_eq!(
        (&mine.fields["session_note"], &mine.fields["counsellor"]),
        (&json!("谈话"), &json!("李老师"))
    );
}

#[tokio::test]
async fn a_record_is_hidden_and_brought_back() {
    let office = Office::township(day(2026, 10, 20)).await;
    let saved = office.ok(person("贾文广")).await;
    let without = VoidRecord { id: saved.id, reason: " ".into() };
    assert!(office.refused(without).await.about("reason").is_some());
    office.ok(VoidRecord { id: saved.id, reason: "重复登记".into() }).await;
    assert_eq!(office.ok(list("person")).await.total, 0);
    assert_eq!(office.ok(GetRecord { id: saved.id }).await.void.as_deref(), Some("重复登记"));
    let edit = SaveRecord {
        kind: "person".into(),
        id: Some(saved.id),
        version: None,
        fields: fields(json!({"health": "好"})),
    };
    assert_eq!(office.refused(edit).await.code, ErrorCode::ChangedMeanwhile);
    office.ok(RestoreRecord { id: saved.id }).await;
    assert_eq!(office.ok(list("person")).await.total, 1);
    let acts: Vec<String> =
        office.ok(RecordHistory { id: saved.id }).await.into_iter().map(|entry| entry.act).collect();
    assert_eq!(acts, ["恢复", "作废", "登记"]);
}

/// What stood there before is told beside what stands there now; who, why and from where too.
#[tokio::test]
async fn the_history_tells_what_stood_there_before() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let visit = json!({"region": VILLAGE, "household": home, "head_name": "贾文广", "date": "2026-10-19",
        "kind": "routine", "visitors": ["王丽"], "note": "送去棉被"});
    let id = office.ok(new("visit", visit)).await.id;
    let edit = |fields_now: Value| SaveRecord {
        kind: "visit".into(),
        id: Some(id),
        version: None,
        fields: fields(fields_now),
    };
    office
        .ok(edit(json!({"note": "送去棉被，量了血压", "kind": "festival", "follow_up": "2026-11-20"})))
        .await;
    office.ok(VoidRecord { id, reason: "记错了人家".into() }).await;
    let history = office.ok(RecordHistory { id }).await;
    let acts: Vec<(&str, &str)> = history.iter().map(|e| (e.act.as_str(), e.author.as_str())).collect();
    assert_eq!(acts, [("作废", "王丽"), ("修改", "王丽"), ("登记", "王丽")]);
    let told = |n: usize| -> Vec<(&str, &str, &str)> {
        history[n]
            .changes
            .iter()
            .map(|was| (was.label.as_str(), was.old.as_str(), was.new.as_str()))
            .collect()
    };
    assert_eq!(told(0), [("作废原因", "（空）", "记错了人家")]);
    assert_eq!(
        told(1),
        [
            ("走访类型", "日常走访", "节日看望"),
            ("走访情况", "送去棉被", "送去棉被，量了血压"),
            ("下次跟进", "（空）", "2026-11-20"),
        ]
    );
    assert!(history[1].fields.is_empty() && told(2).is_empty());
    // No code and no number of another record stands in it, whatever was changed.
    let other = office.family("孙有福", |_| {}).await;
    office.ok(RestoreRecord { id }).await;
    office.ok(edit(json!({"household": other, "head_name": "孙有福"}))).await;
    let whole = serde_json::to_string(&office.ok(RecordHistory { id }).await).unwrap();
    assert!(
        whole.contains("孙有福") && !whole.contains(&other.to_string()) && !whole.contains("routine"),
        "{whole}"
    );
}

#[tokio::test]
async fn lists_page_filter_and_sort() {
    let office = Office::township(day(2026, 10, 20)).await;
    for (name, joined, tag) in
        [("甲", "2026-09-01", "youth"), ("乙", "2026-10-05", "youth"), ("丙", "2026-10-18", "five_elders")]
    {
        let member = json!({"region": VILLAGE, "name": name, "joined": joined, "tags": [tag]});
        office.ok(new("member", member)).await;
    }
    let first = office.ok(list("member")).await;
    assert_eq!((first.rows.len(), first.total), (2, 3));
    let second = office.ok(ListRecords { after: first.next.clone(), ..list("member") }).await;
    assert_eq!((second.rows.len(), second.total, second.next), (1, 3, None));
    let jumped = office.ok(ListRecords { skip: 2, ..list("member") }).await;
    assert_eq!(jumped.rows[0].id, second.rows[0].id);
    let by = |field: &str, op, value: Value| ListRecords {
        filters: vec![Filter { field: field.into(), op, value }],
        ..list("member")
    };
    assert_eq!(office.ok(by("tags", FilterOp::Is, json!("youth"))).await.total, 2);
    assert_eq!(office.ok(by("joined", FilterOp::To, json!("2026-10"))).await.total, 3);
    assert_eq!(office.ok(by("joined", FilterOp::From, json!("2026-10"))).await.total, 2);
    assert_eq!(office.ok(by("joined", FilterOp::To, json!("2026-09"))).await.total, 1);
    assert_eq!(office.ok(by("group", FilterOp::Missing, json!(null))).await.total, 3);
    assert_eq!(office.ok(by("name", FilterOp::Any, json!(["甲", "丙"]))).await.total, 2);
    // What lacks a date stands on its list all the same.
    office.ok(new("member", json!({"region": VILLAGE, "name": "丁"}))).await;
    assert_eq!(office.ok(list("member")).await.total, 4);
    office.ok(new("person", json!({"region": VILLAGE, "name": "戊"}))).await;
    assert_eq!(office.ok(list("person")).await.total, 1);
}

#[tokio::test]
async fn search_tells_what_matched_and_where_to_go() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |family| family.persons[0].id_number = Some(NUMBER.into())).await;
    let search = |text: &str| Search { text: text.into(), limit: 10, kinds: vec![] };
    for (text, kind) in
        [("文广", "household"), ("jwg", "household"), ("001X", "person"), ("2580", "household")]
    {
        let hits = office.ok(search(text)).await;
        let hit = hits.iter().find(|hit| hit.kind == kind).unwrap_or_else(|| panic!("{text}: {hits:?}"));
        assert_eq!(hit.household, Some(home), "{text}");
        assert_eq!(hit.region_name, "东关社区");
    }
    let pair = office.ok(search("李村医")).await;
    assert_eq!(
        (pair[0].kind.as_str(), pair[0].title.as_str()),
        ("contact_pair", "贾文广家 · 赵镇长、李村医")
    );
    assert_eq!(pair[0].household, Some(home));
    let there = office.ok(search("东关")).await;
    assert_eq!((there[0].id, there[0].matched.as_str()), (home, "在东关社区"));
    let only = Search { kinds: vec!["person".into()], ..search("文广") };
    assert!(office.ok(only).await.iter().all(|hit| hit.kind == "person"));
    // Where a family is chosen, anybody of it finds it, by their number's tail too.
    for text in ["001X", NUMBER] {
        let only = office.ok(Search { kinds: vec!["household".into()], ..search(text) }).await;
        assert_eq!(only.iter().map(|hit| hit.id).collect::<Vec<_>>(), [home], "{text}");
        assert_eq!(only[0].kind, "household");
    }
}

/// A common name: those who carry it are newer and many more than what is looked for.
#[tokio::test]
async fn those_of_a_common_name_do_not_hide_other_kinds() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("王建国", |_| {}).await;
    let visit = json!({
        "region": VILLAGE, "household": home, "head_name": "王建国", "date": "2026-10-19", "kind": "routine",
        "visitors": ["王丽"],
    });
    office.ok(new("visit", visit)).await;
    for n in 0..90 {
        office.ok(new("person", json!({"region": VILLAGE, "name": format!("王建国{n}")}))).await;
    }
    for (kinds, wanted) in [(vec!["visit"], "visit"), (vec!["household"], "household"), (vec![], "visit")] {
        let kinds: Vec<String> = kinds.into_iter().map(str::to_owned).collect();
        let hits = office.ok(Search { text: "王建国".into(), limit: 8, kinds: kinds.clone() }).await;
        assert!(hits.iter().any(|hit| hit.kind == wanted), "{kinds:?}: {hits:?}");
        assert!(hits.iter().all(|hit| kinds.is_empty() || kinds.contains(&hit.kind)), "{kinds:?}: {hits:?}");
        assert!(hits.len() <= 8);
    }
}
