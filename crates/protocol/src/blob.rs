//! The bytes of attachments: named by their SHA-256, carried in chunks, and what to carry next.
//!
//! FROZEN WIRE FORMAT (protocol 1): `HEAD|GET|PUT /v1/blob/{sha256}/{chunk}?scope=…&record=…`. Rights are those of
//! the attachment's record. A record's bytes have to be brought whole even where the province has them from
//! another record: naming a hash shows nobody that it exists, and gives nobody what lies under it (I10).

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use tiexin_domain::RegionCode;
use uuid::Uuid;

/// Bytes of every chunk but the last.
pub const CHUNK_BYTES: usize = if crate::SMALL { 64 } else { 256 * 1024 };
/// Most bytes of one blob.
pub const BLOB_BYTES: u64 = tiexin_domain::nouns::attachment::MOST_BYTES;
/// How often one blob is begun anew after its bytes did not have its hash. Then a person must look.
pub const MOST_TRIES: u32 = 3;

/// On PUT and GET: blake3 of the chunk, 64 hex digits. Tells a damaged chunk before the blob is whole.
pub const HEADER_PRINT: &str = "tiexin-print";
/// On PUT and HEAD: how many bytes the blob has.
pub const HEADER_BYTES: &str = "tiexin-bytes";
/// Reply of HEAD and PUT: the [`Chunks`] that the province has of this record's blob.
pub const HEADER_HAVE: &str = "tiexin-have";

/// SHA-256 of a blob's bytes; 64 lower-case hex digits as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobHash(pub [u8; 32]);

impl BlobHash {
    pub fn of(bytes: &[u8]) -> BlobHash {
        BlobHash(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256")]
pub struct NoHash;

impl FromStr for BlobHash {
    type Err = NoHash;
    fn from_str(text: &str) -> Result<Self, NoHash> {
        let mut bytes = [0; 32];
        let known = tiexin_domain::nouns::attachment::is_sha256(text);
        hex::decode_to_slice(text, &mut bytes).ok().filter(|()| known).ok_or(NoHash)?;
        Ok(BlobHash(bytes))
    }
}

impl Serialize for BlobHash {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlobHash {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// blake3 of a chunk, as in [`HEADER_PRINT`].
pub fn print(chunk: &[u8]) -> String {
    blake3::hash(chunk).to_hex().to_string()
}

/// How many chunks so many bytes make.
pub fn count(bytes: u64) -> u32 {
    // Invariant: BLOB_BYTES / CHUNK_BYTES fits; larger numbers never pass a limit.
    u32::try_from(bytes.div_ceil(CHUNK_BYTES as u64)).unwrap_or(u32::MAX)
}

/// Where a chunk begins and how long it is; `None` behind the end.
pub fn span(bytes: u64, chunk: u32) -> Option<(u64, usize)> {
    let from = u64::from(chunk) * CHUNK_BYTES as u64;
    let left = bytes.checked_sub(from).filter(|left| *left > 0)?;
    Some((from, left.min(CHUNK_BYTES as u64) as usize))
}

/// Which chunks of a blob are there. As text: `whole`, or hex of bytes whose lowest bit is the first chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunks {
    count: u32,
    bits: Vec<u8>,
}

impl Chunks {
    /// None of so many.
    pub fn none(count: u32) -> Chunks {
        Chunks { count, bits: vec![0; (count as usize).div_ceil(8)] }
    }

    /// All of so many.
    pub fn all(count: u32) -> Chunks {
        let mut all = Chunks::none(count);
        (0..count).for_each(|chunk| all.put(chunk));
        all
    }

    /// From stored bits; what lies behind the end is left out.
    pub fn from_bits(count: u32, bits: &[u8]) -> Chunks {
        let mut chunks = Chunks::none(count);
        let set =
            |chunk: u32| bits.get(chunk as usize / 8).is_some_and(|byte| byte & (1 << (chunk % 8)) != 0);
        (0..count).filter(|chunk| set(*chunk)).for_each(|chunk| chunks.put(chunk));
        chunks
    }

    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    pub fn put(&mut self, chunk: u32) {
        if chunk < self.count {
            self.bits[chunk as usize / 8] |= 1 << (chunk % 8);
        }
    }

    pub fn has(&self, chunk: u32) -> bool {
        chunk < self.count && self.bits[chunk as usize / 8] & (1 << (chunk % 8)) != 0
    }

    pub fn missing(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.count).filter(|chunk| !self.has(*chunk))
    }

    pub fn is_whole(&self) -> bool {
        self.missing().next().is_none()
    }

    pub fn to_text(&self) -> String {
        if self.is_whole() { "whole".into() } else { hex::encode(&self.bits) }
    }

    /// Reads [`HEADER_HAVE`] of a blob of so many chunks.
    pub fn read(count: u32, text: &str) -> Option<Chunks> {
        match text {
            "whole" => Some(Chunks::all(count)),
            bits => hex::decode(bits).ok().map(|bits| Chunks::from_bits(count, &bits)),
        }
    }
}

/// Where a blob is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    Up,
    Down,
}

/// One blob that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub way: Way,
    /// The attachment.
    pub record: Uuid,
    pub scope: RegionCode,
    /// Where the attachment belongs.
    pub region: RegionCode,
    pub hash: BlobHash,
    pub bytes: u64,
    /// The small picture of the attachment.
    pub thumb: bool,
    /// Somebody opened it and waits.
    pub asked: bool,
    /// The later, the newer.
    pub age: i64,
}

/// In which order what waits is carried. Small pictures first, so that a page has faces soon; then what
/// somebody waits for; then what only this desk has; then the rest of `near`. Large pictures of other places
/// stay at the province until somebody opens them. Newest first.
pub fn plan(mut wanted: Vec<Wanted>, near: &[RegionCode]) -> Vec<Wanted> {
    wanted.retain(|one| {
        one.way == Way::Up || one.thumb || one.asked || near.iter().any(|region| region.covers(&one.region))
    });
    wanted.sort_by_key(|one| {
        let rank = match (one.thumb, one.way, one.asked) {
            (true, Way::Up, _) => 0,
            (true, Way::Down, _) => 1,
            (false, Way::Down, true) => 2,
            (false, Way::Up, _) => 3,
            (false, Way::Down, false) => 4,
        };
        (rank, Reverse(one.age), one.record, one.hash)
    });
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_hash_is_what_others_compute() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(BlobHash::of(b"").to_string(), empty);
        assert_eq!(empty.parse(), Ok(BlobHash::of(b"")));
        for bad in ["", "../x", &empty.to_uppercase(), &empty[1..]] {
            assert_eq!(bad.parse::<BlobHash>(), Err(NoHash), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn chunks_cover_every_byte_once(bytes in 0u64..20 * CHUNK_BYTES as u64) {
            let mut at = 0;
            for chunk in 0..count(bytes) {
                let (from, len) = span(bytes, chunk).unwrap();
                prop_assert_eq!(from, at);
                prop_assert!(len > 0 && len <= CHUNK_BYTES);
                at += len as u64;
            }
            prop_assert_eq!(at, bytes);
            prop_assert_eq!(span(bytes, count(bytes)), None);
        }

        #[test]
        fn which_chunks_are_there_survives_the_line(count in 0u32..70, some in proptest::collection::vec(0u32..80, 0..90)) {
            let mut chunks = Chunks::none(count);
            some.iter().for_each(|chunk| chunks.put(*chunk));
            prop_assert_eq!(Chunks::read(count, &chunks.to_text()), Some(chunks.clone()));
            prop_assert_eq!(Chunks::from_bits(count, chunks.bits()), chunks.clone());
            prop_assert!(chunks.missing().all(|chunk| !some.contains(&chunk)));
            prop_assert_eq!(chunks.is_whole(), (0..count).all(|chunk| some.contains(&chunk)));
        }

        #[test]
        fn small_pictures_first_then_the_newest_and_only_far_ones_stay(
            some in proptest::collection::vec((any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), 0i64..9), 0..30)
        ) {
            let near: RegionCode = "340323100".parse().unwrap();
            let wanted: Vec<Wanted> = some.iter().enumerate().map(|(n, (up, thumb, asked, far, age))| Wanted {
                way: if *up { Way::Up } else { Way::Down },
                record: Uuid::from_u128(n as u128),
                scope: near.clone(),
                region: if *far { "340323101001" } else { "340323100001" }.parse().unwrap(),
                hash: BlobHash::of(&[n as u8]),
                bytes: 1,
                thumb: *thumb,
                asked: *asked,
                age: *age,
            }).collect();
            let planned = plan(wanted.clone(), std::slice::from_ref(&near));
            for one in &wanted {
                let far = !near.covers(&one.region);
                let stays = one.way == Way::Down && !one.thumb && !one.asked && far;
                prop_assert_eq!(planned.contains(one), !stays);
            }
            for pair in planned.windows(2) {
                prop_assert!(pair[0].thumb >= pair[1].thumb);
                let same = (pair[0].way, pair[0].thumb, pair[0].asked) == (pair[1].way, pair[1].thumb, pair[1].asked);
                prop_assert!(!same || pair[0].age >= pair[1].age);
            }
        }
    }
}
