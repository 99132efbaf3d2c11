//! Figures over a hand-built book, each rule by name.

use std::collections::BTreeSet;

use crate::office::*;
use serde_json::{Value, json};
use tiexin_domain::id_number::Sex;
use tiexin_domain::nouns::activity::ProjectColumn;
use tiexin_domain::nouns::member::{MemberStructure, Residence};
use tiexin_domain::nouns::person::PersonTag;
use tiexin_domain::nouns::visit::{Presence, VisitKind};
use tiexin_domain::nouns::{Group, Member, Organisation, Policy, Post, Site, Visit};
use tiexin_domain::{Noun, PartialDate, YearHint};
use tiexin_report::{Day, Forms, Month, NoSuchMonth, Rows, askable, figures, records_behind};

#[test]
fn a_month_has_its_first_and_its_last_day() {
    let mut office = Office::new();
    let home = office.save(&household(VILLAGE, "甲"));
    for on in ["2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01"] {
        office.save(&claim(VILLAGE, home, on, 100_050));
    }
    assert_eq!(office.figure("F1", TOWN, &["保险理赔", "例"]), "2");
    assert_eq!(office.figure("F1", TOWN, &["保险理赔", "金额(元)"]), "2001.00");
    let figures =
        figures(&office.book, office.form("F1"), Month::new(2026, 9).unwrap(), &region(TOWN)).unwrap();
    assert_eq!((figures.month.as_str(), figures.figures[2].value.as_str()), ("2026-09", "1"));
}

#[test]
fn a_person_counts_once_in_a_kind_and_once_in_each_kind() {
    let mut office = Office::new();
    let homes = office.save_all(&[household(VILLAGE, "甲"), household(VILLAGE, "乙")]);
    office.save(&visit(VILLAGE, homes[0], "2026-10-05", VisitKind::Routine, &["甲", "甲妻"]));
    office.save(&visit(VILLAGE, homes[0], "2026-10-20", VisitKind::Routine, &["甲 "]));
    office.save(&visit(VILLAGE, homes[0], "2026-10-06", VisitKind::Birthday, &["甲"]));
    // The same name in another household is another person.
    office.save(&visit(VILLAGE, homes[1], "2026-10-07", VisitKind::Routine, &["甲"]));
    // Nobody at home: the household was visited, nobody was met.
    office.save(&visit(VILLAGE, homes[1], "2026-10-08", VisitKind::Festival, &[]));
    assert_eq!(office.figure("F1", TOWN, &routine("户")), "2");
    assert_eq!(office.figure("F1", TOWN, &routine("人")), "3");
    assert_eq!(office.figure("F1", TOWN, &["走访慰问落实", "生日陪伴", "人"]), "1");
    assert_eq!(office.figure("F1", TOWN, &["走访慰问落实", "节日看望", "户"]), "1");
    assert_eq!(office.figure("F1", TOWN, &["走访慰问落实", "节日看望", "人"]), "0");
    assert_eq!(office.behind("F1", TOWN, &routine("人").map(String::from)).len(), 3);
}

#[test]
fn void_records_and_those_of_a_void_household_are_not_counted() {
    let mut office = Office::new();
    let homes = [household(VILLAGE, "甲"), household(VILLAGE, "乙")];
    let ids = office.save_all(&homes);
    let wrong = visit(VILLAGE, ids[0], "2026-10-05", VisitKind::Routine, &["甲"]);
    let wrong_id = office.save(&wrong);
    office.save(&visit(VILLAGE, ids[0], "2026-10-06", VisitKind::Routine, &["甲妻"]));
    office.save(&visit(VILLAGE, ids[1], "2026-10-06", VisitKind::Routine, &["乙"]));
    assert_eq!(office.figure("F1", TOWN, &routine("人")), "3");
    office.void(wrong_id, &wrong);
    assert_eq!(
        (office.figure("F1", TOWN, &routine("户")), office.figure("F1", TOWN, &routine("人"))),
        ("2".into(), "2".into())
    );
    office.void(ids[1], &homes[1]);
    assert_eq!(
        (office.figure("F1", TOWN, &routine("户")), office.figure("F1", TOWN, &routine("人"))),
        ("1".into(), "1".into())
    );
    assert_eq!(office.behind("F1", TOWN, &routine("户").map(String::from)).len(), 1);
}

#[test]
fn counselling_counts_files_and_assessed_persons_apart() {
    let mut office = Office::new();
    let home = office.save(&household(VILLAGE, "甲"));
    office.save(&counselling(VILLAGE, home, "2026-10-02", "甲", true, true));
    office.save(&counselling(VILLAGE, home, "2026-10-09", "甲", true, true));
    office.save(&counselling(VILLAGE, home, "2026-10-16", "甲妻", false, false));
    let got =
        ["户", "人", "建档(份)", "测评(人)"].map(|what| office.figure("F1", TOWN, &["心理健康服务", what]));
    assert_eq!(got, ["1", "2", "2", "1"]);
}

#[test]
fn activities_count_by_project_and_sum_their_people() {
    let mut office = Office::new();
    office.save(&activity(TOWN, "2026-10-02", ProjectColumn::FamilySupport, Some(92)));
    office.save(&activity(VILLAGE, "2026-10-10", ProjectColumn::FamilySupport, Some(56)));
    office.save(&activity(TOWN, "2026-10-31", ProjectColumn::FamilySupport, None));
    office.save(&activity(TOWN, "2026-10-08", ProjectColumn::Rights, Some(21)));
    assert_eq!(office.figure("F1", TOWN, &["服务活动开展", "场"]), "3");
    assert_eq!(office.figure("F1", TOWN, &["服务活动开展", "人"]), "148");
    assert_eq!(office.figure("F4", TOWN, &["计生家庭帮扶", "服务人数"]), "148");
    assert_eq!(office.figure("F4", TOWN, &["权益维护", "活动次数"]), "1");
    assert_eq!(office.figure("F4", TOWN, &["其他", "服务人数"]), "0");
}

#[test]
fn members_stand_at_the_end_of_the_month() {
    let date = |text: &str| Some(PartialDate::parse(text, YearHint::None).unwrap());
    let mut office = Office::new();
    let base = member(VILLAGE, "甲");
    let mut members = vec![base.clone(); 6];
    members[0].sex = Some(Sex::Male);
    members[0].tags = vec![PersonTag::Youth, PersonTag::LostChild];
    members[1].joined = date("2026-10-31");
    // The form divides members twice: one is counted by its structure and by its residence.
    members[1].structure = Some(MemberStructure::Individual);
    members[1].residence = Some(Residence::Resident);
    members[2].joined = date("2026-11-01");
    members[3].joined = date("2016");
    members[3].residence = Some(Residence::Floating);
    members[4].left = date("2026-10-31");
    members[5].left = date("2026-11-01");
    members[5].sex = Some(Sex::Female);
    let ids = office.save_all(&members);
    let got = |path: &[&str]| office.figure("F3", TOWN, path);
    assert_eq!(got(&["会员数量"]), "4");
    assert_eq!((got(&["性别", "男"]), got(&["性别", "女"])), ("1".into(), "1".into()));
    assert_eq!((got(&["会员结构", "个体会员"]), got(&["会员结构", "团体会员"])), ("1".into(), "0".into()));
    assert_eq!((got(&["会员结构", "流动人口"]), got(&["会员结构", "常住人口"])), ("1".into(), "1".into()));
    assert_eq!(
        (got(&["重点服务对象", "青少年"]), got(&["重点服务对象", "育龄人口"])),
        ("1".into(), "0".into())
    );
    let mut behind = office.behind("F3", TOWN, &["会员数量".into()]);
    behind.sort();
    assert_eq!(behind, [ids[0], ids[1], ids[3], ids[5]]);
}

#[test]
fn a_household_met_in_two_villages_is_one_in_its_township() {
    let mut office = Office::new();
    let home = office.save(&household(VILLAGE, "甲"));
    office.save(&visit(VILLAGE, home, "2026-10-05", VisitKind::Routine, &["甲"]));
    office.save(&visit(NEXT_VILLAGE, home, "2026-10-06", VisitKind::Routine, &["甲"]));
    assert_eq!(office.figure("F1", TOWN, &routine("人")), "1");
    assert_eq!(office.figure("F1", NEXT_VILLAGE, &routine("人")), "1");
    // In two townships it stands in both forms, and the county adds the forms up.
    office.save(&visit(FAR_VILLAGE, home, "2026-10-07", VisitKind::Routine, &["甲"]));
    assert_eq!(office.figure("F1", COUNTY, &routine("人")), "2");
}

#[test]
fn a_family_that_was_out_was_not_visited_unless_the_form_says_so() {
    let mut office = Office::new();
    let homes =
        office.save_all(&[household(VILLAGE, "甲"), household(VILLAGE, "乙"), household(VILLAGE, "丙")]);
    let save = |office: &mut Office, home: usize, presence: Presence| {
        let visit = visit(VILLAGE, homes[home], "2026-10-05", VisitKind::Routine, &[]);
        office.save(&Visit { presence, ..visit })
    };
    let met = save(&mut office, 0, Presence::AtHome);
    let out = save(&mut office, 1, Presence::Away);
    let unwilling = save(&mut office, 2, Presence::NotWilling);
    let path = routine("户").map(String::from);
    assert_eq!(office.figure("F1", TOWN, &routine("户")), "2");
    let behind = |office: &Office| office.behind("F1", TOWN, &path).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(behind(&office), [met, unwilling].into());
    let notes = |office: &Office| sheet(office, "F1", TOWN, Rows::Units).notes();
    assert_eq!(notes(&office), ["外出未遇的走访不计入（本期 1 次）"]);
    assert_eq!(
        sheet(&office, "F4", TOWN, Rows::Units).notes(),
        ["本期没有记录：<340323100>"],
        "no visits in it"
    );

    let rule = |office: &mut Office, rule: &str| {
        let folder = tempfile::tempdir().unwrap();
        let mut form: serde_json::Value =
            serde_json::from_str(include_str!("../../../../assets/forms/F1.json")).unwrap();
        form["visits_left_out"] = serde_json::from_str(rule).unwrap();
        std::fs::write(folder.path().join("F1.json"), form.to_string()).unwrap();
        let (forms, faults) = Forms::load(folder.path());
        office.forms = forms;
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(rule(&mut office, "[]").is_empty());
    assert_eq!(office.figure("F1", TOWN, &routine("户")), "3");
    assert_eq!(behind(&office), [met, out, unwilling].into());
    assert_eq!(notes(&office), ["外出未遇的走访也计入"]);
    assert!(rule(&mut office, r#"["away", "not_willing", "at_home"]"#).is_empty());
    assert_eq!(office.figure("F1", TOWN, &routine("户")), "0");
    assert_eq!(notes(&office)[0], "外出未遇、不便见面、在家的走访不计入（本期 3 次）");
    let faults = rule(&mut office, r#"["gone"]"#);
    assert!(
        faults[0].contains("不计入的走访（visits_left_out）应为") && faults[0].contains("away（外出未遇）"),
        "{faults:?}"
    );
}

/// `association.md` §7.1, 17: in May somebody asks how things stood on 31 December. What has changed since is not told,
/// what ended before is.
#[test]
fn organisations_posts_and_members_are_told_as_they_stood() {
    let mut office = Office::new();
    let folder = tempfile::tempdir().unwrap();
    let kinds = ["organisation", "post", "group", "site", "member", "policy"];
    let counts = kinds.map(|of| json!({"name": format!("{of}.all"), "of": of, "count": "records"}));
    let columns = kinds.map(|of| json!({"text": of, "measure": format!("{of}.all")}));
    let form = json!({"code": "F6", "title": "机构队伍", "period": "none", "unit_line": ["{unit}", "{period}"],
        "label": "机构", "columns": columns, "foot": []});
    std::fs::write(folder.path().join("measures.json"), json!(counts).to_string()).unwrap();
    std::fs::write(folder.path().join("F6.json"), form.to_string()).unwrap();
    let (forms, faults) = Forms::load(folder.path());
    assert!(faults.is_empty(), "{faults:?}");
    office.forms = forms;

    let organisation = json!({"name": "东关社区计生协", "kind": "association"});
    told::<Organisation>(
        &mut office,
        &organisation,
        &[json!({"founded": "2010"}), json!({"founded": "2012", "closed_on": "2026-02-02"})],
    );
    let post = json!({"name": "甲", "organisation_name": "东关社区计生协", "post": "council", "staffing": "part_time"});
    let posts = [
        json!({"from": "2022-06"}),
        json!({"from": "2024-01", "until": "2026-05-10"}),
        // Who leaves on that day has left at its end; the next one begins on it.
        json!({"from": "2023-01-01", "until": "2025-12-31"}),
        json!({"from": "2025-12-31"}),
        json!({"from": "2024-03-01", "until": "2025-12-30"}),
        json!({"from": "2026-01-01"}),
    ];
    told::<Post>(&mut office, &post, &posts);
    let groups = [
        json!({"founded": "2018"}),
        json!({"founded": "2018", "closed_on": "2025-12-31"}),
        json!({"founded": "2026-01-05"}),
    ];
    told::<Group>(&mut office, &json!({"name": "一组"}), &groups);
    let sites = [
        json!({"opened": "2020", "closed_on": "2026-03-01"}),
        json!({"opened": "2021-06"}),
        json!({"opened": "2026-02"}),
        json!({"opened": "2019", "closed_on": "2025-07"}),
    ];
    told::<Site>(&mut office, &json!({"name": "会员之家", "kind": "member_home"}), &sites);
    let members = [
        json!({"joined": "2020", "left": "2026-04", "left_why": "moved"}),
        json!({"joined": "2019"}),
        json!({"joined": "2026-05-01"}),
        json!({"joined": "2018", "left": "2025-11", "left_why": "died"}),
    ];
    told::<Member>(&mut office, &json!({"name": "乙", "structure": "individual"}), &members);
    // A policy covers its last day too.
    let policies = [
        json!({"from": "2025-01-01", "to": "2025-12-31"}),
        json!({"from": "2024-12-31", "to": "2025-12-30"}),
        json!({"from": "2026-01-01", "to": "2026-12-31"}),
    ];
    told::<Policy>(&mut office, &json!({"product": "住院护理补贴保险"}), &policies);

    let stood = |year, month| {
        let month = Month::new(year, month).unwrap();
        let figures = figures(&office.book, office.form("F6"), month, &region(TOWN)).unwrap().figures;
        figures.into_iter().map(|figure| figure.value).collect::<Vec<_>>()
    };
    // By hand: both organisations; the first two posts and the one of that day; a group; two sites; two members; a policy.
    assert_eq!(stood(2025, 12), ["2", "3", "1", "2", "2", "1"]);
    // One organisation; the first, fourth and sixth post; two groups; two sites; two members; a policy.
    assert_eq!(stood(2026, 5), ["1", "3", "2", "2", "2", "1"]);
}

/// Records of a village that say the same and each something of its own.
fn told<N: Noun>(office: &mut Office, all: &Value, each: &[Value]) {
    let nouns: Vec<N> = each
        .iter()
        .map(|own| {
            let mut said = all.as_object().unwrap().clone();
            said.extend(own.as_object().unwrap().clone());
            said.insert("region".into(), VILLAGE.into());
            N::from_fields(&said).unwrap()
        })
        .collect();
    office.save_all(&nouns);
}

#[test]
fn no_report_of_a_month_that_has_not_come_or_lies_before_the_book() {
    let mut office = Office::new();
    let month = |year, month| Month::new(year, month).unwrap();
    let ask = |office: &Office, form: &str, of: Month, latest: &str| {
        let day = Day { today: day("2026-11-29"), latest: day(latest) };
        askable(&office.book, office.form(form), of, day).unwrap()
    };
    let today = "2026-11-29";
    // An office that has just begun hands in this month and the last.
    for recent in [month(2026, 11), month(2026, 10)] {
        assert_eq!(ask(&office, "F1", recent, today), Ok(()));
    }
    let nothing = ask(&office, "F1", month(2026, 9), today).unwrap_err();
    assert!(nothing.to_string().starts_with("2026年9月没有记录：本机还没有"), "{nothing}");

    let home = office.save(&household(VILLAGE, "甲"));
    let wrong = survey(VILLAGE, home, "2020-01-05", &["甲"]);
    let wrong_id = office.save(&wrong);
    office.void(wrong_id, &wrong);
    office.save(&visit(VILLAGE, home, "2026-06-30", VisitKind::Routine, &["甲"]));
    let ahead = NoSuchMonth::Ahead { month: month(2026, 12), last: month(2026, 11) };
    let before = NoSuchMonth::Before { month: month(1999, 1), first: month(2026, 6) };
    for form in ["F1", "F4"] {
        assert_eq!(ask(&office, form, month(2026, 12), today), Err(ahead));
        assert_eq!(ask(&office, form, month(1999, 1), today), Err(before));
        assert_eq!(ask(&office, form, month(2026, 6), today), Ok(()));
        assert_eq!(ask(&office, form, month(2026, 8), today), Ok(()), "a month without work is zero");
    }
    assert_eq!(ahead.to_string(), "2026年12月还没有到，请选2026年11月或以前的月份");
    assert_eq!(before.to_string(), "1999年1月还没有记录，最早的记录在2026年6月，请选那个月或以后的月份");
    // A clock that is in doubt refuses nothing that may be true.
    assert_eq!(ask(&office, "F1", month(2027, 3), "2036-11-29"), Ok(()));

    // Members stand; of those whose day is unknown nobody knows since when.
    let mut joined = member(VILLAGE, "甲");
    joined.joined = Some(PartialDate::Year(2016));
    office.save(&joined);
    let before = NoSuchMonth::Before { month: month(1999, 1), first: month(2016, 1) };
    assert_eq!(ask(&office, "F3", month(1999, 1), today), Err(before));
    assert_eq!(ask(&office, "F3", month(2016, 1), today), Ok(()));
    assert_eq!(ask(&office, "F3", month(2026, 12), today), Err(ahead));
    office.save(&member(VILLAGE, "乙"));
    assert_eq!(ask(&office, "F3", month(1999, 1), today), Ok(()));
}

#[test]
fn an_added_form_counts_by_any_field() {
    let folder = tempfile::tempdir().unwrap();
    let form = r#"{"code": "F91", "title": "节日表", "period": "month", "label": "单位",
        "measures": [
            {"name": "spring.persons", "of": "visit", "where": {"festival": ["春节", "元宵"]}, "count": "persons"},
            {"name": "days", "of": "insurance_claim", "count": "sum:days"},
            {"name": "unpaired", "of": "counselling", "where": {"paired": false, "person_name": false}, "count": "records"}
        ],
        "columns": [{"text": "春节", "measure": "spring.persons"}, {"text": "天", "measure": "days"},
            {"text": "未结对", "measure": "unpaired"}, {"text": "户", "measure": "visit.festival.households"}]}"#;
    std::fs::write(folder.path().join("F91.json"), form).unwrap();
    let mut office = Office::new();
    let (forms, faults) = Forms::load(folder.path());
    assert!(faults.is_empty(), "{faults:?}");
    office.forms = forms;
    let home = office.save(&household(VILLAGE, "甲"));
    let mut spring = visit(VILLAGE, home, "2026-10-05", VisitKind::Festival, &["甲", "甲妻"]);
    spring.festival = Some("春节".into());
    let spring_id = office.save(&spring);
    office.save(&visit(VILLAGE, home, "2026-10-06", VisitKind::Festival, &["甲弟"]));
    let mut stay = claim(VILLAGE, home, "2026-10-06", 1);
    stay.days = Some(12);
    office.save(&stay);
    office.save(&counselling(VILLAGE, home, "2026-10-06", "甲", false, false));
    let values: Vec<String> = office.figures("F91", COUNTY).figures.into_iter().map(|f| f.value).collect();
    assert_eq!(values, ["2", "12", "1", "1"]);
    assert_eq!(office.behind("F91", COUNTY, &["春节".into()]), [spring_id]);
    let unknown =
        records_behind(&office.book, office.form("F91"), october(), &region(TOWN), &["没有".into()]);
    assert_eq!(unknown.unwrap_err().to_string(), "这张表没有“没有”这一列");
}

#[test]
fn figures_as_others_script_against_them() {
    let mut office = Office::new();
    let home = office.save(&household(VILLAGE, "甲"));
    office.save(&visit(VILLAGE, home, "2026-10-05", VisitKind::Routine, &["甲"]));
    let json = serde_json::to_value(office.figures("F1", TOWN)).unwrap();
    assert_eq!(
        (&json["form"], &json["month"], &json["region"]),
        (&"F1".into(), &"2026-10".into(), &TOWN.into())
    );
    assert_eq!(
        json["figures"][8],
        serde_json::json!({"path": ["走访慰问落实", "日常走访", "户"], "value": "1"})
    );
}
