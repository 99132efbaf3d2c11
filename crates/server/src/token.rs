//! Nonces and bearer tokens: stateless, so that any number of processes on one book behave as one.
//!
//! Both are keyed BLAKE3 marks over what they say; the key is the book's secret. A device proves its key by
//! signing a nonce; every request looks the device up, so that a revocation takes effect at once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use tiexin_protocol::wire::{TokenReply, TokenRequest};
use uuid::Uuid;

use crate::error::{Refused, Result};

const NONCE_SECONDS: i64 = 120;
/// What a desk puts before the nonce when it signs.
const SIGNED: &str = "tiexin-token-v1:";

const DEVICE_BYTES: usize = 16;
/// Enough for thirty thousand years.
const END_BYTES: usize = 5;
/// Those of an end's eight bytes.
const END: std::ops::RangeFrom<usize> = 8 - END_BYTES..;
/// Of a mark that nobody can try out offline.
const MARK_BYTES: usize = 16;

/// The seal of this book.
#[derive(Clone)]
pub(crate) struct Seal([u8; 32]);

impl Seal {
    pub(crate) fn new(secret: [u8; 32]) -> Seal {
        Seal(secret)
    }

    fn mark(&self, purpose: &str, told: &[u8]) -> blake3::Hash {
        let key = blake3::derive_key(&format!("tiexin-server {purpose} v2"), &self.0);
        blake3::keyed_hash(&key, told)
    }

    /// Device, end (seconds since 1970 UTC), and 16 bytes of the mark over both.
    fn issue(&self, purpose: &str, device: Uuid, until: i64) -> String {
        let mut told = [device.as_bytes().as_slice(), &until.to_be_bytes()[END]].concat();
        let mark = self.mark(purpose, &told);
        told.extend_from_slice(&mark.as_bytes()[..MARK_BYTES]);
        URL_SAFE_NO_PAD.encode(told)
    }

    fn read(&self, purpose: &str, text: &str, now_seconds: i64) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (told, given) = bytes.split_at_checked(DEVICE_BYTES + END_BYTES)?;
        let (device, end) = told.split_at(DEVICE_BYTES);
        let mut mark = *self.mark(purpose, told).as_bytes();
        let given: [u8; MARK_BYTES] = given.try_into().ok()?;
        mark[..MARK_BYTES].copy_from_slice(&given);
        // blake3::Hash compares in constant time.
        let genuine = blake3::Hash::from_bytes(mark) == self.mark(purpose, told);
        let until = end.iter().fold(0, |until, byte| until << 8 | i64::from(*byte));
        (genuine && until > now_seconds).then(|| Uuid::from_slice(device).ok())?
    }

    /// The device that a token speaks for.
    pub(crate) fn device(&self, token: &str, now: i64) -> Result<Uuid, Refused> {
        self.read("token", token, now / 1000).ok_or(Refused::TokenInvalid)
    }

    /// A nonce for a device that asks without one; for one that signed it a token that is good for `life` seconds.
    pub(crate) fn answer(
        &self,
        request: &TokenRequest,
        key: &str,
        now: i64,
        life: u32,
    ) -> Result<TokenReply, Refused> {
        let seconds = now / 1000;
        let (Some(nonce), Some(signature)) = (&request.nonce, &request.signature) else {
            return Ok(TokenReply::Nonce(self.issue("nonce", request.device, seconds + NONCE_SECONDS)));
        };
        if self.read("nonce", nonce, seconds) != Some(request.device) {
            return Err(Refused::TokenInvalid);
        }
        let key = verifying_key(key)?;
        let mut bytes = [0u8; 64];
        hex::decode_to_slice(signature, &mut bytes).map_err(|_| Refused::SignatureWrong)?;
        key.verify(format!("{SIGNED}{nonce}").as_bytes(), &Signature::from_bytes(&bytes))
            .map_err(|_| Refused::SignatureWrong)?;
        // The second that has begun does not count: a life of one second would else be over at once.
        let token = self.issue("token", request.device, seconds + 1 + i64::from(life));
        Ok(TokenReply::Token { token, seconds: life.into() })
    }
}

/// Reads a device's public key.
pub(crate) fn verifying_key(text: &str) -> Result<VerifyingKey, Refused> {
    let mut bytes = [0u8; 32];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| Refused::KeyInvalid)?;
    VerifyingKey::from_bytes(&bytes).map_err(|_| Refused::KeyInvalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_and_cannot_be_altered_or_swapped() {
        let seal = Seal::new([7; 32]);
        let device = Uuid::from_u128(1);
        let token = seal.issue("token", device, 100);
        assert_eq!(seal.device(&token, 99_000), Ok(device));
        assert_eq!(seal.device(&token, 100_000), Err(Refused::TokenInvalid));
        for at in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            assert!(seal.device(&String::from_utf8(altered).unwrap(), 99_000).is_err(), "{at}");
        }
        assert!(seal.device(&token[..token.len() - 4], 99_000).is_err());
        assert!(seal.device(&format!("{token}AAAA"), 99_000).is_err());
        assert!(seal.device(&seal.issue("nonce", device, 100), 99_000).is_err());
        assert!(Seal::new([8; 32]).device(&token, 99_000).is_err());
        assert!(seal.device("", 0).is_err() && seal.device("人.1.2.3", 0).is_err());
    }
}
