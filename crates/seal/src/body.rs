//! Bodies: JSON in zstd with attachments behind it, encrypted to one receiver. Opening is bounded.

use std::io::{Read, Write};

use age::x25519::Identity;
use serde::{Serialize, de::DeserializeOwned};
use tiexin_protocol::package::Fault;

use crate::keys::{Keys, recipient};

/// zstd level: a stick is slow, and old office PCs are too.
const LEVEL: i32 = 6;
/// zstd may not ask for a window larger than 8 MiB.
const WINDOW_LOG: u32 = 23;
/// Most bytes of a body's JSON: what an office PC can hold in memory several times over.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// A body and its attachments for the receiver `to` (an age recipient).
///
/// # Errors
/// `KeyUnusable`; `TooLarge` when the receiver would not take the body.
pub fn seal<T: Serialize>(to: &str, body: &T, attachments: &[&[u8]]) -> Result<Vec<u8>, Fault> {
    let to = recipient(to)?;
    let mut plain = vec![0; 8];
    let mut counted =
        Counted { inner: zstd::Encoder::new(&mut plain, LEVEL).map_err(|_| Fault::TooLarge)?, bytes: 0 };
    serde_json::to_writer(&mut counted, body).map_err(|_| Fault::TooLarge)?;
    let bytes = counted.bytes;
    counted.inner.finish().map_err(|_| Fault::TooLarge)?;
    if bytes > MOST_BYTES {
        return Err(Fault::TooLarge);
    }
    let length = (plain.len() - 8) as u64;
    plain[..8].copy_from_slice(&length.to_be_bytes());
    for attachment in attachments {
        plain.extend_from_slice(attachment);
    }
    age::encrypt(&to, &plain).map_err(|_| Fault::KeyUnusable)
}

/// The body, and the attachments as they lie behind it.
///
/// # Errors
/// `OtherDesk` when it is sealed for somebody else, `Damaged`, `TooLarge`.
pub fn open<T: DeserializeOwned>(keys: &Keys, sealed: &[u8]) -> Result<(T, Vec<u8>), Fault> {
    open_for(keys.identity(), sealed)
}

/// The same for any key.
pub(crate) fn open_for<T: DeserializeOwned>(key: &Identity, sealed: &[u8]) -> Result<(T, Vec<u8>), Fault> {
    open_within(key, sealed, MOST_BYTES)
}

fn open_within<T: DeserializeOwned>(key: &Identity, sealed: &[u8], most: u64) -> Result<(T, Vec<u8>), Fault> {
    let mut plain = age::decrypt(key, sealed).map_err(|error| match error {
        age::DecryptError::NoMatchingKeys => Fault::OtherDesk,
        _ => Fault::Damaged,
    })?;
    let (length, rest) = plain.split_first_chunk::<8>().ok_or(Fault::Damaged)?;
    let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| Fault::Damaged)?;
    let body = read(rest.get(..length).ok_or(Fault::Damaged)?, most)?;
    plain.drain(..8 + length);
    Ok((body, plain))
}

fn read<T: DeserializeOwned>(packed: &[u8], most: u64) -> Result<T, Fault> {
    let mut decoder = zstd::Decoder::with_buffer(packed).map_err(|_| Fault::Damaged)?;
    decoder.window_log_max(WINDOW_LOG).map_err(|_| Fault::Damaged)?;
    let mut json = Vec::new();
    decoder.take(most + 1).read_to_end(&mut json).map_err(|_| Fault::Damaged)?;
    if json.len() as u64 > most {
        return Err(Fault::TooLarge);
    }
    serde_json::from_slice(&json).map_err(|_| Fault::Damaged)
}

/// Counts what passes through.
struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify;
    use serde_json::{Value, json};
    use tiexin_protocol::package::{Address, Part, Way, split};
    use uuid::Uuid;

    fn desk(n: u8) -> Keys {
        Keys::of_desk(&[n; 32]).unwrap()
    }

    fn part(keys: &Keys, sealed: &[u8]) -> Part {
        let address = Address {
            package: Uuid::from_u128(1),
            way: Way::Push,
            device: Uuid::from_u128(2),
            incarnation: Uuid::from_u128(3),
            province: keys.public().sign,
            number: 1,
            answers: None,
        };
        split(&address, sealed, 1 << 20, |bytes| keys.sign(bytes)).unwrap().remove(0)
    }

    #[test]
    fn only_the_receiver_reads() {
        let province = Keys::of_province(&[1; 32]).unwrap();
        let body = json!({"姓名": "甲新户"});
        let sealed = seal(&province.public().seal, &body, &[b"one", b"two"]).unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("甲新户"));
        assert_eq!(open::<Value>(&province, &sealed).unwrap(), (body, b"onetwo".to_vec()));
        assert_eq!(open::<Value>(&desk(1), &sealed).unwrap_err(), Fault::OtherDesk);
        assert_eq!(open::<Value>(&province, b"nonsense").unwrap_err(), Fault::Damaged);
    }

    #[test]
    fn the_same_secret_gives_the_same_keys_and_each_use_its_own() {
        assert_eq!(desk(1).public(), desk(1).public());
        assert_ne!(desk(1).public(), desk(2).public());
        let province = Keys::of_province(&[1; 32]).unwrap().public();
        assert!(province.seal != desk(1).public().seal && province.sign != desk(1).public().sign);
    }

    #[test]
    fn a_bomb_is_refused_in_bounded_memory() {
        let keys = desk(1);
        let sealed = seal(&keys.public().seal, &vec![0u8; 1 << 20], &[]).unwrap();
        assert!(sealed.len() < 10_000);
        assert_eq!(open_within::<Value>(keys.identity(), &sealed, 1 << 20).unwrap_err(), Fault::TooLarge);
        assert!(open_within::<Value>(keys.identity(), &sealed, 1 << 22).is_ok());
    }

    #[test]
    fn a_changed_byte_anywhere_is_found() {
        let keys = desk(1);
        let part = part(&keys, &seal(&keys.public().seal, &json!({"a": "甲"}), &[]).unwrap());
        assert_eq!(verify(&part, &keys.public().sign), Ok(()));
        assert_eq!(verify(&part, &desk(2).public().sign), Err(Fault::Forged));
        for at in 0..part.bytes().len() {
            for flip in [1, 0x20, 0x80] {
                let mut bytes = part.bytes().to_vec();
                bytes[at] ^= flip;
                let found = Part::read(bytes).and_then(|part| verify(&part, &keys.public().sign));
                assert!(found.is_err(), "byte {at}");
            }
        }
    }
}
