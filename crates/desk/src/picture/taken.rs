//! When a photo was taken, as its camera noted.

use exif::{In, Tag, Value};
use tiexin_domain::PartialDate;

/// The day alone: the hour of a camera is often wrong, and nobody needs it.
pub(super) fn day(raw: Vec<u8>) -> Option<PartialDate> {
    let noted = exif::Reader::new().read_raw(raw).ok()?;
    let field =
        [Tag::DateTimeOriginal, Tag::DateTime].iter().find_map(|tag| noted.get_field(*tag, In::PRIMARY))?;
    let Value::Ascii(lines) = &field.value else { return None };
    let text = std::str::from_utf8(lines.first()?).ok()?;
    let day = chrono::NaiveDate::parse_from_str(text.get(..10)?, "%Y:%m:%d").ok()?;
    Some(PartialDate::Day(day))
}
