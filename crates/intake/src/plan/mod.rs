//! What every row of a ledger becomes, decided without touching anything.

mod activities;
mod adults;
mod alike;
mod amounts;
mod around;
mod cells;
mod compare;
mod context;
mod families;
mod family_rows;
mod filled;
mod homes;
mod known_member;
mod members;
mod met;
mod notices;
mod numbers;
mod payments;
mod planner;
mod problems;
mod reader;
mod records;
mod reshape;
mod sections;
mod services;
mod settle;
mod sheet;
mod told;
mod values;
mod withheld;

pub use values::yes;

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use serde::Serialize;
use tiexin_domain::{Fields, Kind, RegionCode};
use uuid::Uuid;

use crate::finding::Finding;
use crate::kind::{LedgerKind, Records, SheetKind};
use crate::lookup::Lookup;
use crate::mapping::Mapping;
use crate::refusal::{FileRefused, RefusalCode, Watch};
use crate::workbook::Workbook;

/// What a plan is made with.
pub struct ImportContext<'a> {
    /// The region whose ledgers are imported: a township as a rule, a county or a village at times.
    pub scope: RegionCode,
    /// For a date without a year where no title names one; `None` while the computer's clock is wrong.
    pub today: Option<NaiveDate>,
    /// No day after this one was yet.
    pub latest: NaiveDate,
    /// What a person says that the sheets are lists of; none: the ledgers are recognised, and our own templates.
    pub kind: Option<Records>,
    /// Columns the worker mapped by hand.
    pub mapping: &'a Mapping,
    pub lookup: &'a dyn Lookup,
    /// Key of a record → its id; as a rule [`stable_id`].
    pub ids: &'a dyn Fn(&str) -> Uuid,
    /// Told of progress; answers whether to go on.
    pub watch: Option<Watch<'a>>,
}

/// What an import of one file would do. Nothing is written yet.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerPlan {
    pub file_name: String,
    /// `None` when no sheet was recognised: nothing is planned, the worker can map columns by hand.
    pub kind: Option<LedgerKind>,
    pub sheets: Vec<SheetReport>,
    /// Rows that are neither titles, heads, totals, signatures, notes nor blank.
    pub data_rows: usize,
    /// What becomes of the rows.
    pub rows: RowCounts,
    /// In the order of sheets and rows.
    pub findings: Vec<Finding>,
    /// What concerns a sheet or the whole file: sheets passed over, rows that repeat others.
    pub notices: Vec<Notice>,
    /// Fields of records that are in the book: filled where the book has nothing, or different.
    pub changes: Vec<FieldChange>,
    /// Numbers of the file that differ from the book's only where lists mask them.
    #[serde(skip)]
    pub guesses: BTreeSet<Guess>,
    /// What is to be written, in an order in which nothing refers ahead.
    pub groups: Vec<PlannedGroup>,
}

/// A number that is told to differ from the book's where it is masked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guess {
    pub record: Uuid,
    pub field: String,
    pub number: String,
}

/// What was understood of a sheet.
#[derive(Debug, Clone, Serialize)]
pub struct SheetReport {
    pub name: Option<String>,
    /// `None` for a sheet that is no list we know.
    pub kind: Option<SheetKind>,
    /// First and last row of the head, from 1; (0, 0) where there is none.
    pub head_rows: (u32, u32),
    pub columns: Vec<ColumnReport>,
    /// The village the sheet's name or title names.
    pub village: Option<RegionCode>,
    pub data_rows: usize,
    pub rows: RowCounts,
    /// Rows below the head that are none of data: totals, titles, signatures, a template's example.
    pub passed_over: usize,
    /// What became of each taken row, for the marked copy.
    #[serde(skip)]
    pub taken_as: std::collections::BTreeMap<u32, Taken>,
    /// Rows that wait for families that the book does not have yet: told once for all of them.
    #[serde(skip)]
    pub waiting: std::collections::BTreeSet<u32>,
}

/// How a row was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// It is in the book as it stands, or an earlier row of the file says the same.
    Unchanged,
    /// The book gets what it lacked.
    Filled,
    /// Not in the book yet, or brought back after an import was taken back.
    New,
    /// The book has another value somewhere; a person takes the ledger's or leaves it.
    Differs,
}

/// Rows by what becomes of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    pub new: usize,
    pub filled: usize,
    pub unchanged: usize,
    pub differs: usize,
    /// Rows that wait for the worker.
    pub refused: usize,
}

impl RowCounts {
    /// Rows that are in the book after the import.
    pub fn taken(&self) -> usize {
        self.new + self.filled + self.unchanged + self.differs
    }

    fn add(&mut self, taken: Taken) {
        match taken {
            Taken::New => self.new += 1,
            Taken::Filled => self.filled += 1,
            Taken::Unchanged => self.unchanged += 1,
            Taken::Differs => self.differs += 1,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            new: self.new + other.new,
            filled: self.filled + other.filled,
            unchanged: self.unchanged + other.unchanged,
            differs: self.differs + other.differs,
            refused: self.refused + other.refused,
        }
    }
}

/// Something a worker should know of a sheet or a file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The tab's name, where it concerns one sheet.
    pub sheet: Option<String>,
    pub code: NoticeCode,
    /// Chinese; what happened and what to do.
    pub hint: String,
}

/// Stable codes of notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeCode {
    /// A sheet that is not shown in the spreadsheet was passed over.
    HiddenSheet,
    /// A sheet that is no list we know was passed over.
    SheetPassedOver,
    /// Rows of the sheet repeat rows of another one.
    RowsRepeated,
    /// A column's blanks were read as what stands above.
    VillageAbove,
    /// The sheet holds several tables; each was read by its own heads.
    SeveralTables,
    /// A head stands over two columns; the second is in the notes.
    ColumnTwice,
    /// Columns that no field holds go to the remarks.
    ColumnsInNotes,
    /// Rows that are not shown in the spreadsheet were read like the others.
    HiddenRows,
    /// Columns that are not shown in the spreadsheet were read like the others.
    HiddenColumns,
    /// Comments beside cells were not read.
    Comments,
    /// Dates without a year in a file that names none.
    YearGuessed,
    /// A list of visits has no column for whom was met: nobody is counted.
    NobodyMet,
    /// Figures or another block beside the table, set off by an empty column: not read.
    BesideTable,
    /// A column for each month: no day of a visit can be told.
    MonthColumns,
    /// A page about one family is no list.
    FamilyCard,
    /// A person said what the list is of, and no column of it is known.
    ColumnsUnknown,
    /// Numbers stand as this program masks them: passed over.
    MaskedCells,
    /// The book has no family yet, and the rows name families: told once.
    FamiliesMissing,
    /// A choice that a record cannot be without was not said, and the same was taken for all.
    FilledIn,
    /// A row of sums says another one than the rows above it have together.
    OtherSum,
}

impl NoticeCode {
    /// The code as it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            NoticeCode::HiddenSheet => "hidden_sheet",
            NoticeCode::SheetPassedOver => "sheet_passed_over",
            NoticeCode::RowsRepeated => "rows_repeated",
            NoticeCode::VillageAbove => "village_above",
            NoticeCode::SeveralTables => "several_tables",
            NoticeCode::ColumnTwice => "column_twice",
            NoticeCode::ColumnsInNotes => "columns_in_notes",
            NoticeCode::HiddenRows => "hidden_rows",
            NoticeCode::HiddenColumns => "hidden_columns",
            NoticeCode::Comments => "comments",
            NoticeCode::YearGuessed => "year_guessed",
            NoticeCode::NobodyMet => "nobody_met",
            NoticeCode::BesideTable => "beside_table",
            NoticeCode::MonthColumns => "month_columns",
            NoticeCode::FamilyCard => "family_card",
            NoticeCode::ColumnsUnknown => "columns_unknown",
            NoticeCode::MaskedCells => "masked_cells",
            NoticeCode::FamiliesMissing => "families_missing",
            NoticeCode::FilledIn => "filled_in",
            NoticeCode::OtherSum => "other_sum",
        }
    }
}

/// Of a [`FieldChange`]: whether the record is hidden.
pub const VOID: &str = "void";

/// A field of a record that is in the book, old beside new.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    pub sheet: Option<String>,
    pub row: u32,
    /// The letter of the column that says so; empty where the row as a whole does.
    pub letter: String,
    pub record: Uuid,
    pub kind: Kind,
    pub region: RegionCode,
    /// [`VOID`] where a person had hidden the record: `new` brings it back.
    pub field: String,
    /// Null where the book has nothing: it is filled. Otherwise it stays unless a person takes the new one.
    pub old: serde_json::Value,
    pub new: serde_json::Value,
}

/// What a column was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnReport {
    /// From 0.
    pub index: usize,
    pub letter: String,
    /// The head, levels joined by `>`.
    pub head: String,
    /// A code of [`crate::fields_of`]; `None` for a column kept in the notes or left out.
    pub field: Option<&'static str>,
    /// What a worker calls the field.
    pub label: Option<&'static str>,
    /// Left out by the worker's mapping.
    pub ignored: bool,
}

/// All that one row becomes: it is written whole or not at all.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedGroup {
    pub sheet: Option<String>,
    pub row: u32,
    /// Opaque, the same whenever the same row is imported.
    pub key: String,
    pub records: Vec<PlannedRecord>,
}

/// What a planned record means for the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Not there yet.
    New,
    /// The record is there; set only those of these fields that it lacks, never overwrite one.
    Fill,
    /// It went with an import that was taken back: it comes back with these fields.
    Restore,
}

/// One record to be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedRecord {
    pub kind: Kind,
    pub id: Uuid,
    pub region: RegionCode,
    /// Shared with what later rows see of it.
    #[serde(serialize_with = "whole")]
    pub fields: Arc<Fields>,
    pub intent: Intent,
}

fn whole<S: serde::Serializer>(fields: &Arc<Fields>, serializer: S) -> Result<S::Ok, S::Error> {
    fields.as_ref().serialize(serializer)
}

impl LedgerPlan {
    /// How a row was taken; none of a row that waits.
    pub fn taken(&self, sheet: Option<&str>, row: u32) -> Option<Taken> {
        let mut sheets = self.sheets.iter().filter(|report| report.name.as_deref() == sheet);
        sheets.find_map(|report| report.taken_as.get(&row).copied())
    }

    /// The refusal to show when no sheet was recognised.
    pub fn refusal(&self) -> Option<FileRefused> {
        self.kind.is_none().then(|| {
            // What the sheet is, where that shows, helps more than what it is not.
            let known = |notice: &&Notice| matches!(notice.code, NoticeCode::MonthColumns | NoticeCode::FamilyCard);
            let said = self.notices.iter().find(known).map(|notice| notice.hint.as_str());
            FileRefused::new(
                RefusalCode::FileNotLedger,
                said.unwrap_or("没有认出这份台账：未找到特殊家庭、会员、服务记录或活动的表头，请检查表头，或手工指定各列的含义；别的名单请先选是哪一类，再选文件，或者填在下载的模板里"),
            )
        })
    }
}

/// The id of an imported record: a UUIDv8 (RFC 9562) made from its key alone, so that two desks which
/// import the same ledger make the same records. Domain-separated; never compare it with UUIDv7 by time.
pub fn stable_id(key: &str) -> Uuid {
    static KEY: LazyLock<blake3::Hasher> =
        LazyLock::new(|| blake3::Hasher::new_derive_key("tiexin 2026-10 imported record id"));
    let hash = KEY.clone().update(key.as_bytes()).finalize();
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Plans the import of one file. Refuses only when the watch says stop.
pub fn plan(workbook: &Workbook, context: &ImportContext<'_>) -> Result<LedgerPlan, FileRefused> {
    planner::plan(workbook, context)
}
