//! Everything that waits, for a stick.

use tiexin_protocol::package::{Address, Part, PushBody, Way, split};
use tiexin_protocol::wire::{HelloRequest, PullRequest};
use tiexin_protocol::{PROTOCOL, PUSH_BYTES, PUSH_CHANGES};
use tiexin_seal::Keys;
use tiexin_store::Book;
use uuid::Uuid;

use super::blobs::along;
use super::{ANEW, NUMBER, PackageError, keep, kept, made, province_keys};
use crate::error::SyncError;
use crate::push::pushing;
use crate::round::asked;
use crate::standing;

/// Pushes in one package: with [`PUSH_BYTES`] each, what the other side opens. The rest goes next time.
const MOST_PUSHES: usize = 200;

/// What the names of attachments add to the records of a package, at most.
const ROOM_FOR_NAMES: usize = 64 * 1024;

/// A package that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub number: u64,
    pub parts: Vec<Part>,
    /// Changes in it.
    pub changes: u64,
    /// Changes that found no room.
    pub left: u64,
    /// Attachments that go along, and those that found no room.
    pub attachments: u64,
    pub attachments_left: u64,
}

/// Puts all that waits into a package of parts of at most `most` bytes, together with how far this desk has
/// read, and of the attachments so many as fit into a part. Marks nothing: the verdicts in the reply do. `package` is a fresh id, `now_ms` the desk's clock.
///
/// # Errors
/// `NoKeys` when the desk never heard the province's keys; `NotEnrolled`.
pub fn make(book: &Book, package: Uuid, most: usize, now_ms: i64) -> Result<Made, PackageError> {
    let device = book.device()?;
    let id = device.id.ok_or(SyncError::NotEnrolled)?;
    let to = province_keys(book)?;
    let keys = Keys::of_desk(&device.key_seed)?;
    let cursors = book.cursors()?;
    standing::hold_back(book)?;
    let state = book.sync_state()?;
    let waiting = state.waiting - state.held_back;
    let mut pushes = Vec::new();
    let (mut after, mut changes) = (0, 0);
    while pushes.len() < MOST_PUSHES {
        let batch = book.tell_batch_after(after, PUSH_CHANGES, PUSH_BYTES)?;
        let Some(last) = batch.last() else { break };
        after = last.id.seq;
        changes += batch.len() as u64;
        pushes.push(pushing((id, device.incarnation), batch, &cursors, book)?);
    }
    let anew = kept(book, ANEW)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    // On a stick nobody can ask for it first.
    let testimony = standing::kept_standing(book)?;
    let greeting = Some(HelloRequest { testimony, ..standing::greeting(book, &device)? });
    let pull = PullRequest {
        device: id,
        incarnation: device.incarnation,
        cursors: cursors.into_iter().map(asked).collect(),
        // What waits for this desk's people is for the line; what became of its own changes is not.
        quarantine: None,
        refused: book.undecided()?,
    };
    let app = env!("CARGO_PKG_VERSION").into();
    let reply_to = keys.public().seal;
    let mut body =
        PushBody { protocol: PROTOCOL, app, reply_to, pushes, pull, anew, greeting, blobs: Vec::new() };
    // What the last part has room for beside the records, or a part of their own.
    let records = tiexin_seal::seal(&to.seal, &body, &[])?.len() + ROOM_FOR_NAMES;
    let along = along(book, most - (records % most))?;
    body.blobs = along.blobs;
    let bytes: Vec<&[u8]> = along.bytes.iter().map(Vec::as_slice).collect();
    let number = kept(book, NUMBER)?.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) + 1;
    let address = Address {
        package,
        way: Way::Push,
        device: id,
        incarnation: device.incarnation,
        province: to.sign,
        number,
        answers: None,
    };
    let sealed = tiexin_seal::seal(&to.seal, &body, &bytes)?;
    let parts = split(&address, &sealed, most, |bytes| keys.sign(bytes))?;
    made(book, number, package, book.lease_clock(now_ms)?)?;
    keep(book, NUMBER, &number.to_string())?;
    let left = waiting.saturating_sub(changes);
    Ok(Made { number, parts, changes, left, attachments: bytes.len() as u64, attachments_left: along.left })
}
