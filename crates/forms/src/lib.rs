//! What every form of the screens holds, and what it becomes when it is saved. Pure: no clock, no page.
//!
//! The screens draw a form from its fields; a test fills the same fields, saves them at a desk and reads them
//! back. Nothing that was typed may be dropped on the way: it is saved, or its field is told.

pub mod dated;
mod day;
pub mod drafts;
pub mod family;
pub mod kinds;
mod options;
pub mod placed;
pub mod rows;
mod spec;
mod today;
mod told;
mod typed;
pub mod visit;

pub use day::{read_date, read_day, read_day_ahead, read_day_near, read_moment};
pub use options::{Options, label_of};
pub use spec::{FieldKind, FormField, Start};
pub use tiexin_domain::amount::{read_count, read_minutes};
pub use today::Today;
pub use told::{Told, told};
pub use typed::{
    Beginning, Changes, HEAD_NAME, Typed, Wrong, changes, fresh, list, opened, plain, read, text,
};
