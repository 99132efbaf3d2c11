//! All that concerns a family or a person, told in sentences, the newest first.

use serde::{Deserialize, Serialize};
use tiexin_domain::PartialDate;
use uuid::Uuid;

use crate::commands;
use crate::records::RecordState;

/// The past of a household, or of a person under any noun: the person's own record, a member, a volunteer, a
/// qualification, a post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GetPast {
    pub of: Uuid,
    /// Kinds of records; empty: all.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// So many, the newest.
    pub most: u32,
}

/// No more is given at once.
pub const MOST: u32 = 1_000;

/// What the user may see of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Past {
    pub entries: Vec<PastEntry>,
    /// How many older ones there are, of the kinds that were asked for.
    pub older: u32,
    /// Of which kinds there is something, in the order of the kinds, whatever was asked for.
    pub kinds: Vec<PastKind>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastKind {
    pub kind: String,
    pub count: u32,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastEntry {
    /// The record that tells it; it may tell several things.
    pub id: Uuid,
    pub kind: String,
    /// As exact as it was written; none: nobody wrote on which day.
    pub day: Option<PartialDate>,
    /// A sentence.
    pub told: String,
    pub state: RecordState,
}

commands! {
    GetPast => "past.get" -> Past;
}
