//! Ledgers as somebody hands them in: xlsx, xls, csv, anything.

use chrono::NaiveDate;
use tiexin_intake::{ImportContext, Limits, Mapping, Records, marked_copy, plan, read, stable_id};

use crate::meaning::book::Book;

const REGIONS: [(&str, &str); 3] =
    [("340323100", "谷阳镇"), ("340323100001", "东关社区居民委员会"), ("340323100201", "陈圩村村民委员会")];

/// Less than a desk allows, so that what goes beyond is seen soon.
fn limits() -> Limits {
    Limits { sheet_bytes: 8 << 20, text_bytes: 4 << 20, cells: 200_000, ..Limits::default() }
}

pub(crate) fn ledger(input: &[u8]) {
    let Ok(workbook) = read(input, "台账.xlsx", &limits()) else { return };
    let Some(today) = NaiveDate::from_ymd_opt(2026, 11, 2) else { return };
    let Ok(scope) = "340323100".parse() else { return };
    let (mapping, book) = (Mapping::default(), Book::empty(REGIONS));
    // Half of them as a list of some kind of record, whatever they are.
    let lists: Vec<Records> = Records::all().collect();
    let context = ImportContext {
        scope,
        today: Some(today),
        latest: today,
        kind: lists.get(input.len() % (2 * lists.len())).copied(),
        mapping: &mapping,
        lookup: &book,
        ids: &stable_id,
        watch: None,
    };
    let Ok(planned) = plan(&workbook, &context) else { return };
    assert!(planned.rows.taken() + planned.rows.refused <= planned.data_rows);
    let _ = marked_copy(&workbook, &planned, true);
}
