//! The installed program starts the version that is in use: the first thing that every program does.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use tiexin_protocol::release::Version;
use tiexin_terminal::say;

use super::install::Install;
use super::trial::{Stage, Trials, give_up, give_up_untouched, is_dead, note_started};

/// Runs the version in use in the place of this program, if that is another one, and gives how it ended. `book`: the
/// folder of the book that will be opened, where that is known.
///
/// None: this program is the one to run.
pub fn launch(book: Option<&Path>) -> Option<ExitCode> {
    let book = book.filter(|book| book.is_dir());
    let install = Install::of_this_program().filter(|install| !install.updated)?;
    let mut given_up = None;
    while let Some((version, program)) =
        chosen(&install, book).filter(|(version, _)| given_up != Some(*version))
    {
        match run(&program, book.map(|book| (book, version))) {
            Ok(code) => return Some(code),
            // It cannot even be started.
            Err(error) => {
                tracing::error!(%error, "a version does not start");
                given_up = Some(version);
                if book.is_some_and(|book| has_fallen(book, version)) {
                    say!("新版本 {version} 在这台电脑上启动不了，继续用原来的版本。请告诉管理员。");
                } else {
                    say!(
                        "版本 {version} 这次没有启动起来，先用原来的版本。请关闭贴心再打开一次；还不行请告诉管理员。"
                    );
                }
            }
        }
    }
    None
}

/// The folder that the words of a command line name.
pub(crate) fn book_in(words: impl Iterator<Item = String>) -> Option<PathBuf> {
    let mut words = words.take_while(|word| word != "--");
    let mut named = None;
    while let Some(word) = words.next() {
        if word == "--data" {
            named = words.next();
        } else if let Some(folder) = word.strip_prefix("--data=") {
            named = Some(folder.to_owned());
        }
    }
    named.map(PathBuf::from).or_else(|| std::env::var_os("TIEXIN_DATA").map(PathBuf::from))
}

/// Whether the words ask for the former version: the one that is in use may not even run.
pub(crate) fn is_way_back(words: impl Iterator<Item = String>) -> bool {
    let words: Vec<String> = words.collect();
    words.windows(2).any(|pair| pair == ["update", "back"])
}

/// The newest version that may open this book, and its program; none: what was installed.
pub(super) fn chosen(install: &Install, book: Option<&Path>) -> Option<(Version, PathBuf)> {
    let current = install.current()?;
    [current.version, current.former].into_iter().find_map(|version| {
        let program = install.program(version).filter(|_| version > install.running)?;
        let refused = book.is_some_and(|book| has_failed(book, version));
        Some((version, program)).filter(|_| !refused)
    })
}

/// Whether a version could not open the book. One that died over it is given up here.
fn has_failed(book: &Path, version: Version) -> bool {
    match Trials::of(book).stage(version) {
        Some(Stage::Refused) => true,
        Some(Stage::Opening) if is_dead(book) => {
            if let Err(error) = give_up(book, version) {
                tracing::error!(%error, "a version that failed could not be given up");
                return false;
            }
            say!("新版本 {version} 上次没能打开台账，已回到原来的版本，内容都在。请告诉管理员。");
            true
        }
        _ => false,
    }
}

/// Gives up a version that fell before it touched the book.
fn has_fallen(book: &Path, version: Version) -> bool {
    give_up_untouched(book, version).unwrap_or_else(|error| {
        tracing::error!(%error, "a version that fell could not be given up");
        false
    })
}

fn run(program: &Path, first: Option<(&Path, Version)>) -> std::io::Result<ExitCode> {
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1));
    let first = first.filter(|(book, version)| Trials::of(book).stage(*version) != Some(Stage::Opened));
    let Some((book, version)) = first else { return instead(command) };
    if let Err(error) = note_started(book, version) {
        // Says nothing of the version. It writes down itself when it opens the book.
        tracing::error!(%error, "the start of a version could not be noted");
    }
    let ended = command.status()?;
    // One that fell without having touched the book has not opened it either.
    if broke(ended) && has_fallen(book, version) {
        say!("新版本 {version} 没有运行起来，已回到原来的版本，请再打开一次。内容都在；请告诉管理员。");
    } else {
        has_failed(book, version);
    }
    Ok(code(ended))
}

/// Takes the place of this program where the system can do that.
#[cfg(unix)]
fn instead(mut command: Command) -> std::io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(&mut command))
}

#[cfg(not(unix))]
fn instead(mut command: Command) -> std::io::Result<ExitCode> {
    command.status().map(code)
}

/// It did not end by itself: a signal, an exception of Windows, a library that is missing.
pub(super) fn broke(ended: ExitStatus) -> bool {
    match ended.code() {
        None => !was_asked(ended),
        // 101: a panic. 126 and 127: the loader. Those of Windows begin with 0xC.
        Some(code) => matches!(code, 101 | 126 | 127) || (cfg!(windows) && code < 0),
    }
}

/// A person or the system wanted it to end: `SIGHUP`, `SIGINT`, `SIGTERM`.
#[cfg(unix)]
fn was_asked(ended: ExitStatus) -> bool {
    matches!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(1 | 2 | 15))
}

#[cfg(not(unix))]
fn was_asked(_: ExitStatus) -> bool {
    false
}

fn code(ended: ExitStatus) -> ExitCode {
    let code = ended.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}
