//! Writing that looks alike: one sign under several code points, marks that nobody sees.

mod names;
mod tables;

/// The usual form of a sign that is written in another way here or there, for comparing.
pub(crate) fn usual(c: char) -> char {
    tables::usual(c)
}

pub(crate) use names::{Died, PersonName, begins_with_surname, person_name, same_name, same_title, wild};

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// The text as a person sees it: no invisible marks, radicals and compatibility signs as the signs they
/// look like, private signs of older code pages as what they stand for. Letters and punctuation stay.
pub(crate) fn seen(text: &str) -> Cow<'_, str> {
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !invisible(*c)).map(sign).collect())
}

/// Signs that are what they look like.
fn plain(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
        || "\n\t　、。，；：（）《》“”‘’—…·【】".contains(c)
}

/// Marks of direction and joining, soft hyphens, variation selectors.
pub(crate) fn invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
    )
}

fn sign(c: char) -> char {
    match c {
        '\u{2e80}'..='\u{2eff}' => tables::radical(c),
        '\u{2f00}'..='\u{2fdf}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}' => {
            std::iter::once(c).nfkc().next().unwrap_or(c)
        }
        '\u{e000}'..='\u{f8ff}' => tables::private(c),
        other => other,
    }
}

/// Digits and letters of an ID number as the keys they were meant to be: Ⅹ, Х and Χ are the letter X.
pub(crate) fn number_signs(text: &str) -> String {
    text.chars()
        .filter(|c| !invisible(*c))
        .map(|c| match c {
            'Ⅹ' | 'ⅹ' | 'Х' | 'х' | 'Χ' | 'χ' | '×' | '✕' | '╳' | '乂' => 'X',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => std::iter::once(other).nfkc().next().unwrap_or(other),
        })
        .collect()
}

/// A sign that stands for one that was lost on the way: by a code page, a font, a copy.
pub(crate) fn lost(c: char) -> bool {
    matches!(c, '?' | '？' | '□' | '■' | '▯' | '\u{fffd}' | '〓' | '囗')
        || matches!(sign(c), '\u{e000}'..='\u{f8ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_alike() {
        for (text, wanted) in [
            ("周⽂广", "周文广"),
            ("⺠政", "民政"),
            ("⻓", "长"),
            ("\u{f9f4}", "林"),
            ("谢\u{e863}", "谢䶮"),
            ("周\u{200b}文\u{fe00}广", "周文广"),
            ("普通的名字 abc", "普通的名字 abc"),
        ] {
            assert_eq!(seen(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_letter_of_an_id_number() {
        for x in ["Ⅹ", "ⅹ", "Х", "х", "Χ", "Ｘ", "×"] {
            assert_eq!(number_signs(&format!("34039919501021203{x}")).to_uppercase(), "34039919501021203X");
        }
        assert_eq!(number_signs("３４０３９９\u{200b}"), "340399");
    }
}
