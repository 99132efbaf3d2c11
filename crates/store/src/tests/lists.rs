//! Lists page by key and miss nothing.

use proptest::prelude::*;
use tiexin_domain::record::Void;
use tiexin_protocol::VoidChange;

use super::*;
use crate::{ListQuery, Op};

fn pages(book: &Book, mut query: ListQuery) -> (Vec<Uuid>, u64) {
    let mut ids = Vec::new();
    let mut total = None;
    loop {
        let page = book.list(&query).unwrap();
        total = total.or(page.total);
        assert!(page.records.len() <= query.limit);
        ids.extend(page.records.iter().map(|r| r.id));
        match page.next {
            Some(next) => {
                // A row tells where it stands.
                let last = page.records.last().unwrap().id;
                assert_eq!(book.key_at(&query, last).unwrap().as_ref(), Some(&next));
                query.after = Some(next);
            }
            None => return (ids, total.unwrap()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn keyset_paging_equals_a_naive_sort(
        rows in prop::collection::vec((0usize..5, 1u32..4, 0usize..4, prop::option::of(0u32..3)), 0..40),
        limit in 1usize..9,
        sort in prop::sample::select(vec!["date", "kind", "note", "region"]),
        descending: bool,
        region in prop::sample::select(vec!["34", "340323100", "340323100001", "340323101"]),
    ) {
        let (_dir, book, _) = book();
        let villages = ["340323100001", "340323100002", "340323101001", "340323101002", "340323102001"];
        let kinds = ["routine", "festival", "birthday", "hospital"];
        let mut naive = Vec::new();
        for (i, (village, day, kind, note)) in rows.iter().enumerate() {
            let mut value = json!({"region": villages[*village], "household": id().to_string(), "head_name": "某",
                "date": format!("2026-10-{day:02}"), "kind": kinds[*kind], "visitors": ["专干"]});
            if let Some(note) = note {
                value["note"] = json!(format!("第{note}次"));
            }
            let key = match sort {
                "date" => value["date"].as_str().unwrap().to_owned(),
                "kind" => kinds[*kind].to_owned(),
                "note" => value["note"].as_str().unwrap_or_default().to_owned(),
                _ => villages[*village].to_owned(),
            };
            let one = save(id(), "visit", value);
            put(&book, &one);
            if villages[*village].starts_with(region) {
                naive.push((key, i, one.id));
            }
        }
        naive.sort();
        if descending {
            naive.reverse();
        }
        let query = ListQuery {
            kind: "visit".into(),
            regions: vec![region.parse().unwrap()],
            sort: Some((sort.into(), descending)),
            limit,
            ..ListQuery::default()
        };
        let skip = naive.len() / 2;
        let jumped = book.list(&ListQuery { skip: skip as u64, ..query.clone() }).unwrap();
        let first = naive.iter().skip(skip).take(limit).map(|(_, _, id)| *id);
        prop_assert_eq!(jumped.records.iter().map(|r| r.id).collect::<Vec<_>>(), first.collect::<Vec<_>>());
        let (ids, total) = pages(&book, query);
        prop_assert_eq!(total as usize, naive.len());
        prop_assert_eq!(ids, naive.into_iter().map(|(_, _, id)| id).collect::<Vec<_>>());
    }
}

#[test]
fn people_are_listed_by_pinyin_and_filtered_by_any_field() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "赵四");
    for (name, more) in [
        ("赵四", json!({"tags": ["five_elders"], "birth": "1960-05-01", "sex": "male"})),
        ("安宁", json!({"tags": ["youth"], "birth": "2010-01-01", "phone": "19900001111"})),
        ("李四", json!({"birth": "1955"})),
        ("陈二", json!({})),
    ] {
        person(&book, home, name, more);
    }
    let names = |filter: Vec<(&str, Op, Value)>, sort: Option<(&str, bool)>, text: Option<&str>| {
        let query = ListQuery {
            kind: "person".into(),
            filter: filter.into_iter().map(|(f, op, v)| (f.to_owned(), op, v)).collect(),
            sort: sort.map(|(f, d)| (f.to_owned(), d)),
            text: text.map(str::to_owned),
            limit: 10,
            ..ListQuery::default()
        };
        let page = book.list(&query).unwrap();
        assert_eq!(page.total, Some(page.records.len() as u64));
        page.records.iter().map(|r| r.text("name").unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(vec![], None, None), ["安宁", "陈二", "李四", "赵四"]);
    assert_eq!(names(vec![], Some(("birth", false)), None), ["陈二", "李四", "赵四", "安宁"]);
    assert_eq!(names(vec![("tags", Op::Has, json!("youth"))], None, None), ["安宁"]);
    assert_eq!(names(vec![("birth", Op::AtLeast, json!("1960-01-01"))], None, None), ["安宁", "赵四"]);
    assert_eq!(names(vec![("phone", Op::Missing, Value::Null)], None, None), ["陈二", "李四", "赵四"]);
    assert_eq!(
        names(vec![("household", Op::Is, json!(home.to_string()))], None, Some("sz")),
        [] as [&str; 0]
    );
    assert_eq!(names(vec![], None, Some("四")), ["李四", "赵四"]);
    assert_eq!(
        names(vec![("name", Op::Contains, json!("四"))], Some(("name", true)), None),
        ["赵四", "李四"]
    );
    let bad = ListQuery {
        kind: "person".into(),
        filter: vec![("x') --".into(), Op::Is, json!(1))],
        limit: 1,
        ..ListQuery::default()
    };
    assert!(matches!(book.list(&bad), Err(crate::StoreError::BadField { .. })));
}

#[test]
fn numbers_are_compared_and_ordered_as_numbers() {
    let (_dir, book, _) = book();
    let claims = [("300.00", Some(7)), ("12000.00", Some(12)), ("900.50", None), ("90.00", Some(100))];
    for (amount, days) in claims {
        let mut claim = json!({
            "region": VILLAGE, "household": id().to_string(), "head_name": "某", "insured": {"name": "某"},
            "paid_on": "2026-10-05", "amount": amount,
        });
        if let Some(days) = days {
            claim["days"] = json!(days);
        }
        put(&book, &save(id(), "insurance_claim", claim));
    }
    let query = |filter: Vec<(&str, Op, Value)>, sort: Option<(&str, bool)>| ListQuery {
        kind: "insurance_claim".into(),
        filter: filter.into_iter().map(|(field, op, value)| (field.to_owned(), op, value)).collect(),
        sort: sort.map(|(field, descending)| (field.to_owned(), descending)),
        limit: 2,
        ..ListQuery::default()
    };
    let amounts = |query: ListQuery| {
        let (ids, _) = pages(&book, query);
        let amount = |id| book.get(id).unwrap().unwrap().text("amount").unwrap().to_owned();
        ids.into_iter().map(amount).collect::<Vec<_>>()
    };
    let by_amount = Some(("amount", false));
    assert_eq!(amounts(query(vec![], by_amount)), ["90.00", "300.00", "900.50", "12000.00"]);
    assert_eq!(amounts(query(vec![], Some(("days", true)))), ["90.00", "12000.00", "300.00", "900.50"]);
    let from = |field, value: Value| amounts(query(vec![(field, Op::AtLeast, value)], by_amount));
    assert_eq!(from("amount", json!("1000")), ["12000.00"]);
    assert_eq!(from("amount", json!("300")), ["300.00", "900.50", "12000.00"]);
    assert_eq!(from("days", json!(12)), ["90.00", "12000.00"]);
    let up_to = query(vec![("amount", Op::AtMost, json!("900.50"))], by_amount);
    assert_eq!(amounts(up_to), ["90.00", "300.00", "900.50"]);
    for typed in ["300", "300.00"] {
        assert_eq!(amounts(query(vec![("amount", Op::Is, json!(typed))], by_amount)), ["300.00"]);
    }
    assert_eq!(amounts(query(vec![("days", Op::Missing, Value::Null)], by_amount)), ["900.50"]);
    assert!(book.list(&query(vec![("amount", Op::Is, json!("许多"))], None)).is_err());
}

#[test]
fn what_an_absent_field_means_is_found() {
    let (_dir, book, _) = book();
    for presence in [None, Some("at_home"), Some("away")] {
        let mut visit = json!({"region": VILLAGE, "household": id().to_string(), "head_name": "某",
            "date": "2026-10-05", "kind": "routine", "visitors": ["专干"]});
        if let Some(presence) = presence {
            visit["presence"] = json!(presence);
        }
        put(&book, &save(id(), "visit", visit));
    }
    let count = |field: &str, op, value| {
        let filter = vec![(field.to_owned(), op, value)];
        let query = ListQuery { kind: "visit".into(), filter, limit: 5, ..ListQuery::default() };
        book.list(&query).unwrap().total.unwrap()
    };
    assert_eq!(count("presence", Op::Is, json!("at_home")), 2);
    assert_eq!(count("presence", Op::IsNot, json!("at_home")), 1);
    assert_eq!(count("presence", Op::Missing, Value::Null), 1);
    assert_eq!(count("visitors", Op::Has, json!(["没有的", "专干"])), 3);
    assert_eq!(count("visitors", Op::Has, json!([])), 0);
}

#[test]
fn records_are_found_by_what_people_call_them() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let other = household(&book, "340323101001", "张三");
    let one = person(&book, home, "张三", json!({"id_number": "34052419800101001x"}));
    let township = "340323100".parse().unwrap();
    let ids = |records: Vec<Record>| records.into_iter().map(|r| r.id).collect::<Vec<_>>();
    let headed = |region, name| book.look(|look| look.by_head_name(region, name)).unwrap();
    assert_eq!(ids(headed(&township, " 张 三")), [home]);
    assert_eq!(ids(headed(&"340323".parse().unwrap(), "张三")).len(), 2);
    assert_eq!(ids(book.by_id_number("34052419800101001X").unwrap()), [one]);
    assert_eq!(ids(book.children(home).unwrap()), [one]);
    assert!(book.children(other).unwrap().is_empty());
    put(
        &book,
        &save(id(), "visit", json!({"region": VILLAGE, "household": home.to_string(), "date": "2026-10-05"})),
    );
    assert_eq!(ids(book.children_of_kind(home, "person").unwrap()), [one]);
    assert_eq!(book.children(home).unwrap().len(), 2);
    assert_eq!(ids(book.all("person", &[township]).unwrap()), [one]);
    let joined = save(id(), "member", json!({"region": VILLAGE, "name": "张三", "person": one.to_string()}));
    put(&book, &joined);
    let of_one = book.look(|look| look.belonging_to(one)).unwrap();
    assert_eq!(ids(of_one), [joined.id]);
    let known = |id| book.look(|look| look.knows(id)).unwrap();
    assert!(known(joined.id) && !known(id()));
    let keys = book.look(|look| look.keys(5)).unwrap().expect("five records");
    assert!(keys.has_id(joined.id) && !keys.has_id(id()));
    assert!(keys.has_number("34052419800101001x") && !keys.has_number("11010519491231002X"));
    assert!(book.look(|look| look.keys(4)).unwrap().is_none(), "too many to hold");
    put(&book, &Save { void: Some(VoidChange::Hide(Void { reason: "重复".into() })), ..joined.clone() });
    assert!(known(joined.id), "a void record's id is taken");
    assert!(book.look(|look| look.belonging_to(one)).unwrap().is_empty());
}

#[test]
fn what_only_names_a_record_is_found_from_there_and_not_hidden_with_it() {
    let (_dir, book, _) = book();
    let (home, helper) = (household(&book, VILLAGE, "张三"), id());
    let volunteer = json!({"region": VILLAGE, "name": "王小梅", "approval": "approved"});
    put(&book, &save(helper, "volunteer", volunteer));
    let wish = json!({
        "region": VILLAGE, "household": home.to_string(), "head_name": "张三", "person": {"name": "张三"},
        "date": "2026-10-05", "wish": "一辆轮椅", "claimed_by": "王小梅", "claimer": helper.to_string(),
    });
    let wish = save(id(), "wish", wish);
    put(&book, &wish);
    let naming = |id| -> Vec<Uuid> {
        let found = book.look(|look| look.belonging_to(id)).unwrap();
        found.into_iter().map(|record| record.id).collect()
    };
    assert_eq!(naming(helper), [wish.id]);
    let mut hidden =
        save(helper, "volunteer", json!({"region": VILLAGE, "name": "王小梅", "approval": "approved"}));
    hidden.void = Some(VoidChange::Hide(Void { reason: "重复".into() }));
    put(&book, &hidden);
    assert_eq!(naming(helper), [wish.id], "the wish is shown as before");
    // An edit that changes no column.
    let mut without = wish.clone();
    without.fields.remove("claimer");
    put(&book, &without);
    assert!(naming(helper).is_empty());
    sound(&book);
}

#[test]
fn a_record_is_called_by_its_number_or_near_by_its_name() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let number = json!({"id_number": "34052419800101001X"});
    let one = person(&book, home, "张小三", number);
    let far =
        save(id(), "volunteer", json!({"region": "340323101001", "name": "张小三", "approval": "approved"}));
    put(&book, &far);
    let called = |kinds: &[&str], written: &str, place: &str| -> Vec<Uuid> {
        let place = place.parse().unwrap();
        let found = book.look(|look| look.called(kinds, written, &place)).unwrap();
        found.into_iter().map(|record| record.id).collect()
    };
    let both = ["person", "volunteer"];
    assert_eq!(called(&both, "张小三", "340323100002"), [one]);
    assert_eq!(called(&both, "张小三", "340323"), [one, far.id], "from above all below is near");
    assert_eq!(called(&both, "34052419800101001x", "340323101001"), [one]);
    assert!(called(&["volunteer"], "张小三", VILLAGE).is_empty());
    // People write spaces in the name of a person; those of a unit are its own.
    assert_eq!(called(&both, "张 小三", "340323100002"), [one]);
    let house =
        save(id(), "organisation", json!({"region": VILLAGE, "name": "东关 计生协", "kind": "association"}));
    put(&book, &house);
    assert_eq!(called(&["organisation"], " 东关 计生协", VILLAGE), [house.id]);
}
