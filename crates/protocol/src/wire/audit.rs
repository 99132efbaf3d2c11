//! A desk's own audit on its way to the province, and what those who may read it there are told.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::chain::Chain;

/// `POST /v1/audit`: entries of the desk's audit, each linked to the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRequest {
    pub device: Uuid,
    /// Number of the entry before the first of `entries`; 0: there is none.
    pub after: u64,
    /// The chain there; zeros where `after` is 0.
    pub chain: Chain,
    /// Their texts as the desk stored them, in order: who, what, when, which fields, never a value.
    pub entries: Vec<String>,
}

/// Reply to [`AuditRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditReply {
    /// The province has the desk's audit up to this number, as far as this message told of it. Less than `after`:
    /// it does not know the entry there, as after a restore, and nothing was kept.
    pub held: u64,
}

/// One entry of a desk's audit as the province has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLine {
    /// Its place in the province's list: greater for what came later.
    pub number: u64,
    /// Milliseconds since 1970 UTC, the desk's clock; `received_at`: the province's.
    pub at: i64,
    pub received_at: i64,
    pub device: Uuid,
    pub device_name: String,
    /// Who did it; none: a user of that computer whom the province does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The code of the deed: `unmask`, `sign_in`, `export`, …
    pub act: String,
    /// The record, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Names only, never values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Records that were made together, by an import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub many: Option<u64>,
    /// Where the record lies now; for what is about none, where the person works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
}

/// Reply to `GET /v1/audit`: the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    pub lines: Vec<AuditLine>,
    /// Older ones stand before this number; none: these were the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}
