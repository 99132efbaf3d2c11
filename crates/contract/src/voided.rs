//! What is void (作废): the list of it, and what goes or comes back with a record.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::commands;
use crate::records::RecordRow;

/// What is void in a region, what was touched last first. What only belongs to a void record comes back with
/// that one and is not listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListVoided {
    pub region: RegionCode,
    /// A [`tiexin_domain::Kind`] code; absent: every kind.
    #[serde(default)]
    pub kind: Option<String>,
    /// As typed into the search field.
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub skip: u64,
    pub limit: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoidedPage {
    pub rows: Vec<VoidedRow>,
    /// All rows of the list, not of the page.
    pub total: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoidedRow {
    /// [`RecordRow::void`] holds the reason.
    pub row: RecordRow,
    /// Chinese: 走访, 人员 …
    pub kind_label: String,
    /// Who made it void and when (milliseconds since 1970 UTC), as far as this desk knows.
    pub by: Option<String>,
    pub at: Option<i64>,
    /// The user may bring it back.
    pub may: bool,
}

/// What goes when a record is made void, or comes back with a void one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VoidEffect {
    pub id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidEffectReply {
    /// It is void: the words say what comes back.
    pub back: bool,
    /// Records beside it.
    pub with: u64,
    /// Chinese, whole sentences; empty when nothing but the record itself is touched.
    pub words: String,
}

commands! {
    ListVoided => "record.voided" -> VoidedPage;
    VoidEffect => "record.void_effect" -> VoidEffectReply;
}
