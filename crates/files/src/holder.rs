//! Which program has a file open, where another one needs it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// As far as it can be known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    pub program: Option<String>,
    /// Who works there, as the program knows them.
    pub user: Option<String>,
}

impl fmt::Display for Holder {
    /// 王丽正用 Excel 打开着
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.program, &self.user) {
            (Some(program), Some(user)) => write!(f, "{user}正用 {program} 打开着"),
            (Some(program), None) => write!(f, "{program} 正打开着"),
            (None, Some(user)) => write!(f, "{user}正打开着"),
            (None, None) => write!(f, "别的程序（常见的是 Excel、WPS）正打开着"),
        }
    }
}

/// Who has the file open: by what the system says, else by the file that office programs lay beside it.
/// `None`: nobody knows.
pub fn holder(path: &Path) -> Option<Holder> {
    let beside = by_owner_file(path);
    match programs(path).into_iter().next() {
        Some(program) => {
            let program = Some(called(&program));
            Some(Holder { program, user: beside.and_then(|beside| beside.user) })
        }
        None => beside,
    }
}

#[cfg(windows)]
fn programs(path: &Path) -> Vec<String> {
    crate::windows::programs(path)
}

#[cfg(not(windows))]
fn programs(_: &Path) -> Vec<String> {
    Vec::new()
}

/// `Microsoft Excel` → `Excel`; what is not known stays as it is.
fn called(program: &str) -> String {
    let small = program.to_lowercase();
    for (part, name) in
        [("excel", "Excel"), ("wps", "WPS"), ("kingsoft", "WPS"), ("libreoffice", "LibreOffice")]
    {
        if small.contains(part) {
            return name.into();
        }
    }
    program.trim().to_owned()
}

fn by_owner_file(path: &Path) -> Option<Holder> {
    let name = path.file_name()?.to_str()?;
    let beside = |name: String| -> PathBuf { path.with_file_name(name) };
    let of = |program: &str, user| Some(Holder { program: Some(program.into()), user });
    let office = beside(format!("~${name}"));
    if office.is_file() {
        // Both lay down the same file.
        return of("Excel 或 WPS", fs::read(office).ok().and_then(|bytes| owner(&bytes)));
    }
    let wps = beside(format!(".~{name}"));
    if wps.is_file() {
        return of("WPS", fs::read(wps).ok().and_then(|bytes| owner(&bytes)));
    }
    let libre = beside(format!(".~lock.{name}#"));
    if libre.is_file() {
        return of("LibreOffice", fs::read_to_string(libre).ok().and_then(|text| first_word(&text)));
    }
    None
}

/// The user in an owner file: its length and the name in the machine's code page fill 55 bytes (Excel) or 54 (Word),
/// then come the length in characters and the name in UTF-16.
fn owner(bytes: &[u8]) -> Option<String> {
    let at = match bytes.len() {
        165 => 55,
        162 => 54,
        _ => return None,
    };
    let length = usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let units = bytes.get(at + 2..at + 2 + length * 2)?;
    let units: Vec<u16> = units.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    named(&String::from_utf16(&units).ok()?)
}

/// `name,account,machine,when,folder`
fn first_word(text: &str) -> Option<String> {
    text.split(',').take(2).find_map(named)
}

fn named(name: &str) -> Option<String> {
    let name = name.trim_matches(['\0', ' ']);
    let fits = !name.is_empty() && name.chars().count() <= 40 && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Excel writes it.
    fn owner_file(user: &str) -> Vec<u8> {
        let units: Vec<u16> = user.encode_utf16().collect();
        let mut bytes = vec![b' '; 55];
        bytes[0] = 4;
        bytes.extend((units.len() as u16).to_le_bytes());
        bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes.resize(165, b' ');
        bytes
    }

    fn beside(file: &str, bytes: &[u8]) -> Option<Holder> {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("会员 台账.xlsx");
        fs::write(&ledger, "x").unwrap();
        fs::write(folder.path().join(file), bytes).unwrap();
        holder(&ledger)
    }

    #[test]
    fn the_user_of_excel_is_read_from_its_owner_file() {
        let holder = beside("~$会员 台账.xlsx", &owner_file("王丽")).unwrap();
        assert_eq!(holder.to_string(), "王丽正用 Excel 或 WPS 打开着");
        let holder = beside(".~会员 台账.xlsx", &owner_file("张建国")).unwrap();
        assert_eq!(holder.to_string(), "张建国正用 WPS 打开着");
        let holder = beside(".~lock.会员 台账.xlsx#", ",wangli,pc-1,30.11.2026 10:00,file:///x;".as_bytes());
        assert_eq!(holder.unwrap().to_string(), "wangli正用 LibreOffice 打开着");
    }

    #[test]
    fn an_owner_file_without_a_name_still_tells_the_program() {
        let mut endless = owner_file("王丽");
        endless[55..57].copy_from_slice(&u16::MAX.to_le_bytes());
        for bytes in [&b""[..], b"WPS", &[0; 165], &[0xff; 162], &endless] {
            let holder = beside("~$会员 台账.xlsx", bytes).unwrap();
            assert_eq!(holder.to_string(), "Excel 或 WPS 正打开着", "{bytes:?}");
        }
    }

    #[test]
    fn nobody_is_named_where_nobody_is_known() {
        assert_eq!(beside("~$别的.xlsx", &owner_file("王丽")), None);
        assert!(Holder::default().to_string().contains("Excel、WPS"));
    }

    #[test]
    fn programs_are_called_as_people_call_them() {
        for (told, name) in [("Microsoft Excel", "Excel"), ("WPS Office", "WPS"), (" 记事本 ", "记事本")]
        {
            assert_eq!(called(told), name);
        }
    }
}
