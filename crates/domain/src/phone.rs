//! Phone numbers: mobile, landline with area code, or 无.

use crate::nothing::says_nothing;

/// Reads a phone as people write it. `Ok(None)`: 无 or the like is no number, and nothing is stored; `Err` names what to
/// do.
pub fn read(text: &str) -> Result<Option<String>, BadPhone> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '—' | '(' | ')' | '（' | '）' | '\''))
        .map(|c| match c {
            '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
            other => other,
        })
        .collect();
    if says_nothing(&plain) {
        return Ok(None);
    }
    let plain = plain.strip_prefix("+86").unwrap_or(&plain);
    if !plain.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadPhone);
    }
    let b = plain.as_bytes();
    let landline = (10..=12).contains(&b.len()) && b[0] == b'0' && b[1] != b'0';
    if is_mobile(plain) || landline { Ok(Some(plain.to_owned())) } else { Err(BadPhone) }
}

/// Whether it is a mobile number, in digits without a break.
pub(crate) fn is_mobile(places: &str) -> bool {
    let b = places.as_bytes();
    b.len() == 11 && b[0] == b'1' && (b'3'..=b'9').contains(&b[1]) && b.iter().all(u8::is_ascii_digit)
}

/// Neither a mobile nor a landline number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("电话号码不对：手机应为 11 位，座机请带区号，没有请写“无”")]
pub struct BadPhone;

/// How a phone is shown by default: `199****6454`.
pub fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() < 8 {
        return "*".repeat(chars.len());
    }
    let tail: String = chars[chars.len() - 4..].iter().collect();
    let head: String = chars[..3].iter().collect();
    format!("{head}{}{tail}", "*".repeat(chars.len() - 7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_as_offices_write_them() {
        assert_eq!(read("199 0000 2580"), Ok(Some("19900002580".into())));
        assert_eq!(read("0552-6012345"), Ok(Some("05526012345".into())));
        for nothing in ["无", " 没有 ", "（无）", "暂无", "不详", "-", "——", "/", ""] {
            assert_eq!(read(nothing), Ok(None), "{nothing}");
        }
        assert!(read("12345").is_err());
        assert!(read("12900002580").is_err());
        assert!(read("不详123").is_err());
        assert_eq!(mask("19900002580"), "199****2580");
    }
}
