//! Bytes as text, whatever the office's program wrote: UTF-8, GB18030 or UTF-16, with or without a mark.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// The text with `\n` at the end of each line and no other control characters but tabs; `None` for bytes
/// that are no text. A byte that belongs to no character becomes U+FFFD: one bad cell refuses no file.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => with(UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => with(UTF_16BE, rest),
        // Some programs put the mark of UTF-8 before another encoding.
        [0xEF, 0xBB, 0xBF, rest @ ..] => narrow(rest),
        _ => match wide(bytes) {
            Some(text) => text,
            None => narrow(bytes),
        },
    };
    is_text(&text).then(|| tidy(&text))
}

fn with(encoding: &'static Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// UTF-16 without a mark: the separators and line ends between the fields leave zeros at every other byte.
fn wide(bytes: &[u8]) -> Option<String> {
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    if (first + second) * 50 < bytes.len() {
        return None;
    }
    let text = with(if first > second { UTF_16BE } else { UTF_16LE }, bytes);
    is_text(&text).then_some(text)
}

/// UTF-8 or GB18030, whichever loses less.
fn narrow(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes)
        && (text.is_ascii() || han(text) > 0)
    {
        return text.to_owned();
    }
    let (utf_8, national) = (with(UTF_8, bytes), with(GB18030, bytes));
    let (lost, lost_as_national) = (lost(&utf_8), lost(&national));
    // Read as GB18030, UTF-8 is rare characters without any loss; the other way there is hardly one that fits.
    let fits = if lost == 0 { lost_as_national > 0 || han(&national) == 0 } else { han(&utf_8) >= 2 * lost };
    if fits || lost_as_national > lost { utf_8 } else { national }
}

fn lost(text: &str) -> usize {
    text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count()
}

fn han(text: &str) -> usize {
    text.chars().filter(|c| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')).count()
}

/// Text of people has hardly a control character; a file that is full of them is something else.
fn is_text(text: &str) -> bool {
    let odd = |c: &char| *c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace());
    text.chars().filter(odd).count() <= 2 + text.chars().count() / 20
}

/// Line breaks inside a cell, as word processors write them, must not break the row.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => tidied.push('\n'),
            '\n' | '\t' => tidied.push(c),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => tidied.push(' '),
            c => tidied.push(c),
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "姓名,身份证号\n王晓联,34039919720515101X\n";

    #[test]
    fn every_encoding_is_told_without_a_mark() {
        let utf_16: Vec<u16> = TEXT.encode_utf16().collect();
        let little: Vec<u8> = utf_16.iter().flat_map(|c| c.to_le_bytes()).collect();
        let big: Vec<u8> = utf_16.iter().flat_map(|c| c.to_be_bytes()).collect();
        for bytes in [TEXT.as_bytes(), &GB18030.encode(TEXT).0, &little, &big] {
            assert_eq!(decode(bytes).as_deref(), Some(TEXT));
        }
        for (mark, bytes) in [
            (&b"\xEF\xBB\xBF"[..], TEXT.as_bytes()),
            (b"\xEF\xBB\xBF", &GB18030.encode(TEXT).0),
            (b"\xFF\xFE", &little),
            (b"\xFE\xFF", &big),
        ] {
            assert_eq!(decode(&[mark, bytes].concat()).as_deref(), Some(TEXT));
        }
    }

    #[test]
    fn one_bad_byte_or_half_a_character_loses_no_other() {
        for bytes in [TEXT.as_bytes().to_vec(), GB18030.encode(TEXT).0.into_owned()] {
            let comma = bytes.iter().rposition(|b| *b == b',').unwrap();
            let mut cut = bytes.clone();
            cut.remove(comma - 1);
            let text = decode(&cut).unwrap();
            assert_eq!(text, TEXT.replace('联', "\u{fffd}"));
            let mut bad = bytes;
            bad.insert(comma, 0xFF);
            assert_eq!(decode(&bad).unwrap(), TEXT.replace('联', "联\u{fffd}"));
        }
    }

    #[test]
    fn what_a_word_processor_writes_for_a_line_break_breaks_no_row() {
        assert_eq!(decode(b"a\x0bb\x0cc\x1d,d\r\ne\rf\x1a").unwrap(), "a b c ,d\ne\nf ");
    }

    #[test]
    fn bytes_are_no_text() {
        for bytes in [&[0, 1, 2, 3, 255, 254, 0, 0, 9][..], &[0; 64], &(0..=255).collect::<Vec<u8>>()] {
            assert_eq!(decode(bytes), None);
        }
    }
}
