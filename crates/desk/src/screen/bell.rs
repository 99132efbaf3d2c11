//! The bell of a book's screens: a port on 127.0.0.1 and a word, which stand in `screen.json`. Nobody is answered who
//! cannot read that file, and that is this user alone.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::home::IDENTIFIER;
use crate::host::same;

const FILE: &str = "screen.json";
/// For each side of the line to say its word, from its first letter to its last.
const WAIT: Duration = Duration::from_secs(2);
/// Longer than any word.
const LONGEST: usize = 256;

/// Where the file lies: in the book's folder, where its own rights keep others from reading it. On Windows it would have
/// those of the folder, which may be open to everybody; there it lies with what belongs to this user.
pub(super) fn place(folder: &Path) -> io::Result<PathBuf> {
    place_of(folder, if cfg!(windows) { dirs::data_local_dir() } else { None })
}

fn place_of(folder: &Path, own: Option<PathBuf>) -> io::Result<PathBuf> {
    let Some(own) = own else { return Ok(folder.join(FILE)) };
    let own = own.join(IDENTIFIER).join("screens");
    fs::create_dir_all(&own)?;
    // One book, however its folder is spelled. Drivers of virtual disks may not tell: then as it is spelled.
    let book = folder.canonicalize().or_else(|_| std::path::absolute(folder))?;
    let book = book.to_string_lossy().to_lowercase();
    Ok(own.join(blake3::hash(book.as_bytes()).to_hex().as_str()).with_extension("json"))
}

#[derive(Serialize, Deserialize)]
struct Door {
    port: u16,
    word: String,
}

/// Answers until it is dropped.
#[derive(Debug)]
pub(super) struct Bell {
    port: u16,
    gone: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Bell {
    pub(super) fn hang(folder: &Path, answer: impl Fn() -> Answer + Send + 'static) -> io::Result<Bell> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let mut word = [0u8; 32];
        getrandom::fill(&mut word).map_err(|e| io::Error::other(e.to_string()))?;
        let word = hex::encode(word);
        keep(folder, &Door { port, word: word.clone() })?;
        let gone = Arc::new(AtomicBool::new(false));
        let ended = gone.clone();
        let thread = std::thread::Builder::new().name("bell".into()).spawn(move || {
            for line in listener.incoming() {
                if ended.load(Ordering::Acquire) {
                    return;
                }
                // Whoever hangs up before the answer rings again.
                let _ = line.and_then(|line| hear(&line, &word, &answer));
            }
        })?;
        Ok(Bell { port, gone, thread: Some(thread) })
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Release);
        // The thread waits for a ring; this is the last one.
        let rung = TcpStream::connect_timeout(&at(self.port), WAIT);
        if let (Ok(_), Some(thread)) = (rung, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

/// Asks whoever shows the book. `None`: no bell hangs there yet, or nobody answers any more.
pub(super) fn ring(folder: &Path) -> Option<Answer> {
    let door: Door = serde_json::from_slice(&fs::read(place(folder).ok()?).ok()?).ok()?;
    let line = TcpStream::connect_timeout(&at(door.port), WAIT).ok()?;
    may_come_forward();
    say(&line, &door.word).ok()?;
    let told = heard(&line).ok()?;
    serde_json::from_str(&told).ok().filter(is_followed)
}

/// Takes the door's file away; there may be none.
pub(super) fn remove(folder: &Path) {
    let _ = place(folder).and_then(tiexin_files::remove);
}

fn at(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn hear(line: &TcpStream, word: &str, answer: &impl Fn() -> Answer) -> io::Result<()> {
    if !same(heard(line)?.as_bytes(), word.as_bytes()) {
        return Ok(());
    }
    say(line, &serde_json::to_string(&answer())?)
}

fn say(mut line: &TcpStream, words: &str) -> io::Result<()> {
    line.set_write_timeout(Some(WAIT))?;
    line.write_all(format!("{words}\n").as_bytes())
}

/// One line without its end, whole within [`WAIT`]: a stranger who sends it letter by letter does not keep the others
/// from ringing.
fn heard(mut line: &TcpStream) -> io::Result<String> {
    let begun = Instant::now();
    let (mut words, mut piece) = (Vec::<u8>::new(), [0u8; LONGEST]);
    while words.len() < LONGEST && words.last() != Some(&b'\n') {
        let left = WAIT.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        line.set_read_timeout(Some(left))?;
        match line.read(&mut piece)? {
            0 => break,
            came => words.extend_from_slice(&piece[..came]),
        }
    }
    let words = String::from_utf8(words).map_err(io::Error::other)?;
    Ok(words.trim_end().to_owned())
}

/// Only this machine's own pages are opened, whatever the line says: what follows a port without `/` could name another
/// machine.
fn is_followed(answer: &Answer) -> bool {
    let Answer::Page(page) = answer else { return true };
    let rest = page.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.split_once('/'));
    rest.is_some_and(|(port, _)| port.parse::<u16>().is_ok())
}

/// Readable for this user only, and never half there.
fn keep(folder: &Path, door: &Door) -> io::Result<()> {
    let place = place(folder)?;
    let fresh = place.with_added_extension("new");
    let _ = tiexin_files::remove(&fresh);
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&fresh)?.write_all(&serde_json::to_vec(door)?)?;
    tiexin_files::rename(&fresh, place)
}

/// Windows lets a window come forward only if the program that the user has just started allows it.
#[cfg(windows)]
#[allow(unsafe_code)]
fn may_come_forward() {
    use windows_sys::Win32::UI::WindowsAndMessaging::{ASFW_ANY, AllowSetForegroundWindow};
    // SAFETY: takes a number and touches no memory of ours.
    unsafe { AllowSetForegroundWindow(ASFW_ANY) };
}

#[cfg(not(windows))]
fn may_come_forward() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_another_machine_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        for (page, ours) in [
            ("http://127.0.0.1:8123/#ticket=ab", true),
            ("http://127.0.0.1:8123@elsewhere.example/", false),
            ("http://127.0.0.1:/elsewhere", false),
            ("https://elsewhere.example/", false),
        ] {
            let bell = Bell::hang(folder.path(), move || Answer::Page(page.into())).unwrap();
            let wanted = ours.then(|| Answer::Page(page.into()));
            assert_eq!(ring(folder.path()), wanted);
            drop(bell);
        }
    }

    #[test]
    fn of_a_folder_that_is_open_to_others_the_word_lies_elsewhere() {
        let (folder, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (one, other) = (folder.path().join("甲"), folder.path().join("乙"));
        for book in [&one, &other] {
            fs::create_dir(book).unwrap();
        }
        let place = |book: &Path| place_of(book, Some(own.path().to_owned())).unwrap();
        assert!(place(&one).starts_with(own.path()));
        assert_eq!(place(&one), place(&one.join("..").join("甲")));
        assert_ne!(place(&one), place(&other));
        // As on a disk that does not tell the whole path.
        assert_ne!(place(&folder.path().join("丙")), place(&other));
    }

    #[test]
    fn a_stranger_who_speaks_letter_by_letter_does_not_hold_the_bell() {
        let folder = tempfile::tempdir().unwrap();
        let bell = Bell::hang(folder.path(), || Answer::Shown).unwrap();
        let mut stranger = TcpStream::connect(at(bell.port)).unwrap();
        let speaking = std::thread::spawn(move || {
            // The time between two letters is the thing itself.
            while stranger.write_all(b"x").is_ok() {
                std::thread::sleep(WAIT / 10);
            }
        });
        let begun = Instant::now();
        while ring(folder.path()).is_none() {
            assert!(begun.elapsed() < 5 * WAIT, "nobody else is heard");
        }
        speaking.join().unwrap();
    }
}
