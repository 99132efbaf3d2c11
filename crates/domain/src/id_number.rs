//! Citizen identity numbers (GB 11643-1999).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::codes::codes;

codes! {
    /// Sex as the ID number's 17th digit gives it.
    Sex {
        Male = "male", "男";
        Female = "female", "女";
    }
}

/// A checked ID number of 18 places, upper-case X.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdNumber(String);

/// Why a text is not an ID number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdNumberError {
    /// The last place does not fit the others.
    #[error("身份证号校验位不对，请对照证件核对")]
    Checksum,
    /// Neither 15 nor 18 places, or letters among them.
    #[error("身份证号应为 18 位，请对照证件核对")]
    Shape,
    /// Places 7–14 are no date.
    #[error("身份证号中的出生日期不存在，请对照证件核对")]
    BirthDate,
    /// A spreadsheet kept it as a number and lost the last places (they read `000`).
    #[error("表格把身份证号当数字保存，末几位已丢失，请按证件重新填写")]
    LostDigits,
}

/// A number read from text: 15-place numbers are upgraded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadIdNumber {
    /// The 18-place number.
    pub number: IdNumber,
    /// The text held an old number of 15 places.
    pub upgraded: bool,
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

impl IdNumber {
    /// Reads text as people type it: spaces, full-width digits and a small `x` are accepted.
    /// The first six digits are never rejected: they may be a retired county code.
    pub fn read(text: &str) -> Result<ReadIdNumber, IdNumberError> {
        let plain: String = text
            .chars()
            .filter(|c| {
                !c.is_whitespace() && !matches!(c, '\u{200b}' | '\u{feff}' | '\'' | '‘' | '’' | '`' | '-')
            })
            .map(|c| match c {
                '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
                'x' | 'ｘ' | 'Ｘ' | '×' => 'X',
                other => other,
            })
            .collect();
        if looks_like_lost_digits(&plain) {
            return Err(IdNumberError::LostDigits);
        }
        let bytes = plain.as_bytes();
        match bytes.len() {
            15 if bytes.iter().all(u8::is_ascii_digit) => {
                let full = format!("{}19{}", &plain[..6], &plain[6..]);
                birth_of(&full).ok_or(IdNumberError::BirthDate)?;
                let check = check_digit(full.as_bytes());
                Ok(ReadIdNumber { number: IdNumber(format!("{full}{check}")), upgraded: true })
            }
            18 if bytes[..17].iter().all(u8::is_ascii_digit)
                && (bytes[17].is_ascii_digit() || bytes[17] == b'X') =>
            {
                if char::from(bytes[17]) != check_digit(&bytes[..17]) {
                    // A float keeps 15–17 significant digits: the rest read as zeros.
                    let lost = plain.ends_with("000");
                    return Err(if lost { IdNumberError::LostDigits } else { IdNumberError::Checksum });
                }
                birth_of(&plain).ok_or(IdNumberError::BirthDate)?;
                Ok(ReadIdNumber { number: IdNumber(plain), upgraded: false })
            }
            _ => Err(IdNumberError::Shape),
        }
    }

    /// The 18 places.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Sex by the 17th place: odd is male.
    pub fn sex(&self) -> Sex {
        if self.0.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Birth date in places 7–14.
    pub fn birth(&self) -> NaiveDate {
        // Invariant: every IdNumber was checked to hold a date.
        birth_of(&self.0).unwrap_or(NaiveDate::MIN)
    }

    /// The last four places, by which workers look people up.
    pub fn tail(&self) -> &str {
        &self.0[14..]
    }

    /// How it is shown by default: `****************54`.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

/// Any ID-like text but for its last two places: the first six name the place, the next eight the birth date, and
/// either may stand on the same page (`domain.md` §4).
pub fn mask(text: &str) -> String {
    let places = text.chars().count();
    let shown = if places < 10 { 0 } else { 2 };
    let tail: String = text.chars().skip(places - shown).collect();
    format!("{}{tail}", "*".repeat(places - shown))
}

fn looks_like_lost_digits(plain: &str) -> bool {
    let scientific = plain.contains(['e', 'E']) && plain.contains(['+', '.']);
    scientific && plain.starts_with(|c: char| c.is_ascii_digit())
}

fn check_digit(first17: &[u8]) -> char {
    let sum: u32 = first17.iter().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    char::from(CHECKS[(sum % 11) as usize])
}

fn birth_of(full: &str) -> Option<NaiveDate> {
    let part = |from: usize, to: usize| full[from..to].parse::<u32>().ok();
    NaiveDate::from_ymd_opt(i32::try_from(part(6, 10)?).ok()?, part(10, 12)?, part(12, 14)?)
}

impl TryFrom<String> for IdNumber {
    type Error = IdNumberError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        IdNumber::read(&text).map(|read| read.number)
    }
}

impl From<IdNumber> for String {
    fn from(number: IdNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_examples_are_valid() {
        for good in ["11010519491231002X", "440524188001010014", "34052419800101001X"] {
            assert_eq!(IdNumber::read(good).unwrap().number.as_str(), good);
        }
        assert_eq!(IdNumber::read("11010519491231002X").unwrap().number.sex(), Sex::Female);
    }

    #[test]
    fn typing_habits_are_accepted() {
        let read = IdNumber::read(" 34052419800101001x").unwrap();
        assert_eq!(read.number.as_str(), "34052419800101001X");
        assert_eq!(read.number.tail(), "001X");
        assert_eq!(read.number.masked(), "****************1X");
    }

    #[test]
    fn old_numbers_are_upgraded_with_a_notice() {
        let read = IdNumber::read("340399590622495").unwrap();
        assert!(read.upgraded);
        assert_eq!(read.number.as_str(), "340399195906224959");
    }

    #[test]
    fn damage_is_named() {
        assert_eq!(IdNumber::read("110105194912310021"), Err(IdNumberError::Checksum));
        assert_eq!(IdNumber::read("3.40399195011116e+17"), Err(IdNumberError::LostDigits));
        assert_eq!(IdNumber::read("340399195011116000"), Err(IdNumberError::LostDigits));
        assert_eq!(IdNumber::read("1234"), Err(IdNumberError::Shape));
        assert_eq!(IdNumber::read("340399591322495"), Err(IdNumberError::BirthDate));
    }

    proptest::proptest! {
        #[test]
        fn any_one_wrong_place_is_found(place in 0usize..17, by in 1u8..10) {
            let mut bytes = b"11010519491231002X".to_vec();
            bytes[place] = b'0' + (bytes[place] - b'0' + by) % 10;
            let text = String::from_utf8(bytes).unwrap();
            proptest::prop_assert!(IdNumber::read(&text).is_err());
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            let _ = IdNumber::read(&text);
        }
    }
}
