//! stub
use crate::book::Book;
use crate::error::Result;
use chrono::NaiveDate;
use tiexin_domain::nouns::support_file::{ContactPreference, LossCategory};
use tiexin_domain::{Gap, RegionCode};
use uuid::Uuid;
/// An active support file and when its family was last seen.
#[derive(Debug, Clone, PartialEq)]
pub struct DueFile {
    pub file: Uuid,
    pub household: Uuid,
    pub head_name: String,
    pub region: RegionCode,
    pub category: LossCategory,
    pub preference: Option<ContactPreference>,
    pub opened_on: Option<NaiveDate>,
    pub last_visit: Option<NaiveDate>,
    pub last_met: Option<NaiveDate>,
    pub township_leader: Option<String>,
    pub village_worker: Option<String>,
}
/// What a family's file lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct FileGaps {
    pub file: Uuid,
    pub household: Uuid,
    pub head_name: String,
    pub region: RegionCode,
    pub gaps: Vec<Gap>,
}
/// A birthday in a family with an active file. `birth` may lack the year.
#[derive(Debug, Clone, PartialEq)]
pub struct Birthday {
    pub person: Uuid,
    pub household: Option<Uuid>,
    pub name: String,
    pub region: RegionCode,
    pub birth: NaiveDate,
    pub lunar: bool,
}
#[derive(Debug, Clone, PartialEq)]
pub struct FollowUp {
    pub visit: Uuid,
    pub household: Uuid,
    pub head_name: String,
    pub region: RegionCode,
    pub due: NaiveDate,
    pub visited_on: NaiveDate,
}
/// A village's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VillageMonth {
    pub region: RegionCode,
    pub visits: u64,
    pub households: u64,
    pub files: u64,
    pub files_visited: u64,
}
impl Book {
    pub fn due_files(&self, regions: &[RegionCode], today: NaiveDate) -> Result<Vec<DueFile>> {
        unimplemented!()
    }
    pub fn files_with_gaps(&self, regions: &[RegionCode], today: NaiveDate) -> Result<Vec<FileGaps>> {
        unimplemented!()
    }
    /// Birthdays of people in families with an active file whose month and day lie in `from..=to`
    /// (`(month, day)`, may wrap round the year). Lunar ones are given whole: the caller converts.
    pub fn birthdays(
        &self,
        regions: &[RegionCode],
        from: (u32, u32),
        to: (u32, u32),
    ) -> Result<Vec<Birthday>> {
        unimplemented!()
    }
    /// Follow-ups due up to `until` with no later visit to the family.
    pub fn follow_ups(&self, regions: &[RegionCode], until: NaiveDate) -> Result<Vec<FollowUp>> {
        unimplemented!()
    }
    /// Visits on each day of `from..=to` that has any.
    pub fn visits_per_day(
        &self,
        regions: &[RegionCode],
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<(NaiveDate, u64)>> {
        unimplemented!()
    }
    /// Visits, households and coverage of active files by village.
    pub fn village_months(
        &self,
        regions: &[RegionCode],
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<VillageMonth>> {
        unimplemented!()
    }
}
