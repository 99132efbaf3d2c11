//! Nonces and bearer tokens: stateless, so that any number of processes on one book behave as one.
//!
//! Both are keyed BLAKE3 marks over what they say; the key is the book's secret. A device proves its key by
//! signing a nonce; every request looks the device up, so that a revocation takes effect at once.

use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use tiexin_protocol::wire::{TokenReply, TokenRequest};
use uuid::Uuid;

use crate::error::{Refused, Result};

/// A token's life.
pub(crate) const TOKEN_SECONDS: u64 = 3600;
const NONCE_SECONDS: i64 = 120;
/// What a desk puts before the nonce when it signs.
const SIGNED: &str = "tiexin-token-v1:";

/// The seal of this book.
#[derive(Clone)]
pub(crate) struct Seal([u8; 32]);

impl Seal {
    pub(crate) fn new(secret: [u8; 32]) -> Seal {
        Seal(secret)
    }

    fn mark(&self, purpose: &str, device: Uuid, until: i64, salt: &str) -> String {
        let key = blake3::derive_key(&format!("tiexin-server {purpose} v1"), &self.0);
        let body = format!("{device}.{until}.{salt}");
        blake3::keyed_hash(&key, body.as_bytes()).to_hex().to_string()
    }

    fn issue(&self, purpose: &str, device: Uuid, until: i64) -> String {
        let salt = hex::encode(crate::random::bytes::<12>());
        let mark = self.mark(purpose, device, until, &salt);
        format!("{}.{until}.{salt}.{mark}", device.simple())
    }

    fn read(&self, purpose: &str, text: &str, now_seconds: i64) -> Option<Uuid> {
        let mut parts = text.split('.');
        let device: Uuid = parts.next()?.parse().ok()?;
        let until: i64 = parts.next()?.parse().ok()?;
        let (salt, mark) = (parts.next()?, parts.next()?);
        let want = blake3::Hash::from_hex(self.mark(purpose, device, until, salt)).ok()?;
        // blake3::Hash compares in constant time.
        let given = blake3::Hash::from_hex(mark).ok()?;
        (parts.next().is_none() && want == given && until > now_seconds).then_some(device)
    }

    /// The device that a token speaks for.
    pub(crate) fn device(&self, token: &str, now: i64) -> Result<Uuid, Refused> {
        self.read("token", token, now / 1000).ok_or(Refused::TokenInvalid)
    }

    /// A nonce for a device that asks without one; a token for one that signed it.
    pub(crate) fn answer(&self, request: &TokenRequest, key: &str, now: i64) -> Result<TokenReply, Refused> {
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
        let token = self.issue("token", request.device, seconds + TOKEN_SECONDS as i64);
        Ok(TokenReply::Token { token, seconds: TOKEN_SECONDS })
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
        assert!(seal.device(&token.replace(".100.", ".900."), 99_000).is_err());
        assert!(seal.device(&seal.issue("nonce", device, 100), 99_000).is_err());
        assert!(Seal::new([8; 32]).device(&token, 99_000).is_err());
        assert!(seal.device("", 0).is_err() && seal.device("人.1.2.3", 0).is_err());
    }
}
