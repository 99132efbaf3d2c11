//! Names of files that every system, every stick and every colleague's computer can have.

/// Bytes of a name in UTF-8: file systems of Linux take 255, and the name gets a beginning and an ending while the file
/// is being written.
const LONGEST: usize = 200;

/// A name that is allowed everywhere. What is not allowed becomes `_`; a name that says nothing becomes `未命名`.
pub fn safe_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(|sign| !turns_around(*sign))
        .map(|sign| if forbidden(sign) { '_' } else { sign })
        .collect();
    let plain = shortened(trimmed(&plain));
    if plain.chars().all(|sign| sign == '_' || sign == '.') {
        return "未命名".into();
    }
    match plain.split_once('.') {
        Some((stem, rest)) if is_device(stem) => format!("{}_.{rest}", stem.trim_end()),
        None if is_device(&plain) => format!("{plain}_"),
        _ => plain,
    }
}

/// Why Windows does not take this name as it is, in words; `None` elsewhere and where it does. For names that a person
/// chose and that are not changed behind his back.
pub fn refused_name(name: &str) -> Option<&'static str> {
    if cfg!(windows) { refused_by_windows(name) } else { None }
}

/// The same of the last name of a path as a person wrote it. Asked before the path is made whole: Windows makes a device
/// of `CON`, and leaves out a dot at the end.
pub fn refused_path(path: &str) -> Option<&'static str> {
    refused_name(last_name(path))
}

/// As Windows divides it, but a drive with a name right behind it is no drive: `a:b` would be sought on drive A.
fn last_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn refused_by_windows(name: &str) -> Option<&'static str> {
    if name.chars().any(forbidden) {
        Some("文件名里不能有 < > : \" / \\ | ? * 这些符号")
    } else if trimmed(name) != name.trim_start() {
        Some("文件名不能以点或空格结尾")
    } else if is_device(name.split('.').next().unwrap_or(name)) {
        Some("CON、PRN、AUX、NUL、COM1、LPT1 这类名称是 Windows 自己用的，不能作文件名")
    } else {
        None
    }
}

fn trimmed(name: &str) -> &str {
    name.trim_start().trim_end_matches(|sign: char| sign == '.' || sign.is_whitespace())
}

fn forbidden(sign: char) -> bool {
    sign.is_control() || matches!(sign, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*')
}

/// Marks that nobody sees and that can make `cod.exe` look like `exe.doc`.
fn turns_around(sign: char) -> bool {
    matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Windows takes these for devices, whatever ending follows.
fn is_device(stem: &str) -> bool {
    let stem = stem.trim_end().to_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let mut signs = number.unwrap_or_default().chars();
    matches!((signs.next(), signs.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
}

/// Cut before the ending, which tells programs what the file is.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 16 => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    format!("{}{ending}", trimmed(at_most(stem, LONGEST - ending.len())))
}

/// The first bytes of a text, in whole characters.
pub(crate) fn at_most(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_windows_takes() {
        for (name, safe) in [
            ("月报_谷阳镇_2026-10.xlsx", "月报_谷阳镇_2026-10.xlsx"),
            ("统计:第1/2季度?.xlsx", "统计_第1_2季度_.xlsx"),
            ("a<b>c\"d|e*f\\g", "a_b_c_d_e_f_g"),
            ("两行\n的\t名称\u{0}.xlsx", "两行_的_名称_.xlsx"),
            ("名册.", "名册"),
            ("名册. . ", "名册"),
            ("  名册.xlsx ", "名册.xlsx"),
            ("CON", "CON_"),
            ("con.xlsx", "con_.xlsx"),
            ("NUL .tar.gz", "NUL_.tar.gz"),
            ("com1.txt", "com1_.txt"),
            ("LPT9", "LPT9_"),
            ("COM²", "COM²_"),
            ("COM10.txt", "COM10.txt"),
            ("CONTROL.xlsx", "CONTROL.xlsx"),
            ("communes", "communes"),
            ("", "未命名"),
            (" ..", "未命名"),
            ("???", "未命名"),
            ("照片\u{202e}gpj.exe", "照片gpj.exe"),
            ("..\\..\\windows", ".._.._windows"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
            assert_eq!(safe_name(safe), safe, "again {name:?}");
            assert_eq!(refused_by_windows(safe), None, "{safe}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let safe = safe_name(&format!("{}.xlsx", "很长的标题".repeat(40)));
        assert!(safe.ends_with(".xlsx") && safe.len() <= LONGEST && safe.starts_with("很长的标题"), "{safe}");
        let safe = safe_name(&"字".repeat(300));
        assert!(safe.len() <= LONGEST && safe.chars().all(|sign| sign == '字'));
    }

    #[test]
    fn a_name_that_windows_refuses_is_told_with_the_reason() {
        for (name, why) in [
            ("CON.xlsx", "Windows"),
            ("aux", "Windows"),
            ("名册.", "结尾"),
            ("名册 ", "结尾"),
            ("a:b.xlsx", "符号"),
            ("a\u{7}.xlsx", "符号"),
        ] {
            assert!(refused_by_windows(name).is_some_and(|told| told.contains(why)), "{name}");
        }
        assert_eq!(refused_by_windows("名册 2026.xlsx"), None);
    }

    #[test]
    fn the_name_of_a_path_is_looked_at_as_it_was_written() {
        for path in ["CON", "D:\\台账\\NUL", "a:b", "D:/台账/名册.", ".\\名册 "] {
            assert!(refused_by_windows(last_name(path)).is_some(), "{path}");
        }
        for path in ["D:\\台账\\名册.xlsx", "名册.xlsx", "\\\\server\\share\\名册.xlsx"] {
            assert_eq!(refused_by_windows(last_name(path)), None, "{path}");
        }
    }

    /// Every safe name can be made here, whichever system this is.
    #[test]
    fn safe_names_can_be_made() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["CON", "NUL.xlsx", "com1.txt", "名册. ", "a:b?.xlsx", &"字".repeat(300)] {
            let path = folder.path().join(safe_name(name));
            std::fs::write(&path, name).unwrap();
            let listed: Vec<_> = folder.path().read_dir().unwrap().map(|e| e.unwrap().path()).collect();
            assert_eq!(listed, std::slice::from_ref(&path), "{name}");
            std::fs::remove_file(path).unwrap();
        }
    }
}
