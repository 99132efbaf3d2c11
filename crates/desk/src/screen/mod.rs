//! Who shows the screens of a book: one window, or one host for the browser, at a time.
//!
//! Whoever comes first holds the lock of `screen.lock` in the book's folder and answers a bell (`bell`). Whoever comes
//! later rings: the window comes forward, the host gives the address of a new page. The lock ends with its process,
//! however that ends. Terminal commands need none of this: they work beside the screens.

mod bell;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_files::Trouble;

use crate::errors;
use bell::Bell;

/// Its lock is what counts; the file is empty and stays.
const LOCK_FILE: &str = "screen.lock";
/// Between two tries while the other one starts or ends.
const LOOK: Duration = Duration::from_millis(50);
/// How long the other one may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the one that has the screens answers: a line of JSON, from one program of this machine to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The window has come forward.
    Shown,
    /// The address of a new page, good once and for a short time.
    Page(String),
    /// It is about to end: ring again, or take its place.
    Ending,
}

/// What came of [`enter`].
#[derive(Debug)]
pub enum Entered {
    /// Nobody else shows this book: it is for the caller to do so.
    First(Place),
    /// Somebody does, and has been told.
    Other(Answer),
}

/// The right to show the screens of a book. Ends when it is dropped, and with the process.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    bell: Option<Bell>,
    /// The last to go: by then nobody is told of the bell any more.
    _lock: File,
}

/// Takes the place of whoever shows the book of a folder, or rings there. Makes the folder. Blocks.
///
/// # Errors
/// The folder cannot be written; the other one neither answers nor ends.
pub fn enter(folder: &Path) -> Result<Entered, ErrorReply> {
    within(folder, PATIENCE)
}

fn within(folder: &Path, patience: Duration) -> Result<Entered, ErrorReply> {
    fs::create_dir_all(folder).map_err(|error| errors::disk(&Trouble::of(&error)))?;
    let begun = Instant::now();
    loop {
        if let Some(place) = Place::take(folder).map_err(|error| errors::disk(&Trouble::of(&error)))? {
            return Ok(Entered::First(place));
        }
        match bell::ring(folder) {
            Some(Answer::Ending) | None => {}
            Some(answer) => return Ok(Entered::Other(answer)),
        }
        if begun.elapsed() >= patience {
            return Err(ErrorReply::new(
                ErrorCode::Internal,
                "贴心正在启动或正在退出，或在这台电脑的另一个系统用户那里开着，还没有回应。数据没有改动；请过一会儿再打开，仍不行请重新启动电脑。",
            ));
        }
        std::thread::sleep(LOOK);
    }
}

impl Place {
    /// `None`: somebody has it.
    fn take(folder: &Path) -> std::io::Result<Option<Place>> {
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK_FILE))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            // A file system without locks: everybody is the first.
            Err(TryLockError::Error(e)) if e.kind() == std::io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(e)) => return Err(e),
        }
        // That of a process which was killed.
        bell::remove(folder);
        Ok(Some(Place { folder: folder.to_owned(), bell: None, _lock: lock }))
    }

    /// From now on whoever rings is answered so, on a thread of the bell's own.
    ///
    /// # Errors
    /// No port, or the folder cannot be written.
    pub fn answer(&mut self, answer: impl Fn() -> Answer + Send + 'static) -> std::io::Result<()> {
        self.bell = Some(Bell::hang(&self.folder, answer)?);
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.bell.take();
        bell::remove(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(folder: &Path) -> Place {
        match within(folder, Duration::ZERO) {
            Ok(Entered::First(place)) => place,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_second_is_answered_by_the_first_and_takes_its_place_when_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let book = folder.path().join("书");
        let mut place = first(&book);
        place.answer(|| Answer::Page("http://127.0.0.1:1/#ticket=ab".into())).unwrap();
        for _ in 0..3 {
            match within(&book, PATIENCE) {
                Ok(Entered::Other(Answer::Page(page))) => assert_eq!(page, "http://127.0.0.1:1/#ticket=ab"),
                other => panic!("{other:?}"),
            }
        }
        // Another book has nothing to do with it.
        drop(first(folder.path()));
        drop(place);
        let mut place = first(&book);
        place.answer(|| Answer::Shown).unwrap();
        assert!(matches!(within(&book, PATIENCE), Ok(Entered::Other(Answer::Shown))));
    }

    #[test]
    fn one_that_is_ending_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut place = first(folder.path());
        let (tell, told) = std::sync::mpsc::channel();
        place
            .answer(move || {
                tell.send(()).unwrap();
                Answer::Ending
            })
            .unwrap();
        let book = folder.path().to_owned();
        let second = std::thread::spawn(move || within(&book, PATIENCE));
        told.recv().unwrap();
        drop(place);
        assert!(matches!(second.join().unwrap(), Ok(Entered::First(_))));
    }

    #[test]
    fn one_that_never_answers_is_told_of_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let _place = first(folder.path());
        let error = within(folder.path(), Duration::from_millis(120)).unwrap_err();
        assert!(error.message.contains("还没有回应"), "{error:?}");
    }

    /// Others on this machine can reach the port, but do not know the word.
    #[test]
    fn a_stranger_at_the_bell_gets_no_page() {
        use std::io::{Read, Write};
        let folder = tempfile::tempdir().unwrap();
        let mut place = first(folder.path());
        place.answer(|| panic!("a stranger is answered")).unwrap();
        let door = bell::place(folder.path()).unwrap();
        let told = std::fs::read_to_string(&door).unwrap();
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let port = u16::try_from(told["port"].as_u64().unwrap()).unwrap();
        for words in ["\n".to_owned(), format!("{}\n", "0".repeat(64)), "x".repeat(4096)] {
            let mut line = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
            let _ = line.write_all(words.as_bytes());
            let mut heard = String::new();
            let _ = line.read_to_string(&mut heard);
            assert_eq!(heard, "");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&door).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0);
        }
    }
}
