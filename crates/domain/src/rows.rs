//! Rows of data that count in a place from a day on: limits, programmes.

use chrono::NaiveDate;

use crate::region::RegionCode;

/// Where a row counts, and when.
pub(crate) trait Row {
    /// None: everywhere.
    fn place(&self) -> Option<&RegionCode>;
    /// Its first day.
    fn begins(&self) -> NaiveDate;
    /// Its last day; none: until a later row of the same place.
    fn ends(&self) -> Option<NaiveDate> {
        None
    }
}

/// Whether a row counts at a place on a day.
pub(crate) fn counts(row: &impl Row, place: &RegionCode, day: NaiveDate) -> bool {
    let here = row.place().is_none_or(|own| own.covers(place));
    here && row.begins() <= day && row.ends().is_none_or(|last| day <= last)
}

/// The one that counts there then: of the nearest place, then of the latest day.
pub(crate) fn nearest<'r, R: Row + 'r>(
    rows: impl Iterator<Item = &'r R>,
    place: &RegionCode,
    day: NaiveDate,
) -> Option<&'r R> {
    let depth = |row: &R| row.place().map_or(0, |own| own.as_str().len());
    rows.filter(|row| counts(*row, place, day)).max_by_key(|row| (depth(row), row.begins()))
}
