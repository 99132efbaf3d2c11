//! A carried package: push and pull bodies as files for a USB stick, in parts of any size, and the reply
//! that comes back the same way.
//!
//! FROZEN FILE FORMAT (format 1). A part is
//! `MAGIC ‖ length of the header (u32, big endian) ‖ header (canonical JSON) ‖ signature (64 bytes) ‖ payload`.
//! The signature is ed25519 over [`SIGNED`] and the header; the header holds the hashes of the payload and of
//! the whole. So each part can be checked alone. The payloads, put together, are encrypted to the receiver
//! (`tiexin-seal`). Fields of header and bodies may be added as optional, never renamed or removed.

mod body;
mod fault;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::canonical::canonical;

pub use body::{Attached, BlobTold, CarriedBlob, PushBody, Pushed, ReplyBody};
pub use fault::Fault;

const MAGIC: &[u8; 16] = b"TIEXIN-PACKAGE\r\n";
/// What stands before a header when it is signed.
pub const SIGNED: &[u8] = b"tiexin-package-v1:";
/// The format that this program writes.
pub const FORMAT: u32 = 1;
/// The end of a part's file name.
pub const EXTENSION: &str = "txp";
/// Bytes of payload in a part, unless told otherwise: small sticks are formatted with FAT, and a slow line
/// should get a part through in minutes.
pub const PART_BYTES: usize = 8 * 1024 * 1024;
/// Most bytes of payload in a part.
pub const MOST_PART_BYTES: usize = 32 * 1024 * 1024;
/// Most bytes of a part as a file.
pub const MOST_FILE_BYTES: usize = MOST_PART_BYTES + MOST_HEADER_BYTES + 128;
/// Most parts of a package.
pub const MOST_PARTS: u32 = 4_096;
const MOST_HEADER_BYTES: usize = 4_096;
const SIGNATURE_BYTES: usize = 64;

/// Where a package goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// From a desk to the province.
    Push,
    /// From the province back to the desk.
    Reply,
}

/// Which package, from whom to whom. The same in all its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Address {
    pub package: Uuid,
    pub way: Way,
    /// The desk: sender of a push, receiver of a reply.
    pub device: Uuid,
    pub incarnation: Uuid,
    /// The province by its signing key, 64 hex digits: receiver of a push, sender of a reply.
    pub province: String,
    /// Counts the desk's packages; a reply has the number of what it answers.
    pub number: u64,
    /// Of a reply: the package that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Uuid>,
}

/// What stands at the head of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Header {
    pub format: u32,
    #[serde(flatten)]
    pub address: Address,
    /// 1 … `parts`.
    pub part: u32,
    pub parts: u32,
    /// BLAKE3 of this part's payload, 64 hex digits.
    pub part_hash: String,
    /// BLAKE3 of all payloads together.
    pub whole_hash: String,
}

impl Header {
    /// The name of the part's file. It names no person: the machine's short number, a count.
    pub fn file_name(&self) -> String {
        let Address { device, number, way, .. } = &self.address;
        let way = if *way == Way::Push { "" } else { "带回-" };
        format!("{}{number}-{way}{}of{}.{EXTENSION}", file_names_begin(*device), self.part, self.parts)
    }
}

/// What the names of all files have in common that are of one machine's packages.
pub fn file_names_begin(device: Uuid) -> String {
    format!("贴心-{}-", short(device))
}

/// The last eight digits: the first ones are a date and alike for machines that were enrolled together.
pub fn short(device: Uuid) -> String {
    device.simple().to_string()[24..].to_owned()
}

/// One part as it lies on the stick. Its hash is right; whether its signature is, `tiexin-seal` tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub header: Header,
    bytes: Vec<u8>,
    /// Where the signature begins.
    signature_at: usize,
}

impl Part {
    /// Reads a file.
    ///
    /// # Errors
    /// `NotPackage`, `Newer`, `TooLarge`, `Damaged`.
    pub fn read(bytes: Vec<u8>) -> Result<Part, Fault> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(Fault::NotPackage)?;
        if bytes.len() > MOST_FILE_BYTES {
            return Err(Fault::TooLarge);
        }
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(Fault::Damaged)?;
        let length = u32::from_be_bytes(*length) as usize;
        if length > MOST_HEADER_BYTES || rest.len() < length + SIGNATURE_BYTES {
            return Err(Fault::Damaged);
        }
        let header = read_header(&rest[..length])?;
        let payload = &rest[length + SIGNATURE_BYTES..];
        if hash(payload) != header.part_hash {
            return Err(Fault::Damaged);
        }
        let signature_at = MAGIC.len() + 4 + length;
        Ok(Part { header, bytes, signature_at })
    }

    /// What the signature is over.
    pub fn signed(&self) -> Vec<u8> {
        [SIGNED, &self.bytes[MAGIC.len() + 4..self.signature_at]].concat()
    }

    /// The sender's signature.
    pub fn signature(&self) -> [u8; SIGNATURE_BYTES] {
        let mut signature = [0; SIGNATURE_BYTES];
        signature.copy_from_slice(&self.bytes[self.signature_at..self.signature_at + SIGNATURE_BYTES]);
        signature
    }

    /// Its piece of the whole.
    pub fn payload(&self) -> &[u8] {
        &self.bytes[self.signature_at + SIGNATURE_BYTES..]
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn read_header(bytes: &[u8]) -> Result<Header, Fault> {
    #[derive(Deserialize)]
    struct Any {
        format: u32,
    }
    let any: Any = serde_json::from_slice(bytes).map_err(|_| Fault::Damaged)?;
    if any.format > FORMAT {
        return Err(Fault::Newer);
    }
    let header: Header = serde_json::from_slice(bytes).map_err(|_| Fault::Damaged)?;
    let sound = header.format == FORMAT
        && (1..=MOST_PARTS).contains(&header.parts)
        && (1..=header.parts).contains(&header.part);
    if sound { Ok(header) } else { Err(Fault::Damaged) }
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// The files of a package: `sealed` in parts of at most `most` bytes, each under a header that `sign` signed.
///
/// # Errors
/// `TooLarge` when there would be more than [`MOST_PARTS`].
pub fn split(
    address: &Address,
    sealed: &[u8],
    most: usize,
    sign: impl Fn(&[u8]) -> [u8; SIGNATURE_BYTES],
) -> Result<Vec<Part>, Fault> {
    let most = most.clamp(1, MOST_PART_BYTES);
    let parts = u32::try_from(sealed.len().div_ceil(most).max(1)).map_err(|_| Fault::TooLarge)?;
    if parts > MOST_PARTS {
        return Err(Fault::TooLarge);
    }
    let whole_hash = hash(sealed);
    let mut pieces = sealed.chunks(most);
    (1..=parts)
        .map(|part| {
            let payload = pieces.next().unwrap_or_default();
            let header = Header {
                format: FORMAT,
                address: address.clone(),
                part,
                parts,
                part_hash: hash(payload),
                whole_hash: whole_hash.clone(),
            };
            let head = canonical(&serde_json::to_value(&header).map_err(|_| Fault::Damaged)?);
            let signature = sign(&[SIGNED, &head].concat());
            let length = u32::try_from(head.len()).map_err(|_| Fault::TooLarge)?.to_be_bytes();
            let bytes = [MAGIC, &length[..], &head, &signature, payload].concat();
            Ok(Part { header, signature_at: MAGIC.len() + 4 + head.len(), bytes })
        })
        .collect()
}

/// The parts of one package that are at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    pub address: Address,
    pub parts: u32,
    whole_hash: String,
    held: BTreeMap<u32, Part>,
}

impl Gathered {
    /// Begins with one part.
    pub fn begin(part: Part) -> Gathered {
        let Header { address, parts, whole_hash, part: number, .. } = part.header.clone();
        Gathered { address, parts, whole_hash, held: BTreeMap::from([(number, part)]) }
    }

    /// One more part; the same one twice is fine.
    ///
    /// # Errors
    /// `Forked` when it is of the same package and yet does not belong to these.
    pub fn add(&mut self, part: Part) -> Result<(), Fault> {
        let header = &part.header;
        if header.address != self.address
            || header.parts != self.parts
            || header.whole_hash != self.whole_hash
            || self.held.get(&header.part).is_some_and(|held| held.header != *header)
        {
            return Err(Fault::Forked);
        }
        self.held.insert(header.part, part);
        Ok(())
    }

    /// Parts that are not here.
    pub fn missing(&self) -> Vec<u32> {
        (1..=self.parts).filter(|part| !self.held.contains_key(part)).collect()
    }

    /// The parts that are here, in order.
    pub fn held(&self) -> impl Iterator<Item = &Part> {
        self.held.values()
    }

    /// All payloads together.
    ///
    /// # Errors
    /// `Damaged` when a part is missing or the whole is not what was signed.
    pub fn whole(&self) -> Result<Vec<u8>, Fault> {
        let whole: Vec<u8> = self.held.values().flat_map(Part::payload).copied().collect();
        if self.missing().is_empty() && hash(&whole) == self.whole_hash {
            Ok(whole)
        } else {
            Err(Fault::Damaged)
        }
    }
}

/// Parts sorted by the packages that they belong to, in order of number.
///
/// # Errors
/// `Forked` when two parts contradict each other.
pub fn gather(parts: Vec<Part>) -> Result<Vec<Gathered>, Fault> {
    let mut packages: BTreeMap<Uuid, Gathered> = BTreeMap::new();
    for part in parts {
        match packages.get_mut(&part.header.address.package) {
            Some(gathered) => gathered.add(part)?,
            None => {
                packages.insert(part.header.address.package, Gathered::begin(part));
            }
        }
    }
    let mut packages: Vec<Gathered> = packages.into_values().collect();
    packages.sort_by_key(|gathered| gathered.address.number);
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address() -> Address {
        Address {
            package: Uuid::from_u128(1),
            way: Way::Push,
            device: Uuid::from_u128(0xabcd_ef01),
            incarnation: Uuid::from_u128(3),
            province: "00".repeat(32),
            number: 7,
            answers: None,
        }
    }

    fn parts(sealed: &[u8], most: usize) -> Vec<Part> {
        split(&address(), sealed, most, |_| [5; 64]).unwrap()
    }

    #[test]
    fn a_file_is_named_after_the_machine_and_the_count() {
        let parts = parts(&[0; 10], 4);
        assert_eq!(parts[1].header.file_name(), "贴心-abcdef01-7-2of3.txp");
        let reply = Address { way: Way::Reply, ..address() };
        let reply = split(&reply, &[], 4, |_| [0; 64]).unwrap();
        assert_eq!(reply[0].header.file_name(), "贴心-abcdef01-7-带回-1of1.txp");
    }

    proptest! {
        #[test]
        fn parts_in_any_order_and_twice_are_the_whole(
            sealed in proptest::collection::vec(any::<u8>(), 0..500),
            most in 1usize..200,
            order in any::<proptest::sample::Index>(),
        ) {
            let mut all = parts(&sealed, most);
            let at = order.index(all.len());
            all.rotate_left(at);
            all.push(all[0].clone());
            let read = all.iter().map(|p| Part::read(p.bytes().to_vec()).unwrap()).collect();
            let gathered = gather(read).unwrap();
            prop_assert_eq!(gathered.len(), 1);
            prop_assert_eq!(gathered[0].whole().unwrap(), sealed);
        }

        #[test]
        fn a_cut_file_is_damaged(cut in any::<proptest::sample::Index>()) {
            let bytes = parts(&[9; 300], 300)[0].bytes().to_vec();
            let at = cut.index(bytes.len());
            let fault = Part::read(bytes[..at].to_vec()).unwrap_err();
            prop_assert_eq!(fault, if at < 16 { Fault::NotPackage } else { Fault::Damaged });
        }
    }

    #[test]
    fn a_missing_part_is_named() {
        let mut all = parts(&[1; 10], 3);
        all.remove(2);
        let gathered = gather(all).unwrap().remove(0);
        assert_eq!(gathered.missing(), [3]);
        assert_eq!(gathered.whole(), Err(Fault::Damaged));
    }

    #[test]
    fn parts_that_contradict_each_other_are_refused() {
        let (one, other) = (parts(&[1; 10], 5), parts(&[2; 10], 5));
        assert_eq!(gather(vec![one[0].clone(), other[1].clone()]), Err(Fault::Forked));
    }

    #[test]
    fn a_newer_format_is_told_from_damage() {
        let bytes = parts(&[1; 4], 4)[0].bytes().to_vec();
        let named = b"\"format\":1";
        let at = bytes.windows(named.len()).position(|w| w == named).unwrap() + named.len() - 1;
        let mut newer = bytes;
        newer[at] = b'2';
        assert_eq!(Part::read(newer), Err(Fault::Newer));
    }
}
