//! What a form sends back of a record that it was shown covered.

use serde_json::Value;
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::shape::{self, Mask, is_free_text};
use tiexin_domain::{Problem, numbers_in_text};

use super::{Reader, Shown, mask, may_see, parts};

/// The fields of a form whose text a mask may stand for.
pub(crate) fn maskable<'f>(kind: &str, fields: &'f Fields) -> Vec<&'f str> {
    let named = fields.keys().map(String::as_str);
    named.filter(|field| shape::mask(kind, field).is_some() || is_free_text(kind, field)).collect()
}

/// Fields of the record that the reader does not see there. A save that lacks them leaves them alone.
pub(crate) fn withheld(record: &Record, shown: Shown, reader: &Reader) -> Vec<String> {
    record.fields.keys().filter(|field| !may_see(record, field, shown, reader)).cloned().collect()
}

/// A form sends masked values back as it got them: puts the real ones in their place. `known` are the
/// values that a mask may stand for: the current one first, then overwritten ones. Anything else with a
/// star in it is no number. Of a list of parts `known` is asked by list and field: `members.phone`.
pub(crate) fn uncover(kind: &str, sent: &mut Fields, known: impl Fn(&str) -> Vec<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (field, value) in sent {
        parts::each_text(kind, field, value, |place, own, text| {
            let known = || known(&parts::key(field, own));
            problems.extend(put_whole((own.mask, own.free), &place, text, known));
        });
        if let Value::String(text) = value {
            let how = (shape::mask(kind, field), is_free_text(kind, field));
            problems.extend(put_whole(how, field, text, || known(field)));
        }
    }
    problems
}

/// The whole text in the place of a masked one; a problem where it is not known which.
fn put_whole(
    (own, free): (Option<Mask>, bool),
    place: &str,
    text: &mut String,
    known: impl Fn() -> Vec<String>,
) -> Option<Problem> {
    if !text.contains('*') {
        return None;
    }
    let (whole, message) = if let Some(own) = own {
        let meant = known().into_iter().find(|value| mask(own, value) == *text);
        (meant, "号码被遮住了一部分，请重新输入完整的号码，没有请留空")
    } else if free {
        // Stars of the writer's own need nothing to stand for.
        let all = known().into_iter().chain([String::new()]);
        let meant = all.into_iter().find_map(|value| numbers_in_text::unmask(text, &value).ok());
        (meant, "其中有的号码被遮住了一部分，请重新输入完整的号码，或把它删去")
    } else {
        return None;
    };
    match whole {
        Some(whole) => {
            *text = whole;
            None
        }
        None => Some(Problem::new(place, "masked_value", message)),
    }
}
