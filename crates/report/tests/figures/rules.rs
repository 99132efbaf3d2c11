//! Figures over a hand-built book, each rule by name.

use crate::office::*;
use tiexin_domain::id_number::Sex;
use tiexin_domain::nouns::activity::ProjectColumn;
use tiexin_domain::nouns::member::{MemberStructure, Residence};
use tiexin_domain::nouns::person::PersonTag;
use tiexin_domain::nouns::visit::VisitKind;
use tiexin_domain::{PartialDate, YearHint};
use tiexin_report::{Forms, Month, figures, records_behind, report};

const VILLAGE: &str = "340323100001";
const NEXT_VILLAGE: &str = "340323100002";
const FAR_VILLAGE: &str = "340323104001";

fn routine(what: &str) -> [&str; 3] {
    ["走访慰问落实", "日常走访", what]
}

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
    members[1].structure = Some(MemberStructure::Individual);
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
    assert_eq!((got(&["会员结构", "流动人口"]), got(&["会员结构", "常住人口"])), ("1".into(), "0".into()));
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
fn rows_are_one_for_a_township_and_one_for_each_township_of_a_county() {
    let mut office = Office::new();
    let home = office.save(&household(VILLAGE, "甲"));
    office.save(&household(FAR_VILLAGE, "乙"));
    office.save(&household("340322100001", "丙"));
    office.save(&visit(VILLAGE, home, "2026-10-05", VisitKind::Routine, &["甲"]));
    office.save(&activity(COUNTY, "2026-10-05", ProjectColumn::FamilySupport, Some(7)));
    let rows = |of: &str| {
        let name = |r: &tiexin_domain::RegionCode| format!("<{r}>");
        let sheet = report(&office.book, office.form("F1"), october(), &region(of), name).unwrap();
        assert_eq!(sheet.unit_line, [format!("填报单位：<{of}>"), "填报时间：2026年10月".into()]);
        assert!(sheet.rows.iter().all(|row| row.cells.len() == 20));
        let row =
            |row: &tiexin_report::ReportRow| (row.label.clone(), row.total, row.cells[18].value.clone());
        sheet.rows.iter().map(row).collect::<Vec<_>>()
    };
    let plain = |label: &str, value: &str| (label.to_owned(), false, value.to_owned());
    assert_eq!(rows(TOWN), [plain("<340323100>", "0")]);
    assert_eq!(rows("340323105"), [plain("<340323105>", "0")]);
    // A township without anything in the month stands there with zeros; the county's own record is not lost.
    let county = [plain("<340323>本级", "1"), plain("<340323100>", "0"), plain("<340323104>", "0")];
    assert_eq!(rows(COUNTY)[..3], county);
    assert_eq!(rows(COUNTY)[3..], [("合计".into(), true, "1".into())]);
    let members =
        report(&office.book, office.form("F3"), october(), &region(COUNTY), |r| r.to_string()).unwrap();
    assert_eq!(members.rows.len(), 3, "no empty row of the county itself");
    assert_eq!(rows("3403")[..2], [plain("<340322>", "0"), plain("<340323>", "1")]);
    assert_eq!(rows("34")[..1], [plain("<3403>", "1")]);
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
