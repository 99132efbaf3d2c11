//! Errors to the edge: screens match codes, people read messages.

use serde::{Deserialize, Serialize};
use tiexin_domain::Problem;

/// Stable codes. A screen acts on the code, never on the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Nobody is signed in, or the desk has locked itself: show the sign-in screen.
    SignedOut,
    WrongPassword,
    /// Too many wrong passwords; `wait_seconds` tells how long.
    LockedOut,
    /// The session has no right to this, there.
    NoRight,
    NotFound,
    /// Fields are wrong; see `problems`.
    Invalid,
    /// The record was changed meanwhile by another window or by sync.
    ChangedMeanwhile,
    /// A file cannot be read as a ledger.
    FileRefused,
    /// No network, or the province does not answer.
    Offline,
    /// The province refused; the message says why.
    Refused,
    /// The disk is full or cannot be written.
    Disk,
    /// The book was written by a newer program.
    NewerBook,
    Cancelled,
    /// The lease is over: the book stays locked until it has spoken with the province.
    LeaseEnded,
    /// The book was destroyed on the province's order.
    Wiped,
    /// The command is not known to this desk.
    UnknownCommand,
    /// A fault of the program; what was saved is safe.
    Internal,
}

/// What a command answers when it does not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReply {
    pub code: ErrorCode,
    /// Chinese: what happened, what is safe, what to do next. Never personal data.
    pub message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u64>,
}

impl ErrorReply {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), problems: Vec::new(), wait_seconds: None }
    }
    /// Fields to be mended.
    pub fn invalid(problems: Vec<Problem>) -> Self {
        let message = problems.first().map(|p| p.message.clone()).unwrap_or_default();
        Self { code: ErrorCode::Invalid, message, problems, wait_seconds: None }
    }
    /// The message for a field, if it is among the problems.
    pub fn about(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|p| p.field == field).map(|p| p.message.as_str())
    }
}

impl std::fmt::Display for ErrorReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for ErrorReply {}
