//! ID and bank numbers that stand in free text: notes keep whole columns of ledgers.

use std::ops::Range;

/// Shorter numbers are phones, amounts, file codes and dates.
const SHORTEST: usize = 15;
/// Places of a masked number that stay to be seen.
const TAIL: usize = 2;
/// A year among four-digit groups.
const YEARS: Range<u32> = 1900..2100;

/// The text with every number that reads as an ID or a bank number hidden but for its last two places.
/// `None`: there is none.
pub fn mask(text: &str) -> Option<String> {
    let found = find(text);
    if found.is_empty() {
        return None;
    }
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for number in found {
        masked.push_str(&text[from..number.start]);
        masked.push_str(&hidden(&text[number.clone()]));
        from = number.end;
    }
    masked.push_str(&text[from..]);
    Some(masked)
}

/// Why a masked text cannot be made whole: it holds the mask of a number that the original does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("号码被遮住了一部分")]
pub struct UnknownMask;

/// Puts the numbers of `original` back where a text that was masked, and perhaps edited since, has their
/// masks. Stars that are no such mask stay.
///
/// # Errors
/// [`UnknownMask`].
pub fn unmask(text: &str, original: &str) -> Result<String, UnknownMask> {
    let mut known: Vec<&str> = find(original).into_iter().map(|number| &original[number]).collect();
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('*') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let stars = rest.len() - rest.trim_start_matches('*').len();
        let tail: String = rest[stars..].chars().take(TAIL).collect();
        let token = &rest[..stars + tail.len()];
        let reads =
            stars >= SHORTEST - TAIL && tail.len() == TAIL && tail.bytes().all(|b| b.is_ascii_alphanumeric());
        if !reads {
            whole.push_str(&rest[..stars]);
            rest = &rest[stars..];
            continue;
        }
        let number = known.iter().position(|number| hidden(number) == token).ok_or(UnknownMask)?;
        whole.push_str(known.remove(number));
        rest = &rest[token.len()..];
    }
    whole.push_str(rest);
    Ok(whole)
}

/// All digits but the last two as stars, without what stood between them.
fn hidden(number: &str) -> String {
    let places: String = number.chars().filter_map(place).collect();
    let stars = places.len().saturating_sub(TAIL);
    format!("{}{}", "*".repeat(stars), &places[stars..])
}

/// A place of a number, full-width or not; the check sign of an ID number reads `X`.
fn place(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32),
        'x' | 'X' | 'ｘ' | 'Ｘ' | '×' => Some('X'),
        _ => None,
    }
}

fn digit(c: char) -> Option<char> {
    place(c).filter(char::is_ascii_digit)
}

/// Digits without a break, and an `X` behind them.
struct Run {
    at: Range<usize>,
    places: String,
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match (runs.last_mut(), digit(c)) {
            (Some(run), Some(digit)) if run.at.end == at && !run.places.ends_with('X') => {
                run.places.push(digit);
                run.at.end = end;
            }
            (_, Some(digit)) => runs.push(Run { at: at..end, places: digit.to_string() }),
            // Only where it can be a check sign: 17 places in one run or in groups end with it.
            (Some(run), None)
                if run.at.end == at && place(c).is_some() && matches!(run.places.len(), 3 | 11 | 17) =>
            {
                run.places.push('X');
                run.at.end = end;
            }
            _ => {}
        }
    }
    runs
}

/// Where numbers stand, in order.
fn find(text: &str) -> Vec<Range<usize>> {
    let runs = runs(text);
    let mut found = Vec::new();
    let mut from = 0;
    while from < runs.len() {
        let together =
            if runs[from].places.len() >= SHORTEST { Some(1) } else { grouped(text, &runs[from..]) };
        if let Some(count) = together {
            found.push(runs[from].at.start..runs[from + count - 1].at.end);
        }
        from += together.unwrap_or(1);
    }
    found
}

/// How many runs from here on are one number written in groups: a card in fours, an ID number in its parts.
fn grouped(text: &str, runs: &[Run]) -> Option<usize> {
    let joined =
        |pair: &[Run]| matches!(&text[pair[0].at.end..pair[1].at.start], " " | "-" | "\u{3000}" | "－");
    let together = 1 + runs.windows(2).take_while(|pair| joined(pair)).count();
    let lens: Vec<usize> = runs[..together].iter().map(|run| run.places.len()).collect();
    if lens.starts_with(&[6, 8, 4]) {
        return Some(3);
    }
    if lens.starts_with(&[6, 4, 4, 4]) {
        return Some(4);
    }
    let fours = lens.iter().take_while(|len| **len == 4).count();
    let last = lens.get(fours).is_some_and(|len| *len < 4);
    let count = fours + usize::from(last);
    let places: usize = lens[..count].iter().sum();
    let years = runs[..fours].iter().all(|run| run.places.parse().is_ok_and(|year| YEARS.contains(&year)));
    (places >= SHORTEST && !years).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        mask(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn id_and_bank_numbers_are_hidden_but_for_their_ends() {
        for (text, shown) in [
            ("身份证：34052419800101001X", "身份证：****************1X"),
            ("34052419800101001x，补", "****************1X，补"),
            ("３４０５２４１９８００１０１００１Ｘ", "****************1X"),
            ("旧证340399590622495。", "旧证*************95。"),
            ("卡6217857600001234567", "卡*****************67"),
            ("卡6217 8576 0000 1234 567", "卡*****************67"),
            ("卡6217-8576-0000-1234", "卡**************34"),
            ("340524 19800101 001X", "****************1X"),
            ("340524-1980-0101-001X", "****************1X"),
            ("甲340524198001010014乙6217857600001234567", "甲****************14乙*****************67"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn other_numbers_stay() {
        for text in [
            "",
            "电话13900001234、13900005678",
            "13900001234 13900005678",
            "信息编码34032310000017",
            "2026-10-05 2026-10-06 2026-10-07",
            "2019 2020 2021 2022 2023",
            "慰问金 500.00 元，米 25 斤",
            "面积8*8，编号12-34",
            "XXXX",
        ] {
            assert_eq!(mask(text), None, "{text}");
        }
    }

    #[test]
    fn masks_that_come_back_are_the_numbers_again() {
        let notes = "证34052419800101001X；卡6217 8576 0000 1234 567；另340524198001010014";
        let masked = mask(notes).unwrap();
        assert_eq!(unmask(&masked, notes).unwrap(), notes);
        assert_eq!(unmask(&format!("前{masked}后 **注**"), notes).unwrap(), format!("前{notes}后 **注**"));
        // A number that was taken out is gone; one that nobody knows is not kept as stars.
        assert_eq!(unmask("卡*****************67", notes).unwrap(), "卡6217 8576 0000 1234 567");
        assert_eq!(unmask("证****************99", notes), Err(UnknownMask));
        assert_eq!(unmask("卡*****************67、*****************67", notes), Err(UnknownMask));
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_back(text in "[0-9xX０-９ 一-十-]{0,60}") {
            if let Some(masked) = mask(&text) {
                proptest::prop_assert_eq!(unmask(&masked, &text).unwrap(), text);
                proptest::prop_assert!(mask(&masked).is_none());
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}", other in "\\PC{0,40}") {
            let _ = (mask(&text), unmask(&text, &other));
        }
    }
}
