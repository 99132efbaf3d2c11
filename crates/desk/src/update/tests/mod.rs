//! Putting in place, trying, going back; broken off after every step, as by a power cut.

mod carried;
mod given_up;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_protocol::release::{Books, Release, ReleaseFault, Version, platform};
use tiexin_store::UnlockError;
use tiexin_sync::release::{Packer, Signer, Trusted, head};

use super::install::built;
use super::trial::Stage;
use super::*;
use crate::clock::ManualClock;
use crate::config::DeskConfig;

const GOOD: &str = "#!/bin/sh\nexit 0\n";
const BROKEN: &str = "#!/bin/sh\nexit 127\n";

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn signer() -> Signer {
    Signer::of(&[1; 32]).unwrap().0
}

/// A computer with a program, and a book beside it.
struct Computer {
    folder: TempDir,
    trusted: Trusted,
    install: Install,
}

impl Computer {
    fn new() -> Computer {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("program/tiexin-desk", GOOD), ("book/keyring.json", "{}")] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let trusted = Trusted::listed(&signer().public());
        let install = Install::of(&folder.path().join("program/tiexin-desk")).unwrap();
        Computer { folder, trusted, install }
    }

    fn book(&self) -> PathBuf {
        self.folder.path().join("book")
    }

    fn package(&self, version: &str, program: &str) -> PathBuf {
        self.package_with(version, &[("tiexin-desk", program.as_bytes())], Books { oldest: 1, newest: 99 })
    }

    fn package_with(&self, name: &str, files: &[(&str, &[u8])], book: Books) -> PathBuf {
        let mut packer = Packer::begin(Vec::new(), 1).unwrap();
        for (path, bytes) in files {
            packer.file(path, path.starts_with("tiexin"), &mut &bytes[..]).unwrap();
        }
        packer.file("ui/index.html", false, &mut "界面".as_bytes()).unwrap();
        let (part, packed) = packer.end(&platform()).unwrap();
        let notes = "查找更快".into();
        let version = version(name);
        let release = Release { version, made: "2026-11-30".into(), notes, book, platforms: vec![part] };
        let path = self.folder.path().join(format!("tiexin-{name}.txu"));
        fs::write(&path, [head(&release, &signer()).unwrap(), packed].concat()).unwrap();
        path
    }

    fn apply(&self, file: &Path) -> Result<Release, Trouble> {
        self.apply_until(file, usize::MAX).0
    }

    /// Broken off after so many steps; gives how many were done.
    fn apply_until(&self, file: &Path, steps: usize) -> (Result<Release, Trouble>, usize) {
        let mut done = 0;
        let book = self.book();
        let place = Place { install: &self.install, trusted: &self.trusted, book: Some(&book) };
        let applied = apply(&place, &Source::File(file), &mut |_| {
            done += 1;
            if done > steps { Err(io::Error::other("the power is gone")) } else { Ok(()) }
        });
        (applied, done)
    }

    /// What the next start runs; none: what was installed.
    fn starts(&self) -> Option<Version> {
        launch::chosen(&self.install, Some(&self.book())).map(|(version, program)| {
            assert!(program.is_file());
            version
        })
    }

    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn look(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for path in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    look(&path, found);
                } else {
                    found.insert(path.clone(), fs::read(&path).unwrap());
                }
            }
        }
        let mut found = BTreeMap::new();
        look(self.folder.path(), &mut found);
        found
    }

    /// The desk of a version that came by package.
    fn desk_of(&self, version: Version) -> DeskConfig {
        let exe = self.install.folder(version).join("tiexin-desk");
        let clock = ManualClock::on(chrono::NaiveDate::from_ymd_opt(2026, 11, 30).unwrap());
        let config = DeskConfig::quick(self.book(), clock);
        DeskConfig { install: Install::of(&exe), trusted: self.trusted.clone(), ..config }
    }

    fn opening(&self, version: Version, done: Result<(), UnlockError>) -> Result<(), ErrorReply> {
        opening(&self.desk_of(version), |_| done, crate::errors::unlock)
    }
}

fn fault(done: Result<Release, Trouble>) -> ReleaseFault {
    match done {
        Err(Trouble::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_version_is_put_in_place_and_starts_next_time() {
    let computer = Computer::new();
    let before = computer.files();
    let file = computer.package("1.2.0", GOOD);
    assert_eq!(computer.starts(), None);
    assert_eq!(computer.apply(&file).unwrap().notes, "查找更快");
    assert_eq!(computer.starts(), Some(version("1.2.0")));
    let config = computer.desk_of(version("1.2.0"));
    let install = config.install.clone().unwrap();
    assert!(install.updated && install.running == version("1.2.0"));
    // What was installed is as it was.
    let after = computer.files();
    assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)));
    assert_eq!(fault(computer.apply(&file)), ReleaseFault::Same(version("1.2.0")));
}

#[test]
fn broken_off_after_any_step_a_whole_program_starts_and_the_next_try_succeeds() {
    let mut steps = 0;
    loop {
        let computer = Computer::new();
        let first = computer.package("1.2.0", GOOD);
        computer.apply(&first).unwrap();
        let file = computer.package("1.3.0", GOOD);
        let (done, taken) = computer.apply_until(&file, steps);
        let starts = computer.starts();
        assert!(
            starts == Some(version("1.2.0")) || starts == Some(version("1.3.0")),
            "step {steps}: {starts:?}"
        );
        if done.is_ok() {
            assert!(taken >= 9, "{taken}");
            break;
        }
        if starts == Some(version("1.2.0")) {
            computer.apply(&file).unwrap();
        }
        assert_eq!(computer.starts(), Some(version("1.3.0")), "step {steps}");
        steps += 1;
    }
    assert!(steps >= 9);
}

#[test]
fn what_is_refused_touches_nothing() {
    let computer = Computer::new();
    let good = computer.package("1.2.0", GOOD);
    computer.apply(&good).unwrap();
    let older = computer.package("1.1.0", GOOD);
    let newer_book =
        computer.package_with("1.3.0", &[("tiexin-desk", GOOD.as_bytes())], Books { oldest: 98, newest: 99 });
    let elsewhere = computer.folder.path().join("elsewhere.txu");
    fs::copy(&newer_book, &elsewhere).unwrap();
    let older_book =
        computer.package_with("1.3.0", &[("tiexin-desk", GOOD.as_bytes())], Books { oldest: 1, newest: 2 });
    let damaged = computer.folder.path().join("damaged.txu");
    let mut bytes = fs::read(computer.package("1.4.0", GOOD)).unwrap();
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    fs::write(&damaged, &bytes).unwrap();
    let cut = computer.folder.path().join("cut.txu");
    fs::write(&cut, &bytes[..last]).unwrap();
    let nothing = computer.folder.path().join("nothing.txu");
    fs::write(&nothing, "a ledger, say").unwrap();
    let before = computer.files();
    let old = ReleaseFault::Older(version("1.1.0"), version("1.2.0"));
    for (file, why) in [
        (&older, old),
        (&elsewhere, ReleaseFault::BookOlder),
        (&older_book, ReleaseFault::BookNewer),
        (&damaged, ReleaseFault::Damaged),
        (&cut, ReleaseFault::Damaged),
        (&nothing, ReleaseFault::NotRelease),
    ] {
        assert_eq!(fault(computer.apply(file)), why);
        assert_eq!(fault(take(file, &computer.book(), &computer.install, &computer.trusted)), why);
    }
    let stranger = Computer { trusted: Trusted::listed(&"00".repeat(32)), ..computer };
    assert_eq!(fault(stranger.apply(&good)), ReleaseFault::Foreign);
    let nobody = Computer { trusted: Trusted::listed(""), ..stranger };
    assert_eq!(fault(nobody.apply(&good)), ReleaseFault::NoKeys);
    assert_eq!(fault(nobody.apply(&cut)), ReleaseFault::Damaged);
    assert_eq!(before, nobody.files());
}

#[test]
fn a_program_without_a_key_says_so_before_anything_is_chosen() {
    let computer = Computer::new();
    let shown = |trusted: &str| {
        let config = computer.desk_of(version("1.2.0"));
        crate::commands::update::shown(&DeskConfig { trusted: Trusted::listed(trusted), ..config })
    };
    let without = shown("# nobody yet\n");
    assert!(without.no_key && without.not_installable.is_some_and(|why| why.contains("公钥")));
    let with = shown(&signer().public());
    assert!(!with.no_key && with.not_installable.is_none(), "{with:?}");
}

#[test]
fn a_program_that_does_not_run_here_is_not_put_in_place() {
    let computer = Computer::new();
    let file = computer.package("1.2.0", BROKEN);
    assert!(matches!(computer.apply(&file), Err(Trouble::DoesNotRun(_))));
    assert_eq!(computer.starts(), None);
    assert!(!computer.install.versions.join("1.2.0.part").exists());
}

/// Whatever has become of its files: here they are gone already.
#[test]
fn that_a_program_does_not_run_is_told_before_anything_else() {
    let computer = Computer::new();
    let file = computer.package("1.2.0", "#!/bin/sh\nrm -rf \"${0%/*}\"\nexit 1\n");
    assert!(matches!(computer.apply(&file), Err(Trouble::DoesNotRun(_))));
}

#[test]
fn no_program_stays_old_beside_a_new_one() {
    let computer = Computer::new();
    fs::write(computer.folder.path().join("program/tiexin"), "a window").unwrap();
    let alone = computer.package("1.2.0", GOOD);
    assert!(matches!(computer.apply(&alone), Err(Trouble::Lacks(name)) if name == "tiexin"));
    let both = [("tiexin-desk", GOOD.as_bytes()), ("tiexin", GOOD.as_bytes())];
    let both = computer.package_with("1.2.0", &both, Books { oldest: 1, newest: 99 });
    computer.apply(&both).unwrap();
}

#[test]
fn one_goes_back_only_where_the_book_can_follow() {
    let computer = Computer::new();
    let base = built().unwrap();
    assert!(matches!(back(&place(&computer)), Err(Trouble::NoFormer)));
    computer.apply(&computer.package("1.2.0", GOOD)).unwrap();
    computer.opening(version("1.2.0"), Ok(())).unwrap();
    let config = computer.desk_of(version("1.2.0"));
    let running = config.install.clone().unwrap();
    assert_eq!(running.former(Some(&computer.book())), Some(base));
    // As if it had changed the tables.
    let moved = trial::Known { stage: Stage::Opened, book: Some(tiexin_store::book_version() + 1) };
    trial::note(&computer.book(), version("1.2.0"), moved).unwrap();
    assert!(matches!(back(&place(&computer)), Err(Trouble::BookMoved(former)) if former == base));
    assert_eq!((running.former(Some(&computer.book())), computer.starts()), (None, Some(version("1.2.0"))));
    trial::note(&computer.book(), version("1.2.0"), trial::Known { book: None, ..moved }).unwrap();
    assert_eq!(back(&place(&computer)).unwrap(), base);
    assert_eq!((computer.starts(), running.next(Some(&computer.book()))), (None, Some(base)));
    assert!(matches!(back(&place(&computer)), Err(Trouble::NoFormer)));
    // And forward again.
    computer.apply(&computer.package("1.2.0", GOOD)).unwrap();
    assert_eq!(computer.starts(), Some(version("1.2.0")));
}

fn place(computer: &Computer) -> Place<'_> {
    // The folder lives as long as the computer.
    let book: &'static Path = Box::leak(computer.book().into_boxed_path());
    Place { install: &computer.install, trusted: &computer.trusted, book: Some(book) }
}

/// An installer was run since, maybe after a removal that left the versions there.
#[test]
fn an_installed_program_that_is_as_new_runs_itself() {
    for installed in ["1.2.0", "1.2.1"] {
        let computer = Computer::new();
        computer.apply(&computer.package("1.2.0", GOOD)).unwrap();
        let install = Install { running: version(installed), ..computer.install.clone() };
        let book = computer.book();
        assert_eq!(launch::chosen(&install, Some(&book)), None, "{installed}");
        // Nor is anything offered that would have no effect.
        assert_eq!((install.former(Some(&book)), install.next(Some(&book))), (None, None), "{installed}");
        let place = Place { install: &install, trusted: &computer.trusted, book: Some(&book) };
        assert!(matches!(back(&place), Err(Trouble::NoFormer)), "{installed}");
    }
}

#[test]
fn what_is_not_whole_does_not_start() {
    let computer = Computer::new();
    computer.apply(&computer.package("1.2.0", GOOD)).unwrap();
    let folder = computer.install.folder(version("1.2.0"));
    let program = fs::read(folder.join("tiexin-desk")).unwrap();
    fs::remove_file(folder.join("tiexin-desk")).unwrap();
    assert_eq!(computer.starts(), None);
    fs::write(folder.join("tiexin-desk"), program).unwrap();
    fs::remove_file(folder.join("release.json")).unwrap();
    assert_eq!(computer.starts(), None);
    fs::write(computer.install.versions.join("current.json"), "{").unwrap();
    assert_eq!(computer.starts(), None);
}

#[test]
fn a_folder_of_the_system_is_told_with_who_can_do_it() {
    let computer = Computer::new();
    let denied = apply::refused(&place(&computer), io::ErrorKind::PermissionDenied.into());
    let told = denied.told();
    assert_eq!(told.code, ErrorCode::Refused);
    assert!(told.message.contains("请管理员") && told.message.contains("update apply"), "{}", told.message);
    assert!(told.message.contains(computer.book().to_str().unwrap()), "{}", told.message);
}

#[test]
fn programs_of_packages_keep_their_versions_below_lib() {
    let install = Install::of(Path::new("/usr/bin/tiexin-desk")).unwrap();
    assert_eq!(install.versions, Path::new("/usr/lib/tiexin/versions"));
    // As their removal (`packaging/linux`) and the handbook name them.
    let uos = Install::of(Path::new("/opt/apps/cn.tiexin.desk/files/bin/tiexin-desk")).unwrap();
    assert_eq!(uos.versions, Path::new("/opt/apps/cn.tiexin.desk/files/lib/tiexin/versions"));
    let portable = Install::of(Path::new("/media/stick/贴心/tiexin-desk")).unwrap();
    assert_eq!(portable.versions, Path::new("/media/stick/贴心/versions"));
}

#[test]
fn the_words_of_a_command_line_name_the_book() {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>().into_iter();
    assert_eq!(book_in(words("--data /a list household")), Some(PathBuf::from("/a")));
    assert_eq!(book_in(words("list --data=/b household")), Some(PathBuf::from("/b")));
    assert!(is_way_back(words("--data /a update back")) && !is_way_back(words("update apply back.txu")));
}
