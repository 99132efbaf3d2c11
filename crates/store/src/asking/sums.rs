//! What was given, added up by programme, period and township: from the derived column, to the fen. An entry counts
//! whether or not its family is hidden, and what takes it back counts against it.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde_json::Value;
use tiexin_domain::{Fen, Fields, Kind, RegionCode};

use crate::anew::Behind;
use crate::book::Book;
use crate::derive::{bounds, place, region_of};
use crate::error::Result;
use crate::record::hidden;
use crate::verify::VerifyReport;

/// One sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AidSum {
    /// None: given on an occasion alone.
    pub programme: Option<String>,
    pub period: Option<String>,
    pub township: RegionCode,
    pub sum: Fen,
    /// How many entries, those that take back among them.
    pub entries: u64,
}

/// Places below one township.
const TOWNSHIP: i64 = 1_000;

const SUMS: &str =
    "SELECT json_extract(fields, '$.programme'), json_extract(fields, '$.period'), place / 1000,
       coalesce(sum(number), 0), count(*)
     FROM record WHERE kind = ?1 AND hidden <> ?2 AND place BETWEEN ?3 AND ?4
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";

/// Programme, period, township.
type Of = (Option<String>, Option<String>, i64);

fn derived(conn: &Connection, first: i64, last: i64) -> Result<BTreeMap<Of, (i64, i64)>> {
    let kind = Kind::AidEntry;
    let mut select = conn.prepare_cached(SUMS)?;
    let mut rows = select.query(params![kind.code(), hidden::WITHHELD, first, last])?;
    let mut sums = BTreeMap::new();
    while let Some(row) = rows.next()? {
        sums.insert((row.get(0)?, row.get(1)?, row.get(2)?), (row.get(3)?, row.get(4)?));
    }
    Ok(sums)
}

/// The same, from what the entries themselves say.
fn said(conn: &Connection) -> Result<BTreeMap<Of, (i64, i64)>> {
    let kind = Kind::AidEntry;
    let mut select = conn.prepare("SELECT fields FROM record WHERE kind = ?1 AND hidden <> ?2")?;
    let mut rows = select.query(params![kind.code(), hidden::WITHHELD])?;
    let mut sums: BTreeMap<Of, (i64, i64)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        // What cannot be read is told of its row.
        let Ok(fields) = serde_json::from_str::<Fields>(&row.get::<_, String>(0)?) else { continue };
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let region = text("region").and_then(|code| code.parse::<RegionCode>().ok());
        let Some(region) = region else { continue };
        let amount = text("amount").and_then(|amount| Fen::parse(&amount).ok()).unwrap_or_default();
        let sum = sums.entry((text("programme"), text("period"), place(&region) / TOWNSHIP)).or_default();
        *sum = (sum.0.saturating_add(amount.0), sum.1 + 1);
    }
    Ok(sums)
}

impl Book {
    /// What was given in a region, by programme, period and township.
    pub fn aid_sums(&self, region: &RegionCode) -> Result<Vec<AidSum>> {
        let (first, last) = bounds(region);
        let sums = self.read(|conn| derived(conn, first, last))?;
        let told = sums.into_iter().filter_map(|((programme, period, township), (sum, entries))| {
            let township = region_of(township * TOWNSHIP)?;
            Some(AidSum { programme, period, township, sum: Fen(sum), entries: entries as u64 })
        });
        Ok(told.collect())
    }
}

/// The sums are those of the entries, to the fen (I9).
pub(crate) fn look(conn: &Connection, report: &mut VerifyReport) -> Result<()> {
    // What an older program derived and this one did not come to yet is no damage.
    let behind = Behind::read(conn)?.is_some();
    if !behind && derived(conn, 0, i64::MAX)? != said(conn)? {
        report.fault("sums_differ", None, "慰问救助按项目、期次、乡镇的合计与逐笔相加不一致");
    }
    Ok(())
}
