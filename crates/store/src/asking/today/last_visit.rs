//! When a family was last seen.

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension};
use tiexin_domain::Record;

use super::text;
use crate::derive::{date_of, visit_flag};
use crate::error::Result;
use crate::record;

/// The newest visit that met somebody, and what came of going there since.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LastVisit {
    /// Somebody was met: only then the family has been seen.
    pub met: Option<NaiveDate>,
    /// Who was there on that day.
    pub visitors: Vec<String>,
    /// A later visit that met nobody: the day, and the code of 见面情况.
    pub in_vain: Option<(NaiveDate, String)>,
    /// A visit is dated after today, by a clock that was ahead: it says nothing of when the family was seen.
    pub ahead: Option<NaiveDate>,
}

/// The day and the row of the newest visit up to `until` that met somebody, or of the newest that met nobody.
pub(crate) fn newest(conn: &Connection, household: i64, met: bool, until: i64) -> Result<Option<(i64, i64)>> {
    // The index has it all.
    let sql = format!(
        "SELECT day, n FROM record WHERE household = ?1 AND hidden = 0 AND kind = 'visit' AND day <= ?2
           AND flags & {} {} 0 ORDER BY day DESC LIMIT 1",
        visit_flag::MET,
        if met { "<>" } else { "=" }
    );
    Ok(conn
        .prepare_cached(&sql)?
        .query_row([household, until], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// The latest day after today for which there is a visit.
fn ahead(conn: &Connection, household: i64, today: i64) -> Result<Option<NaiveDate>> {
    let day: Option<i64> = conn
        .prepare_cached(
            "SELECT max(day) FROM record WHERE household = ?1 AND hidden = 0 AND kind = 'visit' AND day > ?2",
        )?
        .query_row([household, today], |row| row.get(0))?;
    Ok(day.and_then(date_of))
}

pub(super) fn last_visit(conn: &Connection, household: i64, today: i64) -> Result<LastVisit> {
    let fields = |n: i64| -> Result<Option<Record>> { Ok(record::at(conn, n)?.map(|row| row.record)) };
    let met = newest(conn, household, true, today)?;
    let mut last = LastVisit {
        met: met.and_then(|(day, _)| date_of(day)),
        ahead: ahead(conn, household, today)?,
        ..LastVisit::default()
    };
    if let Some((_, n)) = met
        && let Some(visit) = fields(n)?
    {
        let names = visit.fields.get("visitors").and_then(|names| names.as_array()).into_iter().flatten();
        last.visitors = names.filter_map(|name| name.as_str().map(str::to_owned)).collect();
    }
    if let Some((day, n)) = newest(conn, household, false, today)?
        && met.is_none_or(|(met, _)| met < day)
        && let (Some(date), Some(visit)) = (date_of(day), fields(n)?)
    {
        last.in_vain = Some((date, text(&visit, "presence")));
    }
    Ok(last)
}
