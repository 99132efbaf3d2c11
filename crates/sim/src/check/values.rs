//! I8: nothing that somebody wrote is overwritten unseen.

use std::collections::{HashMap, HashSet};

use tiexin_domain::record::MergeClass;
use tiexin_domain::shape::{self, Holds};
use tiexin_protocol::{LogEntry, Moved};
use uuid::Uuid;

use super::{Province, words};
use crate::world::{Broken, Mark, World};

/// Who wrote a field last.
struct Writer {
    seq: u64,
    origin: (Uuid, Uuid),
    author: Uuid,
    value: String,
}

/// The texts of an entry, and how their values meet (`docs/sync.md`, Merge).
fn texts(entry: &LogEntry) -> impl Iterator<Item = (&'static str, &str, MergeClass)> {
    let fields = shape::of(&entry.kind).map(|shape| shape.fields).unwrap_or_default();
    let texts = fields.iter().filter(|field| matches!(field.holds, Holds::Text | Holds::LongText));
    texts.filter_map(|field| Some((field.name, entry.set.get(field.name)?.as_str()?, field.merge)))
}

/// I8: a value that gave way to somebody who had not seen it is kept with its author; of a note both texts
/// are kept; a sensitive value does not give way.
pub(super) fn overwritten_are_kept(world: &World, truth: &Province) -> Result<(), Broken> {
    if world.restores > 0 {
        // Numbers of versions were cut off and given anew.
        return Ok(());
    }
    let memory = world.memory.lock().expect("memory");
    let marks: HashMap<&str, &Mark> = memory.marks.iter().map(|m| (m.word.as_str(), m)).collect();
    for one in truth.scopes.values() {
        let mut newest: HashMap<(Uuid, &str), Writer> = HashMap::new();
        for entry in &one.entries {
            if let Some(Moved::Here { wrote, .. }) = &entry.moved {
                // As others had written it in the township that it left.
                newest.retain(|(record, _), _| *record != entry.record);
                for (field, value, _) in texts(entry) {
                    let by = wrote.iter().find(|wrote| wrote.fields.iter().any(|f| f == field));
                    let Some(by) = by else {
                        return Err(format!("I8: nobody wrote {field} of {}", entry.seq));
                    };
                    let writer = Writer {
                        seq: entry.seq,
                        origin: (by.device, by.incarnation),
                        author: by.author,
                        value: value.to_owned(),
                    };
                    newest.insert((entry.record, field), writer);
                }
                continue;
            }
            // What somebody has taken away (a merge undone takes back what it brought) stands there no longer: whoever
            // writes into the empty field after that overwrites nobody.
            newest.retain(|(record, field), _| {
                *record != entry.record || entry.set.get(*field).is_none_or(|value| !value.is_null())
            });
            for (field, value, class) in texts(entry) {
                let origin = (entry.origin.device, entry.origin.incarnation);
                let now = Writer { seq: entry.seq, origin, author: entry.author, value: value.to_owned() };
                let Some(before) = newest.insert((entry.record, field), now) else { continue };
                let mut written = HashSet::new();
                words(value, &mut written);
                // A note holds older words too.
                // What somebody else adopts was weighed by them, not by who wrote it.
                let own = |m: &&&Mark| {
                    world.desks.get(m.desk).is_none_or(|desk| desk.device == entry.origin.device)
                };
                let found = written.iter().filter_map(|w| marks.get(w.as_str()));
                let mark = found.max_by_key(|m| &m.word).filter(own);
                // Of the record that stays, the author of work on one that gave way has seen nothing.
                let other = before.origin != origin || entry.meant.is_some();
                let unseen = |mark: &&&Mark| other && !mark.orphan && !had_seen(mark, &before.value, &marks);
                let alone = mark.filter(|mark| class == MergeClass::LongNote && !other && !mark.orphan);
                let lost = alone.and_then(|mark| lost_of_others(mark, &before.value, &written, &marks));
                if let Some(word) = lost {
                    return Err(format!("I8: {word} of {field} was lost in entry {}", entry.seq));
                }
                if mark.filter(unseen).is_none() {
                    continue;
                }
                let kept = match class {
                    MergeClass::Sensitive => false,
                    MergeClass::LongNote => value.contains(&before.value) || before.value.contains(value),
                    _ => entry.overwrote.iter().any(|o| {
                        o.field == field && o.value == before.value.as_str() && o.author == before.author
                    }),
                };
                if !kept {
                    let Writer { seq, value, .. } = before;
                    return Err(format!(
                        "I8: {field} {value} of entry {seq} was lost in entry {}",
                        entry.seq
                    ));
                }
            }
        }
    }
    Ok(())
}

/// What somebody else had written into a note and its last author, writing it once more, took away unseen.
fn lost_of_others(
    mark: &Mark,
    before: &str,
    written: &HashSet<String>,
    marks: &HashMap<&str, &Mark>,
) -> Option<String> {
    let mut stood = HashSet::new();
    words(before, &mut stood);
    // What is restored (a merge undone) was not written now.
    if stood.contains(&mark.word) {
        return None;
    }
    let others = stood.into_iter().filter(|word| !written.contains(word));
    let mut others = others.filter(|word| marks.get(word.as_str()).is_some_and(|m| m.desk != mark.desk));
    others.find(|word| !had_before(mark, marks, |saw| saw.contains(word.as_str())))
}

/// Whether the author had this value before the eyes, or replaced it earlier by one of their own that the
/// province did not take, or took for the record that this one was merged into.
fn had_seen(mark: &Mark, value: &str, marks: &HashMap<&str, &Mark>) -> bool {
    had_before(mark, marks, |saw| saw == value)
}

/// The same of any value that is `it`.
fn had_before(mark: &Mark, marks: &HashMap<&str, &Mark>, it: impl Fn(&str) -> bool) -> bool {
    let mut newer = mark;
    while !it(&newer.saw) {
        let mut seen = HashSet::new();
        words(&newer.saw, &mut seen);
        let at = |m: &Mark| (m.desk, m.record, m.field);
        let own = seen.iter().filter_map(|word| marks.get(word.as_str()).copied());
        let own = own.filter(|older| at(older) == at(newer) && older.word < newer.word);
        match own.max_by_key(|older| &older.word) {
            Some(older) => newer = older,
            None => return false,
        }
    }
    true
}
