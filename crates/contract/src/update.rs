//! New versions of the program.

use serde::{Deserialize, Serialize};

use crate::commands;

/// What runs, what lies ready, what can be gone back to. Asks nobody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShowUpdate {}

/// The same, and what the province has to give. Works only with a network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AskUpdate {}

/// Fetches what the province has to give. Reports progress and can be cancelled: what has come stays, and the next time
/// goes on from there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FetchUpdate {}

/// Takes a package from a stick.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeUpdate {
    /// On this machine: a package is too large to be handed over.
    pub path: String,
}

/// Puts what lies ready in place: it runs from the next start on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApplyUpdate {}

/// Goes back to the version before, from the next start on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeaveUpdate {}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateShown {
    /// What runs.
    pub version: String,
    /// To which version of its tables it brings a book.
    pub book: i64,
    /// Lies here, checked, and can be put in place.
    pub ready: Option<ReleaseShown>,
    /// The province has it, and it neither runs nor lies here. Only after it was asked.
    pub offered: Option<ReleaseShown>,
    /// Runs from the next start on.
    pub next: Option<String>,
    /// What can be gone back to.
    pub former: Option<String>,
    /// Could not open this book, and was given up for it.
    pub refused: Option<String>,
    /// Chinese: why this user cannot put anything in place, and who can. None: they can.
    pub not_installable: Option<String>,
    /// This program has no publisher's key: it takes no package, wherever that comes from. `not_installable` says so.
    #[serde(default)]
    pub no_key: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseShown {
    pub version: String,
    /// `YYYY-MM-DD`
    pub made: String,
    /// What is new, Chinese.
    pub notes: String,
    /// Bytes that are carried for this computer.
    pub bytes: u64,
}

commands! {
    ShowUpdate => "update.show" -> UpdateShown;
    AskUpdate => "update.ask" -> UpdateShown;
    FetchUpdate => "update.fetch" -> UpdateShown;
    TakeUpdate => "update.take" -> UpdateShown;
    ApplyUpdate => "update.apply" -> UpdateShown;
    LeaveUpdate => "update.back" -> UpdateShown;
}
