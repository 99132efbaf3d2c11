//! The habits, by name, and sets of them.

use std::fmt;
use std::str::FromStr;

macro_rules! habits {
    ($($name:ident $says:literal)*) => {
        /// How an office keeps its ledgers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Habit {
            $(#[doc = $says] $name,)*
        }

        impl Habit {
            pub const ALL: &[Habit] = &[$(Habit::$name),*];

            /// The name, as a run is repeated with it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Habit::$name => stringify!($name),)*
                }
            }

            /// What it is.
            pub fn says(self) -> &'static str {
                match self {
                    $(Habit::$name => $says,)*
                }
            }
        }
    };
}

habits! {
    NumberDate "a day typed as a number: 10.1 shown as 10.10, or 10.3 that may be the 3rd or the 30th"
    DayWithoutYear "days without a year, or without a month, below a title that names the month"
    OtherYear "the year of typing or of last year's form in a sheet of this month, or a day to come"
    DocumentNumber "the number of the document that ordered the form, with last year in it, above the title"
    SixDigitMonth "months as 201805 or 20185, as text or number"
    DottedMonth "months as 2016.10, as text or number"
    UnitInHead "amounts in 万元, 千元 or 分, said in the head"
    UnitInCaption "amounts in 万元, 千元 or 分, said above the table"
    UnitInCell "the unit beside the number: 1.55万元, 35人次"
    WordsForNumbers "numbers in words: 三十五人, 壹仟元, 约35"
    MergedMoney "one cell with an amount, merged over several rows"
    MergedHeadcount "one cell with a number of people, merged over several rows"
    MergedDown "village, day, kind or visitors merged downwards"
    ErrorCell "#N/A and its like in place of a number or a day"
    FormulaWithoutResult "a formula whose result was never stored"
    HiddenSheet "a sheet that is hidden"
    FilteredRows "rows hidden by a filter"
    LongNumbers "ID and policy numbers in number cells, which keep fifteen places"
    Ditto "同上 or a ditto mark"
    BlankAsAbove "a blank that means: as above"
    RowPerPerson "the families' ledger with a row for each person"
    TwoRowFamily "the families' ledger with two rows for each family, what they share merged"
    RowPerPersonMet "a visit with a row for each person met"
    DeathMark "（已故） behind a name"
    FullWidth "full-width digits, letters, brackets and spaces"
    Radicals "radicals and compatibility forms that look like the character"
    InvisibleMarks "marks without width, soft hyphens, unbreakable spaces"
    OtherX "the X of an ID number as a Roman, Cyrillic or multiplication sign"
    OtherDots "the dot in a name as another dot"
    LostCharacter "a character that was lost: ? or □"
    TwoNames "two names in one cell, set apart in every way"
    Csv "CSV of every origin: encodings, separators, quotes, =\"…\", a title line first"
    CsvOddCell "one cell of a CSV with a bad byte, a control character or a stray quote"
    OldBinary "the old binary format, .xls"
    WebPage "a web page or XML with the name of a spreadsheet"
    PictureCell "a picture in a cell"
    SummarySheet "a sheet that repeats the rows of the others"
    CopiedRow "a row that was copied"
    CopiedAndMended "a row that was copied, and mended in the copy"
    ReadAgain "the same file read again"
    CorrectedAgain "the file read again after it was corrected"
    MarkedCopyBack "our own marked copy read"
    Moved "a family that moved, with visits before"
    TypedByHand "families that were typed by hand before"
}

impl FromStr for Habit {
    type Err = String;

    fn from_str(name: &str) -> Result<Habit, String> {
        let found = Habit::ALL.iter().find(|habit| habit.name().eq_ignore_ascii_case(name));
        found.copied().ok_or_else(|| format!("no such habit: {name}"))
    }
}

/// Some of the habits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Habits(u64);

impl Habits {
    pub const NONE: Habits = Habits(0);

    pub fn of(habits: &[Habit]) -> Habits {
        habits.iter().fold(Habits::NONE, |all, habit| all.with(*habit))
    }

    pub fn has(self, habit: Habit) -> bool {
        self.0 & (1 << habit as u64) != 0
    }

    #[must_use]
    pub fn with(self, habit: Habit) -> Habits {
        Habits(self.0 | 1 << habit as u64)
    }

    #[must_use]
    pub fn without(self, habit: Habit) -> Habits {
        Habits(self.0 & !(1 << habit as u64))
    }

    #[must_use]
    pub fn and(self, others: Habits) -> Habits {
        Habits(self.0 | others.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Habit> {
        Habit::ALL.iter().copied().filter(move |habit| self.has(*habit))
    }
}

impl fmt::Display for Habits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Habit::name).collect();
        f.write_str(if names.is_empty() { "none" } else { "" })?;
        f.write_str(&names.join("+"))
    }
}

impl FromStr for Habits {
    type Err = String;

    fn from_str(names: &str) -> Result<Habits, String> {
        let names = names.split('+').filter(|name| !name.is_empty() && *name != "none");
        names.map(Habit::from_str).try_fold(Habits::NONE, |all, habit| Ok(all.with(habit?)))
    }
}

#[test]
fn sets_are_told_and_read() {
    assert!(Habit::ALL.len() <= 64);
    let set = Habits::of(&[Habit::Csv, Habit::NumberDate]);
    assert_eq!(set.to_string(), "NumberDate+Csv");
    assert_eq!(set.to_string().parse(), Ok(set));
    assert_eq!("none".parse(), Ok(Habits::NONE));
}
