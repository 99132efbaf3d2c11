//! A field that its kind does not have would be stored and shown nowhere: it is refused by its name. What stands
//! in a record already (a newer program's) may be sent back as it is.

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_domain::record::Fields;
use tiexin_domain::shape::{self, Field};
use tiexin_domain::{Kind, Problem};

use crate::borrowed::{BORROWED, borrows};
use crate::errors::refuse;
use crate::labels;

pub(crate) const UNKNOWN: &str = "unknown_field";

/// `before`: the record that is edited; empty for a new one.
pub(super) fn refuse_unknown(kind: &str, sent: &Fields, before: &Fields) -> Result<(), ErrorReply> {
    refuse(unknown(kind, sent, before))
}

/// The same for the parts of a command that are records, which its type reads and passes over the rest. A part
/// may be a list of records.
pub(super) fn refuse_unknown_parts(
    args: &Value,
    parts: &[(&str, Kind)],
    before: &Fields,
) -> Result<(), ErrorReply> {
    let of = |(name, kind): &(&str, Kind)| {
        let records = match args.get(name) {
            Some(Value::Array(items)) => items.iter().collect(),
            one => Vec::from_iter(one),
        };
        let fields = records.into_iter().filter_map(Value::as_object);
        fields.flat_map(|record| unknown(kind.code(), record, before)).collect::<Vec<_>>()
    };
    refuse(parts.iter().flat_map(of).collect())
}

fn unknown(kind: &str, sent: &Fields, before: &Fields) -> Vec<Problem> {
    let known = known(kind);
    let stray = sent.iter().filter(|(field, value)| {
        let known = known.contains(&field.as_str()) || field.starts_with("recorded_");
        !known && before.get(*field) != Some(*value)
    });
    let noun = Kind::from_code(kind);
    let told = |(field, _): (&String, &Value)| {
        let mut message = format!("{}没有“{field}”这一栏", noun.label());
        if let Some(meant) = meant(kind, field, &known) {
            message += &format!("；要填{}，请写 {meant}", labels::field(kind, meant));
        }
        Problem::new(field, UNKNOWN, message)
    };
    let mut problems: Vec<Problem> = stray.map(told).collect();
    for (list, value) in sent {
        let Some(own) = shape::field(kind, list).and_then(Field::parts) else { continue };
        problems.extend(unknown_in_parts((kind, list.as_str()), own, value, before.get(list)));
    }
    problems
}

/// The same of the parts of a list; what stood in any of them may stand in another place now.
fn unknown_in_parts(
    (kind, list): (&str, &str),
    own: &[Field],
    sent: &Value,
    before: Option<&Value>,
) -> Vec<Problem> {
    let items = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let before = items(before);
    let mut problems = Vec::new();
    for (nth, item) in items(Some(sent)).iter().enumerate() {
        for (name, value) in item.as_object().into_iter().flatten() {
            let known = own.iter().any(|field| field.name == name.as_str());
            if !known && !before.iter().any(|part| part.get(name) == Some(value)) {
                let message = format!("{}里没有“{name}”这一栏", labels::field(kind, list));
                problems.push(Problem::new(&format!("{list}.{nth}.{name}"), UNKNOWN, message));
            }
        }
    }
    problems
}

/// The kind's own fields, and those that its form borrows of the person.
fn known(kind: &str) -> Vec<&'static str> {
    let own = shape::of(kind).into_iter().flat_map(|shape| shape.fields).map(|field| field.name);
    let borrowed = BORROWED.into_iter().filter(|_| borrows(kind));
    own.chain(borrowed).collect()
}

/// The one field that was probably meant: it is called so on the screen, or is written nearly so.
pub(super) fn meant(kind: &str, written: &str, known: &[&'static str]) -> Option<&'static str> {
    let by_label = known.iter().find(|field| labels::field(kind, field) == written);
    let near = |field: &&&str| {
        let (short, long) = if field.len() < written.len() { (**field, written) } else { (written, **field) };
        short.len() >= 4 && long.starts_with(short)
    };
    let only = |found: Vec<&&'static str>| match found.as_slice() {
        [one] => Some(**one),
        _ => None,
    };
    by_label
        .copied()
        .or_else(|| only(known.iter().filter(near).collect()))
        .or_else(|| only(known.iter().filter(|field| one_slip(field, written)).collect()))
}

/// Words shorter than this are a slip away from too many.
const SHORTEST_SLIP: usize = 4;

/// Whether one letter too many, too few or wrong, or two that changed places, is all that is between them.
fn one_slip(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.len() < SHORTEST_SLIP || long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[same..], &long[same..]);
    match (short, long) {
        (a, b) if a.len() < b.len() => a == &b[1..],
        ([a, b, rest @ ..], [c, d, more @ ..]) if a == d && b == c => rest == more,
        ([_, rest @ ..], [_, more @ ..]) => rest == more,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told_of(kind: &str, sent: Value, before: Value) -> Vec<String> {
        let (sent, before) = (sent.as_object().unwrap(), before.as_object().unwrap());
        unknown(kind, sent, before).into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn what_was_probably_meant_is_told() {
        let of = |field: &str| told_of("person", json!({field: "x"}), json!({})).concat();
        assert_eq!(of("birth_date"), "人员没有“birth_date”这一栏；要填出生日期，请写 birth");
        assert_eq!(of("note"), "人员没有“note”这一栏；要填备注，请写 notes");
        assert_eq!(of("身份证号"), "人员没有“身份证号”这一栏；要填身份证号，请写 id_number");
        assert_eq!(of("zodiac"), "人员没有“zodiac”这一栏");
        for slip in ["nmae", "nam_e", "nane", "naame"] {
            assert_eq!(of(slip), format!("人员没有“{slip}”这一栏；要填姓名，请写 name"));
        }
    }

    #[test]
    fn what_a_newer_program_wrote_is_sent_back_and_never_changed() {
        let before = json!({"name": "甲", "zodiac": "马"});
        assert!(told_of("person", json!({"name": "乙", "zodiac": "马"}), before.clone()).is_empty());
        assert_eq!(told_of("person", json!({"zodiac": "羊"}), before).len(), 1);
        let before = json!({"gifts": [{"item": "米", "colour": "白"}]});
        let moved = json!({"gifts": [{"item": "油"}, {"item": "米", "colour": "白"}]});
        assert!(told_of("visit", moved, before.clone()).is_empty());
        let added = json!({"gifts": [{"item": "米", "colour": "黑"}]});
        assert_eq!(told_of("visit", added, before), ["慰问品里没有“colour”这一栏"]);
        assert!(told_of("member", json!({"id_number": "1", "recorded_by": "甲"}), json!({})).is_empty());
    }
}
