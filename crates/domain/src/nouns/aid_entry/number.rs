//! Whose ID number goes with a payment. By it the province knows the payment in another township.

use serde_json::Value;
use uuid::Uuid;

use super::payment::text;
use crate::id_number::IdNumber;
use crate::nouns::Kind;
use crate::nouns::person::Relation;
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

/// The number of whom a payment is for, or of the family's one head, as their record has it. What is no number would only
/// have the payment refused. `people`: those of the family who are shown.
pub fn number_among<'p>(
    fields: &Fields,
    people: impl IntoIterator<Item = (Uuid, &'p Fields)>,
) -> Option<String> {
    let mut people = people.into_iter();
    let (_, whose) = match fields.get("person").filter(|person| !person.is_null()) {
        Some(person) => {
            let id: Uuid = person.get("person").and_then(Value::as_str)?.parse().ok()?;
            people.find(|(known, _)| *known == id)?
        }
        None => {
            let is_head = |own: &Fields| text(own, "relation").as_deref() == Some(Relation::Head.code());
            let mut heads = people.filter(|(_, own)| is_head(own));
            heads.next().filter(|_| heads.next().is_none())?
        }
    };
    let read = IdNumber::read(&text(whose, "id_number")?).ok()?;
    Some(read.number.as_str().to_owned())
}
