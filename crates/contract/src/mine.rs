//! What a worker did at this desk, for that worker alone, and what a new record begins with of one that is there.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tiexin_domain::record::Fields;
use uuid::Uuid;

use crate::commands;

/// What a new record takes over: from `like`, or else from the last one of its kind that this worker recorded at this
/// desk. Never notes, masked numbers, or what only some may read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BeginRecord {
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// Of the record from which it is taken.
    pub title: String,
    pub fields: Fields,
}

/// What I recorded and mended at this desk on these days. Nobody can ask for another worker's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MyDeeds {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mine {
    /// By kind, what was recorded most first.
    pub tally: Vec<MyTally>,
    /// One for a record, newest first; a few hundred at most.
    pub deeds: Vec<MyDeed>,
    /// How many records that are.
    pub total: u64,
    /// Records that came in with ledgers.
    pub imported: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MyTally {
    pub kind: String,
    /// Recorded on these days.
    pub made: u64,
    /// Recorded before, mended on these days.
    pub mended: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MyDeed {
    /// The day at the desk, not what the record says.
    pub date: NaiveDate,
    pub kind: String,
    pub record: Uuid,
    /// As a list names the record.
    pub title: String,
    pub place: String,
    /// Recorded on these days; else mended.
    pub made: bool,
    /// The family page to open, when the record belongs to one.
    pub household: Option<Uuid>,
}

commands! {
    BeginRecord => "record.begin" -> Option<Begun>;
    MyDeeds => "mine.deeds" -> Mine;
}
