//! Ledgers whose container stays whole: the zip of an xlsx, the OLE file of an xls.

use std::io::{Cursor, Read, Write};

use fastrand::Rng;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// More of one part is left as it is.
const MOST_OF_A_PART: u64 = 1 << 20;

/// The container with one part changed by `alter`; `None` when it is none that this knows.
pub fn container(bytes: &[u8], seed: u32, alter: impl FnOnce(&mut Vec<u8>)) -> Option<Vec<u8>> {
    let mut dice = Rng::with_seed(u64::from(seed));
    if bytes.starts_with(b"PK\x03\x04") { zipped(bytes, &mut dice, alter) } else { ole(bytes, alter) }
}

fn zipped(bytes: &[u8], dice: &mut Rng, alter: impl FnOnce(&mut Vec<u8>)) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut parts = Vec::new();
    for at in 0..archive.len().min(64) {
        let part = archive.by_index(at).ok()?;
        let name = part.name().ok()?.into_owned();
        let mut content = Vec::new();
        part.take(MOST_OF_A_PART).read_to_end(&mut content).ok()?;
        parts.push((name, content));
    }
    if parts.is_empty() {
        return None;
    }
    let at = dice.usize(0..parts.len());
    match dice.u8(0..20) {
        0 => drop(parts.remove(at)),
        1 => parts.push(parts[at].clone()),
        _ => alter(&mut parts[at].1),
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(name, SimpleFileOptions::default()).ok()?;
        writer.write_all(&content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

/// The stream with the sheets, in its place.
fn ole(bytes: &[u8], alter: impl FnOnce(&mut Vec<u8>)) -> Option<Vec<u8>> {
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes.to_vec())).ok()?;
    let name = ["/Workbook", "/Book"].into_iter().find(|name| container.is_stream(name))?;
    let mut content = Vec::new();
    container.open_stream(name).ok()?.take(MOST_OF_A_PART).read_to_end(&mut content).ok()?;
    alter(&mut content);
    container.create_stream(name).ok()?.write_all(&content).ok()?;
    container.flush().ok()?;
    Some(container.into_inner().into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(name: &str) -> Vec<u8> {
        let path = format!("{}/../intake/tests/fixtures/guyang-2026-10/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).unwrap()
    }

    #[test]
    fn the_outside_stays_whole() {
        for name in ["special-families.xlsx", "members.xls"] {
            let before = ledger(name);
            let mut seen = 0;
            let after = container(&before, 7, |part| {
                seen = part.len();
                let middle = part.len() / 2;
                part[middle] ^= 1;
            });
            let after = after.unwrap();
            assert_ne!(after, before);
            assert!(seen > 0, "{name}");
            let unaltered = container(&before, 7, |_| ()).unwrap();
            let limits = tiexin_intake::Limits::default();
            assert!(tiexin_intake::read(&unaltered, name, &limits).is_ok(), "{name}");
        }
    }
}
