//! One thing done to many records at once. It is one batch: [`crate::import::UndoImport`] takes it back.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::commands;
use crate::records::ListRecords;

/// Which records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chosen {
    /// These.
    Ids(Vec<Uuid>),
    /// All of a list, on whichever page; its order and its limit say nothing.
    All(Box<ListRecords>),
    /// All of a list but these.
    AllBut { list: Box<ListRecords>, but: Vec<Uuid> },
}

/// What becomes of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// One field ([`tiexin_domain::shape::for_many`]) gets this value; null empties it.
    Set { field: String, value: Value },
    /// Hidden, for this reason; nothing is deleted.
    Void { reason: String },
}

/// Each record is checked as a save of it alone would be; what is wrong with one holds back no other. Progress comes as
/// events with the id `job`; [`crate::import::CancelJob`] stops it, and nothing is written then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeMany {
    pub job: Uuid,
    pub kind: String,
    pub chosen: Chosen,
    pub change: Change,
    /// Tells what would be done, and does nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// [`ManyChanged::print`] of the dry run to which somebody agreed. Where something else would be done by now, nothing
    /// is, and the answer is a dry run with [`ManyChanged::anew`].
    #[serde(default)]
    pub agreed: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManyChanged {
    /// What takes it back; none when nothing was written.
    pub batch: Option<Uuid>,
    /// Records that were changed, or would be.
    pub changed: u64,
    /// Of these, how many had another value there, which gives way.
    pub overwritten: u64,
    /// Records that are so already.
    pub same: u64,
    /// Records that are not listed any more along with those made void: a family's visits.
    pub with: u64,
    /// Chinese, whole sentences: of which kinds these are, and which months' reports lose some; empty when there are none.
    #[serde(default)]
    pub words: String,
    pub refused: Vec<NotChanged>,
    /// Tells one set of records to be changed from another.
    #[serde(default)]
    pub print: String,
    /// Nothing was done: records came or changed since it was agreed to. This is what would be done now.
    #[serde(default)]
    pub anew: bool,
}

/// A record that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotChanged {
    pub id: Uuid,
    /// As a list calls it; empty for who may not see it.
    pub title: String,
    /// Chinese: what is wrong and what to do.
    pub why: String,
}

commands! {
    ChangeMany => "record.change_many" -> ManyChanged;
}
