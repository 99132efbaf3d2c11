//! A version of the program as it is carried and given out: what is signed of it.
//!
//! FROZEN FORMAT: fields may be added as optional, never renamed or removed. A package is a file:
//! `MAGIC ‖ length of the head (u32, big endian) ‖ head ‖ parts`. The head is a [`Signed`] as JSON whose body is a
//! [`Release`]; the parts follow in the order of [`Release::platforms`]. A part is the files of one platform, one
//! after the other, in one zstd stream. Pure: who signed it is `tiexin-seal`'s to find.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::statement::{Signed, Statement};

/// Files are named so: `tiexin-1.2.0.txu`.
pub const EXTENSION: &str = "txu";
/// Where it lies on a stick.
pub const STICK_FOLDER: &str = "贴心更新";
/// A package begins so.
pub const MAGIC: &[u8; 8] = b"TXUPDAT1";
/// Most bytes of a head.
pub const MOST_HEAD_BYTES: usize = 1024 * 1024;
/// Most files of a platform, and most bytes of them, unpacked and packed.
pub const MOST_FILES: usize = 4096;
pub const MOST_BYTES: u64 = 1024 * 1024 * 1024;
/// Most characters of the notes.
const MOST_NOTES: usize = 20_000;
/// A part travels from the province in pieces of so many bytes, the last one shorter.
pub const PIECE_BYTES: usize = 1024 * 1024;

/// `MAJOR.MINOR.PATCH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version([u32; 3]);

/// What one update package is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub version: Version,
    /// `YYYY-MM-DD`
    pub made: String,
    /// What is new, in Chinese, for the people at the desks.
    pub notes: String,
    pub book: Books,
    pub platforms: Vec<Part>,
}

/// Which books the version opens, by the version of their tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    pub oldest: i64,
    /// What it brings them to.
    pub newest: i64,
}

/// The files of one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// [`platform`]
    pub platform: String,
    /// Bytes of the zstd stream, and blake3 of it, 64 hex digits.
    pub bytes: u64,
    pub hash: String,
    pub files: Vec<ProgramFile>,
}

/// A file of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramFile {
    /// Below the folder of the version, `/` between the names.
    pub path: String,
    pub bytes: u64,
    /// blake3, 64 hex digits.
    pub hash: String,
    /// It is run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub run: bool,
}

impl Statement for Release {
    const PURPOSE: &'static str = "release";
}

/// Why a package is not taken. Nothing was touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseFault {
    #[error("这不是贴心的更新包，没有安装。更新包的名称以 .txu 结尾，请选对文件")]
    NotRelease,
    #[error("更新包不完整，或被改动过，没有安装，现在的程序照常使用。请重新拷贝或重新下载，再试一次")]
    Damaged,
    #[error(
        "更新包不是由可信的发布者签名的，没有安装，现在的程序照常使用。不要使用来历不明的更新包；请向省里的管理员要一份"
    )]
    Foreign,
    #[error("这个程序里没有发布者的公钥，不能核对更新包，没有安装。请由管理员用安装包更新")]
    NoKeys,
    #[error("更新包太大，不像是贴心的更新包，没有安装。请向管理员核对")]
    TooLarge,
    #[error("更新包里没有这种电脑（{0}）用的程序，没有安装。请向管理员要一份适合这台电脑的")]
    OtherPlatform(Here),
    #[error("更新包里的版本 {0} 比正在用的 {1} 旧，没有安装：装旧版本会打不开新的台账。请用新的更新包")]
    Older(Version, Version),
    #[error("正在用的已经是 {0}，不用再装")]
    Same(Version),
    #[error("更新包里的程序只能打开比本机新的台账，没有安装。请先装中间的版本，再装这一个")]
    BookOlder,
    #[error("更新包里的程序打不开本机的台账（台账的格式更新），没有安装。请用更新的更新包")]
    BookNewer,
}

/// The platform that this program was built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Here;

impl fmt::Display for Here {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&platform())
    }
}

/// As packages name what this program was built for: `windows-x86_64`, `linux-x86_64`, `linux-aarch64`.
pub fn platform() -> String {
    format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)
}

/// What stands before the parts of a package.
///
/// # Errors
/// `TooLarge`.
pub fn head_of(signed: &Signed) -> Result<Vec<u8>, ReleaseFault> {
    let head = serde_json::to_vec(signed).map_err(|_| ReleaseFault::Damaged)?;
    if head.len() > MOST_HEAD_BYTES {
        return Err(ReleaseFault::TooLarge);
    }
    let length = u32::try_from(head.len()).map_err(|_| ReleaseFault::TooLarge)?;
    Ok([MAGIC.as_slice(), &length.to_be_bytes(), &head].concat())
}

/// How many bytes of head follow the first twelve of a package.
///
/// # Errors
/// `NotRelease`, `TooLarge`.
pub fn head_length(beginning: &[u8; 12]) -> Result<usize, ReleaseFault> {
    let (magic, length) = beginning.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err(ReleaseFault::NotRelease);
    }
    let length = u32::from_be_bytes(length.try_into().map_err(|_| ReleaseFault::NotRelease)?) as usize;
    if length > MOST_HEAD_BYTES { Err(ReleaseFault::TooLarge) } else { Ok(length) }
}

impl Release {
    /// Whether what was signed can be used at all: its sizes are bounded, and no file lies outside its folder.
    ///
    /// # Errors
    /// `Damaged`, `TooLarge`.
    pub fn sound(&self) -> Result<(), ReleaseFault> {
        let mut names = BTreeSet::new();
        let known = self.platforms.iter().all(|part| names.insert(part.platform.as_str()));
        let notes = self.notes.chars().count();
        if !known || self.platforms.is_empty() || notes == 0 || self.book.oldest > self.book.newest {
            return Err(ReleaseFault::Damaged);
        }
        if notes > MOST_NOTES {
            return Err(ReleaseFault::TooLarge);
        }
        self.platforms.iter().try_for_each(Part::sound)
    }

    /// Whether a program of `running` whose books have the version `book` may be replaced by it.
    ///
    /// # Errors
    /// `Same`, `Older`, `BookOlder`, `BookNewer`.
    pub fn follows(&self, running: Version, book: i64) -> Result<(), ReleaseFault> {
        match self.version.cmp(&running) {
            std::cmp::Ordering::Less => Err(ReleaseFault::Older(self.version, running)),
            std::cmp::Ordering::Equal => Err(ReleaseFault::Same(running)),
            std::cmp::Ordering::Greater if book < self.book.oldest => Err(ReleaseFault::BookOlder),
            std::cmp::Ordering::Greater if book > self.book.newest => Err(ReleaseFault::BookNewer),
            std::cmp::Ordering::Greater => Ok(()),
        }
    }

    /// The part of a platform, and where it begins behind the head.
    ///
    /// # Errors
    /// `OtherPlatform`.
    pub fn part(&self, platform: &str) -> Result<(u64, &Part), ReleaseFault> {
        let mut begins = 0;
        for part in &self.platforms {
            if part.platform == platform {
                return Ok((begins, part));
            }
            begins += part.bytes;
        }
        Err(ReleaseFault::OtherPlatform(Here))
    }
}

impl Part {
    fn sound(&self) -> Result<(), ReleaseFault> {
        if self.files.len() > MOST_FILES || self.bytes > MOST_BYTES || self.unpacked() > MOST_BYTES {
            return Err(ReleaseFault::TooLarge);
        }
        let mut names = BTreeSet::new();
        let own = self.files.iter().all(|file| is_name(&file.path) && names.insert(file.path.to_lowercase()));
        if own && !self.files.is_empty() { Ok(()) } else { Err(ReleaseFault::Damaged) }
    }

    /// Bytes of all its files.
    pub fn unpacked(&self) -> u64 {
        self.files.iter().fold(0, |sum: u64, file| sum.saturating_add(file.bytes))
    }

    /// How many pieces it travels in.
    pub fn pieces(&self) -> u64 {
        self.bytes.div_ceil(PIECE_BYTES as u64)
    }

    /// The file of a program by its own name, wherever it lies.
    pub fn program(&self, name: &str) -> Option<&ProgramFile> {
        self.files.iter().find(|file| file.run && file.path.rsplit('/').next() == Some(name))
    }
}

/// A path that stays in its folder on every system.
fn is_name(path: &str) -> bool {
    let bad = |c: char| c.is_control() || "\\:*?\"<>|".contains(c);
    let part = |name: &str| !name.is_empty() && name.trim_matches(['.', ' ']) == name && !is_device(name);
    path.len() <= 200 && !path.contains(bad) && path.split('/').all(part)
}

/// Windows takes these for devices, whatever ending follows.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let mut signs = number.unwrap_or_default().chars();
    matches!((signs.next(), signs.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl FromStr for Version {
    type Err = ReleaseFault;

    /// The one way in which a version is written, so that two names of a folder are never the same version.
    fn from_str(text: &str) -> Result<Self, ReleaseFault> {
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for number in &mut numbers {
            let part = parts.next().filter(|part| part.len() <= 6).ok_or(ReleaseFault::Damaged)?;
            *number = part.parse().map_err(|_| ReleaseFault::Damaged)?;
        }
        let version = Version(numbers);
        let written_so = parts.next().is_none() && version.to_string() == text;
        if written_so { Ok(version) } else { Err(ReleaseFault::Damaged) }
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    fn release() -> Release {
        let file = |path: &str| ProgramFile { path: path.into(), bytes: 3, hash: String::new(), run: true };
        let part = |platform: &str, bytes| Part {
            platform: platform.into(),
            bytes,
            hash: String::new(),
            files: vec![file("tiexin-desk"), file("ui/index.html")],
        };
        Release {
            version: version("1.2.0"),
            made: "2026-11-30".into(),
            notes: "查找更快".into(),
            book: Books { oldest: 2, newest: 9 },
            platforms: vec![part("windows-x86_64", 70), part("linux-x86_64", 50)],
        }
    }

    #[test]
    fn versions_stand_in_order_and_are_written_one_way() {
        assert!(version("0.10.0") > version("0.9.12") && version("1.0.0") > version("0.99.99"));
        for bad in ["", "1.2", "1.2.3.4", "1.2.x", "01.2.3", "1.2.3 ", "+1.2.3", "1.2.3-rc1", "-1.0.0"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
        assert_eq!(serde_json::to_string(&version("1.2.3")).unwrap(), r#""1.2.3""#);
    }

    #[test]
    fn no_step_back_and_no_book_that_it_does_not_open() {
        let release = release();
        assert_eq!(release.follows(version("1.1.9"), 9), Ok(()));
        assert_eq!(
            release.follows(version("1.3.0"), 9),
            Err(ReleaseFault::Older(version("1.2.0"), version("1.3.0")))
        );
        assert_eq!(release.follows(version("1.2.0"), 9), Err(ReleaseFault::Same(version("1.2.0"))));
        assert_eq!(release.follows(version("1.0.0"), 10), Err(ReleaseFault::BookNewer));
        assert_eq!(release.follows(version("1.0.0"), 1), Err(ReleaseFault::BookOlder));
    }

    #[test]
    fn nothing_lies_outside_its_folder_and_no_name_twice() {
        assert_eq!(release().sound(), Ok(()));
        let named = |path: &str| {
            let mut release = release();
            release.platforms[1].files[1].path = path.into();
            release.sound()
        };
        for good in ["ui/界面 1.html", "ui/console.js", "ui/com10.js"] {
            assert_eq!(named(good), Ok(()), "{good}");
        }
        for bad in [
            "../x",
            "ui/../../x",
            "/etc/x",
            "C:/x",
            "ui\\x",
            "",
            "ui//x",
            "./x",
            "x.",
            "x ",
            "ui/..",
            "TIEXIN-desk",
            "a\nb",
            "nul:",
            "nul",
            "ui/AUX.js",
            "com1/x.js",
            "LPT².txt",
        ] {
            assert_eq!(named(bad), Err(ReleaseFault::Damaged), "{bad:?}");
        }
    }

    #[test]
    fn what_is_too_large_is_refused_by_what_it_says_of_itself() {
        let mut large = release();
        large.platforms[0].files[0].bytes = u64::MAX;
        large.platforms[0].files[1].bytes = u64::MAX;
        assert_eq!(large.sound(), Err(ReleaseFault::TooLarge));
        let mut notes = release();
        notes.notes = "字".repeat(MOST_NOTES + 1);
        assert_eq!(notes.sound(), Err(ReleaseFault::TooLarge));
    }

    #[test]
    fn a_part_is_found_with_its_place() {
        let release = release();
        let (begins, part) = release.part("linux-x86_64").unwrap();
        assert_eq!((begins, part.bytes, part.pieces()), (70, 50, 1));
        assert!(part.program("tiexin-desk").is_some() && part.program("index.htm").is_none());
        assert_eq!(release.part("plan9-mips"), Err(ReleaseFault::OtherPlatform(Here)));
    }

    #[test]
    fn a_beginning_tells_how_much_to_read() {
        let head = head_of(&Signed { body: "{}".into(), signature: "00".into() }).unwrap();
        let beginning: &[u8; 12] = head.first_chunk().unwrap();
        assert_eq!(head_length(beginning), Ok(head.len() - 12));
        assert_eq!(head_length(b"TXPACKET\0\0\0\0"), Err(ReleaseFault::NotRelease));
        assert_eq!(head_length(b"TXUPDAT1\xff\0\0\0"), Err(ReleaseFault::TooLarge));
    }
}
