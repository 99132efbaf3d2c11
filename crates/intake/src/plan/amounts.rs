//! Cells that hold money or a number of things.

use tiexin_domain::Fen;

use super::reader::RowReader;
use super::sheet::Origin;
use super::values::{self, BadAmount};
use crate::finding::FindingCode;
use crate::workbook::Cell;

impl RowReader<'_> {
    /// Whether the cell is an error or was never computed: that was told already.
    fn is_faulty(&self, field: &str) -> bool {
        match self.cell(field) {
            Cell::Error(_) | Cell::Uncounted => true,
            Cell::Text(text) => super::cells::is_error(text),
            _ => false,
        }
    }

    pub(super) fn money(&mut self, field: &str) -> Option<Fen> {
        if self.is_faulty(field) || self.counts_elsewhere(field) {
            return None;
        }
        let unit = self.sheet.units.of(field);
        let cell = self.cell(field);
        let mut read = values::money(cell, unit);
        if let (Err(BadAmount::Shape), Some(each)) = (read, values::each_family(&cell.shown())) {
            read = values::money(&Cell::Text(each), unit);
            if let Ok(Some(fen)) = read {
                let hint = format!("写的是每户多少，录入时这一户按 {fen} 元，请核对");
                self.find(field, FindingCode::AmountEach, hint);
            }
        }
        match read {
            Ok(Some(fen)) if fen.0 < 0 => {
                let hint = match self.sheet.head.kind.is_fixed() {
                    true => "金额是负数；要冲掉一笔，请在本机打开原来那一笔，点“冲正”，不要另记一行负数",
                    false => "金额是负数；冲销请在原来那条记录上更正或作废，不要另记一行负数",
                };
                self.find(field, FindingCode::NumberInvalid, hint);
                None
            }
            // Nobody hands a family a million: the caption says 万元 and the cells hold yuan.
            Ok(Some(fen)) if !unit.is_one() && fen.0 >= 100_000_000 => {
                let hint = format!("按表头或表题的单位换算是 {fen} 元，请核对单位");
                self.find(field, FindingCode::UnitUnclear, hint);
                None
            }
            Ok(amount) => amount,
            Err(BadAmount::Shape) => {
                self.find(field, FindingCode::NumberInvalid, "金额写法不对，请写成如 300 或 300.50");
                None
            }
            Err(BadAmount::Places) => {
                self.find(field, FindingCode::NumberInvalid, "金额不到一分钱，请核对金额和单位");
                None
            }
        }
    }

    pub(super) fn count(&mut self, field: &str) -> Option<u32> {
        if self.is_faulty(field) || self.counts_elsewhere(field) {
            return None;
        }
        let text = match self.cell(field) {
            Cell::Number(number) => crate::workbook::Number::general(number.value).shown(),
            _ => self.said(field)?,
        };
        let count = values::count(&text, self.sheet.units.of(field));
        if count.is_none() {
            self.find(field, FindingCode::NumberInvalid, "数量写法不对，请写成整数，如 35");
        }
        count
    }

    /// One cell over several rows is one amount, not one for each: it is booked in its first row, and all say so. What nobody
    /// can mend once it is written waits, each row until its own is written.
    fn counts_elsewhere(&mut self, field: &str) -> bool {
        match self.origin(field) {
            Origin::Merged { rows, .. } if self.sheet.head.kind.is_fixed() => {
                let what = self.cell(field).shown();
                let hint = format!(
                    "一格合并了 {rows} 行，看不出 {what} 是每行都有还是合在一起，没有录入；请逐行填写"
                );
                self.find(field, FindingCode::NumberInvalid, hint);
                true
            }
            Origin::Merged { rows, first } => {
                let what = self.cell(field).shown();
                let hint = if first {
                    format!("一格合并了 {rows} 行，{what} 只在这一行记一次；如果每行都有，请逐行填写")
                } else {
                    format!("与上面合并成一格，{what} 记在第一行，这一行不记；如果每行都有，请逐行填写")
                };
                self.find(field, FindingCode::AmountMerged, hint);
                !first
            }
            Origin::Above => {
                let hint = format!("写的是“同上”，录入时按上一行的 {}，请核对", self.cell(field).shown());
                self.find(field, FindingCode::AmountAbove, hint);
                false
            }
            Origin::Nowhere | Origin::Own => false,
        }
    }
}
