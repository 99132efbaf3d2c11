//! Bringing ledgers in: preview, run, undo, marked copy.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::commands;
use crate::records::FileMade;
use crate::session::Done;

/// Where a file comes from: a path (window, terminal) or its bytes (loopback host).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileGiven {
    pub name: String,
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub base64: Option<String>,
}

/// Reads files without writing anything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportPreview {
    pub files: Vec<FileGiven>,
    /// The township the ledgers belong to.
    pub region: RegionCode,
    /// Columns mapped by hand; kept for the next time.
    #[serde(default)]
    pub mapping: Vec<ColumnChoice>,
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
    pub rows: u64,
    pub taken: u64,
    pub refused: u64,
    /// Rows that are in the book already.
    pub unchanged: u64,
    pub findings: Vec<FindingRow>,
    pub sheets: Vec<SheetPlan>,
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
    pub value: String,
    pub hint: String,
}

/// Writes a preview's rows as one batch. Progress comes as events with the plan's id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunImport {
    pub plan: Uuid,
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
    pub undone: bool,
}

/// Hides every record of a batch that nobody has touched since.
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
    RunImport => "import.run" -> ImportDone;
    CancelJob => "job.cancel" -> Done;
    ImportBatches => "import.batches" -> Vec<Batch>;
    UndoImport => "import.undo" -> Done;
    MarkedCopy => "import.marked_copy" -> FileMade;
}
