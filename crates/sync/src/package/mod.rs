//! Carried packages at the desk: made for a stick, taken in from it, carried for others.
//!
//! What a package says goes through the same doors as what the line says, so a round before, after or
//! between changes nothing. Only a round on the line may call itself full.

mod blobs;
mod carry;
mod out;
mod take;

pub use carry::{Carried, carry};
pub use out::{Made, make};
pub use take::{TakenIn, take_in};

use tiexin_protocol::package::Fault;
use tiexin_protocol::wire::PublicKeys;
use tiexin_store::{Book, StoreError};
use uuid::Uuid;

use crate::error::SyncError;

/// The province's public keys as JSON; empty: it has none to tell.
const KEYS: &str = "province.keys";
/// The province's clock when it last told users and scopes, milliseconds since 1970 UTC. Only to know the newer
/// one of two things that it said.
const HEARD: &str = "province.heard";
/// How many packages this desk has made.
const NUMBER: &str = "package.number";
/// The last packages that this book made and when, by its own clock: `[(number, milliseconds, package)]`.
const MADE: &str = "package.made";
/// Packages that are remembered; a reply to an older one is not read any more.
const MADE_KEPT: usize = 50;
/// Scopes that did not agree: the next package asks for them whole.
const ANEW: &str = "package.anew";

/// Why a package was not made or not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("本机还没有省平台的密钥，做不了也读不了同步包。请先联网同步一次，以后就可以用U盘来往。")]
    NoKeys,
    /// Numbers of the parts that are not here.
    #[error("第 {number} 号同步包还缺第 {} 份，没有读入任何内容。请把缺的文件也拷来，再试一次。", list(.missing))]
    Missing { number: u64, missing: Vec<u32> },
    #[error(transparent)]
    Sync(#[from] SyncError),
}

impl From<StoreError> for PackageError {
    fn from(error: StoreError) -> Self {
        PackageError::Sync(error.into())
    }
}

/// A package that this book made.
struct Past {
    /// By the book's own clock, milliseconds.
    at: i64,
    package: Uuid,
}

/// Keeps when a package was made.
fn made(book: &Book, number: u64, package: Uuid, at: i64) -> Result<(), StoreError> {
    let mut all = all_kept(book)?;
    all.push((number, at, package));
    let from = all.len().saturating_sub(MADE_KEPT);
    keep(book, MADE, &serde_json::to_string(&all[from..]).unwrap_or_default())
}

fn past(book: &Book) -> Result<Vec<Past>, StoreError> {
    Ok(all_kept(book)?.into_iter().map(|(_, at, package)| Past { at, package }).collect())
}

fn all_kept(book: &Book) -> Result<Vec<(u64, i64, Uuid)>, StoreError> {
    Ok(kept(book, MADE)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn list(parts: &[u32]) -> String {
    parts.iter().map(u32::to_string).collect::<Vec<_>>().join("、")
}

pub(crate) fn kept(book: &Book, key: &str) -> Result<Option<String>, StoreError> {
    book.preference(Uuid::nil(), key)
}

pub(crate) fn keep(book: &Book, key: &str, value: &str) -> Result<(), StoreError> {
    book.set_preference(Uuid::nil(), key, value)
}

/// Whether the province was ever asked for its keys.
pub(crate) fn asked_for_keys(book: &Book) -> Result<bool, StoreError> {
    Ok(kept(book, KEYS)?.is_some())
}

/// Keeps what hello tells for packages. The province's keys are those of the first hello: whoever speaks in
/// its name later under other keys gives no orders here.
pub(crate) fn heard(book: &Book, keys: Option<&PublicKeys>, server_time: i64) -> Result<(), StoreError> {
    if kept(book, KEYS)?.is_some_and(|keys| !keys.is_empty()) {
        return keep(book, HEARD, &server_time.to_string());
    }
    let keys = keys.and_then(|keys| serde_json::to_string(keys).ok()).unwrap_or_default();
    keep(book, KEYS, &keys)?;
    keep(book, HEARD, &server_time.to_string())
}

/// Forgets the keys: the desk joins another province.
pub(crate) fn forget_keys(book: &Book) -> Result<(), StoreError> {
    keep(book, KEYS, "")
}

/// By which the province's word is known here.
pub(crate) fn province_sign(book: &Book) -> Result<Option<String>, StoreError> {
    let text = kept(book, KEYS)?.filter(|text| !text.is_empty());
    Ok(text.and_then(|text| serde_json::from_str::<PublicKeys>(&text).ok()).map(|keys| keys.sign))
}

fn province_keys(book: &Book) -> Result<PublicKeys, PackageError> {
    let text = kept(book, KEYS)?.filter(|text| !text.is_empty()).ok_or(PackageError::NoKeys)?;
    serde_json::from_str(&text).map_err(|_| PackageError::NoKeys)
}
