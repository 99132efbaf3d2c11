//! New versions of the program.

use serde::{Deserialize, Serialize};

use crate::statement::Signed;

/// Reply to `GET /v1/release`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReleaseReply {
    /// A [`crate::release::Release`]; none: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Signed>,
}
