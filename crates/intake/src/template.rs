//! An empty sheet for any kind of record, made from the noun's shape: heads, lists to choose from, a row that shows how
//! to fill it in, and a sheet that explains each column. Read again it is known by its tab.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Formula,
    Workbook as Writer, Worksheet, XlsxError,
};
use tiexin_domain::Level;
use tiexin_domain::shape::{self, Audience, Find, Holds, Role};

use crate::heads::Field;
use crate::heads::records::{TAIL, columns_of};
use crate::kind::Records;
use crate::refusal::FileRefused;
use crate::workbook::{Sheet, Workbook, column_letters};

/// What stands in the place of a number in the row that shows how to fill a template in; such a row is never imported.
pub(crate) const EXAMPLE: &str = "示例";
const EXPLANATION: &str = "填写说明";
const CHOICES: &str = "选项";
/// Rows that have lists to choose from.
const ROWS: u32 = 2_000;

/// The tab of a template.
fn tab_of(records: Records) -> String {
    format!("{}导入模板", records.kind().label())
}

/// What a tab says that its sheet is a list of: one of our templates.
pub(crate) fn kind_of_tab(tab: &str) -> Option<Records> {
    tab.ends_with("导入模板").then(|| Records::all().find(|records| tab_of(*records) == tab)).flatten()
}

/// What the heads in a sheet's first row say that it is a list of: a template whose tab has lost its name, as in a CSV
/// file. All that must be filled in stands there with the template's own star, and nothing else has one.
pub(crate) fn kind_of_heads(sheet: &Sheet) -> Option<Records> {
    let filled = sheet.rows.first()?.cells.iter().filter(|cell| !cell.is_empty());
    let heads: Vec<String> = filled.map(|cell| cell.shown().split_whitespace().collect()).collect();
    let starred: Vec<&str> = heads.iter().filter_map(|head| head.strip_suffix('*')).collect();
    if starred.is_empty() {
        return None;
    }
    let fits = |records: &Records| {
        let columns = columns_of(*records).iter().filter(|column| is_needed(*records, column));
        let needed: Vec<&str> = columns.map(|column| column.label).collect();
        needed.iter().all(|label| starred.contains(label)) && starred.iter().all(|head| needed.contains(head))
    };
    let known = |records: &Records| {
        let ours = |head: &str| columns_of(*records).iter().any(|column| column.label == head);
        heads.iter().filter(|head| ours(head.trim_end_matches('*'))).count()
    };
    let mut fitting: Vec<(usize, Records)> =
        Records::all().filter(fits).map(|one| (known(&one), one)).collect();
    fitting.sort_by_key(|(known, _)| std::cmp::Reverse(*known));
    match fitting[..] {
        [(_, one)] => Some(one),
        [(most, one), (next, _), ..] if most > next => Some(one),
        _ => None,
    }
}

/// Whether a sheet of the file only explains one of our templates, or holds what its lists show.
pub(crate) fn is_explanation(workbook: &Workbook, tab: &str) -> bool {
    let ours = |name: &Option<String>| name.as_deref().and_then(kind_of_tab).is_some();
    matches!(tab, EXPLANATION | CHOICES) && workbook.sheets.iter().any(|sheet| ours(&sheet.name))
}

/// An xlsx with the columns of a kind. `villages`: their names, to choose from.
///
/// # Errors
/// The spreadsheet cannot be written.
pub fn template(records: Records, villages: &[String]) -> Result<Vec<u8>, FileRefused> {
    written(records, villages).map_err(|_| FileRefused::too_large("模板写不下"))
}

fn written(records: Records, villages: &[String]) -> Result<Vec<u8>, XlsxError> {
    let styles = Styles::new();
    let mut writer = Writer::new();
    let lists: Vec<Vec<String>> =
        columns_of(records).iter().map(|column| choices_of(column, villages)).collect();
    fill_in(writer.add_worksheet(), records, villages, &lists, &styles)?;
    explain(writer.add_worksheet(), records, &styles)?;
    let page = writer.add_worksheet();
    page.set_name(CHOICES)?.set_hidden(true);
    for (at, list) in (0u16..).zip(&lists) {
        for (row, choice) in (0u32..).zip(list) {
            page.write_string(row, at, choice)?;
        }
    }
    writer.save_to_buffer()
}

struct Styles {
    /// Text: a spreadsheet must not turn an ID number into a number.
    cell: Format,
    head: Format,
    needed: Format,
    example: Format,
    wrapped: Format,
}

impl Styles {
    fn new() -> Self {
        let cell = Format::new().set_num_format("@").set_align(FormatAlign::VerticalCenter);
        let framed = cell.clone().set_border(FormatBorder::Thin);
        let head = framed.clone().set_bold().set_align(FormatAlign::Center).set_text_wrap();
        Self {
            needed: head.clone().set_background_color(Color::RGB(0x00FF_EB9C)),
            head: head.set_background_color(Color::RGB(0x00E7_E6E6)),
            example: framed.clone().set_italic().set_font_color(Color::RGB(0x0080_8080)),
            wrapped: framed.set_text_wrap(),
            cell,
        }
    }
}

/// Whether a row is not taken without it.
fn is_needed(records: Records, column: &Field) -> bool {
    let shape = records.shape();
    let family = shape.role(Role::Family);
    match column.code {
        "head" => family.is_some_and(|family| family.required),
        "village" => family.is_none() && shape.level == Level::Village,
        _ => column.part_of.is_none() && column.is_needed(),
    }
}

fn fill_in(
    page: &mut Worksheet,
    records: Records,
    villages: &[String],
    lists: &[Vec<String>],
    styles: &Styles,
) -> Result<(), XlsxError> {
    page.set_name(tab_of(records))?.set_freeze_panes(1, 0)?;
    page.set_row_height(0, 32)?;
    for ((at, column), list) in (0u16..).zip(columns_of(records)).zip(lists) {
        page.set_column_format(at, &styles.cell)?;
        page.set_column_width(at, if column.code == "seq" { 7.0 } else { 15.0 })?;
        let (head, style) = match is_needed(records, column) {
            true => (format!("{}*", column.label), &styles.needed),
            false => (column.label.to_owned(), &styles.head),
        };
        page.write_string_with_format(0, at, head, style)?;
        page.write_string_with_format(1, at, example(column, villages), &styles.example)?;
        if !list.is_empty() {
            page.add_data_validation(1, at, ROWS, at, &choosing(column, at, list.len())?)?;
        }
    }
    Ok(())
}

/// A list to choose from. Where several may stand in a cell, or a village is written in another way, it only helps.
fn choosing(column: &Field, at: u16, length: usize) -> Result<DataValidation, XlsxError> {
    let letters = column_letters(usize::from(at));
    let list = Formula::new(format!("='{CHOICES}'!${letters}$1:${letters}${length}"));
    let choosing = DataValidation::new().allow_list_formula(list);
    match column.own.map(|own| own.holds) {
        Some(Holds::Code(_) | Holds::Flag) => choosing
            .set_error_style(DataValidationErrorStyle::Stop)
            .set_error_title("请从列表里选")?
            .set_error_message("点格子右边的小箭头，从列表里选一项。"),
        _ => Ok(choosing.show_error_message(false)),
    }
}

fn choices_of(column: &Field, villages: &[String]) -> Vec<String> {
    match column.own.map(|own| own.holds) {
        Some(Holds::Code(choices) | Holds::Codes(choices)) => {
            choices.iter().map(|(_, label)| (*label).to_owned()).collect()
        }
        Some(Holds::Flag) => vec!["是".into(), "否".into()],
        None if column.code == "village" => villages.to_vec(),
        _ => Vec::new(),
    }
}

/// What a hint gives as an example: `一辆轮椅` of `如 一辆轮椅`.
fn hinted(own: &shape::Field) -> Option<&'static str> {
    own.form?.hint?.split_once("如 ").map(|(_, example)| example)
}

/// Whether a text is what a template shows in a column; of its villages any may stand there.
pub(crate) fn is_example(column: &Field, text: &str) -> bool {
    column.code == "village" || text.trim() == example(column, &[])
}

fn example(column: &Field, villages: &[String]) -> String {
    let Some(own) = column.own else {
        return match column.code {
            "seq" => EXAMPLE.into(),
            "village" => villages.first().cloned().unwrap_or_else(|| "某某村".into()),
            "head" => "李某某".into(),
            _ => String::new(),
        };
    };
    // One part shows how the others are filled in.
    if column.part_of.is_some_and(|(_, nth)| nth > 0) {
        return String::new();
    }
    let text = match own.holds {
        Holds::Text if own.is_phone() => "19900000000",
        Holds::Text if own.finds.contains(&Find::IdNumber) => "11010519491231002X",
        Holds::Text if own.finds.contains(&Find::Name) => hinted(own).unwrap_or("李某某"),
        // A part without its name is none: 慰问品.
        Holds::Text if own.required => hinted(own).unwrap_or(own.label),
        Holds::Text | Holds::LongText | Holds::Texts => hinted(own).unwrap_or_default(),
        Holds::Code(choices) | Holds::Codes(choices) => choices.first().map_or("", |(_, label)| *label),
        Holds::Day => "2026-10-05",
        Holds::PartialDay => "2016-05",
        Holds::Moment => "2026-10-12 09:00",
        Holds::Money => "300.00",
        Holds::Count if own.year => "2026",
        Holds::Count => "1",
        Holds::Minutes => "3小时",
        Holds::Flag => "是",
        Holds::Person | Holds::People => "李某某",
        // By a name that will do without a record.
        Holds::Reference(_) if column.is_needed() && !own.required => hinted(own).unwrap_or("李某某"),
        _ => "",
    };
    text.to_owned()
}

fn explain(page: &mut Worksheet, records: Records, styles: &Styles) -> Result<(), XlsxError> {
    page.set_name(EXPLANATION)?.set_freeze_panes(4, 0)?;
    let undone = match records.shape().reversal {
        Some(_) => "写入以后不能改，也不能整批撤销，记错了的要逐笔冲正",
        None => "导错了可以整批撤销",
    };
    for (row, text) in (0u32..).zip([
        format!("“{}”这张表：从第 2 行起，一行填一{}。", tab_of(records), records.shape().unit),
        "“序号”写着“示例”的那一行不会导入，可以留着，也可以删去；要删“序号”这一列，请先删去示例那一行。表头不要改名；列可以删，也可以加，多出来的列记在备注里。"
            .to_owned(),
        format!("带 * 的必须填。填好后在“导入”里选这个文件，先预览，满意了再写入；{undone}。"),
    ]) {
        page.write_string(row, 0, text)?;
    }
    for (at, (head, width)) in
        (0u16..).zip([("列", 22.0), ("怎么填", 70.0), ("必填", 8.0), ("谁看得到", 18.0)])
    {
        page.write_string_with_format(3, at, head, &styles.head)?;
        page.set_column_width(at, width)?;
    }
    for (row, column) in (4u32..).zip(columns_of(records)) {
        let seen = column.audience().map(Audience::label).unwrap_or_default();
        let needed = if is_needed(records, column) { "必填" } else { "" };
        for (at, text) in (0u16..).zip([column.label, &how(column), needed, seen]) {
            page.write_string_with_format(row, at, text, &styles.wrapped)?;
        }
    }
    Ok(())
}

/// How a column is filled in.
fn how(column: &Field) -> String {
    let Some(own) = column.own else {
        return match column.code {
            "seq" => "1、2、3……可以不填".into(),
            "village" => "村（社区）的名称".into(),
            "head" => "是哪一户：户主的姓名，要和贴心里登记的一样".into(),
            TAIL => "同村有同名的户才要填：户主身份证号或电话的后四位，也可以写全".into(),
            _ => String::new(),
        };
    };
    let labels =
        |choices: shape::Choices| choices.iter().map(|(_, label)| *label).collect::<Vec<_>>().join("、");
    let what = match own.holds {
        Holds::Code(choices) => format!("填其中之一：{}", labels(choices)),
        Holds::Codes(choices) => format!("可以填几项，用顿号隔开：{}", labels(choices)),
        Holds::Texts => "可以写几项，用顿号隔开".into(),
        Holds::Day => "写到日，如 2026-10-05".into(),
        Holds::PartialDay => "如 2016-05-03；只知道年、月的写 2016-05 或 2016".into(),
        Holds::Moment => "日期和时间，如 2026-10-12 09:00".into(),
        Holds::Money => "元，如 300 或 300.50".into(),
        Holds::Count => "整数".into(),
        Holds::Minutes => "如 3小时、1小时30分钟".into(),
        Holds::Flag => "“是”或“否”，没有问到的空着".into(),
        Holds::Person => "姓名".into(),
        Holds::People => "姓名，几位用顿号隔开".into(),
        Holds::Reference(_) if own.required => "要和贴心里登记的姓名、名称一样，也可以写号码".into(),
        Holds::Reference(_) => "贴心里登记过的，写登记的姓名、名称；没有登记的照写".into(),
        _ => "文字".into(),
    };
    // A hint that tells of keys is one for a form.
    let hint = own.form.and_then(|form| form.hint).filter(|hint| !hint.contains("回车"));
    let hint = hint.map(str::to_owned).or_else(|| hinted(own).map(|example| format!("如 {example}")));
    match hint {
        Some(hint) => format!("{what}。{hint}"),
        None => what,
    }
}
