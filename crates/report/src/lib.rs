//! Forms as data → figures → the official Excel form.
//!
//! A form is a file (`assets/forms/`): title, lines, merged heads whose leaves name measures. A
//! measure is data too: which records, with which values, counted how. This crate reads the book
//! through read handles, counts, lays out and writes; it never changes a record.
//!
//! It must not know: HTTP, Tauri, the contract with the screens, who is signed in.

mod count;
mod figures;
mod form;
mod measure;
mod month;
mod period;
mod sheet;
mod table;
mod units;
mod xlsx;

pub use figures::{ReportError, Rows, figures, records_behind, report};
pub use form::{Column as FormColumn, Form, FormError, Forms, Period, read_form, read_measures};
pub use measure::{Count, Format, Measure};
pub use month::{BadMonth, Month};
pub use period::{Day, NoSuchMonth, askable};
pub use sheet::{Figure, Figures, HeadCell, ReportCell, ReportRow, Sheet, Standing};
pub use table::{Cell, Column, TableError, TableWriter};
pub use xlsx::{ExportError, report_bytes, write_report};
