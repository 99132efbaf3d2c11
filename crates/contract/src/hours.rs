//! How long a volunteer has served.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::commands;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GetHours {
    pub volunteer: Uuid,
}

/// In minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursServed {
    /// Before each day had an entry of its own: what stands with the volunteer.
    pub before: u64,
    /// Of entries that somebody attested.
    pub attested: u64,
    /// Of entries that nobody has attested yet.
    pub unattested: u64,
}

impl HoursServed {
    pub fn total(&self) -> u64 {
        self.before + self.attested + self.unattested
    }
}

commands! {
    GetHours => "volunteer.hours" -> HoursServed;
}
