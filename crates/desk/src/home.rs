//! Where the book of this user lies: one rule for the window and for the host in the browser.

use std::path::{Path, PathBuf};

use crate::update::Install;

/// As in `tauri.conf.json`: the window has always kept its book in the folder of this name.
pub(crate) const IDENTIFIER: &str = "cn.tiexin.desk";
/// A folder of this name beside the program holds the book: a program and its book that are carried together.
const CARRIED: &str = "tiexin-book";

/// The folder of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    pub folder: PathBuf,
    /// Named on purpose (a demo, a test), or carried along: nothing else of this user's settings is touched.
    pub named: bool,
}

/// `TIEXIN_DATA`; else [`CARRIED`] beside the program; else the system's folder for data of programs. `None`: this
/// user has no such folder.
pub fn home() -> Option<Home> {
    let named = std::env::var_os("TIEXIN_DATA").filter(|name| !name.is_empty()).map(PathBuf::from);
    let program = std::env::current_exe().ok();
    let named = named.or_else(|| carried(program.as_deref()?));
    match named {
        Some(folder) => Some(Home { folder, named: true }),
        None => dirs::data_local_dir().map(|data| Home { folder: data.join(IDENTIFIER), named: false }),
    }
}

/// Whether a book is carried from machine to machine, together with its program.
pub(crate) fn is_carried(book: &Path) -> bool {
    book.ends_with(CARRIED)
}

/// A version that came by a package lies deeper; what is carried lies beside what was installed.
fn carried(program: &Path) -> Option<PathBuf> {
    let update = Install::of(program).and_then(|install| install.home());
    let beside = update.or_else(|| Some(program.parent()?.to_owned()))?;
    let folder = beside.join(CARRIED);
    folder.is_dir().then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_beside_the_program_is_the_book_that_is_carried() {
        let stick = tempfile::tempdir().unwrap();
        let program = stick.path().join("tiexin-desk");
        assert_eq!(carried(&program), None);
        std::fs::create_dir(stick.path().join(CARRIED)).unwrap();
        assert_eq!(carried(&program), Some(stick.path().join(CARRIED)));

        let version = stick.path().join("versions").join("9.0.0");
        std::fs::create_dir_all(version.join("bin")).unwrap();
        std::fs::write(version.join("release.json"), "").unwrap();
        assert_eq!(carried(&version.join("bin").join("tiexin-desk")), Some(stick.path().join(CARRIED)));
    }

    /// Their versions lie elsewhere.
    #[test]
    fn programs_in_a_bin_and_their_versions_mean_the_same_book() {
        let stick = tempfile::tempdir().unwrap();
        let book = stick.path().join("bin").join(CARRIED);
        let version = stick.path().join("lib/tiexin/versions/9.0.0");
        for folder in [&book, &version] {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::fs::write(version.join("release.json"), "").unwrap();
        assert_eq!(carried(&stick.path().join("bin/tiexin-desk")), Some(book.clone()));
        assert_eq!(carried(&version.join("tiexin-desk")), Some(book));
    }

    #[test]
    fn the_window_and_the_host_mean_the_same_folder() {
        let set =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tauri.conf.json")).unwrap();
        let set: serde_json::Value = serde_json::from_str(&set).unwrap();
        assert_eq!(set["identifier"], IDENTIFIER);
    }
}
