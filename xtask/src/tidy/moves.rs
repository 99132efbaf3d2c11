//! Files are replaced and removed through `tiexin_files`: on Windows a scanner may be in the way for a moment.

use std::path::Path;
use std::{fs, io};

/// What ships and works with files.
const CRATES: [&str; 6] = ["desk", "intake", "report", "server", "store", "sync"];

const CALLS: [(&str, &str); 5] = [
    ("fs::rename(", "tiexin_files::rename"),
    ("fs::remove_file(", "tiexin_files::remove"),
    ("fs::remove_dir_all(", "tiexin_files::remove_folder"),
    (".persist(", "tiexin_files::write_whole"),
    (".persist_noclobber(", "tiexin_files::write_whole"),
];

pub(super) fn faults(root: &Path) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for name in CRATES {
        let folder = root.join("crates").join(name).join("src");
        let mut files = Vec::new();
        super::sources::rust_files(&folder, &mut files).map_err(|e: io::Error| format!("{name}: {e}"))?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
            if !name.contains("/tests/") && !name.ends_with("/tests.rs") {
                let text = fs::read_to_string(&file).map_err(|e| format!("{name}: {e}"))?;
                faults.extend(look(&name, &text));
            }
        }
    }
    Ok(faults)
}

fn look(file: &str, text: &str) -> Vec<String> {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = (1..).zip(text[..end].lines());
    lines
        .flat_map(|(number, line)| {
            let code = line.split("//").next().unwrap_or_default();
            let found = CALLS.iter().filter(move |(call, _)| code.contains(call));
            found.map(move |(call, ours)| format!("{file}:{number}: {call}) gives up at once; use {ours}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rename_that_does_not_wait_is_a_fault() {
        assert_eq!(look("a.rs", "    fs::rename(&a, &b)?;").len(), 1);
        assert_eq!(look("a.rs", "    let _ = std::fs::remove_file(&a);").len(), 1);
        assert_eq!(
            look("a.rs", "    tiexin_files::rename(&a, &b)?; // not fs::rename()"),
            Vec::<String>::new()
        );
        assert_eq!(look("a.rs", "#[cfg(test)]\nmod tests {\n fs::rename(a, b)"), Vec::<String>::new());
    }
}
