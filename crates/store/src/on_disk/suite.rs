//! How a password guards the data key. A seam for certified suites (SM2/SM3/SM4): every wrapped
//! key names the suite that made it.

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::UnlockError;

/// The key of the database: 32 random bytes.
pub(crate) type DataKey = Zeroizing<[u8; 32]>;

/// What a guess at the password costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KdfCost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl KdfCost {
    /// For offices: 64 MiB, three passes.
    pub const STRONG: KdfCost = KdfCost { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
    /// For tests only.
    pub const QUICK: KdfCost = KdfCost { memory_kib: 64, passes: 1, lanes: 1 };

    /// Whether an office PC can pay it. A keyring comes with a backup from anywhere: what it asks for is not
    /// believed before it is known to fit.
    fn payable(self) -> bool {
        let work = u64::from(self.memory_kib) * u64::from(self.passes);
        self.memory_kib <= MOST_MEMORY_KIB && work <= MOST_WORK_KIB && self.lanes <= MOST_LANES
    }
}

/// Four times what [`KdfCost::STRONG`] asks for, in memory and in memory times passes.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_WORK_KIB: u64 = 4 * 3 * 64 * 1024;
const MOST_LANES: u32 = 8;

/// What [`CryptoSuite::seal`] adds to what it seals, in bytes.
pub(crate) const SEALED_MORE: usize = 40;

/// A data key under a password. `salt`, `nonce` and `sealed` are hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WrappedKey {
    pub(crate) suite: String,
    pub(crate) cost: KdfCost,
    pub(crate) salt: String,
    pub(crate) nonce: String,
    pub(crate) sealed: String,
}

/// Wraps and unwraps the data key.
pub(crate) trait CryptoSuite: Sync {
    /// Stored beside everything the suite made.
    fn id(&self) -> &'static str;
    /// `bound` is authenticated with the key: a wrapped key of one user cannot be given to another.
    fn wrap(
        &self,
        key: &DataKey,
        password: &SecretString,
        cost: KdfCost,
        bound: &[u8],
    ) -> Result<WrappedKey, UnlockError>;
    /// `None`: the password is wrong (or the wrapped key was altered).
    fn unwrap(
        &self,
        wrapped: &WrappedKey,
        password: &SecretString,
        bound: &[u8],
    ) -> Result<Option<DataKey>, UnlockError>;
    /// Encrypts bytes under a key of their own; [`SEALED_MORE`] longer than they are. `bound` is authenticated.
    fn seal(&self, key: &DataKey, plain: &[u8], bound: &[u8]) -> Result<Vec<u8>, std::io::Error>;
    /// `None`: these are not the bytes that were sealed, or not for this key.
    fn open(&self, key: &DataKey, sealed: &[u8], bound: &[u8]) -> Option<Vec<u8>>;
}

/// Behind the suite of a wrapped key that is bound to a machine. Programs that do not know it say so.
const BOUND: &str = "+m";

impl WrappedKey {
    pub(crate) fn is_bound(&self) -> bool {
        self.suite.ends_with(BOUND)
    }

    /// Encrypted once more, under the machine's key.
    pub(crate) fn bind(&self, machine: &DataKey, bound: &[u8]) -> Result<WrappedKey, UnlockError> {
        let sealed = hex::decode(&self.sealed).map_err(|_| UnlockError::KeyringUnreadable)?;
        let sealed = hex::encode(by_id(&self.suite)?.seal(machine, &sealed, bound)?);
        Ok(WrappedKey { suite: format!("{}{BOUND}", self.suite), sealed, ..self.clone() })
    }

    /// As it was before [`WrappedKey::bind`].
    ///
    /// # Errors
    /// `OtherMachine`: it was bound under another key.
    pub(crate) fn release(&self, machine: &DataKey, bound: &[u8]) -> Result<WrappedKey, UnlockError> {
        let Some(suite) = self.suite.strip_suffix(BOUND) else { return Ok(self.clone()) };
        let sealed = hex::decode(&self.sealed).map_err(|_| UnlockError::KeyringUnreadable)?;
        let sealed = by_id(suite)?.open(machine, &sealed, bound).ok_or(UnlockError::OtherMachine)?;
        Ok(WrappedKey { suite: suite.into(), sealed: hex::encode(sealed), ..self.clone() })
    }
}

/// Argon2id and XChaCha20-Poly1305.
struct A1;

/// The suite for new keys.
pub(crate) fn current() -> &'static dyn CryptoSuite {
    &A1
}

/// The suite that made a stored key.
pub(crate) fn by_id(id: &str) -> Result<&'static dyn CryptoSuite, UnlockError> {
    match id {
        "A1" => Ok(&A1),
        other => Err(UnlockError::UnknownSuite(other.chars().take(8).collect())),
    }
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], std::io::Error> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|e| std::io::Error::other(e.to_string()))?;
    Ok(bytes)
}

/// A fresh data key.
pub(crate) fn new_data_key() -> Result<DataKey, std::io::Error> {
    Ok(Zeroizing::new(random::<32>()?))
}

impl A1 {
    fn stretch(password: &SecretString, salt: &[u8], cost: KdfCost) -> Result<DataKey, UnlockError> {
        if !cost.payable() {
            return Err(UnlockError::KeyringUnreadable);
        }
        let mut out = Zeroizing::new([0u8; 32]);
        let params = argon2::Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
            .map_err(|_| UnlockError::KeyringUnreadable)?;
        argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
            .hash_password_into(password.expose_secret().as_bytes(), salt, out.as_mut())
            .map_err(|_| UnlockError::KeyringUnreadable)?;
        Ok(out)
    }
}

impl CryptoSuite for A1 {
    fn id(&self) -> &'static str {
        "A1"
    }

    fn wrap(
        &self,
        key: &DataKey,
        password: &SecretString,
        cost: KdfCost,
        bound: &[u8],
    ) -> Result<WrappedKey, UnlockError> {
        let salt = random::<16>()?;
        let nonce = random::<24>()?;
        let kek = Self::stretch(password, &salt, cost)?;
        let cipher = XChaCha20Poly1305::new((&*kek).into());
        let sealed = cipher
            .encrypt((&nonce).into(), Payload { msg: key.as_ref(), aad: bound })
            .map_err(|_| UnlockError::KeyringUnreadable)?;
        Ok(WrappedKey {
            suite: self.id().into(),
            cost,
            salt: hex::encode(salt),
            nonce: hex::encode(nonce),
            sealed: hex::encode(sealed),
        })
    }

    fn unwrap(
        &self,
        wrapped: &WrappedKey,
        password: &SecretString,
        bound: &[u8],
    ) -> Result<Option<DataKey>, UnlockError> {
        let unreadable = |_| UnlockError::KeyringUnreadable;
        let salt = hex::decode(&wrapped.salt).map_err(unreadable)?;
        let mut nonce = [0u8; 24];
        hex::decode_to_slice(&wrapped.nonce, &mut nonce).map_err(unreadable)?;
        let sealed = hex::decode(&wrapped.sealed).map_err(unreadable)?;
        let kek = Self::stretch(password, &salt, wrapped.cost)?;
        let cipher = XChaCha20Poly1305::new((&*kek).into());
        let Ok(plain) = cipher.decrypt((&nonce).into(), Payload { msg: &sealed, aad: bound }) else {
            return Ok(None);
        };
        let plain = Zeroizing::new(plain);
        let mut key = Zeroizing::new([0u8; 32]);
        if plain.len() != key.len() {
            return Err(UnlockError::KeyringUnreadable);
        }
        key.copy_from_slice(&plain);
        Ok(Some(key))
    }

    fn seal(&self, key: &DataKey, plain: &[u8], bound: &[u8]) -> Result<Vec<u8>, std::io::Error> {
        let nonce = random::<24>()?;
        let sealed = XChaCha20Poly1305::new((&**key).into())
            .encrypt((&nonce).into(), Payload { msg: plain, aad: bound })
            .map_err(|_| std::io::Error::other("too long to seal"))?;
        Ok([&nonce[..], &sealed].concat())
    }

    fn open(&self, key: &DataKey, sealed: &[u8], bound: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<24>()?;
        XChaCha20Poly1305::new((&**key).into())
            .decrypt(nonce.into(), Payload { msg: sealed, aad: bound })
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_cannot_ask_for_all_memory_or_for_ever() {
        let password = SecretString::from("long-enough-password");
        let key = new_data_key().unwrap();
        let sound = A1.wrap(&key, &password, KdfCost::QUICK, b"bound").unwrap();
        assert_eq!(A1.unwrap(&sound, &password, b"bound").unwrap(), Some(key));
        for cost in [
            KdfCost { memory_kib: u32::MAX, ..KdfCost::QUICK },
            KdfCost { passes: u32::MAX, ..KdfCost::QUICK },
            KdfCost { lanes: 0x00ff_ffff, memory_kib: 8 * 0x00ff_ffff, ..KdfCost::QUICK },
        ] {
            let hostile = WrappedKey { cost, ..sound.clone() };
            let refused = A1.unwrap(&hostile, &password, b"bound");
            assert!(matches!(refused, Err(UnlockError::KeyringUnreadable)), "{cost:?}");
        }
        assert!(KdfCost::STRONG.payable());
    }
}
