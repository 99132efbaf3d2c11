//! Lists of any kind of record: the template of each, filled in and read back, and sheets of an office's own.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiexin_domain::shape::{self, Find, Holds, Mask};
use tiexin_domain::{Fields, Kind};
use tiexin_intake::{
    Cell, Choice, LedgerKind, LedgerPlan, Mapping, NoticeCode, Records, Row, SheetKind, Workbook, is_hidden,
    is_of_the_child, mask_of, template,
};
use uuid::Uuid;

use crate::book::{Book, open, plan_as, plan_with};
use crate::variations::{SCOPE, codes, found, texts, xlsx};

const VILLAGE: &str = "340323100001";
const WITH_FILE: Uuid = Uuid::from_u128(1);
const ID_NUMBER: &str = "34052419800101001X";

/// 李桂兰's family has a file, 赵有田's has none.
fn book() -> Book {
    let mut book = Book::default();
    let mut put = |id: u128, kind: Kind, mut fields: Value| {
        fields["region"] = json!(VILLAGE);
        book.records.insert(Uuid::from_u128(id), (kind, fields.as_object().cloned().unwrap()));
    };
    put(1, Kind::Household, json!({"head_name": "李桂兰", "phone": "19900001111"}));
    put(2, Kind::Household, json!({"head_name": "赵有田", "phone": "19900002222"}));
    put(3, Kind::Person, json!({"household": WITH_FILE, "name": "李桂兰"}));
    let file =
        json!({"household": WITH_FILE, "head_name": "李桂兰", "category": "death", "status": "active"});
    put(4, Kind::SupportFile, file);
    book
}

/// What a field's cell says, and what a record then holds.
fn sample(field: &shape::Field) -> Option<(String, Value)> {
    let both = |text: &str| (text.to_owned(), json!(text));
    Some(match field.holds {
        Holds::Text if field.is_phone() => both("19900000003"),
        Holds::Text if field.finds.contains(&Find::IdNumber) => both(ID_NUMBER),
        Holds::Text if field.finds.contains(&Find::Code) => both("3403231000902"),
        Holds::Text if field.finds.contains(&Find::Name) => both("王建国"),
        // By its name in the catalogue.
        Holds::Text if field.name == "programme" => both("大病慰问"),
        Holds::Text => both("甲乙"),
        Holds::LongText => both("写了几句"),
        Holds::Texts => ("甲、乙".into(), json!(["甲", "乙"])),
        Holds::Code(choices) => (choices[0].1.into(), json!(choices[0].0)),
        Holds::Codes(choices) => (choices[0].1.into(), json!([choices[0].0])),
        Holds::Day => both("2026-10-05"),
        // Of a programme that is given once a year.
        Holds::PartialDay if field.name == "period" => both("2026"),
        Holds::PartialDay => both("1980-01-01"),
        Holds::Moment => ("2026-10-12 09:00".into(), json!("2026-10-12T09:00:00")),
        Holds::Money => ("300".into(), json!("300.00")),
        Holds::Count if field.year => ("2026".into(), json!(2026)),
        Holds::Count => ("12".into(), json!(12)),
        Holds::Minutes => ("3小时".into(), json!(180)),
        Holds::Flag => ("是".into(), json!(true)),
        Holds::Person | Holds::People => ("李桂兰".into(), Value::Null),
        _ => return None,
    })
}

/// The template of a kind with one row, and what its record has to hold.
fn filled(records: Records, head: &str) -> (Workbook, BTreeMap<&'static str, Value>) {
    let bytes = template(records, &["东关社区居民委员会".into()]).unwrap();
    let mut workbook = open(&bytes, "表.xlsx");
    let sheet = &mut workbook.sheets[0];
    let fields = shape::of(records.kind().code()).unwrap().fields;
    let heads: Vec<String> = sheet.rows[0].cells.iter().map(Cell::shown).collect();
    let mut held = BTreeMap::new();
    let mut cells = Vec::new();
    for name in heads.iter().map(|head| head.trim_end_matches('*')) {
        let field = fields.iter().find(|field| field.label == name && sample(field).is_some());
        let own = field.filter(|_| name != "户主" || records.kind() == &Kind::Household);
        let text = match (name, own) {
            ("所在村（社区）" | "所在地" | "举办地", _) => "东关社区".into(),
            (_, Some(field)) => {
                let (text, value) = sample(field).unwrap();
                held.insert(field.name, value);
                text
            }
            ("户主", None) => head.to_owned(),
            _ => String::new(),
        };
        cells.push(if text.is_empty() { Cell::Empty } else { Cell::Text(text) });
    }
    sheet.rows.push(Row { number: 3, cells });
    (workbook, held)
}

fn plan(book: &Book, workbook: &Workbook) -> LedgerPlan {
    plan_with(book, SCOPE, &Mapping::default(), workbook)
}

fn record(plan: &LedgerPlan) -> &Fields {
    &plan.groups[0].records[0].fields
}

/// Family whose rows they are: a file is opened for one that has none.
fn family_of(records: Records) -> &'static str {
    if records.kind() == &Kind::SupportFile { "赵有田" } else { "李桂兰" }
}

#[test]
fn a_template_of_every_kind_filled_in_is_a_record_once() {
    for records in Records::all() {
        let mut book = book();
        let kind = records.kind();
        let (workbook, held) = filled(records, family_of(records));
        assert!(held.len() > 2, "{kind:?}: {held:?}");
        let first = plan(&book, &workbook);
        assert_eq!(first.kind, Some(LedgerKind::Records(records)), "{kind:?}");
        let told = (first.data_rows, first.rows.new, first.rows.refused);
        assert_eq!(told, (1, 1, 0), "{kind:?}: {:?}", first.findings);
        assert!(first.notices.is_empty(), "{kind:?}: {:?}", first.notices);
        let fields = record(&first);
        assert_eq!(fields["region"], VILLAGE, "{kind:?}");
        for (field, value) in &held {
            match value {
                Value::Null => {
                    assert!(fields[*field].to_string().contains("李桂兰"), "{kind:?}.{field}: {fields:?}")
                }
                value => {
                    assert_eq!(&fields.get(*field).cloned().unwrap_or_default(), value, "{kind:?}.{field}")
                }
            }
        }
        book.write(&first);
        let again = plan(&book, &workbook);
        assert_eq!((again.rows.unchanged, again.groups.len()), (1, 0), "{kind:?}: {:?}", again.changes);
        // Taken back, and read once more: it comes back.
        let made: Vec<Uuid> = first.groups[0].records.iter().map(|record| record.id).collect();
        let undone = tiexin_intake::Voided { reason: "撤销导入".into(), undone: true };
        book.void.extend(made.into_iter().map(|id| (id, undone.clone())));
        let back = plan(&book, &workbook);
        assert_eq!((back.rows.new, back.rows.refused), (1, 0), "{kind:?}: {:?}", back.findings);
    }
}

#[test]
fn an_empty_template_has_no_row() {
    for records in Records::all() {
        let workbook = open(&template(records, &[]).unwrap(), "表.xlsx");
        let seen = plan(&book(), &workbook);
        assert_eq!((seen.data_rows, seen.groups.len(), seen.findings.len()), (0, 0, 0), "{records:?}");
    }
}

/// Saved as CSV a template loses the name of its tab: its heads tell.
#[test]
fn a_template_is_known_by_its_heads() {
    for records in Records::all() {
        let (workbook, _) = filled(records, family_of(records));
        let quoted = |cell: &Cell| format!("\"{}\"", cell.shown().replace('"', "\"\""));
        let line = |row: &Row| row.cells.iter().map(quoted).collect::<Vec<_>>().join(",");
        let csv = workbook.sheets[0].rows.iter().map(line).collect::<Vec<_>>().join("\r\n");
        let seen = plan(&book(), &open(csv.as_bytes(), "另存.csv"));
        assert_eq!(seen.kind, Some(LedgerKind::Records(records)), "{records:?}");
        assert_eq!((seen.rows.new, seen.rows.refused), (1, 0), "{records:?}: {:?}", seen.findings);
    }
}

/// A list or register that this program exported has no category: that it is no ledger is said.
#[test]
fn an_export_of_the_register_is_told_to_be_no_ledger() {
    let csv = "户主,信息编码,所在村（社区）,镇联系人,村联系人\n李桂兰,3403231000902,东关社区,孙同志,周同志\n";
    let seen = plan(&book(), &open(csv.as_bytes(), "特殊家庭台账.csv"));
    let hints: Vec<&str> = seen.findings.iter().map(|found| found.hint.as_str()).collect();
    assert!(hints.iter().any(|hint| hint.contains("不是台账")), "{hints:?}");
}

fn own(rows: &[&[&str]]) -> Workbook {
    open(&xlsx(&[("Sheet1", &|sheet| texts(sheet, 0, rows))]), "名单.xlsx")
}

pub(crate) fn as_kind(book: &Book, kind: &str, rows: &[&[&str]]) -> LedgerPlan {
    plan_as(book, (SCOPE, Some(kind)), &Mapping::default(), &own(rows))
}

#[test]
fn a_sheet_of_an_offices_own_is_read_by_what_its_heads_mean() {
    let rows: &[&[&str]] = &[
        &["谷阳镇志愿者名单"],
        &["序号", "村", "志愿者姓名", "志愿服务队", "专长", "服务时长（小时）", "血型"],
        &["1", "东关社区", "周 明", "银龄队", "理发、陪诊", "3", "O"],
        &["2", "东关社区", "吴芳", "银龄队", "", "1.5", ""],
    ];
    let mut book = book();
    let first = as_kind(&book, "volunteer", rows);
    assert_eq!((first.rows.new, first.rows.refused), (2, 0), "{:?}", first.findings);
    let held = record(&first);
    assert_eq!((&held["name"], &held["team"]), (&json!("周明"), &json!("银龄队")));
    assert_eq!((&held["skills"], &held["minutes"]), (&json!(["理发", "陪诊"]), &json!(180)));
    assert_eq!((&held["approval"], &held["notes"]), (&json!("pending"), &json!("血型：O")));
    let told: Vec<_> =
        first.notices.iter().map(|notice| (notice.code, notice.hint.contains("“血型”"))).collect();
    // That nobody said who was approved is told once, with what stands there.
    assert_eq!(told, [(NoticeCode::FilledIn, false), (NoticeCode::ColumnsInNotes, true)]);
    let hint = &first.notices[0].hint;
    assert!(["没有“审核”这一列", "2 行", "“待审核”"].iter().all(|said| hint.contains(said)), "{hint}");
    book.write(&first);
    assert_eq!(as_kind(&book, "volunteer", rows).rows.unchanged, 2);
}

#[test]
fn columns_that_no_head_tells_are_mapped_by_hand() {
    let rows: &[&[&str]] = &[&["甲栏", "乙栏", "丙栏"], &["李桂兰", "镇上的孙同志", "东关的周同志"]];
    let seen = as_kind(&book(), "contact_pair", rows);
    assert_eq!(seen.notices.iter().map(|told| told.code).collect::<Vec<_>>(), [NoticeCode::ColumnsUnknown]);
    let kind = SheetKind::Records(Records::of("contact_pair").unwrap());
    assert_eq!(seen.sheets[0].kind, Some(kind));
    let mut mapping = Mapping::default();
    for (head, field) in
        [("甲栏", "head"), ("乙栏", "contact_pair.township_leader"), ("丙栏", "contact_pair.village_worker")]
    {
        mapping.set(kind, head, Choice::Field(field.into()));
    }
    let text = serde_json::to_string(&mapping).unwrap();
    let mapping: Mapping = serde_json::from_str(&text).unwrap();
    let mapped = plan_as(&book(), (SCOPE, Some("contact_pair")), &mapping, &own(rows));
    assert_eq!((mapped.rows.new, mapped.rows.refused), (1, 0), "{:?}", mapped.findings);
    assert_eq!(record(&mapped)["township_leader"], "镇上的孙同志");
}

#[test]
fn one_bad_row_holds_back_no_other() {
    let rows: &[&[&str]] = &[
        &["村", "户主", "调查日期", "被调查人", "主要需求"],
        &["东关社区", "李桂兰", "2026-10-05", "李桂兰", "就医"],
        &["东关社区", "钱不在", "2026-10-05", "钱不在", "就医"],
        &["东关社区", "赵有田", "2026-02-30", "赵有田", "就医"],
        &["东关社区", "", "2026-10-06", "", "就医"],
        &["没有的村", "赵有田", "2026-10-06", "赵有田", "就医"],
    ];
    let seen = as_kind(&book(), "need_survey", rows);
    assert_eq!((seen.rows.new, seen.rows.refused), (1, 4), "{:?}", seen.findings);
    let pairs: &[&[&str]] = &[
        &["村", "姓名", "镇联系人", "从哪天起"],
        &["东关社区", "李桂兰", "孙同志", "2026-10-05"],
        &["东关社区", "钱不在", "孙同志", "2026-10-05"],
        &["东关社区", "李桂兰", "孙同志", "2026-02-30"],
        &["东关社区", "", "孙同志", "2026-10-05"],
        &["没有的村", "李桂兰", "孙同志", "2026-10-05"],
        &["东关社区", "赵有田", "孙同志", "2026-10-05"],
    ];
    let seen = as_kind(&book(), "contact_pair", pairs);
    let told = [
        found(3, "household_unknown"),
        found(4, "date_invalid"),
        found(5, "field_missing"),
        found(6, "region_unknown"),
        found(7, "household_unknown"),
    ];
    assert_eq!((seen.rows.new, codes(&seen)), (1, told.to_vec()));
    let visits: &[&[&str]] = &[
        &["村", "户主", "走访日期", "走访类型", "见面情况", "走访人", "慰问品", "慰问品金额", "居家安全"],
        &["东关社区", "李桂兰", "2026-10-05", "日常走访", "不知道", "周明", "慰问金", "200", "好"],
        &["东关社区", "赵有田", "2026-10-05", "串门", "在家", "周明", "", "", ""],
    ];
    let seen = as_kind(&book(), "visit", visits);
    assert_eq!(codes(&seen), [found(2, "cell_left_out"), found(3, "kind_unknown")]);
    assert_eq!(record(&seen)["gifts"], json!([{"item": "慰问金", "amount": "200.00"}]));
    assert!(record(&seen)["note"].as_str().unwrap().contains("见面情况：不知道"));
}

#[test]
fn two_pairs_of_one_time_are_told_in_the_preview() {
    let rows: &[&[&str]] = &[
        &["村", "姓名", "镇联系人", "从哪天起", "到哪天止"],
        &["东关社区", "李桂兰", "孙同志", "2025-01-01", "2025-12-31"],
        &["东关社区", "李桂兰", "周同志", "2025-06-01", "2026-03-31"],
        &["东关社区", "李桂兰", "吴同志", "2026-01-01", "2026-05-31"],
    ];
    let seen = as_kind(&book(), "contact_pair", rows);
    assert_eq!((seen.rows.new, codes(&seen)), (2, vec![found(3, "period_overlaps")]));
}

#[test]
fn of_two_families_of_one_name_the_tail_of_a_number_tells() {
    let mut book = book();
    let twin = json!({"region": VILLAGE, "head_name": "李桂兰", "phone": "19900003333"});
    book.records.insert(Uuid::from_u128(9), (Kind::Household, twin.as_object().cloned().unwrap()));
    let survey = |tail: &'static str| -> Vec<Vec<&'static str>> {
        vec![
            vec!["村", "户主", "户主电话", "调查日期", "被调查人"],
            vec!["东关社区", "李桂兰", tail, "2026-10-05", "李桂兰"],
        ]
    };
    for (tail, home, code) in [
        ("3333", Some(Uuid::from_u128(9)), None),
        ("19900001111", Some(WITH_FILE), None),
        ("", None, Some("household_unknown")),
        ("4444", None, Some("family_unclear")),
        ("33", None, Some("number_invalid")),
    ] {
        let rows = survey(tail);
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let seen = as_kind(&book, "need_survey", &rows);
        assert_eq!(seen.findings.first().map(|told| told.code.as_str()), code, "{tail}");
        let of = seen.groups.first().map(|group| group.records[0].fields["household"].clone());
        assert_eq!(of, home.map(|home| json!(home)), "{tail}");
    }
}

#[test]
fn a_person_is_known_by_the_number_and_never_taken_for_another() {
    let mut book = book();
    let person = |name: &'static str, head: &'static str| {
        let rows: Vec<Vec<&str>> = vec![
            vec!["村", "户主", "姓名", "身份证号", "与户主关系"],
            vec!["东关社区", head, name, ID_NUMBER, "配偶"],
        ];
        rows
    };
    let read = |book: &Book, rows: &[Vec<&str>]| {
        as_kind(book, "person", &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    let first = read(&book, &person("孙立国", "李桂兰"));
    assert_eq!((first.rows.new, first.rows.refused), (1, 0), "{:?}", first.findings);
    let held = record(&first);
    assert_eq!((&held["sex"], &held["birth"]), (&json!("male"), &json!("1980-01-01")));
    book.write(&first);
    for (name, head) in [("孙立国", "赵有田"), ("孙立民", "李桂兰")] {
        let other = read(&book, &person(name, head));
        assert_eq!(codes(&other), [found(2, "family_unclear")], "{name} {head}");
    }
    // Whoever stands in the book already gets what was lacking.
    let rows: &[&[&str]] = &[&["户主", "姓名", "身份证号"], &["李桂兰", "李桂兰", "11010519491231002X"]];
    let filled = as_kind(&book, "person", rows);
    assert_eq!((filled.rows.filled, filled.rows.new), (1, 0), "{:?}", filled.findings);
    assert_eq!(filled.groups[0].records[0].id, Uuid::from_u128(3));
}

#[test]
fn what_only_a_page_or_an_author_shows_is_hidden_in_every_column() {
    for (code, hidden) in [
        ("support_file.child_name", true),
        ("support_file.loss_cause", true),
        ("support_file.loss_date", false),
        ("counselling.session_note", true),
        ("session_note", true),
        ("child.name", true),
        ("support_file.doctor", false),
        ("person.name", false),
        ("notes", false),
    ] {
        assert_eq!(is_hidden(code), hidden, "{code}");
    }
    let of_the_child = ["support_file.loss_date", "support_file.child_name", "child.name", "loss_date"];
    assert!(of_the_child.into_iter().all(is_of_the_child) && !is_of_the_child("support_file.doctor"));
    assert_eq!(mask_of("person.id_number"), Some(Mask::Number));
    assert_eq!(mask_of("household.phone"), Some(Mask::Phone));
    assert_eq!((mask_of("husband.id"), mask_of("person.name")), (Some(Mask::Number), None));
}

#[test]
fn only_the_mark_of_a_template_makes_an_example() {
    let rows: &[&[&str]] =
        &[&["姓名", "村", "服务队"], &["示例", "东关社区", "银龄队"], &["示例一", "东关社区", "示例队"]];
    let seen = as_kind(&book(), "volunteer", rows);
    assert_eq!((seen.data_rows, seen.rows.new), (2, 2), "{:?}", seen.findings);
    let numbered: &[&[&str]] = &[
        &["序号", "姓名", "村", "服务队"],
        &["示例", "李某某", "东关社区", ""],
        &["示例", "李某某", "东关社区", "银龄队"],
        &["示例1", "周明", "东关社区", "示例队"],
        &["1", "示例", "东关社区", "银龄队"],
    ];
    let seen = as_kind(&book(), "volunteer", numbered);
    let names: Vec<_> = seen.groups.iter().map(|group| &group.records[0].fields["name"]).collect();
    assert_eq!(names, [&json!("周明"), &json!("示例")], "{:?}", seen.findings);
    // What says more than the template's own example waits, and is told.
    assert_eq!(codes(&seen), [found(3, "example_kept")]);
    assert_eq!((seen.data_rows, seen.rows.taken(), seen.rows.refused), (3, 2, 1));
    assert_eq!(seen.sheets[0].passed_over, 1, "{:?}", seen.sheets[0].rows);
}

#[test]
fn days_in_the_wrong_order_wait() {
    for (kind, head, turned, right) in [
        (
            "member",
            ["姓名或单位名称", "村", "入会时间", "退会时间"],
            ["2021-03", "2019-05"],
            ["2019-05", "2021-03"],
        ),
        ("person", ["姓名", "村", "出生日期", "离世时间"], ["1980-01-01", "1979"], ["1980-01-01", "1980"]),
    ] {
        let with = |days: [&str; 2]| {
            let rows: &[&[&str]] = &[&head, &["周明", "东关社区", days[0], days[1]]];
            as_kind(&Book::default(), kind, rows)
        };
        assert_eq!(codes(&with(turned)), [found(2, "date_invalid")], "{kind}");
        assert_eq!(with(right).rows.new, 1, "{kind}: {:?}", with(right).findings);
    }
}
