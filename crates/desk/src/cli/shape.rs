//! `tiexin-desk shape [KIND]`: what each kind of record holds, for those who write scripts and files by hand. Needs no
//! book.

use serde_json::{Value, json};
use tiexin_domain::shape::Field;
use tiexin_domain::{Kind, nouns};

use super::args::Shape as Args;
use super::exit::Outcome;
use super::out::Out;
use super::written;

pub(super) fn shape(args: &Args, out: Out) -> Outcome {
    let kinds = match &args.kind {
        Some(word) => vec![Kind::from_code(&written::kind(word)?)],
        None => Kind::ALL.to_vec(),
    };
    let told: Vec<Value> = kinds.iter().filter_map(of).collect();
    out.tell(&told, || kinds.iter().flat_map(lines).collect())
}

/// Frozen.
fn of(kind: &Kind) -> Option<Value> {
    let shape = nouns::shape(kind)?;
    let fields: Vec<Value> = shape.fields.iter().map(field).collect();
    Some(json!({
        "kind": kind.code(), "label": kind.label(), "level": shape.level.code(), "fields": fields,
    }))
}

/// Frozen.
fn field(field: &Field) -> Value {
    json!({
        "name": field.name, "label": field.label, "type": field.holds.code(), "required": field.required,
        "mask": field.mask.map(|mask| mask.code()), "audience": field.audience.code(),
        "merge": field.merge.code(),
    })
}

fn lines(kind: &Kind) -> Vec<String> {
    let fields = nouns::shape(kind).map(|shape| shape.fields).unwrap_or_default();
    let head = format!("{}（{}）；* 必填：", kind.label(), kind.code());
    let line = |field: &Field| {
        let star = if field.required { "*" } else { " " };
        format!("{star} {}\t{}\t{}", field.name, field.label, field.holds.label())
    };
    std::iter::once(head).chain(fields.iter().map(line)).chain([String::new()]).collect()
}
