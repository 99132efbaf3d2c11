//! The records of an encrypted xls (\[MS-XLS\] 2.2.10, \[MS-OFFCRYPTO\] 2.3.5 and 2.3.6).

use md5::{Digest, Md5};
use rc4::{KeyInit, Rc4, StreamCipher};

use super::{CryptoApi, Fields, Hash, default_password};

const FILE_PASS: u16 = 0x002F;
const BOUND_SHEET: u16 = 0x0085;
/// Records that are never encrypted: those needed to find the way through the stream.
const CLEAR: [u16; 7] = [0x0809, FILE_PASS, 0x0194, 0x0195, 0x00E1, 0x0196, 0x0138];
/// A record that no program knows, and passes over.
const NOTHING: [u8; 2] = [0xFF, 0xFF];
const BLOCK: usize = 1024;
/// RC4 as CryptoAPI numbers it.
const RC4: u32 = 0x6801;

/// What was found of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::read) enum Opened {
    /// It was not encrypted.
    Plain,
    /// It is decrypted now.
    Unlocked,
    /// It has a password of its own.
    Locked,
}

/// Decrypts the records in place where the default password opens them.
pub(in crate::read) fn workbook_stream(stream: &mut [u8]) -> Opened {
    let Some((at, pass)) = file_pass(stream).map(|(at, pass)| (at, pass.to_vec())) else {
        return Opened::Plain;
    };
    let Some(lock) = Lock::read(&pass).filter(Lock::opens) else { return Opened::Locked };
    stream[at..at + 2].copy_from_slice(&NOTHING);
    lock.decrypt(stream);
    Opened::Unlocked
}

/// Where FILEPASS stands among the records of the workbook, and what it says.
fn file_pass(stream: &[u8]) -> Option<(usize, &[u8])> {
    let mut at = 0;
    while let Some((kind, data)) = record(stream, at) {
        match kind {
            FILE_PASS => return Some((at, data)),
            0x000A => return None,
            _ => at += 4 + data.len(),
        }
    }
    None
}

fn record(stream: &[u8], at: usize) -> Option<(u16, &[u8])> {
    let mut fields = Fields(stream.get(at..)?);
    let (kind, length) = (fields.u16()?, fields.u16()?);
    Some((kind, fields.take(usize::from(length))?))
}

/// How the stream is locked; the key changes with every block.
enum Lock<'a> {
    /// RC4 with 40 bits.
    Short {
        salt: &'a [u8],
        verifier: &'a [u8],
        verifier_hash: &'a [u8],
    },
    CryptoApi(CryptoApi<'a>),
}

impl<'a> Lock<'a> {
    fn read(pass: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(pass);
        if fields.u16()? != 1 {
            return None;
        }
        match (fields.u16()?, fields.u16()?) {
            (1, 1) => Some(Lock::Short {
                salt: fields.take(16)?,
                verifier: fields.take(16)?,
                verifier_hash: fields.take(16)?,
            }),
            (2..=4, 2) => CryptoApi::read(fields.0).filter(|api| api.algorithm == RC4).map(Lock::CryptoApi),
            _ => None,
        }
    }

    /// What all keys are made from.
    fn root(&self) -> Vec<u8> {
        match self {
            Lock::Short { salt, .. } => {
                let password = Md5::digest(default_password());
                let mixed: Vec<u8> = [&password[..5], salt].concat().repeat(16);
                Md5::digest(mixed)[..5].to_vec()
            }
            Lock::CryptoApi(api) => Hash::Sha1.of([api.salt, &default_password()]),
        }
    }

    fn cipher(&self, root: &[u8], block: u32) -> Option<Rc4> {
        let key = match self {
            Lock::Short { .. } => Md5::digest([root, &block.to_le_bytes()].concat()).to_vec(),
            Lock::CryptoApi(api) => {
                let mut key = Hash::Sha1.of([root, &block.to_le_bytes()]);
                // 40 bits are filled up with zeros; 0 stands for 40.
                match api.key_bytes {
                    0 | 5 => {
                        key.truncate(5);
                        key.resize(16, 0);
                    }
                    bytes => key.truncate(bytes),
                }
                key
            }
        };
        Rc4::new_from_slice(&key).ok()
    }

    fn opens(&self) -> bool {
        let (verifier, expected) = match self {
            Lock::Short { verifier, verifier_hash, .. } => (*verifier, *verifier_hash),
            Lock::CryptoApi(api) => (api.verifier, api.verifier_hash),
        };
        let Some(mut cipher) = self.cipher(&self.root(), 0) else { return false };
        let (mut verifier, mut expected) = (verifier.to_vec(), expected.to_vec());
        cipher.apply_keystream(&mut verifier);
        cipher.apply_keystream(&mut expected);
        let hash = match self {
            Lock::Short { .. } => Md5::digest(verifier).to_vec(),
            Lock::CryptoApi(_) => Hash::Sha1.of([&verifier, &[]]),
        };
        expected.get(..hash.len()) == Some(&hash)
    }

    fn decrypt(&self, stream: &mut [u8]) {
        let root = self.root();
        // The key's bytes run on over heads and clear records.
        let mut keys = vec![0u8; stream.len()];
        for (block, keys) in (0u32..).zip(keys.chunks_mut(BLOCK)) {
            if let Some(mut cipher) = self.cipher(&root, block) {
                cipher.apply_keystream(keys);
            }
        }
        let mut at = 0;
        while let Some((kind, length)) = record(stream, at).map(|(kind, data)| (kind, data.len())) {
            let (start, end) = (at + 4, at + 4 + length);
            let clear = match kind {
                kind if CLEAR.contains(&kind) || kind.to_le_bytes() == NOTHING => length,
                // Where the sheet begins is never encrypted.
                BOUND_SHEET => length.min(4),
                _ => 0,
            };
            for (byte, key) in stream[start + clear..end].iter_mut().zip(&keys[start + clear..end]) {
                *byte ^= key;
            }
            at = end;
        }
    }
}
