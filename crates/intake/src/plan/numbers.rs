//! Numbers that name somebody or something: codes, ID numbers, telephones.

use tiexin_domain::{IdNumber, IdNumberError, Sex, phone};

use super::reader::RowReader;
use crate::finding::FindingCode;
use crate::script;
use crate::workbook::Cell;

/// A number beyond which a spreadsheet has put zeros for what it could not keep.
const KEPT_DIGITS: usize = 15;

impl RowReader<'_> {
    /// A file code: half-width, no spaces.
    pub(super) fn code(&mut self, field: &str) -> Option<String> {
        let lost = match self.cell(field) {
            Cell::Number(number) => number.lost_digits(),
            Cell::Text(text) => super::cells::is_scientific(text),
            _ => false,
        };
        if lost {
            let hint = "表格把编码当数字保存，末几位已丢失，请把该列设为文本后重新填写";
            self.find(field, FindingCode::IdLostDigits, hint);
            return None;
        }
        let text = script::number_signs(&self.said(field)?);
        let plain: String =
            text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '‘' | '’')).collect();
        let plain = plain.strip_suffix(".0").map_or(plain.clone(), str::to_owned);
        Some(plain.to_uppercase()).filter(|code| !code.is_empty())
    }

    /// An ID number. Missing is no finding here: the caller knows whether there should be one.
    pub(super) fn id_number(&mut self, field: &str) -> Option<IdNumber> {
        let lost = match self.cell(field) {
            Cell::Number(number) => number.lost_digits(),
            Cell::Text(text) => super::cells::is_scientific(text),
            _ => false,
        };
        if lost {
            self.find(field, FindingCode::IdLostDigits, IdNumberError::LostDigits.to_string());
            return None;
        }
        let said = self.said(field)?;
        let text = script::number_signs(&said);
        let text = text.strip_suffix(".0").unwrap_or(&text);
        if is_placeholder(text) {
            self.keep(field);
            let hint = "这里写的不是身份证号，没有录入，原内容记在备注里；拿到号码后请补填";
            self.find(field, FindingCode::IdMissing, hint);
            return None;
        }
        match IdNumber::read(text).or_else(|error| letters_for_digits(text).ok_or(error)) {
            Ok(read) => {
                if read.upgraded {
                    let hint =
                        format!("15 位旧号码已升为 18 位（末四位 {}），请对照证件核对", read.number.tail());
                    self.find(field, FindingCode::IdUpgraded, hint);
                }
                Some(read.number)
            }
            // Text that ends in 000 may be a number that was lost in another spreadsheet before; certain is
            // only that it is wrong. Scientific notation is certain.
            Err(IdNumberError::LostDigits) if !text.contains(['e', 'E']) => {
                let hint = "身份证号校验位不对；末三位是 000，可能曾被表格当数字保存而丢失，请按证件重新填写";
                self.find(field, FindingCode::IdChecksum, hint);
                None
            }
            Err(error) => {
                let lost = error == IdNumberError::LostDigits;
                let code = if lost { FindingCode::IdLostDigits } else { FindingCode::IdChecksum };
                self.find(field, code, error.to_string());
                None
            }
        }
    }

    /// Notes that the stated sex is not the ID number's.
    pub(super) fn check_sex(&mut self, field: &str, stated: Option<&Sex>, number: Option<&IdNumber>) {
        if let (Some(stated), Some(number)) = (stated, number)
            && *stated != number.sex()
        {
            let hint = format!("按身份证号应为“{}”，录入时按身份证号，请核对", number.sex().label());
            self.find(field, FindingCode::SexMismatch, hint);
        }
    }

    /// A phone; of several in one cell the first right one, the others go to the notes.
    pub(super) fn phone(&mut self, field: &str) -> Option<String> {
        let text = self.text(field)?;
        let text = text.strip_suffix(".0").unwrap_or(&text);
        if let Ok(phone) = phone::read(text) {
            return phone;
        }
        let parts = text.split(|c: char| "、，,；;/／ \n".contains(c)).filter(|p| !p.trim().is_empty());
        let read: Vec<Option<String>> = parts.map(|p| phone::read(p).unwrap_or(None)).collect();
        self.keep(field);
        match read.iter().all(Option::is_some) {
            true => read.into_iter().flatten().next(),
            false => {
                self.find(field, FindingCode::PhoneInvalid, format!("{}；原内容记在备注里", phone::BadPhone));
                None
            }
        }
    }
}

/// Words, another document, or the zeros that a system puts where a number is not known yet.
fn is_placeholder(text: &str) -> bool {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let words = text.chars().filter(|c| c.is_alphabetic() && !c.is_ascii()).count();
    (words >= 2 && digits.len() < 15) || (digits.len() >= 15 && digits.iter().take(6).all(|d| *d == '0'))
}

/// O for 0, l and I for 1: believed only where the check digit then fits.
fn letters_for_digits(text: &str) -> Option<tiexin_domain::id_number::ReadIdNumber> {
    if !text.contains(['O', 'o', 'l', 'I', 'i']) {
        return None;
    }
    let plain: String = text
        .chars()
        .map(|c| match c {
            'O' | 'o' => '0',
            'l' | 'I' | 'i' => '1',
            other => other,
        })
        .collect();
    IdNumber::read(&plain).ok().filter(|read| !read.upgraded)
}

/// Whether a long number ends in the zeros that a spreadsheet puts for lost places.
pub(super) fn ends_in_zeros(text: &str) -> bool {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits.len() > KEPT_DIGITS
        && digits.iter().all(char::is_ascii_digit)
        && digits[KEPT_DIGITS..].iter().all(|c| *c == '0')
}
