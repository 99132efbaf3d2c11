//! Changes go to the province, verdicts come back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::change::{Change, Verdict};

/// `POST /v1/push`: whole groups, seqs without gaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushRequest {
    pub device: Uuid,
    pub incarnation: Uuid,
    pub changes: Vec<Change>,
    /// [`crate::canonical::short`] of the print of the change before the one with the lowest number: where the province has
    /// something else under that number, two machines count with it, and it takes nothing (`incarnation_forked`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The generation that the desk holds of each scope it writes to: what `base` refers to. A scope that is
    /// left out: the one of today.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Uuid>))]
    pub generations: BTreeMap<RegionCode, Uuid>,
}

/// Reply to [`PushRequest`]. A change without a verdict here was not taken: send it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushReply {
    pub verdicts: Vec<ChangeVerdict>,
    /// Highest seq of this (device, incarnation) that has a verdict.
    pub acked: u64,
    pub durable: u64,
}

/// The verdict on the change with this seq.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeVerdict {
    pub seq: u64,
    /// Told before: this push is a replay (I3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
    #[serde(flatten)]
    pub verdict: Verdict,
}
