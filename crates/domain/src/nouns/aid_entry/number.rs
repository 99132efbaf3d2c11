//! Whose ID number goes with a payment. By it the province knows the payment in another township.

use serde_json::Value;
use uuid::Uuid;

use super::payment::text;
use crate::id_number::IdNumber;
use crate::nouns::person::Relation;
use crate::nouns::{Kind, tidy_name};
use crate::record::Fields;

/// The field of it.
pub const NUMBER: &str = "recipient_number";

/// Of a new payment that says no number the family among whose people it is looked for; none of any other record.
pub fn lacks_number(kind: &str, fields: &Fields) -> Option<Uuid> {
    let payment = kind == Kind::AidEntry.code() && fields.contains_key("programme");
    if !payment || fields.contains_key(NUMBER) {
        return None;
    }
    text(fields, "household")?.parse().ok()
}

/// The number of whom a payment is for, or of the family's one head, as their record has it. Who is written by name alone is
/// the one of the family with that name; of two with it nobody knows which. What is no number would only have the payment
/// refused. `people`: those of the family who are shown.
pub fn number_among<'p>(
    fields: &Fields,
    people: impl IntoIterator<Item = (Uuid, &'p Fields)>,
) -> Option<String> {
    let mut people = people.into_iter();
    let whose = match fields.get("person").filter(|person| !person.is_null()) {
        Some(person) => {
            let id = person.get("person").and_then(Value::as_str).map(str::parse::<Uuid>);
            match id {
                Some(id) => {
                    let id = id.ok()?;
                    people.find(|(known, _)| *known == id)?.1
                }
                None => {
                    let name = person.get("name").and_then(Value::as_str).map(tidy_name)?;
                    only(people, |own| text(own, "name").is_some_and(|own| tidy_name(&own) == name))?
                }
            }
        }
        None => only(people, |own| text(own, "relation").as_deref() == Some(Relation::Head.code()))?,
    };
    let read = IdNumber::read(&text(whose, "id_number")?).ok()?;
    Some(read.number.as_str().to_owned())
}

/// The only one of whom it is true.
fn only<'p>(
    people: impl Iterator<Item = (Uuid, &'p Fields)>,
    is_so: impl Fn(&Fields) -> bool,
) -> Option<&'p Fields> {
    let mut those = people.map(|(_, own)| own).filter(|own| is_so(own));
    those.next().filter(|_| those.next().is_none())
}
