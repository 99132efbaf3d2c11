//! Forms, figures, and the records behind a figure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;

use crate::commands;
use crate::done::Done;
use crate::files::FileMade;
use crate::records::RecordRow;

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
    /// `YYYY-MM`; neither one that has not come nor one before any record.
    pub month: String,
    pub region: RegionCode,
    /// Of a township a row for each village; of other regions the same as without.
    #[serde(default)]
    pub by_village: bool,
}

impl GetReport {
    /// The form as it is submitted.
    pub fn of(form: impl Into<String>, month: impl Into<String>, region: RegionCode) -> GetReport {
        GetReport { form: form.into(), month: month.into(), region, by_village: false }
    }
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
    /// What the user writes after each of them: kept from the last time, 填表人 the user's own name.
    #[serde(default)]
    pub signed: Vec<String>,
    /// Chinese: by which rules was counted, and which units are empty and why. Stand below the form.
    #[serde(default)]
    pub notes: Vec<String>,
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
    #[serde(default)]
    pub standing: UnitStanding,
    /// Chinese, a few words beside the unit's name: why it is empty.
    #[serde(default)]
    pub hint: Option<String>,
    pub cells: Vec<ReportCell>,
}

/// Why a unit's row is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitStanding {
    /// Something was counted.
    #[default]
    Figures,
    /// There are records, but nothing that the form counts in the period.
    Nothing,
    /// The book has no record of it.
    NoRecords,
    /// Nothing of it has ever come to the province.
    NeverSent,
    /// The desk has not read the province yet.
    NotRead,
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
    #[serde(default)]
    pub by_village: bool,
    /// None: hand the bytes over.
    pub path: Option<String>,
}

/// Keeps what the user writes at the foot of the forms: word of the foot → text, such as 联系电话. An empty text
/// is forgotten.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignForms {
    pub signed: BTreeMap<String, String>,
}

commands! {
    ListForms => "report.forms" -> Vec<FormName>;
    GetReport => "report.get" -> ReportSheet;
    FigureRecords => "report.figure" -> FigureReply;
    ExportReport => "report.export" -> FileMade;
    SignForms => "report.sign" -> Done;
}
