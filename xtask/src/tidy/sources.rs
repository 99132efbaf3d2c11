//! What cargo cannot see: long files, empty names, clocks and dice in the pure crates, forgotten stories.

use std::path::{Path, PathBuf};
use std::{fs, io};

const LONG: usize = 600;
const TOO_LONG: usize = 900;
/// Names that say what a thing is not: somebody's job.
const EMPTY_WORDS: [&str; 4] = ["Manager", "Helper", "Util", "Service"];
/// PatternFly's own component of that name.
const KNOWN_NAMES: [&str; 1] = ["HelperText"];
/// Crates whose answers depend on their input alone.
const PURE: [&str; 3] = ["crates/domain/src", "crates/contract/src", "crates/protocol/src"];
const CLOCK_AND_DICE: [&str; 6] =
    ["Utc::now(", "Local::now(", "SystemTime::now(", "Instant::now(", "Uuid::now_v7(", "Uuid::new_v4("];
const SOURCES: [&str; 5] = ["crates", "src-tauri", "tests", "ui/src", "xtask/src"];

#[derive(Default)]
pub(super) struct Findings {
    pub(super) faults: Vec<String>,
    pub(super) notes: Vec<String>,
}

pub(super) fn look(root: &Path) -> Result<Findings, String> {
    let mut findings = Findings::default();
    for folder in SOURCES {
        let mut files = Vec::new();
        rust_files(&root.join(folder), &mut files).map_err(|e| format!("{folder}: {e}"))?;
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
            inspect(&name, &text, &mut findings);
        }
    }
    stories(root, &mut findings);
    Ok(findings)
}

fn inspect(file: &str, text: &str, findings: &mut Findings) {
    let lines = text.lines().count();
    if lines > TOO_LONG {
        findings.faults.push(format!("{file}: {lines} lines; look for the seam"));
    } else if lines > LONG {
        findings.notes.push(format!("{file}: {lines} lines; look for the seam"));
    }
    let pure = PURE.iter().any(|folder| file.starts_with(folder));
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(name) = empty_name(line) {
            findings.faults.push(format!("{file}:{number}: the name {name} says nothing"));
        }
        let code = line.split("//").next().unwrap_or_default();
        if let Some(call) = CLOCK_AND_DICE.iter().find(|call| pure && code.contains(*call)) {
            findings
                .faults
                .push(format!("{file}:{number}: {call}) in a pure crate; time and ids come in as arguments"));
        }
    }
}

/// The name of a type declared on this line, if it carries an empty word.
fn empty_name(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
    if !matches!(words.next()?, "struct" | "enum" | "trait" | "type") {
        return None;
    }
    let name = words.next()?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    let name = &name[..end];
    let empty = EMPTY_WORDS.iter().any(|word| name.contains(word)) && !KNOWN_NAMES.contains(&name);
    empty.then_some(name)
}

/// Every file in tests/ is a module of tests/main.rs; one that is not would never run.
fn stories(root: &Path, findings: &mut Findings) {
    let tests = root.join("tests");
    let Ok(main) = fs::read_to_string(tests.join("main.rs")) else {
        return;
    };
    let Ok(entries) = fs::read_dir(&tests) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let is_module = path.extension().is_some_and(|ext| ext == "rs") || path.join("mod.rs").is_file();
        if is_module && stem != "main" && !main.lines().any(|line| line.ends_with(&format!("mod {stem};"))) {
            findings.faults.push(format!("tests/{stem} is not a module of tests/main.rs: it never runs"));
        }
    }
}

pub(super) fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target" && name != "node_modules") {
                rust_files(&path, found)?;
            }
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(file: &str, text: &str) -> Vec<String> {
        let mut findings = Findings::default();
        inspect(file, text, &mut findings);
        findings.faults
    }

    #[test]
    fn empty_names_are_faults() {
        assert_eq!(empty_name("pub(crate) struct SyncManager<T> {"), Some("SyncManager"));
        assert_eq!(empty_name("    enum DateUtils {"), Some("DateUtils"));
        assert_eq!(empty_name("pub struct HelperText;"), None);
        assert_eq!(empty_name("pub fn service() -> Service {"), None);
    }

    #[test]
    fn a_clock_in_a_pure_crate_is_a_fault() {
        let line = "let now = Utc::now();";
        assert_eq!(faults("crates/domain/src/visit.rs", line).len(), 1);
        assert!(faults("crates/desk/src/lib.rs", line).is_empty());
        assert!(faults("crates/domain/src/visit.rs", "// never Utc::now()").is_empty());
    }

    #[test]
    fn a_file_past_the_limit_is_a_fault() {
        assert_eq!(faults("ui/src/a.rs", &"\n".repeat(TOO_LONG + 1)).len(), 1);
        assert!(faults("ui/src/a.rs", &"\n".repeat(LONG + 1)).is_empty());
    }
}
