//! Files that come into their place whole, or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::name::at_most;
use crate::retry::{gone, insist, remove, rename};

/// Writes beside the file, makes sure of it, and puts it in its place: never half a file, and what was there before
/// stays until the new one is whole. On return it may be unplugged.
///
/// # Errors
/// What went wrong; nothing is left behind as far as the disk is still there.
pub fn write_whole(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let begun = begun(path);
    let done = begin(&begun, write).and_then(|()| rename(&begun, path));
    if done.is_err() {
        // The first failure is what is told. It is not insisted on: the disk may be gone.
        let _ = fs::remove_file(&begun);
    }
    done?;
    sync_folder(path)
}

/// Puts these bytes in the place of a file.
///
/// # Errors
/// As [`write_whole`].
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole(path, |file| file.write_all(bytes))
}

/// Writes files that belong together into a folder: all of them or none.
///
/// # Errors
/// As [`write_whole`].
pub fn write_all(folder: &Path, files: &[(String, &[u8])]) -> io::Result<Vec<PathBuf>> {
    let mut placed = Vec::new();
    let Err(error) = place_all(folder, files, &mut placed) else { return Ok(placed) };
    for path in files.iter().map(|(name, _)| begun(&folder.join(name))).chain(placed) {
        let _ = fs::remove_file(path);
    }
    Err(error)
}

fn place_all(folder: &Path, files: &[(String, &[u8])], placed: &mut Vec<PathBuf>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, bytes) in files {
        begin(&begun(&folder.join(name)), |file| file.write_all(bytes))?;
    }
    for (name, _) in files {
        let path = folder.join(name);
        rename(begun(&path), &path)?;
        placed.push(path);
    }
    placed.last().map_or(Ok(()), |path| sync_folder(path))
}

/// Makes sure that what was written to a file by somebody else is on the disk. Windows does so only by a handle that may
/// write.
///
/// # Errors
/// The file is not there, or the disk fails.
pub fn settle(path: &Path) -> io::Result<()> {
    insist(|| fs::OpenOptions::new().write(true).open(path))?.sync_all()
}

/// Takes away what was begun in a folder and never finished, because the stick was pulled out. `mine`: by the name
/// that the file was to have.
pub fn clear_begun(folder: &Path, mine: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if begun_as(&name).is_some_and(&mine) {
            // What cannot be taken away is in nobody's way.
            let _ = remove(entry.path());
        }
    }
}

/// The name that a file was to have which was begun and never finished. `None`: by its name it is none of those.
pub fn begun_as(name: &str) -> Option<&str> {
    name.strip_prefix('.')?.strip_suffix(".part")
}

fn begun(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{}.part", at_most(&name, 240)))
}

pub(crate) fn begin(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    // Never into what lies there: in a folder of somebody else it may be a link, laid for one who may write more.
    gone(remove(path))?;
    let mut file = File::create_new(path)?;
    write(&mut file)?;
    file.sync_all()
}

/// Makes sure of what was made, renamed or removed in the folder where the file lies. Windows has no handle on a
/// folder; its file systems keep the entry with the file.
///
/// # Errors
/// The folder is not there, or the disk fails.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder)?.sync_all() {
        // Shares and old file systems know no such thing; the file itself is safe.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput || error.raw_os_error() == Some(95) => {
            Ok(())
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            folder.read_dir().unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_when_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("名册.xlsx");
        write_whole(&path, |file| file.write_all(b"one")).unwrap();
        let broken = write_whole(&path, |file| {
            file.write_all(b"tw")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(broken.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write_whole(&path, |file| file.write_all(b"three")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(names(folder.path()), ["名册.xlsx"]);
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (theirs, path) = (folder.path().join("theirs"), folder.path().join("program.json"));
        fs::write(&theirs, "as it was").unwrap();
        for link in [&path, &begun(&path)] {
            std::os::unix::fs::symlink(&theirs, link).unwrap();
        }
        write_whole(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read(&theirs).unwrap(), b"as it was");
    }

    #[test]
    fn files_that_belong_together_come_together() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("U盘");
        let files = [("1.txp".to_owned(), &b"one"[..]), ("2.txp".to_owned(), &b"two"[..])];
        let written = write_all(&to, &files).unwrap();
        assert_eq!(written, [to.join("1.txp"), to.join("2.txp")]);
        // The place of the second one is taken by a folder: neither is left.
        for (name, _) in &files {
            fs::remove_file(to.join(name)).unwrap();
        }
        fs::create_dir(to.join("2.txp")).unwrap();
        fs::write(to.join("2.txp/x"), "x").unwrap();
        write_all(&to, &files).unwrap_err();
        assert_eq!(names(&to), ["2.txp"]);
    }

    #[test]
    fn what_was_begun_and_never_finished_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".贴心-1.txp.part", ".其他.txp.part", "贴心-1.txp", "贴心-2.txp.part"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        clear_begun(folder.path(), |name| name.starts_with("贴心-"));
        assert_eq!(names(folder.path()), [".其他.txp.part", "贴心-1.txp", "贴心-2.txp.part"]);
    }

    #[test]
    fn a_name_as_long_as_the_disk_takes_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("字".repeat(85));
        write_whole(&path, |file| file.write_all(b"x")).unwrap();
        assert_eq!(fs::read(path).unwrap(), b"x");
    }
}
