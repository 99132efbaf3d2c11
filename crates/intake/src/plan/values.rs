//! Single values as people write them.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use tiexin_domain::{Fen, PartialDate, YearHint};

use crate::workbook::{Cell, Number};

/// Half-width digits, letters and signs; the rest untouched.
pub(super) fn narrow(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            other => other,
        })
        .collect()
}

/// Words and signs that say nothing stands here.
pub(super) fn says_nothing(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || matches!(
            text,
            "无" | "没有"
                | "暂无"
                | "不详"
                | "未知"
                | "不清楚"
                | "空"
                | "/"
                | "\\"
                | "-"
                | "--"
                | "—"
                | "——"
                | "／"
                | "－"
                | "〃"
        )
}

/// Names and things listed in one cell.
pub(super) fn listed(text: &str) -> Vec<String> {
    text.split(|c: char| "、，,；;/／|＋+&\n".contains(c)).flat_map(spaced).collect()
}

/// Two names are set apart by a space, but one name may be spread: `孙　明`. No name is one character long.
fn spaced(piece: &str) -> Vec<String> {
    let parts: Vec<&str> = piece.split_whitespace().collect();
    if parts.iter().any(|p| p.chars().count() == 1) {
        return vec![parts.concat()];
    }
    parts.into_iter().map(str::to_owned).collect()
}

/// 是 or 否 in its many forms.
pub(super) fn yes(text: &str) -> Option<bool> {
    let text = narrow(text).to_lowercase();
    match text.trim() {
        "是" | "有" | "对" | "√" | "✓" | "✔" | "☑" | "1" | "y" | "yes" | "true" | "已" | "享受"
        | "已享受" | "已建" | "已建档" | "已测评" | "已测" | "已评估" | "建档" | "测评" | "1份" | "1人" => {
            Some(true)
        }
        "否" | "无" | "没有" | "未" | "不是" | "×" | "✗" | "✘" | "x" | "0" | "n" | "no" | "false" | "不"
        | "未享受" | "不享受" | "未建" | "未建档" | "未测评" | "未测" | "-" | "/" | "—" => {
            Some(false)
        }
        _ => None,
    }
}

/// `35`, `35人`, `1,200 人次`. `None` when it is no whole number of things.
pub(super) fn count(text: &str) -> Option<u32> {
    let plain: String = narrow(text).chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    let digits = plain
        .trim_end_matches(['人', '次', '份', '天', '日', '名', '个', '册', '张', '场', '户', '套', '条']);
    let digits = digits.strip_suffix(".0").unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) { None } else { digits.parse().ok() }
}

/// An amount of money; `Ok(None)` when nothing stands there.
pub(super) fn money(cell: &Cell) -> Result<Option<Fen>, ()> {
    let text = cell.shown();
    if says_nothing(&text) {
        return Ok(None);
    }
    let plain = narrow(&text).replace("人民币", "").replace('块', "元");
    Fen::parse(&plain).map(Some).map_err(|_| ())
}

/// The month a sheet is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) year: Option<i32>,
    pub(super) month: Option<u32>,
    pub(super) today: NaiveDate,
}

impl Period {
    pub(super) fn hint(&self) -> YearHint {
        self.year.map_or(YearHint::Today(self.today), YearHint::Year)
    }

    /// What another period knows where this one knows nothing.
    pub(super) fn or_known(self, other: Self) -> Self {
        if self.year.is_some() { self } else { other }
    }

    /// Fills what is missing from a title: `2026年10月`, `2026-10`, `2026.10`.
    pub(super) fn or_from(mut self, text: &str) -> Self {
        if self.year.is_some() {
            return self;
        }
        let text = narrow(text);
        let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).peekable();
        while let Some(number) = numbers.next() {
            let (year, rest) = number.split_at(number.len().min(4));
            let Some(year) =
                year.parse::<i32>().ok().filter(|y| (1990..2100).contains(y) && number.len() >= 4)
            else {
                continue;
            };
            let month = |n: &str| n.parse::<u32>().ok().filter(|m| n.len() <= 2 && (1..=12).contains(m));
            match rest.len() {
                0 => self.month = numbers.peek().and_then(|n| month(n)),
                2 | 4 => self.month = month(&rest[..2]),
                _ => continue,
            }
            self.year = Some(year);
            return self;
        }
        self
    }
}

/// A date with the precision given; `Ok(None)` when nothing stands there.
pub(super) fn date(cell: &Cell, hint: YearHint, month: Option<u32>) -> Result<Option<PartialDate>, ()> {
    match cell {
        Cell::DateTime(at) if at.year() < 1901 => Err(()),
        Cell::DateTime(at) => Ok(Some(PartialDate::Day(at.date()))),
        Cell::Number(serial) if (20_000.0..80_000.0).contains(&serial.value) => Ok(serial_day(serial.value)),
        other => {
            let text = other.shown();
            if says_nothing(&text) {
                return Ok(None);
            }
            let text = narrow(&text);
            let text = text.trim_matches(|c: char| c == '\'' || c.is_whitespace());
            if let (YearHint::Year(year), Some(month)) = (hint, month)
                && let Some(digits) = text.strip_suffix(['日', '号'])
                && let Ok(day) = digits.parse::<u32>()
            {
                return NaiveDate::from_ymd_opt(year, month, day)
                    .map(|d| Some(PartialDate::Day(d)))
                    .ok_or(());
            }
            PartialDate::parse(text, hint).map(Some).map_err(|_| ())
        }
    }
}

/// A date that a spreadsheet kept as a plain number, days since 1899-12-30.
fn serial_day(serial: f64) -> Option<PartialDate> {
    let first = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    first.checked_add_days(Days::new(serial as u64)).map(PartialDate::Day)
}

/// A day with a time of day, midnight when none is given. A time alone belongs to `same_day`.
pub(super) fn moment(
    cell: &Cell,
    hint: YearHint,
    month: Option<u32>,
    same_day: Option<NaiveDate>,
) -> Result<Option<NaiveDateTime>, ()> {
    match (cell, same_day) {
        (Cell::DateTime(at), Some(day)) if at.year() < 1901 => return Ok(Some(day.and_time(at.time()))),
        (Cell::DateTime(at), _) if at.year() >= 1901 => return Ok(Some(*at)),
        (Cell::Number(Number { value: part, .. }), Some(day)) if (0.0..1.0).contains(part) => {
            let time = NaiveTime::from_num_seconds_from_midnight_opt((part * 86_400.0).round() as u32, 0);
            return time.map(|t| Some(day.and_time(t))).ok_or(());
        }
        _ => {}
    }
    let text = narrow(&cell.shown());
    if says_nothing(&text) {
        return Ok(None);
    }
    let (day_text, time) = split_time(&text);
    let day = if day_text.is_empty() {
        same_day
    } else {
        let cell = if time.is_some() { &Cell::Text(day_text) } else { cell };
        date(cell, hint, month)?.and_then(PartialDate::day)
    };
    day.map(|d| Some(d.and_time(time.unwrap_or_default()))).ok_or(())
}

/// Cuts a time of day off the end: `9:00`, `9时30分`, `下午3点`.
fn split_time(text: &str) -> (String, Option<NaiveTime>) {
    let chars: Vec<char> = text.chars().collect();
    let Some(at) = chars.iter().position(|c| matches!(c, ':' | '时' | '点')) else {
        return (text.trim().to_owned(), None);
    };
    let from = chars[..at].iter().rposition(|c| !c.is_ascii_digit()).map_or(0, |p| p + 1);
    let number = |digits: &[char]| digits.iter().collect::<String>().parse::<u32>().ok();
    let minutes: Vec<char> =
        chars[at + 1..].iter().copied().take_while(char::is_ascii_digit).take(2).collect();
    let Some(mut hour) = number(&chars[from..at]) else { return (text.trim().to_owned(), None) };
    let before: String = chars[..from].iter().collect();
    if ["下午", "晚上", "傍晚"].iter().any(|w| before.contains(w)) && hour < 12 {
        hour += 12;
    }
    let day = before.replace(['T', 't'], " ");
    let day =
        ["上午", "下午", "晚上", "早上", "中午", "傍晚"].iter().fold(day, |day, word| day.replace(word, " "));
    let time = NaiveTime::from_hms_opt(hour, number(&minutes).unwrap_or(0), 0);
    match time {
        Some(time) => (day.trim().to_owned(), Some(time)),
        None => (text.trim().to_owned(), None),
    }
}

/// `09:30`, unless the cell is a bare day.
pub(super) fn time_of(cell: &Cell) -> Option<String> {
    let time = match cell {
        Cell::DateTime(at) => at.time(),
        other => split_time(&narrow(&other.shown())).1?,
    };
    (time.num_seconds_from_midnight() > 0).then(|| time.format("%H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period() -> Period {
        Period { year: None, month: None, today: NaiveDate::from_ymd_opt(2027, 1, 3).unwrap() }
    }

    #[test]
    fn titles_give_the_month() {
        for (title, year, month) in [
            ("2026年10月东关社区走访记录", Some(2026), Some(10)),
            ("services-2026-10.xlsx", Some(2026), Some(10)),
            ("走访202609", Some(2026), Some(9)),
            ("填报时间：２０２６年９月３０日", Some(2026), Some(9)),
            ("2026年度", Some(2026), None),
            ("第3季度 13900001111", None, None),
        ] {
            let read = period().or_from(title);
            assert_eq!((read.year, read.month), (year, month), "{title}");
        }
    }

    #[test]
    fn times_of_activities() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 12).unwrap();
        let at = |text: &str, same| moment(&Cell::Text(text.into()), YearHint::Year(2026), Some(10), same);
        let clock = |h, m| Ok(Some(day.and_hms_opt(h, m, 0).unwrap()));
        for (text, want) in [
            ("2026-10-12 09:00", clock(9, 0)),
            ("2026/10/12 9:00:00", clock(9, 0)),
            ("2026年10月12日 下午3时30分", clock(15, 30)),
            ("10月12日上午９：００", clock(9, 0)),
            ("10.12", clock(0, 0)),
            ("12日", clock(0, 0)),
            ("", Ok(None)),
            ("2026年10月", Err(())),
            ("10月32日", Err(())),
        ] {
            assert_eq!(at(text, None), want, "{text}");
        }
        assert_eq!(at("11:30", Some(day)), clock(11, 30));
    }

    #[test]
    fn names_in_one_cell() {
        assert_eq!(listed("廖长、龚华桂"), ["廖长", "龚华桂"]);
        assert_eq!(listed("廖长 龚华桂"), ["廖长", "龚华桂"]);
        assert_eq!(listed("孙　明"), ["孙明"]);
        assert_eq!(listed("孙　明、金凤"), ["孙明", "金凤"]);
        assert_eq!(listed(" ，"), Vec::<String>::new());
    }

    #[test]
    fn counts_and_money() {
        assert_eq!(count("１，２００人次"), Some(1200));
        assert_eq!(count("50份"), Some(50));
        assert_eq!(count("约百人"), None);
        assert_eq!(count("-3"), None);
        assert_eq!(money(&Cell::Number(Number::general(500.5))), Ok(Some(Fen(50_050))));
        assert_eq!(money(&Cell::Text("300元".into())), Ok(Some(Fen(30_000))));
        assert_eq!(money(&Cell::Text("无".into())), Ok(None));
        assert_eq!(money(&Cell::Text("一箱牛奶".into())), Err(()));
    }
}
