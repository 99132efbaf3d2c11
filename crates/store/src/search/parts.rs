//! What was typed, in parts, and what the index is asked for them.

use crate::spelling::{is_han, spaced, spell_usual};

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

/// Han runs, letter runs and digit runs stand apart, with or without spaces between them.
pub(super) fn parts(text: &str) -> Vec<Part> {
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
            _ => format!("({{id_number phone code}} : \"{run}\" *)"),
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
        assert_eq!(parts("ZSF"), [Part::Letters("zsf".into())]);
        assert!(parts("\" OR *").iter().all(|p| *p == Part::Letters("or".into())));
        assert!(matching(" -\"' ").is_none());
    }
}
