//! What is wrong with a row, or missing in it.

use serde::{Serialize, Serializer};

/// Whether the row waits or is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row waits until it is mended; nothing else does.
    Refused,
    /// The row is taken and stands on the to-do list.
    Todo,
}

/// Stable codes of findings.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingCode {
    /// An ID number that cannot be right.
    IdChecksum,
    /// A number cell that has lost the last places of an ID number.
    IdLostDigits,
    DateInvalid,
    DuplicateInFile,
    RegionUnknown,
    HouseholdUnknown,
    KindUnknown,
    NumberInvalid,
    NameMissing,
    IdMissing,
    /// A number of 15 places became one of 18.
    IdUpgraded,
    /// Year or month only; kept with that precision.
    DatePartial,
    PhoneInvalid,
    ContactMissing,
    /// The stated sex is not the ID number's; the number is believed.
    SexMismatch,
    /// A rule of the noun itself, by the domain's code; refused.
    Rule(String),
}

impl FindingCode {
    /// The code as it is written in JSON.
    pub fn as_str(&self) -> &str {
        match self {
            FindingCode::IdChecksum => "id_checksum",
            FindingCode::IdLostDigits => "id_lost_digits",
            FindingCode::DateInvalid => "date_invalid",
            FindingCode::DuplicateInFile => "duplicate_in_file",
            FindingCode::RegionUnknown => "region_unknown",
            FindingCode::HouseholdUnknown => "household_unknown",
            FindingCode::KindUnknown => "kind_unknown",
            FindingCode::NumberInvalid => "number_invalid",
            FindingCode::NameMissing => "name_missing",
            FindingCode::IdMissing => "id_missing",
            FindingCode::IdUpgraded => "id_upgraded",
            FindingCode::DatePartial => "date_partial",
            FindingCode::PhoneInvalid => "phone_invalid",
            FindingCode::ContactMissing => "contact_missing",
            FindingCode::SexMismatch => "sex_mismatch",
            FindingCode::Rule(code) => code,
        }
    }

    /// Whether a row with this finding is refused or taken.
    pub fn severity(&self) -> Severity {
        match self {
            FindingCode::IdMissing
            | FindingCode::IdUpgraded
            | FindingCode::DatePartial
            | FindingCode::PhoneInvalid
            | FindingCode::ContactMissing
            | FindingCode::SexMismatch => Severity::Todo,
            _ => Severity::Refused,
        }
    }
}

impl Serialize for FindingCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One thing a worker should look at. Holds personal data: for the screen and the marked copy, never for a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The tab's name; `None` for CSV.
    pub sheet: Option<String>,
    /// As the spreadsheet shows it, from 1.
    pub row: u32,
    /// The head of the column (`男方>身份证号`); its letter where it has none.
    pub column: String,
    /// The column's letter.
    pub letter: String,
    pub code: FindingCode,
    pub severity: Severity,
    /// What stands there.
    pub value: String,
    /// Chinese; what to do.
    pub hint: String,
}
