//! What fields may hold: one value of each, made from what the shape says.

use serde_json::{Value, json};

use super::{Field, Find, Holds};
use crate::nouns::{self, Kind};
use crate::record::Fields;

/// A value that such a field may hold.
pub fn sample(holds: Holds) -> Value {
    match holds {
        Holds::Text | Holds::LongText => json!("甲"),
        Holds::Texts => json!(["甲"]),
        Holds::Code(choices) => json!(choices[0].0),
        Holds::Codes(choices) => json!([choices[0].0]),
        Holds::Day => json!("2026-10-05"),
        Holds::PartialDay => json!("2026-10"),
        Holds::Moment => json!("2026-10-05T09:00:00"),
        Holds::Instant => json!(1_790_000_000_000_i64),
        Holds::Money => json!("300.00"),
        Holds::Count | Holds::Minutes => json!(1),
        Holds::Flag => json!(true),
        Holds::Region => json!("340323100001"),
        Holds::Reference(_) => json!("01900000-0000-7000-8000-000000000001"),
        Holds::References(_) => json!([sample(Holds::Reference(&[]))]),
        Holds::Person => json!({"name": "甲"}),
        Holds::People => json!([{"name": "甲"}]),
        Holds::Parts(fields) => json!([samples(fields)]),
    }
}

/// One of each field.
pub fn samples(fields: &[Field]) -> Fields {
    fields.iter().map(|field| (field.name.to_owned(), plain(field))).collect()
}

/// A number of which more is known than that it is one is such a number.
fn plain(field: &Field) -> Value {
    if field.year { json!(2026) } else { sample(field.holds) }
}

/// Every value that a rule may tell from another: each code, both flags, else the sample.
pub(super) fn each(holds: Holds) -> Vec<Value> {
    match holds {
        Holds::Code(choices) => choices.iter().map(|(code, _)| json!(code)).collect(),
        Holds::Codes(choices) => choices.iter().map(|(code, _)| json!([code])).collect(),
        Holds::Flag => vec![json!(true), json!(false)],
        other => vec![sample(other)],
    }
}

/// A value of this very field: its references name other records than those of other fields, its numbers are such as
/// are given out.
pub fn sample_of(field: &Field) -> Value {
    let number = field.name.bytes().fold(0_u64, |sum, byte| sum * 31 % 0xffff_ffff + u64::from(byte));
    let id = || json!(format!("01900000-0000-7000-8000-{number:012x}"));
    match field.holds {
        Holds::Reference(_) => id(),
        Holds::References(_) => json!([id()]),
        Holds::Text if field.finds.contains(&Find::IdNumber) => json!("11010519491231002X"),
        Holds::Text if field.finds.contains(&Find::Code) => json!("34032310000017"),
        Holds::Text if field.is_phone() => json!("13900001234"),
        _ => plain(field),
    }
}

/// A record of a kind that its rules let pass: what must be there, what the rules ask for besides, and of lists of parts
/// that a form asks for one part. None of a kind
/// that is not known, and of one that cannot be made from its shape alone (an attachment: it has bytes).
pub fn valid(kind: &Kind) -> Option<Fields> {
    let shape = nouns::shape(kind)?;
    // Where a name without a record will do, there is no record to name.
    let asked = |field: &Field| {
        field.named_by.is_none() && field.form.is_some_and(|form| form.must || field.parts().is_some())
    };
    let must = |field: &&Field| field.required || asked(field);
    let mut record: Fields =
        shape.fields.iter().filter(must).map(|field| (field.name.to_owned(), sample_of(field))).collect();
    for _ in shape.fields {
        let wrong = match nouns::check(kind.code(), &record) {
            Ok(checked) => checked.problems.into_iter().next(),
            Err(problem) => Some(problem),
        };
        let Some(wrong) = wrong else { return Some(record) };
        let field = shape.field(wrong.field.split('.').next().unwrap_or_default())?;
        if record.insert(field.name.to_owned(), sample_of(field)).is_some() {
            return None;
        }
    }
    None
}

/// Fields of a kind in which any words may stand, whatever else the record says.
pub fn worded(kind: &Kind) -> Vec<&'static Field> {
    let (Some(shape), Some(record)) = (nouns::shape(kind), valid(kind)) else { return Vec::new() };
    let free = |field: &&Field| {
        let mut record = record.clone();
        record.insert(field.name.to_owned(), json!("随手写的一句"));
        matches!(field.holds, Holds::Text | Holds::LongText)
            && nouns::check(kind.code(), &record).is_ok_and(|checked| checked.problems.is_empty())
    };
    shape.fields.iter().filter(free).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests and the simulator make records of every kind by this: a new kind is among them.
    #[test]
    fn of_every_kind_a_record_can_be_made_whose_words_can_be_changed() {
        for kind in Kind::ALL {
            let made = valid(kind);
            let has_bytes = *kind == Kind::Attachment;
            assert_eq!(made.is_none(), has_bytes, "{kind:?}: no record can be made from its SHAPE");
            let listed = nouns::shape(kind).is_some_and(|shape| !shape.list.is_empty());
            assert!(!listed || !worded(kind).is_empty(), "{kind:?}: no field for words");
            let Some(made) = made else { continue };
            let checked =
                nouns::check(kind.code(), &made).unwrap_or_else(|problem| panic!("{kind:?}: {problem:?}"));
            assert!(checked.problems.is_empty(), "{kind:?}: {:?}", checked.problems);
        }
    }
}
