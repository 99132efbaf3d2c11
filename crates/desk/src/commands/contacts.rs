//! 换联系人: the next pair begins, the former one ends the day before and stays in the history.

use tiexin_contract::ErrorReply;
use tiexin_domain::nouns::{ContactPair, Noun, contact_pair};
use tiexin_domain::record::Fields;
use tiexin_domain::{Kind, Problem};
use tiexin_store::Save;
use uuid::Uuid;

use crate::errors;
use crate::rights::At;

/// What has to be saved of the pairs so far, together with a new record of this kind and these fields.
pub(super) fn former_ended(at: &At, kind: &str, fields: &Fields) -> Result<Vec<Save>, ErrorReply> {
    if kind != Kind::ContactPair.code() {
        return Ok(Vec::new());
    }
    let Ok(new) = ContactPair::from_fields(fields) else { return Ok(Vec::new()) };
    let records = at.book().children_of_kind(new.household, kind).map_err(errors::store)?;
    let read =
        |record: &tiexin_domain::Record| Some((record.id, ContactPair::from_fields(&record.fields).ok()?));
    let former: Vec<(Uuid, ContactPair)> =
        records.iter().filter(|record| record.void.is_none()).filter_map(read).collect();
    let ended = contact_pair::ended_by(&new, &former)
        .map_err(|problem: Problem| ErrorReply::invalid(vec![problem]))?;
    let save = |record: tiexin_domain::Record| {
        let (_, to) = ended.iter().find(|(id, _)| *id == record.id)?;
        let mut fields = record.fields;
        fields.insert("to".into(), to.to_string().into());
        Some(Save { id: record.id, kind: record.kind, fields, void: None })
    };
    Ok(records.into_iter().filter_map(save).collect())
}
