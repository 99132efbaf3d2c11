//! The files of packages on a stick.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiexin_contract::import::FileGiven;
use tiexin_contract::records::FileMade;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_files::Trouble;
use tiexin_protocol::package::{EXTENSION, Fault, Header, MOST_FILE_BYTES, Part, file_names_begin};

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
                let bytes = STANDARD.decode(text).map_err(|_| unreadable(&Trouble::NoFile))?;
                found.push(Found { part: Part::read(bytes), named: true });
            }
            (None, Some(path)) if Path::new(path).is_dir() => folder(Path::new(path), &mut found)?,
            (None, Some(path)) => found.push(Found { part: open(Path::new(path))?, named: true }),
            (None, None) => return Err(unreadable(&Trouble::NoFile)),
        }
    }
    Ok(found)
}

fn folder(folder: &Path, found: &mut Vec<Found>) -> Result<(), ErrorReply> {
    let mut paths = Vec::new();
    let closed = |error| unreadable(&Trouble::of(&error));
    for entry in folder.read_dir().map_err(closed)? {
        let path = entry.map_err(closed)?.path();
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
    let bytes = files::up_to(path, MOST_FILE_BYTES as u64 + 1);
    Ok(Part::read(bytes.map_err(|error| unreadable(&Trouble::reading(&error, path)))?))
}

/// Writes parts into the folder `to`, all of them or none, or hands them over.
pub(super) fn write(parts: &[Part], to: Option<&str>) -> Result<Vec<FileMade>, ErrorReply> {
    let Some(folder) = to.map(Path::new) else {
        let handed =
            parts.iter().map(|part| files::hand_out(&Header::file_name(&part.header), None, part.bytes()));
        return handed.collect();
    };
    let whole: Vec<_> = parts.iter().map(|part| (Header::file_name(&part.header), part.bytes())).collect();
    if let Some(part) = parts.first() {
        // What a stick that was pulled out has of an earlier one.
        let begins = file_names_begin(part.header.address.device);
        tiexin_files::clear_begun(folder, |name| name.starts_with(&begins));
    }
    let written = tiexin_files::write_all(folder, &whole)
        .map_err(|error| files::not_written(&error, &folder.join(EXTENSION)))?;
    Ok(written.iter().map(|path| files::written(&path.to_string_lossy())).collect())
}

fn unreadable(why: &Trouble) -> ErrorReply {
    ErrorReply::new(ErrorCode::FileRefused, format!("U盘或文件夹里的文件打不开，没有读入任何内容。{why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_protocol::package::{Address, Way, split};

    fn parts(number: u64) -> Vec<Part> {
        let id = uuid::Uuid::from_u128(0xabcd_ef01);
        let address = Address {
            package: id,
            way: Way::Push,
            device: id,
            incarnation: id,
            province: "00".repeat(32),
            number,
            answers: None,
        };
        split(&address, &[7; 10], 4, |_| [0; 64]).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let listed = folder.read_dir().unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = listed.collect();
        names.sort();
        names
    }

    /// The third part finds no place, as on a stick that is full or pulled out.
    #[test]
    fn a_package_that_does_not_fit_leaves_no_part() {
        let folder = tempfile::tempdir().unwrap();
        let stick = folder.path().join("U盘");
        let seven = parts(7);
        assert_eq!(seven.len(), 3);
        std::fs::create_dir_all(stick.join(seven[2].header.file_name()).join("x")).unwrap();
        let refused = write(&seven, stick.to_str()).unwrap_err();
        assert_eq!(refused.code, ErrorCode::Disk);
        assert_eq!(names(&stick), [seven[2].header.file_name()]);
    }

    #[test]
    fn what_a_pulled_stick_has_of_an_earlier_package_goes() {
        let stick = tempfile::tempdir().unwrap();
        for left in [".贴心-abcdef01-6-1of3.txp.part", ".贴心-12345678-6-1of3.txp.part"] {
            std::fs::write(stick.path().join(left), "half").unwrap();
        }
        let made = write(&parts(7), stick.path().to_str()).unwrap();
        assert_eq!(made.len(), 3);
        assert_eq!(
            names(stick.path()),
            [
                ".贴心-12345678-6-1of3.txp.part",
                "贴心-abcdef01-7-1of3.txp",
                "贴心-abcdef01-7-2of3.txp",
                "贴心-abcdef01-7-3of3.txp"
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_stick_that_is_not_there_is_told() {
        // Nothing can be made below a file.
        let file = tempfile::NamedTempFile::new().unwrap();
        let refused = write(&parts(7), file.path().join("U盘").to_str()).unwrap_err();
        assert!(refused.message.contains("没有这个文件夹"), "{refused:?}");
    }
}
