//! Pictures that tell more than a table: plain SVG and boxes, each with its figures in words.

mod bars_by_day;
mod compare;
mod ranked;
mod timeline;

pub(crate) use bars_by_day::BarsByDay;
pub(crate) use compare::CompareBars;
pub(crate) use ranked::{RankedBars, RankedRow};
pub(crate) use timeline::{Timeline, TimelineEntry};
