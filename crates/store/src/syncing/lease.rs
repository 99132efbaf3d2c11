//! How long this book may still be opened without having spoken with the province.
//!
//! The end lies inside the encrypted book, so no edited file moves it. It is told by a clock of the book's own
//! that never goes back: the computer's clock, or the time the book was open since, whichever is later. A
//! clock set back prolongs nothing; one set far ahead locks only until the province was spoken with (I13).

use rusqlite::Connection;

use crate::book::Book;
use crate::error::Result;
use crate::meta;

const ENDS: &str = "lease_ends";
const CLOCK: &str = "lease_clock";
/// How long the lease was when it was given.
const SPAN: &str = "lease_span";

/// A lease, by the book's own clock: milliseconds since 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseState {
    pub now: i64,
    pub ends: i64,
}

impl LeaseState {
    /// The book is to stay locked until it has spoken with the province.
    pub fn over(self) -> bool {
        self.now >= self.ends
    }
}

fn clock(conn: &Connection, now_ms: i64) -> Result<i64> {
    Ok(meta::number(conn, CLOCK)?.unwrap_or(i64::MIN).max(now_ms))
}

impl Book {
    /// The lease as it stands; `None` for a book that was never given one.
    pub fn lease(&self, now_ms: i64) -> Result<Option<LeaseState>> {
        self.read(|conn| {
            let Some(ends) = meta::number(conn, ENDS)? else { return Ok(None) };
            Ok(Some(LeaseState { now: clock(conn, now_ms)?, ends }))
        })
    }

    /// Whether the lease is over, or more of it gone than time alone can have taken since it was last renewed:
    /// then it is to be asked for anew. A book that was never given one asks for none.
    pub fn lease_wanted(&self, now_ms: i64) -> Result<bool> {
        let Some(lease) = self.lease(now_ms)? else { return Ok(false) };
        let span = self.read(|conn| meta::number(conn, SPAN))?.unwrap_or_default();
        Ok(lease.over() || lease.ends.saturating_sub(lease.now) < span / 2)
    }

    /// What the book's own clock shows.
    pub fn lease_clock(&self, now_ms: i64) -> Result<i64> {
        self.read(|conn| clock(conn, now_ms))
    }

    /// The book was open for so long since this was last said.
    pub fn time_passed(&self, open_ms: i64, now_ms: i64) -> Result<()> {
        self.write(|w| {
            let kept = meta::number(&w.tx, CLOCK)?;
            let later = kept.map_or(now_ms, |kept| kept.saturating_add(open_ms.max(0)).max(now_ms));
            Ok(meta::put(&w.tx, CLOCK, &later.to_string())?)
        })?;
        Ok(())
    }

    /// The province was spoken with just now: its lease of `span_ms` begins, and the book's clock is the
    /// computer's again.
    pub fn lease_renewed(&self, span_ms: i64, now_ms: i64) -> Result<()> {
        let ends = now_ms.saturating_add(span_ms);
        self.put_meta(&[
            (CLOCK, &now_ms.to_string()),
            (ENDS, &ends.to_string()),
            (SPAN, &span_ms.to_string()),
        ])
    }

    /// The same by package: the lease counts from `asked_at`, when the package was made, by the book's clock.
    pub fn lease_carried(&self, span_ms: i64, asked_at: i64) -> Result<()> {
        self.write(|w| {
            let ends = asked_at.saturating_add(span_ms);
            if meta::number(&w.tx, ENDS)?.is_none_or(|kept| kept < ends) {
                meta::put(&w.tx, ENDS, &ends.to_string())?;
            }
            Ok(())
        })?;
        Ok(())
    }
}
