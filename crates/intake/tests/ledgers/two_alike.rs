//! Two of one name: a name alone identifies nobody.

use serde_json::{Value, json};
use tiexin_domain::Kind;
use tiexin_intake::{LedgerPlan, Mapping};
use uuid::Uuid;

use crate::book::{Book, open, plan_as, planned, text};
use crate::variations::{SCOPE, codes, found, of};

fn list(book: &Book, kind: &str, csv: &str) -> LedgerPlan {
    plan_as(book, (SCOPE, Some(kind)), &Mapping::default(), &open(csv.as_bytes(), "名单.csv"))
}

/// Whoever is there already, whose record an import of another of the name must leave alone.
fn first(kind: Kind, mut fields: Value) -> Book {
    fields["region"] = json!("340323100001");
    let mut book = Book::default();
    book.records.insert(Uuid::from_u128(1), (kind, fields.as_object().cloned().unwrap()));
    book
}

#[test]
fn what_is_somebodys_own_makes_two_of_one_name() {
    for (kind, there, head, row) in [
        ("person", json!({"name": "周明", "sex": "male"}), "姓名,村,性别", "周明,东关社区,女"),
        (
            "person",
            json!({"name": "周明", "birth": "1980-01-01"}),
            "姓名,村,出生日期",
            "周明,东关社区,1991-02-03",
        ),
        (
            "person",
            json!({"name": "周明", "phone": "19900000001"}),
            "姓名,村,电话",
            "周明,东关社区,19900000002",
        ),
        (
            "volunteer",
            json!({"name": "周明", "approval": "approved", "approved_on": "2020-05"}),
            "姓名,村,通过时间",
            "周明,东关社区,2023-06",
        ),
        (
            "household",
            json!({"head_name": "周明", "phone": "19900000001"}),
            "户主,村,电话",
            "周明,东关社区,19900000002",
        ),
        (
            "household",
            json!({"head_name": "周明", "current_address": "三组12号"}),
            "户主,村,现居住地址",
            "周明,东关社区,七组5号",
        ),
        ("member", json!({"name": "周明", "sex": "male"}), "姓名或单位名称,村,性别", "周明,东关社区,女"),
        (
            "member",
            json!({"name": "周明", "joined": "2019-05"}),
            "姓名或单位名称,村,入会时间",
            "周明,东关社区,2021-03",
        ),
    ] {
        let noun = tiexin_domain::Kind::from_code(kind);
        let mut book = first(noun.clone(), there.clone());
        let csv = format!("{head}\n{row}\n");
        let plan = list(&book, kind, &csv);
        assert_eq!((plan.rows.new, plan.rows.differs), (1, 0), "{kind} {row}: {:?}", plan.findings);
        assert!(plan.findings.iter().any(|found| found.code.as_str() == "maybe_known"), "{kind} {row}");
        assert!(plan.changes.is_empty(), "{kind} {row}: {:?}", plan.changes);
        book.write(&plan);
        assert_eq!(book.of(noun).count(), 2, "{kind} {row}");
        // Read once more each row finds its own.
        let again = list(&book, kind, &csv);
        assert_eq!(again.rows.unchanged, 1, "{kind} {row}: {:?}", again.changes);
    }
}

#[test]
fn more_or_less_of_the_same_is_no_other() {
    for (kind, there, head, row) in [
        (
            "person",
            json!({"name": "周明", "birth": "1980-01-01"}),
            "姓名,村,出生日期",
            "周明,东关社区,1980-01",
        ),
        (
            "household",
            json!({"head_name": "周明", "current_address": "三组"}),
            "户主,村,现居住地址",
            "周明,东关社区,三组12号",
        ),
        (
            "volunteer",
            json!({"name": "周明", "approval": "pending", "team": "银龄队"}),
            "姓名,村,服务队",
            "周明,东关社区,青年队",
        ),
    ] {
        let book = first(tiexin_domain::Kind::from_code(kind), there);
        let plan = list(&book, kind, &format!("{head}\n{row}\n"));
        assert_eq!(plan.rows.new, 0, "{kind} {row}: {:?}", plan.findings);
    }
}

#[test]
fn two_rows_of_one_file_are_two_people_and_no_event() {
    let csv = "姓名,村,电话,服务队\n周明,东关社区,19900000001,甲队\n周明,东关社区,19900000002,乙队\n";
    let mut book = Book::default();
    // A volunteer has no telephone of his own: the day of approval tells.
    let dated =
        csv.replace("电话", "通过时间").replace("19900000001", "2020-05").replace("19900000002", "2023-06");
    for (kind, csv) in [("person", csv.to_owned()), ("volunteer", dated)] {
        let plan = list(&book, kind, &csv);
        assert_eq!((plan.rows.new, plan.rows.refused), (2, 0), "{kind}: {:?}", plan.findings);
        book.write(&plan);
        let again = list(&book, kind, &csv);
        assert_eq!(again.rows.unchanged, 2, "{kind}: {:?}", again.changes);
    }
    let unclear = "姓名,村,服务队\n吴芳,东关社区,甲队\n吴芳,东关社区,乙队\n";
    let plan = list(&book, "volunteer", unclear);
    assert_eq!(codes(&plan), [found(3, "same_event")]);
    assert!(!plan.findings[0].hint.contains("各自的时间"), "{}", plan.findings[0].hint);
}

/// The same in the register of members as offices keep it.
#[test]
fn two_members_of_one_name_are_two() {
    let head = "姓名,性别,出生日期,联系电话,村,会员类型,入会时间\n";
    let man = format!("{head}周明,男,,,东关社区,个体会员,2019-05\n");
    let mut book = Book::default();
    book.write(&planned(&book, SCOPE, man.as_bytes(), "会员.csv"));
    let woman = format!("{head}周明,女,,,东关社区,个体会员,2019-05\n");
    let plan = planned(&book, SCOPE, woman.as_bytes(), "会员.csv");
    assert_eq!((plan.rows.new, plan.rows.differs), (1, 0), "{:?}", plan.findings);
    book.write(&plan);
    let sexes: Vec<String> = book.of(Kind::Member).map(|(_, member)| text(member, "sex")).collect();
    assert!(sexes.contains(&"male".to_owned()) && sexes.contains(&"female".to_owned()), "{sexes:?}");
    assert_eq!(of(&planned(&book, SCOPE, man.as_bytes(), "会员.csv"), Kind::Member).len(), 0);
}

/// Also where the row of the second has the key that the first one's had in an earlier list.
#[test]
fn a_second_household_of_a_name_has_a_head_of_its_own() {
    let mut book = Book::default();
    let heads = ["19900000001", "19900000002"].map(|phone| {
        let csv = format!("户主,村,电话\n周明,东关社区,{phone}\n");
        let plan = list(&book, "household", &csv);
        let [home, head] = &plan.groups[0].records[..] else { panic!("{:?}", plan.findings) };
        assert_eq!((&home.fields["head"], &head.fields["household"]), (&json!(head.id), &json!(home.id)));
        let id = head.id;
        book.write(&plan);
        assert_eq!(list(&book, "household", &csv).rows.unchanged, 1, "{phone}");
        id
    });
    assert_ne!(heads[0], heads[1]);
}

#[test]
fn no_reference_is_filled_in_beside_anothers_name() {
    let mut book = first(Kind::Household, json!({"head_name": "赵有田"}));
    let (mei, region) = (Uuid::from_u128(2), "340323100001");
    let volunteer = json!({"region": region, "name": "王小梅", "approval": "approved"});
    book.records.insert(mei, (Kind::Volunteer, volunteer.as_object().cloned().unwrap()));
    let csv = "户主,征集日期,谁的心愿,心愿,认领人,预计费用\n赵有田,2026-10-05,赵有田,一辆轮椅,王小梅,300\n";
    let made = list(&book, "wish", csv).groups.remove(0).records.remove(0);
    assert_eq!(made.fields["claimer"], json!(mei));
    for (named, claimer) in [("李小兰", None), ("王 小梅", Some(json!(mei)))] {
        let mut there = (*made.fields).clone();
        there.retain(|field, _| !matches!(field.as_str(), "claimer" | "cost"));
        there.insert("claimed_by".into(), json!(named));
        book.records.insert(made.id, (Kind::Wish, there));
        let plan = list(&book, "wish", csv);
        let filled = &plan.groups[0].records[0].fields;
        assert_eq!((&filled["cost"], filled.get("claimer")), (&json!("300.00"), claimer.as_ref()), "{named}");
    }
}
