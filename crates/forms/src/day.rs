//! Dates and times as people type them. A message says what to do.

use crate::Today;
use chrono::{Datelike, Days, Months, NaiveDate};
use tiexin_domain::PartialDate;

/// What a date field holds, of any precision. Empty text is no date.
///
/// # Errors
/// Chinese: what is wrong with the text.
pub fn read_date(text: &str, today: Today) -> Result<Option<PartialDate>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let ahead = match text.trim() {
        "明天" | "明日" => Some(1),
        "后天" => Some(2),
        "大后天" => Some(3),
        other => next_week(other, today.day),
    };
    if let Some(days) = ahead.filter(|_| today.sure) {
        return Ok(Some(PartialDate::Day(today.day + Days::new(days))));
    }
    PartialDate::parse(text, today.hint()).map(Some).map_err(|bad| match today.sure || bad.no_such_day() {
        true => bad.to_string(),
        false => "电脑的日期和时间不对，请写全年月日，如 2026-10-05".to_owned(),
    })
}

/// `下周三`, `下星期天`: how many days ahead. Weeks begin on Monday.
fn next_week(text: &str, today: NaiveDate) -> Option<u64> {
    let day = ["下周", "下星期", "下礼拜"].iter().find_map(|week| text.strip_prefix(week))?;
    let weekdays = ["一", "二", "三", "四", "五", "六", "日", "天"];
    let at = weekdays.iter().position(|name| *name == day)?.min(6) as u64;
    Some(7 - u64::from(today.weekday().num_days_from_monday()) + at)
}

/// The same where only a whole day will do.
///
/// # Errors
/// As [`read_date`], and where the day is missing.
pub fn read_day(text: &str, today: Today) -> Result<Option<NaiveDate>, String> {
    match read_date(text, today)? {
        None => Ok(None),
        Some(PartialDate::Day(day)) => Ok(Some(day)),
        Some(_) => Err("请写到哪一日，如 10月5日".to_owned()),
    }
}

/// The same for a day that lies ahead: a date without a year, or a day without a month, is the next one.
///
/// # Errors
/// As [`read_day`].
pub fn read_day_ahead(text: &str, today: Today) -> Result<Option<NaiveDate>, String> {
    let day = read_day(text, today)?;
    let has_year = text.chars().filter(char::is_ascii_digit).count() >= 5 || text.contains('年');
    let said = ["天", "今日", "昨日", "明日", "下"].iter().any(|word| text.contains(word));
    let next = |day: NaiveDate| match is_bare(text) {
        // A month may lack it.
        true => {
            (1..=3).map(|n| day + Months::new(n)).find(|next| next.day() == day.day() && *next >= today.day)
        }
        false => Some(day + Months::new(12)),
    };
    Ok(day.map(|day| match day < today.day && !has_year && !said {
        true => next(day).unwrap_or(day),
        false => day,
    }))
}

/// `28日`: neither month nor year.
fn is_bare(text: &str) -> bool {
    text.trim().strip_suffix(['日', '号']).is_some_and(|day| day.trim().chars().all(char::is_numeric))
}

/// The same for a day that may lie on either side: a date without a year is the nearest one. `12.1` is tomorrow on
/// 30 November, and not eleven months ago.
///
/// # Errors
/// As [`read_day`].
pub fn read_day_near(text: &str, today: Today) -> Result<Option<NaiveDate>, String> {
    let (behind, ahead) = (read_day(text, today)?, read_day_ahead(text, today)?);
    Ok(behind.zip(ahead).map(|(behind, ahead)| {
        if (today.day - behind).num_days() <= (ahead - today.day).num_days() { behind } else { ahead }
    }))
}

/// What a moment's field holds (`<date as typed>T<time as typed>`), as stored. A missing time is midnight.
///
/// # Errors
/// A time without a day, or one that cannot be read.
pub fn read_moment(text: &str, today: Today) -> Result<Option<String>, String> {
    let (day, time) = text.split_once('T').unwrap_or((text, ""));
    let Some(day) = read_day(day, today)? else {
        // What was typed is never dropped: a time alone belongs to some day.
        return if time.trim().is_empty() { Ok(None) } else { Err("请写上是哪一天".to_owned()) };
    };
    let (hour, minute) = read_time(time).ok_or_else(|| "时间请写成如 9:30、9点半".to_owned())?;
    Ok(Some(format!("{day}T{hour:02}:{minute:02}:00")))
}

/// `9:30`, `9点半`, `下午3点一刻`, `15时`; nothing is midnight.
fn read_time(text: &str) -> Option<(u32, u32)> {
    let plain: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
            '：' | '点' | '时' | '.' | '．' => ':',
            other => other,
        })
        .collect();
    let (late, rest) = part_of_day(&plain);
    let rest = rest.replace("钟", "").replace("一刻", "15").replace("三刻", "45").replace('半', "30");
    let mut numbers = Vec::new();
    for part in rest.trim_end_matches('分').split(':').filter(|part| !part.is_empty()) {
        numbers.push(part.trim().parse::<u32>().ok()?);
    }
    let (hour, minute) = match numbers.as_slice() {
        [] if plain.is_empty() => (0, 0),
        [hour] => (*hour, 0),
        [hour, minute] => (*hour, *minute),
        [hour, minute, 0] => (*hour, *minute),
        _ => return None,
    };
    let hour = if late && hour < 12 { hour + 12 } else { hour };
    (hour < 24 && minute < 60).then_some((hour, minute))
}

/// Whether the hours are those after noon, and what stands behind the word.
fn part_of_day(text: &str) -> (bool, &str) {
    for (word, late) in [("上午", false), ("早上", false), ("中午", false), ("下午", true), ("晚上", true)]
    {
        if let Some(rest) = text.strip_prefix(word) {
            return (late, rest);
        }
    }
    (false, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Today {
        Today { day: NaiveDate::from_ymd_opt(2026, 11, 29).unwrap(), sure: true }
    }

    #[test]
    fn times_are_read_as_people_say_them() {
        for (text, want) in [
            ("9:30", "09:30"),
            ("9点半", "09:30"),
            ("9点", "09:00"),
            ("９：３０", "09:30"),
            ("下午3点", "15:00"),
            ("下午3点一刻", "15:15"),
            ("上午9点45分", "09:45"),
            ("14:05:00", "14:05"),
            ("", "00:00"),
        ] {
            let read = read_moment(&format!("11.5T{text}"), today());
            assert_eq!(read, Ok(Some(format!("2026-11-05T{want}:00"))), "{text}");
        }
        for bad in ["25:00", "9:61", "早饭后", "9点多"] {
            assert!(read_moment(&format!("11.5T{bad}"), today()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_without_a_day_is_not_dropped() {
        assert_eq!(read_moment("T9:30", today()), Err("请写上是哪一天".to_owned()));
        assert_eq!(read_moment("T", today()), Ok(None));
    }

    #[test]
    fn a_day_that_no_month_has_is_told_as_that() {
        let told = read_day("2026-02-30", today()).unwrap_err();
        assert!(told.contains("2月没有30日"), "{told}");
        assert_eq!(read_day("大前天", today()).unwrap().unwrap().to_string(), "2026-11-26");
        assert_eq!(read_day_ahead("3.8", today()).unwrap().unwrap().to_string(), "2027-03-08");
        assert_eq!(read_day_ahead("昨天", today()).unwrap().unwrap().to_string(), "2026-11-28");
        // Two days ago on the first of December, and not in four weeks.
        let first = Today { day: NaiveDate::from_ymd_opt(2026, 12, 1).unwrap(), sure: true };
        for (read, want) in [
            (read_day("28日", first), "2026-11-28"),
            (read_day_near("28日", first), "2026-11-28"),
            (read_day_ahead("28日", first), "2026-12-28"),
        ] {
            assert_eq!(read.unwrap().unwrap().to_string(), want);
        }
        let january = Today { day: NaiveDate::from_ymd_opt(2027, 2, 1).unwrap(), sure: true };
        assert_eq!(read_day_ahead("31日", january).unwrap().unwrap().to_string(), "2027-03-31");
    }

    #[test]
    fn a_day_of_next_week_is_understood() {
        // A Sunday.
        for (text, want) in [("下周一", "2026-11-30"), ("下周三", "2026-12-02"), ("下星期天", "2026-12-06")]
        {
            assert_eq!(read_day_ahead(text, today()).unwrap().unwrap().to_string(), want, "{text}");
        }
        assert!(read_day_ahead("下周", today()).is_err());
    }

    #[test]
    fn a_start_near_today_is_the_nearest() {
        for (text, want) in [
            ("12.1", "2026-12-01"),
            ("11.1", "2026-11-01"),
            ("3.8", "2027-03-08"),
            ("7.1", "2026-07-01"),
            ("11.29", "2026-11-29"),
            ("28日", "2026-11-28"),
            ("2日", "2026-12-02"),
            ("昨天", "2026-11-28"),
            ("2025年12月1日", "2025-12-01"),
        ] {
            assert_eq!(read_day_near(text, today()).unwrap().unwrap().to_string(), want, "{text}");
        }
        assert_eq!(read_day_near("", today()), Ok(None));
    }
}
