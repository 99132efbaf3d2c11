//! What `./dev` calls for the jobs that are more than a command line.
//!
//! Runs on a developer's machine only; nothing here ships.

mod build_ui;
mod dictionary;
mod licences;
mod lower;
mod notes;
mod sizes;
mod stylesheet;
mod tidy;
mod wasm;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo run -p xtask -- <job>

  build-ui [--release]   compile the screens to ui/dist
  dictionary             write docs/data-dictionary.md from the nouns' shapes
  licences TARGET FILE   write the licences of all that programs and screens are made of
  notes VERSION [--desk] print what the changelog says of a version; `Unreleased` of what comes next;
                         --desk: what the people at the desks are told, in Chinese, plain
  sizes VERSION FOLDER [--record]
                         hold the sizes of a release's files against the last release's
  tidy                   check who depends on whom, file sizes and names
";

/// A job ends well or with one sentence for the person at the terminal.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args.as_slice() {
        ["build-ui"] => build_ui::run(&root(), build_ui::Mode::Debug),
        ["build-ui", "--release"] => build_ui::run(&root(), build_ui::Mode::Release),
        ["dictionary"] => dictionary::run(&root()),
        ["licences", target, file] => licences::run(&root(), target, Path::new(file)),
        ["notes", version] => notes::run(&root(), version, notes::Reader::Release),
        ["notes", version, "--desk"] => notes::run(&root(), version, notes::Reader::Desk),
        ["sizes", version, folder] => sizes::run(&root(), version, Path::new(folder), sizes::Then::Leave),
        ["sizes", version, folder, "--record"] => {
            sizes::run(&root(), version, Path::new(folder), sizes::Then::Record)
        }
        ["tidy"] => tidy::run(&root()),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace root: this crate's folder is always one below it. Cargo says where that is now: two checkouts
/// may share what was built.
fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    here.as_deref()
        .unwrap_or(Path::new(env!("CARGO_MANIFEST_DIR")))
        .parent()
        .expect("xtask lies one folder below the workspace root")
        .to_owned()
}
