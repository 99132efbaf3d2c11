//! What is wrong with a disk or a file, in words that say what to do. The one place where the numbers of the systems
//! are known.

use std::fmt;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::holder::{Holder, holder};
use crate::write::begin;

/// Why a file could not be read or written. Its words are a sentence of their own, to be put behind what was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    Full,
    /// FAT takes files of 4 GB.
    TooLarge,
    ReadOnly,
    /// A stick was pulled out, a share or a folder is not there any more.
    Gone,
    /// Its disk is there: the folder was mistyped, or never made.
    NoFolder,
    /// A folder stands where a file is meant.
    Folder,
    Faulty,
    /// `None`: by whom is not known.
    Held(Option<Holder>),
    NoRight,
    BadName,
    /// The file that was to be read.
    NoFile,
    Unknown,
}

impl Trouble {
    /// Of an error on reading the file `path`.
    pub fn reading(error: &io::Error, path: &Path) -> Trouble {
        match told(error) {
            Trouble::Gone if error.kind() == ErrorKind::NotFound && folder_is_there(path) => Trouble::NoFile,
            Trouble::Gone if folder_is_missing(error, path) => Trouble::NoFolder,
            Trouble::NoRight | Trouble::Held(_) => with_holder(error, path),
            other => other,
        }
    }

    /// Of an error on writing `path`, or on replacing it.
    pub fn writing(error: &io::Error, path: &Path) -> Trouble {
        match told(error) {
            Trouble::Gone if folder_is_missing(error, path) => Trouble::NoFolder,
            Trouble::NoRight | Trouble::Held(_) => with_holder(error, path),
            // A stick that was pulled out: the kernel says that reading and writing failed.
            Trouble::Faulty if !folder_is_there(path) => Trouble::Gone,
            other => other,
        }
    }

    /// What keeps files from being written into a folder, by trying: for libraries that do not say.
    pub fn seen(folder: &Path) -> Trouble {
        let path = folder.join(format!(".tiexin-{}.part", std::process::id()));
        let tried = begin(&path, |file| file.write_all(&[0; 4096]));
        let _ = std::fs::remove_file(&path);
        tried.map_or_else(|error| Trouble::writing(&error, &path), |()| Trouble::Unknown)
    }

    /// Of an error by itself, of which the path is not known.
    pub fn of(error: &io::Error) -> Trouble {
        told(error)
    }
}

fn folder_is_there(path: &Path) -> bool {
    path.parent().is_none_or(|folder| folder.as_os_str().is_empty() || folder.is_dir())
}

/// The disk answers, and has no such folder.
fn folder_is_missing(error: &io::Error, path: &Path) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
        && !folder_is_there(path)
        && disk_is_there(path)
}

/// Where systems other than Windows put sticks and shares, and how many names below it one of them stands.
const PLUGGED_IN: [(&str, usize); 4] = [("/media", 2), ("/run/media", 2), ("/mnt", 1), ("/Volumes", 1)];

/// Whether the disk is there on which the path would lie, as far as the path tells.
fn disk_is_there(path: &Path) -> bool {
    let Ok(whole) = std::path::absolute(path) else { return false };
    if cfg!(windows) {
        return whole.ancestors().last().is_some_and(Path::is_dir);
    }
    let disk = PLUGGED_IN.iter().find_map(|&(place, depth)| {
        let below = whole.strip_prefix(place).ok()?;
        Some(below.components().take(depth).fold(PathBuf::from(place), |disk, name| disk.join(name)))
    });
    disk.is_none_or(|disk| disk.is_dir())
}

/// Replacing a file that is open gives the same number as having no right.
fn with_holder(error: &io::Error, path: &Path) -> Trouble {
    let open_elsewhere = told(error) == Trouble::Held(None);
    // Elsewhere a file that lies beside is no reason: there open files are replaced.
    let asked = open_elsewhere || (cfg!(windows) && path.is_file());
    match asked.then(|| holder(path)).flatten() {
        Some(holder) => Trouble::Held(Some(holder)),
        None if open_elsewhere => Trouble::Held(None),
        // Windows says of opening a folder that there is no right.
        None if cfg!(windows) && path.is_dir() => Trouble::Folder,
        None => Trouble::NoRight,
    }
}

fn told(error: &io::Error) -> Trouble {
    let by_number = error.raw_os_error().and_then(if cfg!(windows) { of_windows } else { of_unix });
    by_number.unwrap_or_else(|| of_kind(error.kind()))
}

fn of_kind(kind: ErrorKind) -> Trouble {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::WriteZero => Trouble::Full,
        ErrorKind::FileTooLarge => Trouble::TooLarge,
        ErrorKind::ReadOnlyFilesystem => Trouble::ReadOnly,
        ErrorKind::NotFound
        | ErrorKind::NotADirectory
        | ErrorKind::StaleNetworkFileHandle
        | ErrorKind::NotConnected
        | ErrorKind::NetworkDown
        | ErrorKind::NetworkUnreachable
        | ErrorKind::HostUnreachable => Trouble::Gone,
        ErrorKind::IsADirectory => Trouble::Folder,
        ErrorKind::PermissionDenied => Trouble::NoRight,
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => Trouble::Held(None),
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => Trouble::BadName,
        _ => Trouble::Unknown,
    }
}

/// Numbers that the standard library has no kind for, or another one than is meant here.
fn of_unix(number: i32) -> Option<Trouble> {
    Some(match number {
        // EIO
        5 => Trouble::Faulty,
        // ENXIO, ENODEV: the device is not there.
        6 | 19 => Trouble::Gone,
        // ENOMEDIUM, on Linux.
        123 if cfg!(target_os = "linux") => Trouble::Gone,
        _ => return None,
    })
}

fn of_windows(number: i32) -> Option<Trouble> {
    Some(match number {
        // PATH_NOT_FOUND, INVALID_DRIVE, NOT_READY, WRONG_DISK, BAD_NETPATH, DEV_NOT_EXIST, UNEXP_NET_ERR,
        // NETNAME_DELETED, BAD_NET_NAME, SEM_TIMEOUT, NO_SUCH_DEVICE, FILE_INVALID, NO_MEDIA_IN_DRIVE,
        // DEVICE_NOT_CONNECTED, NO_NETWORK, HOST_UNREACHABLE, DEVICE_REMOVED
        3 | 15 | 21 | 34 | 53 | 55 | 59 | 64 | 67 | 121 | 433 | 1006 | 1112 | 1167 | 1222 | 1231 | 1232
        | 1617 => Trouble::Gone,
        // ACCESS_DENIED
        5 => Trouble::NoRight,
        // WRITE_PROTECT
        19 => Trouble::ReadOnly,
        // CRC, SEEK, SECTOR_NOT_FOUND, WRITE_FAULT, READ_FAULT, GEN_FAILURE, IO_DEVICE, DISK_CORRUPT, FILE_CORRUPT
        23 | 25 | 27 | 29 | 30 | 31 | 1117 | 1392 | 1393 => Trouble::Faulty,
        // SHARING_VIOLATION, LOCK_VIOLATION, USER_MAPPED_FILE
        32 | 33 | 1224 => Trouble::Held(None),
        // HANDLE_DISK_FULL, DISK_FULL, DISK_QUOTA_EXCEEDED
        39 | 112 | 1295 => Trouble::Full,
        // FILE_TOO_LARGE
        223 => Trouble::TooLarge,
        // INVALID_NAME, BAD_PATHNAME, FILENAME_EXCED_RANGE
        123 | 161 | 206 => Trouble::BadName,
        _ => return None,
    })
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Trouble::Full => "那里没有空间了：请删去不用的文件，或换一个位置，再试一次。",
            Trouble::TooLarge => {
                "那个盘的格式放不下这么大的文件（FAT32 最大 4 GB）：请换一个 exFAT 或 NTFS 格式的盘。"
            }
            Trouble::ReadOnly => "那里只能读、不能写：请看U盘的写保护开关，或换一个位置。",
            Trouble::Gone => "那个位置现在没有了，U盘可能已经拔出，或网络断开了：请插好、接好以后再试一次。",
            Trouble::NoFolder => {
                "没有这个文件夹：请核对位置有没有写错，在U盘上的看看有没有插好，或先建好文件夹，再试一次。"
            }
            Trouble::Folder => "那里是一个文件夹，不是文件：请写明、选中文件本身，再试一次。",
            Trouble::Faulty => "那个盘读写出错，可能没有插好，也可能坏了：请重新插好再试；还不行就换一个盘。",
            Trouble::Held(holder) => {
                let holder = holder.clone().unwrap_or_default();
                return write!(f, "{holder}这个文件：请在那里关闭它，再试一次。");
            }
            Trouble::NoRight => "这个账号没有那里的权限：请检查文件夹权限，或换一个位置。",
            Trouble::BadName => "名称或位置太长，或含有不能用的字：请换一个短一些、没有特殊符号的名称。",
            Trouble::NoFile => "文件已经不在那里了：请确认文件还在，再选一次。",
            Trouble::Unknown => "请检查磁盘空间和文件夹权限，或换一个位置，再试一次。",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_windows_are_told() {
        for (number, trouble) in [
            (19, Trouble::ReadOnly),
            (21, Trouble::Gone),
            (1167, Trouble::Gone),
            (1117, Trouble::Faulty),
            (112, Trouble::Full),
            (39, Trouble::Full),
            (5, Trouble::NoRight),
            (32, Trouble::Held(None)),
            (33, Trouble::Held(None)),
            (206, Trouble::BadName),
        ] {
            assert_eq!(of_windows(number), Some(trouble), "{number}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn numbers_of_linux_are_told() {
        let of = |number| Trouble::of(&io::Error::from_raw_os_error(number));
        // EROFS, ENODEV, EIO, ENOSPC, EDQUOT, EFBIG, EACCES, EPERM, ENAMETOOLONG, ESTALE, EBUSY
        for (number, trouble) in [
            (30, Trouble::ReadOnly),
            (19, Trouble::Gone),
            (5, Trouble::Faulty),
            (28, Trouble::Full),
            (122, Trouble::Full),
            (27, Trouble::TooLarge),
            (13, Trouble::NoRight),
            (1, Trouble::NoRight),
            (36, Trouble::BadName),
            (116, Trouble::Gone),
            (16, Trouble::Held(None)),
        ] {
            assert_eq!(of(number), trouble, "{number}");
        }
    }

    #[test]
    fn a_file_that_is_gone_is_told_from_a_folder_and_from_a_stick_that_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let error = |path: &Path| std::fs::read(path).unwrap_err();
        let file = folder.path().join("会员.xlsx");
        assert_eq!(Trouble::reading(&error(&file), &file), Trouble::NoFile);
        let stick = folder.path().join("U盘/会员.xlsx");
        assert_eq!(Trouble::reading(&error(&stick), &stick), Trouble::NoFolder);
        assert_eq!(Trouble::writing(&error(&stick), &stick), Trouble::NoFolder);
        let broken = io::Error::from_raw_os_error(if cfg!(windows) { 1117 } else { 5 });
        assert_eq!(Trouble::writing(&broken, &stick), Trouble::Gone);
        assert_eq!(Trouble::writing(&broken, &file), Trouble::Faulty);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_stick_that_is_not_plugged_in_is_no_mistyped_folder() {
        let stick = Path::new("/media/nobody/U盘/台账/会员.xlsx");
        assert_eq!(Trouble::writing(&ErrorKind::NotFound.into(), stick), Trouble::Gone);
    }

    #[test]
    fn a_folder_that_is_meant_as_a_file_is_told_as_that() {
        let folder = tempfile::tempdir().unwrap();
        let error = std::fs::read(folder.path()).unwrap_err();
        assert_eq!(Trouble::reading(&error, folder.path()), Trouble::Folder);
    }

    #[test]
    fn what_keeps_from_writing_is_seen_by_trying() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Trouble::seen(folder.path()), Trouble::Unknown);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        assert_eq!(Trouble::seen(&folder.path().join("U盘")), Trouble::NoFolder);
    }

    #[cfg(unix)]
    #[test]
    fn trying_writes_through_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let theirs = folder.path().join("theirs");
        std::fs::write(&theirs, "as it was").unwrap();
        let tried = folder.path().join(format!(".tiexin-{}.part", std::process::id()));
        std::os::unix::fs::symlink(&theirs, tried).unwrap();
        assert_eq!(Trouble::seen(folder.path()), Trouble::Unknown);
        assert_eq!(std::fs::read(&theirs).unwrap(), b"as it was");
    }

    #[test]
    fn an_error_that_a_library_made_its_own_is_told_by_its_kind() {
        let folder = tempfile::tempdir().unwrap();
        let error = tempfile::NamedTempFile::new_in(folder.path().join("U盘")).unwrap_err();
        assert_eq!(error.raw_os_error(), None);
        assert_eq!(Trouble::of(&error), Trouble::Gone);
    }

    /// Every one says what to do, and none names a number or a library's word.
    #[test]
    fn words_say_what_to_do() {
        use Trouble::*;
        let held = Held(Some(Holder { program: Some("Excel".into()), user: Some("王丽".into()) }));
        assert_eq!(held.to_string(), "王丽正用 Excel 打开着这个文件：请在那里关闭它，再试一次。");
        let places = [Gone, NoFolder, Folder, NoRight, BadName, NoFile];
        for trouble in [Full, TooLarge, ReadOnly, Faulty, Held(None), held, Unknown].into_iter().chain(places)
        {
            let words = trouble.to_string();
            assert!(words.contains('请') && words.ends_with('。'), "{words}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn a_file_that_is_open_elsewhere_is_told_so() {
        use std::os::windows::fs::OpenOptionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("名册.xlsx");
        std::fs::write(&path, "x").unwrap();
        let alone = std::fs::OpenOptions::new().read(true).share_mode(0).open(&path).unwrap();
        let error = std::fs::read(&path).unwrap_err();
        assert!(matches!(Trouble::reading(&error, &path), Trouble::Held(_)), "{error:?}");
        std::fs::write(folder.path().join("~$名册.xlsx"), "x").unwrap();
        let told = Trouble::reading(&error, &path).to_string();
        assert!(told.contains("Excel 或 WPS 正打开着"), "{told}");
        drop(alone);
        std::fs::read(&path).unwrap();
    }
}
