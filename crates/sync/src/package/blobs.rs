//! Attachments in packages: which go along, and what the reply says of them.

use tiexin_protocol::blob::{Wanted, Way, plan};
use tiexin_protocol::package::{BlobTold, CarriedBlob};
use tiexin_store::{Book, StoreError};

use crate::blob::is_final;

/// Attachments that go along, and their bytes.
#[derive(Default)]
pub(super) struct Along {
    pub(super) blobs: Vec<CarriedBlob>,
    pub(super) bytes: Vec<Vec<u8>>,
    /// Attachments that found no room.
    pub(super) left: u64,
}

/// What waits, small pictures first, as far as there is room. One that is larger than all the room goes alone: it
/// would never leave otherwise.
pub(super) fn along(book: &Book, room: usize) -> Result<Along, StoreError> {
    let mut along = Along::default();
    if !book.blobs_taken()? {
        return Ok(along);
    }
    let mut left = room as u64;
    for one in plan(book.blobs_wanted()?, &[]).into_iter().filter(|one| one.way == Way::Up) {
        if one.bytes > left && !along.blobs.is_empty() {
            along.left += 1;
            continue;
        }
        let Some(bytes) = whole(book, &one)? else { continue };
        left = left.saturating_sub(one.bytes);
        let Wanted { record, scope, hash, bytes: length, .. } = one;
        along.blobs.push(CarriedBlob { record, scope, hash, bytes: length });
        along.bytes.push(bytes);
    }
    Ok(along)
}

/// The bytes of a blob; none when this desk's copy is damaged, which is noted.
fn whole(book: &Book, one: &Wanted) -> Result<Option<Vec<u8>>, StoreError> {
    match book.blob(&one.scope, one.hash) {
        Err(StoreError::BlobDamaged) => book.mend_blob(&one.scope, one.hash).map(|()| None),
        other => other,
    }
}

/// What became of those that went along: how many arrived, and how many have to go again.
pub(super) fn heard(book: &Book, told: &[BlobTold]) -> Result<(u64, u64), StoreError> {
    let (mut arrived, mut again) = (0, 0);
    if told.is_empty() {
        return Ok((arrived, again));
    }
    let waiting = book.blobs_wanted()?;
    for one in told {
        let up = |wanted: &&Wanted| {
            wanted.way == Way::Up && (wanted.record, wanted.hash) == (one.record, one.hash)
        };
        // Gone up on the line meanwhile, or told before.
        let Some(wanted) = waiting.iter().find(up) else { continue };
        match &one.refused {
            None => {
                book.blob_gone_up(wanted)?;
                arrived += 1;
            }
            // As on the line: a person must look.
            Some(code) if is_final(code) => book.blob_faulty(wanted, code.as_str())?,
            Some(_) => again += 1,
        }
    }
    Ok((arrived, again))
}
