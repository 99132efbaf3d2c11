//! What a program leaves behind when it breaks, for those who mend it: where, in which version, on which system. Never a
//! word of what it held.

use std::any::Any;
use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::fs;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Older ones go: a program that breaks again and again fills no disk.
const KEPT: usize = 5;
const BEGIN: &str = "crash-";
const END: &str = ".txt";

/// A file that a crash has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    pub path: PathBuf,
    pub at: SystemTime,
}

/// From now on a panic outside [`tiexin_caught::caught`] leaves `crash-<milliseconds>.txt` in `folder`, in place of the
/// default report on stderr, which tells the message. `tell` hears the place in the source, and where the file is if it could be written.
pub fn keep(
    folder: &Path,
    program: &'static str,
    version: &'static str,
    tell: fn(place: &str, file: Option<&Path>),
) {
    let folder = folder.to_owned();
    // Asked now: a program that breaks asks nobody.
    let system = os_info::get().to_string();
    std::panic::set_hook(Box::new(move |panic| {
        // The program deals with this one, as with a full disk below a writer that knows no errors.
        if tiexin_caught::expected() {
            return;
        }
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        let text = report(panic, &place, program, version, &system);
        // Nothing more can be done here when the disk refuses too.
        tell(&place, write(&folder, &text).ok().as_deref());
    }));
}

/// Tells it on stderr, for people.
pub fn say(place: &str, file: Option<&Path>) {
    let written =
        file.map(|file| format!("经过写在 {}，可以交给维护人员，里面没有个人信息。", file.display()));
    crate::said(format_args!("程序出错（{place}），已保存的数据不受影响。{}", written.unwrap_or_default()));
}

/// The newest one in the folder.
pub fn newest(folder: &Path) -> Option<Crash> {
    all(folder).pop().map(|(ms, path)| Crash { path, at: UNIX_EPOCH + Duration::from_millis(ms) })
}

fn report(panic: &PanicHookInfo<'_>, place: &str, program: &str, version: &str, system: &str) -> String {
    let thread = std::thread::current();
    let mut text = format!(
        "{program} {version}\nsystem {system}, {} {}\nat {place}\nthread {}\n",
        std::env::consts::OS,
        std::env::consts::ARCH,
        thread.name().unwrap_or("-"),
    );
    if let Some(words) = own_words(panic.payload()) {
        // Writing into a text does not fail.
        let _ = writeln!(text, "says {words}");
    }
    // Programs that ship hold no names: by this address those of the frames are found again.
    let _ = writeln!(text, "keep {:#x}", keep as *const () as usize);
    let _ = writeln!(text, "{:#}", Backtrace::force_capture());
    text
}

/// The message where it stands so in the source: one that was put together could hold a person's data.
fn own_words(payload: &dyn Any) -> Option<&'static str> {
    payload.downcast_ref::<&'static str>().copied()
}

fn write(folder: &Path, text: &str) -> std::io::Result<PathBuf> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let path = folder.join(format!("{BEGIN}{}{END}", now.as_millis()));
    fs::write(&path, text)?;
    let mut kept = all(folder);
    kept.truncate(kept.len().saturating_sub(KEPT));
    for (_, old) in kept {
        // One that cannot be removed stays.
        let _ = fs::remove_file(old);
    }
    Ok(path)
}

/// The oldest first.
fn all(folder: &Path) -> Vec<(u64, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(u64, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let ms = name.strip_prefix(BEGIN)?.strip_suffix(END)?.parse().ok()?;
            Some((ms, entry.path()))
        })
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// The next test runs this one as a process of its own: a hook is the whole process's.
    #[test]
    fn breaks_if_told_to() {
        let Some(folder) = std::env::var_os("TIEXIN_TEST_CRASHES") else { return };
        keep(Path::new(&folder), "tiexin-test", "1.2.3", say);
        let person = std::env::var("TIEXIN_TEST_PERSON").unwrap_or_default();
        for n in 0..=KEPT {
            // Reports are called by the millisecond.
            std::thread::sleep(Duration::from_millis(3));
            let broke = std::panic::catch_unwind(|| {
                assert!(n % 2 == 0, "the record of {person} cannot be read");
                panic!("the list is empty")
            });
            assert!(broke.is_err());
        }
    }

    /// Run by the next test, as above: only the last of these panics is one that nobody expected.
    #[test]
    fn breaks_as_expected_if_told_to() {
        let Some(folder) = std::env::var_os("TIEXIN_TEST_EXPECTED") else { return };
        keep(Path::new(&folder), "tiexin-test", "1.2.3", say);
        let outer = tiexin_caught::caught::<u8>(|| {
            let inner = tiexin_caught::caught::<u8>(|| panic!("inside two"));
            assert!(inner.is_none());
            panic!("inside one")
        });
        assert!(outer.is_none());
        assert!(newest(Path::new(&folder)).is_none());
        assert!(std::panic::catch_unwind(|| panic!("outside")).is_err());
    }

    #[test]
    fn a_panic_that_the_program_deals_with_is_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let crashed = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::tests::breaks_as_expected_if_told_to", "--nocapture"])
            .env("TIEXIN_TEST_EXPECTED", folder.path())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&crashed.stderr).into_owned();
        assert!(crashed.status.success(), "{told}");
        assert_eq!(told.matches("程序出错").count(), 1, "{told}");
        let files = all(folder.path());
        assert_eq!(files.len(), 1, "{told}");
        let text = fs::read_to_string(&files[0].1).unwrap();
        assert!(text.contains("says outside"), "{text}");
    }

    #[test]
    fn a_crash_leaves_where_and_when_and_no_word_of_what_was_held() {
        let folder = tempfile::tempdir().unwrap();
        let crashed = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::tests::breaks_if_told_to", "--nocapture"])
            .env("TIEXIN_TEST_CRASHES", folder.path())
            .env("TIEXIN_TEST_PERSON", "欧阳贞观")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&crashed.stderr).into_owned();
        let files = all(folder.path());
        assert_eq!(files.len(), KEPT, "{told}");
        let newest = newest(folder.path()).unwrap();
        assert_eq!(newest.path, files[KEPT - 1].1);
        assert!(newest.at.elapsed().unwrap() < Duration::from_secs(600));
        assert!(told.contains("没有个人信息") && told.contains(&newest.path.display().to_string()), "{told}");
        let texts: Vec<String> = files.iter().map(|(_, path)| fs::read_to_string(path).unwrap()).collect();
        for text in texts.iter().chain([&told]) {
            assert!(!text.contains("欧阳贞观") && !text.contains("the record of"), "{text}");
        }
        for text in &texts {
            assert!(text.starts_with("tiexin-test 1.2.3\nsystem "), "{text}");
            assert!(text.contains("src/crash.rs:") && text.contains("thread "), "{text}");
            assert!(text.lines().any(|line| line.starts_with("keep 0x")), "{text}");
            assert!(text.contains("breaks_if_told_to"), "frames of the backtrace: {text}");
        }
        let literal = texts.iter().filter(|text| text.contains("says the list is empty")).count();
        assert!((2..=3).contains(&literal), "{literal}");
    }
}
