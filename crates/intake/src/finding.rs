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
    /// The row is in the book with another value; the book's stays unless a person takes the ledger's.
    Differs,
}

/// Codes, how they are written in JSON, and what becomes of a row that has one.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident;)*) => {
        /// Stable codes of findings.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FindingCode {
            $($(#[$doc])* $name,)*
            /// A rule of the noun itself, by the domain's code; refused.
            Rule(String),
        }

        impl FindingCode {
            /// The code as it is written in JSON.
            pub fn as_str(&self) -> &str {
                match self {
                    $(FindingCode::$name => $code,)*
                    FindingCode::Rule(code) => code,
                }
            }

            /// Whether a row with this finding is refused or taken.
            pub fn severity(&self) -> Severity {
                match self {
                    $(FindingCode::$name => Severity::$severity,)*
                    FindingCode::Rule(_) => Severity::Refused,
                }
            }
        }
    };
}

codes! {
    /// An ID number that cannot be right.
    IdChecksum = "id_checksum", Refused;
    /// A number cell that has lost the last places of an ID number or of a file's code.
    IdLostDigits = "id_lost_digits", Refused;
    DateInvalid = "date_invalid", Refused;
    /// A date that can be read in two ways, of something that happened then.
    DateUnclear = "date_unclear", Refused;
    /// Later than today.
    DateFuture = "date_future", Refused;
    DuplicateInFile = "duplicate_in_file", Refused;
    /// An earlier row tells of the same event, but not the same of it.
    SameEvent = "same_event", Refused;
    RegionUnknown = "region_unknown", Refused;
    HouseholdUnknown = "household_unknown", Refused;
    /// Code and ID number belong to two families, or a name could be one of several.
    FamilyUnclear = "family_unclear", Refused;
    /// It was voided before by a person, who may bring it back.
    VoidedBefore = "voided_before", Differs;
    KindUnknown = "kind_unknown", Refused;
    NumberInvalid = "number_invalid", Refused;
    /// A unit that cannot be: millions given to one family.
    UnitUnclear = "unit_unclear", Refused;
    /// An error or a formula without a result where a value is needed.
    CellError = "cell_error", Refused;
    NameMissing = "name_missing", Refused;
    /// A field without which a record of the list's kind cannot be.
    FieldMissing = "field_missing", Refused;
    /// Two persons in a cell for one, or a mark in place of a name.
    NameUnclear = "name_unclear", Refused;
    /// The mark for 'as above' where nothing stands above that could be meant.
    DittoUnclear = "ditto_unclear", Refused;
    /// The mark of a template's example stands beside something else.
    ExampleKept = "example_kept", Refused;
    IdMissing = "id_missing", Todo;
    /// A number of 15 places became one of 18.
    IdUpgraded = "id_upgraded", Todo;
    /// Year or month only; kept with that precision.
    DatePartial = "date_partial", Todo;
    /// A date that can be read in two ways was left out; it stands in the notes.
    DateLeftOut = "date_left_out", Todo;
    /// Month and day in numerals without a year, read as a solar day: people write lunar days so.
    DateMaybeLunar = "date_maybe_lunar", Todo;
    /// Not in the month that the sheet names.
    DateOutsideMonth = "date_outside_month", Todo;
    PhoneInvalid = "phone_invalid", Todo;
    ContactMissing = "contact_missing", Todo;
    /// The stated sex is not the ID number's; the number is believed.
    SexMismatch = "sex_mismatch", Todo;
    /// A number cell that has lost the last places of a card, a policy or an account; left out.
    DigitsLost = "digits_lost", Todo;
    /// Text that ends in the zeros a spreadsheet puts for lost places; kept.
    DigitsDoubtful = "digits_doubtful", Todo;
    /// One cell over several rows: the amount is booked once.
    AmountMerged = "amount_merged", Todo;
    /// An amount taken over from the row above by a mark.
    AmountAbove = "amount_above", Todo;
    /// What each family was given, taken for this one.
    AmountEach = "amount_each", Todo;
    /// The year or month of the title was taken for what a payment is of.
    PeriodOfTitle = "period_of_title", Todo;
    /// An error, a picture or a formula without a result in a cell that may be empty.
    CellLeftOut = "cell_left_out", Todo;
    /// A sign that was lost on the way.
    SignLost = "sign_lost", Todo;
    /// The ledger says that somebody has died, but not when.
    DiedWhen = "died_when", Todo;
    /// A second person of a family, in a cell or a row of its own.
    SecondPerson = "second_person", Todo;
    /// The village of the row above was taken.
    VillageAbove = "village_above", Todo;
    /// The same in everything but the day is in the book.
    MaybeKnown = "maybe_known", Todo;
    /// Somebody who was met, or whom the row is about, is of another family.
    MetOther = "met_other", Todo;
    /// The book's value is not for whoever imports: not compared and not written over.
    AuthorOnly = "author_only", Todo;
    /// A name that several records have, or none though the record hangs on one: it is taken, and the reference is not.
    ReferenceUnclear = "reference_unclear", Todo;
    /// A number of people stands in place of their names.
    NamesCounted = "names_counted", Todo;
    /// The ledger says that somebody has left, or that a file is closed, in words that no field holds.
    LeftWhen = "left_when", Todo;
    /// A row that stands for several events is taken for one.
    TimesUnclear = "times_unclear", Todo;
    /// Something of the row is struck through.
    Struck = "struck", Todo;
    /// The whole row is struck through, or says of itself that it does not count.
    RowCancelled = "row_cancelled", Refused;
    /// No village is named: the member belongs to the township.
    VillageMissing = "village_missing", Todo;
    /// The family lives in another village than the row or sheet says.
    VillageOther = "village_other", Todo;
    /// A family or person was found by name alone.
    MatchedByName = "matched_by_name", Todo;
    /// The book has another value.
    Differs = "differs", Differs;
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
    /// The column's letter; empty where the sheet has no such column.
    pub letter: String,
    /// What the column was taken for, a code of [`crate::fields_of`].
    pub field: Option<&'static str>,
    /// Whose row it is, as the row names them or the book does: a family's head, a member, an activity.
    pub who: Option<String>,
    pub code: FindingCode,
    pub severity: Severity,
    /// What stands there.
    pub value: String,
    /// Chinese; what to do.
    pub hint: String,
}
