//! The folders of this machine, as people call them: where a backup is to go, where one lies.

use std::path::{Path, PathBuf};

use tiexin_contract::backup::{FolderKind, FolderShown};
use tiexin_contract::{ErrorCode, ErrorReply};

/// A longer list is no help to anybody.
const MOST: usize = 500;

/// An absolute path that this machine can have. A path of another system would become a folder of that name
/// somewhere on this one.
///
/// # Errors
/// `Invalid`: what to write instead.
pub(crate) fn of_this_machine(text: &str) -> Result<PathBuf, ErrorReply> {
    let text = text.trim();
    let refused = |message: &str| Err(ErrorReply::new(ErrorCode::Invalid, message));
    if text.is_empty() {
        return refused("还没有选文件夹。请先从列表里选一个。");
    }
    if !cfg!(windows) && text.contains('\\') {
        return refused(
            "这台电脑没有 C 盘、D 盘这样的盘符，没有建立任何文件夹。请从列表里选；U盘一般在 /media 下面。",
        );
    }
    let path = PathBuf::from(text);
    if !path.is_absolute() {
        return refused(
            "这样写认不出是哪里，没有建立任何文件夹。请从列表里选U盘或文件夹，或写出完整的位置。",
        );
    }
    Ok(path)
}

/// A folder that is there.
///
/// # Errors
/// `Invalid`, `NotFound`: what to do.
pub(crate) fn there(text: &str) -> Result<PathBuf, ErrorReply> {
    let path = of_this_machine(text)?;
    if path.is_dir() {
        return Ok(path);
    }
    Err(ErrorReply::new(
        ErrorCode::NotFound,
        if path.exists() {
            "这是一个文件，不是文件夹。请选一个文件夹。"
        } else {
            "这台电脑上没有这个文件夹。请看U盘有没有插好，再从列表里选。"
        },
    ))
}

/// Whether two paths lead to one folder that is there.
pub(crate) fn same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().ok();
    whole(one).is_some_and(|one| whole(other) == Some(one))
}

/// The file of a path as typed, if it is there and has the ending.
pub(crate) fn file(text: &str, ending: &str) -> Option<FolderShown> {
    of_this_machine(text).ok().and_then(|path| file_at(&path, ending))
}

fn file_at(path: &Path, ending: &str) -> Option<FolderShown> {
    let ends = path.extension()?.to_str()?.eq_ignore_ascii_case(ending);
    if !ends || !path.is_file() {
        return None;
    }
    let name = path.file_name()?.to_str()?.to_owned();
    Some(FolderShown { name, path: path.to_str()?.to_owned(), what: FolderKind::File })
}

/// Folders in a folder, and files of an ending after them, by name, without hidden ones; and how many were left out.
pub(crate) fn inside(folder: &Path, ending: Option<&str>) -> Result<(Vec<FolderShown>, u64), ErrorReply> {
    let closed = |_| ErrorReply::new(ErrorCode::Disk, "这个文件夹打不开，可能没有权限。请选别的文件夹。");
    let mut found: Vec<FolderShown> = folder
        .read_dir()
        .map_err(closed)?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            shown(&path).or_else(|| file_at(&path, ending?))
        })
        .filter(|one| !one.name.starts_with(['.', '$']))
        .collect();
    let order = |one: &FolderShown| (one.what == FolderKind::File, one.name.clone());
    found.sort_by_key(order);
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    Ok((found, more as u64))
}

fn shown(path: &Path) -> Option<FolderShown> {
    if !path.is_dir() {
        return None;
    }
    let name = path.file_name()?.to_str()?.to_owned();
    let what =
        if tiexin_store::look_at_backup(path).is_ok() { FolderKind::Backup } else { FolderKind::Folder };
    Some(FolderShown { name, path: path.to_str()?.to_owned(), what })
}

/// Sticks first, then the user's own folders, then the other disks.
pub(crate) fn roots() -> Vec<FolderShown> {
    let mut all = disks();
    all.sort_by_key(|disk| disk.what != FolderKind::Stick);
    let sticks = all.iter().take_while(|disk| disk.what == FolderKind::Stick).count();
    let own = home().map(|home| own(&home)).unwrap_or_default();
    all.splice(sticks..sticks, own);
    all
}

fn home() -> Option<PathBuf> {
    let named = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    std::env::var_os(named).map(PathBuf::from).filter(|home| home.is_absolute() && home.is_dir())
}

fn own(home: &Path) -> Vec<FolderShown> {
    let named = [
        ("桌面", &["桌面", "Desktop"][..]),
        ("文档", &["文档", "Documents"]),
        ("下载", &["下载", "Downloads"]),
    ];
    let below = named.into_iter().filter_map(|(name, folders)| {
        Some((name, folders.iter().map(|folder| home.join(folder)).find(|path| path.is_dir())?))
    });
    below
        .chain([("个人文件夹", home.to_owned())])
        .filter_map(|(name, path)| {
            Some(FolderShown { name: name.into(), path: path.to_str()?.to_owned(), what: FolderKind::Own })
        })
        .collect()
}

#[cfg(windows)]
fn disks() -> Vec<FolderShown> {
    // A drive without a medium in it is no folder.
    let letters = ('A'..='Z').map(|letter| (letter, format!("{letter}:\\")));
    letters
        .filter(|(_, path)| Path::new(path).is_dir())
        .map(|(letter, path)| FolderShown { name: format!("{letter} 盘"), path, what: FolderKind::Disk })
        .collect()
}

#[cfg(target_os = "macos")]
fn disks() -> Vec<FolderShown> {
    let volumes = inside(Path::new("/Volumes"), None).map(|(found, _)| found).unwrap_or_default();
    volumes.into_iter().map(|one| FolderShown { what: FolderKind::Stick, ..one }).collect()
}

#[cfg(not(any(windows, target_os = "macos")))]
fn disks() -> Vec<FolderShown> {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mut disks = mounted(&mounts);
    disks.retain(|disk| Path::new(&disk.path).is_dir());
    disks.push(FolderShown { name: "整台电脑".into(), path: "/".into(), what: FolderKind::Disk });
    disks
}

/// Where desktops put what is plugged in.
#[cfg(not(any(windows, target_os = "macos")))]
const PLUGGED_IN: [&str; 2] = ["/media/", "/run/media/"];

/// Disks and shares of `/proc/self/mounts`, without those of the system itself.
#[cfg(not(any(windows, target_os = "macos")))]
fn mounted(mounts: &str) -> Vec<FolderShown> {
    let mut found: Vec<FolderShown> = Vec::new();
    for line in mounts.lines() {
        let mut words = line.split(' ');
        let (Some(device), Some(at), Some(kind)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let path = tiexin_files::unescaped(at);
        let stick = PLUGGED_IN.iter().any(|place| path.starts_with(place));
        let share = tiexin_files::of_network(kind);
        let data = ["/mnt/", "/data", "/home/"].iter().any(|place| path.starts_with(place));
        let real = device.starts_with("/dev/") && !device.starts_with("/dev/loop");
        if !(stick || share || (data && real)) || !Path::new(&path).is_absolute() {
            continue;
        }
        let Some(name) = Path::new(&path).file_name().and_then(|name| name.to_str()) else { continue };
        let what = if stick { FolderKind::Stick } else { FolderKind::Disk };
        let one = FolderShown { name: name.to_owned(), path: path.clone(), what };
        if !found.iter().any(|other| other.path == one.path) {
            found.push(one);
        }
    }
    found
}

#[cfg(all(test, not(any(windows, target_os = "macos"))))]
mod tests {
    use super::*;

    #[test]
    fn sticks_and_disks_are_told_from_the_system() {
        let mounts = "sysfs /sys sysfs rw 0 0\n\
            /dev/sda2 / ext4 rw 0 0\n\
            /dev/sda1 /boot/efi vfat rw 0 0\n\
            /dev/sda3 /data ext4 rw 0 0\n\
            /dev/loop3 /snap/core/1 squashfs ro 0 0\n\
            /dev/sdb1 /media/wang/我的\\040U盘 vfat rw 0 0\n\
            /dev/sdb1 /media/wang/我的\\040U盘 vfat rw 0 0\n\
            //server/share /mnt/办公室 cifs rw 0 0\n\
            //nas/备份 /srv/备份 smb3 rw 0 0\n\
            tmpfs /run/user/1000 tmpfs rw 0 0\n\
            broken";
        let found = mounted(mounts);
        let told: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.path.as_str(), one.what)).collect();
        assert_eq!(
            told,
            [
                ("data", "/data", FolderKind::Disk),
                ("我的 U盘", "/media/wang/我的 U盘", FolderKind::Stick),
                ("办公室", "/mnt/办公室", FolderKind::Disk),
                ("备份", "/srv/备份", FolderKind::Disk),
            ]
        );
    }

    #[test]
    fn a_path_that_this_machine_cannot_have_is_refused() {
        for text in ["U盘", "D:\\备份", "D:/备份", "\\\\server\\share", "~/备份", "./备份", "", "  "]
        {
            let error = of_this_machine(text).unwrap_err();
            assert_eq!(error.code, ErrorCode::Invalid, "{text}");
            assert!(error.message.contains("列表里选"), "{text}");
        }
        assert_eq!(of_this_machine(" /media/wang/U盘 ").unwrap(), Path::new("/media/wang/U盘"));
    }
}
