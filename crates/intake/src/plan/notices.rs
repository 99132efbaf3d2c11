//! What is told of a sheet or a file as a whole.

use super::planner::Tally;
use super::{Notice, NoticeCode, SheetReport};
use crate::heads::Recognised;
use crate::workbook::{Cell, Workbook};

/// Sheets that nothing was read of, with rows in them.
pub(super) fn passed_over(
    workbook: &Workbook,
    recognised: &[Option<Recognised>],
    reports: &[SheetReport],
    notices: &mut Vec<Notice>,
) {
    let any = reports.iter().any(|report| report.kind.is_some());
    for (sheet, head) in workbook.sheets.iter().zip(recognised) {
        let Some(name) = &sheet.name else { continue };
        let rows = sheet.rows.len();
        // A list of choices for a drop-down, an explanation: nothing of a ledger is lost with it.
        let hidden = sheet.hidden && head.is_some();
        let shown = !sheet.hidden && head.is_none() && any && looks_like_a_table(sheet);
        let (code, hint) = if hidden {
            let hint = format!(
                "工作表“{name}”在文件里是隐藏的，里面有 {rows} 行，没有导入；需要导入请先在 Excel 或 WPS 里取消隐藏"
            );
            (NoticeCode::HiddenSheet, hint)
        } else if shown {
            let hint = format!(
                "工作表“{name}”没有认出是哪种台账，里面有 {rows} 行，没有导入；需要导入请手工指定各列的含义"
            );
            (NoticeCode::SheetPassedOver, hint)
        } else {
            continue;
        };
        notices.push(Notice { sheet: Some(name.clone()), code, hint });
    }
}

/// Several rows with several cells each.
fn looks_like_a_table(sheet: &crate::workbook::Sheet) -> bool {
    let filled = |cells: &[Cell]| cells.iter().filter(|c| !c.is_empty()).count();
    sheet.rows.iter().filter(|row| filled(&row.cells) >= 3).count() >= 3
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
    if village_above_is_the_custom(tally, report.data_rows) {
        let first = tally.village_above.first().copied().unwrap_or_default();
        let hint = format!(
            "{called}有 {} 行没有写村（社区），已按上面一行的村录入（从第 {first} 行起），请核对",
            tally.village_above.len()
        );
        notices.push(Notice { sheet: name, code: NoticeCode::VillageAbove, hint });
    }
}
