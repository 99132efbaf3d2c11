//! Attachments' bytes: who may bring them, who may have them, and that they are what they are called.
//!
//! Rights are those of the attachment's record. What a record names is given out only after its bytes were
//! brought for that very record: whoever merely knows a hash learns nothing and gets nothing (I10). Equal bytes
//! of one scope lie there once.

mod place;
mod verify;

use bytes::{Bytes, BytesMut};
use tiexin_domain::access::{Action, User, permits};
use tiexin_domain::{Fields, RegionCode};
use tiexin_protocol::blob::{self, BLOB_BYTES, BlobHash, Chunks};
use tiexin_protocol::{Change, Held};
use uuid::Uuid;

use crate::access::view_of;
use crate::error::{Refused, Result};
use crate::province::Province;
pub(crate) use place::Place;
pub(crate) use verify::check;

/// Most bytes of attachments in one scope.
const SCOPE_BYTES: u64 = 50 * 1024 * 1024 * 1024;

/// What a device has to do with an attachment.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The record, wherever it is now, and which device wrote which field.
    pub(crate) held: Option<Held>,
    /// Changes of it by this device that were parked or conflict.
    pub(crate) refused: Vec<Change>,
}

/// A blob that is whole.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    /// Where it lies.
    pub(crate) scope: RegionCode,
    pub(crate) hash: BlobHash,
    pub(crate) bytes: u64,
    /// blake3 of each chunk.
    pub(crate) prints: Vec<[u8; 32]>,
}

/// A chunk that was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub device: Uuid,
    /// Where the device believes the record to be.
    pub scope: &'a RegionCode,
    pub record: Uuid,
    pub hash: BlobHash,
    pub chunk: u32,
}

/// What the device may do with the blob, and how long the blob is.
struct Standing {
    bytes: u64,
    read: bool,
    write: bool,
    /// Where the bytes of a new one go.
    scope: RegionCode,
}

/// Which field names this hash, and how many bytes the blob has; `None`: none does.
fn named(fields: &Fields, hash: BlobHash) -> Option<(&'static str, u64)> {
    let hash = hash.to_string();
    let of = |name: &'static str, bytes: &str| {
        let named = fields.get(name).and_then(|value| value.as_str()) == Some(&hash);
        fields.get(bytes).and_then(|value| value.as_u64()).filter(|_| named).map(|bytes| (name, bytes))
    };
    let found = of("sha256", "bytes").or(of("thumb_sha256", "thumb_bytes"));
    found.filter(|(_, bytes)| (1..=BLOB_BYTES).contains(bytes))
}

impl Province {
    fn place(&self) -> Result<&Place> {
        self.blobs.as_ref().ok_or_else(|| Refused::BlobsOff.into())
    }

    /// # Errors
    /// `NotFound` where the device has nothing to do with it, as where it is not there: the same answer.
    async fn standing_of(&self, asked: &Asked<'_>) -> Result<Standing> {
        let today = self.clock.today();
        let admission = self.admitted(asked.device).await?;
        let claim = self.book.claim(asked.device, asked.scope, asked.record).await?;
        let users: Vec<&User> = admission.users.iter().filter(|user| !user.disabled).collect();
        if let Some(held) = &claim.held
            && let Some((field, bytes)) = named(&held.record.fields, asked.hash)
        {
            let record = &held.record;
            let region = record.region();
            let read = view_of(&admission.users, &record.scope, today)
                .is_some_and(|view| view.is_empty() || view.iter().any(|part| part.covers(&region)));
            let own = held.field_versions.get(field).is_some_and(|origin| origin.device == asked.device);
            let write = users.iter().any(|user| permits(&user.grants, Action::Write, &region, today));
            // One's own goes up also after the right is gone: work is handed over first (I11).
            if read || write || own {
                return Ok(Standing { bytes, read, write: write || own, scope: record.scope.clone() });
            }
        }
        let parked =
            claim.refused.iter().find_map(|change| Some((named(&change.set, asked.hash)?.1, &change.scope)));
        match parked {
            Some((bytes, scope)) => Ok(Standing { bytes, read: false, write: true, scope: scope.clone() }),
            None => Err(Refused::NotFound.into()),
        }
    }

    /// Which chunks of the record's blob are here, and its length.
    pub async fn blob_have(&self, asked: &Asked<'_>) -> Result<(Chunks, u64)> {
        self.place()?;
        let standing = self.standing_of(asked).await?;
        Ok((self.have(asked, &standing).await?, standing.bytes))
    }

    async fn have(&self, asked: &Asked<'_>, standing: &Standing) -> Result<Chunks> {
        let count = blob::count(standing.bytes);
        if self.book.blob_of(asked.record, asked.hash).await?.is_some() {
            return Ok(Chunks::all(count));
        }
        let mut have = Chunks::none(count);
        for (chunk, _) in self.book.blob_chunks(asked.record, asked.hash).await? {
            have.put(chunk);
        }
        Ok(have)
    }

    /// Takes one chunk; once more changes nothing. With the last one the blob is put together and its hash
    /// is checked. Gives which chunks are here now.
    ///
    /// # Errors
    /// `BlobDamaged`: the chunk is not what its print says, send it again. `BlobDiffers`: all chunks together
    /// have not the hash, nothing of them is kept.
    pub async fn put_blob(&self, asked: &Asked<'_>, bytes: u64, print: &str, body: Bytes) -> Result<Chunks> {
        let place = self.place()?;
        let standing = self.standing_of(asked).await?;
        if !standing.write {
            return Err(Refused::NoRight.into());
        }
        let fits = blob::span(standing.bytes, asked.chunk).is_some_and(|(_, len)| len == body.len());
        if bytes != standing.bytes || !fits || blob::print(&body) != print {
            return Err(Refused::BlobDamaged.into());
        }
        let mut have = self.have(asked, &standing).await?;
        if have.is_whole() {
            return Ok(have);
        }
        if asked.chunk == 0 && self.book.blob_bytes(&standing.scope).await? + standing.bytes > SCOPE_BYTES {
            return Err(Refused::BlobsFull.into());
        }
        let now = self.clock.now();
        let hashed = *blake3::hash(&body).as_bytes();
        place.put_part(asked.record, asked.hash, asked.chunk, body).await?;
        self.book.keep_blob_chunk(asked.record, asked.hash, asked.chunk, hashed, now).await?;
        have.put(asked.chunk);
        // Another request may have brought the others meanwhile.
        let have = self.have(asked, &standing).await?;
        if have.is_whole() {
            self.put_together(place, asked, &standing).await?;
        }
        Ok(have)
    }

    async fn put_together(&self, place: &Place, asked: &Asked<'_>, standing: &Standing) -> Result<()> {
        let (record, hash) = (asked.record, asked.hash);
        let chunks = self.book.blob_chunks(record, hash).await?;
        if self.book.blob_of(record, hash).await?.is_some() {
            return Ok(());
        }
        let mut whole = BytesMut::with_capacity(standing.bytes as usize);
        let mut prints = Vec::with_capacity(chunks.len());
        for (chunk, print) in &chunks {
            match place.get_part(record, hash, *chunk).await? {
                Some(bytes) if blake3::hash(&bytes).as_bytes() == print => whole.extend_from_slice(&bytes),
                // The disk lost it: it is asked for again.
                _ => {
                    self.book.drop_blob_chunks(record, hash, Some(*chunk)).await?;
                    return Err(Refused::BlobDamaged.into());
                }
            }
            prints.push(*print);
        }
        let right = whole.len() as u64 == standing.bytes && BlobHash::of(&whole) == hash;
        if right {
            let scope = standing.scope.clone();
            place.put_whole(&scope, hash, whole.freeze()).await?;
            let whole = Whole { scope, hash, bytes: standing.bytes, prints };
            self.book.finish_blob(record, &whole, self.clock.now()).await?;
        } else {
            self.book.drop_blob_chunks(record, hash, None).await?;
        }
        for (chunk, _) in &chunks {
            place.drop_part(record, hash, *chunk).await?;
        }
        if right { Ok(()) } else { Err(Refused::BlobDiffers.into()) }
    }

    /// One chunk of a whole blob, and its print.
    ///
    /// # Errors
    /// `NotFound`: not brought yet, or none of the device's business. `BlobBroken`: this province's copy is
    /// damaged; a desk that has the bytes brings them again.
    pub async fn get_blob(&self, asked: &Asked<'_>) -> Result<(Bytes, String)> {
        let place = self.place()?;
        let standing = self.standing_of(asked).await?;
        let whole = self.book.blob_of(asked.record, asked.hash).await?.filter(|_| standing.read);
        let whole = whole.ok_or(Refused::NotFound)?;
        let print = whole.prints.get(asked.chunk as usize).ok_or(Refused::NotFound)?;
        let (from, len) = blob::span(whole.bytes, asked.chunk).ok_or(Refused::NotFound)?;
        let bytes = place.get_range(&whole.scope, whole.hash, from, len).await?;
        match bytes.filter(|bytes| blake3::hash(bytes).as_bytes() == print) {
            Some(bytes) => Ok((bytes, hex::encode(print))),
            None => {
                tracing::error!(scope = %whole.scope, "an attachment's bytes are damaged: run verify");
                Err(Refused::BlobBroken.into())
            }
        }
    }
}
