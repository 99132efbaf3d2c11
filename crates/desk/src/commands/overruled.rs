//! A decision that came second: somebody else's stands, and who came second is told.

use tiexin_contract::ErrorReply;
use tiexin_contract::quarantine::Answer;
use tiexin_domain::Noun;
use tiexin_domain::nouns::Settlement;
use tiexin_store::Refused;
use uuid::Uuid;

use super::waiting_shown::title_of;
use crate::rights::At;
use crate::rows::recorded_at;
use crate::{errors, masking};

/// The user's own decisions that were not taken.
pub(super) fn of_user(at: &At) -> Result<Vec<Refused>, ErrorReply> {
    let all = at.book().overruled().map_err(errors::store)?;
    Ok(all.into_iter().filter(|one| one.change.author == at.user.id).collect())
}

/// A note about a record, as others than its family's page tell it.
fn written(at: &At, about: Uuid, note: &str) -> Result<String, ErrorReply> {
    let record = at.book().get(about).map_err(errors::store)?;
    let lost = masking::lost(at.book(), &record)?;
    Ok(record.map_or_else(|| masking::without_numbers(note), |record| masking::told(&record, note, &lost)))
}

/// What stands instead, by whom, and what the user had chosen.
pub(super) fn answer(at: &At, one: &Refused) -> Option<Answer> {
    let stands = one.current.as_ref()?;
    let told = Settlement::from_fields(&stands.fields).ok()?;
    let chosen = Settlement::from_fields(&one.change.set).ok();
    Some(Answer {
        id: one.id,
        record: told.record,
        kind: told.record_kind.code().to_owned(),
        title: title_of(at, told.record),
        noted_at: one.change.noted_at,
        choice: told.choice,
        instead_of: chosen.map(|chosen| chosen.choice),
        note: told.note.map(|note| written(at, told.record, &note)).transpose().ok()?,
        by: stands.text("recorded_by").map(str::to_owned),
        at: recorded_at(stands),
        wrote: Vec::new(),
        again: false,
    })
}
