//! The log's hash chain and the digest of a scope's state.

use serde::{Deserialize, Serialize};
use tiexin_domain::record::Record;

use crate::canonical;
use crate::change::LogEntry;

/// Head of a scope's hash chain: 32 bytes, hex on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chain(pub [u8; 32]);

impl Chain {
    /// The head after one more entry.
    #[must_use]
    pub fn then(self, entry: &LogEntry) -> Chain {
        self.link(EntryHash::of(entry))
    }

    /// The head after an entry of which only the hash is known: `blake3(head ‖ hash)`.
    #[must_use]
    pub fn link(self, entry: EntryHash) -> Chain {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0);
        hasher.update(&entry.0);
        Chain(*hasher.finalize().as_bytes())
    }
}

/// The head of a desk's audit after one more entry: `blake3(head ‖ text)`, of the text as it was stored. Never
/// changes: books and the province check by it what was linked years ago.
#[must_use]
pub fn audit_link(head: &[u8; 32], text: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head);
    hasher.update(text.as_bytes());
    *hasher.finalize().as_bytes()
}

/// What a log entry adds to the chain. A desk that may not see an entry gets this in its place and can
/// still check that nothing was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryHash(pub [u8; 32]);

impl EntryHash {
    /// `blake3(canonical(entry))`.
    pub fn of(entry: &LogEntry) -> EntryHash {
        EntryHash::of_canonical(&canonical::entry(entry))
    }

    /// The same, from bytes that are canonical already.
    pub fn of_canonical(entry: &[u8]) -> EntryHash {
        EntryHash(*blake3::hash(entry).as_bytes())
    }
}

/// Digest of a set of records: the sum of their hashes modulo 2^256, so that it can be kept
/// up to date record by record and does not depend on order (I6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of one record.
    pub fn of(record: &Record) -> Digest {
        Digest::of_canonical(&canonical::record(record))
    }

    /// The same, from bytes that are canonical already.
    pub fn of_canonical(record: &[u8]) -> Digest {
        Digest(*blake3::hash(record).as_bytes())
    }

    /// With one more record.
    #[must_use]
    pub fn plus(self, other: Digest) -> Digest {
        let mut carry = 0u16;
        let mut sum = [0u8; 32];
        for (out, (a, b)) in sum.iter_mut().zip(self.0.iter().zip(other.0)) {
            let total = u16::from(*a) + u16::from(b) + carry;
            *out = (total & 0xff) as u8;
            carry = total >> 8;
        }
        Digest(sum)
    }

    /// Without a record it held.
    #[must_use]
    pub fn minus(self, other: Digest) -> Digest {
        let mut borrow = 0i16;
        let mut rest = [0u8; 32];
        for (out, (a, b)) in rest.iter_mut().zip(self.0.iter().zip(other.0)) {
            let total = i16::from(*a) - i16::from(b) - borrow;
            borrow = i16::from(total < 0);
            *out = total.rem_euclid(256) as u8;
        }
        Digest(rest)
    }

    /// After `before` became `after`.
    #[must_use]
    pub fn replace(self, before: Option<&Record>, after: &Record) -> Digest {
        let without = before.map_or(self, |old| self.minus(Digest::of(old)));
        without.plus(Digest::of(after))
    }
}

macro_rules! as_hex {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl std::str::FromStr for $name {
            type Err = hex::FromHexError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0u8; 32];
                hex::decode_to_slice(text, &mut bytes)?;
                Ok($name(bytes))
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
                let string = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
                string.description(Some("32 bytes, hex")).pattern(Some("^[0-9a-f]{64}$")).into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as Deserialize>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
as_hex!(Chain);
as_hex!(Digest);
as_hex!(EntryHash);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_digest_forgets_what_is_taken_away(a: [u8; 32], b: [u8; 32]) {
            let (a, b) = (Digest(a), Digest(b));
            prop_assert_eq!(a.plus(b).minus(b), a);
            prop_assert_eq!(a.plus(b), b.plus(a));
            prop_assert_eq!(a.to_string().parse::<Digest>().unwrap(), a);
        }
    }
}
