//! What every row of a ledger becomes, decided without touching anything.

mod activities;
mod families;
mod members;
mod planner;
mod reader;
mod services;
mod sheet;
mod values;

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::Serialize;
use tiexin_domain::{Fields, Kind, RegionCode};
use uuid::Uuid;

use crate::finding::Finding;
use crate::kind::{LedgerKind, SheetKind};
use crate::lookup::Lookup;
use crate::mapping::Mapping;
use crate::refusal::{FileRefused, RefusalCode, Watch};
use crate::workbook::Workbook;

/// What a plan is made with.
pub struct ImportContext<'a> {
    /// The region whose ledgers are imported: a township as a rule, a county or a village at times.
    pub scope: RegionCode,
    /// For a date without a year where no title names one.
    pub today: NaiveDate,
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
    /// Rows that will be written, and those already in the book.
    pub taken: usize,
    /// Of the taken rows, those already in the book: nothing is written for them.
    pub unchanged: usize,
    /// Rows that wait for the worker.
    pub refused: usize,
    /// In the order of sheets and rows.
    pub findings: Vec<Finding>,
    /// What is to be written, in an order in which nothing refers ahead.
    pub groups: Vec<PlannedGroup>,
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
    pub taken: usize,
    pub unchanged: usize,
    pub refused: usize,
    /// The rows that are in the book already, for the marked copy.
    #[serde(skip)]
    pub unchanged_rows: std::collections::BTreeSet<u32>,
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
}

/// One record to be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedRecord {
    pub kind: Kind,
    pub id: Uuid,
    pub region: RegionCode,
    pub fields: Fields,
    pub intent: Intent,
}

impl LedgerPlan {
    /// The refusal to show when no sheet was recognised.
    pub fn refusal(&self) -> Option<FileRefused> {
        self.kind.is_none().then(|| {
            FileRefused::new(
                RefusalCode::FileNotLedger,
                "没有认出这份台账：未找到特殊家庭、会员、服务记录或活动的表头，请检查表头，或手工指定各列的含义",
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
