//! What is told of a sheet or a file as a whole.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::planner::RowAt;
use super::reshape;
use super::sections::Section;
use super::sheet::OtherSum;
use super::{Notice, NoticeCode, SheetReport};
use crate::heads::Recognised;
use crate::kind::SheetKind;
use crate::workbook::{Cell, Sheet, Workbook, column_letters};

/// What stands for a cell that says nothing, of what a record cannot be without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FilledIn {
    /// The code of the column that would say it, and what a worker calls it.
    pub(super) column: &'static str,
    pub(super) label: &'static str,
    /// In words.
    pub(super) value: &'static str,
}

/// What is counted over the rows of a sheet, to be told once.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Rows that repeat rows of another sheet, with the first such pair.
    pub(super) repeated: usize,
    pub(super) first_repeated: Option<(u32, RowAt)>,
    /// Rows whose blank village was read as the one above.
    pub(super) village_above: Vec<u32>,
    /// Rows with a date whose year nothing in the file tells, and the first such row with its day.
    pub(super) year_guessed: usize,
    pub(super) first_guess: Option<(u32, NaiveDate)>,
    /// Cells in which a number stands masked.
    pub(super) masked: usize,
    /// New rows in which something stands that they did not say.
    pub(super) filled_in: BTreeMap<FilledIn, usize>,
}

/// Sheets that nothing was read of; what of a sheet a person sees and an import does not.
pub(super) fn of_workbook(
    workbook: &Workbook,
    sections: &[Section<'_>],
    reports: &[SheetReport],
    notices: &mut Vec<Notice>,
) {
    let any = reports.iter().any(|report| report.kind.is_some());
    for (at, sheet) in workbook.sheets.iter().enumerate() {
        let called =
            sheet.name.as_deref().map(|name| format!("工作表“{name}”")).unwrap_or_else(|| "这份表".into());
        let mut tell = |code: NoticeCode, hint: String| {
            notices.push(Notice { sheet: sheet.name.clone(), code, hint });
        };
        let rows = sheet.rows.len();
        let tables: Vec<_> =
            sections.iter().filter(|section| section.at == at && section.head.is_some()).collect();
        // A list of choices for a drop-down, an explanation: nothing of a ledger is lost with it.
        if sheet.hidden {
            if !tables.is_empty() {
                tell(
                    NoticeCode::HiddenSheet,
                    format!(
                        "{called}在文件里是隐藏的，里面有 {rows} 行，没有导入；需要导入请先在 Excel 或 WPS 里取消隐藏"
                    ),
                );
            }
            continue;
        }
        if crate::template::is_explanation(workbook, sheet.name.as_deref().unwrap_or_default()) {
            continue;
        }
        if other_shape(sheet, !tables.is_empty(), &called, &mut tell) {
            continue;
        }
        if tables.is_empty() {
            if any && looks_like_a_table(sheet) {
                tell(
                    NoticeCode::SheetPassedOver,
                    format!(
                        "{called}没有认出是哪种台账，里面有 {rows} 行，没有导入；需要导入请手工指定各列的含义"
                    ),
                );
            }
            continue;
        }
        let unknown = |section: &&&Section<'_>| {
            let list = section.head.as_ref().filter(|head| matches!(head.kind, SheetKind::Records(_)));
            list.is_some_and(|head| head.fields() == 0)
        };
        if tables.iter().any(|section| unknown(&section)) {
            tell(
                NoticeCode::ColumnsUnknown,
                format!(
                    "{called}的表头一列也没有认出来，没有读；请在“认出的列”里指定各列是什么，或改用下载的模板"
                ),
            );
        }
        if tables.len() > 1 {
            let named = tables.iter().filter_map(|section| {
                let head = section.head.as_ref()?;
                Some(format!("第 {} 行起“{}”", head.first_row, head.kind.label()))
            });
            let named: Vec<String> = named.collect();
            tell(
                NoticeCode::SeveralTables,
                format!("{called}里有 {} 张表，已分别读入：{}", tables.len(), named.join("、")),
            );
        }
        for (first, last) in tables.iter().filter_map(|section| section.head.as_ref()?.beside) {
            let columns = match first == last {
                true => column_letters(first),
                false => format!("{}–{}", column_letters(first), column_letters(last)),
            };
            tell(
                NoticeCode::BesideTable,
                format!(
                    "{called}右边 {columns} 列与表之间空了一列，像是另外的统计，没有录入，也不记在备注里"
                ),
            );
        }
        let nobody = |section: &&&Section<'_>| {
            section.head.as_ref().is_some_and(|h| h.kind == SheetKind::Visits && h.column("met").is_none())
        };
        if tables.iter().any(|section| nobody(&section)) {
            tell(
                NoticeCode::NobodyMet,
                format!("{called}没有“见面人员”这一列，报表里走访的“人”数不会算上这些走访"),
            );
        }
        for section in &tables {
            for head in section.head.iter().flat_map(twice) {
                tell(
                    NoticeCode::ColumnTwice,
                    format!(
                        "{called}有两列都叫“{head}”，后一列没有当作“{head}”录入，内容记在备注里；请给两列写上不同的表头"
                    ),
                );
            }
        }
        for section in &tables {
            let heads = section.head.iter().flat_map(|head| in_the_notes(head, &section.sheet));
            let heads: Vec<String> = heads.collect();
            if !heads.is_empty() {
                tell(
                    NoticeCode::ColumnsInNotes,
                    format!(
                        "{called}有 {} 列没有认出来：{}，内容记在备注里；不要的请在“认出的列”里选不导入，或先删去这几列",
                        heads.len(),
                        heads.join("、")
                    ),
                );
            }
        }
        marks(sheet, &mut tell);
    }
}

/// Columns that no field holds and in which something stands, by their heads: they go to the remarks. Of a list without
/// any known column nothing is read.
fn in_the_notes(head: &Recognised, sheet: &Sheet) -> Vec<String> {
    if head.fields() == 0 {
        return Vec::new();
    }
    let filled = |index: usize| {
        let mut below = sheet.rows.iter().filter(|row| row.number > head.last_row);
        below.any(|row| !row.cell(index).is_empty())
    };
    let told = twice(head);
    let unknown = head.columns.iter().filter(|c| c.field.is_none() && !c.ignored && !c.head.is_empty());
    let unknown = unknown.filter(|c| filled(c.index)).map(|c| c.head.replace('>', "/"));
    unknown.filter(|head| !told.contains(head)).map(|head| format!("“{head}”")).collect()
}

/// Heads that a column of the same table has before, with a field of their own there.
fn twice(head: &Recognised) -> Vec<String> {
    let read = |text: &str| {
        head.columns
            .iter()
            .any(|c| c.head == text && c.field.is_some_and(|f| f.code != "notes" && f.code != "seq"))
    };
    let unread = head.columns.iter().filter(|c| c.field.is_none() && !c.ignored && !c.head.is_empty());
    unread.filter(|c| read(&c.head)).map(|c| c.head.replace('>', "/")).collect()
}

/// What is hidden in a sheet, or stands beside its cells.
fn marks(sheet: &Sheet, tell: &mut dyn FnMut(NoticeCode, String)) {
    let called =
        sheet.name.as_deref().map(|name| format!("工作表“{name}”")).unwrap_or_else(|| "这份表".into());
    let shown = |row: &&u32| sheet.row(**row).is_some();
    let hidden: Vec<&u32> = sheet.marks.hidden_rows.iter().filter(shown).collect();
    if let Some(first) = hidden.first() {
        tell(
            NoticeCode::HiddenRows,
            format!(
                "{called}有 {} 行在文件里是隐藏的（如第 {first} 行），照样导入；不要的请先删去",
                hidden.len()
            ),
        );
    }
    if !sheet.marks.hidden_columns.is_empty() {
        let letters: Vec<String> = sheet.marks.hidden_columns.iter().map(|at| column_letters(*at)).collect();
        tell(
            NoticeCode::HiddenColumns,
            format!("{called}的 {} 列在文件里是隐藏的，照样导入；不要的请先删去", letters.join("、")),
        );
    }
    if sheet.marks.comments > 0 {
        tell(
            NoticeCode::Comments,
            format!("{called}有 {} 处批注，批注不导入，请看看里面有没有更正", sheet.marks.comments),
        );
    }
}

/// A sheet in a shape in which no day or no row of a family can be read; answers whether nothing of it is read.
fn other_shape(sheet: &Sheet, read: bool, called: &str, tell: &mut dyn FnMut(NoticeCode, String)) -> bool {
    let (code, hint) = match (reshape::has_months(sheet), read) {
        (true, false) => (
            NoticeCode::MonthColumns,
            "是一个月一列的，看不出是哪一天走访的，不能导入；请改成一次走访写一行：日期、户主、走访类型、走访人",
        ),
        (true, true) => (
            NoticeCode::MonthColumns,
            "有一个月一列的内容，看不出是哪一天，没有当作走访，只记在备注里；走访请一次写一行另列一张表",
        ),
        (false, false) if reshape::is_card(sheet) => (
            NoticeCode::FamilyCard,
            "像是一户一页的登记卡，不能导入；请用一户一行的台账，或者在“登记家庭”里录入这一户",
        ),
        (false, _) => return false,
    };
    tell(code, format!("{called}{hint}"));
    !read
}

/// The rows of a sheet name families, and the book has none.
pub(super) fn families_missing(sheet: Option<&str>, rows: &[u32]) -> Notice {
    let called = sheet.map(|name| format!("工作表“{name}”")).unwrap_or_else(|| "这份表".into());
    let hint = format!(
        "{called}有 {} 行写的家庭，本机还一户都没有（从第 {} 行起），这些行没有录入；请先导入特殊家庭台账，\
         或者把两份文件一起选，再导这一份",
        rows.len(),
        rows.first().copied().unwrap_or_default()
    );
    Notice { sheet: sheet.map(str::to_owned), code: NoticeCode::FamiliesMissing, hint }
}

/// Rows that sum others up otherwise than they are.
pub(super) fn other_sums(sheet: Option<&str>, sums: Vec<OtherSum>) -> impl Iterator<Item = Notice> {
    let called = sheet.map(|name| format!("工作表“{name}”")).unwrap_or_else(|| "这份表".into());
    let sheet = sheet.map(str::to_owned);
    sums.into_iter().map(move |sum| {
        let OtherSum { row, head, written, summed } = sum;
        let hint = format!(
            "{called}第 {row} 行的合计，“{head}”写的是 {written}，上面各行加起来是 {summed}，请核对有没有漏写、多写"
        );
        Notice { sheet: sheet.clone(), code: NoticeCode::OtherSum, hint }
    })
}

/// A head and a row with several cells each.
fn looks_like_a_table(sheet: &Sheet) -> bool {
    let filled = |cells: &[Cell]| cells.iter().filter(|c| !c.is_empty()).count();
    sheet.rows.iter().filter(|row| filled(&row.cells) >= 2).count() >= 2
}

/// A register that names the village once for each village: its blanks are a way of writing, not gaps.
pub(super) fn village_above_is_the_custom(tally: &Tally, rows: usize) -> bool {
    tally.village_above.len() * 3 > rows
}

/// What was counted over a sheet's rows. `tabs`: the names of the file's sheets.
pub(super) fn of_sheet(
    report: &SheetReport,
    tally: &Tally,
    tabs: &[Option<String>],
    notices: &mut Vec<Notice>,
) {
    let name = report.name.clone();
    let called = name.as_deref().map(|name| format!("工作表“{name}”")).unwrap_or_else(|| "这份表".into());
    if let Some((row, at)) = tally.first_repeated {
        let other = tabs.get(at.sheet).and_then(Option::as_deref).unwrap_or("另一张表");
        let hint = format!(
            "{called}有 {} 行与其他工作表的内容相同，只记一次（如第 {row} 行与“{other}”第 {} 行）",
            tally.repeated, at.row
        );
        notices.push(Notice { sheet: name.clone(), code: NoticeCode::RowsRepeated, hint });
    }
    if let Some((row, day)) = tally.first_guess {
        let hint = format!(
            "{called}有 {} 行日期没有写年份，也没有从标题里认出年份，录入时按离今天最近的年份（如第 {row} 行 {}），请核对",
            tally.year_guessed,
            tiexin_domain::PartialDate::Day(day).label()
        );
        notices.push(Notice { sheet: name.clone(), code: NoticeCode::YearGuessed, hint });
    }
    for (one, rows) in &tally.filled_in {
        let FilledIn { label, value, .. } = one;
        let there = report.columns.iter().any(|column| column.field == Some(one.column));
        let hint = match there {
            true => format!("{called}有 {rows} 行没有写“{label}”，都按“{value}”登记，请核对；不是的请先写上"),
            false => format!(
                "{called}没有“{label}”这一列，{rows} 行都按“{value}”登记，请核对；不是的请先加上这一列，或在“认出的列”里指定"
            ),
        };
        notices.push(Notice { sheet: name.clone(), code: NoticeCode::FilledIn, hint });
    }
    if tally.masked > 0 {
        let hint = format!(
            "{called}有 {} 格的号码是遮住的（如 190****0004），没有当作号码录入，本机原来的号码不动；要改号码请写完整",
            tally.masked
        );
        notices.push(Notice { sheet: name.clone(), code: NoticeCode::MaskedCells, hint });
    }
    if village_above_is_the_custom(tally, report.data_rows) {
        let first = tally.village_above.first().copied().unwrap_or_default();
        let hint = format!(
            "{called}有 {} 行没有写村（社区），录入时按上面一行的村（从第 {first} 行起），请核对",
            tally.village_above.len()
        );
        notices.push(Notice { sheet: name, code: NoticeCode::VillageAbove, hint });
    }
}
