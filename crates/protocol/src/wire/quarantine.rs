//! What was not applied, and what people decided about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::region::RegionCode;

use crate::change::{Change, ChangeId, Verdict};

/// Where there is or was something to settle for this device's users.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuarantineMarks {
    /// Stands for all of `scopes`; empty when there are none.
    pub mark: String,
    /// Scope → a number that changes whenever its quarantine does. Says nothing by its size.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, u64>))]
    pub scopes: BTreeMap<RegionCode, u64>,
}

/// What was decided about a change that was not applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settled {
    #[serde(flatten)]
    pub change: ChangeId,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub choice: Choice,
    /// For the author of the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The name of who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Milliseconds since 1970 UTC, clock of the desk where it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
    /// The change itself, sent back to a desk that may write there: it gave up what it held of it if it lost that
    /// right meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrote: Option<Box<Change>>,
}

/// `GET /v1/quarantine/{scope}`: conflicts and parked changes for people with the right to settle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quarantined {
    pub change: Change,
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Milliseconds since 1970 UTC, server clock.
    pub received_at: i64,
    /// The name of the change's author, when the province knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// Who wrote what stands in the fields that the change sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<Standing>,
}

/// Who last wrote a field of a record, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standing {
    /// [`crate::change::VOID_FIELD`] for hiding and restoring.
    pub field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// Desk clock, milliseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noted_at: Option<i64>,
}
