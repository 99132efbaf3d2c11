//! A family's page, registering a family, recording a visit.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tiexin_domain::nouns::{ContactPair, Household, Person, SupportFile, Visit};
use tiexin_domain::{PartialDate, RegionCode};
use uuid::Uuid;

use crate::commands;
use crate::files::FileMade;
use crate::records::{InVain, RecordRow, Saved};

/// Everything about one family.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetFamily {
    pub household: Uuid,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FamilyPage {
    pub household: RecordRow,
    pub persons: Vec<RecordRow>,
    /// The active file first.
    pub files: Vec<RecordRow>,
    /// The pair in force first.
    pub contacts: Vec<RecordRow>,
    /// Visits, surveys, claims, counselling: newest first.
    pub timeline: Vec<RecordRow>,
    /// Days since somebody of the family was last met; none when never. Never negative.
    pub days_since_visit: Option<i64>,
    /// A visit is dated after today; `days_since_visit` passes it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<NaiveDate>,
    /// Somebody went there since and met nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_vain: Option<InVain>,
    /// Positive: days overdue by the cadence rule.
    pub overdue_days: Option<i64>,
    /// The day that was agreed for the next visit, while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<NaiveDate>,
    /// Chinese: what is missing, over all of the family's records.
    pub gaps: Vec<String>,
}

/// Saves a family with its people, file and contacts as one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterFamily {
    pub household: Household,
    /// `household` and `region` of each are filled by the desk.
    pub persons: Vec<Person>,
    #[serde(default)]
    pub file: Option<SupportFile>,
    #[serde(default)]
    pub contacts: Option<ContactPair>,
}

/// A family moves to another village, perhaps of another township: its people, files and contacts move with
/// it as one group, visits and services stay where they happened. Takes the right to write at both places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoveFamily {
    pub household: Uuid,
    /// The village it moves to. Where the user may not write, the move is proposed to who may.
    pub region: RegionCode,
    /// 新住址; the former one stays when it is left out.
    #[serde(default)]
    pub address: Option<String>,
    #[serde(default)]
    pub on: Option<PartialDate>,
    #[serde(default)]
    pub why: Option<String>,
    /// 交接的话: added to the family's notes for the colleagues at the new place.
    #[serde(default)]
    pub handover: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FamilyMoved {
    /// Records that move, the household among them.
    pub records: u64,
    /// Of another township: the province still has to confirm it.
    pub leaves: bool,
    /// The user may not write at the new place: it is proposed to who may at both, and the family stays until then.
    #[serde(default)]
    pub asked: bool,
}

/// Records a visit (new), or corrects one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordVisit {
    #[serde(default)]
    pub id: Option<Uuid>,
    pub visit: Visit,
}

/// What the visit form needs to begin: the family, who may be met, who visited last, the family's wish.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VisitStart {
    /// Absent: begin with the family still to be chosen.
    #[serde(default)]
    pub household: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VisitStartReply {
    pub household: Option<RecordRow>,
    pub persons: Vec<RecordRow>,
    /// A [`tiexin_domain::nouns::support_file::ContactPreference`] code.
    pub preference: Option<String>,
    /// Visitors offered first: me, then those of the last visit, then the paired contacts.
    pub visitors: Vec<String>,
    /// Families offered first: due ones, then recently visited.
    pub suggested: Vec<RecordRow>,
    pub last_visit: Option<RecordRow>,
    /// Festival names near today, for a festival visit.
    pub festivals: Vec<String>,
}

/// The festivals around a day, the nearest first: those a visit on that day may have been for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FestivalsNear {
    pub day: NaiveDate,
}

/// Visits of a family on this day and of this kind that are recorded already: perhaps the same one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SameVisits {
    pub household: Uuid,
    pub date: NaiveDate,
    /// A [`tiexin_domain::nouns::visit::VisitKind`] code.
    pub kind: String,
}

/// The whole table of special families for print, with spouse, address and whole phone numbers: for who records
/// there. An audit entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExportFamilies {
    pub region: RegionCode,
    pub path: Option<String>,
}

commands! {
    FestivalsNear => "visit.festivals" -> Vec<String>;
    SameVisits => "visit.same" -> Vec<RecordRow>;
    ExportFamilies => "family.export" -> FileMade;
    GetFamily => "family.get" -> FamilyPage;
    RegisterFamily => "family.register" -> Saved;
    MoveFamily => "family.move" -> FamilyMoved;
    VisitStart => "visit.start" -> VisitStartReply;
    RecordVisit => "visit.record" -> Saved;
}
