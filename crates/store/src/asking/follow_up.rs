//! What was agreed at a visit: the day on which somebody comes again.

use chrono::NaiveDate;
use rusqlite::{Connection, params};
use tiexin_domain::RegionCode;
use uuid::Uuid;

use crate::asking::list::within;
use crate::asking::lost::died_out;
use crate::asking::today::{day, newest};
use crate::book::Book;
use crate::derive::{date_of, household_key};
use crate::error::Result;
use crate::record::{self, select};

/// A follow-up promised at a visit and still open.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowUp {
    pub visit: Uuid,
    pub household: Uuid,
    pub head_name: String,
    pub region: RegionCode,
    pub due: NaiveDate,
    pub visited_on: NaiveDate,
}

/// Whether what was agreed on the day `on` for the day `due` is still to be done: nobody was met on that day or later,
/// and no later visit agreed on another day. A visit in between does not keep it, nor does one dated after `today`.
fn is_open(conn: &Connection, household: i64, on: i64, due: i64, today: i64) -> Result<bool> {
    if newest(conn, household, true, today)?.is_some_and(|(last, _)| last > on && last >= due) {
        return Ok(false);
    }
    Ok(!conn
        .prepare_cached(
            "SELECT 1 FROM record WHERE household = ?1 AND hidden = 0 AND kind = 'visit'
               AND day > ?2 AND day <= ?3 AND until IS NOT NULL",
        )?
        .exists(params![household, on, today])?)
}

impl Book {
    /// The day that was agreed with a family for the next visit, while it is open: the first one.
    pub fn agreed(&self, household: Uuid, today: NaiveDate) -> Result<Option<NaiveDate>> {
        let key = household_key(household);
        self.read(|conn| {
            let agreed: Vec<(i64, i64)> = conn
                .prepare_cached(
                    "SELECT day, until FROM record WHERE household = ?1 AND hidden = 0 AND kind = 'visit'
                       AND until IS NOT NULL ORDER BY until",
                )?
                .query_map([key], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            for (on, due) in agreed {
                if is_open(conn, key, on, due, day(today))? {
                    return Ok(date_of(due));
                }
            }
            Ok(None)
        })
    }

    /// Follow-ups due up to `until` and still open, the longest due first; none of a family whose people have all died.
    pub fn follow_ups(
        &self,
        regions: &[RegionCode],
        today: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<FollowUp>> {
        let sql = format!(
            "{} WHERE kind = 'visit' AND until IS NOT NULL AND until <= ?1 AND hidden = 0{} AND NOT {}
               ORDER BY until, n",
            select!(),
            within(regions),
            died_out("record.household")
        );
        self.read(|conn| {
            let mut due = Vec::new();
            for visit in record::collect(conn, &sql, [day(until)])? {
                let date = |field: &str| visit.text(field).and_then(|date| date.parse().ok());
                let (Some(household), Some(on), Some(follow)) =
                    (visit.reference("household"), date("date"), date("follow_up"))
                else {
                    continue;
                };
                if !is_open(conn, household_key(household), day(on), day(follow), day(today))? {
                    continue;
                }
                due.push(FollowUp {
                    visit: visit.id,
                    household,
                    head_name: visit.text("head_name").unwrap_or_default().to_owned(),
                    region: visit.region(),
                    due: follow,
                    visited_on: on,
                });
            }
            Ok(due)
        })
    }
}
