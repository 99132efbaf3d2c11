//! Every form: what is typed comes back, what is refused is told, what was not touched is not written.

mod rules;

use serde_json::{Value, json};
use tiexin_contract::ErrorCode;
use tiexin_contract::family::{GetFamily, RecordVisit};
use tiexin_contract::records::{EditRecord, GetRecord, RecordRow, SaveRecord, Unmask};
use tiexin_domain::nouns::PersonRef;
use tiexin_domain::shape::{Holds, Role};
use tiexin_domain::{Fields, Kind, shape};
use tiexin_forms::visit::{Chosen, VisitDraft};
use tiexin_forms::{FieldKind, FormField, Today, Typed, changes, family, kinds, opened, read, told};
use uuid::Uuid;

use crate::office::{Office, VILLAGE, day};

const NUMBER: &str = "34052419800101001X";
const SPOUSES: &str = "340524198001010028";

fn today() -> Today {
    Today { day: day(2026, 10, 20), sure: true }
}

/// What a worker would write into a field.
fn written(kind: &str, field: &FormField, home: Uuid, file: Uuid) -> Value {
    let by_name = match (kind, field.name) {
        (_, "household") => Some(json!(home)),
        (_, "region") => Some(json!(VILLAGE)),
        (_, "file") => Some(json!(file)),
        (_, "phone" | "household.phone" | "doctor_phone") => Some(json!("199 0000 2581")),
        (_, "id_number" | "persons.0.id_number") => Some(json!(NUMBER)),
        (_, "persons.1.id_number") => Some(json!(SPOUSES)),
        (_, "code" | "file.code") => Some(json!("34032310000017")),
        ("contact_pair", "from") => Some(json!("10.10")),
        ("contact_pair", "to") => Some(json!("10.15")),
        ("activity", "start") => Some(json!("10.5T9点半")),
        ("activity", "end") => Some(json!("10.5T下午3点")),
        // Of the last subproject.
        ("activity", "project") => Some(json!("youth")),
        // By the number above.
        ("person" | "member", "sex") => Some(json!("male")),
        ("aid_entry", "programme") => Some(json!("大病慰问")),
        ("aid_entry", "period") => Some(json!("2026年")),
        ("assistance_review", "year") => Some(json!("2026")),
        ("aid_entry", "recipient_number") => Some(json!(NUMBER)),
        ("member", "structure") => Some(json!("individual")),
        ("person", "birth") => Some(json!("1980-01-01")),
        _ => None,
    };
    by_name.unwrap_or_else(|| match field.kind {
        FieldKind::Code(options) | FieldKind::Codes(options) => {
            let last = options.last().expect("a code").0;
            if matches!(field.kind, FieldKind::Code(_)) { json!(last) } else { json!([last]) }
        }
        FieldKind::Day | FieldKind::DayNear | FieldKind::PartialDay => json!("10月5日"),
        FieldKind::Moment => json!("10.5T9点"),
        FieldKind::Money => json!("300元"),
        FieldKind::Count => json!("35人"),
        FieldKind::Minutes => json!("1小时30分钟"),
        FieldKind::Flag => json!(true),
        FieldKind::Tags => json!(["一项", "另一项"]),
        FieldKind::Region => json!(VILLAGE),
        FieldKind::Person => json!(PersonRef { person: None, name: "某人".into() }),
        FieldKind::People => json!([PersonRef { person: None, name: "某人".into() }]),
        FieldKind::Parts(parts) => {
            let own = kinds::of_part(parts);
            let row = own.iter().map(|own| (own.name.to_owned(), written(kind, own, home, file)));
            json!([row.collect::<Typed>()])
        }
        // See `referred`.
        FieldKind::Record { .. } => Value::Null,
        FieldKind::Text | FieldKind::Long | FieldKind::Family | FieldKind::Carried => {
            json!(format!("{}的内容", field.label))
        }
    })
}

fn filled(kind: &str, form: &[FormField], home: Uuid, file: Uuid) -> Typed {
    let mut typed: Typed =
        form.iter().map(|field| (field.name.to_owned(), written(kind, field, home, file))).collect();
    typed.entry("head_name".into()).or_insert_with(|| json!("贾文广"));
    typed
}

/// A record of its own for each field that names one.
async fn referred(office: &Office, form: &[FormField], home: Uuid) -> Typed {
    let mut typed = Typed::new();
    for field in form {
        let FieldKind::Record { kinds, .. } = field.kind else { continue };
        let mut fields = shape::valid(&Kind::from_code(kinds[0])).unwrap();
        fields.insert("region".into(), json!(VILLAGE));
        // What is about a family is about this one, and about whom the form names.
        for field in shape::of(kinds[0]).unwrap().fields {
            let value = match field.holds {
                Holds::Reference(_) if field.has(Role::Family) => json!(home),
                Holds::Person => json!({"name": "某人"}),
                _ => continue,
            };
            fields.entry(field.name).and_modify(|sample| *sample = value);
        }
        let save = SaveRecord { kind: kinds[0].into(), id: None, version: None, fields };
        typed.insert(field.name.to_owned(), json!(office.ok(save).await.id));
    }
    typed
}

async fn home_and_file(office: &Office) -> (Uuid, Uuid) {
    let home = office.family("贾文广", |family| family.contacts = None).await;
    (home, office.ok(GetFamily { household: home }).await.files[0].id)
}

/// The stored fields with numbers shown.
async fn whole(office: &Office, row: &RecordRow) -> Fields {
    let mut fields = row.fields.clone();
    for field in &row.masked {
        let shown = office.ok(Unmask { id: row.id, field: field.clone() }).await;
        fields.insert(field.clone(), shown.value.into());
    }
    fields
}

#[tokio::test]
async fn every_field_of_every_form_comes_back_and_can_be_emptied() {
    for kind in kinds::with_form() {
        let office = Office::township(day(2026, 10, 20)).await;
        let (home, file) = home_and_file(&office).await;
        // Of a death either the day is told, or that nobody knows it.
        let told_once = |field: &FormField| (kind, field.name) != ("person", "deceased");
        let form: Vec<FormField> = kinds::of(kind).into_iter().filter(told_once).collect();
        let mut typed = filled(kind, &form, home, file);
        typed.extend(referred(&office, &form, home).await);
        let stored = read(&form, &typed, today()).unwrap_or_else(|wrong| panic!("{kind}: {wrong:?}"));
        for field in &form {
            assert!(!stored[field.name].is_null(), "{kind}.{} was dropped", field.name);
        }
        let new = SaveRecord { kind: kind.into(), id: None, version: None, fields: stored.clone() };
        // The family has a file already: its form is filled as a correction.
        let row = match kind {
            "support_file" => {
                let seen = office.ok(GetRecord { id: file }).await.fields;
                let sent = changes(&form, &seen, &typed, today()).unwrap();
                office.ok(EditRecord { id: file, fields: sent.fields, seen: sent.seen }).await.row
            }
            _ => office.ok(new).await.row,
        };
        let row = office.ok(GetRecord { id: row.id }).await;
        let back = whole(&office, &row).await;
        for field in &form {
            let read_back = match field.kind {
                FieldKind::Tags | FieldKind::Codes(_) => sorted(back.get(field.name)),
                _ => back.get(field.name).cloned().unwrap_or_default(),
            };
            let want = match (field.name, &stored[field.name]) {
                ("phone" | "doctor_phone", _) => json!("19900002581"),
                (_, list @ Value::Array(_))
                    if matches!(field.kind, FieldKind::Tags | FieldKind::Codes(_)) =>
                {
                    sorted(Some(list))
                }
                (_, value) => value.clone(),
            };
            assert_eq!(read_back, want, "{kind}.{}", field.name);
        }
        // The form shows it again, and sends nothing while nothing is touched.
        let again = opened(&form, &row.fields);
        assert_eq!(changes(&form, &row.fields, &again, today()).unwrap().fields, Fields::new(), "{kind}");
        // What is insert-only is taken back.
        if !shape::is_fixed(kind) {
            emptied(&office, kind, &form, &row).await;
        }
    }
}

/// Each field that may be empty, emptied alone.
async fn emptied(office: &Office, kind: &str, form: &[FormField], row: &RecordRow) {
    for field in form.iter().filter(|field| field.shown() && !field.required) {
        // One of the two contacts stays; a closed file has its reason; what was assessed has its score; who is not named
        // did not wish it.
        if matches!(
            (kind, field.name),
            ("contact_pair", "township_leader")
                | ("support_file", "status_reason")
                | ("counselling", "assessed")
                | ("service" | "rights_case", "anonymous")
        ) {
            continue;
        }
        let row = office.ok(GetRecord { id: row.id }).await;
        let mut typed = opened(form, &row.fields);
        // With the family goes the name of its head, as the picker empties both.
        let with = matches!(field.kind, FieldKind::Family).then_some("head_name");
        let names: Vec<&str> = with.into_iter().chain([field.name]).collect();
        names.iter().for_each(|name| drop(typed.insert((*name).to_owned(), Value::Null)));
        let sent = changes(form, &row.fields, &typed, today()).unwrap();
        if sent.fields.is_empty() {
            panic!("{kind}.{} cannot be emptied", field.name);
        }
        assert_eq!(sent.fields.keys().collect::<Vec<_>>(), names, "{kind}");
        let saved = office.ok(EditRecord { id: row.id, fields: sent.fields, seen: sent.seen }).await.row;
        // Sex and birth follow the number, as long as there is one.
        let follows = kind == "person" && matches!(field.name, "sex" | "birth");
        assert!(follows || !saved.fields.contains_key(field.name), "{kind}.{} stayed", field.name);
    }
}

fn sorted(list: Option<&Value>) -> Value {
    let mut items = list.and_then(Value::as_array).cloned().unwrap_or_default();
    items.sort_by_key(Value::to_string);
    Value::Array(items)
}

#[tokio::test]
async fn every_field_of_a_family_that_is_registered_comes_back() {
    let office = Office::township(day(2026, 10, 20)).await;
    let form = family::fields();
    let typed = filled("family", &form, Uuid::nil(), Uuid::nil());
    let registered = family::family(&typed, today()).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let stored = read(&form, &typed, today()).unwrap();
    let home = office.ok(registered).await.id;
    let page = office.ok(GetFamily { household: home }).await;
    let of = |path: &str| -> &RecordRow {
        match path {
            "household" => &page.household,
            "persons.0" => &page.persons[0],
            "persons.1" => &page.persons[1],
            "file" => &page.files[0],
            "contacts" => &page.contacts[0],
            other => panic!("{other} is on no record"),
        }
    };
    for field in form.iter().filter(|field| field.name != family::SPECIAL) {
        let (path, name) = field.name.rsplit_once('.').unwrap();
        let back = whole(&office, of(path)).await;
        let want = if name == "phone" { json!("19900002581") } else { stored[field.name].clone() };
        assert_eq!(back.get(name), Some(&want), "{}", field.name);
    }
}

#[tokio::test]
async fn every_field_of_a_visit_comes_back() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (home, _) = home_and_file(&office).await;
    let family =
        Chosen {
            id: home, name: "贾文广".into(), place: "东关社区".into(), region: VILLAGE.parse().ok()
        };
    let text = |text: &str| text.to_owned();
    let draft = VisitDraft {
        family: Some(family),
        date: text("2026-10-18"),
        kind: text("festival"),
        festival: text("重阳"),
        met: vec![PersonRef { person: None, name: "贾文广".into() }],
        visitors: vec![text("王丽"), text("李芳")],
        presence: text("in_hospital"),
        note: text("一切都好"),
        needs: text("买药"),
        health: text("好"),
        living: text("好"),
        safety: text("换了插座"),
        gift_item: text("米"),
        gift_amount: text("200.00"),
        gift_signed: text("贾文广"),
        follow_up: text("2026-11-18"),
        contact_reason: text("来电"),
    };
    let visit = draft.visit(today(), None).unwrap();
    let saved = office.ok(RecordVisit { id: None, visit }).await;
    let row = office.ok(GetRecord { id: saved.id }).await;
    assert_eq!(VisitDraft::of(&row), Some(draft));
}

/// The desk refuses a value in each field of each form: its word stands beside that field, and in no case
/// nowhere.
#[tokio::test]
async fn a_problem_with_each_field_of_each_form_is_told() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (home, file) = home_and_file(&office).await;
    for kind in kinds::with_form() {
        let form = kinds::of(kind);
        let mut typed = filled(kind, &form, home, file);
        typed.extend(referred(&office, &form, home).await);
        let right = read(&form, &typed, today()).unwrap();
        let shown: Vec<&str> = form.iter().filter(|field| field.shown()).map(|field| field.name).collect();
        for field in &form {
            // Nothing reads as this.
            let wrong = json!({"no": ["such", "value"]});
            let refused = if kind == "support_file" {
                // A file is opened with its family; its own form corrects it.
                let sent = Fields::from_iter([(field.name.to_owned(), wrong)]);
                office.refused(EditRecord { id: file, fields: sent, seen: Fields::new() }).await
            } else {
                let mut sent = right.clone();
                sent.insert(field.name.into(), wrong);
                let new = SaveRecord { kind: kind.into(), id: None, version: None, fields: sent };
                office.refused(new).await
            };
            let told = told(&[], Some(&refused), &shown, str::to_owned);
            let beside = told.about(field.name).is_some();
            assert!(
                beside || !(field.shown() || told.on_top.is_empty()),
                "{kind}.{}: {refused:?}",
                field.name
            );
        }
    }
    // Paths into the parts of a family, and such as have no field of their own.
    let mut typed = filled("family", &family::fields(), Uuid::nil(), Uuid::nil());
    let shown: Vec<&str> = family::fields().iter().map(|field| field.name).collect();
    office.ok(family::family(&typed, today()).unwrap()).await;
    typed.insert("file.code".into(), json!("34032310000018"));
    for (path, number) in [("persons.0.id_number", SPOUSES), ("persons.1.id_number", NUMBER)] {
        typed.insert(path.into(), json!(number));
    }
    let refused = office.refused(family::family(&typed, today()).unwrap()).await;
    let told = told(&[], Some(&refused), &shown, family::place);
    for path in ["persons.0.id_number", "persons.1.id_number"] {
        assert!(told.about(path).is_some_and(|word| word.contains("已经登记过")), "{path}: {refused:?}");
    }
}

#[tokio::test]
async fn what_one_window_did_not_touch_it_does_not_write_back() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (home, _) = home_and_file(&office).await;
    let form = kinds::of("household");
    let seen = office.ok(GetRecord { id: home }).await.fields;
    let edit = |field: &str, value: Value| {
        let mut typed = opened(&form, &seen);
        typed.insert(field.into(), value);
        let sent = changes(&form, &seen, &typed, today()).unwrap();
        EditRecord { id: home, fields: sent.fields, seen: sent.seen }
    };
    // Two windows opened the same; each writes its own.
    office.ok(edit("current_address", json!("东头一号"))).await;
    office.ok(edit("hardship", json!(["因病"]))).await;
    let row = office.ok(edit("phone", json!("19900002581"))).await.row;
    assert_eq!(row.fields["current_address"], "东头一号");
    // A set is added to by both.
    let row = office.ok(edit("hardship", json!(["因残"]))).await.row;
    assert_eq!(sorted(row.fields.get("hardship")), json!(["因残", "因病"]));
    // The same field: the second is told, and may insist.
    let second = edit("current_address", json!("西头二号"));
    let refused = office.refused(second.clone()).await;
    assert_eq!(refused.code, ErrorCode::ChangedMeanwhile);
    assert!(refused.about("current_address").is_some());
    assert!(!format!("{refused:?}").contains("东头一号"), "the newer value is told by the record alone");
    let now = office.ok(GetRecord { id: home }).await.fields;
    let row = office.ok(EditRecord { seen: now, ..second }).await.row;
    assert_eq!(row.fields["current_address"], "西头二号");
}
