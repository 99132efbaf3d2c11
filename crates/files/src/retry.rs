//! Virus scanners, indexers and sync programs open a new file for a moment. On Windows it can then neither be renamed
//! nor removed; a moment later it can.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use backon::{BlockingRetryable, ExponentialBuilder};

/// 20, 40, 80, 160, then 320 ms: 1.9 seconds in all.
fn waits() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(20))
        .with_max_delay(Duration::from_millis(320))
        .with_max_times(9)
}

/// Does it again, for two seconds at most, while another program is in the way.
///
/// # Errors
/// The last refusal; at once what waiting does not help.
pub fn insist<T>(work: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    insist_while(may_pass, std::thread::sleep, work)
}

fn insist_while<T>(
    may_pass: impl Fn(&io::Error) -> bool,
    sleep: impl Fn(Duration) + 'static,
    work: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    work.retry(waits()).sleep(sleep).when(|error| may_pass(error)).call()
}

fn may_pass(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error().is_some_and(passing_on_windows)
}

/// `ERROR_ACCESS_DENIED`, `_SHARING_VIOLATION`, `_LOCK_VIOLATION`, `_DELETE_PENDING`, `_USER_MAPPED_FILE`.
pub(crate) fn passing_on_windows(code: i32) -> bool {
    matches!(code, 5 | 32 | 33 | 303 | 1224)
}

/// Renames, in place of what is there.
///
/// # Errors
/// As [`fs::rename`], after [`insist`].
pub fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    insist(|| fs::rename(from.as_ref(), to.as_ref()))
}

/// # Errors
/// As [`fs::remove_file`], after [`insist`].
pub fn remove(path: impl AsRef<Path>) -> io::Result<()> {
    insist(|| fs::remove_file(path.as_ref()))
}

/// With all that is in it.
///
/// # Errors
/// As [`fs::remove_dir_all`], after [`insist`].
pub fn remove_folder(path: impl AsRef<Path>) -> io::Result<()> {
    insist(|| fs::remove_dir_all(path.as_ref()))
}

/// What is not there is gone already.
///
/// # Errors
/// Any other reason why it was not removed.
pub fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    /// Refuses `times` times with this code of Windows. How it ended, tries made, time waited.
    fn run(times: u32, code: i32) -> (io::Result<u32>, u32, Duration) {
        let (tries, waited) = (Cell::new(0), Rc::new(Cell::new(Duration::ZERO)));
        let clock = waited.clone();
        let passing = |error: &io::Error| error.raw_os_error().is_some_and(passing_on_windows);
        let done = insist_while(
            passing,
            move |time| clock.set(clock.get() + time),
            || {
                tries.set(tries.get() + 1);
                if tries.get() <= times { Err(io::Error::from_raw_os_error(code)) } else { Ok(7) }
            },
        );
        (done, tries.get(), waited.get())
    }

    #[test]
    fn a_refusal_that_passes_is_waited_out() {
        for code in [5, 32, 33] {
            let (done, tries, waited) = run(3, code);
            assert_eq!((done.unwrap(), tries), (7, 4));
            assert!(waited < Duration::from_millis(200), "{waited:?}");
        }
    }

    #[test]
    fn waiting_ends_after_two_seconds() {
        let (done, tries, waited) = run(u32::MAX, 32);
        assert_eq!((done.unwrap_err().raw_os_error(), tries), (Some(32), 10));
        assert!((1_500..=2_000).contains(&waited.as_millis()), "{waited:?}");
    }

    #[test]
    fn what_does_not_pass_is_told_at_once() {
        let (done, tries, waited) = run(u32::MAX, 112);
        assert_eq!((done.unwrap_err().raw_os_error(), tries, waited), (Some(112), 1, Duration::ZERO));
    }

    #[test]
    fn files_are_renamed_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&a, "new").unwrap();
        fs::write(&b, "old").unwrap();
        rename(&a, &b).unwrap();
        assert_eq!(fs::read_to_string(&b).unwrap(), "new");
        remove(&b).unwrap();
        assert_eq!(remove(&b).unwrap_err().kind(), io::ErrorKind::NotFound);
        gone(remove(&b)).unwrap();
        fs::create_dir(&b).unwrap();
        gone(remove(&b)).unwrap_err();
    }

    /// As a scanner does: open without sharing, and gone half a second later.
    #[cfg(windows)]
    #[test]
    fn a_file_that_is_open_elsewhere_for_a_moment_is_replaced() {
        use std::os::windows::fs::OpenOptionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("新的.xlsx"), folder.path().join("旧的.xlsx"));
        fs::write(&a, "new").unwrap();
        fs::write(&b, "old").unwrap();
        let held = fs::OpenOptions::new().read(true).share_mode(1).open(&b).unwrap();
        let scanner = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(500));
            drop(held);
        });
        rename(&a, &b).unwrap();
        scanner.join().unwrap();
        assert_eq!(fs::read_to_string(&b).unwrap(), "new");
    }
}
