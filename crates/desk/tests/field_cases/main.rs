//! Ledgers as people keep them, and what must come out of them: the folders of `tests/field-cases`, each driven
//! through the real `tiexin-desk` as an office uses it.

mod book;
mod case;
mod clock;
mod matching;
mod mend;
#[path = "../program/mod.rs"]
mod program;
mod steps;

use std::collections::BTreeSet;

#[track_caller]
fn check(folder: &str) {
    let differences = case::run(folder);
    assert!(differences.is_empty(), "{folder}:\n{}", differences.join("\n"));
}

macro_rules! cases {
    ($($name:ident $folder:literal)*) => {
        const FOLDERS: &[&str] = &[$($folder),*];
        $(#[test]
        fn $name() {
            check($folder);
        })*
    };
}

cases! {
    number_date "01-number-date"
    document_number_year "03-document-number-year"
    merged_money "05-merged-money"
    summary_sheet "06-summary-sheet"
    corrected_ledger_again "07-corrected-ledger-again"
    typed_by_hand_then_imported "09-typed-by-hand-then-imported"
    errors_and_formulas_without_results "12-errors-and-formulas-without-results"
    card_and_policy_numbers "14-card-and-policy-numbers"
    death_mark_in_the_name "16-death-mark-in-the-name"
    ditto_marks "17-ditto-marks"
    undo_after_visits "18-undo-after-visits"
    six_digit_months "19-six-digit-months"
    hidden_sheet_and_rows "20-hidden-sheet-and-rows"
    csv_one_odd_cell "22-csv-one-odd-cell"
    names_that_look_alike "24-names-that-look-alike"
    csv_of_other_programs "25-csv-of-other-programs"
    wrong_zone_and_clock "26-wrong-zone-and-clock"
    undo_then_again "29-undo-then-again"
}

#[test]
fn every_folder_has_a_test() {
    let there: BTreeSet<String> = case::folders().into_iter().collect();
    let tested: BTreeSet<String> = FOLDERS.iter().map(|folder| (*folder).to_owned()).collect();
    assert_eq!(there, tested);
}
