//! Names of persons as cells hold them: with spaces, a note in brackets, a mark that somebody has died.

use tiexin_domain::nouns::tidy_name;
use tiexin_domain::{PartialDate, YearHint};

use super::{lost, seen, tables};

/// What a cell says besides the name that somebody has died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Died {
    On(PartialDate),
    /// The cell does not say when.
    Sometime,
}

/// A name taken out of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PersonName {
    /// Without spaces, brackets and marks.
    pub(crate) name: String,
    /// What stood beside it, other than a mark of death.
    pub(crate) note: Option<String>,
    pub(crate) died: Option<Died>,
}

/// Words that say of a person that they have died. Longer ones first: the rest of a note is kept.
const DEATH: &[&str] = &[
    "已经去世",
    "已去世",
    "已死亡",
    "已病故",
    "已过世",
    "已故",
    "已亡",
    "病故",
    "病逝",
    "去世",
    "过世",
    "亡故",
    "死亡",
    "身故",
    "离世",
    "逝世",
    "亡",
    "故",
    "殁",
    "逝",
];
const OPENING: &[char] = &['(', '（', '[', '【', '〔', '〈', '<', '《', '{'];
const CLOSING: &[char] = &[')', '）', ']', '】', '〕', '〉', '>', '》', '}'];

/// Reads a cell that holds one name.
pub(crate) fn person_name(text: &str) -> PersonName {
    let text = seen(text).trim_start_matches(['\'', '‘', '`']).to_owned();
    let (mut name, mut notes) = brackets_apart(&text);
    // 张三 已故, 张三†: a mark behind the name without brackets.
    if let Some((bare, mark)) = trailing_mark(&name) {
        notes.push(mark);
        name = bare;
    }
    let died = notes.iter().find_map(|note| death(note));
    let rest: Vec<String> = notes.into_iter().filter(|note| death(note).is_none()).collect();
    let name = name.replace(['*', '＊', '#', '※', '☆', '★'], "");
    PersonName { name: tidy_name(&dots(&name)), note: (!rest.is_empty()).then(|| rest.join("、")), died }
}

/// The text outside of brackets, and each text inside.
fn brackets_apart(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut notes, mut inside, mut depth) = (String::new(), Vec::new(), String::new(), 0usize);
    for c in text.chars() {
        if OPENING.contains(&c) {
            depth += 1;
        } else if CLOSING.contains(&c) {
            if depth == 1 && !inside.trim().is_empty() {
                notes.push(std::mem::take(&mut inside).trim().to_owned());
            }
            depth = depth.saturating_sub(1);
        } else if depth > 0 {
            inside.push(c);
        } else {
            outside.push(c);
        }
    }
    // A bracket that was never closed.
    if !inside.trim().is_empty() {
        notes.push(inside.trim().to_owned());
    }
    (outside, notes)
}

fn trailing_mark(name: &str) -> Option<(String, String)> {
    let name = name.trim_end();
    if let Some(bare) = name.strip_suffix(['†', '✝', '▲', '△']) {
        return Some((bare.to_owned(), "亡".into()));
    }
    // Single words such as 亡 could end a name; without brackets only the plain ones count.
    let plain = DEATH.iter().filter(|word| word.chars().count() >= 2 && !matches!(**word, "死亡"));
    let mark = plain.into_iter().find(|word| name.ends_with(**word))?;
    let bare =
        name.strip_suffix(mark)?.trim_end_matches(|c: char| c.is_whitespace() || "，,、-—:：/".contains(c));
    (bare.chars().filter(|c| !c.is_whitespace()).count() >= 2).then(|| (bare.to_owned(), (*mark).to_owned()))
}

fn death(note: &str) -> Option<Died> {
    let bare: String = note.chars().filter(|c| !c.is_whitespace()).collect();
    let word = DEATH.iter().find(|word| bare.contains(**word))?;
    // 故 and the like alone, or with a date: 曾用名故里 is no death.
    let rest = bare.replacen(word, "", 1);
    let rest = rest.trim_matches(|c: char| "于在年因病已，,、。.:：".contains(c) && !c.is_ascii_digit());
    let date = |text: &str| PartialDate::parse(text, YearHint::None).ok();
    if word.chars().count() == 1
        && !rest.is_empty()
        && date(rest).is_none()
        && date(&format!("{rest}年")).is_none()
    {
        return None;
    }
    let found = date(rest).or_else(|| date(&format!("{rest}年"))).or_else(|| first_date(&bare));
    Some(found.map_or(Died::Sometime, Died::On))
}

/// A date that stands somewhere among other words.
fn first_date(text: &str) -> Option<PartialDate> {
    let dated = |c: char| c.is_ascii_digit() || "年月日.-/".contains(c);
    let pieces = text.split(|c: char| !dated(c)).filter(|piece| piece.contains(|c: char| c.is_ascii_digit()));
    pieces
        .into_iter()
        .find_map(|piece| PartialDate::parse(piece.trim_matches(['.', '-', '/']), YearHint::None).ok())
}

/// The dot between the parts of a name, whichever it was typed as.
fn dots(name: &str) -> String {
    let signs: Vec<char> = name.chars().collect();
    let han = |c: Option<&char>| c.is_some_and(|c| c.is_alphabetic());
    let dot = |(at, c): (usize, &char)| match c {
        '·' | '•' | '・' | '‧' | '∙' | '⋅' | '●' | '．' | '｡' | '･' | '▪' | '᛫' | 'ꞏ' | '﹒' | '․' => {
            '·'
        }
        // A full stop, a comma above or a middle stroke between two letters is meant as the dot.
        '.' | '。' | '˙' if at > 0 && han(signs.get(at - 1)) && han(signs.get(at + 1)) => '·',
        other => *other,
    };
    signs.iter().enumerate().map(dot).collect()
}

/// A person's name as it is compared: forms of one sign, spaces, dots and case do not matter.
pub(crate) fn same_name(name: &str) -> String {
    compared(&person_name(name).name).collect()
}

/// The name of an activity as it is compared. What stands in brackets is a part of it: 讲座（东关） is not 讲座（西关）.
pub(crate) fn same_title(title: &str) -> String {
    let bare = seen(title);
    compared(&bare).filter(|c| !c.is_whitespace()).collect()
}

fn compared(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|c| *c != '·')
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => tables::usual(other),
        })
        .flat_map(char::to_lowercase)
}

/// Whether a text of two or three signs begins with one of the hundred and more most frequent surnames.
pub(crate) fn begins_with_surname(text: &str) -> bool {
    let length = text.chars().filter(|c| !c.is_whitespace()).count();
    (2..=4).contains(&length) && text.chars().next().is_some_and(|first| tables::SURNAMES.contains(first))
}

/// Whether a name in which signs were lost may be this one; neither is a mere row of lost signs.
pub(crate) fn wild(damaged: &str, name: &str) -> bool {
    let (damaged, name): (Vec<char>, Vec<char>) =
        (damaged.chars().filter(|c| !c.is_whitespace()).collect(), name.chars().collect());
    damaged.len() == name.len()
        && damaged.iter().any(|c| !lost(*c))
        && damaged.iter().zip(&name).all(|(d, n)| lost(*d) || d == n)
}

impl Died {
    pub(crate) fn on(self) -> Option<PartialDate> {
        match self {
            Died::On(date) => Some(date),
            Died::Sometime => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_of_death_is_no_part_of_the_name() {
        let day = PartialDate::parse("2020-03-05", YearHint::None).ok();
        for (text, name, died) in [
            ("裴广田（已故）", "裴广田", Some(Died::Sometime)),
            ("卜桂芳(亡)", "卜桂芳", Some(Died::Sometime)),
            ("卜桂芳（2020年3月5日去世）", "卜桂芳", day.map(Died::On)),
            ("卜桂芳（2020年故）", "卜桂芳", Some(Died::On(PartialDate::Year(2020)))),
            ("裴广田 已去世", "裴广田", Some(Died::Sometime)),
            ("裴广田†", "裴广田", Some(Died::Sometime)),
            ("【已故】裴广田", "裴广田", Some(Died::Sometime)),
            ("裴广田（户主）", "裴广田", None),
            ("'裴广田", "裴广田", None),
            ("王故", "王故", None),
            ("李亡", "李亡", None),
        ] {
            let read = person_name(text);
            assert_eq!((read.name.as_str(), read.died), (name, died), "{text}");
        }
        assert_eq!(person_name("裴广田（曾用名：裴故）").note.as_deref(), Some("曾用名：裴故"));
    }

    #[test]
    fn names_that_look_alike_are_compared_as_one() {
        for (one, other) in [
            ("周⽂广", "周文广"),
            ("周 文 广", "周文广"),
            ("买买提•艾力", "买买提·艾力"),
            ("买买提.艾力", "买买提·艾力"),
            ("吳廣田", "吴广田"),
            ("高\u{200b}文山", "髙文山"),
        ] {
            assert_eq!(same_name(one), same_name(other), "{one}");
        }
        assert_ne!(same_name("于广田"), same_name("於广田"));
    }

    #[test]
    fn a_lost_sign_may_be_any() {
        assert!(wild("谢?", "谢䶮"));
        assert!(wild("高□山", "高文山"));
        assert!(!wild("??", "谢䶮"));
        assert!(!wild("谢?", "谢文山"));
    }
}
