//! Days told by the lunar calendar (农历). The book holds solar days only; which solar day a lunar one is differs from
//! year to year, so whoever writes it looks it up.

/// What is said where a day may be a lunar one.
pub const TOLD: &str = "看起来是农历，请查出是公历哪一天，写成如 2026-10-05";

/// Words of the lunar calendar that no solar day has.
const WORDS: &[&str] = &["农", "阴", "闰", "正月", "冬月", "腊月", "廿", "卅"];
const NUMERALS: &str = "一二三四五六七八九十";

/// Whether a text that is to be a date may tell a lunar day: `正月初五`, `冬月廿三`, and `八月十五` as well. Of a solar day
/// in numerals 日 or 号 stands behind it: `二〇二六年八月十五日`.
pub fn may_be_lunar(text: &str) -> bool {
    // Most dates are digits and signs.
    if text.is_ascii() {
        return false;
    }
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let first_ten = text.split('初').skip(1).any(|rest| rest.starts_with(is_numeral));
    WORDS.iter().any(|word| text.contains(word)) || first_ten || signed_day(&text) == Some(false)
}

/// Whether a text tells month and day in numerals and no year: a solar day by its 日 or 号, and yet people write lunar
/// days so.
pub fn wants_a_look(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let numerals = text.split_once('月').is_some_and(|(month, _)| month.ends_with(is_numeral));
    numerals && !text.contains('年') && signed_day(&text) == Some(true)
}

fn is_numeral(sign: char) -> bool {
    NUMERALS.contains(sign)
}

/// Of a day in numerals behind its month: whether 日 or 号 follows. None: there is no such day.
fn signed_day(text: &str) -> Option<bool> {
    let (month, rest) = text.split_once('月')?;
    if !month.ends_with(|sign: char| is_numeral(sign) || sign.is_ascii_digit()) {
        return None;
    }
    let behind = rest.trim_start_matches(is_numeral);
    (behind.len() < rest.len()).then(|| behind.starts_with(['日', '号']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::{BadDate, PartialDate, YearHint};

    #[test]
    fn a_day_that_may_be_lunar_is_known_by_its_words() {
        for text in [
            "八月十五",
            "8月十五",
            "八月 十五",
            "五月初五",
            "正月初五",
            "冬月廿三",
            "腊月二十三",
            "农历八月十五",
            "农历8月15日",
            "阴历8月15",
            "闰六月三十日",
            "一九五六年八月十五",
            "八月十五上午9:00",
        ] {
            assert!(may_be_lunar(text), "{text}");
        }
        for text in [
            "2026-08-15",
            "8月15日",
            "8月15",
            "二〇二六年八月十五日",
            "八月十五日",
            "十月五号",
            "二〇二六年八月",
            "十月",
            "10月初",
            "十五日",
            "昨天",
            "",
        ] {
            assert!(!may_be_lunar(text), "{text}");
        }
        for (text, look) in
            [("八月十五日", true), ("十月五号", true), ("二〇二六年八月十五日", false), ("8月15日", false)]
        {
            assert_eq!(wants_a_look(text), look, "{text}");
        }
    }

    #[test]
    fn a_lunar_day_that_is_typed_is_told_as_that() {
        let today = YearHint::Today(chrono::NaiveDate::from_ymd_opt(2026, 11, 29).unwrap());
        for hint in [today, YearHint::Year(2026), YearHint::None] {
            for text in ["八月十五", "五月初五", "农历8月15日"] {
                assert_eq!(PartialDate::parse(text, hint), Err(BadDate::Lunar), "{text}");
            }
            assert_eq!(PartialDate::parse("什么", hint), Err(BadDate::Unreadable));
        }
        assert_eq!(BadDate::Lunar.to_string(), TOLD);
    }
}
