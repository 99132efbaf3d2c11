//! A batch taken back.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::{Connection, params};
use tiexin_domain::MergeClass;
use tiexin_domain::record::{self as shape, Fields, Record};
use tiexin_domain::shape::merge_class;
use tiexin_protocol::VoidChange;
use uuid::Uuid;

use super::{Kept, Nature, UndoOutcome, UndoPlan, Why};
use crate::audit::{self, Entry};
use crate::book::{Book, Write};
use crate::derive::household_key;
use crate::error::{Result, StoreError};
use crate::record::{self, Row, hidden, select, text};
use crate::saving::save::{By, Save, Saved};

impl Book {
    /// Takes a batch back: what it made is hidden, what it changed gets its former
    /// values. What was edited since stays, and so does what anything recorded since needs: the family of a
    /// visit, the person of a member. Numbers in the outbox stay gapless: undoing is a change like any other.
    pub fn undo_batch(&self, batch: Uuid, author: Uuid, now_ms: i64) -> Result<UndoOutcome> {
        self.undo_batch_of(batch, &Nature::Import, author, now_ms)
    }

    /// The same for a batch of any nature.
    pub fn undo_batch_of(
        &self,
        batch: Uuid,
        nature: &Nature,
        author: Uuid,
        now_ms: i64,
    ) -> Result<UndoOutcome> {
        let (mut outcome, touched) = self.write(|w| {
            let open = w.tx.execute(
                "UPDATE import_batch SET undone_at = ?2 WHERE id = ?1 AND undone_at IS NULL",
                params![batch, now_ms],
            )?;
            if open == 0 {
                return Err(StoreError::NoSuchBatch);
            }
            let plan = Plan::of(&w.tx, batch, nature)?;
            if plan.is_in_the_way(nature) {
                return Err(StoreError::BatchOvertaken);
            }
            let mut outcome = UndoOutcome { kept: plan.kept, ..UndoOutcome::default() };
            for one in &plan.goes {
                undo_one(w, one, batch, nature, (author, now_ms), &mut outcome)?;
            }
            let act = nature.words().undone;
            w.note(Entry { at: now_ms, actor: author, act, ..Entry::default() })?;
            Ok(outcome)
        })?;
        outcome.touched = touched;
        Ok(outcome)
    }

    /// What [`Book::undo_batch`] would do.
    pub fn undo_plan(&self, batch: Uuid) -> Result<UndoPlan> {
        self.undo_plan_of(batch, &Nature::Import)
    }

    /// What [`Book::undo_batch_of`] would do.
    pub fn undo_plan_of(&self, batch: Uuid, nature: &Nature) -> Result<UndoPlan> {
        self.read(|conn| {
            let mut plan = Plan::of(conn, batch, nature)?;
            if plan.is_in_the_way(nature) {
                plan.goes.clear();
            }
            let ids = |back: bool| {
                let which = plan.goes.iter().filter(move |one| one.before.is_some() == back);
                which.map(|one| one.row.record.id).collect::<Vec<_>>()
            };
            Ok(UndoPlan { goes: ids(false), back: ids(true), stays: plan.kept })
        })
    }
}

pub(super) struct Made {
    pub(super) record: i64,
    audit: i64,
    before: Option<Fields>,
    after: Option<Fields>,
}

/// A record that goes or gets its former values.
struct Going {
    row: Row,
    before: Option<Fields>,
    /// As the batch left it; none of what an older program wrote.
    after: Option<Fields>,
}

/// What goes and what stays.
struct Plan {
    /// The newest first: what hangs on another record goes before it.
    goes: Vec<Going>,
    kept: Vec<Kept>,
}

impl Plan {
    fn of(conn: &Connection, batch: Uuid, nature: &Nature) -> Result<Plan> {
        let mut goes: Vec<Going> = Vec::new();
        let mut kept: Vec<Kept> = Vec::new();
        let mut staying: Vec<Record> = Vec::new();
        for made in made_by(conn, batch)? {
            let Some(row) = record::at(conn, made.record)? else { continue };
            // Given up with its township: nothing of it is here any more.
            if row.hidden == hidden::WITHHELD && row.record.fields.is_empty() {
                if nature.is_whole() {
                    kept.push(Kept { id: row.record.id, why: Why::Edited });
                }
                continue;
            }
            if row.hidden != hidden::WITHHELD && tiexin_domain::shape::is_fixed(&row.record.kind) {
                kept.push(Kept { id: row.record.id, why: Why::Fixed });
                staying.push(row.record);
                continue;
            }
            let own = audit::last_wrote(conn, row.audit_head, made.audit)?
                || as_left(&row.record, &made)
                || (nature.is_whole() && stands(&row.record, &made));
            if own && nature.hidden().is_none() && made.before.is_some() && made.before == made.after {
                // Written twice by the batch, back to what it was.
                continue;
            }
            if own && !overtaken(&row.record, &made, nature) {
                goes.push(Going { row, before: made.before, after: made.after });
            } else if own || audit::at(conn, made.audit)?.is_some_and(|entry| entry.tells_of(row.record.id)) {
                // A row that went left its number to another record; this one is the batch's, edited since.
                kept.push(Kept { id: row.record.id, why: Why::Edited });
                if row.record.void.is_none() {
                    staying.push(row.record);
                }
            }
        }
        let mut plan = Plan { goes, kept };
        plan.keep_what_is_needed(conn, staying)?;
        Ok(plan)
    }

    /// Whether something would stay of a batch that is taken back as a whole.
    fn is_in_the_way(&self, nature: &Nature) -> bool {
        nature.is_whole() && !self.kept.is_empty()
    }

    /// What a record that stays refers to stays; and of a family that stays its people, file and contacts.
    fn keep_what_is_needed(&mut self, conn: &Connection, mut staying: Vec<Record>) -> Result<()> {
        // What gets a former value back is not taken away from anybody.
        let made: HashMap<Uuid, usize> = self
            .goes
            .iter()
            .enumerate()
            .filter(|(_, one)| one.before.is_none())
            .map(|(at, one)| (one.row.record.id, at))
            .collect();
        for at in made.values() {
            staying.extend(
                dependents(conn, &self.goes[*at].row.record)?
                    .into_iter()
                    .filter(|d| !made.contains_key(&d.id)),
            );
        }
        let mut needed: HashSet<usize> = HashSet::new();
        while let Some(record) = staying.pop() {
            let homes = references(&record);
            let mut of_family = Vec::new();
            if record.kind == "household" {
                let ours = |one: &&Going| one.row.record.reference("household") == Some(record.id);
                let parts = |one: &&Going| {
                    matches!(one.row.record.kind.as_str(), "person" | "support_file" | "contact_pair")
                };
                of_family =
                    self.goes.iter().filter(ours).filter(parts).map(|one| one.row.record.id).collect();
            }
            for id in homes.into_iter().chain(of_family) {
                let Some(at) = made.get(&id).copied() else { continue };
                if needed.insert(at) {
                    self.kept.push(Kept { id, why: Why::Needed { by: record.id } });
                    staying.push(self.goes[at].row.record.clone());
                }
            }
        }
        let mut at = 0;
        self.goes.retain(|_| {
            at += 1;
            !needed.contains(&(at - 1))
        });
        Ok(())
    }
}

/// Shown records that name this one as what they belong to, or are about.
fn dependents(conn: &Connection, record: &Record) -> Result<Vec<Record>> {
    let linked = concat!(select!(), " WHERE n IN (SELECT child FROM link WHERE parent = ?1) AND hidden = 0");
    let mut found = record::collect(conn, linked, [record.id])?;
    if record.kind == "household" {
        let sql = concat!(select!(), " WHERE household = ?1 AND hidden = 0");
        let of_home = record::collect(conn, sql, [household_key(record.id)])?;
        // The column holds 64 bits of the id.
        found.extend(of_home.into_iter().filter(|child| child.reference("household") == Some(record.id)));
    }
    Ok(found)
}

/// Every record that a record names, in whichever field.
fn references(record: &Record) -> Vec<Uuid> {
    fn walk(value: &serde_json::Value, found: &mut Vec<Uuid>) {
        match value {
            serde_json::Value::String(text) if text.len() == 36 => found.extend(text.parse::<Uuid>()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            serde_json::Value::Object(map) => map.values().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    record.fields.values().for_each(|value| walk(value, &mut found));
    found
}

/// The newest first.
pub(super) fn made_by(conn: &Connection, batch: Uuid) -> Result<Vec<Made>> {
    let mut made = BTreeMap::new();
    let mut select = conn.prepare("SELECT lo, hi, audit FROM import_run WHERE batch = ?1")?;
    let mut rows = select.query([batch])?;
    while let Some(row) = rows.next()? {
        let (lo, hi): (i64, i64) = (row.get(0)?, row.get(1)?);
        let audit = row.get(2)?;
        made.extend((lo..=hi).map(|record| (record, Made { record, audit, before: None, after: None })));
    }
    // What a later row of the same ledger changed of them.
    let mut select =
        conn.prepare("SELECT record, audit, before, after FROM import_record WHERE batch = ?1")?;
    let mut rows = select.query([batch])?;
    while let Some(row) = rows.next()? {
        let (before, after) = (fields(row.get(2)?)?, fields(row.get(3)?)?);
        let record = row.get(0)?;
        made.insert(record, Made { record, audit: row.get(1)?, before, after });
    }
    Ok(made.into_values().rev().collect())
}

/// The fields of a record as `import_record` keeps them.
pub(super) fn fields(text: Option<String>) -> Result<Option<Fields>> {
    let read = text.as_deref().map(serde_json::from_str).transpose();
    read.map_err(|_| StoreError::Unreadable { what: "import_record" })
}

/// Whether it stands as the batch left it, though it was written since: by another batch, which was taken back.
fn as_left(now: &Record, made: &Made) -> bool {
    made.after.as_ref().is_some_and(|after| made.before.as_ref() != Some(after) && *after == now.fields)
        && now.void.is_none()
}

/// Whether all that the batch set in it stands, whatever was written beside it since.
fn stands(now: &Record, made: &Made) -> bool {
    let (Some(before), Some(after)) = (&made.before, &made.after) else { return false };
    let set = shape::diff(&now.kind, before, after);
    now.void.is_none() && set.keys().all(|field| now.fields.get(field) == after.get(field))
}

/// Whether nothing of what the batch did stands any more: it was written over, hidden or shown again, here or elsewhere.
fn overtaken(now: &Record, made: &Made, nature: &Nature) -> bool {
    let hidden = nature.hidden();
    if now.void.is_some() && now.void.as_ref() != hidden {
        // By somebody else, for a reason of their own.
        return true;
    }
    let (Some(before), Some(after)) = (&made.before, &made.after) else { return false };
    let shown = hidden.is_none() || now.void.is_none();
    shown && turned(&now.kind, &now.fields, after, before) == now.fields
}

/// What still stands as `from` has it becomes as `to` has it; what somebody else has written since stays.
pub(super) fn turned(kind: &str, now: &Fields, from: &Fields, to: &Fields) -> Fields {
    let mut set = shape::diff(kind, from, to);
    set.retain(|field, _| merge_class(kind, field) == MergeClass::Set || now.get(field) == from.get(field));
    let mut fields = now.clone();
    shape::apply(&mut fields, &set);
    fields
}

fn undo_one(
    w: &mut Write<'_>,
    one: &Going,
    batch: Uuid,
    nature: &Nature,
    (author, now_ms): (Uuid, i64),
    outcome: &mut UndoOutcome,
) -> Result<()> {
    let record = &one.row.record;
    let after = one.before.is_some().then(|| one.after.as_ref().unwrap_or(&record.fields));
    let (fields, void) = match (&one.before, after) {
        (Some(before), Some(after)) => {
            let own = nature.hidden().is_some() && record.void.as_ref() == nature.hidden();
            (turned(&record.kind, &record.fields, after, before), own.then_some(VoidChange::Restore))
        }
        _ => (record.fields.clone(), Some(VoidChange::Hide(nature.gone()))),
    };
    let save = Save { id: record.id, kind: record.kind.clone(), fields, void };
    let group = match nature.is_whole() {
        true => group_of("undo", batch, batch, now_ms),
        false => undo_group(batch, record.id),
    };
    let by = By { author, now_ms, group };
    let after = after.map(text).transpose()?;
    let before = one.before.as_ref().map(text).transpose()?;
    let (saved, undone) = w.save_as(&save, &by, Some(nature.words().undo))?;
    if matches!(saved, Saved::Unchanged(_)) {
        if nature.is_whole() {
            return Err(StoreError::BatchOvertaken);
        }
        outcome.kept.push(Kept { id: record.id, why: Why::Edited });
        return Ok(());
    }
    w.tx.prepare_cached(
        "INSERT INTO import_record (batch, record, audit, before, undone, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (batch, record) DO UPDATE SET undone = excluded.undone, after = excluded.after",
    )?
    .execute(params![batch, one.row.n, one.row.audit_head, before, undone, after])?;
    outcome.undone += 1;
    Ok(())
}

/// Each record by itself: one that the province refuses must not hold back the others.
fn undo_group(batch: Uuid, record: Uuid) -> Uuid {
    group_of("undo", batch, record, 0)
}

/// `nth`: told apart when a batch is brought back more than once.
pub(super) fn group_of(what: &str, batch: Uuid, record: Uuid, nth: i64) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(what.as_bytes());
    if nth != 0 {
        hasher.update(&nth.to_le_bytes());
    }
    hasher.update(batch.as_bytes());
    hasher.update(record.as_bytes());
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
