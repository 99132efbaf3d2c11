//! Keeps the house in order: who may depend on whom, how long a file may grow, which names say nothing,
//! which words workers are told.

mod edges;
mod floors;
mod keys;
mod moves;
mod sources;
mod words;

use crate::{Outcome, dictionary};
use std::path::Path;
use std::process::Command;

pub(crate) fn run(root: &Path) -> Outcome {
    let mut faults = edges::faults(&metadata(root)?);
    let findings = sources::look(root)?;
    for note in &findings.notes {
        eprintln!("note: {note}");
    }
    faults.extend(findings.faults);
    faults.extend(words::faults(root)?);
    faults.extend(keys::faults(root)?);
    faults.extend(moves::faults(root)?);
    faults.extend(floors::faults(root)?);
    let told = std::fs::read_to_string(root.join(dictionary::FILE)).unwrap_or_default();
    if told != dictionary::written() {
        faults.push(format!("{} is old: cargo run -p xtask -- dictionary", dictionary::FILE));
    }
    if faults.is_empty() {
        eprintln!("tidy: in order");
        return Ok(());
    }
    for fault in &faults {
        eprintln!("fault: {fault}");
    }
    Err(format!("tidy: {} fault(s)", faults.len()))
}

fn metadata(root: &Path) -> Result<serde_json::Value, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args(["metadata", "--locked", "--format-version=1"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .output()
        .map_err(|e| format!("cargo did not start: {e}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))
}
