//! Numbers as people type them.

/// Units that may stand behind a number; they say nothing that the field's label does not.
const UNITS: [char; 15] =
    ['人', '名', '位', '份', '天', '日', '次', '户', '个', '分', '本', '张', '例', '条', '场'];

/// A whole number: `35`, `３５`, `35人`, `1,200份`.
///
/// # Errors
/// Chinese: what to write.
pub fn read_count(text: &str) -> Result<u32, String> {
    let plain = narrow(text);
    let digits = plain.strip_suffix(UNITS).unwrap_or(&plain).replace([',', '，'], "");
    digits.trim().parse().map_err(|_| "请填数字，如 35".to_owned())
}

/// Minutes: `90`, `90分钟`, `3小时`, `1.5小时`, `2小时30分`, `1个半小时`.
///
/// # Errors
/// Chinese: what to write.
pub fn read_minutes(text: &str) -> Result<u32, String> {
    let bad = || "请写成如 3小时、1小时30分钟、90分钟".to_owned();
    let plain = narrow(text).replace("个半小时", ".5小时").replace("个小时", "小时").replace("钟头", "小时");
    let plain = plain.replace("半小时", "30分");
    let (hours, rest) = match plain.split_once("小时") {
        Some((hours, rest)) => (tenths(hours).ok_or_else(bad)?, rest),
        None => (0, plain.as_str()),
    };
    let rest = rest.strip_suffix("分钟").or_else(|| rest.strip_suffix('分')).unwrap_or(rest).trim();
    let minutes = if rest.is_empty() { 0 } else { rest.parse::<u32>().map_err(|_| bad())? };
    if plain.is_empty() {
        return Err(bad());
    }
    hours.checked_mul(6).and_then(|of_hours| of_hours.checked_add(minutes)).ok_or_else(bad)
}

/// Minutes in words, as [`read_minutes`] reads them: `45分钟`, `3小时`, `2小时30分钟`.
pub fn minutes_told(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest}分钟"),
        (hours, 0) => format!("{hours}小时"),
        (hours, rest) => format!("{hours}小时{rest}分钟"),
    }
}

/// Hours with at most one place behind the point, in tenths.
fn tenths(text: &str) -> Option<u32> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let part = if part.len() == 1 { part.parse::<u32>().ok()? } else { return None };
    whole.parse::<u32>().ok()?.checked_mul(10)?.checked_add(part)
}

fn narrow(text: &str) -> String {
    let one = |c: char| match c {
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        '．' => '.',
        other => other,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_behind_a_number_is_no_fault() {
        for (text, want) in [("35", 35), ("35人", 35), (" ３５ 人", 35), ("1,200份", 1200), ("0", 0)] {
            assert_eq!(read_count(text), Ok(want), "{text}");
        }
        for bad in ["", "约35", "35人次多", "三十", "-1", "3.5"] {
            assert!(read_count(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn service_time_is_given_in_hours_too() {
        for (text, want) in [
            ("90", 90),
            ("90分钟", 90),
            ("3小时", 180),
            ("1.5小时", 90),
            ("2小时30分", 150),
            ("1个半小时", 90),
            ("半小时", 30),
            ("2个小时", 120),
        ] {
            assert_eq!(read_minutes(text), Ok(want), "{text}");
        }
        for bad in ["", "很久", "1.25小时", "小时"] {
            assert!(read_minutes(bad).is_err(), "{bad}");
        }
    }
}
