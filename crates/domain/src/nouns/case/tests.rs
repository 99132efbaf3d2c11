use serde_json::{Value, json};

use super::*;
use crate::around::{Around, Subject, answers, example, problems};
use crate::record::Fields;
use crate::shape;

const HOME: u128 = 7;

fn fields(value: Value) -> Fields {
    value.as_object().unwrap().clone()
}

/// A case of which practice and effect are told.
fn case(said: Value) -> Fields {
    let mut all = shape::valid(&Kind::Case).unwrap();
    all.extend(fields(json!({"author": "王专干", "practice": "每周上门", "effect": "笑容多了"})));
    all.extend(fields(said));
    all
}

/// One that somebody else looked through.
fn offered(said: Value) -> Fields {
    let mut all = case(json!({"source": Uuid::from_u128(HOME), "source_name": "贾文广家",
        "deidentified_by": "李专干", "deidentified_on": "2026-10-05"}));
    all.extend(fields(said));
    all
}

fn read(fields: &Fields) -> Case {
    Case::from_fields(fields).unwrap()
}

/// The family, its people and its file, as the looks of the first source find them.
fn family() -> Vec<Vec<Record>> {
    let record = |id: u128, kind: &str, said: Value| {
        let mut all = fields(json!({"region": "340323100001", "household": Uuid::from_u128(HOME)}));
        all.extend(fields(said));
        let scope = "340323100".parse().unwrap();
        Record { id: Uuid::from_u128(id), kind: kind.into(), scope, version: 1, fields: all, void: None }
    };
    let home = record(
        HOME,
        "household",
        json!({"head_name": "贾文广", "registered_address": "安徽省蚌埠市固镇县谷阳镇东关社区3组12号"}),
    );
    let people = vec![
        record(
            8,
            "person",
            json!({"name": "贾文广", "birth": "1962-03-14", "id_number": "34052419800101001X"}),
        ),
        record(9, "person", json!({"name": "于桂兰", "birth": "1963-08"})),
    ];
    let file = record(
        10,
        "support_file",
        json!({"head_name": "贾文广", "category": "death", "status": "active", "child_name": "贾小宝",
            "loss_date": "2014-05-03", "code": "GZ-017", "emergency_contact": "于建军（弟弟）"}),
    );
    let none = || Vec::new();
    vec![vec![home], people, vec![file], none(), none(), none(), none(), none(), none()]
}

/// Fields in which something is told, and what is said of them.
fn told(fields: &Fields) -> Vec<(String, String)> {
    let (seen, place) = (family(), |_: &RegionCode| "东关社区".to_owned());
    let beside = Beside { place: &place, ..Beside::these(fields, &seen) };
    unrecognised(&beside).into_iter().map(|problem| (problem.field, problem.message)).collect()
}

#[test]
fn whatever_tells_whose_story_it_is_is_told_with_the_words_and_where() {
    for (field, text, words) in [
        ("background", "贾文广夫妇", "“贾文广”（姓名）"),
        ("need", "小宝走了以后", "“小宝”（姓名）"),
        ("practice", "桂兰大姐", "“桂兰”（姓名）"),
        ("effect", "弟弟于 建军", "“于 建军”（姓名）"),
        ("lesson", "东关社区的做法", "“东关社区”（村组、住址）"),
        ("lesson", "东关的做法", "“东关”（村组、住址）"),
        ("background", "三组的一户", "“三组”（村组、住址）"),
        ("background", "二〇一四年五月三日", "“二〇一四年五月三日”（日期）"),
        ("background", "1963年8月出生", "“1963年8月”（日期）"),
        ("background", "台账gz017", "“gz017”（编码）"),
        ("rating", "文广一家感人", "“文广”（姓名）"),
    ] {
        let found = told(&offered(json!({field: text})));
        let [(of, message)] = &found[..] else { panic!("{text}: {found:?}") };
        assert_eq!(of, field, "{text}");
        assert!(message.contains(words), "{text}: {message}");
        assert!(message.contains(label(field)), "{message}");
    }
    let many = told(&offered(json!({"need": "贾文广、于桂兰，贾文广", "used_in": ["东关社区年鉴"]})));
    assert_eq!(many.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["need", "used_in"]);
    assert_eq!(many[0].1.matches("贾文广").count(), 1, "{many:?}");
}

#[test]
fn a_story_that_betrays_nobody_is_taken() {
    let text =
        "固镇县谷阳镇一户失去独生子女的家庭，2014年起很少出门。志愿者每月上门2次，筹到5000元，服务1200人次。";
    let fields =
        offered(json!({"background": text, "recommended_on": "2026-10-05", "consent_on": "2026-10-05"}));
    assert!(told(&fields).is_empty(), "{:?}", told(&fields));
    let case = read(&fields);
    assert!(case.problems().is_empty() && case.gaps().is_empty(), "{:?} {:?}", case.problems(), case.gaps());
}

#[test]
fn a_draft_may_name_the_family_and_its_title_may_not() {
    let source = json!({"source": Uuid::from_u128(HOME), "background": "贾文广夫妇，电话19900002580"});
    let draft = case(source);
    assert!(told(&draft).is_empty() && read(&draft).problems().is_empty());
    let titled = case(json!({"source": Uuid::from_u128(HOME), "name": "贾文广的故事"}));
    assert_eq!(told(&titled)[0].0, "name");
    let rated = case(json!({"source": Uuid::from_u128(HOME), "rating": "文广一家感人"}));
    assert_eq!(told(&rated)[0].0, "rating");
    // What is taken down is shown to nobody any more.
    let mut withdrawn = draft;
    withdrawn.extend(fields(json!({"deidentified_on": "2026-10-05", "withdrawn_on": "2026-10-06"})));
    assert!(told(&withdrawn).is_empty() && read(&withdrawn).problems().is_empty());
}

#[test]
fn a_family_that_is_not_here_cannot_be_looked_for() {
    let elsewhere = offered(json!({"source_two": Uuid::from_u128(99), "source_two_name": "某家"}));
    let found = told(&elsewhere);
    assert_eq!(
        found.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(),
        ["source_two"],
        "{found:?}"
    );
    assert!(told(&case(json!({"source_two": Uuid::from_u128(99)}))).is_empty(), "a draft");
}

#[test]
fn numbers_are_refused_whosever_they_are() {
    let numbered = |text: &str| {
        let found = read(&offered(json!({"effect": text}))).problems();
        found.into_iter().map(|problem| (problem.field, problem.message)).collect::<Vec<_>>()
    };
    let tail = numbered("尾号2580");
    assert_eq!(tail[0].0, "effect");
    assert!(tail[0].1.contains("“2580”") && tail[0].1.contains("成效"), "{tail:?}");
    // Nobody is shown more of a long one than a note shows.
    let whole = numbered("电话19900002580");
    assert!(!whole[0].1.contains("19900002580") && whole[0].1.contains("80”"), "{whole:?}");
    assert!(numbered("2014年，1200人次，5000元").is_empty());
}

#[test]
fn somebody_else_takes_out_what_tells_and_before_it_is_recommended() {
    let wrong = |said: Value| {
        let found = read(&offered(said)).problems();
        found.into_iter().map(|problem| problem.field).collect::<Vec<_>>()
    };
    assert_eq!(wrong(json!({"deidentified_by": "王 专干"})), ["deidentified_by"]);
    let early = case(json!({"source": Uuid::from_u128(HOME), "entered_on": "2026-10-05"}));
    assert_eq!(read(&early).problems()[0].field, "deidentified_on");
    let mut whose = offered(json!({}));
    for field in ["source", "source_name"] {
        whose.remove(field);
    }
    assert_eq!(read(&whose).problems()[0].field, "source");
    whose.insert("source_name".into(), "某家".into());
    assert_eq!(read(&whose).problems()[0].code, "source_unknown");
    whose.remove("source_name");
    whose.insert("of_nobody".into(), true.into());
    assert!(read(&whose).problems().is_empty());
}

#[test]
fn what_a_case_lacks_is_told() {
    let lacks = |said: Value| {
        let found = read(&offered(said)).gaps();
        found.into_iter().map(|gap| gap.field).collect::<Vec<_>>()
    };
    assert_eq!(lacks(json!({})), [""; 0]);
    assert_eq!(lacks(json!({"entered_on": "2026-10-05"})), ["consent_on"]);
    assert_eq!(lacks(json!({"withdrawn_on": "2026-10-06"})), ["why_withdrawn"]);
    assert_eq!(lacks(json!({"why_withdrawn": "不愿意了"})), ["withdrawn_on"]);
    assert_eq!(read(&case(json!({}))).gaps()[0].field, "source");
}

/// Records that are simply there.
struct Plain(Vec<Record>);

impl Around for Plain {
    type Error = std::convert::Infallible;
    fn others(&self, look: &Look, value: &str) -> Result<Vec<Record>, Self::Error> {
        let found = self.0.iter().filter(|record| answers(record, look, value));
        Ok(found.cloned().collect())
    }
}

/// An older leak is no obstacle to other work, and one to the next step.
#[test]
fn a_leak_that_stood_hinders_the_next_step_only() {
    let one = example("case", UNRECOGNISED.code).unwrap();
    let around = Plain(one.others.clone());
    let told = |said: Value| {
        let mut after = one.record.fields.clone();
        after.extend(fields(said));
        let subject = Subject { before: Some(&one.record.fields), fields: &after, ..one.subject() };
        let Ok(found) = problems(&around, subject, Reach::Desks);
        found.len()
    };
    assert_eq!(told(json!({"consent_on": "2026-10-06"})), 0);
    assert_eq!(told(json!({"recommended_on": "2026-10-06"})), 1);
    assert_eq!(told(json!({"background": "一户人家的事", "recommended_on": "2026-10-06"})), 0);
}

/// `association.md` §2.17: when who agreed does not any more, at once.
#[test]
fn what_betrays_holds_back_no_withdrawal() {
    let one = example("case", UNRECOGNISED.code).unwrap();
    let around = Plain(one.others.clone());
    let mut before = one.record.fields.clone();
    before.extend(fields(json!({"name": "贾文广的故事", "rating": "贾文广一家感人"})));
    let told = |said: Value| {
        let mut after = before.clone();
        after.extend(fields(said));
        let subject = Subject { before: Some(&before), fields: &after, ..one.subject() };
        let Ok(found) = problems(&around, subject, Reach::Desks);
        found.into_iter().map(|problem| problem.field).collect::<Vec<_>>()
    };
    assert!(told(json!({"withdrawn_on": "2026-10-06"})).is_empty());
    assert_eq!(told(json!({"recommended_on": "2026-10-06"})), ["name", "rating", "background"]);
}
