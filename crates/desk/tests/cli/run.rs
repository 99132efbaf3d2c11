//! Running the binary on a folder of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
#[cfg(unix)]
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::program;

pub(crate) const PASSWORD: &str = "shiliu-shu-xia";
/// For another program to do something. Only stories of Linux wait for one.
#[cfg(unix)]
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with, or soon with, a book.
pub(crate) struct Desk {
    root: TempDir,
    book: &'static str,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// Of a run that went well, with `--json`.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        self.json_anyhow()
    }

    /// Of a run that told its results and ended with another code.
    #[track_caller]
    pub(crate) fn json_anyhow(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {} {}", self.out, self.err))
    }

    /// It failed so, said why in Chinese on stderr, and put nothing on stdout.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, why: &str) {
        assert_eq!(self.code, code, "stdout {} stderr {}", self.out, self.err);
        assert!(self.err.contains(why), "{}", self.err);
        assert_eq!(self.out, "");
    }
}

impl Desk {
    /// Nothing there yet.
    pub(crate) fn empty() -> Desk {
        Desk { root: tempfile::tempdir().unwrap(), book: "book" }
    }

    /// A township's own book in a folder of this name.
    pub(crate) fn of_in(book: &'static str, region: &str) -> Desk {
        let desk = Desk { book, ..Desk::empty() };
        desk.init(region);
        desk
    }

    /// A township's own book.
    pub(crate) fn of(region: &str) -> Desk {
        let desk = Desk::empty();
        desk.init(region);
        desk
    }

    fn init(&self, region: &str) {
        let made = self.run(&[
            "init",
            "--standalone",
            "--region",
            region,
            "--user",
            "wang",
            "--display-name",
            "王丽丽",
        ]);
        assert_eq!(made.code, 0, "{}", made.err);
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root.path().join(self.book)
    }

    /// A path beside the book.
    pub(crate) fn beside(&self, name: &str) -> String {
        self.root.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program::under_test());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TIEXIN_")) {
            command.env_remove(name);
        }
        command.arg("--data").arg(self.data()).args(args).current_dir(self.root.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// With the right password in the environment.
    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        ended(self.command(args).env("TIEXIN_PASSWORD", PASSWORD), "")
    }

    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let mut args = args.to_vec();
        args.push("--json");
        self.run(&args).json()
    }

    /// With this on standard input.
    pub(crate) fn fed(&self, args: &[&str], input: &(impl AsRef<[u8]> + ?Sized)) -> Ended {
        ended(self.command(args).env("TIEXIN_PASSWORD", PASSWORD), input)
    }
}

pub(crate) fn ended(command: &mut Command, input: &(impl AsRef<[u8]> + ?Sized)) -> Ended {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // A run that ends before it reads is no fault.
    let _ = child.stdin.take().unwrap().write_all(input.as_ref());
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A ledger of the sample townships.
pub(crate) fn ledger(township: &str, file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/ledgers");
    root.join(township).join(file).to_str().unwrap().to_owned()
}

/// What the sample township's ledgers give.
pub(crate) fn expected(township: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(ledger(township, "expected.json")).unwrap()).unwrap()
}

/// A path that the program has named. Under Wine the root of Linux is its drive Z, and what it adds itself stands
/// behind Windows' own sign.
#[track_caller]
pub(crate) fn named(said: &Value) -> PathBuf {
    let path = said.as_str().unwrap();
    match under_wine() {
        true => path.strip_prefix("Z:").unwrap_or(path).replace('\\', "/").into(),
        false => path.into(),
    }
}

/// Whether the Windows program answers. It and this process do not see each other's locks.
pub(crate) fn under_wine() -> bool {
    std::env::var_os("TIEXIN_TEST_WINE").is_some()
}
