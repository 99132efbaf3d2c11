//! What the page 今日 asks: whom to see, what is missing, how far the month is.
//!
//! Nothing here carries the child's name, the cause or the date of a loss.

mod last_visit;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{Datelike, NaiveDate};
use rusqlite::{Connection, OptionalExtension, params};
use tiexin_domain::nouns::support_file::{
    ContactPreference, Doctor, Lack, LossCategory, doctor_of, has_channel, preference_of,
};
use tiexin_domain::{Gap, PartialDate, Record, RegionCode, nouns};
use uuid::Uuid;

pub use last_visit::LastVisit;

use crate::asking::family::Look;
use crate::asking::list::within;
use crate::asking::lost::{NOT_LOST, died_out};
use crate::book::Book;
use crate::derive::{date_of, day_of, file_flag, household_key, person_flag, region_of, visit_flag};
use crate::error::Result;
use crate::record::{self, select};
use last_visit::last_visit;
pub(crate) use last_visit::newest;

/// An active support file and when its family was last seen.
#[derive(Debug, Clone, PartialEq)]
pub struct DueFile {
    pub file: Uuid,
    pub household: Uuid,
    pub head_name: String,
    pub region: RegionCode,
    pub category: LossCategory,
    /// A family that declined is not overdue; the caller leaves it out.
    pub preference: Option<ContactPreference>,
    pub opened_on: Option<NaiveDate>,
    pub last: LastVisit,
    pub township_leader: Option<String>,
    pub village_worker: Option<String>,
    /// How the family stands with its doctor today.
    pub doctor: Doctor,
    /// A hospital's green channel is named.
    pub channel: bool,
}

impl DueFile {
    /// Whether the family wishes no contact for now: that is no minus of whoever looks after it.
    pub fn declined(&self) -> bool {
        self.preference == Some(ContactPreference::Declined)
    }

    /// Whether a leader and a worker look after the family.
    pub fn has_contacts(&self) -> bool {
        self.township_leader.is_some() && self.village_worker.is_some()
    }
}

/// Who looks after a family, and when it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Care {
    pub township_leader: Option<String>,
    pub village_worker: Option<String>,
    pub last: LastVisit,
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

/// A birthday in a family with an active file.
#[derive(Debug, Clone, PartialEq)]
pub struct Birthday {
    pub person: Uuid,
    pub household: Uuid,
    pub name: String,
    pub region: RegionCode,
    /// Year, month and day as recorded.
    pub birth: NaiveDate,
    /// The day is kept by the lunar calendar: the caller converts.
    pub lunar: bool,
}

/// A village's visits in a period that met somebody, against its active files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VillageMonth {
    pub region: RegionCode,
    pub visits: u64,
    pub households: u64,
    /// Families with an active file that wish to be visited, of two files one; and how many of them were visited.
    pub families: u64,
    pub families_visited: u64,
}

/// Active files of the regions with their households, of families in which somebody lives.
fn active_files(conn: &Connection, regions: &[RegionCode]) -> Result<Vec<(Record, Uuid)>> {
    open_files(conn, regions, "NOT ")
}

/// `not`: `NOT ` for families in which somebody lives, nothing for those whose people have all died.
fn open_files(conn: &Connection, regions: &[RegionCode], not: &str) -> Result<Vec<(Record, Uuid)>> {
    let sql = format!(
        "{} WHERE kind = 'support_file' AND hidden = 0 AND flags & {} <> 0{} AND {not}{}",
        select!(),
        file_flag::ACTIVE,
        within(regions),
        died_out("record.household")
    );
    let files = record::collect(conn, &sql, [])?;
    Ok(files.into_iter().filter_map(|f| f.reference("household").map(|home| (f, home))).collect())
}

pub(crate) fn day(date: NaiveDate) -> i64 {
    day_of(PartialDate::Day(date))
}

/// The pair that is in force on `today`, of several the newest; `file_care` asks for the same one.
fn contacts(conn: &Connection, household: i64, today: i64) -> Result<(Option<String>, Option<String>)> {
    let found = conn
        .prepare_cached(
            "SELECT json_extract(fields, '$.township_leader'), json_extract(fields, '$.village_worker')
             FROM record WHERE household = ?1 AND hidden = 0 AND kind = 'contact_pair' AND day <= ?2
               AND (until IS NULL OR until >= ?2) ORDER BY day DESC, n DESC LIMIT 1",
        )?
        .query_row(params![household, today], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.unwrap_or_default())
}

fn text(record: &Record, field: &str) -> String {
    record.text(field).unwrap_or_default().to_owned()
}

impl Book {
    /// Every active file with the newest visit and the contacts in force, so that the desk can
    /// tell who is overdue by `domain::cadence`.
    pub fn due_files(&self, regions: &[RegionCode], today: NaiveDate) -> Result<Vec<DueFile>> {
        self.read(|conn| {
            let files = active_files(conn, regions)?;
            // A family of two files is approached as the stricter one says.
            let mut of_home: HashMap<Uuid, Vec<&Record>> = HashMap::new();
            for (file, household) in &files {
                of_home.entry(*household).or_default().push(file);
            }
            let wish = |household: &Uuid| {
                of_home.get(household).and_then(|files| preference_of(files.iter().copied()))
            };
            let mut due = Vec::new();
            for (file, household) in &files {
                let key = household_key(*household);
                let (township_leader, village_worker) = contacts(conn, key, day(today))?;
                due.push(DueFile {
                    file: file.id,
                    household: *household,
                    head_name: text(file, "head_name"),
                    region: file.region(),
                    category: LossCategory::from_code(file.text("category").unwrap_or_default()),
                    preference: wish(household),
                    opened_on: file.text("opened_on").and_then(|date| date.parse().ok()),
                    last: last_visit(conn, key, day(today))?,
                    township_leader,
                    village_worker,
                    doctor: doctor_of(&file.fields, today),
                    channel: has_channel(&file.fields),
                });
            }
            Ok(due)
        })
    }

    /// The contacts in force on `today` and the newest visits of each family, in the given order.
    pub fn care_of(&self, households: &[Uuid], today: NaiveDate) -> Result<Vec<Care>> {
        self.look(|look| households.iter().map(|household| look.care_of(*household, today)).collect())
    }

    /// Active files that lack something: what the noun's rules name, a contact, an ID number. A file whose people have
    /// all died lacks one thing: that it be closed.
    pub fn files_with_gaps(&self, regions: &[RegionCode], today: NaiveDate) -> Result<Vec<FileGaps>> {
        self.read(|conn| {
            let mut lacking = Vec::new();
            let files = active_files(conn, regions)?;
            let declined = declined(&files);
            for (file, household) in files {
                let wished = !declined.contains(&household);
                let gaps = gaps(conn, &file, household_key(household), day(today), wished)?;
                if !gaps.is_empty() {
                    let (head_name, region) = (text(&file, "head_name"), file.region());
                    lacking.push(FileGaps { file: file.id, household, head_name, region, gaps });
                }
            }
            for (file, household) in open_files(conn, regions, "")? {
                let (head_name, region) = (text(&file, "head_name"), file.region());
                let gaps = vec![Gap::new(Lack::Status.code(), "died_out", "家里人都已离世，请核对后结档")];
                lacking.push(FileGaps { file: file.id, household, head_name, region, gaps });
            }
            Ok(lacking)
        })
    }

    /// Birthdays of people in families with an active file whose (month, day) lies in
    /// `from..=to`; a stretch may run over the new year. Lunar ones are all given.
    pub fn birthdays(
        &self,
        regions: &[RegionCode],
        from: (u32, u32),
        to: (u32, u32),
    ) -> Result<Vec<Birthday>> {
        let (from, to) = (i64::from(from.0 * 100 + from.1), i64::from(to.0 * 100 + to.1));
        let around = if from <= to { "AND" } else { "OR" };
        let sql = format!(
            "{} WHERE household = ?1 AND hidden = 0 AND kind = 'person' AND day > 0 AND until IS NULL
               AND (flags & {} OR (day % 10000 >= ?2 {around} day % 10000 <= ?3)){NOT_LOST}",
            select!(),
            person_flag::LUNAR
        );
        self.read(|conn| {
            let mut birthdays = Vec::new();
            let mut asked = HashSet::new();
            for (_, household) in active_files(conn, regions)? {
                if !asked.insert(household) {
                    continue;
                }
                for person in record::collect(conn, &sql, params![household_key(household), from, to])? {
                    let Some(birth) = person.text("birth").and_then(|date| date.parse().ok()) else {
                        continue;
                    };
                    birthdays.push(Birthday {
                        person: person.id,
                        household,
                        name: text(&person, "name"),
                        region: person.region(),
                        birth,
                        lunar: person.fields.get("lunar_birthday").is_some_and(|yes| yes == true),
                    });
                }
            }
            birthdays.sort_by_key(|b| (b.birth.month(), b.birth.day(), b.person));
            Ok(birthdays)
        })
    }

    /// Visits that met somebody on each day of `from..=to` that has any.
    pub fn visits_per_day(
        &self,
        regions: &[RegionCode],
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<(NaiveDate, u64)>> {
        let sql = format!(
            "SELECT day, count(*) FROM record INDEXED BY record_day WHERE kind = 'visit' AND hidden = 0
               AND day IS NOT NULL AND day BETWEEN ?1 AND ?2 AND flags & {} <> 0{} GROUP BY day ORDER BY day",
            visit_flag::MET,
            within(regions)
        );
        self.read(|conn| {
            let mut select = conn.prepare_cached(&sql)?;
            let mut rows = select.query([day(from), day(to)])?;
            let mut days = Vec::new();
            while let Some(row) = rows.next()? {
                if let Some(date) = date_of(row.get(0)?) {
                    days.push((date, row.get::<_, i64>(1)? as u64));
                }
            }
            Ok(days)
        })
    }

    /// Visits that met somebody, households and coverage of families with an active file by village, in the order of their codes.
    pub fn village_months(
        &self,
        regions: &[RegionCode],
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<VillageMonth>> {
        let sql = format!(
            "SELECT place, household, count(*) FROM record INDEXED BY record_day WHERE kind = 'visit' AND hidden = 0
               AND day IS NOT NULL AND day BETWEEN ?1 AND ?2 AND flags & {} <> 0{} GROUP BY place, household",
            visit_flag::MET,
            within(regions)
        );
        self.read(|conn| {
            let mut villages: BTreeMap<i64, VillageMonth> = BTreeMap::new();
            let mut visited = HashSet::new();
            let mut select = conn.prepare_cached(&sql)?;
            let mut rows = select.query([day(from), day(to)])?;
            while let Some(row) = rows.next()? {
                let Some(village) = village(&mut villages, row.get(0)?) else { continue };
                village.visits += row.get::<_, i64>(2)? as u64;
                if let Some(household) = row.get::<_, Option<i64>>(1)? {
                    village.households += 1;
                    visited.insert(household);
                }
            }
            let files = active_files(conn, regions)?;
            // Whoever wishes no contact is in no share.
            let mut counted = declined(&files);
            for (file, household) in files {
                if !counted.insert(household) {
                    continue;
                }
                let Some(village) = village(&mut villages, crate::derive::place(&file.region())) else {
                    continue;
                };
                village.families += 1;
                village.families_visited += u64::from(visited.contains(&household_key(household)));
            }
            Ok(villages.into_values().collect())
        })
    }
}

impl Look<'_> {
    /// The contacts in force on `today` and the newest visits of a family.
    pub fn care_of(&self, household: Uuid, today: NaiveDate) -> Result<Care> {
        let key = household_key(household);
        let (township_leader, village_worker) = contacts(self.conn, key, day(today))?;
        Ok(Care { township_leader, village_worker, last: last_visit(self.conn, key, day(today))? })
    }
}

fn village(villages: &mut BTreeMap<i64, VillageMonth>, place: i64) -> Option<&mut VillageMonth> {
    use std::collections::btree_map::Entry;
    match villages.entry(place) {
        Entry::Occupied(found) => Some(found.into_mut()),
        Entry::Vacant(new) => {
            let region = region_of(place)?;
            Some(new.insert(VillageMonth {
                region,
                visits: 0,
                households: 0,
                families: 0,
                families_visited: 0,
            }))
        }
    }
}

/// The families that wish no contact for now; of two files the stricter one counts.
fn declined(files: &[(Record, Uuid)]) -> HashSet<Uuid> {
    let says = |file: &Record| file.text("preference") == Some(ContactPreference::Declined.code());
    files.iter().filter(|(file, _)| says(file)).map(|(_, home)| *home).collect()
}

/// What a file lacks. `wished`: the family wishes contact; who does not lacks none.
fn gaps(conn: &Connection, file: &Record, household: i64, today: i64, wished: bool) -> Result<Vec<Gap>> {
    let mut gaps = match nouns::check(&file.kind, &file.fields) {
        Ok(checked) => checked.gaps,
        Err(problem) => vec![Gap { field: problem.field, code: problem.code, message: problem.message }],
    };
    let (leader, worker) = contacts(conn, household, today)?;
    if wished && leader.is_none() {
        gaps.push(Lack::TownshipLeader.gap("contact_missing"));
    }
    if wished && worker.is_none() {
        gaps.push(Lack::VillageWorker.gap("contact_missing"));
    }
    let without_id: i64 = conn
        .prepare_cached(&format!(
            "SELECT count(*) FROM record WHERE household = ?1 AND hidden = 0 AND kind = 'person'
               AND until IS NULL AND flags & {} = 0{NOT_LOST}",
            person_flag::HAS_ID
        ))?
        .query_row([household], |row| row.get(0))?;
    if without_id > 0 {
        gaps.push(Gap::new(Lack::IdNumber.code(), "id_missing", format!("有 {without_id} 人缺身份证号")));
    }
    Ok(gaps)
}
