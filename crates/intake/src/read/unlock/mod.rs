//! Workbooks that are encrypted although nobody set a password to open them.
//!
//! A spreadsheet program that protects the structure of a workbook may encrypt the file too, with a
//! password that is the same in every copy of the program; it opens such a file without asking
//! (\[MS-XLSB\] and \[MS-XLS\] 2.4.117 name it). Any other password stays the owner's.

mod package;
mod stream;

pub(super) use package::package;
pub(super) use stream::{Opened, workbook_stream};

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

fn default_password() -> Vec<u8> {
    "VelvetSweatshop".encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The hash that a file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "SHA1" | "SHA-1" => Hash::Sha1,
            "SHA256" | "SHA-256" => Hash::Sha256,
            "SHA384" | "SHA-384" => Hash::Sha384,
            "SHA512" | "SHA-512" => Hash::Sha512,
            _ => return None,
        })
    }

    fn of(self, parts: [&[u8]; 2]) -> Vec<u8> {
        fn digest<D: Digest>(parts: [&[u8]; 2]) -> Vec<u8> {
            D::new().chain_update(parts[0]).chain_update(parts[1]).finalize().to_vec()
        }
        match self {
            Hash::Sha1 => digest::<Sha1>(parts),
            Hash::Sha256 => digest::<Sha256>(parts),
            Hash::Sha384 => digest::<Sha384>(parts),
            Hash::Sha512 => digest::<Sha512>(parts),
        }
    }

    /// The password's hash, hashed again `spins` times (\[MS-OFFCRYPTO\] 2.3.4.7 and 2.3.4.11).
    fn spun(self, salt: &[u8], spins: u32) -> Vec<u8> {
        let first = self.of([salt, &default_password()]);
        (0..spins).fold(first, |hash, spin| self.of([&spin.to_le_bytes(), &hash]))
    }
}

/// Bytes from the front, `None` beyond the end.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
}

/// The header and verifier of CryptoAPI encryption (\[MS-OFFCRYPTO\] 2.3.2 and 2.3.3).
struct CryptoApi<'a> {
    algorithm: u32,
    key_bytes: usize,
    salt: &'a [u8],
    verifier: &'a [u8],
    verifier_hash: &'a [u8],
}

impl<'a> CryptoApi<'a> {
    /// From what stands behind the version.
    fn read(data: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(data);
        fields.take(4)?;
        let header = fields.u32()? as usize;
        let mut header = Fields(fields.take(header)?);
        header.take(8)?;
        let algorithm = header.u32()?;
        header.take(4)?;
        let bits = header.u32()? as usize;
        if fields.u32()? != 16 || bits > 256 {
            return None;
        }
        let (salt, verifier) = (fields.take(16)?, fields.take(16)?);
        fields.take(4)?;
        Some(Self { algorithm, key_bytes: bits / 8, salt, verifier, verifier_hash: fields.0 })
    }
}
