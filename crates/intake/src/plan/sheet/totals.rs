//! Rows that sum others up: none of data, and held against what they sum up.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tiexin_domain::Fen;
use tiexin_domain::shape::Holds;

use super::{Body, Line, Origin};
use crate::heads::Column;
use crate::plan::context::Units;
use crate::plan::values;
use crate::workbook::{Cell, Number, Row};

const TOTALS: &[&str] =
    &["合计", "小计", "总计", "共计", "累计", "本页合计", "本页小计", "总合计", "全镇合计", "全村合计"];
/// Rows that carry a sum from one printed page to the next.
const CARRIED: &[&str] = &[
    "承前页",
    "过次页",
    "承上页",
    "转下页",
    "接上页",
    "续上页",
    "接前页",
    "上页合计",
    "本页",
    "以下空白",
    "以下无正文",
];
/// Those that sum up all that stands above, or all since the last such row.
const WHOLE: &[&str] = &["合计", "总计", "共计", "总合计", "全镇合计", "全村合计"];

/// A sum that is not the sum of the rows above it.
pub(in crate::plan) struct OtherSum {
    pub(in crate::plan) row: u32,
    pub(in crate::plan) head: String,
    pub(in crate::plan) written: String,
    pub(in crate::plan) summed: String,
}

pub(super) fn is_total(first: &Cell, second: Option<&Cell>) -> bool {
    [Some(first), second].into_iter().flatten().any(|cell| {
        let Cell::Text(text) = cell else { return false };
        if !text.contains('计') {
            return false;
        }
        let text: String = text.split_whitespace().collect();
        let bare = text.trim_end_matches(['：', ':']);
        TOTALS.contains(&bare)
            || (TOTALS.iter().any(|t| text.starts_with(t))
                && text.contains(|c: char| "：:0123456789".contains(c)))
    })
}

pub(super) fn is_carried(cell: &Cell) -> bool {
    let Cell::Text(text) = cell else { return false };
    // Each of these words has one of the two; most cells have neither.
    if text.len() > 60 || !text.contains(['页', '下']) {
        return false;
    }
    let text: String = text.split_whitespace().collect();
    CARRIED.contains(&text.trim_end_matches(['：', ':']))
}

impl Body<'_> {
    /// Of a list of records: where a row of sums says another one than the rows above it have together.
    pub(in crate::plan) fn other_sums(&self, units: &Units) -> Vec<OtherSum> {
        let columns: Vec<&Column> = self.head.columns.iter().filter(|column| is_summed(column)).collect();
        let mut other = Vec::new();
        if columns.is_empty() {
            return other;
        }
        // Of each column what stands above at all, and since the last sum or title.
        let mut sums: BTreeMap<usize, (Decimal, Decimal)> = BTreeMap::new();
        for row in self.sheet.rows.iter().filter(|row| row.number > self.head.last_row) {
            if is_whole(row) {
                for column in &columns {
                    let entry = sums.entry(column.index).or_default();
                    let (all, since) = *entry;
                    let written = amount(column, row.cell(column.index), units);
                    if let Some(written) = written.filter(|sum| *sum != all && *sum != since) {
                        let [written, summed] = [written, since].map(|sum| sum.normalize().to_string());
                        other.push(OtherSum { row: row.number, head: column.head.clone(), written, summed });
                    }
                    *entry = (all, Decimal::ZERO);
                }
                continue;
            }
            match self.line(row) {
                Some(Line::Data(data)) => {
                    for column in &columns {
                        if matches!(data.origin(column.index), Origin::Merged { first: false, .. }) {
                            continue;
                        }
                        let own = amount(column, data.cell(column.index), units).unwrap_or_default();
                        let (all, since) = sums.entry(column.index).or_default();
                        *all += own;
                        *since += own;
                    }
                }
                Some(Line::Title(_)) => sums.values_mut().for_each(|(_, since)| *since = Decimal::ZERO),
                None => {}
            }
        }
        other
    }
}

/// Whether the row sums up all above it; no sum of a page or of a group.
fn is_whole(row: &Row) -> bool {
    row.cells.iter().filter(|cell| !cell.is_empty()).take(2).any(|cell| {
        let Cell::Text(text) = cell else { return false };
        let text: String = text.split_whitespace().collect();
        WHOLE.contains(&text.trim_end_matches(['：', ':']))
    })
}

/// Money and numbers of things that a column of a list holds.
fn is_summed(column: &Column) -> bool {
    let holds = column.field.and_then(|field| field.own).map(|own| own.holds);
    matches!(holds, Some(Holds::Money | Holds::Count))
}

/// In yuan or in things; none of what is neither.
fn amount(column: &Column, cell: &Cell, units: &Units) -> Option<Decimal> {
    let field = column.field?;
    let unit = units.of(field.code);
    if field.own?.holds == Holds::Money {
        // `500元/户` is what the row's family was given.
        let each = || values::money(&Cell::Text(values::each_family(&cell.shown())?), unit).ok();
        let Fen(fen) = values::money(cell, unit).ok().or_else(each)??;
        return Some(Decimal::new(fen, 2));
    }
    let text = match cell {
        Cell::Number(number) => Number::general(number.value).shown(),
        other => other.shown(),
    };
    values::count(&text, unit).map(Decimal::from)
}
