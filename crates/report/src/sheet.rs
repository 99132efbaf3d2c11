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
    /// What is written after the words of the foot, in their order; may be shorter.
    pub signed: Vec<String>,
    /// By which rules was counted, where a reader might take it otherwise.
    pub rules: Vec<String>,
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
    pub standing: Standing,
    /// Townships below the unit, and those of them without a figure; none where the unit submits by itself.
    pub below: Option<(u32, u32)>,
    /// In the order of the columns, without the column of names.
    pub cells: Vec<ReportCell>,
}

/// Why a unit's row is empty: zeros alone would look like a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Something was counted.
    Figures,
    /// There are records, but nothing that the form counts in the period.
    Nothing,
    /// The book has no record of it.
    NoRecords,
    /// Nothing of it has ever come to the province. Only a desk that has read the province knows.
    NeverSent,
    /// The desk has not read the province yet.
    NotRead,
}

impl Standing {
    /// As it stands beside the unit's name; none when there are figures.
    pub fn label(self) -> Option<&'static str> {
        match self {
            Standing::Figures => None,
            Standing::Nothing => Some("本期没有记录"),
            Standing::NoRecords => Some("还没有任何数据"),
            Standing::NeverSent => Some("没有报来过数据"),
            Standing::NotRead => Some("本机还没读到"),
        }
    }
}

impl ReportRow {
    /// What a reader should know of the row, in a few words.
    pub fn hint(&self) -> Option<String> {
        match (self.standing, self.below) {
            (Standing::Figures, Some((_, silent @ 1..))) if !self.total => {
                Some(format!("{silent} 个乡镇没有数"))
            }
            (standing, _) => standing.label().filter(|_| !self.total).map(str::to_owned),
        }
    }
}

impl Sheet {
    /// What stands below the form: the rules, and which units are empty and why.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.rules.clone();
        let units: Vec<&ReportRow> = self.rows.iter().filter(|row| !row.total).collect();
        for standing in [Standing::Nothing, Standing::NoRecords, Standing::NeverSent, Standing::NotRead] {
            let names: Vec<&str> =
                units.iter().filter(|row| row.standing == standing).map(|row| row.label.as_str()).collect();
            if let Some(label) = standing.label().filter(|_| !names.is_empty()) {
                notes.push(format!("{label}：{}", names.join("、")));
            }
        }
        let partly = units.iter().filter(|row| row.standing == Standing::Figures).filter_map(|row| {
            let (units, silent) = row.below.filter(|(_, silent)| *silent > 0)?;
            Some(format!("{}（{units} 个中 {silent} 个）", row.label))
        });
        let partly: Vec<String> = partly.collect();
        if !partly.is_empty() {
            notes.push(format!("有乡镇没有数：{}", partly.join("、")));
        }
        notes
    }
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
