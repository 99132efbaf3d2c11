//! Text from pipes and files, in whichever code the program before wrote it. A console of a Chinese Windows pipes
//! code page 936 (GBK), PowerShell UTF-16, Notepad writes a mark in front of UTF-8.
//!
//! What this program writes itself is UTF-8 in pipes and files; a console of Windows is given UTF-16 by the standard
//! library, whatever its code page.

use std::io::{self, BufRead, Read};

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// The longest line that is read where one line is wanted.
const LONGEST_LINE: u64 = 64 * 1024;

/// Why no text was read.
#[derive(Debug, thiserror::Error)]
pub enum NoText {
    #[error("读不到内容")]
    Io(#[from] io::Error),
    #[error("文字认不出来，请存成 UTF-8 再试")]
    Unknown,
    /// It reads one way in UTF-8 and another in GBK.
    #[error("看不出文字是 UTF-8 还是 GBK，请存成带 BOM 的 UTF-8 再试")]
    Ambiguous,
}

/// The text of these bytes: by their mark, else UTF-8, else GB18030.
///
/// # Errors
/// `Unknown`, `Ambiguous`: rather than text that nobody wrote.
pub fn text(bytes: &[u8]) -> Result<String, NoText> {
    let text = decoded(bytes)?;
    if UTF_8.decode_without_bom_handling_and_without_replacement(bytes).is_some()
        && reads_as_chinese(bytes, &text)
    {
        return Err(NoText::Ambiguous);
    }
    Ok(text)
}

/// All of standard input.
///
/// # Errors
/// See [`text`].
pub fn stdin_text() -> Result<String, NoText> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    text(&bytes)
}

/// The first line, without its end. For passwords: UTF-8 where it can be that.
///
/// # Errors
/// `Unknown`.
pub fn first_line(from: &mut impl BufRead) -> Result<String, NoText> {
    let mut line = Vec::new();
    let mut from = from.take(LONGEST_LINE);
    loop {
        let before = line.len();
        from.read_until(b'\n', &mut line)?;
        // In UTF-16 the byte of a line's end is also half of other signs.
        let wide = line.starts_with(&[0xff, 0xfe]) || (line.contains(&0) && !line.starts_with(&[0xfe, 0xff]));
        if wide && line.len() % 2 == 1 {
            from.by_ref().take(1).read_to_end(&mut line)?;
        }
        let ends = match line.as_slice() {
            [.., b'\n', 0] if wide => line.len() % 2 == 0,
            [0xfe, 0xff, ..] => line.len() % 2 == 0 && line.ends_with(&[0, b'\n']),
            _ => !wide,
        };
        if ends || line.len() == before {
            return Ok(decoded(&line)?.trim_end_matches(['\n', '\r']).to_owned());
        }
    }
}

fn decoded(bytes: &[u8]) -> Result<String, NoText> {
    let by = |code: &'static Encoding, bytes| {
        code.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
    };
    if let Some((code, mark)) = Encoding::for_bom(bytes) {
        return by(code, &bytes[mark..]).ok_or(NoText::Unknown);
    }
    if bytes.contains(&0) {
        // `cmd /u` pipes UTF-16 without a mark. Text has no zero signs.
        let wide =
            [UTF_16LE, UTF_16BE].into_iter().find_map(|code| by(code, bytes).filter(|text| plain(text)));
        return wide.ok_or(NoText::Unknown);
    }
    by(UTF_8, bytes).or_else(|| by(GB18030, bytes)).ok_or(NoText::Unknown)
}

/// UTF-16 that was read the wrong way round is full of signs that no text has.
fn plain(text: &str) -> bool {
    let odd = |sign: char| sign == '\0' || sign == '\u{0a00}' || sign == '\u{0d00}' || sign == '\u{2200}';
    !text.chars().any(odd) && text.chars().any(|sign| sign.is_ascii())
}

/// Pairs of bytes that are Latin, Greek or Cyrillic in UTF-8 and common Chinese in GBK: whoever wrote nothing else
/// beyond ASCII may have meant either.
fn reads_as_chinese(bytes: &[u8], text: &str) -> bool {
    let mut beyond = text.chars().filter(|sign| !sign.is_ascii()).peekable();
    if beyond.peek().is_none() || beyond.any(|sign| sign > '\u{7ff}') {
        return false;
    }
    GB18030.decode_without_bom_handling_and_without_replacement(bytes).is_some_and(|chinese| {
        chinese.chars().filter(|sign| !sign.is_ascii()).all(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = "{\"region\": \"340323100201\", \"note\": \"家里人都在，上午去的\"}\r\n";

    fn gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    fn wide(text: &str, little: bool, mark: bool) -> Vec<u8> {
        let marked = if mark { "\u{feff}" } else { "" };
        let units = marked.encode_utf16().chain(text.encode_utf16());
        units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    fn all_ways(words: &str) -> [Vec<u8>; 7] {
        [
            words.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", words.as_bytes()].concat(),
            gbk(words),
            wide(words, true, true),
            wide(words, false, true),
            wide(words, true, false),
            wide(words, false, false),
        ]
    }

    #[test]
    fn text_is_read_in_whichever_code_it_comes() {
        for bytes in all_ways(JSON) {
            assert_eq!(text(&bytes).unwrap(), JSON, "{bytes:?}");
        }
        assert_eq!(text(b"").unwrap(), "");
    }

    #[test]
    fn the_first_line_is_read_in_whichever_code_it_comes() {
        // 上 has the byte of a line's end in UTF-16.
        let [plain, marked, gbk, little, big, bare, _] = all_ways("abc-石榴树上-12\r\nsecond 上 line\n");
        for bytes in [plain, marked, gbk, little, big, bare] {
            assert_eq!(first_line(&mut bytes.as_slice()).unwrap(), "abc-石榴树上-12", "{bytes:?}");
        }
        assert_eq!(first_line(&mut &b"no end"[..]).unwrap(), "no end");
        assert_eq!(first_line(&mut &b"\xff\xfea\0b\0"[..]).unwrap(), "ab");
        assert_eq!(first_line(&mut &b""[..]).unwrap(), "");
        assert_eq!(first_line(&mut "caf\u{e9}\n".as_bytes()).unwrap(), "café");
    }

    #[test]
    fn a_line_that_never_ends_is_not_read_for_ever() {
        let endless = first_line(&mut io::BufReader::new(io::repeat(b'a'))).unwrap();
        assert_eq!(endless.len() as u64, LONGEST_LINE);
    }

    #[test]
    fn what_reads_two_ways_is_refused() {
        // 谩茅 in GBK, áé in UTF-8.
        assert!(matches!(text(&gbk("{\"note\": \"谩茅\"}")), Err(NoText::Ambiguous)));
        // With one sign that is only Chinese there is no doubt.
        assert_eq!(text("{\"note\": \"古丽·é\"}".as_bytes()).unwrap(), "{\"note\": \"古丽·é\"}");
        assert_eq!(text(&gbk("{\"note\": \"联通谩\"}")).unwrap(), "{\"note\": \"联通谩\"}");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&b"\xff\xff\xff"[..], b"\xef\xbb\xbf\xff", b"\xff\xfea", b"a\0b", b"\x80\xff"] {
            assert!(matches!(text(bytes), Err(NoText::Unknown)), "{bytes:?}");
        }
    }
}
