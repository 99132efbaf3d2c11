//! An xlsx inside an OLE container (\[MS-OFFCRYPTO\] 2.3.4).

use std::io::Read;

use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockCipher, BlockDecrypt, BlockDecryptMut, BlockSizeUser, KeyInit, consts::U16};
use aes::{Aes128, Aes192, Aes256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::KeyIvInit;
use quick_xml::events::{BytesStart, Event};

use super::{CryptoApi, Fields, Hash};
use crate::read::xls::Container;
use crate::refusal::FileRefused;

/// The specification allows ten million; programs write a hundred thousand.
const MOST_SPINS: u32 = 1_000_000;
/// Spins of the older kind.
const STANDARD_SPINS: u32 = 50_000;
const SEGMENT: usize = 4096;
const INFO_BYTES: u64 = 1 << 20;

/// The package inside an encrypted container, `None` where the container holds something else.
pub(in crate::read) fn package(container: &mut Container<'_>) -> Result<Option<Vec<u8>>, FileRefused> {
    if !container.exists("/EncryptedPackage") {
        return Ok(None);
    }
    let mut stream = |path: &str, limit: u64| {
        let mut read = Vec::new();
        let opened = container.open_stream(path).map_err(|_| FileRefused::damaged())?;
        opened.take(limit).read_to_end(&mut read).map_err(|_| FileRefused::damaged())?;
        Ok(read)
    };
    let info = stream("/EncryptionInfo", INFO_BYTES)?;
    // No chain of sectors is longer than the file.
    let package = stream("/EncryptedPackage", u64::MAX)?;
    decrypted(&info, package).map(Some).ok_or_else(FileRefused::encrypted)
}

/// `None` where it has a password of its own, or is encrypted in a way that programs do not use.
fn decrypted(info: &[u8], mut package: Vec<u8>) -> Option<Vec<u8>> {
    let mut fields = Fields(info);
    let version = (fields.u16()?, fields.u16()?);
    let length = u64::from_le_bytes(package.get(..8)?.try_into().ok()?);
    package.drain(..8);
    match version {
        (4, 4) => {
            fields.take(4)?;
            Agile::read(fields.0)?.decrypt(&mut package)?;
        }
        (2..=4, 2) => standard(&CryptoApi::read(fields.0)?, &mut package)?,
        _ => return None,
    }
    package.truncate(usize::try_from(length).ok()?);
    Some(package)
}

/// Standard encryption (2.3.4.5 to 2.3.4.9): AES, every block by itself.
fn standard(header: &CryptoApi<'_>, package: &mut [u8]) -> Option<()> {
    let hash = Hash::Sha1.spun(header.salt, STANDARD_SPINS);
    let hash = Hash::Sha1.of([&hash, &0u32.to_le_bytes()]);
    let derived = |fill: u8| {
        let mut block = [fill; 64];
        block.iter_mut().zip(&hash).for_each(|(byte, hash)| *byte ^= hash);
        Hash::Sha1.of([&block, &[]])
    };
    let key = [derived(0x36), derived(0x5c)].concat();
    let key = key.get(..header.key_bytes)?;
    let mut verifier = header.verifier.to_vec();
    let mut expected = header.verifier_hash.get(..32)?.to_vec();
    each_block(key, &mut verifier)?;
    each_block(key, &mut expected)?;
    (Hash::Sha1.of([&verifier, &[]])[..] == expected[..20]).then_some(())?;
    each_block(key, package)
}

fn each_block(key: &[u8], data: &mut [u8]) -> Option<()> {
    fn run<C: KeyInit + BlockDecrypt + BlockSizeUser<BlockSize = U16>>(
        key: &[u8],
        data: &mut [u8],
    ) -> Option<()> {
        let cipher = C::new_from_slice(key).ok()?;
        data.chunks_exact_mut(16).for_each(|block| cipher.decrypt_block(GenericArray::from_mut_slice(block)));
        Some(())
    }
    match key.len() {
        16 => run::<Aes128>(key, data),
        24 => run::<Aes192>(key, data),
        32 => run::<Aes256>(key, data),
        _ => None,
    }
}

/// Decrypts whole blocks, each chained to the one before.
fn chained(key: &[u8], iv: &[u8], data: &mut [u8]) -> Option<()> {
    fn run<C>(key: &[u8], iv: &[u8], data: &mut [u8]) -> Option<()>
    where
        C: KeyInit + BlockCipher + BlockDecryptMut + BlockSizeUser<BlockSize = U16>,
    {
        let mut cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
        data.chunks_exact_mut(16)
            .for_each(|block| cipher.decrypt_block_mut(GenericArray::from_mut_slice(block)));
        Some(())
    }
    match key.len() {
        16 => run::<Aes128>(key, iv, data),
        24 => run::<Aes192>(key, iv, data),
        32 => run::<Aes256>(key, iv, data),
        _ => None,
    }
}

/// Agile encryption (2.3.4.10 to 2.3.4.15).
struct Agile {
    hash: Hash,
    salt: Vec<u8>,
    password: Password,
}

/// How the key of the package is locked.
struct Password {
    hash: Hash,
    salt: Vec<u8>,
    spins: u32,
    key_bytes: usize,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
    key: Vec<u8>,
}

impl Agile {
    fn read(xml: &[u8]) -> Option<Self> {
        let xml = std::str::from_utf8(xml).ok()?;
        let mut reader = quick_xml::Reader::from_str(xml);
        let (mut data, mut password) = (None, None);
        loop {
            match reader.read_event().ok()? {
                Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
                    "keyData" => data = Some((Self::hash(&e)?, binary(&e, "saltValue")?)),
                    "encryptedKey" if password.is_none() => password = Some(Password::read(&e)?),
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        let (hash, salt) = data?;
        Some(Self { hash, salt, password: password? })
    }

    /// AES with chained blocks is all that programs write.
    fn hash(e: &BytesStart<'_>) -> Option<Hash> {
        let is = |name: &str, value: &str| said(e, name).is_some_and(|said| said == value);
        let usual =
            is("cipherAlgorithm", "AES") && is("cipherChaining", "ChainingModeCBC") && is("blockSize", "16");
        if usual { Hash::named(&said(e, "hashAlgorithm")?) } else { None }
    }

    fn decrypt(&self, package: &mut [u8]) -> Option<()> {
        let key = self.password.open()?;
        for (segment, data) in (0u32..).zip(package.chunks_mut(SEGMENT)) {
            let iv = self.hash.of([&self.salt, &segment.to_le_bytes()]);
            chained(&key, iv.get(..16)?, data)?;
        }
        Some(())
    }
}

impl Password {
    fn read(e: &BytesStart<'_>) -> Option<Self> {
        let number = |name: &str| said(e, name)?.parse::<u32>().ok();
        Some(Self {
            hash: Agile::hash(e)?,
            salt: binary(e, "saltValue")?,
            spins: number("spinCount").filter(|spins| *spins <= MOST_SPINS)?,
            key_bytes: number("keyBits")? as usize / 8,
            verifier: binary(e, "encryptedVerifierHashInput")?,
            verifier_hash: binary(e, "encryptedVerifierHashValue")?,
            key: binary(e, "encryptedKeyValue")?,
        })
    }

    /// The key of the package, if the default password opens it.
    fn open(&self) -> Option<Vec<u8>> {
        let spun = self.hash.spun(&self.salt, self.spins);
        let part = |block: [u8; 8], data: &[u8]| {
            let key = self.hash.of([&spun, &block]);
            let mut data = data.to_vec();
            chained(key.get(..self.key_bytes)?, self.salt.get(..16)?, &mut data)?;
            Some(data)
        };
        let verifier = part([0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79], &self.verifier)?;
        let expected = part([0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e], &self.verifier_hash)?;
        let hash = self.hash.of([&verifier, &[]]);
        if expected.get(..hash.len())? != hash {
            return None;
        }
        let mut key = part([0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6], &self.key)?;
        key.truncate(self.key_bytes);
        Some(key)
    }
}

fn said(e: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = e.try_get_attribute(name).ok()??;
    Some(attribute.value.into_owned())
}

fn binary(e: &BytesStart<'_>, name: &str) -> Option<Vec<u8>> {
    STANDARD.decode(said(e, name)?).ok()
}
