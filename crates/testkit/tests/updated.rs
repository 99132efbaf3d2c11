//! The programs themselves: a package is made, signed, carried and put in place; it is killed on the way; a version that
//! fails gives way to the one before, and the book with all that was not sent is there.
//!
//! Versions are scripts around the program that was built, or break it in one way each.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tiexin_testkit::patience::until;
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::window::program;

const PASSWORD: &str = "石榴树下有三只猫";

/// The program that was built, wrapped: what it is given besides.
const REAL: &str = "exec \"$(dirname \"$0\")/zreal/tiexin-desk\" \"$@\"\n";

/// A computer with an installed program, a book, and the office's key.
struct Computer {
    folder: TempDir,
    public: String,
}

impl Computer {
    /// With a book of three families that nobody has sent.
    fn new() -> Computer {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["program", "book"] {
            fs::create_dir(at(name)).unwrap();
        }
        lay(&program("tiexin-desk"), &at("program/tiexin-desk"));
        fs::write(at("trusted"), "").unwrap();
        let mut computer = Computer { folder, public: String::new() };
        let made = computer.office(&["release", "keygen", "--out", "key"]);
        computer.public = made["public"].as_str().unwrap().to_owned();
        fs::write(computer.at("trusted"), &computer.public).unwrap();
        fs::write(computer.at("notes.txt"), "查找更快\n").unwrap();
        let words = ["init", "--standalone", "--region", "340323100", "--display-name", "王丽"];
        computer.good(&computer.run_as("wangli", &words));
        for name in ["张三", "李四", "王五"] {
            let home = format!(r#"{{"region":"340323100001","head_name":"{name}","kinds":["general"]}}"#);
            computer.good(&computer.run_with(&["add", "household"], Some(&home)));
        }
        computer
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.at("program/tiexin-desk"));
        command
            .current_dir(self.folder.path())
            .args(["--data", "book"])
            .args(words)
            .env("TIEXIN_PASSWORD", PASSWORD)
            .env("TIEXIN_RELEASE_KEYS", self.at("trusted"))
            .env_remove("TIEXIN_USER")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    fn run_as(&self, user: &str, words: &[&str]) -> Output {
        self.command(words).env("TIEXIN_USER", user).output().unwrap()
    }

    fn run_with(&self, words: &[&str], input: Option<&str>) -> Output {
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, input.unwrap_or_default().as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    fn good(&self, output: &Output) -> String {
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout.clone()).unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.good(&self.run(&[words, &["--json"]].concat()))).unwrap()
    }

    /// `tiexin-server` where no database is wanted.
    fn office(&self, words: &[&str]) -> Value {
        let output = Command::new(program("tiexin-server"))
            .current_dir(self.folder.path())
            .args(words)
            .arg("--json")
            .env("TIEXIN_RELEASE_KEYS", self.at("trusted"))
            .output()
            .unwrap();
        serde_json::from_str(&self.good(&output)).unwrap()
    }

    /// A package whose program is this script.
    fn package(&self, version: &str, script: &str) -> String {
        let folder = self.at(&format!("made-{version}"));
        fs::create_dir_all(folder.join("zreal")).unwrap();
        let wrapped = folder.join("tiexin-desk");
        fs::write(&wrapped, format!("#!/bin/sh\n{script}")).unwrap();
        if script.contains("zreal") {
            lay(&program("tiexin-desk"), &folder.join("zreal/tiexin-desk"));
        }
        let file = format!("tiexin-{version}.txu");
        let book = self.json(&["update", "show"])["book"].to_string();
        let platform = format!("{}={}", tiexin_protocol::release::platform(), folder.display());
        self.office(&[
            "release",
            "pack",
            "--key",
            "key",
            "--version",
            version,
            "--notes",
            "notes.txt",
            "--book",
            &book,
            "--platform",
            &platform,
            "--level",
            "1",
            "--out",
            &file,
        ]);
        file
    }

    /// A former version that is cleared away after the switch, with so many files that it takes a while.
    fn lay_former(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("release.json"), "{}").unwrap();
        for n in 0..5000 {
            fs::write(folder.join(n.to_string()), "").unwrap();
        }
    }

    /// Runs until `seen`, then kill −9; whether it was still at work. No pause between two looks: some steps are over
    /// in a moment.
    fn killed_when(&self, words: &[&str], seen: &dyn Fn() -> bool) -> bool {
        let mut child = self.command(words).spawn().unwrap();
        while !seen() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        // It may have come to its end.
        let _ = child.kill();
        child.wait().unwrap().signal().is_some()
    }

    fn version(&self) -> String {
        self.json(&["update", "show"])["version"].as_str().unwrap().to_owned()
    }

    fn waiting(&self) -> u64 {
        self.json(&["status"])["waiting"].as_u64().unwrap()
    }

    /// The installed version runs, the book opens, and nothing that waits is lost.
    fn works_with(&self, waiting: u64) {
        assert_eq!(self.waiting(), waiting);
        let found = self.json(&["verify"]);
        assert_eq!(found["sound"], true, "{found}");
        assert_eq!(self.version(), env!("CARGO_PKG_VERSION"));
    }
}

/// A program is large: a further name is enough.
fn lay(from: &Path, to: &Path) {
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to).unwrap();
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_package_is_put_in_place_tried_and_left_again() {
    let computer = Computer::new();
    let waiting = computer.waiting();
    let file = computer.package("9.1.0", REAL);
    let shown = computer.json(&["update", "take", &file]);
    assert_eq!(
        (shown["ready"]["version"].as_str(), shown["version"].as_str()),
        (Some("9.1.0"), Some(env!("CARGO_PKG_VERSION")))
    );
    computer.json(&["update", "apply"]);
    // The trial: the book is opened by the new version.
    assert_eq!(computer.waiting(), waiting);
    assert_eq!(computer.version(), "9.1.0");
    let shown = computer.json(&["update", "show"]);
    assert_eq!(shown["former"], env!("CARGO_PKG_VERSION"));
    let again = computer.run(&["update", "apply", &file]);
    assert!(told(&again).contains("正在用的已经是 9.1.0"), "{again:?}");
    let older = computer.package("9.0.9", REAL);
    let older = computer.run(&["update", "apply", &older]);
    assert_eq!(older.status.code(), Some(6));
    assert!(told(&older).contains("比正在用的 9.1.0 旧"), "{older:?}");
    computer.good(&computer.run(&["update", "back"]));
    computer.works_with(waiting);
}

#[test]
fn a_foreign_package_is_refused_by_the_program() {
    let computer = Computer::new();
    let file = computer.package("9.1.0", REAL);
    fs::write(computer.at("trusted"), "00".repeat(32)).unwrap();
    let refused = computer.run(&["update", "apply", &file]);
    assert_eq!(refused.status.code(), Some(6));
    assert!(told(&refused).contains("不是由可信的发布者签名的"), "{refused:?}");
    assert_eq!(computer.version(), env!("CARGO_PKG_VERSION"));
}

/// It falls as soon as it is to do anything.
#[test]
fn a_version_that_falls_gives_way_to_the_one_before() {
    let computer = Computer::new();
    let waiting = computer.waiting();
    let file = computer
        .package("9.1.0", "[ \"$3\" = --version ] && exit 0\n[ \"$1\" = --version ] && exit 0\nkill -9 $$\n");
    computer.good(&computer.run(&["update", "apply", &file]));
    let fell = computer.run(&["status"]);
    assert!(!fell.status.success() && told(&fell).contains("已回到原来的版本"), "{fell:?}");
    computer.works_with(waiting);
    assert_eq!(computer.json(&["update", "show"])["refused"], "9.1.0");
}

/// It changes the tables, and cannot read the book afterwards.
#[test]
fn a_version_that_spoils_the_tables_gives_the_book_back() {
    let computer = Computer::new();
    let waiting = computer.waiting();
    let step = "export TIEXIN_FUTURE_STEP='ALTER TABLE record RENAME TO record_of_the_future'\n";
    let file = computer.package("9.1.0", &format!("{step}{REAL}"));
    computer.good(&computer.run(&["update", "apply", &file]));
    let failed = computer.run(&["status"]);
    assert!(!failed.status.success() && told(&failed).contains("没能打开这份台账"), "{failed:?}");
    computer.works_with(waiting);
    computer.good(&computer.run_with(
        &["add", "household"],
        Some(r#"{"region":"340323100001","head_name":"赵六","kinds":["general"]}"#),
    ));
    computer.works_with(waiting + 1);
}

/// A change of the tables that does not come to its end, because the power goes.
#[tokio::test]
async fn a_version_that_is_killed_while_it_changes_the_tables_gives_the_book_back() {
    let computer = Computer::new();
    let waiting = computer.waiting();
    // More than is held in memory: what is changed shows in the log of the database.
    let step = "export TIEXIN_FUTURE_STEP='CREATE TABLE of_the_future (n); INSERT INTO of_the_future WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 100000) SELECT randomblob(4000) FROM c'\n";
    let file = computer.package("9.1.0", &format!("{step}{REAL}"));
    computer.good(&computer.run(&["update", "apply", &file]));
    let mut running = computer.command(&["status"]);
    // The whole group: the installed program that waits, and the new one.
    std::os::unix::process::CommandExt::process_group(&mut running, 0);
    let mut running = running.spawn().unwrap();
    let changed = until(Duration::from_secs(120), async || {
        let log = fs::metadata(computer.at("book/book.db-wal")).map_or(0, |log| log.len());
        (computer.at("book/book.db.before").exists() && log > 1024 * 1024).then_some(())
    });
    changed.await.expect("the tables are being changed");
    let group = format!("-{}", running.id());
    assert!(Command::new("kill").args(["-9", "--", &group]).status().unwrap().success());
    running.wait().unwrap();
    let first = computer.run(&["status", "--json"]);
    assert!(first.status.success() && told(&first).contains("已回到原来的版本"), "{first:?}");
    computer.works_with(waiting);
}

/// It changes the tables, opens the book, and works: nothing is lost by staying, and there is no way back.
#[test]
fn a_version_that_changes_the_tables_and_works_cannot_be_left() {
    let computer = Computer::new();
    let waiting = computer.waiting();
    let step = "export TIEXIN_FUTURE_STEP='CREATE TABLE of_the_future (n)'\n";
    let file = computer.package("9.1.0", &format!("{step}{REAL}"));
    computer.good(&computer.run(&["update", "apply", &file]));
    assert_eq!(computer.waiting(), waiting);
    assert!(!computer.at("book/book.db.before").exists());
    let back = computer.run(&["update", "back"]);
    assert!(!back.status.success() && told(&back).contains("没有退回"), "{back:?}");
    assert_eq!((computer.version().as_str(), computer.waiting()), ("9.1.0", waiting));
}

/// kill −9 at every step of putting a version in place that shows on the disk, before the switch and after it.
#[test]
fn killed_anywhere_a_whole_program_starts() {
    let computer = Computer::new();
    let waiting = computer.waiting();
    let file = computer.package("9.1.0", REAL);
    let at = |name: &str| computer.at("program/versions").join(name);
    let switched =
        || fs::read_to_string(at("current.json")).is_ok_and(|now| now.contains(r#""version":"9.1.0""#));
    let whole = fs::metadata(program("tiexin-desk")).unwrap().len();
    let share = || {
        let bytes = fs::metadata(at("9.1.0.part/zreal/tiexin-desk")).map_or(0, |file| file.len());
        bytes * 100 / whole
    };
    let steps: [(&str, &dyn Fn() -> bool); 11] = [
        ("begun", &|| at("9.1.0.part").exists()),
        ("a first file", &|| at("9.1.0.part/tiexin-desk").exists()),
        ("a tenth", &|| share() >= 10),
        ("half", &|| share() >= 50),
        ("unpacked", &|| share() >= 100),
        ("signed", &|| at("9.1.0.part/release.json").exists()),
        ("named", &|| at("9.1.0/release.json").exists()),
        ("in use", &switched),
        ("a former one goes", &|| switched() && !at("0.0.1/release.json").exists()),
        ("the former one is gone", &|| switched() && !at("0.0.1").exists()),
        ("the package goes", &|| !computer.at("book/update/release.json").exists()),
    ];
    let (mut before, mut after) = (0, 0);
    for (step, seen) in steps {
        computer.lay_former(&at("0.0.1"));
        computer.json(&["update", "take", &file]);
        let killed = computer.killed_when(&["update", "apply"], seen);
        let expected = if switched() { "9.1.0" } else { env!("CARGO_PKG_VERSION") };
        match (killed, switched()) {
            (true, false) => before += 1,
            (true, true) => after += 1,
            // It has come to its end first.
            (false, _) => {}
        }
        assert_eq!((computer.version().as_str(), computer.waiting()), (expected, waiting), "{step}");
        // What is half there is in nobody's way.
        if expected != "9.1.0" {
            computer.good(&computer.run(&["update", "apply", &file]));
        }
        assert_eq!((computer.version().as_str(), computer.waiting()), ("9.1.0", waiting), "{step}");
        computer.good(&computer.run(&["update", "back"]));
        fs::remove_dir_all(at("9.1.0")).unwrap();
    }
    assert!(before >= 4 && after >= 1, "{before} kills before the switch, {after} after it");
}

/// From the province: added by the office, fetched, put in place.
#[test]
fn a_desk_fetches_what_the_province_gives_out() {
    let computer = Computer::new();
    let file = computer.package("9.1.0", REAL);
    let province = Province::start(Keep::sqlite()).unwrap();
    let code = province.user("wangli", "worker", "340323100").unwrap();
    computer.good(&computer.run(&["enrol", "--server", &province.url(), "--code", &code]));
    let none = computer.run(&["update", "fetch"]);
    assert!(told(&none).contains("省平台上没有新版本"), "{none:?}");
    // The office's own program checks it as well.
    let store = computer.at(&file);
    let added = province.administer_with(
        &["release", "add", store.to_str().unwrap()],
        &[("TIEXIN_RELEASE_KEYS", computer.at("trusted").as_path())],
    );
    assert_eq!(added.unwrap()["version"], "9.1.0");
    let shown = computer.json(&["update", "fetch"]);
    assert_eq!(shown["ready"]["version"], "9.1.0");
    computer.good(&computer.run(&["update", "apply"]));
    computer.good(&computer.run(&["sync"]));
    assert_eq!(computer.version(), "9.1.0");
    // A wrapped program is not run by anybody who may not.
    let mode = fs::metadata(computer.at("program/versions/9.1.0/tiexin-desk")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
}
