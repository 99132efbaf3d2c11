//! `machine`: a book that is bound to its machine, with real processes.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::program;
use crate::run::{Desk, Ended, PASSWORD, PATIENCE, ended};

/// The machine is the folder of its keys.
fn at(command: &mut Command, machine: &str) -> Ended {
    ended(command.env("TIEXIN_PASSWORD", PASSWORD).env("XDG_CONFIG_HOME", machine), "")
}

fn run(desk: &Desk, machine: &str, args: &[&str]) -> Ended {
    at(&mut desk.command(args), machine)
}

/// The same on another folder.
fn run_at(folder: &str, machine: &str, args: &[&str]) -> Ended {
    let mut command = Command::new(program::under_test());
    command.arg("--data").arg(folder).args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    at(&mut command, machine)
}

/// A sign-in that was killed counts as a wrong password until the next one, which has to wait a second: it is tried
/// until it may.
fn shown(desk: &Desk, machine: &str) -> serde_json::Value {
    let begun = Instant::now();
    loop {
        let told = run(desk, machine, &["machine", "show", "--json"]);
        if told.code != 3 {
            return told.json();
        }
        assert!(begun.elapsed() < PATIENCE, "{}", told.err);
    }
}

fn keys(machine: &str) -> usize {
    fs::read_dir(Path::new(machine).join("tiexin")).map_or(0, |keys| keys.count())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Runs with the machine's keys away.
fn elsewhere(machine: &str, work: impl FnOnce()) {
    let away = format!("{machine}-away");
    fs::rename(machine, &away).unwrap();
    work();
    fs::rename(&away, machine).unwrap();
}

#[test]
fn a_book_that_is_carried_along_is_not_bound() {
    let desk = Desk::of("340323100");
    let machine = desk.beside("machine");
    let carried = desk.beside("tiexin-book");
    copy(&desk.data(), Path::new(&carried));
    run_at(&carried, &machine, &["machine", "bind", "--agreed"]).failed(6, "带着走");
    assert_eq!(keys(&machine), 0);
}

#[test]
fn a_bound_book_says_why_a_copy_does_not_open_and_what_helps() {
    let desk = Desk::of("340323100");
    let machine = desk.beside("machine");
    let asked = run(&desk, &machine, &["machine", "bind"]);
    asked.failed(2, "还没有绑定");
    assert!(asked.err.contains("换一个系统用户"), "{}", asked.err);
    assert_eq!(run(&desk, &machine, &["machine", "show", "--json"]).json()["bound"], false);
    let bound = run(&desk, &machine, &["machine", "bind", "--agreed", "--json"]).json();
    assert_eq!((&bound["bound"], &bound["here"]), (&true.into(), &true.into()));
    let told = run(&desk, &machine, &["machine", "show"]);
    assert!(told.out.contains("台账已绑定本机") && told.out.contains("电脑坏了"), "{}", told.out);
    let key = fs::read_dir(Path::new(&machine).join("tiexin")).unwrap().next().unwrap().unwrap();
    let key = key.path().canonicalize().unwrap();
    let named = key.to_str().unwrap();
    assert!(told.out.contains(named), "the file that has to be saved: {}", told.out);

    let backup = desk.beside("备份");
    assert_eq!(run(&desk, &machine, &["backup", &backup]).code, 0);
    let copied = desk.beside("偷走的");
    copy(&desk.data(), Path::new(&copied));
    elsewhere(&machine, || {
        let refused = run_at(&copied, &machine, &["status"]);
        refused.failed(1, "在原来的电脑上打开");
        assert!(refused.err.contains("从备份恢复"), "{}", refused.err);
        assert!(refused.err.contains(&format!("{named} 不在")), "{}", refused.err);
        assert!(!refused.err.contains("省平台"), "it stands alone: {}", refused.err);
        let new = desk.beside("新电脑");
        assert_eq!(run(&desk, &machine, &["restore", &backup, "--to", &new]).code, 0);
        assert_eq!(run_at(&new, &machine, &["status"]).code, 0);
    });

    // The machine is the right one, and its key file was emptied and put back.
    let saved = fs::read(&key).unwrap();
    fs::write(&key, "").unwrap();
    run(&desk, &machine, &["status"]).failed(1, &format!("{named} 是空的"));
    fs::write(&key, saved).unwrap();
    assert_eq!(run(&desk, &machine, &["status"]).code, 0);

    let released = run(&desk, &machine, &["machine", "release"]);
    assert!(released.out.contains("已解除绑定") && released.out.contains("再也打不开"), "{}", released.out);
    assert!(!released.out.contains("绑定以后"), "nothing is bound now: {}", released.out);
    assert_eq!(run(&desk, &machine, &["machine", "release", "--json"]).json()["bound"], false);
    assert_eq!(keys(&machine), 0);
    elsewhere(&machine, || assert_eq!(run(&desk, &machine, &["status"]).code, 0));
}

/// What is on the disk while it is switched: its steps change this.
fn traces(desk: &Desk, machine: &str) -> (Vec<u8>, u64, u64, usize) {
    let size = |name: &str| fs::metadata(desk.data().join(name)).map_or(0, |file| file.len());
    let keyring = fs::read(desk.data().join("keyring.json")).unwrap_or_default();
    (keyring, size("keyring.new"), size("book.db-wal"), keys(machine))
}

/// kill −9 after so many changes on the disk, or at the end.
fn kill_after(changes: u32, switching: &mut Child, traces: impl Fn() -> (Vec<u8>, u64, u64, usize)) {
    let (mut seen, mut left) = (traces(), changes);
    while left > 0 && switching.try_wait().unwrap().is_none() {
        let now = traces();
        if now != seen {
            (seen, left) = (now, left - 1);
        }
    }
    let _ = switching.kill();
    switching.wait().unwrap();
}

/// kill −9 at steps across the whole run: afterwards the book opens here, is bound or is not, and never half.
#[test]
fn killed_while_it_is_switched_it_is_bound_or_it_is_not() {
    const ROUNDS: u32 = 16;
    let desk = Desk::of("340323100");
    let machine = desk.beside("machine");
    // The first kill may come before anything lies there.
    fs::create_dir_all(&machine).unwrap();
    let mut seen = [0, 0];
    for round in 0..ROUNDS {
        let bound = run(&desk, &machine, &["machine", "show", "--json"]).json()["bound"] == true;
        let words: &[&str] = if bound { &["machine", "release"] } else { &["machine", "bind", "--agreed"] };
        let mut switching = desk.command(words);
        switching.env("TIEXIN_PASSWORD", PASSWORD).env("XDG_CONFIG_HOME", &machine);
        let mut switching = switching.spawn().unwrap();
        kill_after(round + 1, &mut switching, || traces(&desk, &machine));
        let after = shown(&desk, &machine);
        assert_eq!(after["bound"], after["here"], "bound to nothing: round {round}");
        seen[usize::from(after["bound"] == true)] += 1;
        let copied = desk.beside("偷走的");
        let _ = fs::remove_dir_all(&copied);
        copy(&desk.data(), Path::new(&copied));
        elsewhere(&machine, || {
            let opens = run_at(&copied, &machine, &["status"]).code == 0;
            assert_eq!(opens, after["bound"] == false, "round {round}");
        });
    }
    assert_eq!(run(&desk, &machine, &["verify"]).code, 0);
    eprintln!("after a kill: {} times not bound, {} times bound", seen[0], seen[1]);
}
