//! Han text as the search index and the lists need it: spaced characters, pinyin, initials.

use pinyin::{ToPinyin, ToPinyinMulti};

/// Readings of one name that are indexed; a name of many heteronyms is cut here.
const MOST_READINGS: usize = 6;

/// Whether a space goes around the character in the index.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c as u32,
        0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3134F | 0x3007)
}

/// `走访张三2次` → `走 访 张 三 2次`. Full-text search splits at spaces only; without them inner
/// characters and two-character names are not found.
pub(crate) fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if is_han(c) {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            out.push(c);
            out.push(' ');
        } else {
            out.push(c);
        }
    }
    out
}

/// Orders names as a Chinese office does: by pinyin, then by the characters.
pub(crate) fn sort_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len() * 3);
    for c in name.chars().take(40) {
        match c.to_pinyin() {
            Some(reading) => {
                key.push_str(reading.plain());
                key.push(' ');
            }
            None => key.extend(c.to_lowercase()),
        }
    }
    key.push('\u{1}');
    key.push_str(name);
    key
}

/// How a name may be typed: whole spellings and initials, from every character on, so that
/// `zhangsanfeng`, `sanfeng`, `zsf` and `sf` all find 张三丰. Heteronyms give one more of each.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Spelled {
    pub(crate) full: String,
    pub(crate) initials: String,
}

pub(crate) fn spell(name: &str) -> Spelled {
    spelled(&readings(name))
}

/// The same of several names, a line each: each is found by itself.
pub(crate) fn spell_each(names: &str) -> Spelled {
    let mut all = Spelled::default();
    for name in names.lines() {
        let one = spell(name);
        one.full.split_whitespace().for_each(|word| push_word(&mut all.full, word));
        one.initials.split_whitespace().for_each(|word| push_word(&mut all.initials, word));
    }
    all
}

/// The same for the usual reading alone: 方 is fang, and wang only to a lexicographer.
pub(crate) fn spell_usual(name: &str) -> Spelled {
    spelled(&readings(name)[..1])
}

fn spelled(readings: &[Vec<String>]) -> Spelled {
    let mut spelled = Spelled::default();
    for reading in readings {
        // A person's name is found from every character on; a long title from its beginning.
        let last = if reading.len() <= 6 { reading.len() } else { 1 };
        for from in 0..last {
            let full: String = reading[from..].concat();
            push_word(&mut spelled.full, &full);
            if reading.len() - from > 1 {
                let initials: String = reading[from..].iter().filter_map(|s| s.chars().next()).collect();
                push_word(&mut spelled.initials, &initials);
            }
        }
    }
    spelled
}

fn push_word(words: &mut String, word: &str) {
    if words.split(' ').any(|w| w == word) {
        return;
    }
    if !words.is_empty() {
        words.push(' ');
    }
    words.push_str(word);
}

/// No keyboard has `ü`: input methods take `v` for it, forms and passports write `u`.
fn typed_as(syllable: &str, options: &mut Vec<String>) {
    let ways = match syllable.contains('ü') {
        true => vec![syllable.replace('ü', "v"), syllable.replace('ü', "u")],
        false => vec![syllable.to_owned()],
    };
    for way in ways {
        if !options.contains(&way) {
            options.push(way);
        }
    }
}

/// Letters as they are compared: `lv` and `lu` are one. No other syllable has a `v`.
pub(crate) fn typed(letters: &str) -> String {
    letters.replace(['v', 'ü'], "u")
}

/// Every way to read the name, syllable by syllable; the usual way first.
fn readings(name: &str) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for c in name.chars().filter(|c| c.is_alphanumeric()).take(24) {
        let mut options: Vec<String> = Vec::new();
        if let Some(usual) = c.to_pinyin() {
            typed_as(usual.plain(), &mut options);
            for other in c.to_pinyin_multi().into_iter().flatten() {
                typed_as(other.plain(), &mut options);
            }
        } else {
            options.push(c.to_lowercase().collect());
        }
        let room = (MOST_READINGS / all.len()).max(1);
        options.truncate(room);
        let mut next = Vec::with_capacity(all.len() * options.len());
        for option in &options {
            for reading in &all {
                let mut longer = reading.clone();
                longer.push(option.clone());
                next.push(longer);
            }
        }
        all = next;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_characters_stand_apart() {
        assert_eq!(spaced("张三丰"), "张 三 丰 ");
        assert_eq!(spaced("走访2次A"), "走 访 2次 A".replace("2次", "2 次"));
    }

    #[test]
    fn a_name_is_found_by_its_spellings() {
        let s = spell("张三丰");
        assert_eq!(s.full, "zhangsanfeng sanfeng feng");
        assert_eq!(s.initials, "zsf sf");
        let shan = spell("单福");
        assert!(shan.full.contains("shanfu") && shan.full.contains("danfu"), "{shan:?}");
    }

    #[test]
    fn a_u_with_dots_is_typed_as_v_and_as_u() {
        let s = spell("吕果果");
        assert!(
            s.full.split(' ').any(|w| w == "lvguoguo") && s.full.split(' ').any(|w| w == "luguoguo"),
            "{s:?}"
        );
        assert!(s.initials.starts_with("lgg gg"), "{s:?}");
        assert!(spell("略").full.split(' ').any(|w| w == "lve"));
        assert_eq!(typed("lvguo"), typed("luguo"));
        let two = spell_each("王建国\n李芳");
        let found = |word: &str| two.full.split(' ').chain(two.initials.split(' ')).any(|w| w == word);
        for word in ["wangjianguo", "lifang", "fang", "wjg", "lf"] {
            assert!(found(word), "{word}: {two:?}");
        }
        assert!(!found("guolifang"), "{two:?}");
    }

    #[test]
    fn names_sort_by_pinyin() {
        let mut names = ["赵四", "安宁", "张三"];
        names.sort_by_key(|n| sort_key(n));
        assert_eq!(names, ["安宁", "张三", "赵四"]);
    }
}
