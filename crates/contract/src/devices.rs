//! The desks of a region, for those who look after them; and a forgotten password.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::commands;
use crate::files::FileGiven;

/// Asked of the province: works only with a network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListDevices {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceShown {
    pub id: Uuid,
    /// By which people know the machine.
    pub name: String,
    /// Who works on it.
    pub users: Vec<String>,
    pub regions: Vec<RegionCode>,
    /// Names of the regions.
    pub places: Vec<String>,
    /// Version of the program as last told.
    pub app: String,
    /// Milliseconds since 1970 UTC, as are the other times.
    pub enrolled_at: i64,
    pub last_seen: Option<i64>,
    /// Changes not yet sent, as last told.
    pub waiting: Option<u64>,
    pub lease_until: Option<i64>,
    pub standing: DeviceStanding,
    /// When two machines were last heard under it.
    pub copied_at: Option<i64>,
    pub may_revoke: bool,
    /// The desk that is asking.
    pub own: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceStanding {
    InUse,
    Retiring,
    Revoked,
    Wiped,
}

/// Shuts a desk out. Gives the list as it stands then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RevokeDevice {
    pub device: Uuid,
    /// Lost: shut out at once, what it has not sent is gone. Otherwise it retires and hands over first.
    pub lost: bool,
    /// The machine's name, typed by hand: nobody shuts the wrong one out with a slip of the finger.
    pub typed_name: String,
    /// Two machines are known to use it (`copied_at`), and both are to be shut out.
    #[serde(default)]
    pub both: bool,
}

/// A new password by a rescue file and its code. Allowed signed out, works without a network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RescuePassword {
    pub file: FileGiven,
    pub code: String,
    pub password: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescued {
    /// Who may sign in with the new password.
    pub name: String,
    pub display_name: String,
}

commands! {
    ListDevices => "devices.list" -> Vec<DeviceShown>;
    RevokeDevice => "devices.revoke" -> Vec<DeviceShown>;
    RescuePassword => "session.rescue" -> Rescued;
}
