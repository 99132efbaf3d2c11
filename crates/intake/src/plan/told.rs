//! What a finding says besides its hint: whose row it is, which title says what; and what is told once for many rows.

use tiexin_domain::shape::{Audience, Role};

use super::planner::Planner;
use super::reader::RowReader;
use super::values::Period;
use super::{SheetReport, Taken};
use crate::finding::{Finding, FindingCode};
use crate::heads::records::naming;
use crate::kind::{Records, SheetKind};
use crate::place::Places;

impl Planner<'_> {
    /// What a new row's record holds that the row did not say.
    pub(super) fn note_filled_in(&mut self, reader: &RowReader<'_>, taken: Taken) {
        for one in reader.filled_in.iter().filter(|_| taken == Taken::New) {
            *self.tally.filled_in.entry(*one).or_default() += 1;
        }
    }

    /// Whose row it is; never the child's name.
    pub(super) fn who(&self, reader: &RowReader<'_>) -> Option<String> {
        let fields: &[&str] = match reader.sheet.head.kind {
            SheetKind::SpecialFamilies => &["husband.name", "head.name", "wife.name", "spouse.name"],
            SheetKind::Members | SheetKind::Activities => &["name"],
            SheetKind::Records(records) => return named(reader, records),
            _ => &["head", "person", "insured", "met"],
        };
        let by_code = || {
            let family = self.staged.roll().by_code(reader.said("file_code")?.trim())?;
            Some(family.head_name.clone())
        };
        fields.iter().find_map(|field| reader.said(field)).or_else(by_code)
    }

    /// Services read before the families: that the book has none is told once, not on every row.
    pub(super) fn families_missing(&mut self, first_finding: usize, report: &mut SheetReport) {
        const MANY: usize = 5;
        let missing = |finding: &Finding| finding.code == FindingCode::HouseholdUnknown;
        let found = self.findings[first_finding..].iter();
        let rows: Vec<u32> = found.filter(|(_, f)| missing(f)).map(|(_, f)| f.row).collect();
        if rows.len() < MANY || !self.staged.roll().families().is_empty() {
            return;
        }
        let told = self.findings.split_off(first_finding);
        self.findings.extend(told.into_iter().filter(|(_, finding)| !missing(finding)));
        self.notices.push(super::notices::families_missing(report.name.as_deref(), &rows));
        report.waiting.extend(rows);
    }
}

/// Whom or what a list's row names: its own name, the family, the person it is about.
fn named(reader: &RowReader<'_>, records: Records) -> Option<String> {
    let shape = records.shape();
    let own = naming(shape).into_iter().chain(shape.with(Role::Persons));
    let own = own.filter(|field| field.audience == Audience::Everyone);
    let columns = own.filter_map(|field| reader.sheet.head.column_of(field.name, None)?.field);
    let mut codes = columns.map(|column| column.code).chain(["head", "file_code"]);
    codes.find_map(|code| reader.said(code))
}

/// That a village is none here, and what is called nearly so.
pub(super) fn no_such_village(places: &Places, text: &str) -> String {
    match places.of_stem(text) {
        Some(called) => format!("在本地区没有找到这个村（社区），有一个叫“{called}”的，请核对名称"),
        None => "在本地区没有找到这个村（社区），请核对名称，或先选对导入地区".into(),
    }
}

/// Which title says which year.
pub(super) fn years_said(above: &[String], tab: Option<&str>, file_name: &str) -> String {
    let above = above.iter().map(|text| ("标题", text.as_str()));
    let texts = above.chain(tab.map(|tab| ("工作表名", tab))).chain([("文件名", file_name)]);
    let said = texts.filter_map(|(what, text)| {
        let year = Period::year_said(text)?;
        Some(format!("{what}“{text}”写的是 {year} 年"))
    });
    said.collect::<Vec<_>>().join("，")
}
