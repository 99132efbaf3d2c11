//! What a number format shows of a number (ECMA-376 part 1, 18.8.31): how many places, and a unit that
//! stands only in the format.

use crate::workbook::{Cell, Number};

/// What a format adds to a number's value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// Digits after the point; `None` where the format is general or no plain number.
    pub(super) places: Option<u8>,
    /// `万元` of `0.00"万元"`: the reader sees it, the value does not have it.
    unit: Option<String>,
}

/// Words in a format that make the number another one.
const SCALES: [char; 5] = ['百', '千', '万', '亿', '萬'];
const MOST_PLACES: usize = 15;

impl Shown {
    /// The general format, or one that the file does not tell.
    pub(super) const GENERAL: Self = Self { places: None, unit: None };

    /// The cell as a worker sees it. A unit of the format becomes text, so that it is not lost.
    pub(super) fn cell(&self, value: f64) -> Cell {
        match &self.unit {
            Some(unit) => Cell::Text(format!("{}{unit}", Number::general(value).shown())),
            None => Cell::Number(Number { value, places: self.places }),
        }
    }

    /// Of a format's code.
    pub(super) fn of(code: &str) -> Self {
        let mut read = Reading::default();
        let plain = read.section(code);
        if !plain || read.digits == 0 || read.places > MOST_PLACES {
            return Self::GENERAL;
        }
        let unit = read.literal.contains(SCALES).then_some(read.literal);
        Self { places: u8::try_from(read.places).ok(), unit }
    }

    /// Of a format that every spreadsheet program knows by its number (18.8.30).
    pub(super) fn of_built_in(id: u16) -> Self {
        let places = match id {
            1 | 3 | 5 | 6 | 37 | 38 | 41 | 42 => Some(0),
            2 | 4 | 7 | 8 | 39 | 40 | 43 | 44 => Some(2),
            _ => None,
        };
        Self { places, unit: None }
    }
}

/// A number whose format is known only by what it shows. `10.1` may be the general format; `10.10` is not.
pub(super) fn shown_as(value: f64, shown: &str) -> Cell {
    let digits: String = shown.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-')).collect();
    let places = digits.split_once('.').map_or(0, |(_, places)| places.len());
    let same =
        digits.parse::<f64>().is_ok_and(|read| format!("{read:.places$}") == format!("{value:.places$}"));
    if !same {
        return Cell::Number(Number::general(value));
    }
    if shown.contains(SCALES) {
        return Cell::Text(shown.to_owned());
    }
    let told = Number::general(value).shown() != digits && places <= MOST_PLACES;
    Cell::Number(Number { value, places: u8::try_from(places).ok().filter(|_| told) })
}

#[derive(Default)]
struct Reading {
    digits: usize,
    places: usize,
    after_point: bool,
    /// A comma behind a digit: between thousands, or, when no digit follows, it divides by a thousand.
    comma: bool,
    literal: String,
}

impl Reading {
    /// Reads the first section; whether it is a plain number of fixed places.
    fn section(&mut self, code: &str) -> bool {
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            let plain = match c {
                ';' => break,
                '"' => self.literal(&chars.by_ref().take_while(|c| *c != '"').collect::<String>()),
                '\\' | '!' => chars.next().is_none_or(|c| self.literal(c.encode_utf8(&mut [0; 4]))),
                '_' | '*' => chars.next().is_some(),
                '[' => harmless(&chars.by_ref().take_while(|c| *c != ']').collect::<String>()),
                '0' | '#' | '?' => self.digit(c),
                '.' => !std::mem::replace(&mut self.after_point, true) && !self.comma,
                ',' => {
                    self.comma = self.digits > 0;
                    true
                }
                ' ' | '-' | '+' | '(' | ')' | '$' | ':' => true,
                c if c.is_ascii() => false,
                c => self.literal(c.encode_utf8(&mut [0; 4])),
            };
            if !plain {
                return false;
            }
        }
        !self.comma
    }

    fn digit(&mut self, c: char) -> bool {
        // A digit behind a literal: `0!.0` shows a point that is none.
        let apart = self.digits > 0 && !self.literal.is_empty();
        self.digits += 1;
        self.comma = false;
        self.places += usize::from(self.after_point);
        // `0.##` shows as many places as there are.
        !apart && (!self.after_point || c == '0')
    }

    fn literal(&mut self, text: &str) -> bool {
        // What stands before the number is no unit of it.
        if self.digits > 0 {
            self.literal.push_str(text.trim());
        }
        true
    }
}

/// A colour or a currency; not a condition, a count of hours or another script's digits.
fn harmless(bracket: &str) -> bool {
    bracket.starts_with('$')
        || (bracket.chars().all(char::is_alphanumeric)
            && !bracket.to_ascii_lowercase().starts_with("dbnum")
            && bracket.chars().count() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_plain_numbers() {
        for (code, places) in [
            ("0", 0),
            ("0.00", 2),
            ("#,##0.0_ ", 1),
            ("0.00_);(0.00)", 2),
            ("0.00_);[Red]\\(0.00\\)", 2),
            ("#,##0", 0),
            ("_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", 2),
            ("\"¥\"#,##0.00", 2),
            ("[$¥-804]#,##0.0", 1),
            ("0.0\"元\"", 1),
            ("0000", 0),
        ] {
            assert_eq!(Shown::of(code), Shown { places: Some(places), unit: None }, "{code}");
        }
    }

    #[test]
    fn what_is_no_plain_number_has_no_places() {
        for code in [
            "General",
            "G/通用格式",
            "@",
            "0%",
            "0.00E+00",
            "# ?/?",
            "0,",
            "0.0,",
            "0!.0,",
            "0!.0,\"万\"",
            "0\\.0",
            "0.##",
            "yyyy-mm-dd",
            "m月d日",
            "[h]:mm",
            "[>=10000]0.0",
            "[DBNum2]0",
            "0.00 \"万\" 0",
            "",
            ";;;",
            "\"合计\"",
            "\"",
            "\\",
        ] {
            assert_eq!(Shown::of(code), Shown::default(), "{code}");
        }
    }

    #[test]
    fn places_are_told_by_what_is_shown() {
        let number = |value, places| Cell::Number(Number { value, places });
        for (value, shown, cell) in [
            (10.1, "10.1", number(10.1, None)),
            (10.1, "10.10", number(10.1, Some(2))),
            (1234.5, "1,234.50元", number(1234.5, Some(2))),
            (10.12, "10.1", number(10.12, Some(1))),
            (0.5, "50%", number(0.5, None)),
            (15000.0, "1.5万", number(15000.0, None)),
            (1.5, "1.50万元", Cell::Text("1.50万元".into())),
            (35.0, "35", number(35.0, None)),
            (35.0, "", number(35.0, None)),
        ] {
            assert_eq!(shown_as(value, shown), cell, "{shown}");
        }
    }

    #[test]
    fn a_unit_that_only_the_format_shows_is_kept() {
        assert_eq!(Shown::of("0.00\"万元\"").cell(1.55), Cell::Text("1.55万元".into()));
        assert_eq!(Shown::of("#,##0万").cell(3.0), Cell::Text("3万".into()));
        assert_eq!(Shown::of("0\"人\"").cell(3.0), Cell::Number(Number { value: 3.0, places: Some(0) }));
    }
}
