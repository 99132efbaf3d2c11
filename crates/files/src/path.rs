//! Paths that are longer than old interfaces of Windows take.

use std::path::{Path, PathBuf};

/// From here on a path, with what is added to it, may not open by its usual name: 260 UTF-16 units with the end, less
/// the longest ending that SQLite adds, and less 12 for a name in a folder.
const LONG: usize = 240;

/// For libraries that hand a path to the system as it is: on Windows a long path as `\\?\C:\…`, which is opened
/// whatever its length and the machine's policy. `None`: it opens as it is. The standard library does this by itself.
pub fn long_path(path: &Path) -> Option<PathBuf> {
    if !cfg!(windows) {
        return None;
    }
    let whole = std::path::absolute(path).ok()?;
    let text = whole.to_str().filter(|text| text.encode_utf16().count() >= LONG)?;
    Some(prefixed(text).into())
}

/// `whole` is absolute, with backslashes.
fn prefixed(whole: &str) -> String {
    if whole.starts_with(r"\\?\") || whole.starts_with(r"\\.\") {
        whole.to_owned()
    } else if let Some(share) = whole.strip_prefix(r"\\") {
        format!(r"\\?\UNC\{share}")
    } else {
        format!(r"\\?\{whole}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_given_as_windows_wants_long_ones() {
        for (path, as_is) in [
            (r"D:\台账\book.db", r"\\?\D:\台账\book.db"),
            (r"\\server\share\book.db", r"\\?\UNC\server\share\book.db"),
            (r"\\?\D:\book.db", r"\\?\D:\book.db"),
            (r"\\?\UNC\server\share", r"\\?\UNC\server\share"),
        ] {
            assert_eq!(prefixed(path), as_is);
        }
    }

    #[test]
    fn short_paths_stay_as_they_are() {
        assert_eq!(long_path(Path::new("台账/book.db")), None);
    }

    #[cfg(windows)]
    #[test]
    fn a_long_path_opens_by_its_verbatim_form() {
        let folder = tempfile::tempdir().unwrap();
        let deep =
            (0..12).fold(folder.path().to_owned(), |path, n| path.join(format!("{n}-{}", "长".repeat(30))));
        std::fs::create_dir_all(&deep).unwrap();
        let file = deep.join("book.db");
        std::fs::write(long_path(&file).unwrap(), "x").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"x");
    }
}
