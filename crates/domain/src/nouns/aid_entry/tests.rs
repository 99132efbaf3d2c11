use super::*;
use crate::around::example;
use crate::nouns;
use serde_json::{Value, json};

fn entry(said: Value) -> Fields {
    let mut fields = crate::shape::valid(&Kind::AidEntry).unwrap();
    fields.extend(said.as_object().unwrap().clone());
    fields
}

fn wrong_in(fields: &Fields) -> Vec<String> {
    let problems = nouns::check("aid_entry", fields).unwrap().problems;
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn an_entry_says_how_much_and_for_what() {
    assert!(wrong_in(&entry(json!({"occasion": "spring"}))).is_empty());
    let mut without = entry(json!({}));
    without.remove("occasion");
    assert_eq!(wrong_in(&without), ["occasion"]);
    without.insert("programme".into(), "困难慰问".into());
    assert_eq!(wrong_in(&without), ["period"]);
    without.insert("period".into(), "2026".into());
    assert!(wrong_in(&without).is_empty());
    assert!(wrong_in(&entry(json!({"occasion": "spring", "amount": "10000000.00"}))).is_empty());
    for amount in ["0.00", "-300.00", "10000000.01", "92233720368547758.07"] {
        assert_eq!(wrong_in(&entry(json!({"amount": amount}))), ["amount"], "{amount}");
    }
    let back = json!({"amount": "-300.00", "reverses": Uuid::from_u128(9)});
    assert_eq!(wrong_in(&entry(back)), ["reason"]);
    let back = json!({"amount": "300.00", "reverses": Uuid::from_u128(9), "reason": "重复"});
    assert_eq!(wrong_in(&entry(back)), ["amount"]);
    assert_eq!(wrong_in(&entry(json!({"recipient_number": "1"}))), ["recipient_number"]);
}

#[test]
fn a_programme_is_one_of_the_catalogue_and_given_to_whom_it_says() {
    let rows = r#"[{"name": "夏令慰问", "unit": "person", "amount": "500.00", "from": "2026-01-01"}]"#;
    let own = Limits::default().and_programmes(serde_json::from_str(rows).unwrap());
    let told = |said: Value, limits: &Limits| {
        let problems = nouns::check_by("aid_entry", &entry(said), Some(limits)).unwrap().problems;
        problems.into_iter().map(|problem| (problem.field, problem.message)).collect::<Vec<_>>()
    };
    let summer = |more: Value| {
        let mut said = json!({"programme": "夏令慰问", "period": "2026"});
        said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        said
    };
    let unknown = told(summer(json!({})), Limits::of_the_program());
    assert!(unknown[0].0 == "programme" && unknown[0].1.contains("困难慰问"), "{unknown:?}");
    let fields = |found: Vec<(String, String)>| found.into_iter().map(|(of, _)| of).collect::<Vec<_>>();
    assert_eq!(fields(told(summer(json!({})), &own)), ["person", "amount"]);
    let right = summer(json!({"person": {"name": "甲"}, "amount": "500.00"}));
    assert!(told(right, &own).is_empty());
    // A payment of March and one of September would be two.
    let by_month = json!({"person": {"name": "甲"}, "amount": "500.00", "period": "2026-03"});
    assert_eq!(fields(told(summer(by_month.clone()), &own)), ["period"]);
    let rows = r#"[{"name": "夏令慰问", "unit": "person", "every": "month", "from": "2026-01-01"}]"#;
    let monthly = Limits::default().and_programmes(serde_json::from_str(rows).unwrap());
    assert!(told(summer(by_month), &monthly).is_empty());
    assert_eq!(fields(told(summer(json!({"person": {"name": "甲"}})), &monthly)), ["period"]);
    // What has ended, or is to begin, says when.
    let rows = r#"[{"name": "夏令慰问", "unit": "person", "from": "2020-06-01", "to": "2020-08-31"}]"#;
    let over = Limits::default().and_programmes(serde_json::from_str(rows).unwrap());
    for (date, when) in [("2020-09-01", "到 2020-08-31 已经结束"), ("2020-05-31", "从 2020-06-01 才开始")]
    {
        let late = told(summer(json!({"person": {"name": "甲"}, "date": date})), &over);
        assert!(late[0].0 == "programme" && late[0].1.contains(when), "{late:?}");
        assert!(!late[0].1.contains("没有这个项目") && late[0].1.contains("困难慰问"), "{late:?}");
    }
    // The province takes what another office's catalogue has.
    assert!(wrong_in(&entry(summer(json!({})))).is_empty());
}

fn record(n: u128, said: Value) -> Record {
    Record {
        id: Uuid::from_u128(n),
        kind: "aid_entry".into(),
        scope: "340323104".parse().unwrap(),
        version: 1,
        fields: entry(said),
        void: None,
    }
}

fn told(rule: &Rule, fields: &Fields, others: Vec<Record>) -> usize {
    let seen = [others];
    (rule.check)(&Beside::these(fields, &seen)).len()
}

#[test]
fn nobody_is_paid_twice_in_a_period_unless_the_first_was_taken_back() {
    let number = "11010519491231002X";
    let paid = json!({"programme": "困难慰问", "period": "2026", "recipient_number": number});
    let own = entry(paid.clone());
    let mut elsewhere = record(2, paid.clone());
    elsewhere.fields.insert("household".into(), json!(Uuid::from_u128(77)));
    elsewhere.fields.insert("recipient_number".into(), number.to_lowercase().into());
    assert_eq!(told(&PAID_ONCE, &own, vec![elsewhere.clone()]), 1, "the same person in another township");
    let back = record(3, json!({"amount": "-300.00", "reverses": Uuid::from_u128(2), "reason": "重复"}));
    assert_eq!(told(&PAID_ONCE, &own, vec![elsewhere.clone(), back]), 0);
    for other in
        [json!({"period": "2025"}), json!({"programme": "关怀帮扶"}), json!({"person": {"name": "甲"}})]
    {
        let mut fields = own.clone();
        fields.extend(other.as_object().unwrap().clone());
        assert_eq!(told(&PAID_ONCE, &fields, vec![elsewhere.clone()]), 0, "{other}");
    }
    // Of an occasion alone each gift is one of its own.
    assert_eq!(told(&PAID_ONCE, &entry(json!({})), vec![record(4, json!({}))]), 0);
}

#[test]
fn however_it_is_written_it_is_the_same_payment() {
    let paid = |more: Value| {
        let mut said = json!({"programme": "大病慰问", "period": "2026", "household": Uuid::from_u128(70)});
        said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        said
    };
    let twice = |one: Value, other: Value| {
        let (own, other) = (entry(paid(one)), record(2, paid(other)));
        let meet = claims(&own).iter().any(|claim| claims(&other.fields).contains(claim));
        let told = told(&PAID_ONCE, &own, vec![other]);
        assert!(meet || told == 0, "what a rule finds, the province has to find first");
        told
    };
    let elsewhere = |number: &str| json!({"household": Uuid::from_u128(71), "recipient_number": number});
    let number = "11010519491231002X";
    for written in ["11010519491231002x", "110105 19491231 002X", "１１０１０５19491231002X"] {
        assert_eq!(twice(json!({"recipient_number": number}), elsewhere(written)), 1, "{written}");
    }
    // So with an id, whoever wrote it.
    let shouted = |id: u128| Value::from(Uuid::from_u128(id).to_string().to_uppercase());
    let (home, who) = (0xabc, 0xdef);
    let family = |home: Value| json!({"household": home, "recipient_number": null});
    assert_eq!(twice(family(json!(Uuid::from_u128(home))), family(shouted(home))), 1);
    let person = |who: Value| json!({"person": {"name": "", "person": who}, "recipient_number": null});
    assert_eq!(twice(person(json!(Uuid::from_u128(who))), person(shouted(who))), 1);
    let back = |first: Value| claims(&entry(json!({"reverses": first})));
    assert_eq!(back(json!(Uuid::from_u128(home))), back(shouted(home)));
    // A month lies in its year; two months are two.
    assert_eq!(twice(json!({}), json!({"period": "2026-05"})), 1);
    assert_eq!(twice(json!({"period": "2026-05"}), json!({"period": "2026-06"})), 0);
    // Somebody of the family by name alone, and by their record.
    let named = json!({"person": {"name": "某 甲"}});
    assert_eq!(twice(named.clone(), json!({"person": {"name": "某甲", "person": Uuid::from_u128(9)}})), 1);
    assert_eq!(twice(named.clone(), json!({"person": {"name": "某乙"}})), 0);
    let other_family = json!({"person": {"name": "某甲"}, "household": Uuid::from_u128(71)});
    assert_eq!(twice(named, other_family), 0);
}

#[test]
fn a_payment_has_the_number_of_whom_it_is_for() {
    const HEADS: &str = "34052419800101001X";
    const WIFES: &str = "11010519491231002X";
    let wife = Uuid::from_u128(2);
    let told = |said: Value, heads: &str| {
        let people = [
            (Uuid::from_u128(1), json!({"name": "某甲", "relation": "head", "id_number": heads})),
            (wife, json!({"name": "某乙", "relation": "spouse", "id_number": WIFES})),
            (Uuid::from_u128(3), json!({"name": "某丙", "relation": "child"})),
            (Uuid::from_u128(4), json!({"name": "某丁", "id_number": WIFES})),
            (Uuid::from_u128(5), json!({"name": "某丁"})),
        ];
        let people = people.iter().map(|(id, person)| (*id, person.as_object().unwrap()));
        number_among(&entry(said), people)
    };
    assert_eq!(told(json!({}), HEADS).as_deref(), Some(HEADS));
    assert_eq!(told(json!({"person": {"name": "某乙", "person": wife}}), HEADS).as_deref(), Some(WIFES));
    // By name alone the one of the family who has it; somebody else may have the name of two of them, or of none.
    for person in [json!({"name": "某 乙"}), json!({"name": "某乙", "person": null})] {
        assert_eq!(told(json!({"person": person}), HEADS).as_deref(), Some(WIFES));
    }
    for name in ["某丙", "某丁", "某戊", " "] {
        assert_eq!(told(json!({"person": {"name": name}}), HEADS), None, "{name}");
    }
    // What is no number would have the payment refused.
    assert_eq!(told(json!({}), "340524198001010011"), None);
    let lacks = |said: Value| lacks_number("aid_entry", &entry(said)).is_some();
    assert!(lacks(json!({"programme": "困难慰问", "period": "2026"})));
    assert!(!lacks(json!({"programme": "困难慰问", "period": "2026", "recipient_number": HEADS})));
    assert!(!lacks(json!({"occasion": "spring"})));
}

#[test]
fn an_entry_is_taken_back_once_and_whole() {
    let one = example("aid_entry", TAKEN_BACK_ONCE.code).unwrap();
    let first = one.others[0].clone();
    let mut own = one.record.fields.clone();
    assert_eq!(told(&TAKEN_BACK_ONCE, &own, vec![first.clone()]), 1, "another amount");
    own.insert("amount".into(), "-300.00".into());
    assert_eq!(told(&TAKEN_BACK_ONCE, &own, vec![first.clone()]), 0);
    let mut again = record(5, json!({}));
    again.fields.clone_from(&own);
    assert_eq!(told(&TAKEN_BACK_ONCE, &own, vec![first.clone(), again.clone()]), 1, "twice");
    let mut of_one = own.clone();
    of_one.insert(REVERSES.into(), json!(again.id));
    assert_eq!(told(&TAKEN_BACK_ONCE, &of_one, vec![first, again]), 1, "of what takes back");
}

#[test]
fn what_takes_back_leaves_nothing_of_the_sum() {
    let entry = AidEntry::from_fields(&entry(json!({"amount": "1200.05", "occasion": "spring"}))).unwrap();
    let on = entry.date.pred_opt().unwrap();
    let back = entry.reversal(Uuid::from_u128(2), "某 慰问救助", on, "登记重复").unwrap();
    assert_eq!([entry.amount, back.amount].into_iter().sum::<Fen>(), Fen(0));
    assert_eq!((back.problems().len(), back.gaps().len(), back.date), (0, 0, entry.date));
    assert!(back.title().contains("冲正") && !entry.title().contains("冲正"));
}

/// What was given is not changed: nothing of it is asked for once it stands, what is missing is told in the form.
#[test]
fn an_entry_asks_for_nothing_that_cannot_be_given_any_more() {
    for mut fields in
        [entry(json!({"form": "goods"})), entry(json!({"programme": "大病救助", "period": "2026"}))]
    {
        for field in ["signed_by", "items", "recipient_number"] {
            fields.remove(field);
        }
        assert!(AidEntry::from_fields(&fields).unwrap().gaps().is_empty());
    }
    for field in ["signed_by", "recipient_number"] {
        let hint = AidEntry::SHAPE.field(field).and_then(|field| field.form?.hint).unwrap_or_default();
        assert!(hint.contains("不能再补"), "{field}");
    }
}
