//! I9: what is insert-only stays as it was made.

use std::collections::{HashMap, HashSet};

use tiexin_domain::fixed::is_altered;
use tiexin_domain::nouns::merge::MERGED_INTO;
use tiexin_domain::{Record, shape};
use uuid::Uuid;

use super::Province;
use crate::world::Broken;

/// No entry of any log alters such a record; but a merge, or its undoing, turns whom it names.
pub(super) fn nothing_is_altered(truth: &Province) -> Result<(), Broken> {
    let merged = merged(truth);
    let turned = |was: Uuid, is: Uuid| merged.contains(&was) && merged.contains(&is);
    for (scope, one) in &truth.scopes {
        let mut stood: HashMap<Uuid, Record> = HashMap::new();
        for entry in one.entries.iter().filter(|entry| shape::is_fixed(&entry.kind)) {
            let before = stood.remove(&entry.record);
            let after = entry.fold(before.clone(), scope);
            if before.is_some_and(|before| is_altered(&before, &after, turned)) {
                return Err(format!("I9: entry {} of {scope} alters {}", entry.seq, entry.record));
            }
            stood.insert(entry.record, after);
        }
    }
    Ok(())
}

/// Records that were ever merged into another, and those others.
fn merged(truth: &Province) -> HashSet<Uuid> {
    let entries = truth.scopes.values().flat_map(|one| &one.entries);
    let pairs = entries.filter_map(|entry| {
        let into: Uuid = entry.set.get(MERGED_INTO)?.as_str()?.parse().ok()?;
        Some([entry.record, into])
    });
    pairs.flatten().collect()
}
