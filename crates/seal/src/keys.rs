//! The keys of desks and of the province. Nothing new is kept: all follow from secrets that are there.

use std::str::FromStr;

use age::x25519::{Identity, Recipient};
use bech32::{Bech32, Hrp};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use tiexin_protocol::package::{Fault, Part};
use tiexin_protocol::wire::PublicKeys;
use zeroize::Zeroizing;

/// What a sender signs with and a receiver opens with.
pub struct Keys {
    sign: SigningKey,
    open: Identity,
}

impl Keys {
    /// Of a desk, from the seed of its device key: it signs packages as it signs in.
    ///
    /// # Errors
    /// `KeyUnusable` cannot happen with 32 bytes; age's text form of a key is fallible.
    pub fn of_desk(seed: &[u8; 32]) -> Result<Keys, Fault> {
        Ok(Keys { sign: SigningKey::from_bytes(seed), open: identity("tiexin desk packages v1", seed)? })
    }

    /// Of a province, from the secret of its book.
    ///
    /// # Errors
    /// As [`Keys::of_desk`].
    pub fn of_province(secret: &[u8; 32]) -> Result<Keys, Fault> {
        let seed = Zeroizing::new(blake3::derive_key("tiexin province signs packages v1", secret));
        Ok(Keys {
            sign: SigningKey::from_bytes(&seed),
            open: identity("tiexin province packages v1", secret)?,
        })
    }

    /// The halves that others may know.
    pub fn public(&self) -> PublicKeys {
        PublicKeys {
            sign: hex::encode(self.sign.verifying_key().to_bytes()),
            seal: self.open.to_public().to_string(),
        }
    }

    /// The signature of a part's header.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.sign.sign(bytes).to_bytes()
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.open
    }
}

/// An age identity of 32 derived bytes. age takes keys as text only.
pub(crate) fn identity(context: &str, secret: &[u8; 32]) -> Result<Identity, Fault> {
    let bytes = Zeroizing::new(blake3::derive_key(context, secret));
    let text = bech32::encode_upper::<Bech32>(Hrp::parse_unchecked("AGE-SECRET-KEY-"), bytes.as_slice());
    let text = Zeroizing::new(text.map_err(|_| Fault::KeyUnusable)?);
    Identity::from_str(&text).map_err(|_| Fault::KeyUnusable)
}

pub(crate) fn recipient(text: &str) -> Result<Recipient, Fault> {
    Recipient::from_str(text).map_err(|_| Fault::KeyUnusable)
}

/// Whether the holder of `key` (ed25519, 64 hex digits) signed the part.
///
/// # Errors
/// `Forged`.
pub fn verify(part: &Part, key: &str) -> Result<(), Fault> {
    let mut bytes = [0u8; 32];
    hex::decode_to_slice(key, &mut bytes).map_err(|_| Fault::Forged)?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| Fault::Forged)?;
    let signature = Signature::from_bytes(&part.signature());
    key.verify_strict(&part.signed(), &signature).map_err(|_| Fault::Forged)
}
