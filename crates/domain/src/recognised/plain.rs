//! A text as it is searched: without spaces, in one width, one form of each character.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::variants::VARIANTS;
use crate::unsaid::is_space;

/// The usual form of a character that is written in others, too.
static USUAL: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let pairs = VARIANTS.split_whitespace().filter_map(|pair| {
        let mut signs = pair.chars();
        Some((signs.next()?, signs.next()?))
    });
    pairs.collect()
});

/// A text without spaces, digits and letters in one width, letters in capitals, traditional and other forms of a
/// character as its usual one.
pub(super) struct Plain {
    pub(super) signs: Vec<char>,
    /// Where each stands in the text, in bytes.
    at: Vec<Range<usize>>,
}

impl Plain {
    pub(super) fn of(text: &str) -> Plain {
        let kept = text.char_indices().filter(|(_, sign)| !is_space(*sign));
        let (signs, at) = kept.map(|(at, sign)| (narrow(sign), at..at + sign.len_utf8())).unzip();
        Plain { signs, at }
    }

    /// What stands there in the text itself.
    pub(super) fn written(&self, text: &str, places: Range<usize>) -> String {
        let ends =
            self.at.get(places.start).zip(places.end.checked_sub(1).and_then(|last| self.at.get(last)));
        ends.map(|(first, last)| text[first.start..last.end].to_owned()).unwrap_or_default()
    }

    /// Whether a word in letters goes on there from the sign before, with no space between.
    pub(super) fn goes_on(&self, at: usize) -> bool {
        let letter = |at: usize| self.signs.get(at).is_some_and(char::is_ascii_alphabetic);
        let Some(before) = at.checked_sub(1) else { return false };
        let joined = self.at.get(before).zip(self.at.get(at)).is_some_and(|(one, two)| one.end == two.start);
        joined && letter(before) && letter(at)
    }
}

fn narrow(sign: char) -> char {
    match sign {
        '•' | '・' | '‧' => '·',
        '！'..='～' => char::from_u32(sign as u32 - 0xfee0).unwrap_or(sign).to_ascii_uppercase(),
        'ā' | 'á' | 'ǎ' | 'à' | 'Ā' | 'Á' | 'Ǎ' | 'À' => 'A',
        'ē' | 'é' | 'ě' | 'è' | 'Ē' | 'É' | 'Ě' | 'È' => 'E',
        'ī' | 'í' | 'ǐ' | 'ì' | 'Ī' | 'Í' | 'Ǐ' | 'Ì' => 'I',
        'ō' | 'ó' | 'ǒ' | 'ò' | 'Ō' | 'Ó' | 'Ǒ' | 'Ò' => 'O',
        'ū' | 'ú' | 'ǔ' | 'ù' | 'Ū' | 'Ú' | 'Ǔ' | 'Ù' => 'U',
        'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' | 'Ü' | 'Ǖ' | 'Ǘ' | 'Ǚ' | 'Ǜ' => 'V',
        sign if sign.is_ascii() => sign.to_ascii_uppercase(),
        sign => USUAL.get(&sign).copied().unwrap_or(sign),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A pair with a third sign, one that says nothing, and a form that would need two steps.
    #[test]
    fn every_other_form_has_one_usual_form() {
        let mut others = BTreeSet::new();
        for pair in VARIANTS.split_whitespace() {
            let signs: Vec<char> = pair.chars().collect();
            let [other, usual] = signs[..] else { panic!("{pair}") };
            assert!(other != usual && others.insert(other), "{pair}");
            assert!(!USUAL.contains_key(&usual), "{pair}: {usual} has another usual form");
        }
    }

    #[test]
    fn what_is_found_is_told_as_it_was_written() {
        let text = "歐　陽 Ａb";
        let plain = Plain::of(text);
        assert_eq!(plain.signs, ['欧', '阳', 'A', 'B']);
        assert_eq!((plain.written(text, 0..2), plain.written(text, 2..4)), ("歐　陽".into(), "Ａb".into()));
        assert!(plain.goes_on(3) && !plain.goes_on(2) && !plain.goes_on(0) && !plain.goes_on(4));
    }
}
