//! What a form sends back of a record that it was shown covered.

use serde_json::Value;
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::shape::{self, Field, Mask, is_free_text};
use tiexin_domain::{Problem, numbers_in_text};

use super::{Reader, Shown, mask, may_see, own_part};

/// Whether a mask may stand for what a form sends of the field, or for something in its parts.
pub(crate) fn is_maskable(kind: &str, field: &str) -> bool {
    let parts = shape::field(kind, field).and_then(Field::parts).is_some();
    parts || shape::mask(kind, field).is_some() || is_free_text(kind, field)
}

/// Fields of the record that the reader does not see there. A save that lacks them leaves them alone.
pub(crate) fn withheld(record: &Record, shown: Shown, reader: &Reader) -> Vec<String> {
    record.fields.keys().filter(|field| !may_see(record, field, shown, reader)).cloned().collect()
}

/// A form sends masked values back as it got them: puts the real ones in their place. `known` are the values of a field
/// that a mask may stand for: the current one first, then overwritten ones. Anything else with a star in it is no number.
/// In a list of parts each has its own.
pub(crate) fn uncover(kind: &str, sent: &mut Fields, known: impl Fn(&str) -> Vec<Value>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (field, value) in sent {
        if let Value::Array(items) = value {
            problems.extend(own_part::uncover(kind, field, items, || known(field)));
        } else if let Value::String(text) = value {
            let how = (shape::mask(kind, field), is_free_text(kind, field));
            problems.extend(put_whole(how, field, text, || known(field)));
        }
    }
    problems
}

/// The whole text in the place of a masked one; a problem where it is not known which.
fn put_whole(how: How, field: &str, text: &mut String, known: impl Fn() -> Vec<Value>) -> Option<Problem> {
    if !masks(how, text) {
        return None;
    }
    let meant = known().iter().filter_map(Value::as_str).find_map(|value| put_back(how, text, value));
    let Some(whole) = meant else { return Some(not_known(how.0, field)) };
    *text = whole;
    None
}

/// How a text is masked: as a number by itself, or by the numbers in what is written freely.
pub(super) type How = (Option<Mask>, bool);

/// Whether a mask stands in the text. Stars of the writer's own need nothing to stand for.
pub(super) fn masks((own, free): How, text: &str) -> bool {
    let free = || free && numbers_in_text::unmask(text, "").is_err();
    text.contains('*') && (own.is_some() || free())
}

/// The text with the numbers of `value` in the place of their masks; none where they are masked otherwise.
pub(super) fn put_back((own, _): How, text: &str, value: &str) -> Option<String> {
    match own {
        Some(own) => (mask(own, value) == text).then(|| value.to_owned()),
        None => numbers_in_text::unmask(text, value).ok(),
    }
}

pub(super) fn not_known(own: Option<Mask>, field: &str) -> Problem {
    let message = match own {
        Some(_) => "号码被遮住了一部分，请重新输入完整的号码，没有请留空",
        None => "其中有的号码被遮住了一部分，请重新输入完整的号码，或把它删去",
    };
    Problem::new(field, "masked_value", message)
}
