//! What of a list of parts is shown: numbers in a part are masked by the part's own fields and called by the place where
//! they stand (`members.0.phone`).

use serde_json::Value;
use tiexin_domain::numbers_in_text;
use tiexin_domain::record::Record;
use tiexin_domain::shape::{self, Audience, Field};

use super::mask;

/// Takes out of a list what nobody is told, masks the rest, and gives the places of what is masked.
pub(super) fn cover(kind: &str, list: &str, value: &mut Value) -> Vec<String> {
    let mut masked = Vec::new();
    for item in value.as_array_mut().into_iter().flatten() {
        let Some(part) = item.as_object_mut() else { continue };
        for own in fields_of(kind, list).iter().filter(|own| own.audience != Audience::Everyone) {
            part.remove(own.name);
        }
    }
    each_text(kind, list, value, |place, own, text| {
        if let Some(hidden) = masked_text(own, text) {
            *text = hidden;
            masked.push(place);
        }
    });
    masked
}

/// The masked form of a text in a part, if it has one.
fn masked_text(own: &Field, text: &str) -> Option<String> {
    match own.mask {
        Some(how) => Some(mask(how, text)),
        None if own.free => numbers_in_text::mask(text),
        None => None,
    }
}

/// Every text in the parts of a list: its place, its field, and the text.
fn each_text(
    kind: &str,
    list: &str,
    value: &mut Value,
    mut see: impl FnMut(String, &'static Field, &mut String),
) {
    let fields = fields_of(kind, list);
    for (nth, item) in value.as_array_mut().into_iter().flatten().enumerate() {
        for own in fields {
            if let Some(Value::String(text)) = item.get_mut(own.name) {
                see(format!("{list}.{nth}.{}", own.name), own, text);
            }
        }
    }
}

/// What stands at a place in a part, where it is masked.
pub(super) fn masked_at(record: &Record, place: &str) -> Option<String> {
    let own = shape::field_at(&record.kind, place)?;
    let (list, rest) = place.split_once('.')?;
    let (nth, _) = rest.split_once('.')?;
    let text = record.fields.get(list)?.get(nth.parse::<usize>().ok()?)?.get(own.name)?.as_str()?;
    masked_text(own, text).map(|_| text.to_owned())
}

pub(super) fn fields_of(kind: &str, list: &str) -> &'static [Field] {
    shape::field(kind, list).and_then(Field::parts).unwrap_or_default()
}
