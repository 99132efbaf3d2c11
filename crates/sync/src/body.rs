//! JSON bodies, compressed with zstd, and their bounded way back.

use std::io::Read;

use serde::{Serialize, de::DeserializeOwned};

/// Compression level: cheap enough for old office PCs, small enough for slow lines.
const LEVEL: i32 = 6;
/// A reply larger than this is refused: a page has at most a few thousand entries.
pub(crate) const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Serialised and compressed.
pub(crate) fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, BodyError> {
    let json = serde_json::to_vec(value).map_err(|_| BodyError::Shape)?;
    zstd::bulk::compress(&json, LEVEL).map_err(|_| BodyError::Compression)
}

/// Decompressed (when `zstd`) and read.
///
/// # Errors
/// Whatever is wrong with it: nothing of a reply that is not whole is believed.
pub fn unpack<T: DeserializeOwned>(bytes: &[u8], zstd: bool) -> Result<T, BodyError> {
    if !zstd {
        return serde_json::from_slice(bytes).map_err(|_| BodyError::Shape);
    }
    let mut json = Vec::new();
    let decoder = zstd::stream::read::Decoder::new(bytes).map_err(|_| BodyError::Compression)?;
    decoder.take(MOST_BYTES + 1).read_to_end(&mut json).map_err(|_| BodyError::Compression)?;
    if json.len() as u64 > MOST_BYTES {
        return Err(BodyError::TooLarge);
    }
    serde_json::from_slice(&json).map_err(|_| BodyError::Shape)
}

/// A body that cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("不是约定的格式")]
    Shape,
    #[error("压缩数据已损坏")]
    Compression,
    #[error("数据过大")]
    TooLarge,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused_in_bounded_memory() {
        let bomb = zstd::bulk::compress(&vec![b' '; (MOST_BYTES + 10) as usize], 1).unwrap();
        assert!(bomb.len() < 100_000);
        assert_eq!(unpack::<serde_json::Value>(&bomb, true), Err(BodyError::TooLarge));
    }

    #[test]
    fn what_is_packed_unpacks() {
        let value = serde_json::json!({"名": ["人", 1]});
        assert_eq!(unpack::<serde_json::Value>(&pack(&value).unwrap(), true).unwrap(), value);
        assert_eq!(unpack::<serde_json::Value>(b"nonsense", true), Err(BodyError::Compression));
    }
}
