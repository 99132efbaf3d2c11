//! 可能重复: records that look like one, merging two of them, undoing that.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiexin_domain::RegionCode;
use tiexin_domain::nouns::merge::MergeDecision;
use uuid::Uuid;

use crate::commands;
use crate::done::Done;
use crate::records::RecordRow;

/// What looks like one and nobody has decided on, and what was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListDuplicates {
    /// Absent: wherever the user may read.
    #[serde(default)]
    pub region: Option<RegionCode>,
    /// Only pairs that this family is in, itself or with one of its people or files.
    #[serde(default)]
    pub household: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Duplicates {
    pub pairs: Vec<Pair>,
    /// The newest first.
    pub decided: Vec<Decided>,
}

/// Two records that look like one. The one that was registered first comes first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// `household`, `person` or `support_file`.
    pub kind: String,
    pub one: RecordRow,
    pub other: RecordRow,
    /// Chinese: by what they look alike. Never a number.
    pub reason: String,
    /// The user may write at both places.
    pub may: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// Names it in [`UndoMerge`].
    pub id: Uuid,
    pub kind: String,
    pub decision: MergeDecision,
    /// The one that stays, as it stands.
    pub stays: Option<RecordRow>,
    /// The other one.
    pub gives_way: Option<RecordRow>,
    pub by: Option<String>,
    /// Milliseconds since 1970 UTC.
    pub at: Option<i64>,
    /// It is a merge, and the user may undo it.
    pub may: bool,
    /// Chinese: people and files of the two that were merged since. Undoing this one does not part them.
    #[serde(default)]
    pub merged_since: Vec<String>,
}

/// Both side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompareDuplicates {
    pub one: Uuid,
    pub other: Uuid,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub kind: String,
    pub one: Side,
    pub other: Side,
    /// What at least one of them holds.
    pub fields: Vec<ComparedField>,
    pub may: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Side {
    pub row: RecordRow,
    /// Chinese: what hangs on it, e.g. `走访 3`.
    pub hanging: Vec<String>,
    /// Records of money that name it: each is turned only when it is ticked.
    pub money: Vec<MoneyRecord>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoneyRecord {
    pub id: Uuid,
    /// Chinese, e.g. `保险理赔 2026-09-01 500.00元`.
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparedField {
    pub field: String,
    /// Chinese.
    pub label: String,
    /// As it may be shown: masked where it has to be; null when absent.
    pub one: Value,
    pub other: Value,
    pub differs: bool,
    pub masked: bool,
    /// A set or a long note: taking it over adds it to what stands.
    pub joins: bool,
}

impl Comparison {
    /// The value of the one that stays, and of the other one.
    pub fn sides(field: &ComparedField, other_stays: bool) -> (&Value, &Value) {
        if other_stays { (&field.other, &field.one) } else { (&field.one, &field.other) }
    }

    /// What is taken over unless a person says otherwise: what only the one that gives way holds, and what is joined.
    pub fn taken_by_default(&self, other_stays: bool) -> BTreeSet<String> {
        let missing = |field: &&ComparedField| {
            let (stays, gone) = Self::sides(field, other_stays);
            field.differs && !gone.is_null() && (stays.is_null() || field.joins)
        };
        self.fields.iter().filter(missing).map(|field| field.field.clone()).collect()
    }
}

/// Merges two records: whatever named the one that gives way names the other one from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MergeRecords {
    pub stays: Uuid,
    pub gives_way: Uuid,
    /// Fields whose value is taken over from the one that gives way.
    #[serde(default)]
    pub take: Vec<String>,
    /// Records of money that are turned to the one that stays; those not named here are left alone.
    #[serde(default)]
    pub money: Vec<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Merged {
    /// Names it in [`UndoMerge`].
    pub id: Uuid,
    pub stays: Uuid,
    /// Records that named the one that gave way and were turned.
    pub turned: u64,
    /// Records that were left naming it: of money and not ticked, or of places where the user may not write.
    pub left: u64,
}

/// They are two: nobody is asked again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclareDifferent {
    pub one: Uuid,
    pub other: Uuid,
}

/// Takes a merge back. What somebody wrote since stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UndoMerge {
    pub id: Uuid,
}

commands! {
    ListDuplicates => "duplicates.list" -> Duplicates;
    CompareDuplicates => "duplicates.compare" -> Comparison;
    MergeRecords => "duplicates.merge" -> Merged;
    DeclareDifferent => "duplicates.differ" -> Done;
    UndoMerge => "duplicates.undo" -> Done;
}
