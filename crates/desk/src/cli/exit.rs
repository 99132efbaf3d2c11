//! How a run ends: the exit codes of `docs/command-line.md`, and the message on stderr.

use std::process::ExitCode;

use tiexin_contract::{ErrorCode, ErrorReply};

/// Frozen: scripts act on these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Failed = 1,
    Usage = 2,
    WrongPassword = 3,
    NotFound = 4,
    Offline = 5,
    Invalid = 6,
    Faults = 7,
}

/// Why a run ends without having done its work.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    /// Chinese, for stderr. Empty: everything was said already.
    pub(super) message: String,
}

pub(super) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(super) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// What was to be told has been printed.
    pub(super) fn told(exit: Exit) -> Self {
        Self::new(exit, "")
    }

    pub(super) fn end(self) -> ExitCode {
        if !self.message.is_empty() {
            tiexin_terminal::say!("{}", self.message);
        }
        ExitCode::from(self.exit as u8)
    }
}

impl From<ErrorReply> for Failure {
    fn from(reply: ErrorReply) -> Self {
        let exit = match reply.code {
            ErrorCode::WrongPassword | ErrorCode::LockedOut | ErrorCode::SignedOut => Exit::WrongPassword,
            ErrorCode::NotFound => Exit::NotFound,
            ErrorCode::Offline => Exit::Offline,
            ErrorCode::Invalid | ErrorCode::FileRefused => Exit::Invalid,
            _ => Exit::Failed,
        };
        Failure::new(exit, told(&reply))
    }
}

/// The message and, below it, every field that is to be mended.
pub(super) fn told(reply: &ErrorReply) -> String {
    let mut lines = vec![reply.message.clone()];
    for problem in &reply.problems {
        if problem.message != reply.message || reply.problems.len() > 1 {
            lines.push(match problem.field.as_str() {
                // These say by themselves what they are about.
                "password" | "new" | "old" | "name" | "display_name" => format!("  {}", problem.message),
                field => format!("  {field}：{}", problem.message),
            });
        }
    }
    lines.join("\n")
}
