//! Files that come in and go out: by path (window, terminal) or as base64 (loopback host).

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use tiexin_contract::import::FileGiven;
use tiexin_contract::records::FileMade;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_files::{Trouble, refused_name, safe_name};

/// Larger files are no ledgers.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The bytes of a file that was handed over.
pub(crate) fn bytes_of(file: &FileGiven) -> Result<Vec<u8>, ErrorReply> {
    match (&file.base64, &file.path) {
        (Some(text), _) => STANDARD.decode(text).map_err(|_| unreadable(&Trouble::NoFile)),
        (None, Some(path)) => read(Path::new(path)),
        (None, None) => Err(unreadable(&Trouble::NoFile)),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ErrorReply> {
    if path.is_dir() {
        // Windows would say that there is no right.
        return Err(unreadable(&Trouble::Folder));
    }
    if is_pattern(path) {
        return Err(ErrorReply::new(
            ErrorCode::FileRefused,
            "没有这样的文件，没有导入任何内容。名称里的 * 和 ? 没有换成文件名（Windows 的命令行不会换）：请把文件逐个写出来。",
        ));
    }
    let bytes = up_to(path, LARGEST + 1).map_err(|error| unreadable(&Trouble::reading(&error, path)))?;
    if bytes.len() as u64 > LARGEST {
        return Err(ErrorReply::new(
            ErrorCode::FileRefused,
            "文件超过 64 MB，不像一份台账，没有读取。请分成几个文件再导入。",
        ));
    }
    Ok(bytes)
}

/// A pattern that the shell left as it was. Elsewhere than on Windows a file may be called so.
fn is_pattern(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.contains(['*', '?']) && !path.exists()
}

/// The first bytes of a file. Excel lets others read what it has open: the standard library opens files so that every
/// program may go on with them.
pub(crate) fn up_to(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = tiexin_files::insist(|| std::fs::File::open(path))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Rules of the office's own in the book's folder, in whichever code an editor saved them. `None`: there are none that
/// can be read.
pub(crate) fn own_rules<T: DeserializeOwned>(folder: &Path, name: &str) -> Option<T> {
    let bytes = std::fs::read(folder.join(name)).ok()?;
    let rules = tiexin_terminal::text(&bytes).ok().and_then(|text| serde_json::from_str(&text).ok());
    if rules.is_none() {
        tracing::warn!("{name} in the book's folder cannot be read and is passed over");
    }
    rules
}

/// Writes a finished file where the user chose, whole or not at all, or hands it over.
pub(crate) fn hand_out(name: &str, path: Option<&str>, bytes: &[u8]) -> Result<FileMade, ErrorReply> {
    let Some(path) = path else {
        return Ok(FileMade { name: safe_name(name), path: None, base64: Some(STANDARD.encode(bytes)) });
    };
    let target = chosen(path)?;
    tiexin_files::replace(target, bytes).map_err(|error| not_written(&error, target))?;
    Ok(written(path))
}

/// A place that the user chose for a file.
///
/// # Errors
/// `Invalid`: a name that this system does not take. It is not changed behind his back.
pub(crate) fn chosen(path: &str) -> Result<&Path, ErrorReply> {
    let target = Path::new(path);
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match refused_name(&name) {
        Some(why) => Err(refused(why)),
        // Windows would say that there is no right.
        None if target.is_dir() => Err(not_written_because(&Trouble::Folder)),
        // Replacing it would take its mark away too.
        None if target.metadata().is_ok_and(|there| there.permissions().readonly()) => Err(ErrorReply::new(
            ErrorCode::Disk,
            "那里已有的文件是只读的，没有写出，也没有改动它。请换一个名称，或先去掉它的“只读”。",
        )),
        None => Ok(target),
    }
}

/// Of a name that this system does not take.
pub(crate) fn refused(why: &str) -> ErrorReply {
    ErrorReply::new(ErrorCode::Invalid, format!("{why}，没有写出文件。请换一个名称。"))
}

/// Bytes of a name that stay when a long one gets something behind it: [`safe_name`] would cut that off.
const KEPT: usize = 160;

/// The first place in a folder that is free: `会员-标注.xlsx`, then `会员-标注-2.xlsx`. `ending` stands behind the number.
pub(crate) fn free_place(folder: &Path, name: &str, behind: &str, ending: &str) -> PathBuf {
    let kept: String = name
        .char_indices()
        .take_while(|(at, sign)| at + sign.len_utf8() <= KEPT)
        .map(|(_, sign)| sign)
        .collect();
    let place = |count: &str| folder.join(safe_name(&format!("{kept}{behind}{count}{ending}")));
    let mut free = place("");
    let mut count = 2;
    while free.exists() {
        free = place(&format!("-{count}"));
        count += 1;
    }
    free
}

/// A file that was written by somebody else's writer.
pub(crate) fn written(path: &str) -> FileMade {
    let name = Path::new(path).file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    FileMade { name, path: Some(path.to_owned()), base64: None }
}

fn unreadable(why: &Trouble) -> ErrorReply {
    ErrorReply::new(ErrorCode::FileRefused, format!("这个文件打不开，没有导入任何内容。{why}"))
}

pub(crate) fn not_written(error: &io::Error, target: &Path) -> ErrorReply {
    not_written_because(&Trouble::writing(error, target))
}

pub(crate) fn not_written_because(why: &Trouble) -> ErrorReply {
    ErrorReply::new(ErrorCode::Disk, format!("文件没能写到所选的位置，数据没有改动。{why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(path: &Path) -> FileGiven {
        FileGiven { name: "会员.xlsx".into(), path: Some(path.to_str().unwrap().into()), base64: None }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let told = |path: &Path| bytes_of(&given(path)).unwrap_err().message;
        assert!(told(&folder.path().join("会员.xlsx")).contains("文件已经不在那里了"));
        assert!(told(&folder.path().join("U盘/会员.xlsx")).contains("没有这个文件夹"));
        assert!(told(folder.path()).contains("那里是一个文件夹"));
        assert!(told(&folder.path().join("*.xls*")).contains("没有这样的文件"));
    }

    #[test]
    fn rules_of_the_offices_own_are_read_as_editors_save_them() {
        let folder = tempfile::tempdir().unwrap();
        let read = |bytes: &[u8]| {
            std::fs::write(folder.path().join("rules.json"), bytes).unwrap();
            own_rules::<Vec<String>>(folder.path(), "rules.json")
        };
        let rules = Some(vec!["春节".to_owned()]);
        assert_eq!(read("[\"春节\"]".as_bytes()), rules);
        assert_eq!(read("\u{feff}[\"春节\"]".as_bytes()), rules);
        // GBK.
        assert_eq!(read(b"[\"\xb4\xba\xbd\xda\"]"), rules);
        assert_eq!(read(b"["), None);
        assert_eq!(own_rules::<Vec<String>>(folder.path(), "none.json"), None);
    }

    /// Also behind a name that is as long as the disk takes.
    #[test]
    fn a_place_that_is_taken_is_not_given_again() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["会员", &"台".repeat(85)] {
            let free = || free_place(folder.path(), name, "-标注", ".xlsx");
            for ending in ["-标注.xlsx", "-标注-2.xlsx", "-标注-3.xlsx"] {
                let place = free();
                assert!(place.to_str().unwrap().ends_with(ending), "{place:?}");
                std::fs::write(place, "begun to mend").unwrap();
            }
        }
    }

    #[test]
    fn a_file_that_is_read_only_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("月报.xlsx");
        std::fs::write(&path, "as it was").unwrap();
        let writable = path.metadata().unwrap().permissions();
        let mut read_only = writable.clone();
        read_only.set_readonly(true);
        std::fs::set_permissions(&path, read_only).unwrap();
        let refused = hand_out("月报.xlsx", path.to_str(), b"new").unwrap_err();
        assert!(refused.message.contains("只读"), "{refused:?}");
        assert_eq!(std::fs::read(&path).unwrap(), b"as it was");
        // Windows does not remove it else.
        std::fs::set_permissions(&path, writable).unwrap();
        hand_out("月报.xlsx", path.to_str(), b"new").unwrap();
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("U盘/名册.xlsx");
        let refused = hand_out("名册.xlsx", gone.to_str(), b"x").unwrap_err();
        assert_eq!(refused.code, ErrorCode::Disk);
        assert!(refused.message.contains("没有这个文件夹"), "{refused:?}");
        let folder = hand_out("名册.xlsx", folder.path().to_str(), b"x").unwrap_err();
        assert!(folder.message.contains("那里是一个文件夹"), "{folder:?}");
        assert_eq!(hand_out("统计:第1/2季度.xlsx", None, b"x").unwrap().name, "统计_第1_2季度.xlsx");
    }

    /// As Excel opens a ledger: others may read it, nobody may write or replace it.
    #[cfg(windows)]
    #[test]
    fn a_ledger_that_is_open_in_excel_is_read_and_not_written_over() {
        use std::os::windows::fs::OpenOptionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("会员.xlsx");
        std::fs::write(&path, "ledger").unwrap();
        std::fs::write(folder.path().join("~$会员.xlsx"), "").unwrap();
        let excel = std::fs::OpenOptions::new().read(true).write(true).share_mode(1).open(&path).unwrap();
        assert_eq!(bytes_of(&given(&path)).unwrap(), b"ledger");
        let refused = hand_out("会员.xlsx", path.to_str(), b"new").unwrap_err();
        assert!(refused.message.contains("Excel 或 WPS 正打开着这个文件"), "{refused:?}");
        drop(excel);
        assert_eq!(std::fs::read(&path).unwrap(), b"ledger");
        hand_out("会员.xlsx", path.to_str(), b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        let refused = hand_out("x", folder.path().join("CON.xlsx").to_str(), b"x").unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid);
    }
}
