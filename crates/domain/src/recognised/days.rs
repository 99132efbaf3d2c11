//! Days as people write them in a sentence: `2014年5月3日`, `五月初三`, `2014-5-3`.

use std::ops::Range;

/// A day of a text, as much as it says of it; never a year alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) at: Range<usize>,
    /// Of two places where no more are written.
    pub(super) year: Option<i32>,
    pub(super) month: u32,
    pub(super) day: Option<u32>,
}

/// A number, in digits or in signs for them.
struct Number {
    at: Range<usize>,
    value: u32,
}

/// Longer ones are no part of a day.
const LONGEST: usize = 8;
/// Places of a day without anything between.
const WHOLE: usize = 8;

/// Whether a number may be written with the sign.
pub(super) fn is_sign(sign: char) -> bool {
    sign.is_ascii_digit() || digit(sign).is_some() || tens(sign).is_some()
}

const DIGITS: &str = "〇一二三四五六七八九";

/// A digit written as a sign; as a number of several places it stands for one place.
pub(super) fn digit(sign: char) -> Option<u32> {
    DIGITS.chars().position(|one| one == sign).map(|at| at as u32).or((sign == '零').then_some(0))
}

/// What one place of a number is worth, written either way.
pub(super) fn place(sign: char) -> Option<u32> {
    sign.to_digit(10).or_else(|| digit(sign))
}

fn tens(sign: char) -> Option<u32> {
    match sign {
        '十' => Some(1),
        '廿' => Some(2),
        '卅' => Some(3),
        _ => None,
    }
}

/// `3组` as `三组` and the other way round; none of what is not counted so.
pub(super) fn other_sign(counted: &str, of: char) -> Option<String> {
    let number: Vec<char> = counted.strip_suffix(of)?.chars().collect();
    let [first, ..] = number[..] else { return None };
    let all_digits = number.iter().all(char::is_ascii_digit);
    if number.len() > 3 || !(all_digits || number.iter().all(|sign| is_sign(*sign) && !sign.is_ascii_digit()))
    {
        return None;
    }
    let value = value(&number)?;
    if !first.is_ascii_digit() {
        return Some(format!("{value}{of}"));
    }
    let sign = |value: u32| DIGITS.chars().nth(value as usize);
    let written: String = match value {
        1..=9 => sign(value).into_iter().collect(),
        10..=99 => {
            let tens = sign(value / 10).filter(|_| value >= 20);
            let ones = sign(value % 10).filter(|_| !value.is_multiple_of(10));
            tens.into_iter().chain(['十']).chain(ones).collect()
        }
        _ => return None,
    };
    Some(format!("{written}{of}"))
}

/// What the signs of one number are worth.
pub(super) fn value(signs: &[char]) -> Option<u32> {
    if signs.len() > LONGEST {
        return None;
    }
    if signs.iter().any(|sign| tens(*sign).is_some()) {
        let (mut sum, mut before) = (0, None);
        for sign in signs {
            match tens(*sign) {
                // 三十, 十, 廿.
                Some(1) => sum += before.take().unwrap_or(1) * 10,
                Some(tens) => sum += tens * 10,
                None => before = digit(*sign),
            }
        }
        return Some(sum + before.unwrap_or(0));
    }
    signs.iter().try_fold(0_u32, |value, sign| Some(value * 10 + place(*sign)?))
}

fn numbers(signs: &[char]) -> Vec<Number> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < signs.len() {
        let ascii = signs[at].is_ascii_digit();
        let same = |sign: &&char| is_sign(**sign) && sign.is_ascii_digit() == ascii;
        let places = signs[at..].iter().take_while(same).count();
        if places > 0 {
            // One that is too long stands for none, and parts two others.
            let value = value(&signs[at..at + places]).unwrap_or(0);
            found.push(Number { at: at..at + places, value });
            at += places;
            continue;
        }
        // 正月, 冬月, 腊月.
        let named = match signs[at] {
            '正' => Some(1),
            '冬' => Some(11),
            '腊' => Some(12),
            _ => None,
        };
        if let Some(value) = named.filter(|_| signs.get(at + 1) == Some(&'月')) {
            found.push(Number { at: at..at + 1, value });
        }
        at += 1;
    }
    found
}

/// Every day that the signs tell, in order. Spaces are gone, digits and letters are of one width.
pub(super) fn find(signs: &[char]) -> Vec<Told> {
    let numbers = numbers(signs);
    let mut found = Vec::new();
    let mut nth = 0;
    while nth < numbers.len() {
        match told(signs, &numbers[nth..]) {
            Some((told, used)) => {
                found.push(told);
                nth += used;
            }
            None => nth += 1,
        }
    }
    found
}

/// The day that begins with the first of these numbers, and how many of them it takes.
fn told(signs: &[char], numbers: &[Number]) -> Option<(Told, usize)> {
    let first = numbers.first()?;
    match signs.get(first.at.end) {
        Some('年') => {
            let month = numbers.get(1).filter(|month| month.at.start == first.at.end + 1)?;
            if signs.get(month.at.end) != Some(&'月') {
                return None;
            }
            let year = i32::try_from(first.value).ok();
            Some(of_month(signs, first.at.start, year, &numbers[1..]).map_or_else(
                || (Told { at: first.at.start..month.at.end + 1, year, month: month.value, day: None }, 2),
                |(told, used)| (told, used + 1),
            ))
        }
        Some('月') => of_month(signs, first.at.start, None, numbers),
        Some(&between) if matches!(between, '-' | '/' | '.') => {
            let [year, month, day, ..] = numbers else { return None };
            let parts = month.at.start == year.at.end + 1
                && signs.get(month.at.end) == Some(&between)
                && day.at.start == month.at.end + 1;
            let told = Told {
                at: year.at.start..day.at.end,
                year: i32::try_from(year.value).ok(),
                month: month.value,
                day: Some(day.value),
            };
            parts.then_some((told, 3))
        }
        _ if first.at.len() == WHOLE => {
            let told = Told {
                at: first.at.clone(),
                year: i32::try_from(first.value / 10_000).ok(),
                month: first.value / 100 % 100,
                day: Some(first.value % 100),
            };
            Some((told, 1))
        }
        _ => None,
    }
}

/// A month with its day: `5月3日`, `五月初三`.
fn of_month(signs: &[char], start: usize, year: Option<i32>, numbers: &[Number]) -> Option<(Told, usize)> {
    let [month, day, ..] = numbers else { return None };
    if signs.get(month.at.end) != Some(&'月') {
        return None;
    }
    let behind = month.at.end + 1;
    let lunar = signs.get(behind) == Some(&'初') && day.at.start == behind + 1;
    let marked = matches!(signs.get(day.at.end), Some('日' | '号'));
    // 廿三 and 腊月二十三 have no sign behind them; 五月一次 is no day.
    let in_signs = signs.get(day.at.start).is_some_and(|sign| !sign.is_ascii_digit());
    let bare = day.at.start == behind && in_signs && day.value > 10;
    let is_day = lunar || (day.at.start == behind && marked) || bare;
    let end = day.at.end + usize::from(marked);
    is_day.then(|| (Told { at: start..end, year, month: month.value, day: Some(day.value) }, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_digits_and_in_signs() {
        let of = |text: &str| value(&text.chars().collect::<Vec<_>>());
        for (text, read) in [
            ("2014", 2014),
            ("二〇一四", 2014),
            ("十", 10),
            ("十三", 13),
            ("二十", 20),
            ("三十一", 31),
            ("廿三", 23),
        ] {
            assert_eq!(of(text), Some(read), "{text}");
        }
        assert_eq!(of("123456789"), None);
    }

    #[test]
    fn a_group_is_counted_in_digits_or_in_signs() {
        for (one, other) in [("3组", "三组"), ("12组", "十二组"), ("20组", "二十组"), ("21组", "二十一组")]
        {
            assert_eq!(other_sign(one, '组').as_deref(), Some(other));
            assert_eq!(other_sign(other, '组').as_deref(), Some(one));
        }
        for other in ["东组", "组", "1234组", "3村"] {
            assert_eq!(other_sign(other, '组'), None, "{other}");
        }
    }

    #[test]
    fn days_of_the_lunar_calendar_are_read() {
        let of = |text: &str| {
            let told = find(&text.chars().collect::<Vec<_>>());
            told.into_iter().map(|told| (told.month, told.day)).collect::<Vec<_>>()
        };
        assert_eq!(of("五月初三，腊月廿三，正月初一"), [(5, Some(3)), (12, Some(23)), (1, Some(1))]);
    }
}
