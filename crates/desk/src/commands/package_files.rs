//! The files of packages on a stick.

use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiexin_contract::import::FileGiven;
use tiexin_contract::records::FileMade;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_protocol::package::{EXTENSION, Fault, Header, MOST_FILE_BYTES, Part};

use crate::files;

/// A part that was read, and whether it was named or merely lay in a folder.
pub(super) struct Found {
    pub(super) part: Result<Part, Fault>,
    pub(super) named: bool,
}

/// What was handed over: files, and of folders all that are named like packages and are wanted.
pub(super) fn read(given: &[FileGiven]) -> Result<Vec<Found>, ErrorReply> {
    let mut found = Vec::new();
    for file in given {
        match (&file.base64, &file.path) {
            (Some(text), _) => {
                let bytes = STANDARD.decode(text).map_err(|_| unreadable())?;
                found.push(Found { part: Part::read(bytes), named: true });
            }
            (None, Some(path)) if Path::new(path).is_dir() => folder(Path::new(path), &mut found)?,
            (None, Some(path)) => found.push(Found { part: open(Path::new(path))?, named: true }),
            (None, None) => return Err(unreadable()),
        }
    }
    Ok(found)
}

fn folder(folder: &Path, found: &mut Vec<Found>) -> Result<(), ErrorReply> {
    let mut paths = Vec::new();
    for entry in folder.read_dir().map_err(|_| unreadable())? {
        let path = entry.map_err(|_| unreadable())?.path();
        if path.extension().is_some_and(|end| end == EXTENSION) {
            paths.push(path);
        }
    }
    paths.sort();
    for path in paths {
        found.push(Found { part: open(&path)?, named: false });
    }
    Ok(())
}

fn open(path: &Path) -> Result<Result<Part, Fault>, ErrorReply> {
    let file = std::fs::File::open(path).map_err(|_| unreadable())?;
    let mut bytes = Vec::new();
    file.take(MOST_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|_| unreadable())?;
    Ok(Part::read(bytes))
}

/// Writes parts into the folder `to`, or hands them over.
pub(super) fn write(parts: &[Part], to: Option<&str>) -> Result<Vec<FileMade>, ErrorReply> {
    if let Some(folder) = to {
        std::fs::create_dir_all(folder).map_err(|_| files::not_written())?;
    }
    parts
        .iter()
        .map(|part| {
            let name = Header::file_name(&part.header);
            let path = to.map(|folder| Path::new(folder).join(&name));
            let path =
                path.as_deref().map(|path| path.to_str().ok_or_else(files::not_written)).transpose()?;
            files::hand_out(&name, path, part.bytes())
        })
        .collect()
}

fn unreadable() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::FileRefused,
        "U盘或文件夹里的文件打不开，没有读入任何内容。请确认U盘还插着、文件还在，再试一次。",
    )
}
