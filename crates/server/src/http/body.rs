//! JSON bodies, compressed with zstd where the desk says so. Decompression is bounded.

use std::cell::RefCell;
use std::io::Read;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use futures::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tiexin_protocol::PUSH_BYTES;
use zstd::bulk::Compressor;
use zstd::zstd_safe::{DCtx, ResetDirective};

use super::refusal::Refuse;
use crate::error::Refused;

/// Most bytes of a request as they travel.
const WIRE_BYTES: usize = 2 * PUSH_BYTES;
/// What is read of a request that is too large.
const DRAINED_BYTES: usize = 16 * PUSH_BYTES;
/// Most bytes of a request after decompression: a push and its envelope.
const PLAIN_BYTES: usize = 2 * PUSH_BYTES;
/// zstd may not ask for a window larger than 8 MiB.
const WINDOW_LOG: u32 = 23;
/// Smaller replies travel as they are.
const WORTH_PACKING: usize = 400;
const LEVEL: i32 = 3;

thread_local! {
    // Making one costs more than to pack or unpack a small body with it.
    static PACKER: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

/// A JSON body.
pub(super) struct Packed<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Packed<T> {
    type Rejection = Refuse;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refuse> {
        let encoding = request.headers().get(header::CONTENT_ENCODING).cloned();
        let bytes = whole(request.into_body()).await?;
        let zstd = match encoding.as_ref().map(HeaderValue::as_bytes) {
            None | Some(b"identity") => false,
            Some(b"zstd") => true,
            Some(_) => return Err(Refused::BodyUnreadable.into()),
        };
        Ok(Packed(read(&bytes, zstd)?))
    }
}

/// Reads a body that has arrived whole.
///
/// # Errors
/// `BodyTooLarge` when it unpacks to more than a push may hold, `BodyUnreadable`.
pub fn read<T: DeserializeOwned>(bytes: &[u8], zstd: bool) -> Result<T, Refused> {
    let unpacked;
    let plain = if zstd {
        unpacked = unpack(bytes)?;
        &unpacked
    } else {
        bytes
    };
    serde_json::from_slice(plain).map_err(|_| Refused::BodyUnreadable)
}

/// The body as it travelled. One that is too large is read to its end, within reason, so that the desk is
/// still there to hear why it was refused.
async fn whole(body: Body) -> Result<Bytes, Refused> {
    let mut stream = body.into_data_stream();
    let mut bytes = BytesMut::new();
    let mut total = 0;
    while let Some(part) = stream.next().await {
        let part = part.map_err(|_| Refused::BodyUnreadable)?;
        total += part.len();
        if total > DRAINED_BYTES {
            break;
        }
        if total <= WIRE_BYTES {
            bytes.extend_from_slice(&part);
        }
    }
    if total > WIRE_BYTES { Err(Refused::BodyTooLarge) } else { Ok(bytes.freeze()) }
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Refused> {
    UNPACKER.with_borrow_mut(|unpacker| {
        // Whatever stopped the one before.
        unpacker.reset(ResetDirective::SessionAndParameters).map_err(|_| Refused::BodyUnreadable)?;
        let mut decoder = zstd::Decoder::with_context(bytes, unpacker);
        decoder.window_log_max(WINDOW_LOG).map_err(|_| Refused::BodyUnreadable)?;
        let mut plain = Vec::with_capacity((bytes.len() * 4).min(PLAIN_BYTES));
        decoder.take(PLAIN_BYTES as u64 + 1).read_to_end(&mut plain).map_err(|_| Refused::BodyUnreadable)?;
        if plain.len() > PLAIN_BYTES { Err(Refused::BodyTooLarge) } else { Ok(plain) }
    })
}

fn pack(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    PACKER.with_borrow_mut(|packer| match packer {
        Some(packer) => packer.compress(plain),
        None => packer.insert(Compressor::new(LEVEL)?).compress(plain),
    })
}

/// The reply, compressed when the desk takes it and it is worth while.
pub(super) fn reply<T: Serialize>(asked: &HeaderMap, body: &T) -> Result<Response, Refuse> {
    let plain = serde_json::to_vec(body).map_err(crate::Error::from)?;
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let takes = asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|name| name.split(';').next().is_some_and(|n| n.trim() == "zstd"));
    if !takes || plain.len() < WORTH_PACKING {
        return Ok(([json], plain).into_response());
    }
    let packed = pack(&plain).map_err(crate::Error::from)?;
    let zstd = (header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    Ok(([json, zstd], packed).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused_in_bounded_memory() {
        let bomb = zstd::bulk::compress(&vec![b' '; 64 * 1024 * 1024], 19).unwrap();
        assert!(bomb.len() < 16 * 1024);
        assert_eq!(unpack(&bomb), Err(Refused::BodyTooLarge));
        assert_eq!(unpack(b"not zstd"), Err(Refused::BodyUnreadable));
        let honest = zstd::bulk::compress(b"{}", 3).unwrap();
        assert_eq!(unpack(&honest), Ok(b"{}".to_vec()));
        assert_eq!(unpack(&honest[..honest.len() - 1]), Err(Refused::BodyUnreadable));
        // The next body is not held up by what was wrong with the last.
        assert_eq!(unpack(&honest), Ok(b"{}".to_vec()));
        assert_eq!(unpack(&pack(b"[]").unwrap()), Ok(b"[]".to_vec()));
    }
}
