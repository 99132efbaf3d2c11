//! Forms, figures, and the records behind a figure.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;

use crate::commands;
use crate::records::{FileMade, RecordRow};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListForms {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormName {
    /// `F1`
    pub code: String,
    pub title: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetReport {
    pub form: String,
    /// `YYYY-MM`
    pub month: String,
    pub region: RegionCode,
}

/// A form as it is printed: a grid with merged heads, then one row for each unit and a total.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportSheet {
    pub form: String,
    pub title: String,
    /// 填报单位
    pub unit: String,
    /// 填报时间, e.g. `2026年10月`
    pub period: String,
    pub columns: u32,
    pub heads: Vec<HeadCell>,
    pub head_rows: u32,
    pub rows: Vec<ReportRow>,
    /// 单位负责人 / 审核人 / 填表人 / 联系电话
    pub foot: Vec<String>,
}

/// Rows and columns from 0, within the head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadCell {
    pub row: u32,
    pub column: u32,
    pub row_span: u32,
    pub column_span: u32,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportRow {
    pub region: RegionCode,
    pub label: String,
    /// The sum of the rows above.
    pub total: bool,
    pub cells: Vec<ReportCell>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportCell {
    /// Heads from the top down, e.g. `["走访慰问落实", "日常走访", "户"]`.
    pub path: Vec<String>,
    /// As printed; money with two places.
    pub value: String,
}

/// The records behind one figure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FigureRecords {
    pub form: String,
    pub month: String,
    pub region: RegionCode,
    pub path: Vec<String>,
    pub limit: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FigureReply {
    pub value: String,
    pub records: Vec<RecordRow>,
    pub total: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExportReport {
    pub form: String,
    pub month: String,
    pub region: RegionCode,
    /// None: hand the bytes over.
    pub path: Option<String>,
}

commands! {
    ListForms => "report.forms" -> Vec<FormName>;
    GetReport => "report.get" -> ReportSheet;
    FigureRecords => "report.figure" -> FigureReply;
    ExportReport => "report.export" -> FileMade;
}
