//! The sizes of a release's files beside the last release's (`docs/release-sizes.json`): what has grown by more than
//! a tenth, or is gone, is explained there or stops the release.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// Whether the new sizes become the ones to compare with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Record,
    Leave,
}

/// Names of files, with `VERSION` where the version stands.
type Bytes = BTreeMap<String, u64>;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sizes {
    /// The last release; none before the first.
    version: Option<String>,
    bytes: Bytes,
    /// Version → file → why it is larger, or gone.
    explained: BTreeMap<String, BTreeMap<String, String>>,
}

pub(crate) fn run(root: &Path, version: &str, folder: &Path, then: Then) -> Outcome {
    let file = root.join("docs/release-sizes.json");
    let told = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
    let text = std::fs::read_to_string(&file).map_err(|e| told(&e))?;
    let mut last: Sizes = serde_json::from_str(&text).map_err(|e| told(&e))?;
    let now = measure(folder, version)?;
    for line in table(&last.bytes, &now) {
        println!("{line}");
    }
    let unexplained = unexplained(&last, &now, version);
    if !unexplained.is_empty() {
        return Err(format!(
            "not explained in docs/release-sizes.json under explained, {version}:\n  {}",
            unexplained.join("\n  ")
        ));
    }
    if then == Then::Record {
        last.explained.retain(|of, _| of == version);
        last.version = Some(version.to_owned());
        last.bytes = now;
        let mut text = serde_json::to_string_pretty(&last).map_err(|e| told(&e))?;
        text.push('\n');
        std::fs::write(&file, text).map_err(|e| told(&e))?;
    }
    Ok(())
}

fn measure(folder: &Path, version: &str) -> Result<Bytes, String> {
    let told = |e: std::io::Error| format!("{}: {e}", folder.display());
    let mut sizes = Bytes::new();
    for entry in std::fs::read_dir(folder).map_err(told)? {
        let entry = entry.map_err(told)?;
        let data = entry.metadata().map_err(told)?;
        if data.is_file() {
            sizes.insert(entry.file_name().to_string_lossy().replace(version, "VERSION"), data.len());
        }
    }
    if sizes.is_empty() { Err(format!("{} holds no files", folder.display())) } else { Ok(sizes) }
}

fn has_grown(last: u64, now: u64) -> bool {
    u128::from(now) * 10 > u128::from(last) * 11
}

/// What nobody has explained yet.
fn unexplained(last: &Sizes, now: &Bytes, version: &str) -> Vec<String> {
    let reasons = last.explained.get(version);
    let is_explained =
        |name: &str| reasons.and_then(|all| all.get(name)).is_some_and(|why| !why.trim().is_empty());
    let faults = last.bytes.iter().filter(|(name, _)| !is_explained(name));
    faults
        .filter_map(|(name, &before)| match now.get(name) {
            None => Some(format!("{name} is gone")),
            Some(&bytes) if has_grown(before, bytes) => {
                Some(format!("{name} has grown from {before} to {bytes} bytes"))
            }
            Some(_) => None,
        })
        .collect()
}

#[allow(clippy::cast_precision_loss)]
fn table(last: &Bytes, now: &Bytes) -> Vec<String> {
    let row = |(name, &bytes): (&String, &u64)| {
        let change = last.get(name).map_or_else(
            || "new".to_owned(),
            |&before| format!("{:+.1} %", (bytes as f64 / before.max(1) as f64 - 1.0) * 100.0),
        );
        format!("{name:<52} {:>8.2} MB {change:>9}", bytes as f64 / 1e6)
    };
    now.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Sizes, table, unexplained};

    fn bytes(all: &[(&str, u64)]) -> Bytes {
        all.iter().map(|(name, bytes)| ((*name).to_owned(), *bytes)).collect()
    }

    fn last() -> Sizes {
        Sizes { bytes: bytes(&[("desk.deb", 1000), ("server.deb", 1000)]), ..Sizes::default() }
    }

    #[test]
    fn a_tenth_more_is_allowed_and_not_a_byte_above() {
        assert!(unexplained(&last(), &bytes(&[("desk.deb", 1100), ("server.deb", 1)]), "0.2.0").is_empty());
        let faults = unexplained(&last(), &bytes(&[("desk.deb", 1101), ("server.deb", 1000)]), "0.2.0");
        assert_eq!(faults, ["desk.deb has grown from 1000 to 1101 bytes"]);
    }

    #[test]
    fn a_file_that_is_missing_is_a_fault_and_a_new_one_is_none() {
        let faults = unexplained(&last(), &bytes(&[("desk.deb", 1000), ("new.rpm", 5)]), "0.2.0");
        assert_eq!(faults, ["server.deb is gone"]);
    }

    #[test]
    fn an_explanation_is_good_for_its_version_only() {
        let mut last = last();
        let why = [("desk.deb".to_owned(), "fonts for printing".to_owned())].into();
        last.explained.insert("0.2.0".to_owned(), why);
        let now = bytes(&[("desk.deb", 5000), ("server.deb", 1000)]);
        assert!(unexplained(&last, &now, "0.2.0").is_empty());
        assert_eq!(unexplained(&last, &now, "0.3.0").len(), 1);
    }

    #[test]
    fn the_table_tells_the_change() {
        let rows = table(&last().bytes, &bytes(&[("desk.deb", 1050), ("new.rpm", 5)]));
        assert!(rows[0].ends_with("+5.0 %") && rows[1].ends_with("new"), "{rows:?}");
    }
}
