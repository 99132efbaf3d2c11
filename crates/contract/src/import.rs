//! Bringing ledgers in: preview, mend, run, undo and redo, marked copy, what an import found.

use serde::{Deserialize, Serialize};
use tiexin_domain::Kind;
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::commands;
use crate::done::Done;
pub use crate::files::FileGiven;
use crate::files::FileMade;

/// Reads files without writing anything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportPreview {
    pub files: Vec<FileGiven>,
    /// The township the ledgers belong to.
    pub region: RegionCode,
    /// Columns mapped by hand; kept for the next time once the import is written.
    #[serde(default)]
    pub mapping: Vec<ColumnChoice>,
    /// The kind of record of which the sheets are lists; none: the ledgers are recognised, and our own templates.
    #[serde(default)]
    pub kind: Option<String>,
    /// Names the reading for [`CancelJob`], and in its progress; none: it is not stopped.
    #[serde(default)]
    pub job: Option<Uuid>,
}

/// An empty xlsx for a kind of record: heads, lists to choose from, an example, explanations.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Template {
    pub kind: String,
    /// Whose villages stand in it to choose from.
    pub region: RegionCode,
    pub path: Option<String>,
}

/// Writes texts into cells of a kept preview's ledgers and plans them again; the files stay as they are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MendCells {
    pub plan: Uuid,
    pub cells: Vec<CellMended>,
    /// Names the planning for [`CancelJob`], and in its progress; none: nobody asks how far it is.
    #[serde(default)]
    pub job: Option<Uuid>,
}

/// What a cell should say, told on the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellMended {
    /// As [`FilePlan::file`] has it.
    pub file: String,
    pub sheet: Option<String>,
    /// As the spreadsheet shows it, from 1.
    pub row: u32,
    /// `A`, `B` …
    pub letter: String,
    /// Empty: nothing stands there.
    pub text: String,
}

/// The worker says what a column is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnChoice {
    /// A sheet kind code, e.g. `visits`.
    pub sheet_kind: String,
    /// The head as it stands, levels joined by `/`.
    pub head: String,
    /// Field code, or none to keep it as a note.
    pub field: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportPlan {
    /// Hand this to [`RunImport`].
    pub plan: Uuid,
    pub files: Vec<FilePlan>,
    /// Choices for [`ColumnChoice::field`].
    pub fields: Vec<SheetFields>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetFields {
    pub sheet_kind: String,
    pub label: String,
    /// (code, Chinese label)
    pub fields: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilePlan {
    pub file: String,
    /// Ledger kind code; none when the file was refused.
    pub kind: Option<String>,
    pub kind_label: Option<String>,
    /// Why the whole file cannot be read.
    pub refused_file: Option<String>,
    /// Rows of data: `taken` and `refused` together.
    pub rows: u64,
    /// Rows below the heads that are none of data: totals, titles, signatures, a template's example.
    #[serde(default)]
    pub passed_over: u64,
    /// Rows that are in the book afterwards: new, filled, unchanged and different ones.
    pub taken: u64,
    pub refused: u64,
    /// Rows that the book did not have.
    pub new: u64,
    /// Rows whose record got what it lacked.
    pub filled: u64,
    /// Rows that are in the book as they stand.
    pub unchanged: u64,
    /// Rows of which the book has another value somewhere.
    pub differs: u64,
    pub findings: Vec<FindingRow>,
    pub notices: Vec<NoticeRow>,
    /// Cells that were mended on the screen since the file was read.
    #[serde(default)]
    pub mended: u64,
    pub changes: Vec<ChangeRow>,
    pub sheets: Vec<SheetPlan>,
}

/// What concerns a sheet or the file as a whole: a sheet passed over, rows that repeat others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeRow {
    pub sheet: Option<String>,
    pub code: String,
    pub hint: String,
}

/// A field of a record that is in the book: filled, or different.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// Its number within the preview: for [`RunImport::take`].
    pub number: u32,
    pub sheet: Option<String>,
    pub row: u32,
    /// Whose record it is, as lists call it.
    pub title: String,
    pub field_label: String,
    /// As the book has it, masked where lists mask; none: the book has nothing, and it is filled.
    pub old: Option<String>,
    pub new: String,
    /// The ledger's value was taken over the book's.
    pub taken: bool,
    /// Taken, it brings a record back that a person had hidden.
    #[serde(default)]
    pub restores: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetPlan {
    pub name: String,
    /// None: not a ledger sheet, passed over.
    pub kind: Option<String>,
    pub columns: Vec<ColumnPlan>,
    /// The first data rows as they stand, for the eye.
    pub sample: Vec<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnPlan {
    /// `A`, `B` …
    pub letter: String,
    pub head: String,
    pub field: Option<String>,
    pub field_label: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingRow {
    pub sheet: Option<String>,
    /// As the spreadsheet shows it, from 1.
    pub row: u32,
    pub column: String,
    pub code: String,
    /// The row waits; false: taken with a to-do.
    pub refused: bool,
    /// The row is in the book with another value.
    pub differs: bool,
    /// As the file has it, numbers masked where lists mask them.
    pub value: String,
    pub hint: String,
    /// Whose row it is; empty where the row names nobody.
    #[serde(default)]
    pub who: String,
    /// The column's letter, for [`CellMended::letter`]; empty where the sheet has no such column.
    #[serde(default)]
    pub letter: String,
    /// What the box in which it is mended begins with; empty where `value` is masked. Kept nowhere.
    #[serde(default)]
    pub written: String,
}

/// Writes a preview's rows as one batch. Progress comes as events with the plan's id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunImport {
    pub plan: Uuid,
    /// Differences of which the ledger's value is taken, by [`ChangeRow::number`]. Nothing else is overwritten.
    #[serde(default)]
    pub take: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportDone {
    pub batch: Uuid,
    pub files: Vec<FilePlan>,
    pub records: u64,
}

/// Stops a running import; nothing of it stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CancelJob {
    pub job: Uuid,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportBatches {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    pub id: Uuid,
    pub files: Vec<String>,
    pub at: i64,
    pub by: String,
    pub records: u64,
    /// Rows that were written, new and filled ones; none of an import by an older program.
    #[serde(default)]
    pub rows: Option<u64>,
    /// Findings that were kept with it: [`ImportFindings`].
    #[serde(default)]
    pub findings: u64,
    pub undone: bool,
    /// No import: many records were changed alike ([`crate::bulk::ChangeMany`]), or an election
    /// ([`crate::election::ElectCouncil`]); `files` says what was done.
    #[serde(default)]
    pub many: bool,
    /// All of it is entered for good: each record is taken back by itself, none with the batch.
    #[serde(default)]
    pub fixed: bool,
}

/// What an import found, as it was told then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportFindings {
    pub batch: Uuid,
}

/// Brings back what an undone import had made; what somebody wrote since stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RedoImport {
    pub batch: Uuid,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Redone {
    /// Records that are as the import had made them.
    pub redone: u64,
    /// Records that somebody has written since.
    pub left: u64,
}

/// What taking an import back would do, before it is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UndoPreview {
    pub batch: Uuid,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UndoPlan {
    /// Records that go, by kind: (label, number).
    pub goes: Vec<(String, u64)>,
    /// Records that the import only changed and that get their former values, by kind.
    pub back: Vec<(String, u64)>,
    /// What stays, and why.
    pub stays: Vec<StayRow>,
    /// How many more stay than are listed.
    pub more: u64,
}

impl UndoPlan {
    /// What goes, as people count it: `3 户家庭、6 位家庭成员`. Empty: nothing goes.
    pub fn goes_in_words(&self) -> String {
        in_words(&self.goes)
    }

    /// What gets its former values back, in the same words.
    pub fn back_in_words(&self) -> String {
        in_words(&self.back)
    }

    /// How many stay.
    pub fn staying(&self) -> u64 {
        self.stays.len() as u64 + self.more
    }
}

fn in_words(kinds: &[(String, u64)]) -> String {
    // Families first, whatever order they were found in.
    let place = |label: &str| Kind::ALL.iter().position(|kind| kind.label() == label);
    let mut sorted: Vec<&(String, u64)> = kinds.iter().collect();
    sorted.sort_by_key(|(label, _)| place(label).unwrap_or(Kind::ALL.len()));
    let told = sorted.iter().map(|(label, number)| match place(label) {
        Some(at) => format!("{number} {}", Kind::ALL[at].counted()),
        None => format!("{number} 条{label}"),
    });
    told.collect::<Vec<_>>().join("、")
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StayRow {
    pub title: String,
    pub why: String,
}

/// Hides what a batch made and nobody has edited or needs since.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UndoImport {
    pub batch: Uuid,
}

/// The ledger with the findings beside the rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MarkedCopy {
    pub plan: Uuid,
    pub file: String,
    pub path: Option<String>,
}

commands! {
    ImportPreview => "import.preview" -> ImportPlan;
    MendCells => "import.mend" -> ImportPlan;
    RunImport => "import.run" -> ImportDone;
    CancelJob => "job.cancel" -> Done;
    ImportBatches => "import.batches" -> Vec<Batch>;
    UndoPreview => "import.undo_preview" -> UndoPlan;
    UndoImport => "import.undo" -> Done;
    RedoImport => "import.redo" -> Redone;
    ImportFindings => "import.findings" -> Vec<FilePlan>;
    MarkedCopy => "import.marked_copy" -> FileMade;
    Template => "import.template" -> FileMade;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_is_told_with_its_measure_words() {
        let goes = vec![("人员".into(), 6), ("处理意见".into(), 1), ("家庭户".into(), 3)];
        let plan = UndoPlan { goes, back: Vec::new(), stays: Vec::new(), more: 2 };
        assert_eq!(plan.goes_in_words(), "3 户家庭、6 位家庭成员、1 条处理意见");
        assert_eq!(plan.staying(), 2);
    }
}
