//! Both sample townships equal to what another program expects of them.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Value, json};
use tiexin_domain::Kind;
use tiexin_intake::{LedgerPlan, Lookup, Mapping, RefusalCode, Severity, Staged};
use uuid::Uuid;

use crate::book::{Book, fixture, open, plan_with, planned, text};

const TOWNSHIPS: [(&str, &str); 2] = [("340323100", "guyang-2026-10"), ("340323104", "liuji-2026-10")];
const FILES: [&str; 4] = ["special-families.xlsx", "members.xls", "services-2026-10.xlsx", "activities.csv"];

fn expected(folder: &str) -> Value {
    serde_json::from_slice(&fixture(&format!("{folder}/expected.json"))).unwrap()
}

fn file(book: &dyn Lookup, scope: &str, folder: &str, name: &str) -> LedgerPlan {
    planned(book, scope, &fixture(&format!("{folder}/{name}")), name)
}

type Mark = (Option<String>, u32, String);

/// Every expected finding is there; the refused rows are the same; of taken rows every to-do is the same.
fn same_findings(plan: &LedgerPlan, wanted: &Value, with_sheet: bool) {
    let wanted: BTreeSet<Mark> = wanted
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            let sheet = f["sheet"].as_str().map(str::to_owned);
            (sheet, f["row"].as_u64().unwrap() as u32, f["code"].as_str().unwrap().to_owned())
        })
        .collect();
    let sheet = |s: &Option<String>| if with_sheet { s.clone() } else { None };
    let found: BTreeSet<Mark> =
        plan.findings.iter().map(|f| (sheet(&f.sheet), f.row, f.code.as_str().to_owned())).collect();
    let missing: Vec<_> = wanted.difference(&found).collect();
    assert!(missing.is_empty(), "not found: {missing:?}");
    let refused_rows: HashSet<(Option<String>, u32)> = plan
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Refused)
        .map(|f| (sheet(&f.sheet), f.row))
        .collect();
    assert_eq!(refused_rows.len(), plan.rows.refused);
    let too_many: Vec<_> =
        found.difference(&wanted).filter(|(s, row, _)| !refused_rows.contains(&(s.clone(), *row))).collect();
    assert!(too_many.is_empty(), "not expected: {too_many:?}");
    let decisive = |code: &str| {
        !matches!(
            code,
            "id_missing"
                | "id_upgraded"
                | "date_partial"
                | "phone_invalid"
                | "contact_missing"
                | "sex_mismatch"
        )
    };
    let wanted_refused: HashSet<(Option<String>, u32)> =
        wanted.iter().filter(|(_, _, c)| decisive(c)).map(|(s, r, _)| (s.clone(), *r)).collect();
    assert_eq!(refused_rows, wanted_refused);
    for finding in &plan.findings {
        assert!(!finding.hint.is_empty() && !finding.column.is_empty(), "{finding:?}");
    }
}

fn count(book: &Book, kind: Kind, wanted: impl Fn(&tiexin_domain::Fields) -> bool) -> u64 {
    book.of(kind).filter(|(_, f)| wanted(f)).count() as u64
}

#[test]
fn special_families_are_as_expected() {
    for (scope, folder) in TOWNSHIPS {
        let expected = &expected(folder)["special_families"];
        let mut book = Book::default();
        let plan = file(&book, scope, folder, FILES[0]);
        assert_eq!(plan.data_rows as u64, expected["data_rows"].as_u64().unwrap());
        assert_eq!(plan.rows.taken() as u64, expected["imported"].as_u64().unwrap());
        assert_eq!(plan.rows.refused, expected["refused_rows"].as_array().unwrap().len());
        same_findings(&plan, &expected["findings"], false);
        book.write(&plan);
        let mut files: Vec<Value> = book
            .of(Kind::SupportFile)
            .map(|(_, f)| {
                let household: Uuid = text(f, "household").parse().unwrap();
                let person = |relation: &str| {
                    book.of(Kind::Person)
                        .find(|(_, p)| {
                            text(p, "household") == household.to_string() && text(p, "relation") == relation
                        })
                        .map(|(_, p)| p.clone())
                        .unwrap()
                };
                let (husband, wife) = (person("head"), person("spouse"));
                assert_eq!(text(f, "phone"), text(&book.records[&household].1, "phone"));
                json!({
                    "code": f["code"], "village": f["region"],
                    "category": if f["category"] == "death" { "死亡" } else { "伤残" },
                    "loss": f["loss_date"], "phone": f.get("phone"),
                    "husband": husband["name"], "husband_id": husband.get("id_number"),
                    "wife": wife["name"], "wife_id": wife.get("id_number"),
                })
            })
            .collect();
        files.sort_by_key(|f| f["code"].as_str().unwrap().to_owned());
        let mut wanted = expected["files"].as_array().unwrap().clone();
        wanted.sort_by_key(|f| f["code"].as_str().unwrap().to_owned());
        assert_eq!(files, wanted);
    }
}

#[test]
fn members_are_as_expected() {
    for (scope, folder) in TOWNSHIPS {
        let expected = &expected(folder)["members"];
        let mut book = Book::default();
        let plan = file(&book, scope, folder, FILES[1]);
        assert_eq!(plan.data_rows as u64, expected["data_rows"].as_u64().unwrap());
        assert_eq!(plan.rows.taken() as u64, expected["imported"].as_u64().unwrap());
        same_findings(&plan, &expected["findings"], false);
        book.write(&plan);
        let members =
            |field: &str, value: &str| count(&book, Kind::Member, |f| f.get(field) == Some(&json!(value)));
        let tagged = |tag: &str| {
            count(&book, Kind::Member, |f| {
                f.get("tags").is_some_and(|t| t.as_array().unwrap().contains(&json!(tag)))
            })
        };
        let f3 = json!({
            "个体": members("structure", "individual"), "团体": members("structure", "unit"),
            "流动": members("residence", "floating"), "常住": members("residence", "resident"),
            "男": members("sex", "male"), "女": members("sex", "female"),
            "失独": tagged("lost_child"), "育龄": tagged("childbearing"), "青少年": tagged("youth"),
        });
        assert_eq!(f3, expected["f3"]);
        assert_eq!(count(&book, Kind::Volunteer, |_| true), expected["volunteers"].as_u64().unwrap());
        assert_eq!(count(&book, Kind::Person, |_| true), expected["imported"].as_u64().unwrap());
    }
}

#[test]
fn services_find_the_families_of_the_file_before() {
    for (scope, folder) in TOWNSHIPS {
        let expected = expected(folder);
        let services = &expected["services"];
        let mut book = Book::default();
        let families = file(&book, scope, folder, FILES[0]);
        // Once over a written book, once over a plan that is not written: the same plan.
        let mut staged = Staged::over(&book);
        staged.stage(&families);
        let previewed = file(&staged, scope, folder, FILES[2]);
        book.write(&families);
        let plan = file(&book, scope, folder, FILES[2]);
        assert_eq!(serde_json::to_value(&previewed).unwrap(), serde_json::to_value(&plan).unwrap());

        same_findings(&plan, &services["findings"], true);
        let rows = |kind: &str, n: fn(&tiexin_intake::SheetReport) -> usize| {
            plan.sheets.iter().filter(|s| s.kind.is_some_and(|k| k.as_str() == kind)).map(n).sum::<usize>()
                as u64
        };
        assert_eq!(rows("visits", |s| s.data_rows), services["visit_rows"].as_u64().unwrap());
        assert_eq!(rows("visits", |s| s.rows.taken()), services["visits_imported"].as_u64().unwrap());
        book.write(&plan);
        for (kind, key) in [
            (Kind::NeedSurvey, "surveys"),
            (Kind::InsuranceClaim, "claims"),
            (Kind::Counselling, "counselling"),
        ] {
            assert_eq!(count(&book, kind, |_| true), services[key].as_u64().unwrap(), "{key}");
        }
        same_f1(&book, &expected["f1"]);
    }
}

/// 户 are different households, 人 different persons, counted here from the written records alone.
fn same_f1(book: &Book, f1: &Value) {
    let households = |kind: Kind, wanted: &dyn Fn(&tiexin_domain::Fields) -> bool| {
        book.of(kind)
            .filter(|(_, f)| wanted(f))
            .map(|(_, f)| text(f, "household"))
            .collect::<HashSet<_>>()
            .len()
    };
    let people = |kind: Kind, field: &str, wanted: &dyn Fn(&tiexin_domain::Fields) -> bool| {
        let refs = |f: &tiexin_domain::Fields| match f.get(field) {
            Some(Value::Array(list)) => list.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        let all = book.of(kind).filter(|(_, f)| wanted(f)).flat_map(|(_, f)| refs(f));
        all.map(|p| p["person"].as_str().unwrap_or_else(|| panic!("{p} is nobody's record")).to_owned())
            .collect::<HashSet<_>>()
            .len()
    };
    for (label, code) in [
        ("日常走访", "routine"),
        ("节日看望", "festival"),
        ("生日陪伴", "birthday"),
        ("住院探望", "hospital"),
        ("突发事件", "emergency"),
    ] {
        let is = |f: &tiexin_domain::Fields| f["kind"] == code;
        assert_eq!(
            json!([households(Kind::Visit, &is), people(Kind::Visit, "met", &is)]),
            f1[label],
            "{label}"
        );
    }
    let all = |_: &tiexin_domain::Fields| true;
    let surveys = json!([households(Kind::NeedSurvey, &all), people(Kind::NeedSurvey, "persons", &all)]);
    assert_eq!(surveys, f1["需求调查"]);
    let said = |field: &'static str| count(book, Kind::Counselling, |f| f.get(field) == Some(&json!(true)));
    let counselling = json!([
        households(Kind::Counselling, &all),
        people(Kind::Counselling, "person", &all),
        said("file_opened"),
        said("assessed")
    ]);
    assert_eq!(counselling, f1["心理健康服务"]);
    let paid: tiexin_domain::Fen = book
        .of(Kind::InsuranceClaim)
        .map(|(_, f)| tiexin_domain::Fen::parse(&text(f, "amount")).unwrap())
        .sum();
    assert_eq!(json!([count(book, Kind::InsuranceClaim, |_| true), paid.to_string()]), f1["保险理赔"]);
}

#[test]
fn activities_are_as_expected() {
    for (scope, folder) in TOWNSHIPS {
        let expected = &expected(folder)["activities"];
        let mut book = Book::default();
        let plan = file(&book, scope, folder, FILES[3]);
        assert_eq!((plan.data_rows, plan.rows.refused), (24, 0));
        assert!(plan.findings.is_empty());
        book.write(&plan);
        for (label, figures) in expected["f4"].as_object().unwrap() {
            let project = tiexin_domain::nouns::activity::ProjectColumn::from_label(label).unwrap();
            let of: Vec<_> =
                book.of(Kind::Activity).filter(|(_, f)| f["project"] == project.code()).collect();
            let people: u64 = of.iter().map(|(_, f)| f["headcount"].as_u64().unwrap()).sum();
            assert_eq!(json!([of.len(), people]), *figures, "{label}");
            assert!(of.iter().all(|(_, f)| text(f, "region").len() == 12 && f["start"] != f["end"]));
        }
    }
}

/// Families, members and activities of one township are all refused where another's ledgers are imported.
#[test]
fn another_township_s_activities_are_refused_as_its_families_are() {
    let ((scope, _), (_, other)) = (TOWNSHIPS[0], TOWNSHIPS[1]);
    let plan = file(&Book::default(), scope, other, FILES[3]);
    assert_eq!((plan.data_rows, plan.rows.refused, plan.groups.len()), (24, 24, 0));
    assert!(plan.findings.iter().all(|found| found.code.as_str() == "region_unknown"));
    // What the township itself did elsewhere is told by a column of its own.
    let own = "活动名称,项目,开始时间,地点,村（社区）,参加人数\n\
        义诊,健康服务,2026-10-12 09:00,城东社区,镇里,30\n宣传,宣传教育,2026-10-13 09:00,李庄村文化广场,,30\n\
        座谈,其他,2026-10-14 09:00,城东社区,,30\n";
    let plan = planned(&Book::default(), scope, own.as_bytes(), "x.csv");
    let refused: Vec<u32> =
        plan.findings.iter().filter(|f| f.severity == Severity::Refused).map(|f| f.row).collect();
    assert_eq!((refused, plan.rows.taken()), (vec![4], 2));
}

#[test]
fn the_same_files_again_add_nothing() {
    let (scope, folder) = TOWNSHIPS[0];
    let mut book = Book::default();
    for name in FILES {
        let plan = file(&book, scope, folder, name);
        book.write(&plan);
    }
    // What was edited on the desk in between stays.
    let edited = *book.of(Kind::SupportFile).next().unwrap().0;
    book.records.get_mut(&edited).unwrap().1.insert("phone".into(), json!("19900000001"));
    let before = book.records.clone();
    for name in FILES {
        let plan = file(&book, scope, folder, name);
        assert_eq!(plan.groups.len(), 0, "{name}");
        assert_eq!(plan.rows.unchanged + plan.rows.differs, plan.rows.taken(), "{name}");
        assert_eq!(plan.rows.differs, usize::from(name == FILES[0]), "{name}");
        book.write(&plan);
    }
    assert_eq!(book.records, before);
}

#[test]
fn persons_are_shared_whichever_ledger_comes_first() {
    let (scope, folder) = TOWNSHIPS[0];
    let ids = |order: [usize; 2]| {
        let mut book = Book::default();
        for at in order {
            let plan = file(&book, scope, folder, FILES[at]);
            book.write(&plan);
        }
        book.of(Kind::Person).map(|(id, _)| *id).collect::<BTreeSet<_>>()
    };
    assert_eq!(ids([0, 1]), ids([1, 0]));
}

#[test]
fn a_county_finds_the_township_by_the_title() {
    for (scope, folder) in TOWNSHIPS {
        let book = Book::default();
        let own = file(&book, scope, folder, FILES[0]);
        let county = file(&book, "340323", folder, FILES[0]);
        assert_eq!(serde_json::to_value(&own.groups).unwrap(), serde_json::to_value(&county.groups).unwrap());
    }
}

#[test]
fn planning_can_be_watched_and_stopped() {
    let workbook = open(&fixture("guyang-2026-10/members.xls"), "members.xls");
    let book = Book::default();
    let seen = std::cell::RefCell::new(Vec::new());
    let watch = |p: tiexin_intake::Progress| {
        seen.borrow_mut().push(p.done);
        p.done < 1000
    };
    let context = tiexin_intake::ImportContext {
        scope: "340323100".parse().unwrap(),
        today: Some(crate::book::day(2026, 11, 2)),
        latest: crate::book::day(2026, 11, 2),
        kind: None,
        mapping: &Mapping::default(),
        lookup: &book,
        ids: &tiexin_intake::stable_id,
        watch: Some(&watch),
    };
    let stopped = tiexin_intake::plan(&workbook, &context).unwrap_err();
    assert_eq!(stopped.code, RefusalCode::Cancelled);
    assert_eq!(*seen.borrow(), [256, 512, 768, 1024]);
    assert!(plan_with(&book, "340323100", &Mapping::default(), &workbook).rows.taken() > 2900);
}
