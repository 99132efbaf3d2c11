//! Numbers that stand in free text, of phones, IDs, cards, policies: notes keep whole columns of ledgers.

use std::ops::Range;

use crate::phone;

/// Shorter numbers are amounts, counts and tails; a day is one of this many places and stays.
const SHORTEST: usize = 7;
/// Places of an ID number.
const ID_PLACES: usize = 18;
/// Places of a masked number that stay to be seen.
const TAIL: usize = 2;
/// Years, among groups of four digits.
pub(crate) const YEARS: Range<u32> = 1900..2100;

/// The text with every long number hidden but for its last two places. `None`: there is none.
pub fn mask(text: &str) -> Option<String> {
    each(text, hidden)
}

/// The text with every long number in one piece, so that a search finds it whole and by none of its groups. `None`: there
/// is none.
pub fn joined(text: &str) -> Option<String> {
    each(text, |number| number.chars().filter_map(place).collect())
}

fn each(text: &str, told: impl Fn(&str) -> String) -> Option<String> {
    let found = find(text);
    if found.is_empty() {
        return None;
    }
    let mut all = String::with_capacity(text.len());
    let mut from = 0;
    for number in found {
        all.push_str(&text[from..number.start]);
        all.push_str(&told(&text[number.clone()]));
        from = number.end;
    }
    all.push_str(&text[from..]);
    Some(all)
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
    let masks: Vec<String> = known.iter().map(|number| hidden(number)).collect();
    // Of two numbers with one mask nobody can tell which was taken out.
    let alike = |mask: &str| masks.iter().filter(|one| *one == mask).count();
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('*') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let stars = rest.len() - rest.trim_start_matches('*').len();
        let tail: String = rest[stars..].chars().take(TAIL).collect();
        let token = &rest[..stars + tail.len()];
        let reads = stars >= SHORTEST - TAIL
            && tail.len() == TAIL
            && tail.bytes().all(|b| b.is_ascii_digit() || b == b'X');
        if !reads {
            whole.push_str(&rest[..stars]);
            rest = &rest[stars..];
            continue;
        }
        let number = known.iter().position(|number| hidden(number) == token).ok_or(UnknownMask)?;
        if alike(token) > text.matches(token).count() && !same(original, token) {
            return Err(UnknownMask);
        }
        whole.push_str(known.remove(number));
        rest = &rest[token.len()..];
    }
    whole.push_str(rest);
    Ok(whole)
}

/// Whether all numbers with this mask are one number.
fn same(original: &str, mask: &str) -> bool {
    let mut alike = find(original).into_iter().map(|number| &original[number]).filter(|n| hidden(n) == mask);
    let first = alike.next();
    alike.all(|other| Some(other) == first)
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
    let mut signs = text.char_indices().peekable();
    while let Some((at, c)) = signs.next() {
        let end = at + c.len_utf8();
        // Between digits it multiplies: 8x8.
        let last = signs.peek().is_none_or(|(_, next)| place(*next).is_none());
        match (runs.last_mut(), digit(c)) {
            (Some(run), Some(digit)) if run.at.end == at && !run.places.ends_with('X') => {
                run.places.push(digit);
                run.at.end = end;
            }
            (_, Some(digit)) => runs.push(Run { at: at..end, places: digit.to_string() }),
            // The check sign of an ID number.
            (Some(run), None) if run.at.end == at && last && place(c).is_some() => {
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
        let rest = &runs[from..];
        let chain = &rest[..together(text, rest, groups)];
        let (number, next) = match (known(rest, text), date(chain, text)) {
            (Some(groups), _) => (true, groups),
            (None, Some(parts)) => (false, parts),
            (None, None) => number(rest, chain, text),
        };
        if number {
            found.push(rest[0].at.start..rest[next - 1].at.end);
        }
        from += next;
    }
    found
}

/// How many runs hang together by what stands between them. Behind the stars of a mask its tail stands alone.
fn together(text: &str, runs: &[Run], joins: fn(char) -> bool) -> usize {
    let Some(first) = runs.first() else { return 0 };
    if text[..first.at.start].ends_with('*') && first.places.len() <= TAIL {
        return 1;
    }
    let joined = |pair: &[Run]| {
        let between = &text[pair[0].at.end..pair[1].at.start];
        !between.is_empty() && between.chars().count() <= 3 && between.chars().all(joins)
    };
    1 + runs.windows(2).take_while(|pair| joined(pair)).count()
}

/// What stands between the groups of any number.
fn groups(c: char) -> bool {
    let dash = matches!(c, '-' | '－' | '—' | '–' | '‐' | '‑' | '‒' | '―' | '−' | '_');
    dash || (c.is_whitespace() && !matches!(c, '\n' | '\r')) || matches!(c, '\u{200b}' | '\u{feff}')
}

/// What stands between the groups of a number that is known by its form: an amount has a dot, too.
fn forms(c: char) -> bool {
    groups(c) || matches!(c, '.' | '．' | '·' | '•' | '/' | '／' | ',' | '，' | '(' | ')' | '（' | '）')
}

/// Groups of an ID number or of a mobile telephone, known by what stands in them.
fn known(runs: &[Run], text: &str) -> Option<usize> {
    let runs = &runs[..runs.len().min(ID_PLACES)];
    let most = together(text, runs, forms);
    let mut places = String::new();
    for (nth, run) in runs[..most].iter().enumerate() {
        places.push_str(&run.places);
        // More groups of the same sort make it another number.
        let mobile = || grouped_mobile(&places, &runs[..=nth]) && together(text, runs, groups) <= nth + 1;
        if is_id(&places) || mobile() {
            return Some(nth + 1);
        }
    }
    None
}

/// As many places with a day of birth in them.
fn is_id(places: &str) -> bool {
    let digits = places.strip_suffix('X').unwrap_or(places);
    let whole = places.len() == ID_PLACES && digits.bytes().all(|b| b.is_ascii_digit());
    whole && is_day(&places[6..10], &places[10..12], &places[12..14])
}

/// A mobile number as people group it: two or three groups of three places and more.
fn grouped_mobile(places: &str, groups: &[Run]) -> bool {
    phone::is_mobile(places) && groups.iter().all(|group| group.places.len() >= 3)
}

/// The parts of a day that the chain begins with: `2026-10-05`, or `20261005` of this century; an older one tells when
/// somebody was born.
fn date(chain: &[Run], text: &str) -> Option<usize> {
    let first = chain.first()?.places.as_str();
    if first.len() == 8 && first.starts_with("20") {
        let (year, rest) = first.split_at(4);
        let (month, day) = rest.split_at(2);
        return is_day(year, month, day).then_some(1);
    }
    let dashed =
        |pair: &[Run]| matches!(&text[pair[0].at.end..pair[1].at.start], "-" | "－" | "—" | "–" | "−");
    let [year, month, day, ..] = chain else { return None };
    let whole = dashed(&chain[..2]) && dashed(&chain[1..3]) && year.places.len() == 4;
    (whole && is_day(&year.places, &month.places, &day.places)).then_some(3)
}

fn is_day(year: &str, month: &str, day: &str) -> bool {
    let part = |text: &str| text.parse::<u32>().ok();
    let (Some(year), Some(month), Some(day)) = (part(year), part(month), part(day)) else { return false };
    YEARS.contains(&year) && chrono::NaiveDate::from_ymd_opt(year as i32, month, day).is_some()
}

/// Whether the groups up to the next day, or to a number known by its form, are one long number, and how many they are.
fn number(rest: &[Run], chain: &[Run], text: &str) -> (bool, usize) {
    let ends = |at: &usize| known(&rest[*at..], text).is_some() || date(&chain[*at..], text).is_some();
    let count = (1..chain.len()).find(ends).unwrap_or(chain.len());
    let places: usize = chain[..count].iter().map(|run| run.places.len()).sum();
    let is_year =
        |run: &Run| run.places.len() == 4 && run.places.parse().is_ok_and(|year| YEARS.contains(&year));
    (places >= SHORTEST && !chain[..count].iter().all(is_year), count)
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
            ("电话13900001234、13900005678", "电话*********34、*********78"),
            ("邻居139 0000 1234", "邻居*********34"),
            ("座机0552-6012345", "座机*********45"),
            ("１３９－００００－１２３４", "*********34"),
            ("信息编码34032310000017", "信息编码************17"),
            ("保单1234567", "保单*****67"),
            ("生于19800101", "生于******01"),
            ("2026-10-05 13900001234", "2026-10-05 *********34"),
            // In groups, each way that people write them.
            ("3301 0219 9001 0100 1X", "****************1X"),
            ("330102-1990-01-01-001x", "****************1X"),
            ("3301-02-1990-01-01-001X", "****************1X"),
            ("340323 20050312 001X", "****************1X"),
            ("３４０３２３ ２００５０３１２ ００１Ｘ", "****************1X"),
            ("340323.1990.0101.0012", "****************12"),
            ("340323/19900101/001X", "****************1X"),
            ("3 340323 20050312 001X", "3 ****************1X"),
            ("340323200503120018 5", "****************18 5"),
            ("340323–19900101–001X", "****************1X"),
            ("139.0000.1234", "*********34"),
            ("139/0000/1234", "*********34"),
            ("139\u{a0}0000 - 1234", "*********34"),
            ("(139)0000-1234", "(*********34"),
            ("+86 139 0000 1234", "+86 *********34"),
            ("（0552）601 2345", "（0552）*****45"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn a_number_in_groups_is_searched_as_one() {
        assert_eq!(joined("邻居139 0000 1234，2026-10-05").unwrap(), "邻居13900001234，2026-10-05");
        assert_eq!(joined("2026-10-05"), None);
    }

    #[test]
    fn other_numbers_stay() {
        for text in [
            "",
            "尾号6454",
            "123456",
            "20261005走访，2026－10－06再去",
            "2026-10-05 2026-10-06 2026-10-07",
            "2019 2020 2021 2022 2023",
            "慰问金 500.00 元，米 25 斤",
            "10000.00元，1,234,567元，12345.67元",
            "2026/10/05、2026.10.05",
            "8x8 平米，尺码3X",
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
        // Of two that look alike one was taken out: which one, nobody can tell.
        let alike = "甲13900001234、乙13800009934";
        assert_eq!(unmask(&mask(alike).unwrap(), alike).unwrap(), alike);
        assert_eq!(unmask("乙*********34", alike), Err(UnknownMask));
        assert_eq!(unmask("*********34", "13900001234、13900001234").unwrap(), "13900001234");
        assert_eq!(unmask("*****很好，*****ok", "").unwrap(), "*****很好，*****ok");
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
