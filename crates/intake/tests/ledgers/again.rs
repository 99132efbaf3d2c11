//! Ledgers read again: what the book lacks is filled, what differs is told, nothing is doubled in silence.

use serde_json::{Value, json};
use tiexin_domain::Kind;
use tiexin_intake::{Intent, LedgerPlan, NoticeCode, Voided};

use crate::book::{Book, planned, text};
use crate::variations::{SCOPE, codes, found, of, texts, xlsx};

const HEAD: &[&str] = &[
    "村",
    "信息编码",
    "类别",
    "男方姓名",
    "男方身份证",
    "女方姓名",
    "女方身份证",
    "联系电话",
    "村联系人",
    "镇联系人",
];
const FAMILY: &[&str] = &[
    "东关社区",
    "3403231000901",
    "死亡",
    "熊国学",
    "340399197309166454",
    "白梅霞",
    "340399196512210428",
    "19900002580",
    "刘素月",
    "龙建",
];

fn families(rows: &[&[&str]]) -> Vec<u8> {
    let rows: Vec<&[&str]> = std::iter::once(HEAD).chain(rows.iter().copied()).collect();
    xlsx(&[("台账", &|sheet| texts(sheet, 0, &rows))])
}

fn with(at: usize, value: &'static str) -> Vec<&'static str> {
    let mut row = FAMILY.to_vec();
    row[at] = value;
    row
}

fn plan(book: &Book, bytes: &[u8]) -> LedgerPlan {
    planned(book, SCOPE, bytes, "台账.xlsx")
}

fn book_with(row: &[&str]) -> Book {
    let mut book = Book::default();
    let first = plan(&book, &families(&[row]));
    assert_eq!((first.rows.new, first.rows.refused), (1, 0), "{:?}", first.findings);
    book.write(&first);
    book
}

/// (field, what the book has, what the ledger says)
fn changes(plan: &LedgerPlan) -> Vec<(&str, &Value, &Value)> {
    plan.changes.iter().map(|c| (c.field.as_str(), &c.old, &c.new)).collect()
}

#[test]
fn what_the_book_lacks_is_filled() {
    let mut book = book_with(&with(4, ""));
    let again = plan(&book, &families(&[FAMILY]));
    assert_eq!((again.rows.filled, again.rows.taken(), again.rows.differs), (1, 1, 0));
    let filled: Vec<&str> = again.changes.iter().map(|c| c.field.as_str()).collect();
    assert!(filled.contains(&"id_number") && again.changes.iter().all(|c| c.old.is_null()), "{filled:?}");
    assert!(again.groups.iter().flat_map(|g| &g.records).all(|r| r.intent == Intent::Fill));
    book.write(&again);
    assert_eq!(book.of(Kind::Person).count(), 2);
    let once_more = plan(&book, &families(&[FAMILY]));
    assert_eq!((once_more.rows.unchanged, once_more.groups.len(), once_more.changes.len()), (1, 0, 0));
}

#[test]
fn what_differs_is_told_and_left() {
    let book = book_with(FAMILY);
    let again = plan(&book, &families(&[&with(7, "19900002581")]));
    assert_eq!((again.rows.differs, again.groups.len()), (1, 0));
    // The number stands in the household and in its file.
    let (old, new) = (json!("19900002580"), json!("19900002581"));
    assert_eq!(changes(&again), [("phone", &old, &new), ("phone", &old, &new)]);
    // One cell, one finding.
    assert_eq!(codes(&again), [found(2, "differs")]);
}

#[test]
fn a_family_typed_by_hand_is_found_by_names_and_not_doubled() {
    for (code, findings) in [("3403231000901", 0), ("", 0)] {
        let mut book = book_with(FAMILY);
        // As if typed: ids of its own, no code.
        let file = *book.of(Kind::SupportFile).next().unwrap().0;
        book.records.get_mut(&file).unwrap().1.remove("code");
        let mut row = FAMILY.to_vec();
        (row[1], row[4], row[6]) = (code, "", "");
        let again = plan(&book, &families(&[&row]));
        let told = again.findings.iter().filter(|f| f.code.as_str() == "matched_by_name").count();
        assert_eq!((again.rows.taken(), again.rows.new, told), (1, 0, findings), "{:?}", again.findings);
        assert_eq!(again.rows.filled, usize::from(!code.is_empty()));
    }
    // Of the spouse nothing is said: taken for the same, and told.
    let book = book_with(FAMILY);
    let mut row = FAMILY.to_vec();
    (row[1], row[4], row[5], row[6]) = ("", "", "", "");
    let again = plan(&book, &families(&[&row]));
    assert_eq!(again.rows.new, 0);
    assert!(codes(&again).contains(&found(2, "matched_by_name")));
    // Another spouse is another family.
    row[5] = "戴春凤";
    // The telephone of the other one would make it doubtful.
    row[7] = "19900002599";
    let other = plan(&book, &families(&[&row]));
    assert_eq!(other.rows.new, 1);
}

#[test]
fn code_and_number_of_two_families_wait() {
    let mut book = book_with(FAMILY);
    let second = [
        "孟庄社区",
        "3403231000902",
        "伤残",
        "廖长",
        "340399195010212031",
        "龚华桂",
        "340399194807259449",
        "无",
        "",
        "",
    ];
    let more = plan(&book, &families(&[&second]));
    book.write(&more);
    let mut mixed = FAMILY.to_vec();
    mixed[1] = "3403231000902";
    let again = plan(&book, &families(&[&mixed]));
    assert_eq!((again.rows.refused, codes(&again)), (1, vec![found(2, "family_unclear")]));
}

#[test]
fn an_undone_import_comes_back_and_a_voided_family_is_named() {
    let mut book = book_with(FAMILY);
    book.undo_all();
    let again = plan(&book, &families(&[FAMILY]));
    assert_eq!((again.rows.new, again.groups.len()), (1, 1));
    assert!(again.groups[0].records.iter().all(|r| r.intent == Intent::Restore));
    book.write(&again);
    assert_eq!((book.of(Kind::Household).count(), book.of(Kind::Person).count()), (1, 2));

    let home = *book.of(Kind::Household).next().unwrap().0;
    book.void.insert(home, Voided { reason: "重复登记".into(), undone: false });
    let again = plan(&book, &families(&[FAMILY]));
    // Nothing is written unless a person chooses to bring the family back.
    assert_eq!((again.rows.differs, again.groups.len()), (1, 0));
    assert_eq!(codes(&again), [found(2, "voided_before")]);
    assert!(again.findings[0].hint.contains("重复登记"));
    assert_eq!(changes(&again), [("void", &json!("已作废：重复登记"), &json!("恢复"))]);
}

const VISITS: &[&str] =
    &["日期", "信息编码", "户主", "走访类型", "见面人员", "走访人", "慰问金额", "走访情况"];

fn visit(at: usize, value: &'static str) -> Vec<&'static str> {
    let mut row = vec!["10.5", "3403231000901", "熊国学", "日常", "熊国学", "康梅", "200", "送去棉被"];
    row[at] = value;
    row
}

fn visits(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let fill = |rows: &[&[&str]]| -> Vec<Vec<String>> {
        std::iter::once(VISITS)
            .chain(rows.iter().copied())
            .map(|row| row.iter().map(|text| (*text).to_owned()).collect())
            .collect()
    };
    let sheets: Vec<(&str, Vec<Vec<String>>)> =
        sheets.iter().map(|(name, rows)| (*name, fill(rows))).collect();
    let mut writer = rust_xlsxwriter::Workbook::new();
    for (name, rows) in &sheets {
        let sheet = writer.add_worksheet().set_name(*name).unwrap();
        for (down, row) in rows.iter().enumerate() {
            for (right, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                sheet.write_string(down as u32, right as u16, text).unwrap();
            }
        }
    }
    writer.save_to_buffer().unwrap()
}

#[test]
fn a_corrected_visit_is_told_beside_the_one_in_the_book() {
    let mut book = book_with(FAMILY);
    let of = |book: &Book, row: &[&str]| planned(book, SCOPE, &visits(&[("走访", &[row])]), "2026-10.xlsx");
    let first = of(&book, &visit(0, "10.5"));
    assert_eq!(first.rows.new, 1, "{:?}", first.findings);
    book.write(&first);
    for (row, field) in [
        (visit(6, "500"), "gifts"),
        (visit(5, "康玫"), "visitors"),
        (visit(3, "住院"), "kind"),
        (visit(7, "送去棉被和米"), "note"),
    ] {
        let again = of(&book, &row);
        assert_eq!((again.rows.new, again.rows.differs), (0, 1), "{field}");
        assert_eq!(again.changes[0].field, field);
    }
    // Another visitor on the same day came by himself.
    assert_eq!(of(&book, &visit(5, "李华")).rows.new, 1);
    assert_eq!(of(&book, &visit(0, "10.6")).rows.new, 1);
}

#[test]
fn a_row_is_an_event_told_once() {
    let book = book_with(FAMILY);
    let row = visit(0, "10.5");
    let twice = planned(&book, SCOPE, &visits(&[("走访", &[&row, &row, &visit(6, "500")])]), "2026-10.xlsx");
    assert_eq!((twice.rows.new, twice.rows.refused), (1, 2));
    assert_eq!(codes(&twice), [found(3, "duplicate_in_file"), found(4, "same_event")]);
    // On another sheet the same words are a summary: told once for the sheet.
    let summed = planned(&book, SCOPE, &visits(&[("东关", &[&row]), ("汇总", &[&row])]), "2026-10.xlsx");
    assert_eq!((summed.rows.new, summed.rows.unchanged, summed.findings.len()), (1, 1, 0));
    let notice = &summed.notices[0];
    assert_eq!((notice.sheet.as_deref(), notice.code), (Some("汇总"), NoticeCode::RowsRepeated));
    let torn =
        planned(&book, SCOPE, &visits(&[("东关", &[&row]), ("汇总", &[&visit(6, "500")])]), "2026-10.xlsx");
    assert_eq!((torn.rows.new, codes(&torn)), (1, vec![found(2, "same_event")]));
}

#[test]
fn a_visit_before_the_move_belongs_to_the_old_village() {
    let mut book = book_with(FAMILY);
    let home = *book.of(Kind::Household).next().unwrap().0;
    let fields = &mut book.records.get_mut(&home).unwrap().1;
    let old = text(fields, "region");
    fields.insert("region".into(), json!("340323100002"));
    fields.insert("moved_from".into(), json!(old));
    fields.insert("moved_on".into(), json!("2026-10-10"));
    let rows = [&visit(0, "10.5")[..], &visit(0, "10.15")[..]];
    let read = planned(&book, SCOPE, &visits(&[("走访", &rows)]), "2026-10.xlsx");
    let regions: Vec<String> = of(&read, Kind::Visit).iter().map(|v| text(v, "region")).collect();
    assert_eq!(regions, [old.as_str(), "340323100002"]);
}
