//! Files that come in and go out: by path (window, terminal) or as base64 (loopback host).

use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiexin_contract::import::FileGiven;
use tiexin_contract::records::FileMade;
use tiexin_contract::{ErrorCode, ErrorReply};

/// Larger files are no ledgers.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The bytes of a file that was handed over.
pub(crate) fn bytes_of(file: &FileGiven) -> Result<Vec<u8>, ErrorReply> {
    match (&file.base64, &file.path) {
        (Some(text), _) => STANDARD.decode(text).map_err(|_| unreadable()),
        (None, Some(path)) => read(Path::new(path)),
        (None, None) => Err(unreadable()),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ErrorReply> {
    let file = std::fs::File::open(path).map_err(|_| unreadable())?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|_| unreadable())?;
    if bytes.len() as u64 > LARGEST {
        return Err(ErrorReply::new(
            ErrorCode::FileRefused,
            "文件超过 64 MB，不像一份台账，没有读取。请分成几个文件再导入。",
        ));
    }
    Ok(bytes)
}

/// Writes a finished file where the user chose, whole or not at all, or hands it over.
pub(crate) fn hand_out(name: &str, path: Option<&str>, bytes: &[u8]) -> Result<FileMade, ErrorReply> {
    let Some(path) = path else {
        return Ok(FileMade { name: name.into(), path: None, base64: Some(STANDARD.encode(bytes)) });
    };
    let target = Path::new(path);
    let name = target.file_name().map_or_else(|| name.to_owned(), |n| n.to_string_lossy().into_owned());
    let part = target.with_file_name(format!(".{name}.part"));
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, target));
    if written.is_err() {
        // What was begun goes; the refusal is what is told.
        let _ = std::fs::remove_file(&part);
        return Err(not_written());
    }
    Ok(FileMade { name, path: Some(path.to_owned()), base64: None })
}

/// A file that was written by somebody else's writer.
pub(crate) fn written(path: &str) -> FileMade {
    let name = Path::new(path).file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    FileMade { name, path: Some(path.to_owned()), base64: None }
}

fn unreadable() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::FileRefused,
        "这个文件打不开，没有导入任何内容。请确认文件还在、没有被别的程序占用，再试一次。",
    )
}

pub(crate) fn not_written() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Disk,
        "文件没能写到所选的位置，数据没有改动。请检查磁盘空间和文件夹权限，或换一个位置。",
    )
}
