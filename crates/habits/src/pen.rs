//! How an office writes a value into a cell: plainly, or as one of its habits has it.
//!
//! Every choice has dice of its own, made from the seed, the sheet and the row, so that taking a habit away changes
//! nothing else.

use chrono::{Datelike, NaiveDate};
use fastrand::Rng;

use crate::dice;
use crate::facts::{TOWNSHIP_NAME, VILLAGES};
use crate::grid::{Cell, Sure, Told};
use crate::habit::{Habit, Habits};
use crate::names;

/// The unit in which a column holds its amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Yuan,
    Wan,
    Qian,
    Fen,
}

impl Unit {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Unit::Yuan => "元",
            Unit::Wan => "万元",
            Unit::Qian => "千元",
            Unit::Fen => "分",
        }
    }

    fn fen(self) -> f64 {
        match self {
            Unit::Yuan => 100.0,
            Unit::Wan => 1e6,
            Unit::Qian => 1e5,
            Unit::Fen => 1.0,
        }
    }
}

/// One sheet's writer.
#[derive(Clone, Copy)]
pub(crate) struct Pen<'a> {
    pub(crate) seed: u64,
    pub(crate) habits: Habits,
    /// The sheet, as the dice are told apart.
    pub(crate) sheet: &'a str,
    /// What is written ends as text: there are no formats, formulas or merges.
    pub(crate) csv: bool,
    /// A formula can stand without its result. In text it would be a blank like any other, and the old binary format
    /// has always a result.
    pub(crate) unstored: bool,
    /// A title, or the file's name, tells the month.
    pub(crate) titled: bool,
}

/// Days since the spreadsheets' day 0.
pub(crate) fn serial(date: NaiveDate) -> f64 {
    let first = NaiveDate::from_ymd_opt(1899, 12, 30).expect("a day");
    (date - first).num_days() as f64
}

impl Pen<'_> {
    pub(crate) fn dice(&self, what: &str, nth: usize) -> Rng {
        dice(self.seed, &format!("{}/{what}", self.sheet), nth as u64)
    }

    /// Whether the habit is one of these and meets this row, in so many of a hundred cases.
    pub(crate) fn does(&self, habit: Habit, what: &str, nth: usize, chance: u8) -> bool {
        self.habits.has(habit) && self.dice(&format!("{what}/{}", habit.name()), nth).u8(..100) < chance
    }

    /// A cell that nobody can read, if one of those habits meets the row.
    fn unreadable(&self, nth: usize, what: &str, told: &mut Told) -> Option<Cell> {
        if self.does(Habit::ErrorCell, what, nth, 12) {
            told.met(Habit::ErrorCell, Sure::Unsure);
            let errors = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!"];
            return Some(Cell::Error(errors[self.dice("which error", nth).usize(..errors.len())]));
        }
        if self.unstored && what != "date" && self.does(Habit::FormulaWithoutResult, what, nth, 15) {
            told.met(Habit::FormulaWithoutResult, Sure::Unsure);
            return Some(Cell::Formula("SUM(A1,25)".into(), None));
        }
        None
    }

    /// A day of October 2026.
    pub(crate) fn date(&self, nth: usize, told: &mut Told, date: NaiveDate) -> Cell {
        if let Some(cell) = self.unreadable(nth, "date", told) {
            return cell;
        }
        let mut dice = self.dice("date", nth);
        let day = date.day();
        if self.does(Habit::OtherYear, "date", nth, 15) {
            told.met(Habit::OtherYear, Sure::Unsure);
            let other = [(2025, 10), (2027, 10), (2026, 12), (2025, 12), (2026, 1)][dice.usize(..5)];
            let other = NaiveDate::from_ymd_opt(other.0, other.1, day).expect("a day");
            return if dice.bool() {
                Cell::Number(serial(other), "yyyy-mm-dd")
            } else {
                Cell::text(other.to_string())
            };
        }
        if self.does(Habit::NumberDate, "date", nth, 60) {
            return self.number_date(&mut dice, told, day);
        }
        if self.does(Habit::DayWithoutYear, "date", nth, 70) {
            // The last two stand in no sample: they may be told.
            let forms = [
                format!("10月{day}日"),
                format!("10月{day}日"),
                format!("10.{day}"),
                format!("{day}日"),
                format!("10-{day}"),
                format!("10/{day}"),
            ];
            let which = dice.usize(..forms.len());
            let sure = if which < 4 && self.titled { Sure::Plain } else { Sure::Odd };
            told.met(Habit::DayWithoutYear, sure);
            return Cell::text(forms[which].clone());
        }
        if self.does(Habit::FullWidth, "date", nth, 30) {
            told.met(Habit::FullWidth, Sure::Odd);
            return Cell::text(names::full_width(&date.format("%Y年%-m月%-d日").to_string()));
        }
        self.plain_date(&mut dice, date)
    }

    fn plain_date(&self, dice: &mut Rng, date: NaiveDate) -> Cell {
        match dice.u8(..7) {
            0 => Cell::text(date.format("%Y-%m-%d").to_string()),
            1 => Cell::text(date.format("%Y/%-m/%-d").to_string()),
            2 => Cell::text(date.format("%Y年%-m月%-d日").to_string()),
            3 => Cell::text(date.format("%Y.%-m.%-d").to_string()),
            4 => Cell::Number(serial(date), "yyyy/m/d"),
            5 => Cell::Number(serial(date), "yyyy\"年\"m\"月\"d\"日\""),
            _ => Cell::Number(serial(date), "yyyy-mm-dd"),
        }
    }

    fn number_date(&self, dice: &mut Rng, told: &mut Told, day: u32) -> Cell {
        let whole = f64::from(day);
        if dice.bool() {
            told.met(Habit::NumberDate, Sure::Odd);
            return Cell::Number(10.0 + whole / 100.0, "0.00");
        }
        // 10.1, 10.2, 10.3 without a format: one day or ten times it.
        let alike = matches!(day, 1..=3 | 10 | 20 | 30) && !self.csv;
        told.met(Habit::NumberDate, if alike { Sure::Unsure } else { Sure::Odd });
        Cell::Number(10.0 + whole / if day < 10 { 10.0 } else { 100.0 }, "General")
    }

    pub(crate) fn money(&self, nth: usize, told: &mut Told, fen: i64, unit: Unit) -> Cell {
        if let Some(cell) = self.unreadable(nth, "money", told) {
            return cell;
        }
        let mut dice = self.dice("money", nth);
        let yuan = fen as f64 / 100.0;
        if self.does(Habit::UnitInCell, "money", nth, 50) {
            told.met(Habit::UnitInCell, Sure::Odd);
            let forms = [
                format!("{}万元", yuan / 1e4),
                format!("{}万", yuan / 1e4),
                format!("{}千元", yuan / 1e3),
                format!("{yuan}元"),
                format!("￥{yuan:.2}"),
            ];
            return Cell::text(forms[dice.usize(..forms.len())].clone());
        }
        if fen % 100 == 0 && self.does(Habit::WordsForNumbers, "money", nth, 40) {
            told.met(Habit::WordsForNumbers, Sure::Odd);
            return Cell::text(names::capitals((fen / 100) as u32) + ["元", "元整"][dice.usize(..2)]);
        }
        let value = fen as f64 / unit.fen();
        match dice.u8(..5) {
            0 if unit == Unit::Yuan => Cell::text(format!("{yuan}元")),
            1 => Cell::text(value.to_string()),
            2 if !self.csv => Cell::Formula(format!("{value}+0"), Some(value)),
            3 if unit == Unit::Yuan => Cell::Number(value, "#,##0.00"),
            _ => Cell::Number(value, "General"),
        }
    }

    pub(crate) fn headcount(&self, nth: usize, told: &mut Told, people: u32) -> Cell {
        if let Some(cell) = self.unreadable(nth, "headcount", told) {
            return cell;
        }
        let mut dice = self.dice("headcount", nth);
        if self.does(Habit::UnitInCell, "headcount", nth, 50) {
            told.met(Habit::UnitInCell, Sure::Odd);
            return Cell::text(format!("{people}{}", ["人次", "名", " 人"][dice.usize(..3)]));
        }
        if self.does(Habit::WordsForNumbers, "headcount", nth, 40) {
            told.met(Habit::WordsForNumbers, Sure::Odd);
            let words = names::words(people);
            let forms =
                [format!("{words}人"), format!("约{people}"), format!("{people}余人"), format!("{people}+")];
            return Cell::text(forms[dice.usize(..4)].clone());
        }
        if self.does(Habit::FullWidth, "headcount", nth, 30) {
            told.met(Habit::FullWidth, Sure::Odd);
            return Cell::text(names::full_width(&people.to_string()));
        }
        match dice.u8(..4) {
            0 => Cell::text(format!("{people}人")),
            1 => Cell::text(people.to_string()),
            _ => Cell::Number(f64::from(people), "General"),
        }
    }

    /// A year and a month, as a register has them.
    pub(crate) fn month(&self, nth: usize, told: &mut Told, (year, month): (i32, u32)) -> Cell {
        let mut dice = self.dice("month", nth);
        if self.does(Habit::SixDigitMonth, "month", nth, 60) {
            told.met(Habit::SixDigitMonth, Sure::Odd);
            let six = format!("{year}{month:02}");
            return match dice.u8(..4) {
                0 => Cell::Number(format!("{year}{month}").parse().expect("digits"), "General"),
                1 => Cell::text(six),
                _ => Cell::Number(six.parse().expect("digits"), "General"),
            };
        }
        if self.does(Habit::DottedMonth, "month", nth, 60) {
            let value = f64::from(year) + f64::from(month) / 100.0;
            if dice.bool() {
                told.met(Habit::DottedMonth, Sure::Odd);
                return Cell::Number(value, "0.00");
            }
            // Without a format 2016.10 is 2016.1; January is written 2016.1 as well.
            let typed = if month < 10 { f64::from(year) + f64::from(month) / 10.0 } else { value };
            let alike = matches!(month, 1 | 10) && !self.csv;
            told.met(Habit::DottedMonth, if alike { Sure::Unsure } else { Sure::Odd });
            return Cell::Number(typed, "General");
        }
        Cell::text(match dice.u8(..3) {
            0 => format!("{year}-{month:02}"),
            1 => format!("{year}.{month:02}"),
            _ => format!("{year}年{month}月"),
        })
    }

    pub(crate) fn village(&self, nth: usize, told: &mut Told, village: usize) -> Cell {
        let (_, official, daily) = VILLAGES[village];
        if self.does(Habit::FullWidth, "village", nth, 20) {
            told.met(Habit::FullWidth, Sure::Odd);
            return Cell::text(format!("{}　{}", names::first(daily), names::rest(daily)));
        }
        Cell::text(match self.dice("village", nth).u8(..4) {
            0 => daily.to_owned(),
            1 => format!("{TOWNSHIP_NAME}{daily}"),
            _ => official.to_owned(),
        })
    }

    /// A number of many places, which a number cell would cut.
    fn long(&self, nth: usize, told: &mut Told, number: &str, what: &str) -> Option<Cell> {
        let digits = number.bytes().all(|b| b.is_ascii_digit());
        if !digits || !self.does(Habit::LongNumbers, what, nth, 25) {
            return None;
        }
        // Fifteen places are kept. Sixteen and more lose what is behind them.
        let kept: f64 =
            format!("{:0<width$}", &number[..number.len().min(15)], width = number.len()).parse().ok()?;
        let format = if self.dice(what, nth).bool() { "0" } else { "General" };
        // One time in eleven the zeros make a right number: as text, nobody can tell.
        let right = self.csv && format == "0" && tiexin_domain::IdNumber::read(&kept.to_string()).is_ok();
        let lost = (number.len() > 15 && !right) || (self.csv && format == "General");
        told.met(Habit::LongNumbers, if lost { Sure::Unsure } else { Sure::Odd });
        Some(Cell::Number(kept, format))
    }

    pub(crate) fn id(&self, nth: usize, told: &mut Told, id: &str) -> Cell {
        if let Some(cell) = self.long(nth, told, id, "id") {
            return cell;
        }
        let mut dice = self.dice("id", nth);
        let mut text = id.to_owned();
        if id.ends_with('X') && self.does(Habit::OtherX, "id", nth, 90) {
            told.met(Habit::OtherX, Sure::Odd);
            let others = ['Ⅹ', 'Х', '×', 'ｘ', 'χ', 'х', 'ⅹ', 'Χ'];
            text.pop();
            text.push(others[dice.usize(..others.len())]);
        }
        if self.does(Habit::FullWidth, "id", nth, 20) {
            told.met(Habit::FullWidth, Sure::Odd);
            text = names::full_width(&text);
        }
        if self.does(Habit::InvisibleMarks, "id", nth, 30) {
            told.met(Habit::InvisibleMarks, Sure::Odd);
            text = names::with_marks(&text, &mut dice);
        }
        Cell::Text(text)
    }

    /// A file code of thirteen digits.
    pub(crate) fn code(&self, nth: usize, told: &mut Told, code: &str) -> Cell {
        if let Some(cell) = self.long(nth, told, code, "code") {
            return cell;
        }
        if self.csv && self.does(Habit::Csv, "code", nth, 15) {
            told.met(Habit::Csv, Sure::Odd);
            return Cell::text(format!("{code}.0"));
        }
        match self.dice("code", nth).u8(..4) {
            0 if !self.csv => Cell::Number(code.parse().expect("digits"), "0"),
            _ => Cell::text(code),
        }
    }

    pub(crate) fn policy(&self, nth: usize, told: &mut Told, policy: &str) -> Cell {
        self.long(nth, told, policy, "policy").unwrap_or_else(|| Cell::text(policy))
    }

    /// A name, perhaps with what its writer had behind it or in it.
    pub(crate) fn name(&self, nth: usize, told: &mut Told, what: &str, name: &str) -> Cell {
        let mut dice = self.dice(what, nth);
        let mut text = name.to_owned();
        let mut met = |habit: Habit, chance: u8, change: &mut dyn FnMut(&str) -> String| {
            if self.does(habit, what, nth, chance) {
                let changed = change(&text);
                if changed != text {
                    told.met(habit, Sure::Odd);
                    text = changed;
                }
            }
        };
        met(Habit::Radicals, 60, &mut names::alike);
        met(Habit::OtherDots, 90, &mut |text| names::other_dot(text, &mut dice));
        met(Habit::LostCharacter, 15, &mut |text| names::lost(text, &mut dice));
        met(Habit::FullWidth, 30, &mut names::spread);
        met(Habit::InvisibleMarks, 30, &mut |text| names::with_marks(text, &mut dice));
        met(Habit::DeathMark, 20, &mut |text| names::dead(text, &mut dice));
        Cell::Text(text)
    }

    /// Several names in one cell.
    pub(crate) fn names(&self, nth: usize, told: &mut Told, what: &str, all: &[&str]) -> Cell {
        let mut dice = self.dice(what, nth);
        let mut one = |name: &&str| match self.name(nth, told, &format!("{what} {name}"), name) {
            Cell::Text(text) => text,
            _ => (*name).to_owned(),
        };
        let written: Vec<String> = all.iter().map(&mut one).collect();
        if all.len() > 1 && self.does(Habit::TwoNames, what, nth, 80) {
            told.met(Habit::TwoNames, Sure::Odd);
            let between = [" ", "　", "，", ",", "/", "和", "\n", "；", "及", "与", "　　", "。", "."];
            return Cell::text(written.join(between[dice.usize(..between.len())]));
        }
        Cell::text(written.join("、"))
    }
}
