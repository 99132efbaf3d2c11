//! A case: a folder with files and `case.json`, which has one list of steps, or one for each of several books.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::book::Book;
use crate::clock::china_today;

const REGION: &str = "340323104";

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field-cases")
}

/// The names of all folders with a case.
pub(crate) fn folders() -> Vec<String> {
    let entries = std::fs::read_dir(home()).expect("the folder of cases");
    let folders =
        entries.map(|entry| entry.expect("an entry")).filter(|e| e.path().join("case.json").is_file());
    folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// What came out otherwise than it must; nothing when the case holds.
pub(crate) fn run(folder: &str) -> Vec<String> {
    let folder = home().join(folder);
    let plan = std::fs::read_to_string(folder.join("case.json")).expect("case.json");
    let plan: Value = serde_json::from_str(&plan).expect("JSON");
    if let Some(until) = plan["until"].as_str()
        && *china_today().to_string() >= *until
    {
        eprintln!("not run: written for runs before {until}");
        return Vec::new();
    }
    let whole = [plan.clone()];
    let parts = plan["books"].as_array().map_or(&whole[..], Vec::as_slice);
    let mut differences = Vec::new();
    for part in parts {
        let region = part["region"].as_str().or(plan["region"].as_str()).unwrap_or(REGION);
        let steps = part["steps"].as_array().expect("steps");
        let outcome = Book::new(&folder, region).and_then(|mut book| book.steps(steps));
        if let Err(difference) = outcome {
            let name = part["name"].as_str().map(|name| format!("{name}: ")).unwrap_or_default();
            differences.push(name + &difference);
        }
    }
    differences
}
