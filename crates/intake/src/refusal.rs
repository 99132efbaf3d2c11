//! Why a whole file is refused, and how long work is watched.

use serde::{Deserialize, Serialize};

/// Why a file cannot be imported at all. Screens match the code, never the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// Not a spreadsheet, or a spreadsheet in which no ledger was recognised.
    FileNotLedger,
    /// Cut off or broken.
    FileDamaged,
    /// Protected by a password.
    FileEncrypted,
    /// Larger than a ledger can be, on disk or unpacked.
    FileTooLarge,
    /// The worker stopped it.
    Cancelled,
}

impl RefusalCode {
    /// The code as it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalCode::FileNotLedger => "file_not_ledger",
            RefusalCode::FileDamaged => "file_damaged",
            RefusalCode::FileEncrypted => "file_encrypted",
            RefusalCode::FileTooLarge => "file_too_large",
            RefusalCode::Cancelled => "cancelled",
        }
    }
}

/// A file that is refused whole. The message is Chinese and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct FileRefused {
    pub code: RefusalCode,
    pub message: String,
}

impl FileRefused {
    pub(crate) fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
    pub(crate) fn damaged() -> Self {
        Self::new(
            RefusalCode::FileDamaged,
            "文件不完整或已损坏，请用 Excel 或 WPS 打开检查，另存为新的 .xlsx 文件后再导入",
        )
    }
    pub(crate) fn encrypted() -> Self {
        Self::new(
            RefusalCode::FileEncrypted,
            "文件设有打开密码，请先用 Excel 或 WPS 打开并取消密码，保存后再导入",
        )
    }
    pub(crate) fn too_large(why: &str) -> Self {
        Self::new(
            RefusalCode::FileTooLarge,
            format!("{why}，超出台账的正常大小。请删除多余的空行空列，或分成几个文件后再导入"),
        )
    }
    pub(crate) fn not_ledger(why: &str) -> Self {
        Self::new(RefusalCode::FileNotLedger, why)
    }
    pub(crate) fn cancelled() -> Self {
        Self::new(RefusalCode::Cancelled, "已取消，未写入任何内容")
    }
}

/// What long work is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Rows are read out of the file; the total is not known.
    Reading,
    /// Rows are turned into records.
    Planning,
}

/// How far long work has come, in rows. `total` is 0 while unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub stage: Stage,
    pub done: usize,
    pub total: usize,
}

/// Told how far the work is every few hundred rows; answers whether to go on.
pub type Watch<'a> = &'a dyn Fn(Progress) -> bool;
