//! The page of devices.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

/// `GET /v1/devices`: a desk of the region, for those who look after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceRow {
    pub id: Uuid,
    /// By which people know the machine.
    pub name: String,
    /// Who works on it, by the names shown to people.
    pub users: Vec<String>,
    /// Where they work.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<RegionCode>))]
    pub regions: Vec<RegionCode>,
    /// Version of the program as last told.
    pub app: String,
    /// Milliseconds since 1970 UTC, the province's clock, as are the other times.
    pub enrolled_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<i64>,
    /// Changes not yet sent: as last told, without those answered since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<i64>,
    pub state: DeviceState,
    /// When two machines were last heard under this device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_at: Option<i64>,
    /// All its people work where the asker may revoke.
    #[serde(default)]
    pub may_revoke: bool,
}

/// How a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    InUse,
    /// It hands over what waits, then destroys its book.
    Retiring,
    /// Shut out; it destroys its book as soon as it hears so.
    Revoked,
    /// It has said that its book is destroyed.
    Wiped,
}

/// `POST /v1/devices/{id}/revoke`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokeRequest {
    /// Who asks: the id under which the user records on the asking desk.
    pub author: Uuid,
    /// The machine was lost: it is shut out at once. Otherwise it retires and hands over first.
    pub lost: bool,
}
