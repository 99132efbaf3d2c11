//! Numbers of a text that is shown to everybody: of phones, IDs, cards, files, houses, and days written in digits. Refused
//! whosever they are. A comparison with the family's own numbers would answer a guess at what is masked
//! (`docs/decisions/0021-who-sees-what.md`).

use super::Plain;
use super::days::{digit, place, value};
use crate::numbers_in_text::YEARS;

/// From so many places on a number may be somebody's, or the tail of it.
const SHORTEST: usize = 4;
/// More are counted by nobody.
const COUNTED: usize = 6;
/// Behind what is counted.
const UNITS: &str = "元人户次场份个名天米亩斤册本张条件分时多余万亿只头棵盏台支位家里%吨字块套箱袋盒瓶步项克";
/// The same of two signs: the first alone may begin something else, as in 小王.
const LONG_UNITS: [[char; 2]; 6] =
    [['小', '时'], ['公', '里'], ['公', '斤'], ['公', '分'], ['平', '方'], ['平', '米']];
/// Between two years.
const BETWEEN_YEARS: &str = "至到和与或及、~—–-";
/// A hotline stands so soon behind its number.
const HOTLINE: usize = 10;

/// Each number of four places or more that neither counts anything nor is a year, as it was written.
pub(crate) fn numbers_in(text: &str) -> Vec<String> {
    let plain = Plain::of(text);
    let signs = &plain.signs;
    let mut found = Vec::new();
    let mut at = 0;
    while at < signs.len() {
        let end = end_of(signs, at);
        let before = at.checked_sub(1).map(|before| signs[before]);
        if end > at && is_somebody_s(before, &signs[at..end], &signs[end..]) {
            found.push(plain.written(text, at..end));
        }
        at = end.max(at + 1);
    }
    found
}

/// Where the number ends that begins there: digits with dashes between them, or signs for digits.
fn end_of(signs: &[char], from: usize) -> usize {
    let mut end = from;
    if signs.get(from).is_some_and(char::is_ascii_digit) {
        while let Some(sign) = signs.get(end) {
            let joins =
                matches!(sign, '-' | '—' | '–' | '_') && signs.get(end + 1).is_some_and(char::is_ascii_digit);
            if !sign.is_ascii_digit() && !joins {
                break;
            }
            end += 1;
        }
        return end;
    }
    while signs.get(end).is_some_and(|sign| digit(*sign).is_some()) {
        end += 1;
    }
    end
}

fn is_somebody_s(before: Option<char>, number: &[char], behind: &[char]) -> bool {
    let places = |part: &[char]| part.iter().filter(|sign| place(**sign).is_some()).count();
    if places(number) < SHORTEST {
        return false;
    }
    let years = number.split(|sign| place(*sign).is_none()).all(is_year);
    if behind.first() == Some(&'年') {
        return !years;
    }
    // 2024-2025学年, 2024届; 2020至2024年; 皖政〔2022〕3号
    let of_school = behind.starts_with(&['学', '年']) || behind.first() == Some(&'届');
    let of_paper = matches!((before, behind.first()), (Some('〔'), Some('〕')) | (Some('['), Some(']')));
    if years && (of_school || of_paper || before_a_year(behind)) {
        return false;
    }
    if is_hotline(number, behind) {
        return false;
    }
    // 1234.5元
    let fraction = match behind {
        ['.', rest @ ..] => rest.iter().take_while(|sign| sign.is_ascii_digit()).count(),
        _ => 0,
    };
    let unit = if fraction > 0 { &behind[1 + fraction..] } else { behind };
    let whole = number.iter().all(char::is_ascii_digit) && number.len() <= COUNTED;
    let long = LONG_UNITS.iter().any(|long| unit.starts_with(long));
    let counts = whole && (long || unit.first().is_some_and(|unit| UNITS.contains(*unit)));
    !counts
}

/// Whether another year follows, with 年 behind the last: `至2024年`, `、2021、2022年`.
fn before_a_year(behind: &[char]) -> bool {
    let joins = behind.iter().take_while(|sign| BETWEEN_YEARS.contains(**sign)).count();
    let rest = &behind[joins..];
    let places = rest.iter().take_while(|sign| place(**sign).is_some()).count();
    let (year, rest) = rest.split_at(places);
    joins > 0 && is_year(year) && (rest.first() == Some(&'年') || before_a_year(rest))
}

/// A number that the state gave to a hotline: `12345政务服务热线`.
fn is_hotline(number: &[char], behind: &[char]) -> bool {
    let near = &behind[..behind.len().min(HOTLINE)];
    number.len() == 5 && number.starts_with(&['1', '2']) && near.windows(2).any(|two| two == ['热', '线'])
}

fn is_year(part: &[char]) -> bool {
    part.len() == 4 && value(part).is_some_and(|year| YEARS.contains(&year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_may_be_somebody_s_is_found() {
        for (text, found) in [
            ("电话19900002580。", "19900002580"),
            ("199 0000 2580", "199 0000 2580"),
            ("0552-6012345", "0552-6012345"),
            ("尾号２５８０", "２５８０"),
            ("一三九〇〇〇〇一二三四", "一三九〇〇〇〇一二三四"),
            ("2014-05-03那天", "2014-05-03"),
            ("20140503", "20140503"),
            ("1234567元", "1234567"),
            ("尾号2580、2024年", "2580"),
            ("尾号12580", "12580"),
            ("尾号2580小王接的", "2580"),
            ("2024、电话", "2024"),
        ] {
            assert_eq!(numbers_in(text), [found], "{text}");
        }
    }

    #[test]
    fn years_sums_and_counts_are_nobody_s() {
        for text in [
            "2014年",
            "二〇一四年",
            "2020-2024年",
            "5000元",
            "1234.5元",
            "3,000元",
            "1200人次",
            "12000多户",
            "5.29活动",
            "三四个人",
            "12号",
            "2020至2024年",
            "2020、2021和2022年",
            "二〇二〇到二〇二四年",
            "2020——2024年",
            "2024-2025学年",
            "2024届毕业生",
            "皖政〔2022〕3号",
            "拨打12345政务服务热线",
            "1200平方米",
            "1200小时",
            "1200公里",
            "8000步",
            "",
        ] {
            assert!(numbers_in(text).is_empty(), "{text}: {:?}", numbers_in(text));
        }
    }
}
