//! Panics that are expected: libraries that read or write others' files break at some of them, or at a full disk. The
//! caller turns such a panic into an error; whoever reports crashes asks here, so that it is not told as one. Knows no
//! library and no error.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// How many [`caught`] are running on this thread, one inside the other.
    static RUNNING: Cell<u32> = const { Cell::new(0) };
}

/// What `work` gives; None if it panicked. Panics of threads that it starts are not expected ones.
///
/// What `work` was changing may be half changed after a panic: throw it away.
pub fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    let _running = Running::begin();
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// For a panic hook: a panic on this thread is dealt with by the program.
pub fn expected() -> bool {
    RUNNING.get() > 0
}

/// Counts down also when dropped while a panic unwinds.
struct Running;

impl Running {
    fn begin() -> Running {
        RUNNING.set(RUNNING.get() + 1);
        Running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.set(RUNNING.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_none_and_is_expected_only_inside() {
        assert!(!expected());
        assert_eq!(caught(expected), Some(true));
        assert!(!expected());
        assert_eq!(caught::<u8>(|| panic!("on purpose")), None);
        assert!(!expected());
    }

    #[test]
    fn inside_another_it_stays_expected_until_the_outer_one_ends() {
        let seen = caught(|| {
            let inner = caught::<u8>(|| panic!("on purpose"));
            (inner, expected())
        });
        assert_eq!(seen, Some((None, true)));
        assert!(!expected());
    }

    #[test]
    fn a_panic_that_goes_through_several_ends_all_it_leaves() {
        let left = catch_unwind(|| {
            let _outer = Running::begin();
            let _inner = Running::begin();
            panic!("on purpose")
        });
        assert!(left.is_err());
        assert!(!expected());
    }

    #[test]
    fn another_thread_does_not_expect_it() {
        let elsewhere = caught(|| std::thread::spawn(expected).join().unwrap());
        assert_eq!(elsewhere, Some(false));
    }
}
