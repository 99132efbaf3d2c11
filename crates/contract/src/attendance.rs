//! 签到: who came to an activity, signed in one after the other.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::commands;
use crate::done::Done;

/// Who signed in so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GetAttendance {
    pub activity: Uuid,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attendance {
    pub people: Vec<Attendee>,
    /// Of how many more the records are not here, or not to be seen by this user.
    pub elsewhere: u32,
}

/// A member, or a volunteer who is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attendee {
    pub id: Uuid,
    pub name: String,
    /// The village, by which people of one name are told apart.
    pub place: String,
}

/// Signs in whoever is meant by what was typed or scanned: a name, initials, the tail of a number, a whole number, or the
/// id of a record. Nobody is guessed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attend {
    pub activity: Uuid,
    pub typed: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attended {
    /// With how many have signed in by now.
    Signed {
        who: Attendee,
        count: u32,
    },
    Already(Attendee),
    /// Several may be meant.
    Choose(Vec<Attendee>),
    /// Under eighteen: counted, never named.
    TooYoung,
    Nobody,
}

/// Takes somebody off the list who was signed in by mistake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unattend {
    pub activity: Uuid,
    pub who: Uuid,
}

commands! {
    GetAttendance => "activity.attendance" -> Attendance;
    Attend => "activity.attend" -> Attended;
    Unattend => "activity.unattend" -> Done;
}
