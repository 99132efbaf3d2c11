//! Reports beside the figures themselves: which months, which units, who signs.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use calamine::{Data, Reader};
use tiexin_contract::ErrorCode;
use tiexin_contract::family::RecordVisit;
use tiexin_contract::report::{ExportReport, FigureRecords, GetReport, ReportSheet, SignForms, UnitStanding};
use tiexin_contract::session::{SignIn, SignOut};
use tiexin_domain::nouns::Visit;
use tiexin_domain::nouns::visit::Presence;
use tiexin_store::Book;
use uuid::Uuid;

use crate::office::{Office, PASSWORD, TOWNSHIP, VILLAGE, day};

const COUNTY: &str = "340323";

fn ask(month: &str, region: &str) -> GetReport {
    GetReport::of("F1", month, region.parse().unwrap())
}

fn export(month: &str, region: &str) -> ExportReport {
    ExportReport {
        form: "F1".into(),
        month: month.into(),
        region: region.parse().unwrap(),
        by_village: false,
        path: None,
    }
}

/// A visit of 2026-10-05 to a family of the township.
async fn visited(office: &Office, head: &str, presence: Presence) {
    let household = office.family(head, |_| {}).await;
    let visit = Visit::routine(VILLAGE.parse().unwrap(), household, head, day(2026, 10, 5));
    let visit = Visit { presence, visitors: vec!["王丽".into()], ..visit };
    office.ok(RecordVisit { id: None, visit }).await;
}

fn row<'a>(sheet: &'a ReportSheet, label: &str) -> &'a tiexin_contract::report::ReportRow {
    sheet.rows.iter().find(|row| row.label == label).unwrap_or_else(|| panic!("{label}"))
}

fn signing(words: &[(&str, &str)]) -> SignForms {
    SignForms { signed: words.iter().map(|(word, text)| ((*word).into(), (*text).into())).collect() }
}

#[tokio::test]
async fn a_month_that_has_not_come_or_lies_before_the_book_is_refused_everywhere() {
    let office = Office::township(day(2026, 11, 29)).await;
    visited(&office, "张三", Presence::AtHome).await;
    for (month, code, said) in [
        ("2026-12", "month_ahead", "2026年12月还没有到，请选2026年11月或以前的月份。"),
        ("2099-01", "month_ahead", "2099年1月还没有到，请选2026年11月或以前的月份。"),
        ("1999-01", "month_before", "1999年1月还没有记录，最早的记录在2026年10月，请选那个月或以后的月份。"),
        ("2026-13", "month_invalid", "月份应写成如 2026-10，请重新选择"),
    ] {
        let path = vec!["走访慰问落实".into(), "日常走访".into(), "户".into()];
        let region = TOWNSHIP.parse().unwrap();
        let behind = FigureRecords { form: "F1".into(), month: month.into(), region, path, limit: 10 };
        let refused = [
            office.refused(ask(month, TOWNSHIP)).await,
            office.refused(export(month, TOWNSHIP)).await,
            office.refused(behind).await,
        ];
        for error in refused {
            assert_eq!((error.code, error.about("month")), (ErrorCode::Invalid, Some(said)));
            assert_eq!(error.problems[0].code, code);
        }
    }
    assert_eq!(office.ok(ask("2026-10", TOWNSHIP)).await.rows[0].cells[8].value, "1");
    assert_eq!(office.ok(ask("2026-11", TOWNSHIP)).await.rows[0].standing, UnitStanding::Nothing);
}

#[tokio::test]
async fn an_empty_unit_is_told_apart_by_what_the_desk_can_know() {
    let office = Office::of(COUNTY, day(2026, 10, 31)).await;
    visited(&office, "张三", Presence::Away).await;
    visited(&office, "李四", Presence::AtHome).await;
    let sheet = office.ok(ask("2026-10", COUNTY)).await;
    assert_eq!(row(&sheet, "谷阳镇").standing, UnitStanding::Figures);
    assert_eq!(row(&sheet, "刘集镇").standing, UnitStanding::NoRecords, "a book alone knows no more");
    assert_eq!(row(&sheet, "刘集镇").hint.as_deref(), Some("还没有任何数据"));
    assert_eq!(sheet.notes[0], "外出未遇的走访不计入（本期 1 次）");
    assert!(sheet.notes[1].starts_with("还没有任何数据：") && sheet.notes[1].contains("刘集镇"));

    behind(&office, |book| book.enrolled(Uuid::from_u128(7), "https://province", "x", None).unwrap()).await;
    let sheet = office.ok(ask("2026-10", COUNTY)).await;
    assert_eq!(row(&sheet, "刘集镇").standing, UnitStanding::NotRead);
    behind(&office, |book| {
        book.set_access(Some("1")).unwrap();
        book.set_last_round(0).unwrap();
    })
    .await;
    let sheet = office.ok(ask("2026-10", COUNTY)).await;
    assert_eq!(row(&sheet, "刘集镇").standing, UnitStanding::NeverSent);
    assert_eq!(row(&sheet, "谷阳镇").standing, UnitStanding::Figures);
    let city = office.refused(ask("2026-10", "3403")).await;
    assert_eq!(city.code, ErrorCode::NoRight, "only what the user may read has rows");

    let file = office.ok(export("2026-10", COUNTY)).await.base64.unwrap();
    let cells = texts(&STANDARD.decode(file).unwrap());
    assert!(cells.iter().any(|text| text == "刘集镇"), "{cells:?}");
    let note = cells.iter().find(|text| text.starts_with("说明：没有报来过数据：")).unwrap();
    assert!(note.contains("刘集镇") && !note.contains("谷阳镇"));
}

#[tokio::test]
async fn who_signs_is_kept_and_stands_on_the_export() {
    let office = Office::township(day(2026, 10, 31)).await;
    visited(&office, "张三", Presence::AtHome).await;
    let sheet = office.ok(ask("2026-10", TOWNSHIP)).await;
    assert_eq!(sheet.foot, ["单位负责人", "审核人", "填表人", "联系电话"]);
    assert_eq!(sheet.signed, ["", "", "王丽", ""], "whoever is signed in fills it in");

    office.ok(signing(&[("审核人", " 赵镇长 "), ("联系电话", "0552-6010000")])).await;
    let want = ["", "赵镇长", "王丽", "0552-6010000"];
    assert_eq!(office.ok(ask("2026-10", TOWNSHIP)).await.signed, want);
    assert_eq!(office.ok(GetReport::of("F4", "2026-10", TOWNSHIP.parse().unwrap())).await.signed, want);
    let file = office.ok(export("2026-10", TOWNSHIP)).await.base64.unwrap();
    let cells = texts(&STANDARD.decode(file).unwrap());
    for text in ["单位负责人：", "审核人：赵镇长", "填表人：王丽", "联系电话：0552-6010000"]
    {
        assert!(cells.iter().any(|cell| cell == text), "{text}: {cells:?}");
    }

    // What is taken away stays away; what does not fit is refused whole.
    office.ok(signing(&[("填表人", ""), ("联系电话", "")])).await;
    let long = signing(&[("审核人", "王"), ("填表人", &"长".repeat(31))]);
    assert!(office.refused(long).await.about("signed").unwrap().contains("最多写 30 个字"));
    behind(&office, |_| {}).await;
    assert_eq!(office.ok(ask("2026-10", TOWNSHIP)).await.signed, ["", "赵镇长", "", ""]);
}

#[tokio::test]
async fn a_township_is_listed_by_village() {
    let office = Office::township(day(2026, 10, 31)).await;
    visited(&office, "张三", Presence::AtHome).await;
    let by_village = GetReport { by_village: true, ..ask("2026-10", TOWNSHIP) };
    let sheet = office.ok(by_village).await;
    assert!(sheet.rows.len() > 10, "{}", sheet.rows.len());
    let figures: BTreeMap<&str, &str> =
        sheet.rows.iter().map(|row| (row.label.as_str(), row.cells[8].value.as_str())).collect();
    assert_eq!((figures["东关社区"], figures["合计"]), ("1", "1"));
    assert_eq!(
        sheet.rows.iter().filter(|row| row.standing == UnitStanding::NoRecords).count(),
        sheet.rows.len() - 2
    );
    let file = office.ok(ExportReport { by_village: true, ..export("2026-10", TOWNSHIP) }).await;
    let cells = texts(&STANDARD.decode(file.base64.unwrap()).unwrap());
    assert!(cells.iter().any(|text| text == "东关社区"));
}

/// All texts of the first sheet.
fn texts(bytes: &[u8]) -> Vec<String> {
    let mut book = calamine::open_workbook_auto_from_rs(std::io::Cursor::new(bytes.to_vec())).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let text = |cell: &Data| if let Data::String(text) = cell { Some(text.clone()) } else { None };
    sheet.rows().flatten().filter_map(text).collect()
}

/// Does something to the book while nobody is at the desk.
async fn behind(office: &Office, act: impl FnOnce(&Book)) {
    office.ok(SignOut {}).await;
    let folder: &Path = office.folder.path();
    let (book, _) = Book::unlock(folder, "wangli", &PASSWORD.into(), 0).unwrap();
    act(&book);
    drop(book);
    office.ok(SignIn { name: "wangli".into(), password: PASSWORD.into() }).await;
}
