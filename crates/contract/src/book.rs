//! The book itself: its audit, proofs, preferences of this PC.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::commands;
use crate::done::Done;

/// Recomputes the audit chain and everything that can be recomputed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verify {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerifyReport {
    pub sound: bool,
    pub audit_entries: u64,
    pub records: u64,
    /// Chinese; empty when sound.
    pub faults: Vec<String>,
}

/// Whether the book opens on this machine only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetMachine {}

/// From now on a copy of the book's folder opens nowhere else, whatever password is known. Backups still do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BindMachine {
    /// Where the secret is kept as a file, outside the book's folder; none: in the system's usual place.
    #[serde(default)]
    pub key_folder: Option<String>,
}

/// A copy of the folder opens with a password anywhere again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReleaseMachine {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineState {
    pub bound: bool,
    /// Bound, and this is the machine.
    pub here: bool,
    /// Chinese: how it is, or would be, kept.
    pub how: String,
    /// Chinese: what happens to copies and when the machine dies; to be read before it is switched on.
    pub notice: String,
    /// Chinese: what a release does to copies of the folder; to be read before it, and told after it.
    #[serde(default)]
    pub release_notice: String,
}

/// Newest audit entries, for those with the right.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditTrail {
    #[serde(default)]
    pub before: Option<u64>,
    pub limit: u32,
    #[serde(default)]
    pub only: AuditWish,
}

/// Which entries of an audit are wanted; empty: all of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AuditWish {
    /// Part of the name of who did it.
    #[serde(default)]
    pub person: Option<String>,
    /// A deed by its word, see [`tiexin_domain::deed`].
    #[serde(default)]
    pub deed: Option<String>,
    /// The first and the last day, by China's calendar.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    #[serde(default)]
    pub to: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    pub seq: u64,
    pub at: i64,
    pub actor: String,
    /// Chinese.
    pub act: String,
    pub kind: Option<String>,
    pub record: Option<uuid::Uuid>,
    pub fields: Vec<String>,
    /// What the record is called, for who may see it; the person's name where it is about a user.
    #[serde(default)]
    pub title: Option<String>,
    /// On which computer, where it was another one.
    #[serde(default)]
    pub device: Option<String>,
    /// Where the record lies, or the person works.
    #[serde(default)]
    pub place: Option<String>,
}

/// What was done on the desks of the regions in which the user may read the audit; asked of the province, the newest
/// first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RegionAudit {
    #[serde(default)]
    pub before: Option<u64>,
    #[serde(default)]
    pub only: AuditWish,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegionAuditPage {
    pub rows: Vec<AuditRow>,
    /// Older ones stand before this number; none: these were the last. There may be more to look through without a
    /// row here.
    pub before: Option<u64>,
}

/// Preferences of the user on this PC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Preferences {
    /// 大字
    #[serde(default)]
    pub large_type: bool,
    /// The region last worked in.
    #[serde(default)]
    pub region: Option<String>,
    /// Whatever a page wants to keep.
    #[serde(default)]
    pub pages: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetPreferences {}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetPreferences {
    pub preferences: Preferences,
}

/// The user did something: the idle clock starts anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Touch {}

commands! {
    Verify => "book.verify" -> VerifyReport;
    AuditTrail => "book.audit" -> Vec<AuditRow>;
    RegionAudit => "book.region_audit" -> RegionAuditPage;
    GetPreferences => "book.preferences" -> Preferences;
    SetPreferences => "book.set_preferences" -> Done;
    GetMachine => "book.machine" -> MachineState;
    BindMachine => "book.bind_machine" -> MachineState;
    ReleaseMachine => "book.release_machine" -> MachineState;
    Touch => "session.touch" -> Done;
}
