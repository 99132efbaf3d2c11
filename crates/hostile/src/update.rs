//! Update packages, as a person chooses them from a stick: with the signature of a key that counts, whatever they say. The
//! program in them is never run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use tiexin_desk::update;
use tiexin_protocol::release::{Release, head_of, platform};
use tiexin_protocol::statement::{Signed, Statement, signed_bytes};
use tiexin_seal::Keys;
use tiexin_seal::release::{Trusted, read_head};

use crate::framed::{flags, on_the_wire};

/// Whose packages count here.
const SIGNER: [u8; 32] = [9; 32];
/// The rest is the file as it is. Otherwise it is the release as one line, and what stands behind its head.
const RAW: u8 = 1;
/// Behind the line stands a stream of zstd, and not the bytes of the files.
const STREAM: u8 = 2;
/// A byte behind the head is changed after the head was signed.
const ALTERED: u8 = 4;
/// Files have the sizes that the release says, and not those of the bytes that are there.
const SIZES: u8 = 8;
/// A stream that may give more is not unpacked: a few bytes of one can fill the disk, up to what was signed.
const MOST: u64 = 8 << 20;

/// A package as a file: read, taken to lie ready beside a book, unpacked.
pub(crate) fn update(input: &[u8]) {
    let Some((flags, rest)) = flags(input) else { return };
    let package = package(flags, rest, &SIGNER);
    let most = if flags & (RAW | STREAM) == 0 { u64::MAX } else { MOST };
    let _ = taken(&package, most);
}

/// Whether it is taken and unpacked. Nothing may come of it that was not signed, and nothing outside its folders.
fn taken(package: &[u8], most: u64) -> bool {
    let trusted = trusted();
    let Ok(opened) = read_head(&mut &package[..], &trusted) else { return false };
    let Ok((begins, part)) = opened.release.part(&platform()) else { return false };
    for file in &part.files {
        let mut names = Path::new(&file.path).components();
        assert!(names.all(|name| matches!(name, Component::Normal(_))), "{:?}", file.path);
    }
    if part.unpacked() > most {
        return false;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let [file, whole, book] = ["tiexin.txu", "whole", "book"].map(|name| folder.path().join(name));
    fs::write(&file, package).expect("a file");
    let install = update::Install::of(&folder.path().join("tiexin-desk")).expect("a program in a folder");
    let unpacked = update::unpacks(&file, &whole, &trusted);
    let ready = update::is_taken(&file, &book, &install, &trusted);
    for entry in folder.path().read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        assert!([&file, &whole, &book].contains(&&path), "{}", path.display());
    }
    let mut files = BTreeMap::new();
    look(&whole, "", &mut files);
    if unpacked {
        let signed = part.files.iter().map(|file| (file.path.clone(), file.hash.clone()));
        let signed: BTreeMap<String, String> = signed.collect();
        assert_eq!(files, signed);
    } else {
        assert!(files.is_empty(), "{files:?}");
    }
    let begins = opened.parts_at.saturating_add(begins);
    let own = usize::try_from(begins).ok().and_then(|at| package.get(at..)).unwrap_or_default();
    let own = own.get(..usize::try_from(part.bytes).unwrap_or(usize::MAX)).unwrap_or_default();
    let honest = blake3::hash(own).to_hex().as_str() == part.hash;
    assert!(honest || !(unpacked || ready));
    unpacked && ready
}

/// The files below a folder by their paths, and what they hash to.
fn look(folder: &Path, above: &str, found: &mut BTreeMap<String, String>) {
    for entry in folder.read_dir().into_iter().flatten() {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{above}{name}");
        if path.is_dir() {
            look(&path, &format!("{name}/"), found);
        } else {
            let bytes = fs::read(&path).expect("a file");
            found.insert(name, blake3::hash(&bytes).to_hex().to_string());
        }
    }
}

fn keys(seed: &[u8; 32]) -> Keys {
    // Invariant: keys can be made of any 32 bytes.
    Keys::of_desk(seed).expect("keys")
}

fn trusted() -> Trusted {
    Trusted::listed(&keys(&SIGNER).public().sign)
}

/// The file, with the signature of `signer`: also around what no publisher would sign.
fn package(flags: u8, rest: &[u8], signer: &[u8; 32]) -> Vec<u8> {
    if flags & RAW != 0 {
        return rest.to_vec();
    }
    let at = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (said, behind) = (&rest[..at], rest.get(at + 1..).unwrap_or_default());
    let mut parts = behind.to_vec();
    let body = match serde_json::from_slice::<Release>(said) {
        Ok(mut release) => {
            parts = put_right(&mut release, behind, flags);
            serde_json::to_string(&release).unwrap_or_default()
        }
        Err(_) => String::from_utf8_lossy(said).into_owned(),
    };
    if flags & ALTERED != 0 {
        let sum = rest.iter().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
        if let Some(at) = sum.checked_rem(parts.len()) {
            parts[at] ^= 0x41;
        }
    }
    let signature = hex::encode(keys(signer).sign(&signed_bytes(Release::PURPOSE, &body)));
    let head = head_of(&Signed { body, signature }).unwrap_or_default();
    [head, parts].concat()
}

/// The first part becomes this computer's, with the hashes of what follows it; gives how that is packed.
fn put_right(release: &mut Release, behind: &[u8], flags: u8) -> Vec<u8> {
    let Some(part) = release.platforms.first_mut() else { return behind.to_vec() };
    part.platform = platform();
    let packed = if flags & STREAM != 0 {
        behind.to_vec()
    } else {
        let mut left = behind;
        for file in &mut part.files {
            let (own, rest) =
                left.split_at(usize::try_from(file.bytes).unwrap_or(usize::MAX).min(left.len()));
            file.hash = blake3::hash(own).to_hex().to_string();
            if flags & SIZES == 0 {
                file.bytes = own.len() as u64;
            }
            left = rest;
        }
        on_the_wire(false, &behind[..behind.len() - left.len()])
    };
    part.bytes = packed.len() as u64;
    part.hash = blake3::hash(&packed).to_hex().to_string();
    packed
}

const RELEASE: &str = r#"{"version":"1.2.0","made":"2026-11-30","notes":"查找更快","book":{"oldest":1,"newest":99},"platforms":[{"platform":"linux-x86_64","bytes":0,"hash":"","files":[{"path":"tiexin-desk","bytes":9,"hash":"","run":true},{"path":"ui/index.html","bytes":6,"hash":""}]}]}"#;
const FILES: &str = "a program界面";

/// The first inputs: a package that is taken, twice, and then those that are not.
pub(crate) fn inputs() -> Vec<Vec<u8>> {
    let input = |flags: u8, release: &str| -> Vec<u8> {
        [&[flags][..], release.as_bytes(), b"\n", FILES.as_bytes()].concat()
    };
    let raw = |package: &[u8]| -> Vec<u8> { [&[RAW][..], package].concat() };
    let good = input(0, RELEASE);
    let whole = package(0, &good[1..], &SIGNER);
    let mut inputs = vec![good.clone(), raw(&whole)];
    inputs.push(raw(&whole[..whole.len() - 5]));
    inputs.push(raw(&package(0, &good[1..], &[8; 32])));
    inputs.push(input(ALTERED, RELEASE));
    inputs.push(input(STREAM, RELEASE));
    for path in ["../outside", "ui/../../outside", "/outside", "C:/outside", r"ui\\outside", "ui/nul.js"] {
        inputs.push(input(0, &RELEASE.replace("ui/index.html", path)));
    }
    // The same name twice, and a file where a folder has to be.
    for path in ["TIEXIN-DESK", "tiexin-desk/index.html"] {
        inputs.push(input(0, &RELEASE.replace("ui/index.html", path)));
    }
    for bytes in ["18446744073709551615", "1073741824", "500000000"] {
        inputs.push(input(SIZES, &RELEASE.replace(r#""bytes":6"#, &format!(r#""bytes":{bytes}"#))));
    }
    inputs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_first_inputs_only_a_whole_package_is_taken() {
        for (nth, input) in inputs().iter().enumerate() {
            let package = package(input[0], &input[1..], &SIGNER);
            assert_eq!(taken(&package, u64::MAX), nth < 2, "{nth}: {}", String::from_utf8_lossy(input));
        }
    }
}
