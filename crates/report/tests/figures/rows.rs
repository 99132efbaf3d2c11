//! The rows of a form over units, its total, and what stands below.

use crate::office::*;
use tiexin_domain::nouns::activity::ProjectColumn;
use tiexin_domain::nouns::visit::VisitKind;
use tiexin_report::{ReportRow, Rows, Sheet, Standing};
use tiexin_store::Regions;

#[track_caller]
fn row<'a>(sheet: &'a Sheet, label: &str) -> &'a ReportRow {
    sheet.rows.iter().find(|row| row.label == label).unwrap_or_else(|| panic!("{label}: {:?}", labels(sheet)))
}

fn labels(sheet: &Sheet) -> Vec<&str> {
    sheet.rows.iter().map(|row| row.label.as_str()).collect()
}

#[test]
fn rows_are_one_for_a_township_and_one_for_each_township_of_a_county() {
    let mut office = Office::new();
    let home = office.save(&household(VILLAGE, "甲"));
    office.save(&household(FAR_VILLAGE, "乙"));
    office.save(&household("340322100001", "丙"));
    office.save(&visit(VILLAGE, home, "2026-10-05", VisitKind::Routine, &["甲"]));
    office.save(&activity(COUNTY, "2026-10-05", ProjectColumn::FamilySupport, Some(7)));
    // Activities, then visits.
    let rows = |of: &str| {
        let sheet = sheet(&office, "F1", of, Rows::Units);
        assert_eq!(sheet.unit_line, [format!("填报单位：<{of}>"), "填报时间：2026年10月".into()]);
        assert!(sheet.rows.iter().all(|row| row.cells.len() == 20));
        sheet
    };
    assert_eq!(labels(&rows(TOWN)), ["<340323100>"]);
    assert_eq!(labels(&rows("340323105")), ["<340323105>"]);

    // The county's own record is not lost; every township has a row.
    let county = rows(COUNTY);
    let townships = Regions::anhui().of_level(&region(COUNTY), tiexin_domain::Level::Township);
    let mut want = vec![format!("<{COUNTY}>本级")];
    want.extend(townships.iter().map(|code| format!("<{code}>")));
    want.push("合计".into());
    assert_eq!(labels(&county), want);
    let activities = |label: &str| row(&county, label).cells[18].value.as_str();
    assert_eq!((activities("<340323>本级"), activities("<340323100>"), activities("合计")), ("1", "0", "1"));
    assert!(county.rows.last().is_some_and(|row| row.total && row.region == region(COUNTY)));
    let members = sheet(&office, "F3", COUNTY, Rows::Units);
    assert_eq!(members.rows.len(), townships.len() + 1, "no empty row of the county itself");

    // The sums of a city and of the province.
    let city = rows("3403");
    assert_eq!(
        (row(&city, "<340322>").cells[18].value.as_str(), row(&city, "<340323>").cells[18].value.as_str()),
        ("0", "1")
    );
    assert_eq!(row(&rows("34"), "<3403>").cells[18].value, "1");
}

#[test]
fn a_unit_without_anything_has_a_row_that_says_why() {
    let mut office = Office::new();
    let home = office.save(&household(VILLAGE, "甲"));
    office.save(&household(FAR_VILLAGE, "乙"));
    office.save(&visit(VILLAGE, home, "2026-10-05", VisitKind::Routine, &["甲"]));
    let county = sheet(&office, "F1", COUNTY, Rows::Units);
    let standing = |label: &str| row(&county, label).standing;
    assert_eq!(standing("<340323100>"), Standing::Figures);
    assert_eq!(standing("<340323104>"), Standing::Nothing, "families, but no work in the month");
    assert_eq!(standing("<340323105>"), Standing::NoRecords);
    assert!(
        row(&county, "<340323105>").cells.iter().all(|cell| ["0", "0.00"].contains(&cell.value.as_str()))
    );
    assert_eq!(row(&county, "<340323100>").hint(), None);
    assert_eq!(row(&county, "<340323104>").hint().as_deref(), Some("本期没有记录"));
    let notes = county.notes();
    assert!(notes.contains(&"本期没有记录：<340323104>".to_owned()), "{notes:?}");
    let empty = notes.iter().find(|note| note.starts_with("还没有任何数据：")).unwrap();
    assert!(empty.contains("<340323105>") && !empty.contains("<340323100>"), "{empty}");

    // A city sees which of its counties has townships without a figure.
    let city = sheet(&office, "F1", "3403", Rows::Units);
    let of_county = row(&city, "<340323>");
    let townships = Regions::anhui().of_level(&region(COUNTY), tiexin_domain::Level::Township).len() as u32;
    assert_eq!((of_county.standing, of_county.below), (Standing::Figures, Some((townships, townships - 1))));
    assert_eq!(row(&city, "<340322>").standing, Standing::NoRecords);
    let partly = format!("有乡镇没有数：<340323>（{townships} 个中 {} 个）", townships - 1);
    assert!(city.notes().contains(&partly), "{:?}", city.notes());
}

#[test]
fn a_township_by_village_has_each_of_them_and_its_own_total() {
    let mut office = Office::new();
    let homes = office.save_all(&[household(VILLAGE, "甲"), household(NEXT_VILLAGE, "乙")]);
    office.save(&visit(VILLAGE, homes[0], "2026-10-05", VisitKind::Routine, &["甲"]));
    // The family moved within the township: one household of the township, one of each village.
    office.save(&visit(NEXT_VILLAGE, homes[0], "2026-10-25", VisitKind::Routine, &["甲"]));
    office.save(&activity(TOWN, "2026-10-05", ProjectColumn::FamilySupport, Some(7)));
    let town = sheet(&office, "F1", TOWN, Rows::Villages);
    let villages = Regions::anhui().children(&region(TOWN));
    assert_eq!(town.rows.len(), villages.len() + 2, "{:?}", labels(&town));
    let homes = |label: &str| row(&town, label).cells[8].value.as_str();
    assert_eq!([homes("<340323100001>"), homes("<340323100002>"), homes("合计")], ["1", "1", "1"]);
    assert_eq!(row(&town, "<340323100>本级").cells[18].value, "1");
    assert_eq!(town.rows.last().unwrap().cells, sheet(&office, "F1", TOWN, Rows::Units).rows[0].cells);
    // Other regions have their rows as ever.
    assert_eq!(sheet(&office, "F1", VILLAGE, Rows::Villages).rows.len(), 1);
    assert_eq!(sheet(&office, "F1", COUNTY, Rows::Villages), sheet(&office, "F1", COUNTY, Rows::Units));
}

/// A family that moved within the month counts in both townships; the county's total says so.
#[test]
fn a_total_says_that_it_holds_a_family_twice() {
    let mut office = Office::new();
    let homes = office.save_all(&[household(VILLAGE, "甲"), household(VILLAGE, "乙")]);
    office.save(&visit(VILLAGE, homes[0], "2026-10-05", VisitKind::Routine, &["甲"]));
    office.save(&visit(VILLAGE, homes[1], "2026-10-06", VisitKind::Routine, &["乙"]));
    let told = |office: &Office, region: &str, rows| {
        sheet(office, "F1", region, rows)
            .notes()
            .into_iter()
            .filter(|note| note.contains("不止一个乡镇"))
            .count()
    };
    assert_eq!(told(&office, COUNTY, Rows::Units), 0);
    office.save(&visit(FAR_VILLAGE, homes[0], "2026-10-25", VisitKind::Routine, &["甲"]));
    office.save(&visit(NEXT_VILLAGE, homes[1], "2026-10-26", VisitKind::Routine, &["乙"]));
    assert_eq!(office.figure("F1", COUNTY, &routine("户")), "3");
    let notes = sheet(&office, "F1", COUNTY, Rows::Units).notes();
    assert!(notes.iter().any(|note| note.starts_with("有 1 户本期在不止一个乡镇")), "{notes:?}");
    // Of one township alone, and of its villages, a family counts once.
    assert_eq!(told(&office, TOWN, Rows::Units) + told(&office, TOWN, Rows::Villages), 0);
}
