//! What a record refers to beside its family: found by id, number or name, with its name beside the reference.

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_domain::access::Action;
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::shape::{self, Field, Holds};
use tiexin_domain::{Kind, Problem};
use uuid::Uuid;

use crate::place::region_of;
use crate::rights::At;
use crate::{errors, masking};

/// Puts the id of the one record that is meant, and its name. What was referred to before, and still is, stays; a name
/// that was changed alone is of nobody with a record.
///
/// # Errors
/// Each reference to what is not here or cannot be told from another.
pub(super) fn refer(
    at: &At,
    kind: &str,
    before: Option<&Fields>,
    fields: &mut Fields,
) -> Result<(), ErrorReply> {
    let was = |name: &str| before.and_then(|before| before.get(name));
    let mut problems = Vec::new();
    for field in shape::of(kind).into_iter().flat_map(|shape| shape.fields) {
        let Some(text) = field.named_by else { continue };
        if before.is_some() && fields.get(field.name) == was(field.name) {
            let renamed = fields.get(text) != was(text);
            match was(text).filter(|_| renamed && field.required) {
                Some(name) => drop(fields.insert(text.to_owned(), name.clone())),
                None if renamed && !field.required => drop(fields.remove(field.name)),
                None => {}
            }
            continue;
        }
        let Some(written) = fields.get(field.name).and_then(Value::as_str) else { continue };
        match &found(at, field, written, fields)?[..] {
            [one] => {
                fields.insert(field.name.to_owned(), one.id.to_string().into());
                fields.insert(text.to_owned(), name_of(at, one)?.into());
            }
            [] => problems.push(unknown(field, text)),
            _ => {
                let message = format!("“{}”有几条登记都是这个名称，请写记录编号", field.label);
                problems.push(Problem::new(field.name, "reference_unclear", message));
            }
        }
    }
    errors::refuse(problems)
}

/// A person by the name itself: whoever lists the record hides there what is not said.
fn name_of(at: &At, record: &Record) -> Result<String, ErrorReply> {
    let lost = masking::lost(at.book(), [record])?;
    let by_name = record.kind == Kind::Person.code() && !masking::is_lost(record, &lost);
    let name = record.text("name").filter(|_| by_name).map(masking::without_numbers);
    Ok(name.unwrap_or_else(|| masking::title(record, &lost)))
}

fn unknown(field: &Field, text: &str) -> Problem {
    let mut message = format!("没有找到“{}”的登记，请写记录编号、号码，或本地登记的姓名、名称", field.label);
    if !field.required {
        message += &format!("；没有登记的，名称写在 {text}");
    }
    Problem::new(field.name, "reference_unknown", message)
}

/// Records that may be meant: shown ones, of the kinds that the field names, which the user may read.
fn found(at: &At, field: &Field, written: &str, fields: &Fields) -> Result<Vec<Record>, ErrorReply> {
    let Holds::Reference(kinds) = field.holds else { return Ok(Vec::new()) };
    let mut found = match (written.parse::<Uuid>(), region_of(fields)) {
        (Ok(id), _) => Vec::from_iter(at.book().get(id).map_err(errors::store)?),
        (Err(_), Some(place)) => {
            at.book().look(|look| look.called(kinds, written, &place)).map_err(errors::store)?
        }
        (Err(_), None) => Vec::new(),
    };
    found.retain(|record| {
        let fits = kinds.contains(&record.kind.as_str()) && record.void.is_none();
        fits && at.may(Action::Read, &record.region())
    });
    Ok(found)
}
