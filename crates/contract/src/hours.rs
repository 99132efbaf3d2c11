//! How long a volunteer has served.

use chrono::NaiveDate;
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
    /// What lists of signatures of the last weeks propose beside, the oldest first.
    #[serde(default)]
    pub proposed: Vec<ProposedHours>,
}

/// Time at an activity at which the volunteer signed in, of which no entry tells yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedHours {
    pub activity: Uuid,
    pub title: String,
    pub date: NaiveDate,
    /// In minutes; 0: nobody can tell, or all of it was served elsewhere.
    pub minutes: u32,
    /// Chinese: why that is not the activity's own time, and what to do.
    pub gap: Option<String>,
}

impl HoursServed {
    pub fn total(&self) -> u64 {
        self.before + self.attested + self.unattested
    }
}

commands! {
    GetHours => "volunteer.hours" -> HoursServed;
}
