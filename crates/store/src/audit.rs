//! `audit`: who did what to which record, when. Append-only, linked by hash; never a value,
//! only the names of fields.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
pub use tiexin_protocol::audit::{AuditEntry, MadeTogether};
use tiexin_protocol::audit_link;
use uuid::Uuid;

use crate::book::{Book, Write};
use crate::error::{Result, StoreError};

/// Where the audit and the outbox stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) audit_seq: i64,
    pub(crate) audit_chain: [u8; 32],
    pub(crate) outbox_seq: i64,
}

impl Head {
    pub(crate) fn read(conn: &Connection) -> Result<Head> {
        Ok(conn
            .prepare_cached("SELECT audit_seq, audit_chain, outbox_seq FROM head WHERE one = 1")?
            .query_row([], |row| {
                Ok(Head { audit_seq: row.get(0)?, audit_chain: row.get(1)?, outbox_seq: row.get(2)? })
            })?)
    }

    pub(crate) fn store(&self, conn: &Connection) -> Result<()> {
        conn.prepare_cached(
            "UPDATE head SET audit_seq = ?1, audit_chain = ?2, outbox_seq = ?3 WHERE one = 1",
        )?
        .execute(params![self.audit_seq, self.audit_chain, self.outbox_seq])?;
        Ok(())
    }
}

/// What is to be entered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry<'a> {
    pub(crate) at: i64,
    pub(crate) actor: Uuid,
    pub(crate) act: &'a str,
    /// A record, or a user when there is no kind.
    pub(crate) about: Option<Uuid>,
    pub(crate) kind: Option<&'a str>,
    pub(crate) fields: Vec<&'a str>,
    /// The entry before this one about the same record.
    pub(crate) before: Option<i64>,
    /// Records that this entry tells of together.
    pub(crate) made: &'a [MadeTogether],
}

/// The text of an entry: canonical JSON of [`AuditEntry`], written straight off.
fn stored(seq: i64, entry: &Entry<'_>) -> Result<String> {
    /// Never reorder: canonical JSON has its keys sorted.
    #[derive(Serialize)]
    struct Stored<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        about: Option<Uuid>,
        act: &'a str,
        actor: Uuid,
        at: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<i64>,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        fields: &'a [&'a str],
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<&'a str>,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        made: &'a [MadeTogether],
        seq: i64,
    }
    let Entry { at, actor, act, about, kind, ref fields, before, made } = *entry;
    let stored = Stored { about, act, actor, at, before, fields, kind, made, seq };
    serde_json::to_string(&stored).map_err(|_| StoreError::Unreadable { what: "audit" })
}

impl Write<'_> {
    /// Appends to the audit; gives the entry's number.
    pub(crate) fn enter(&mut self, entry: Entry<'_>) -> Result<i64> {
        let seq = self.head.audit_seq + 1;
        let text = stored(seq, &entry)?;
        let chain = audit_link(&self.head.audit_chain, &text);
        self.tx
            .prepare_cached("INSERT INTO audit (seq, entry, chain) VALUES (?1, ?2, ?3)")?
            .execute(params![seq, text, chain])?;
        self.head.audit_seq = seq;
        self.head.audit_chain = chain;
        Ok(seq)
    }

    pub(crate) fn note(&mut self, entry: Entry<'_>) -> Result<()> {
        self.enter(entry).map(drop)
    }

    /// Enters a deliberate act: unmasking a record's fields, an export, a print.
    /// `about`: the record, when it is about one; `fields`: names, never values.
    pub fn note_act(
        &mut self,
        act: &str,
        about: Option<Uuid>,
        fields: &[&str],
        actor: Uuid,
        now_ms: i64,
    ) -> Result<()> {
        let found = match about {
            Some(id) => crate::record::find(&self.tx, id)?,
            None => None,
        };
        let (kind, before) = match &found {
            Some(row) => (Some(row.record.kind.as_str()), row.audit_head),
            None => (None, None),
        };
        let entry = Entry { at: now_ms, actor, act, about, kind, fields: fields.to_vec(), before, made: &[] };
        let seq = self.enter(entry)?;
        if let Some(row) = &found {
            crate::record::set_audit_head(&self.tx, row.n, seq)?;
        }
        Ok(())
    }
}

/// Entries read at a time for those of one deed.
const READ_AT_ONCE: usize = 200;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Book {
    /// When a user did this since `since`, the last entered first, at most `most` of them. However much else was entered
    /// meanwhile: entries of another sort must not push them out of sight. They need not be in the order of their times (a
    /// sign-in enters failures of before, a clock is set), so the search goes on until all that it reads at once is a day
    /// older.
    pub fn deeds_since(&self, actor: Uuid, act: &str, since: i64, most: usize) -> Result<Vec<i64>> {
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = self.audit(before, READ_AT_ONCE)?;
            before = page.last().map(|entry| entry.seq);
            for entry in &page {
                if entry.at >= since && entry.actor == actor && entry.act == act {
                    found.push(entry.at);
                }
                if found.len() == most {
                    return Ok(found);
                }
            }
            let newest = page.iter().map(|entry| entry.at).max().unwrap_or_default();
            if page.len() < READ_AT_ONCE || newest < since - DAY_MS {
                return Ok(found);
            }
        }
    }

    /// The last entry of this deed.
    pub fn last_deed(&self, act: &str) -> Result<Option<AuditEntry>> {
        self.read(|conn| {
            // As canonical JSON writes it; entries are many, and few are of one deed.
            let text: Option<String> = conn
                .prepare_cached(
                    "SELECT entry FROM audit WHERE instr(entry, ?1) > 0 ORDER BY seq DESC LIMIT 1",
                )?
                .query_row([format!("\"act\":\"{act}\"")], |row| row.get(0))
                .optional()?;
            text.as_deref().map(parse).transpose()
        })
    }

    /// The audit from newest to oldest, before entry `before` when given.
    pub fn audit(&self, before: Option<i64>, limit: usize) -> Result<Vec<AuditEntry>> {
        self.read(|conn| {
            let mut select =
                conn.prepare_cached("SELECT entry FROM audit WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2")?;
            let mut rows = select.query(params![before.unwrap_or(i64::MAX), limit as i64])?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                entries.push(parse(row.get_ref(0)?.as_str().unwrap_or_default())?);
            }
            Ok(entries)
        })
    }
}

pub(crate) fn parse(text: &str) -> Result<AuditEntry> {
    serde_json::from_str(text).map_err(|_| StoreError::Unreadable { what: "audit" })
}

/// The entry with this number.
pub(crate) fn at(conn: &Connection, seq: i64) -> Result<Option<AuditEntry>> {
    let text: Option<String> = conn
        .prepare_cached("SELECT entry FROM audit WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    text.as_deref().map(parse).transpose()
}

/// Deeds about a record that change nothing of it.
const LOOKS: [&str; 2] = ["unmask", "export_attachment"];

/// Whether the entry `written` is the last one that wrote a record, of which the newest entry is `newest`: who only looked
/// at it since has entries of their own.
pub(crate) fn last_wrote(conn: &Connection, newest: Option<i64>, written: i64) -> Result<bool> {
    let mut next = newest;
    while let Some(seq) = next.filter(|seq| *seq > written) {
        let look = at(conn, seq)?.filter(|entry| LOOKS.contains(&entry.act.as_str()));
        next = look.and_then(|entry| entry.before.filter(|before| *before < seq));
    }
    Ok(next == Some(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_stored_as_canonical_json() {
        let bare = Entry { at: 1, act: "import", ..Entry::default() };
        let full = Entry {
            about: Some(Uuid::from_u128(7)),
            kind: Some("x_\"kind"),
            fields: vec!["region", "name", "x_新"],
            before: Some(3),
            ..bare.clone()
        };
        let made = [1, 2].map(|n| MadeTogether {
            fields: vec!["region".into(), format!("x_{n}")],
            ids: vec![Uuid::from_u128(n), Uuid::from_u128(n + 10)],
            kind: "member".into(),
        });
        let many = Entry { made: &made, ..bare.clone() };
        for entry in [bare, full, many] {
            let text = stored(9, &entry).unwrap();
            let whole = parse(&text).unwrap();
            assert_eq!((whole.seq, whole.about, whole.before), (9, entry.about, entry.before));
            assert_eq!(whole.made, entry.made);
            assert_eq!(whole.fields, entry.fields);
            let canonical = tiexin_protocol::canonical(&serde_json::to_value(&whole).unwrap());
            assert_eq!(text.as_bytes(), canonical);
        }
    }

    #[test]
    fn an_entry_about_many_records_says_of_each_what_it_would_have_said_alone() {
        let one = MadeTogether {
            fields: vec!["name".into()],
            ids: vec![Uuid::from_u128(1)],
            kind: "person".into(),
        };
        let other = MadeTogether { ids: vec![Uuid::from_u128(2)], kind: "member".into(), ..one.clone() };
        let made = [one, other];
        let entry = Entry { at: 1, act: "create", made: &made, ..Entry::default() };
        let whole = parse(&stored(9, &entry).unwrap()).unwrap();
        let told = whole.clone().of(Uuid::from_u128(2)).unwrap();
        let alone = Entry {
            about: Some(Uuid::from_u128(2)),
            kind: Some("member"),
            fields: vec!["name"],
            made: &[],
            ..entry
        };
        assert_eq!(told, parse(&stored(9, &alone).unwrap()).unwrap());
        assert_eq!(whole.of(Uuid::from_u128(3)), None);
    }
}
