//! What was typed, in parts, and what the index is asked for them.

use crate::spelling::{is_han, spaced, spell_usual};

/// Places of the shorter tail by which a number is found.
const SHORTEST_TAIL: usize = 4;
/// More parts than this in one search are cut off.
const PARTS: usize = 6;

/// One part of what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Han(String),
    Letters(String),
    /// Digits; an ID number may end in X.
    Digits(String),
}

/// What was typed, in parts. A whole telephone or ID number is one part, also with spaces or hyphens in it.
pub(super) fn parts(text: &str) -> Vec<Part> {
    whole_number(text).map_or_else(|| runs(text), |number| vec![Part::Digits(number)])
}

fn whole_number(text: &str) -> Option<String> {
    let text = unnamed(text);
    let phone = tiexin_domain::phone::read(text).ok().flatten();
    phone.or_else(|| {
        let kept = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '－' | '—');
        let number: String = text.chars().filter(kept).map(narrow).collect();
        let number = number.to_ascii_uppercase();
        let digits = number.strip_suffix('X').unwrap_or(&number);
        let is_id = number.len() == 18 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_id { Some(number) } else { of_this_country(&number) }
    })
}

/// What people write before a telephone.
const NAMES_OF_PHONES: [&str; 8] =
    ["联系电话", "电话号码", "手机号码", "手机号", "手机", "电话", "座机", "号码"];

/// `电话：19900002580`.
fn unnamed(text: &str) -> &str {
    let text = text.trim();
    let named = NAMES_OF_PHONES.iter().find_map(|name| text.strip_prefix(name));
    named.map_or(text, |rest| rest.trim_start_matches([':', '：']).trim_start())
}

/// A telephone behind the number of the country, as another program exported it. Nothing else that begins so has as many
/// places.
fn of_this_country(number: &str) -> Option<String> {
    let own = ["+86", "0086", "86"].into_iter().find_map(|country| number.strip_prefix(country))?;
    tiexin_domain::phone::read(own).ok().flatten()
}

/// Han runs, letter runs and digit runs stand apart, with or without spaces between them.
fn runs(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut joined = false;
    for c in text.chars().map(narrow) {
        let here = if is_han(c) {
            Part::Han(c.to_string())
        } else if c.is_ascii_digit() {
            Part::Digits(c.to_string())
        } else if c.is_alphabetic() {
            Part::Letters(c.to_lowercase().collect())
        } else {
            joined = false;
            continue;
        };
        match (parts.last_mut(), here) {
            (Some(Part::Han(run)), Part::Han(c)) if joined => run.push_str(&c),
            (Some(Part::Letters(run)), Part::Letters(c)) if joined => run.push_str(&c),
            (Some(Part::Digits(run)), Part::Digits(c)) if joined => run.push_str(&c),
            // The check letter of an ID number.
            (Some(Part::Digits(run)), Part::Letters(c)) if joined && c == "x" => run.push('X'),
            (_, here) => parts.push(here),
        }
        joined = true;
    }
    parts.truncate(PARTS);
    parts
}

fn narrow(c: char) -> char {
    match c {
        // As the index writes it.
        'ü' | 'Ü' => 'v',
        '０'..='９' | 'ａ'..='ｚ' | 'Ａ'..='Ｚ' => {
            char::from_u32(c as u32 - 0xFF10 + 0x30).unwrap_or(c)
        }
        other => other,
    }
}

/// The question put to `name_search`; `None` when the text names nothing.
pub(crate) fn matching(text: &str) -> Option<String> {
    names_matching(&parts(text))
}

pub(super) fn names_matching(parts: &[Part]) -> Option<String> {
    let asked: Vec<String> = parts.iter().map(name_part).collect();
    (!asked.is_empty()).then(|| asked.join(" AND "))
}

fn name_part(part: &Part) -> String {
    match part {
        Part::Han(run) => format!("(name : \"{}\")", spaced(run).trim_end()),
        Part::Letters(run) => {
            format!("(({{initials pinyin}} : \"{run}\" *) OR (code : \"{run}\" *) OR (name : \"{run}\" *))")
        }
        Part::Digits(run) => match run.len() {
            0..=3 => format!("({{id_tail phone_tail code name}} : \"{run}\")"),
            4 | 6 => format!("(({{id_tail phone_tail}} : \"{run}\") OR (code : \"{run}\" *))"),
            5 => format!("(code : \"{run}\" *)"),
            // A person's numbers whole only: whoever types their beginnings on and on must not be told the rest.
            _ => format!("(({{id_number phone}} : \"{run}\") OR (code : \"{run}\" *))"),
        },
    }
}

/// Two letters begin very many spellings, which are all read before the newest is known: asked first is for whom
/// they are all the initials, or the last ones.
pub(super) fn two_initials(parts: &[Part]) -> Option<String> {
    match parts {
        [Part::Letters(run)] if run.len() == 2 => Some(format!("(initials : \"{run}\")")),
        _ => None,
    }
}

/// The question put to `text_search`; `None` when the text has no words.
pub(crate) fn matching_words(text: &str) -> Option<String> {
    text_matching(&parts(text))
}

pub(super) fn text_matching(parts: &[Part]) -> Option<String> {
    let asked: Vec<String> = parts
        .iter()
        .map(|part| match part {
            Part::Han(run) => format!("\"{}\"", spaced(run).trim_end()),
            Part::Letters(run) | Part::Digits(run) => format!("\"{run}\""),
        })
        .collect();
    (!asked.is_empty()).then(|| asked.join(" AND "))
}

/// Whether it asks for a number, whole or by its tail: shorter ones end none.
pub fn seeks_number(text: &str) -> bool {
    parts(text).iter().any(|part| matches!(part, Part::Digits(run) if run.len() >= SHORTEST_TAIL))
}

/// Whether it asks for numbers and for nothing else.
pub(crate) fn is_number(text: &str) -> bool {
    parts(text).iter().all(|part| matches!(part, Part::Digits(_)))
}

/// The words among them.
pub(super) fn said<'p>(parts: &'p [Part]) -> Vec<&'p str> {
    let word = |part: &'p Part| match part {
        Part::Han(run) => Some(run.as_str()),
        Part::Letters(_) | Part::Digits(_) => None,
    };
    parts.iter().filter_map(word).collect()
}

/// The words of what was typed into a list's search field.
pub(crate) fn words_in(text: &str) -> Vec<String> {
    said(&parts(text)).into_iter().map(str::to_owned).collect()
}

/// The question for names that sound like it: an input method offers the usual characters, not a person's own.
/// `None` unless it is names of two characters or more.
pub(super) fn sounding(parts: &[Part]) -> Option<String> {
    let asked: Option<Vec<String>> = parts
        .iter()
        .map(|part| match part {
            Part::Han(run) if run.chars().count() > 1 => {
                let usual = spell_usual(run);
                usual.full.split(' ').next().map(|sound| format!("(pinyin : \"{sound}\")"))
            }
            _ => None,
        })
        .collect();
    asked.filter(|asked| !asked.is_empty()).map(|asked| asked.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_falls_into_parts() {
        assert_eq!(parts("张三 6454"), [Part::Han("张三".into()), Part::Digits("6454".into())]);
        assert_eq!(parts("张三6454"), parts("张三　６４５４"));
        assert_eq!(parts("34052419800101001x"), [Part::Digits("34052419800101001X".into())]);
        let phone = [Part::Digits("19900002580".into())];
        for typed in [
            "199 0000 2580",
            "199-0000-2580",
            "+86 19900002580",
            "１９９　００００　２５８０",
            "8619900002580",
            "86-19900002580",
            "0086 19900002580",
            "电话19900002580",
            "手机号：199 0000 2580",
            "联系电话: +86 199-0000-2580",
        ] {
            assert_eq!(parts(typed), phone, "{typed}");
            assert!(seeks_number(typed), "{typed}");
        }
        assert_eq!(parts("电话"), [Part::Han("电话".into())]);
        assert_eq!(parts("861990000258").len(), 1);
        assert_eq!(parts("0552-1234567"), [Part::Digits("05521234567".into())]);
        assert_eq!(parts("340524 1980 0101 001x"), [Part::Digits("34052419800101001X".into())]);
        // Two ends of numbers stay two.
        assert_eq!(parts("6454 2580").len(), 2);
        assert_eq!(parts("ZSF"), [Part::Letters("zsf".into())]);
        assert!(parts("\" OR *").iter().all(|p| *p == Part::Letters("or".into())));
        assert!(matching(" -\"' ").is_none());
        let asked = matching("1990000258").unwrap();
        assert!(asked.contains("{id_number phone} : \"1990000258\")"), "{asked}");
    }
}
