//! Money in integer fen. Never a float.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in fen (1 yuan = 100 fen). Travels as text in yuan with two places, `"500.50"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fen(pub i64);

/// Not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("金额写法不对，请写成如 300 或 300.50")]
pub struct BadAmount;

impl Fen {
    /// Reads what people write: `300`, `300.5`, `300元`, `￥1,200.50`, `1200.00 元整`.
    /// More than two decimal places are refused unless they are zeros.
    pub fn parse(text: &str) -> Result<Fen, BadAmount> {
        let plain: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，' | '￥' | '¥'))
            .map(narrow)
            .collect();
        let plain = plain.trim_end_matches('整').trim_end_matches('元').trim_end_matches('圆');
        let (negative, digits) = match plain.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, plain),
        };
        let (yuan, cents) = digits.split_once('.').unwrap_or((digits, ""));
        if yuan.is_empty()
            || !yuan.bytes().all(|b| b.is_ascii_digit())
            || !cents.bytes().all(|b| b.is_ascii_digit())
        {
            return Err(BadAmount);
        }
        let cents = cents.trim_end_matches('0');
        if cents.len() > 2 {
            return Err(BadAmount);
        }
        let yuan: i64 = yuan.parse().map_err(|_| BadAmount)?;
        let fen: i64 = format!("{cents:0<2}").parse().map_err(|_| BadAmount)?;
        let total = yuan.checked_mul(100).and_then(|v| v.checked_add(fen)).ok_or(BadAmount)?;
        Ok(Fen(if negative { -total } else { total }))
    }

    /// Reads an amount in words: `伍佰元`, `壹仟零伍拾元整`, `叁角伍分`, `五百元`. None of what is none, and of what could be two:
    /// `伍佰叁元` may want a 拾.
    pub fn in_words(text: &str) -> Option<Fen> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let plain = plain.strip_prefix("人民币").unwrap_or(&plain);
        let whole = plain.strip_suffix(['整', '正']).unwrap_or(plain);
        // 三百 alone may count anything.
        let capital = whole.contains(['壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖']);
        if !capital && !whole.contains(['元', '圆']) {
            return None;
        }
        let (yuan, rest) = match whole.split_once(['元', '圆']) {
            Some((yuan, rest)) => (integer_in_words(yuan)?, rest),
            None if whole.contains(['角', '分']) => (0, whole),
            None => (integer_in_words(whole)?, ""),
        };
        let rest = rest.trim_start_matches('零');
        let (jiao, rest) = match rest.split_once('角') {
            Some((digit, rest)) => (one_digit(digit)?, rest.trim_start_matches('零')),
            None => (0, rest),
        };
        let fen = match rest.strip_suffix('分') {
            Some(digit) => one_digit(digit)?,
            None if rest.is_empty() => 0,
            None => return None,
        };
        yuan.checked_mul(100)?.checked_add(jiao * 10 + fen).map(Fen)
    }

    /// The amount in the capital form of printed slips, `伍佰元伍角`.
    pub fn capital(self) -> String {
        const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
        let sign = if self.0 < 0 { "负" } else { "" };
        let total = self.0.unsigned_abs();
        let (yuan, jiao, fen) = (total / 100, (total / 10 % 10) as usize, (total % 10) as usize);
        let mut out = String::from(sign);
        if yuan > 0 || (jiao == 0 && fen == 0) {
            out.push_str(&capital_integer(yuan, &DIGITS));
            out.push('元');
        }
        match (jiao, fen) {
            (0, 0) => out.push('整'),
            (0, f) => {
                if yuan > 0 {
                    out.push('零');
                }
                out.push(DIGITS[f]);
                out.push('分');
            }
            (j, 0) => {
                out.push(DIGITS[j]);
                out.push('角');
            }
            (j, f) => {
                out.extend([DIGITS[j], '角', DIGITS[f], '分']);
            }
        }
        out
    }
}

fn capital_integer(mut value: u64, digits: &[char; 10]) -> String {
    if value == 0 {
        return "零".into();
    }
    const UNITS: [&str; 4] = ["", "拾", "佰", "仟"];
    const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];
    let mut groups = Vec::new();
    while value > 0 {
        groups.push((value % 10_000) as u32);
        value /= 10_000;
    }
    let mut out = String::new();
    let mut zero = false;
    for (g, &group) in groups.iter().enumerate().rev() {
        if group == 0 {
            zero = !out.is_empty();
            continue;
        }
        for place in (0..4).rev() {
            let digit = group / 10u32.pow(place) % 10;
            if digit == 0 {
                zero = zero || !out.is_empty();
            } else {
                if zero {
                    out.push('零');
                    zero = false;
                }
                out.push(digits[digit as usize]);
                out.push_str(UNITS[place as usize]);
            }
        }
        zero = false;
        out.push_str(GROUPS[g]);
        if group % 10 == 0 && g > 0 {
            zero = groups[g - 1] >= 1000 && group % 10 == 0;
        }
    }
    out
}

fn digit_in_words(c: char) -> Option<i64> {
    if c == '两' {
        return Some(2);
    }
    let at = |digits: &str| digits.chars().position(|digit| digit == c);
    let found = at("零壹贰叁肆伍陆柒捌玖").or_else(|| at("〇一二三四五六七八九"))?;
    i64::try_from(found).ok()
}

fn one_digit(text: &str) -> Option<i64> {
    let mut signs = text.chars();
    digit_in_words(signs.next()?).filter(|_| signs.next().is_none())
}

/// A whole number in words. Units only fall: 亿, 万, and below them 仟, 佰, 拾.
fn integer_in_words(text: &str) -> Option<i64> {
    let (mut whole, mut section): (i64, i64) = (0, 0);
    let (mut digit, mut gap): (Option<i64>, bool) = (None, false);
    let (mut group, mut place) = (i64::MAX, i64::MAX);
    for c in text.chars() {
        if let Some(own) = digit_in_words(c) {
            if digit.is_some_and(|before| before != 0) {
                return None;
            }
            gap |= own == 0;
            digit = Some(own);
            continue;
        }
        let unit = match c {
            '拾' | '十' => 10,
            '佰' | '百' => 100,
            '仟' | '千' => 1_000,
            '万' | '萬' => 10_000,
            '亿' => 100_000_000,
            _ => return None,
        };
        if unit < 10_000 {
            // 拾元 is ten; no other unit stands without its digit.
            let own = digit.take().or((unit == 10).then_some(1)).filter(|own| *own > 0 && unit < place)?;
            (section, place, gap) = (section + own * unit, unit, false);
            continue;
        }
        let below = section + digit.take().unwrap_or(0);
        if below == 0 || unit >= group {
            return None;
        }
        whole = whole.checked_add(below.checked_mul(unit)?)?;
        (section, group, place, gap) = (0, unit, i64::MAX, false);
    }
    let last = digit.unwrap_or(0);
    let unclear = last > 0 && !gap && ((10 < place && place < i64::MAX) || (place == i64::MAX && whole > 0));
    if unclear || text.is_empty() { None } else { whole.checked_add(section + last) }
}

fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        '．' => '.',
        '－' | '−' => '-',
        other => other,
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let total = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", total / 100, total % 100)
    }
}

impl TryFrom<String> for Fen {
    type Error = BadAmount;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Fen::parse(&text)
    }
}

impl From<Fen> for String {
    fn from(fen: Fen) -> Self {
        fen.to_string()
    }
}

impl std::iter::Sum for Fen {
    fn sum<I: Iterator<Item = Fen>>(iter: I) -> Fen {
        Fen(iter.map(|f| f.0).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_people_write_them() {
        for (text, fen) in [
            ("200", 20_000),
            ("300元", 30_000),
            ("500.5", 50_050),
            ("￥1,200.50", 120_050),
            ("３００．０５元", 30_005),
            ("1200.00 元整", 120_000),
        ] {
            assert_eq!(Fen::parse(text), Ok(Fen(fen)), "{text}");
        }
        for bad in ["", "元", "三百", "1.234", "1e3", "99999999999999999999"] {
            assert!(Fen::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Fen(-5).to_string(), "-0.05");
    }

    #[test]
    fn capital_form() {
        for (fen, text) in [
            (0, "零元整"),
            (50_050, "伍佰元伍角"),
            (100_005, "壹仟元零伍分"),
            (1_000_100, "壹万零壹元整"),
            (10_010_000, "壹拾万零壹佰元整"),
            (12_345_678, "壹拾贰万叁仟肆佰伍拾陆元柒角捌分"),
            (105, "壹元零伍分"),
            (35, "叁角伍分"),
        ] {
            assert_eq!(Fen(fen).capital(), text, "{fen}");
            assert_eq!(Fen::in_words(text), Some(Fen(fen)), "{text}");
        }
    }

    #[test]
    fn amounts_in_words() {
        for (text, fen) in [
            ("伍佰元", 50_000),
            ("人民币伍佰元整", 50_000),
            ("伍佰", 50_000),
            ("五百元", 50_000),
            ("两千元", 200_000),
            ("壹仟零伍拾元", 105_000),
            ("拾元", 1_000),
            ("壹万元", 1_000_000),
            ("贰拾叁元", 2_300),
            ("叁元", 300),
        ] {
            assert_eq!(Fen::in_words(text), Some(Fen(fen)), "{text}");
        }
        for none in [
            "",
            "元",
            "三百",
            "万元",
            "500元",
            "伍佰叁元",
            "佰伍元",
            "一箱牛奶",
            "约伍佰元",
            "伍佰元每人",
            "壹万叁元",
        ] {
            assert_eq!(Fen::in_words(none), None, "{none}");
        }
    }
}
