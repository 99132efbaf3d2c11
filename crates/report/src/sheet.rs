//! A form with its figures, as it is printed and as a screen shows it.

use serde::Serialize;
use tiexin_domain::RegionCode;

/// A grid with merged heads, then one row for each unit and, above a township, a total.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sheet {
    pub form: String,
    pub title: String,
    /// 填报单位
    pub unit: String,
    /// 填报时间, e.g. `2026年10月`
    pub period: String,
    /// The line under the title, filled in, e.g. `填报单位：固镇县`, `填报时间：2026年10月`.
    pub unit_line: Vec<String>,
    /// The first column, of the units' names, counts too.
    pub columns: u32,
    pub heads: Vec<HeadCell>,
    pub head_rows: u32,
    pub rows: Vec<ReportRow>,
    /// 单位负责人 / 审核人 / 填表人 / 联系电话
    pub foot: Vec<String>,
}

/// Rows and columns from 0, within the head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeadCell {
    pub row: u32,
    pub column: u32,
    pub row_span: u32,
    pub column_span: u32,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportRow {
    pub region: RegionCode,
    pub label: String,
    /// The sum of the rows above.
    pub total: bool,
    /// In the order of the columns, without the column of names.
    pub cells: Vec<ReportCell>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportCell {
    /// Heads from the top down, e.g. `["走访慰问落实", "日常走访", "户"]`.
    pub path: Vec<String>,
    /// As printed; money with two places.
    pub value: String,
}

/// A region's own figures, as others script against them (`docs/command-line.md`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    pub form: String,
    /// `YYYY-MM`
    pub month: String,
    pub region: RegionCode,
    pub figures: Vec<Figure>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    pub path: Vec<String>,
    /// As printed; money with two places.
    pub value: String,
}
