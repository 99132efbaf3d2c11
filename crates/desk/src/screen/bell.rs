//! The bell of a book's screens: a port on 127.0.0.1 and a word, which stand in `screen.json` in the book's folder. Who
//! can read that file can open the book's folder anyway; nobody else is answered.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::host::same;

const FILE: &str = "screen.json";
/// For each side of the line to say its word.
const WAIT: Duration = Duration::from_secs(2);
/// Longer than any word.
const LONGEST: u64 = 256;

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
                let _ = line.and_then(|line| hear(line, &word, &answer));
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
    let door: Door = serde_json::from_slice(&fs::read(folder.join(FILE)).ok()?).ok()?;
    let mut line = TcpStream::connect_timeout(&at(door.port), WAIT).ok()?;
    line.set_read_timeout(Some(WAIT)).ok()?;
    line.set_write_timeout(Some(WAIT)).ok()?;
    may_come_forward();
    line.write_all(format!("{}\n", door.word).as_bytes()).ok()?;
    let mut told = String::new();
    BufReader::new(line.take(LONGEST)).read_line(&mut told).ok()?;
    read(told.trim_end())
}

/// Takes the door's file away; there may be none.
pub(super) fn remove(folder: &Path) {
    let _ = tiexin_files::remove(folder.join(FILE));
}

fn at(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn hear(line: TcpStream, word: &str, answer: &impl Fn() -> Answer) -> io::Result<()> {
    line.set_read_timeout(Some(WAIT))?;
    line.set_write_timeout(Some(WAIT))?;
    let mut given = String::new();
    BufReader::new(Read::take(&line, LONGEST)).read_line(&mut given)?;
    if !same(given.trim_end().as_bytes(), word.as_bytes()) {
        return Ok(());
    }
    let told = match answer() {
        Answer::Shown => "shown\n".to_owned(),
        Answer::Ending => "ending\n".to_owned(),
        Answer::Page(page) => format!("page {page}\n"),
    };
    (&line).write_all(told.as_bytes())
}

fn read(told: &str) -> Option<Answer> {
    match told.split_once(' ') {
        // Only this machine's own pages are opened, whatever the line says.
        Some(("page", page)) if page.starts_with("http://127.0.0.1:") => Some(Answer::Page(page.to_owned())),
        None if told == "shown" => Some(Answer::Shown),
        None if told == "ending" => Some(Answer::Ending),
        _ => None,
    }
}

/// Readable for this user only, and never half there.
fn keep(folder: &Path, door: &Door) -> io::Result<()> {
    let fresh: PathBuf = folder.join(format!("{FILE}.new"));
    let _ = tiexin_files::remove(&fresh);
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&fresh)?.write_all(&serde_json::to_vec(door)?)?;
    tiexin_files::rename(&fresh, folder.join(FILE))
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
