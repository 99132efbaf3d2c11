//! One thing done to many records: checked one by one, undone as one.

use serde_json::{Value, json};
use tiexin_contract::ErrorCode;
use tiexin_contract::book::{AuditTrail, AuditWish};
use tiexin_contract::bulk::{Change, ChangeMany, Chosen, ManyChanged};
use tiexin_contract::import::{ImportBatches, RedoImport, UndoImport, UndoPreview};
use tiexin_contract::records::{Filter, FilterOp, GetRecord, ListRecords, RecordHistory, VoidRecord};
use tiexin_domain::{Kind, shape};
use uuid::Uuid;

use crate::office::{Office, TOWNSHIP, VILLAGE, day, list, saved};

fn set(kind: &str, chosen: Chosen, field: &str, value: Value) -> ChangeMany {
    let change = Change::Set { field: field.into(), value };
    ChangeMany { job: Uuid::from_u128(1), kind: kind.into(), chosen, change, dry_run: false, agreed: None }
}

fn void(kind: &str, chosen: Chosen, reason: &str) -> ChangeMany {
    let change = Change::Void { reason: reason.into() };
    ChangeMany { change, ..set(kind, chosen, "", Value::Null) }
}

async fn field(office: &Office, id: Uuid, field: &str) -> Value {
    office.ok(GetRecord { id }).await.fields.get(field).cloned().unwrap_or_default()
}

fn of(done: &ManyChanged) -> (u64, u64, u64, usize) {
    (done.changed, done.overwritten, done.same, done.refused.len())
}

/// A record of the family that the rules of its kind let pass.
fn of_shape(kind: &Kind, home: Uuid) -> Value {
    let mut made = shape::valid(kind).unwrap();
    for field in shape::of(kind.code()).unwrap().fields {
        let value = match field.holds {
            shape::Holds::Region => json!(VILLAGE),
            shape::Holds::Person => json!({"name": "贾文广"}),
            shape::Holds::People => json!([{"name": "贾文广"}]),
            _ if field.has(shape::Role::Family) => json!(home),
            _ => continue,
        };
        if made.contains_key(field.name) {
            made.insert(field.name.to_owned(), value);
        }
    }
    Value::Object(made)
}

/// Of every kind that has a list and a field for it: set, told, taken back.
#[tokio::test]
async fn a_field_of_every_kind_is_set_for_many_and_taken_back() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let mut tried = 0;
    for known in Kind::ALL {
        let (kind, shape) = (known.code(), shape::of(known.code()).unwrap());
        let Some(text) = shape::for_many(shape).find(|one| {
            matches!(one.holds, shape::Holds::Text | shape::Holds::LongText) && one.finds.len() < 2
        }) else {
            continue;
        };
        if office.ok(list(kind, TOWNSHIP, 1)).await.total == 0 {
            saved(&office, kind, of_shape(known, home)).await;
        }
        let page = office.ok(list(kind, TOWNSHIP, 10)).await;
        assert!(page.total > 0, "{kind}");
        let id = page.rows[0].id;
        let before = field(&office, id, text.name).await;
        let all = Chosen::All(Box::new(list(kind, TOWNSHIP, 1)));
        let ask = set(kind, all, text.name, json!(" 9月补记 "));
        let would = office.ok(ChangeMany { dry_run: true, ..ask.clone() }).await;
        assert_eq!(
            (would.batch, would.changed, would.refused.len()),
            (None, page.total, 0),
            "{kind} {would:?}"
        );
        assert_eq!(field(&office, id, text.name).await, before, "{kind}: nothing was done");
        let done = office.ok(ask.clone()).await;
        assert_eq!((done.changed, done.refused.len()), (page.total, 0), "{kind}.{}", text.name);
        assert_eq!(field(&office, id, text.name).await, "9月补记", "{kind}.{}", text.name);
        assert_eq!(of(&office.ok(ask).await), (0, 0, page.total, 0), "{kind}: it is so already");
        office.ok(UndoImport { batch: done.batch.unwrap() }).await;
        assert_eq!(field(&office, id, text.name).await, before, "{kind}.{}", text.name);
        tried += 1;
    }
    assert!(tried >= 9, "{tried}");
}

#[tokio::test]
async fn one_bad_record_holds_back_no_other_and_is_named() {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    let (fits, early) = (office.family("贾文广", |_| {}).await, office.family("孙有福", |_| {}).await);
    let visit =
        |home, on: &str| json!({"household": home, "date": on, "kind": "routine", "visitors": ["王丽"]});
    let good = saved(&office, "visit", visit(fits, "2026-10-05")).await;
    let bad = saved(&office, "visit", visit(early, "2026-10-19")).await;
    let gone = saved(&office, "visit", visit(fits, "2026-10-06")).await;
    office.ok(VoidRecord { id: gone, reason: "重复".into() }).await;
    let nowhere = Uuid::from_u128(99);
    // It would be seen again before it was visited.
    let ids = Chosen::Ids(vec![good, bad, gone, nowhere, fits, good]);
    let done = office.ok(set("visit", ids, "follow_up", json!("10月10日"))).await;
    assert_eq!(of(&done), (1, 0, 0, 4), "{done:?}");
    let why = |id: Uuid| {
        let found = done.refused.iter().find(|one| one.id == id);
        found.map(|one| (one.title.clone(), one.why.clone())).unwrap()
    };
    assert_eq!(why(bad), ("孙有福 2026-10-19 日常走访".into(), "下次跟进日期早于走访日期，请核对".into()));
    assert!(why(gone).1.contains("已被作废"));
    // What is not there, and what is of another kind, is not told apart.
    assert_eq!(why(nowhere), why(fits));
    assert_eq!(
        (field(&office, good, "follow_up").await, field(&office, bad, "follow_up").await),
        (json!("2026-10-10"), Value::Null)
    );
    let history = office.ok(RecordHistory { id: good }).await;
    assert_eq!(
        (history[0].act.as_str(), history[0].import.as_deref()),
        ("批量修改", Some("批量修改：走访 下次跟进"))
    );
    let audit = office.ok(AuditTrail { before: None, limit: 2, only: AuditWish::default() }).await;
    assert_eq!(audit.iter().map(|row| row.act.as_str()).collect::<Vec<_>>(), ["批量修改", "修改"]);
    let batches = office.ok(ImportBatches {}).await;
    assert_eq!((batches.len(), batches[0].many, Some(batches[0].id)), (1, true, done.batch));
}

#[tokio::test]
async fn what_has_to_be_set_first_is_told() {
    let office = Office::township(day(2026, 10, 20)).await;
    office.family("贾文广", |_| {}).await;
    let all = || Chosen::All(Box::new(list("support_file", TOWNSHIP, 1)));
    let done = office.ok(set("support_file", all(), "status", json!("closed"))).await;
    assert_eq!(done.refused[0].why, "结档请写明原因。请先批量填写“变动原因”，再改“台账状态”");
    assert_eq!(office.ok(set("support_file", all(), "status_reason", json!("迁往外省"))).await.changed, 1);
    assert_eq!(office.ok(set("support_file", all(), "status", json!("已结档"))).await.changed, 1);
    // A value is read as a form reads it, and a choice is one of its list.
    let volunteer = json!({"region": VILLAGE, "name": "甲", "approval": "pending"});
    let id = saved(&office, "volunteer", volunteer).await;
    let one = || Chosen::Ids(vec![id]);
    assert_eq!(office.ok(set("volunteer", one(), "minutes", json!("3小时"))).await.changed, 1);
    assert_eq!(field(&office, id, "minutes").await, 180);
    let done = office.ok(set("volunteer", one(), "approval", json!("拒"))).await;
    assert!(done.refused[0].why.contains("待审核、已通过、未通过"), "{done:?}");
}

#[tokio::test]
async fn what_may_not_be_set_for_many_is_refused() {
    let office = Office::township(day(2026, 10, 20)).await;
    office.family("贾文广", |_| {}).await;
    let all = |kind: &str| Chosen::All(Box::new(list(kind, TOWNSHIP, 1)));
    for (kind, field) in [
        ("support_file", "child_name"),
        ("support_file", "phone"),
        ("support_file", "code"),
        ("household", "region"),
        ("household", "head_name"),
        ("person", "household"),
        ("person", "id_number"),
        ("counselling", "session_note"),
        ("visit", "met"),
        ("visit", "nothing"),
        ("visit", "recorded_by"),
    ] {
        let refused = office.refused(set(kind, all(kind), field, json!("某"))).await;
        assert!(refused.about(field).is_some(), "{kind}.{field}: {refused:?}");
    }
    assert!(office.refused(void("household", all("household"), " ")).await.about("reason").is_some());
    assert_eq!(office.refused(void("merge", all("merge"), "试试")).await.code, ErrorCode::Invalid);
    let by_child = Filter { field: "child_name".into(), op: FilterOp::Contains, value: json!("某") };
    let guessed = ListRecords { filters: vec![by_child], ..list("support_file", TOWNSHIP, 1) };
    let guess = set("support_file", Chosen::All(Box::new(guessed)), "hospital", json!("县医院"));
    assert_eq!(office.refused(guess).await.code, ErrorCode::Invalid);
}

/// Whoever agreed to two is not made to change three: it is told anew. All but one are all but that one.
#[tokio::test]
async fn what_was_agreed_to_is_what_is_changed() {
    let office = Office::township(day(2026, 10, 20)).await;
    office.family("贾文广", |_| {}).await;
    let left = office.family("孙有福", |_| {}).await;
    let but = Chosen::AllBut { list: Box::new(list("household", TOWNSHIP, 1)), but: vec![left] };
    let ask = void("household", but, "演练");
    let would = office.ok(ChangeMany { dry_run: true, ..ask.clone() }).await;
    assert_eq!((would.changed, would.anew), (1, false));
    let agreed = |would: &ManyChanged| ChangeMany { agreed: Some(would.print.clone()), ..ask.clone() };
    let came = office.family("赵大海", |_| {}).await;
    let anew = office.ok(agreed(&would)).await;
    assert_eq!((anew.anew, anew.batch, anew.changed), (true, None, 2));
    assert_eq!(office.ok(list("household", TOWNSHIP, 5)).await.total, 3, "nothing was done");
    let done = office.ok(agreed(&anew)).await;
    assert_eq!((done.anew, done.changed, done.batch.is_some()), (false, 2, true));
    let page = office.ok(list("household", TOWNSHIP, 5)).await;
    assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [left]);
    assert!(office.ok(GetRecord { id: came }).await.void.is_some());
}

#[tokio::test]
async fn many_are_made_void_and_come_back_as_one() {
    let office = Office::township(day(2026, 10, 20)).await;
    let first = office.family("贾文广", |_| {}).await;
    office.family("孙有福", |_| {}).await;
    let visit = json!({"household": first, "date": "2026-10-05", "kind": "routine", "visitors": ["王丽"]});
    saved(&office, "visit", visit).await;
    let all = Chosen::All(Box::new(list("household", TOWNSHIP, 1)));
    let ask = void("household", all, "演练");
    let would = office.ok(ChangeMany { dry_run: true, ..ask.clone() }).await;
    assert!(
        would.changed == 2 && would.with >= 5,
        "two families, their people, files, contacts and a visit: {would:?}"
    );
    for part in ["1 次走访", "2 份特殊家庭台账", "不再计入2026年10月的报表"] {
        assert!(would.words.contains(part), "{}", would.words);
    }
    let batch = office.ok(ask).await.batch.unwrap();
    let there = async |kind: &str| office.ok(list(kind, TOWNSHIP, 10)).await.total;
    assert_eq!((there("household").await, there("visit").await), (0, 0));
    assert_eq!(office.ok(GetRecord { id: first }).await.void.as_deref(), Some("演练"));
    let plan = office.ok(UndoPreview { batch }).await;
    assert_eq!((plan.goes_in_words(), plan.back_in_words()), (String::new(), "2 户家庭".into()));
    office.ok(UndoImport { batch }).await;
    assert_eq!((there("household").await, there("visit").await), (2, 1));
    assert_eq!(office.ok(RedoImport { batch }).await.redone, 2);
    assert_eq!((there("household").await, there("visit").await), (0, 0));
    office.ok(UndoImport { batch }).await;
    assert_eq!(there("household").await, 2);
}
