//! Records that this desk had read and a province that was put back from a backup does not have any more. Most of them
//! are told again by the desks that made them; of the others somebody should know.

use serde::{Deserialize, Serialize};
use tiexin_store::{Book, StoreError};
use uuid::Uuid;

use crate::package::{keep, kept};

/// [`Gone`] as JSON; empty: none.
const GONE: &str = "province.gone";
/// For so long it is told of them.
const TOLD_MS: i64 = 30 * 24 * 3600 * 1000;
/// So many are remembered at most, by their ids only.
const MOST: usize = 2_000;

#[derive(Serialize, Deserialize)]
struct Gone {
    /// When they were last missed, by the desk's clock.
    at: i64,
    ids: Vec<Uuid>,
}

fn read(book: &Book) -> Result<Option<Gone>, StoreError> {
    Ok(kept(book, GONE)?.and_then(|text| serde_json::from_str(&text).ok()))
}

fn write(book: &Book, gone: &Gone) -> Result<(), StoreError> {
    let text =
        if gone.ids.is_empty() { String::new() } else { serde_json::to_string(gone).unwrap_or_default() };
    keep(book, GONE, &text)
}

/// The restored log of a township does not have these.
pub(crate) fn note(book: &Book, ids: &[Uuid], now_ms: i64) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut gone = read(book)?.unwrap_or(Gone { at: now_ms, ids: Vec::new() });
    gone.at = now_ms;
    gone.ids.extend(ids);
    gone.ids.sort_unstable();
    gone.ids.dedup();
    gone.ids.truncate(MOST);
    write(book, &gone)
}

/// Forgets those that are back, and after a month the others.
pub(crate) fn look(book: &Book, now_ms: i64) -> Result<(), StoreError> {
    let Some(gone) = read(book)? else { return Ok(()) };
    let ids = if now_ms.abs_diff(gone.at) > TOLD_MS.unsigned_abs() {
        Vec::new()
    } else {
        book.not_here(&gone.ids)?
    };
    if ids.len() == gone.ids.len() { Ok(()) } else { write(book, &Gone { ids, ..gone }) }
}

/// How many are not back.
pub(crate) fn count(book: &Book) -> Result<usize, StoreError> {
    Ok(match read(book)? {
        Some(gone) => book.not_here(&gone.ids)?.len(),
        None => 0,
    })
}
