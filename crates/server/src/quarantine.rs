//! What was not applied, as the people hear of it who may settle it, and what was decided, as its author does.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use tiexin_domain::access::{Action, User, permits};
use tiexin_domain::nouns::Settlement;
use tiexin_domain::region::Level;
use tiexin_domain::{Noun, Record, RegionCode};
use tiexin_protocol::change::VOID_FIELD;
use tiexin_protocol::wire::{PullRequest, QuarantineMarks, Quarantined, Settled, Standing};
use tiexin_protocol::{Change, ChangeId, LogEntry, Moved, Verdict, canonical};
use uuid::Uuid;

use crate::error::Result;
use crate::origins;

/// Most of its own changes that a desk asks about at once.
const MOST_ASKED: usize = 500;

/// Scopes that begin with one of these are for the users to settle. Sorted, none covers another.
pub(crate) fn prefixes(users: &[User], today: NaiveDate) -> Vec<RegionCode> {
    let grants = users.iter().filter(|user| !user.disabled).flat_map(|user| &user.grants);
    let settling = grants.filter(|grant| grant.in_force(today) && grant.role.carries(Action::Settle));
    let mut regions: Vec<RegionCode> =
        settling.filter(|grant| grant.region.level() != Level::Village).map(|g| g.region.clone()).collect();
    regions.sort();
    regions.dedup_by(|later, kept| kept.covers(later));
    regions
}

/// The marks, unless the desk holds them already.
pub(crate) fn news(held: &str, scopes: BTreeMap<RegionCode, u64>) -> Option<QuarantineMarks> {
    let mark = if scopes.is_empty() {
        String::new()
    } else {
        let body = serde_json::json!(scopes.iter().collect::<Vec<_>>());
        hex::encode(&blake3::hash(&canonical(&body)).as_bytes()[..12])
    };
    (mark != held).then_some(QuarantineMarks { mark, scopes })
}

/// A row of quarantine, with what is kept beside the record that it is about.
pub(crate) struct Row {
    pub(crate) change: Change,
    pub(crate) verdict: Verdict,
    pub(crate) received_at: i64,
    pub(crate) origins: Option<String>,
}

/// Whom and what the rows mention.
#[derive(Default)]
pub(crate) struct Mentioned {
    pub(crate) authors: BTreeSet<Uuid>,
    /// Entries of the scope's log.
    pub(crate) entries: BTreeSet<u64>,
}

/// Who wrote what stands in the fields that a change sets: field, entry, author.
fn written(row: &Row) -> Result<Vec<(String, u64, Uuid)>> {
    let Some(text) = &row.origins else { return Ok(Vec::new()) };
    let of = |field: &String| field == VOID_FIELD || row.change.set.contains_key(field);
    Ok(origins::writers(text)?.into_iter().filter(|(field, ..)| of(field)).collect())
}

/// What has to be looked up for these rows.
pub(crate) fn mentioned(rows: &[Row]) -> Result<Mentioned> {
    let mut found = Mentioned::default();
    for row in rows {
        found.authors.insert(row.change.author);
        for (_, entry, author) in written(row)? {
            found.authors.insert(author);
            found.entries.insert(entry);
        }
    }
    Ok(found)
}

/// The rows as people hear of them. `entries`: log entries, as stored, by their number.
pub(crate) fn told(
    rows: Vec<Row>,
    names: &HashMap<Uuid, String>,
    entries: &HashMap<u64, String>,
) -> Result<Vec<Quarantined>> {
    let noted = |entry: &u64, author: &Uuid| {
        let entry: LogEntry = serde_json::from_str(entries.get(entry)?).ok()?;
        // A record that came from another township brought older values along: whose they are is known, not when
        // they were written. The time of the move would be told as theirs.
        let brought = matches!(entry.moved, Some(Moved::Here { .. })) && entry.author != *author;
        (!brought).then_some(entry.noted_at)
    };
    rows.into_iter()
        .map(|row| {
            let standing = written(&row)?.into_iter().map(|(field, entry, author)| Standing {
                field,
                author_name: names.get(&author).cloned(),
                noted_at: noted(&entry, &author),
            });
            Ok(Quarantined {
                standing: standing.collect(),
                author_name: names.get(&row.change.author).cloned(),
                change: row.change,
                verdict: row.verdict,
                received_at: row.received_at,
            })
        })
        .collect()
}

/// The changes of its own that a desk asks about.
pub(crate) fn asked(request: &PullRequest) -> Vec<ChangeId> {
    let own = request.refused.iter().filter(|id| id.device == request.device);
    own.take(MOST_ASKED).copied().collect()
}

/// What was decided, for the author's eyes.
pub(crate) fn decided(change: ChangeId, record: &Record) -> Option<Settled> {
    let decision = Settlement::from_fields(&record.fields).ok()?;
    Some(Settled {
        change,
        choice: decision.choice,
        note: decision.note,
        by: record.text("recorded_by").map(str::to_owned),
        at: record.fields.get("recorded_at").and_then(serde_json::Value::as_i64),
        wrote: None,
    })
}

/// Sent back to its author: whole, where one of the desk's people may write, so that it can be written again. `lies`:
/// where its record lies now, for a change that says no place; none: it lies nowhere.
pub(crate) fn given_back(
    change: Change,
    lies: Option<RegionCode>,
    users: &[User],
    today: NaiveDate,
) -> Option<Box<Change>> {
    let said = change.set.get("region").and_then(|region| region.as_str()?.parse().ok());
    let place = said.or(lies).unwrap_or_else(|| change.scope.clone());
    let may = |user: &User| !user.disabled && permits(&user.grants, Action::Write, &place, today);
    users.iter().any(may).then(|| Box::new(change))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_stands_for_every_scope() {
        let one: BTreeMap<RegionCode, u64> = [("340323100".parse().unwrap(), 3)].into();
        let told = news("", one.clone()).unwrap();
        assert_eq!(news(&told.mark, one.clone()), None);
        let mut two = one;
        two.insert("340323104".parse().unwrap(), 1);
        assert_ne!(news(&told.mark, two).unwrap().mark, told.mark);
        assert_eq!(news(&told.mark, BTreeMap::new()).unwrap(), QuarantineMarks::default());
        assert_eq!(news("", BTreeMap::new()), None);
    }
}
