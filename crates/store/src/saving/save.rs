//! Saving: the row, its change in the outbox and its audit entry, in one transaction (I1).

use std::collections::BTreeSet;

use rusqlite::{CachedStatement, Connection, params};
use serde_json::Value;
use tiexin_domain::RegionCode;
use tiexin_domain::record::{self as shape, Fields, Record};
use tiexin_protocol::{PUSH_CHANGES, VoidChange};
use uuid::Uuid;

use crate::asking::search::index;
use crate::audit::{Entry, Head};
use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record::{Prepared, Row, hidden};
use crate::{record, syncing::base, syncing::outbox, was};

/// A record as it is to be from now on.
#[derive(Debug, Clone, PartialEq)]
pub struct Save {
    pub id: Uuid,
    pub kind: String,
    /// All fields, not only the changed ones; unknown ones of the old state must be carried along.
    pub fields: Fields,
    /// Hide or restore; `None` leaves it as it is.
    pub void: Option<VoidChange>,
}

/// Who saves, when, and what stands or falls together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    pub author: Uuid,
    /// Desk clock, milliseconds since 1970 UTC.
    pub now_ms: i64,
    /// Changes of one group are applied together at the province, or not at all.
    pub group: Uuid,
}

/// What a save did.
#[derive(Debug, Clone, PartialEq)]
pub enum Saved {
    Created(Record),
    Changed(Record),
    /// It stood so already; nothing was written.
    Unchanged(Record),
}

impl Saved {
    /// The record as it stands now.
    pub fn record(&self) -> &Record {
        match self {
            Saved::Created(r) | Saved::Changed(r) | Saved::Unchanged(r) => r,
        }
    }
}

/// What a write touched, so that screens know what to fetch again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    pub kinds: BTreeSet<String>,
}

impl Changed {
    pub(crate) fn kind(&mut self, kind: &str) {
        if !self.kinds.contains(kind) {
            self.kinds.insert(kind.to_owned());
        }
    }
    /// Nothing that a list or a figure shows has changed.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
    pub fn merge(&mut self, other: Changed) {
        self.kinds.extend(other.kinds);
    }
}

/// The audit's word for [`Book::move_group`].
const MOVE: &str = "move";
/// The audit's word for [`Book::ask_group`].
const ASK: &str = "ask";
/// The audit's words for [`Book::merge_group`].
const MERGE: &str = "merge";
const UNMERGE: &str = "unmerge";

impl Write<'_> {
    /// Saves a record. Saving what stands already writes nothing.
    pub fn save(&mut self, save: &Save, by: &By) -> Result<Saved> {
        self.save_as(save, by, None).map(|(saved, _)| saved)
    }

    /// With another word in the audit than `create` or `change`. Gives the audit entry's number too.
    pub(crate) fn save_as(&mut self, save: &Save, by: &By, act: Option<&str>) -> Result<(Saved, i64)> {
        let Some(row) = record::find(&self.tx, save.id)? else {
            return self.create(save, by, act);
        };
        if row.hidden == hidden::WITHHELD {
            return self.make_anew(save, by, act, &row);
        }
        let old = &row.record;
        if old.kind != save.kind {
            return Err(StoreError::KindChanged(save.id));
        }
        let set = shape::diff(&save.kind, &old.fields, &save.fields);
        let void = save.void.clone().filter(|change| match change {
            VoidChange::Hide(void) => old.void.as_ref() != Some(void),
            VoidChange::Restore => old.void.is_some(),
        });
        if set.is_empty() && void.is_none() {
            return Ok((Saved::Unchanged(row.record), 0));
        }
        // A merge turns what it names, and the province looks that it does no more.
        if tiexin_domain::shape::is_fixed(&save.kind) && !matches!(act, Some(MERGE | UNMERGE)) {
            return Err(StoreError::Fixed(save.id));
        }
        let to = region(&save.fields)?;
        let moves = matches!(act, Some(MOVE | MERGE | UNMERGE));
        if to.scope() != old.scope && to != old.region() && !moves {
            return Err(StoreError::ScopeChanged(save.id));
        }
        let mut new = old.clone();
        shape::apply(&mut new.fields, &set);
        match &void {
            Some(VoidChange::Hide(reason)) => new.void = Some(reason.clone()),
            Some(VoidChange::Restore) => new.void = None,
            None => {}
        }
        let act = act.unwrap_or(match &void {
            Some(VoidChange::Hide(_)) => "void",
            Some(VoidChange::Restore) => "restore",
            None => "change",
        });
        let entry = Entry {
            at: by.now_ms,
            actor: by.author,
            act,
            about: Some(save.id),
            kind: Some(&save.kind),
            fields: set.keys().map(String::as_str).collect(),
            before: row.audit_head,
            made: &[],
        };
        let audit = self.enter(entry)?;
        let seq = self.head.outbox_seq + 1;
        self.head.outbox_seq = seq;
        let seen = base::seen(&self.tx, &row, &set, void.is_some())?;
        base::begin(&self.tx, &row, seq)?;
        let body = outbox::body(&set, void.as_ref())?;
        outbox::Putting::new(&self.tx)?.put(seq, row.n, seen, &body, by)?;
        let changes = was::changes(&old.fields, &new.fields, &set, void.as_ref());
        was::put(&self.tx, row.n, was::Of::Audit, audit, &changes)?;
        record::update(&self.tx, &row, &new, Some(audit))?;
        self.changed.kind(&save.kind);
        Ok((Saved::Changed(new), audit))
    }

    /// Writes a change that its author proposes: it is told, and the record stays as it is shown.
    fn ask(&mut self, save: &Save, by: &By) -> Result<()> {
        let row = record::find(&self.tx, save.id)?.filter(|row| row.hidden != hidden::WITHHELD);
        let row = row.ok_or(StoreError::NoSuchRecord(save.id))?;
        let set = shape::diff(&save.kind, &row.record.fields, &save.fields);
        if set.is_empty() {
            return Ok(());
        }
        if tiexin_domain::shape::is_fixed(&save.kind) {
            return Err(StoreError::Fixed(save.id));
        }
        let entry = Entry {
            at: by.now_ms,
            actor: by.author,
            act: ASK,
            about: Some(save.id),
            kind: Some(&save.kind),
            fields: set.keys().map(String::as_str).collect(),
            before: row.audit_head,
            made: &[],
        };
        let audit = self.enter(entry)?;
        record::set_audit_head(&self.tx, row.n, audit)?;
        let seq = self.head.outbox_seq + 1;
        self.head.outbox_seq = seq;
        let seen = base::seen(&self.tx, &row, &set, false)?;
        base::begin(&self.tx, &row, seq)?;
        outbox::Putting::new(&self.tx)?.put(seq, row.n, seen, &outbox::asking(&set)?, by)?;
        self.changed.kind(&save.kind);
        Ok(())
    }

    /// Of a row that nothing shows - its making was refused, or its scope given up - the province has nothing
    /// that could be edited: the record is made, whole, under the same id.
    fn make_anew(&mut self, save: &Save, by: &By, act: Option<&str>, row: &Row) -> Result<(Saved, i64)> {
        if row.record.kind != save.kind {
            return Err(StoreError::KindChanged(save.id));
        }
        let making = Making::of(save.id, &save.kind, &save.fields, &Fields::new(), save.void.as_ref())?;
        let entry = Entry {
            at: by.now_ms,
            actor: by.author,
            act: act.unwrap_or("create"),
            about: Some(save.id),
            kind: Some(&save.kind),
            fields: making.names.iter().map(String::as_str).collect(),
            before: row.audit_head,
            made: &[],
        };
        let audit = self.enter(entry)?;
        let seq = self.head.outbox_seq + 1;
        self.head.outbox_seq = seq;
        let made = making.prepared.record;
        base::begin(&self.tx, row, seq)?;
        // First: what waits of it from before keeps the scope it was made for.
        record::update(&self.tx, row, &made, Some(audit))?;
        outbox::Putting::new(&self.tx)?.put(seq, row.n, 0, &making.body, by)?;
        self.changed.kind(&save.kind);
        Ok((Saved::Created(made), audit))
    }

    fn create(&mut self, save: &Save, by: &By, act: Option<&str>) -> Result<(Saved, i64)> {
        let making = Making::of(save.id, &save.kind, &save.fields, &Fields::new(), save.void.as_ref())?;
        let audit = self.make(&making, by, act)?;
        Ok((Saved::Created(making.prepared.record), audit))
    }

    fn make(&mut self, making: &Making, by: &By, act: Option<&str>) -> Result<i64> {
        let record = &making.prepared.record;
        let next = self.head.audit_seq + 1;
        Maker::new(&self.tx)?
            .put(&mut self.head, &mut self.changed, making, by, next)?
            .ok_or(StoreError::Unreadable { what: "record" })?;
        let entry = Entry {
            at: by.now_ms,
            actor: by.author,
            act: act.unwrap_or("create"),
            about: Some(record.id),
            kind: Some(&record.kind),
            fields: making.names.iter().map(String::as_str).collect(),
            ..Entry::default()
        };
        self.enter(entry)
    }
}

/// What makes records: its statements are looked up once, however many they are.
pub(crate) struct Maker<'c> {
    rows: record::Inserting<'c>,
    index: index::Adding<'c>,
    base: CachedStatement<'c>,
    outbox: outbox::Putting<'c>,
}

impl<'c> Maker<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Result<Maker<'c>> {
        Ok(Maker {
            rows: record::Inserting::new(conn)?,
            index: index::Adding::new(conn)?,
            base: base::beginning(conn)?,
            outbox: outbox::Putting::new(conn)?,
        })
    }

    /// Makes a record all but its audit entry, which is to be the one numbered `audit`, in this transaction.
    /// `None`: one with this id is there already, nothing was written.
    pub(crate) fn put(
        &mut self,
        head: &mut Head,
        changed: &mut Changed,
        making: &Making,
        by: &By,
        audit: i64,
    ) -> Result<Option<i64>> {
        let Some(n) = self.rows.insert(&making.prepared, Some(audit))? else { return Ok(None) };
        self.index.add(n, &making.indexed)?;
        let seq = head.outbox_seq + 1;
        head.outbox_seq = seq;
        self.base.execute(params![n, seq.to_string()])?;
        self.outbox.put(seq, n, 0, &making.body, by)?;
        changed.kind(&making.prepared.record.kind);
        Ok(Some(n))
    }
}

/// A record that is to be made, with everything that needs no database: it can be got ready on
/// another thread.
pub(crate) struct Making {
    pub(crate) prepared: Prepared,
    indexed: index::Entry,
    /// Names of the fields that the change sets, for the audit.
    pub(crate) names: Vec<String>,
    /// The change as the outbox holds it.
    body: String,
}

impl Making {
    /// `signed`: fields that it carries besides, none of them a set.
    ///
    /// # Errors
    /// `RegionMissing`.
    pub(crate) fn of(
        id: Uuid,
        kind: &str,
        fields: &Fields,
        signed: &Fields,
        void: Option<&VoidChange>,
    ) -> Result<Making> {
        let mut set = shape::diff(kind, &Fields::new(), fields);
        set.extend(signed.clone());
        let kept = void.filter(|change| matches!(change, VoidChange::Hide(_)));
        let body = outbox::body(&set, kept)?;
        let names = set.keys().cloned().collect();
        let mut record = Record {
            id,
            kind: kind.to_owned(),
            scope: region(fields)?.scope(),
            version: 0,
            fields: applied(set),
            void: None,
        };
        if let Some(VoidChange::Hide(void)) = void {
            record.void = Some(void.clone());
        }
        let indexed = index::Entry::of(index::documents(&record));
        Ok(Making { prepared: Prepared::new(record)?, indexed, names, body })
    }
}

/// What a change that makes a record makes of it, so that the row is what a fold of the change gives
/// (I7): as [`shape::apply`], without another copy of every value.
fn applied(set: Fields) -> Fields {
    let mut fields = Fields::new();
    for (field, value) in set {
        match value {
            Value::Null | Value::Object(_) => shape::apply(&mut fields, &Fields::from_iter([(field, value)])),
            plain => {
                fields.insert(field, plain);
            }
        }
    }
    fields
}

fn region(fields: &Fields) -> Result<RegionCode> {
    fields
        .get("region")
        .and_then(Value::as_str)
        .and_then(|code| code.parse().ok())
        .ok_or(StoreError::RegionMissing)
}

impl Book {
    /// Saves records that stand or fall together.
    ///
    /// # Errors
    /// `GroupTooLarge`: more than one push holds could never be told, nor anything behind it.
    pub fn save_group(&self, saves: &[Save], by: &By) -> Result<(Vec<Saved>, Changed)> {
        if saves.len() > PUSH_CHANGES {
            return Err(StoreError::GroupTooLarge { most: PUSH_CHANGES });
        }
        self.write(|tx| saves.iter().map(|save| tx.save(save, by)).collect())
    }

    /// The same for records whose region changes, to another township too. Until the province has moved
    /// them they still lie in the scope where they were.
    pub fn move_group(&self, saves: &[Save], by: &By) -> Result<(Vec<Saved>, Changed)> {
        self.act_group(saves, by, MOVE)
    }

    /// Proposes changes that the author may not make, to whoever may decide: the province keeps them apart, and what
    /// this desk shows stays as it is until they are adopted.
    pub fn ask_group(&self, saves: &[Save], by: &By) -> Result<Changed> {
        if saves.len() > PUSH_CHANGES {
            return Err(StoreError::GroupTooLarge { most: PUSH_CHANGES });
        }
        let ((), changed) = self.write(|tx| saves.iter().try_for_each(|save| tx.ask(save, by)))?;
        Ok(changed)
    }

    /// The same for two records that are merged, or no longer (`undo`), and what names them.
    pub fn merge_group(&self, saves: &[Save], by: &By, undo: bool) -> Result<(Vec<Saved>, Changed)> {
        self.act_group(saves, by, if undo { UNMERGE } else { MERGE })
    }

    fn act_group(&self, saves: &[Save], by: &By, act: &'static str) -> Result<(Vec<Saved>, Changed)> {
        if saves.len() > PUSH_CHANGES {
            return Err(StoreError::GroupTooLarge { most: PUSH_CHANGES });
        }
        self.write(|tx| {
            saves.iter().map(|save| tx.save_as(save, by, Some(act)).map(|(saved, _)| saved)).collect()
        })
    }
}
