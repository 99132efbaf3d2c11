//! Attributes of the XML formats.

use quick_xml::escape;
use quick_xml::events::BytesStart;

/// An attribute's value, whatever its prefix.
pub(super) fn said(e: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = e.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(escape::unescape(&found.value).map_or_else(|_| found.value.to_string(), |value| value.into_owned()))
}

pub(super) fn number(e: &BytesStart<'_>, name: &str) -> Option<u32> {
    said(e, name)?.trim().parse().ok()
}

/// Whether an attribute says yes.
pub(super) fn yes(e: &BytesStart<'_>, name: &str) -> bool {
    said(e, name).is_some_and(|value| matches!(value.trim(), "1" | "true" | "on"))
}
