//! Which rows of a recognised sheet are data, and what stands in them.

use std::collections::HashMap;

use crate::heads::{Recognised, plain};
use crate::workbook::{Cell, Row, Sheet};

/// Rows below the head, with cells merged downwards filled.
pub(super) struct Body<'a> {
    sheet: &'a Sheet,
    head: &'a Recognised,
    /// Cells covered by a merge that began above them in the same column.
    filled: HashMap<(u32, usize), &'a Cell>,
    head_texts: Vec<(usize, String)>,
}

/// A row of data.
#[derive(Clone, Copy)]
pub(super) struct DataRow<'a> {
    pub(super) number: u32,
    row: &'a Row,
    filled: &'a HashMap<(u32, usize), &'a Cell>,
}

/// What a row below the head is.
pub(super) enum Line<'a> {
    Data(DataRow<'a>),
    /// A title between tables; it may name the village of the rows below it.
    Title(String),
}

impl<'a> DataRow<'a> {
    pub(super) fn cell(&self, column: usize) -> &'a Cell {
        let own = self.row.cell(column);
        if !own.is_empty() {
            return own;
        }
        self.filled.get(&(self.number, column)).copied().unwrap_or(own)
    }
}

const TOTALS: &[&str] = &["合计", "小计", "总计", "共计", "累计", "本页合计", "本页小计", "总合计", "全镇合计", "全村合计"];
const SIGNATURES: &[&str] = &[
    "单位负责人", "填表人", "填报人", "审核人", "制表人", "负责人签字", "审批人", "填表单位", "填报单位", "填报时间", "填报日期", "填表日期",
    "制表日期", "统计负责人", "分管领导", "主管领导", "经办人", "联系电话", "负责人", "签字", "盖章", "单位（盖章）",
];
const NOTES: &[&str] = &["注", "备注", "说明", "填表说明", "填报说明", "附注", "注意", "注释"];

impl<'a> Body<'a> {
    pub(super) fn new(sheet: &'a Sheet, head: &'a Recognised) -> Self {
        let mut filled = HashMap::new();
        for merge in sheet.merges.iter().filter(|m| m.first_row > head.last_row && m.last_row > m.first_row) {
            let Some(top) = sheet.row(merge.first_row) else { continue };
            let cell = top.cell(merge.first_column);
            if cell.is_empty() {
                continue;
            }
            // Only rows that have a value of their own can be data.
            let from = sheet.rows.partition_point(|r| r.number <= merge.first_row);
            for row in sheet.rows[from..].iter().take_while(|r| r.number <= merge.last_row) {
                filled.insert((row.number, merge.first_column), cell);
            }
        }
        let head_texts = head_texts(sheet, head);
        Self { sheet, head, filled, head_texts }
    }

    /// Rows below the head that are data or titles, in order.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let from = self.sheet.rows.partition_point(|r| r.number <= self.head.last_row);
        self.sheet.rows[from..].iter().filter_map(|row| self.line(row))
    }

    fn line<'s>(&'s self, row: &'s Row) -> Option<Line<'s>> {
        let data = DataRow { number: row.number, row, filled: &self.filled };
        let texts: Vec<String> = row.cells.iter().filter(|c| !c.is_empty()).map(Cell::shown).collect();
        if texts.is_empty() || is_total(&texts) || is_signature(&texts) || self.repeats_head(row) || is_numbering(&texts)
        {
            return None;
        }
        if texts.len() == 1 && (texts[0].chars().count() > 12 || starts_note(&texts[0])) {
            return Some(Line::Title(texts[0].clone()));
        }
        let tells = |code: &str| !matches!(code, "seq" | "notes" | "village");
        let substance = self.head.columns.iter().any(|column| {
            column.field.is_some_and(|f| tells(f.code)) && !data.cell(column.index).is_empty()
        });
        if substance {
            Some(Line::Data(data))
        } else {
            (texts.len() == 1).then(|| Line::Title(texts[0].clone()))
        }
    }

    fn repeats_head(&self, row: &Row) -> bool {
        let filled = row.cells.iter().filter(|c| !c.is_empty()).count();
        let same = self
            .head_texts
            .iter()
            .filter(|(column, text)| match row.cell(*column) {
                Cell::Text(own) => plain(own) == *text,
                _ => false,
            })
            .count();
        same >= 2 && same * 2 > filled
    }
}

/// Every text of the head rows by its column, so that a head repeated further down is known.
fn head_texts(sheet: &Sheet, head: &Recognised) -> Vec<(usize, String)> {
    let mut texts = Vec::new();
    for number in head.first_row..=head.last_row {
        let Some(row) = sheet.row(number) else { continue };
        for (column, cell) in row.cells.iter().enumerate().filter(|(_, c)| !c.is_empty()) {
            texts.push((column, plain(&cell.shown())));
        }
    }
    texts
}

fn is_total(texts: &[String]) -> bool {
    texts.iter().take(2).any(|text| {
        let text: String = text.split_whitespace().collect();
        let bare = text.trim_end_matches(['：', ':']);
        TOTALS.contains(&bare)
            || (TOTALS.iter().any(|t| text.starts_with(t)) && text.contains(|c: char| "：:0123456789".contains(c)))
    })
}

fn is_signature(texts: &[String]) -> bool {
    // Only the first text counts: a remark at the end of a row of data may well say 联系电话：….
    let first: String = texts[0].split_whitespace().collect();
    SIGNATURES
        .iter()
        .any(|word| first.strip_prefix(word).is_some_and(|rest| rest.starts_with(['：', ':', '（', '('])))
}

fn starts_note(text: &str) -> bool {
    NOTES.iter().any(|word| text.strip_prefix(word).is_some_and(|rest| rest.starts_with(['：', ':', '1', '、'])))
}

/// A row of 1, 2, 3 … or 甲, 乙 … under a head.
fn is_numbering(texts: &[String]) -> bool {
    let numbers: Vec<i64> = texts.iter().filter_map(|t| t.parse().ok()).collect();
    numbers.len() >= 3 && numbers.len() + 2 >= texts.len() && numbers.windows(2).all(|w| w[1] == w[0] + 1)
}
