//! What was merged: references follow, nothing else goes away, and no chain of merges is a circle.

use std::collections::HashMap;

use tiexin_domain::Record;
use tiexin_domain::nouns::merge::{MERGED_INTO, merged_into, standing_for};
use tiexin_domain::shape;
use tiexin_protocol::{LogEntry, Moved, VoidChange};
use uuid::Uuid;

use super::Province;
use crate::world::Broken;

/// An entry that is about to be added names no record that was merged into another one before it, and edits
/// none; and a merge takes nothing away from the record that gives way (I16). `records`: the township before it.
pub(super) fn are_followed(records: &HashMap<Uuid, Record>, entry: &LogEntry) -> Result<(), Broken> {
    if matches!(entry.moved, Some(Moved::Here { .. })) {
        // All of it as it was, old references too.
        return Ok(());
    }
    let into = |id| records.get(&id).and_then(merged_into);
    for field in shape::parents(&entry.kind) {
        let named = entry.set.get(field).and_then(|id| id.as_str()?.parse::<Uuid>().ok());
        let Some(gone) = named.and_then(|id| records.get(&id)) else { continue };
        let stays = standing_for(gone.id, into).and_then(|id| records.get(&id));
        if let Some(stays) = stays.filter(|stays| stays.kind == gone.kind && stays.id != entry.record) {
            return Err(format!(
                "merge: {field} of entry {} names {}, which was merged into {}",
                entry.seq, gone.id, stays.id
            ));
        }
    }
    let merges = matches!(entry.void, Some(VoidChange::Hide(_))) && entry.set.contains_key(MERGED_INTO);
    match entry.set.iter().find(|(_, value)| merges && value.is_null()) {
        Some((field, _)) => Err(format!("I16: entry {} merges and takes {field} away", entry.seq)),
        None => Ok(()),
    }
}

/// From every record that was merged one comes to the record that stands for it.
pub(super) fn end_somewhere(truth: &Province) -> Result<(), Broken> {
    let records: HashMap<Uuid, &Record> =
        truth.scopes.values().flat_map(|one| one.records.iter().map(|(id, record)| (*id, record))).collect();
    let into = |id| records.get(&id).and_then(|record| merged_into(record));
    match records
        .values()
        .find(|record| merged_into(record).is_some() && standing_for(record.id, into).is_none())
    {
        Some(record) => Err(format!("merge: nothing stands for {}", record.id)),
        None => Ok(()),
    }
}
