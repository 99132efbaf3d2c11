use super::*;
use chrono::NaiveDate;
use serde_json::json;
use tiexin_domain::access::{Grant, Role, User};

fn record(kind: &str, fields: Value) -> Record {
    Record {
        id: Uuid::nil(),
        kind: kind.into(),
        scope: "340323100".parse().unwrap(),
        version: 0,
        fields: fields.as_object().unwrap().clone(),
        void: None,
    }
}

fn reader(id: Uuid, grants: &[(Role, &str)]) -> Reader {
    let grant = |(role, region): &(Role, &str)| Grant {
        role: role.clone(),
        region: region.parse().unwrap(),
        from: None,
        to: None,
    };
    let grants = grants.iter().map(grant).collect();
    let user = User { id, name: String::new(), display_name: String::new(), grants, disabled: false };
    Reader::of(&user, NaiveDate::from_ymd_opt(2026, 10, 5).unwrap())
}

fn anybody() -> Reader {
    reader(Uuid::nil(), &[])
}

#[test]
fn numbers_are_masked_and_the_loss_stays_in_the_family() {
    let file = record(
        "support_file",
        json!({"phone": "19900002580", "child_name": "某", "loss_cause": "某", "head_name": "甲"}),
    );
    let nobody = Lost::new();
    let (listed, masked) = cover(&file, Shown::Listed, &anybody(), &nobody);
    assert_eq!(listed, *json!({"phone": "199****2580", "head_name": "甲"}).as_object().unwrap());
    assert_eq!(masked, ["phone"]);
    assert!(cover(&file, Shown::Own, &anybody(), &nobody).0.contains_key("child_name"));
    assert!(!may_be_asked_for("support_file", "child_name"));
    assert!(!may_be_asked_for("person", "id_number"));
    assert_ne!(cover_value(&file, "loss_cause", &json!("某"), &anybody(), &nobody), json!("某"));
}

#[test]
fn a_session_note_is_its_authors() {
    let author = Uuid::from_u128(7);
    let note = record("counselling", json!({"session_note": "谈话", "recorded_by_id": author.to_string()}));
    assert!(cover(&note, Shown::Own, &reader(author, &[]), &Lost::new()).0.contains_key("session_note"));
    assert!(!cover(&note, Shown::Own, &anybody(), &Lost::new()).0.contains_key("session_note"));
}

/// By the audience alone.
#[test]
fn from_the_supervisor_up_the_one_record_tells_more() {
    let author = Uuid::from_u128(7);
    let post = record("post", json!({"region": "340323100", "recorded_by_id": author}));
    let tells = |id: Uuid, grants: &[(Role, &str)]| {
        let reader = reader(id, grants);
        [Shown::Listed, Shown::Judged, Shown::Own]
            .map(|shown| reads(Audience::Supervisor, &post, shown, &reader))
    };
    for role in [Role::Supervisor, Role::Auditor, Role::Admin] {
        assert_eq!(tells(Uuid::nil(), &[(role, "340323")]), [false, true, true]);
    }
    assert_eq!(tells(author, &[(Role::Worker, "340323100")]), [false, true, true]);
    for role in [Role::Worker, Role::Reviewer, Role::Cashier] {
        // Supervising another place is no right here.
        let grants = [(role, "34"), (Role::Supervisor, "340322"), (Role::Supervisor, "340323100001")];
        assert_eq!(tells(Uuid::nil(), &grants), [false; 3]);
    }
}

#[test]
fn no_list_names_the_child_who_died() {
    let home = Uuid::from_u128(7);
    let mut unsaid = Unsaid::default();
    unsaid.add_lost("贾小宝");
    unsaid.add("车祸");
    let lost = Lost::from([(home, unsaid)]);
    let claim = json!({
        "region": "340323100001", "household": home, "head_name": "贾文广", "insured": {"name": "贾 小宝"},
        "paid_on": "2014-01-05", "amount": "100.00", "days": 1,
    });
    let visit = json!({"household": home, "met": [{"name": "贾小宝"}, {"name": "贾文广"}],
        "note": "谈起贾 小宝的车祸", "needs": "给小宝扫墓", "visitors": ["贾小宝的同学13900001234"]});
    for record in [
        record("person", json!({"region": "340323100001", "household": home, "name": "贾小宝"})),
        record("insurance_claim", claim),
        record("visit", visit),
    ] {
        let (listed, _) = cover(&record, Shown::Listed, &anybody(), &lost);
        let told = format!("{listed:?} {}", title(&record, &lost));
        for word in ["小宝", "车祸", "13900001234"] {
            assert!(!told.contains(word), "{told}");
        }
        let (own, _) = cover(&record, Shown::Own, &anybody(), &lost);
        assert!(format!("{own:?}").contains("小宝"));
        for (field, value) in &record.fields {
            let value = cover_value(&record, field, value, &anybody(), &lost);
            let value = value.to_string();
            assert!(!value.contains("小宝") && !value.contains("车祸"), "{field}");
        }
    }
    // Somebody of that name in another family is named.
    let other =
        record("person", json!({"region": "340323100001", "household": Uuid::nil(), "name": "贾小宝"}));
    assert_eq!(title(&other, &lost), "贾小宝");
}

#[test]
fn a_mask_sent_back_means_unchanged() {
    let known = |_: &str| vec![json!("340399197309166454")];
    let mut sent = json!({"id_number": "****************54"}).as_object().unwrap().clone();
    assert!(uncover("person", &mut sent, known).is_empty());
    assert_eq!(sent["id_number"], "340399197309166454");
    let mut other = json!({"id_number": "****************00"}).as_object().unwrap().clone();
    assert_eq!(uncover("person", &mut other, known)[0].code, "masked_value");
}

#[test]
fn a_number_in_a_part_is_masked_where_it_stands() {
    let tasks = json!([{"what": "讲座", "measure": "问13900001234"}, {"what": "义诊"}]);
    let agreement = record("agreement", json!({"tasks": tasks}));
    let (whole, nobody) = ("问13900001234", Lost::new());
    let (shown, masked) = cover(&agreement, Shown::Own, &anybody(), &nobody);
    assert_eq!(masked, ["tasks.0.measure"]);
    assert!(!shown["tasks"].to_string().contains("1390"), "{shown:?}");
    assert!(!cover_value(&agreement, "tasks", &tasks, &anybody(), &nobody).to_string().contains("1390"));
    let at = |place: &str| unmasked(&agreement, place, Shown::Own, &anybody(), &nobody);
    assert_eq!(
        (at("tasks.0.measure").as_deref(), at("tasks.1.measure"), at("tasks.0.what")),
        (Some(whole), None, None)
    );
    // It comes back in another place of the list.
    let known = |field: &str| if field == "tasks" { vec![tasks.clone()] } else { Vec::new() };
    let mut sent = Fields::from_iter([("tasks".to_owned(), json!([{"what": "义诊"}, shown["tasks"][0]]))]);
    assert!(uncover("agreement", &mut sent, known).is_empty());
    assert_eq!(sent["tasks"][1], tasks[0]);
    let mut other = Fields::from_iter([("tasks".to_owned(), json!([{"measure": "问*********99"}]))]);
    assert_eq!(uncover("agreement", &mut other, known)[0].field, "tasks.0.measure");
}

#[test]
fn what_stands_beside_a_family_on_a_card_is_as_a_list_shows_it() {
    let home = Uuid::from_u128(7);
    let mut unsaid = Unsaid::default();
    unsaid.add_lost("贾小宝");
    let lost = Lost::from([(home, unsaid)]);
    let shown = beside(home, "贾小宝的同学13900001234", &lost);
    assert!(!shown.contains("小宝") && !shown.contains("1390"), "{shown}");
    assert_eq!(beside(home, "李小宝", &lost), "李小宝");
}
