//! Looking the whole book over: the file, the audit, the outbox, what is shown, what was agreed
//! with the province.

use std::collections::BTreeMap;

use rusqlite::Connection;
use tiexin_protocol::Digest;

use crate::anew::Behind;
use crate::book::Book;
use crate::derive::derive;
use crate::error::Result;
use crate::record::{hidden, select};
use crate::syncing::base::{self, fold};
use crate::{audit, record, syncing::cursor, syncing::elsewhere, syncing::outbox};

/// Something that should not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `file_damaged`, `audit_changed`, `audit_missing`, `audit_unknown`, `outbox_gap`,
    /// `pending_lost`, `row_differs`, `columns_differ`, `sums_differ`, `digest_differs`,
    /// `blob_damaged`, `blob_missing`, `blob_lost`.
    pub code: &'static str,
    /// Number of the audit entry, change or row.
    pub at: Option<i64>,
    /// For people; no personal data.
    pub what: String,
}

/// What was looked at, and what is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    pub audit_entries: u64,
    pub records: u64,
    pub pending: u64,
    pub scopes: u64,
    /// Whole blobs of attachments, each decrypted and hashed.
    pub blobs: u64,
    pub faults: Vec<Fault>,
}

impl VerifyReport {
    /// Nothing is wrong.
    pub fn sound(&self) -> bool {
        self.faults.is_empty()
    }

    pub(crate) fn fault(&mut self, code: &'static str, at: Option<i64>, what: impl Into<String>) {
        self.faults.push(Fault { code, at, what: what.into() });
    }
}

impl Book {
    /// Checks the file, the audit chain, the outbox, every shown row against base and pending
    /// (I7), its columns, and each scope's digest (I6). In one consistent state; writers go on.
    pub fn verify(&self) -> Result<VerifyReport> {
        self.read(|conn| {
            let mut report = VerifyReport::default();
            file(self, conn, &mut report)?;
            audit_chain(conn, &mut report)?;
            outbox_numbers(conn, &mut report)?;
            waiting_is_shown(conn, &mut report)?;
            rows(conn, &mut report)?;
            crate::asking::sums::look(conn, &mut report)?;
            crate::blob::verify::look(conn, self.dir(), &mut report)?;
            Ok(report)
        })
    }

    /// Of that only what is shown, for whoever looks again and again (I6, I7).
    pub fn verify_shown(&self) -> Result<VerifyReport> {
        self.read(|conn| {
            let mut report = VerifyReport::default();
            outbox_numbers(conn, &mut report)?;
            waiting_is_shown(conn, &mut report)?;
            rows(conn, &mut report)?;
            Ok(report)
        })
    }
}

fn file(book: &Book, conn: &Connection, report: &mut VerifyReport) -> Result<()> {
    // FTS5's own check trusts the list of segments that this connection read last, and calls
    // segments damaged that were merged away since. A query makes it read the list anew.
    for index in ["name_search", "text_search"] {
        conn.prepare(&format!("SELECT 1 FROM {index} WHERE {index} MATCH '\"0\"'"))?.exists([])?;
    }
    // This one looks at the file alone. A page that a power cut tore on its way there from the log is whole in
    // the log, and so is one that is on its way just now: it is moved, and looked at again.
    let whole = passes(conn, "PRAGMA cipher_integrity_check")? || {
        book.move_pages()?;
        passes(conn, "PRAGMA cipher_integrity_check")?
    };
    if !(whole && passes(conn, "PRAGMA integrity_check")?) {
        report.fault("file_damaged", None, "数据库文件有损坏的页");
    }
    Ok(())
}

fn passes(conn: &Connection, pragma: &str) -> Result<bool> {
    let mut select = conn.prepare(pragma)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, String>(0)? != "ok" {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Every entry is where it was, says what it said, and none is missing, not even at the end.
fn audit_chain(conn: &Connection, report: &mut VerifyReport) -> Result<()> {
    let head = audit::Head::read(conn)?;
    let mut chain = [0u8; 32];
    let mut expected = 1;
    let mut select = conn.prepare("SELECT seq, entry, chain FROM audit ORDER BY seq")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let entry: String = row.get(1)?;
        let stored: [u8; 32] = row.get(2)?;
        if seq != expected {
            report.fault("audit_missing", Some(expected), format!("审计记录第 {expected} 条缺失"));
            return Ok(());
        }
        chain = tiexin_protocol::audit_link(&chain, &entry);
        if chain != stored || !audit::parse(&entry).is_ok_and(|e| e.seq == seq) {
            report.fault("audit_changed", Some(seq), format!("审计记录第 {seq} 条被改动"));
            return Ok(());
        }
        expected += 1;
        report.audit_entries += 1;
    }
    if head.audit_seq != expected - 1 || head.audit_chain != chain {
        report.fault("audit_missing", Some(expected), format!("审计记录在第 {expected} 条处中断"));
    }
    Ok(())
}

/// From the oldest unsent change to the newest number every change is there, sent or not (I2).
fn outbox_numbers(conn: &Connection, report: &mut VerifyReport) -> Result<()> {
    let head = audit::Head::read(conn)?;
    let oldest: Option<i64> = conn.query_row("SELECT min(seq) FROM outbox", [], |row| row.get(0))?;
    let Some(mut expected) = oldest else { return Ok(()) };
    let mut select =
        conn.prepare("SELECT seq FROM outbox UNION ALL SELECT seq FROM sent WHERE seq > ?1 ORDER BY 1")?;
    let mut rows = select.query([expected])?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        if seq != expected {
            report.fault("outbox_gap", Some(expected), format!("待上传的第 {expected} 条缺失"));
            return Ok(());
        }
        expected += 1;
    }
    if expected != head.outbox_seq + 1 {
        report.fault("outbox_gap", Some(expected), format!("待上传的第 {expected} 条缺失"));
    }
    Ok(())
}

/// Every change that waits is on top of its record (I7).
fn waiting_is_shown(conn: &Connection, report: &mut VerifyReport) -> Result<()> {
    let mut select = conn.prepare(
        "SELECT outbox.seq FROM outbox LEFT JOIN base USING (record)
         WHERE instr(',' || coalesce(pending, '') || ',', ',' || outbox.seq || ',') = 0",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        report.fault("pending_lost", Some(seq), format!("待上传的第 {seq} 条没有显示在记录上"));
    }
    Ok(())
}

fn rows(conn: &Connection, report: &mut VerifyReport) -> Result<()> {
    let mut digests: BTreeMap<String, Digest> = BTreeMap::new();
    let mut told = None;
    // What an older program derived and this one did not come to yet is no damage.
    let behind = Behind::read(conn)?;
    let mut select = conn.prepare(concat!(select!(), " ORDER BY n"))?;
    let mut found = select.query([])?;
    while let Some(row) = found.next()? {
        let row = match record::read(row) {
            Ok(row) => row,
            Err(_) => {
                report.fault("row_differs", row.get(0).ok(), "有一条记录无法读取");
                continue;
            }
        };
        report.records += 1;
        let state = shown(conn, &row, &mut told, report)?;
        if let Some(state) = state {
            let digest = digests.entry(state.scope.to_string()).or_default();
            *digest = digest.plus(Digest::of(&state));
        }
        if !behind.as_ref().is_some_and(|behind| behind.has(row.n, &row.record.kind)) {
            columns(conn, &row, report)?;
        }
    }
    for state in elsewhere::all(conn)? {
        let digest = digests.entry(state.scope.to_string()).or_default();
        *digest = digest.plus(Digest::of(&state));
    }
    for cursor in cursor::all(conn)? {
        report.scopes += 1;
        let digest = digests.remove(cursor.scope.as_str()).unwrap_or_default();
        if digest != cursor.digest {
            report.fault("digest_differs", None, format!("{} 的数据与核对值不一致", cursor.scope));
        }
    }
    Ok(())
}

/// The row is what base and pending give (I7), and its newest audit entry tells of it. Gives the
/// province's state of the record.
fn shown(
    conn: &Connection,
    row: &record::Row,
    told: &mut Option<audit::AuditEntry>,
    report: &mut VerifyReport,
) -> Result<Option<tiexin_domain::Record>> {
    let r = &row.record;
    if let Some(seq) = row.audit_head {
        // The rows of an import share an entry: it is read once.
        if told.as_ref().is_none_or(|entry| entry.seq != seq) {
            *told = audit::at(conn, seq).ok().flatten();
        }
        if !told.as_ref().is_some_and(|entry| entry.tells_of(r.id)) {
            report.fault("audit_unknown", Some(seq), format!("第 {} 行的审计记录不存在", row.n));
        }
    }
    let Some(held) = base::get(conn, row.n)? else {
        let province = row.hidden != hidden::WITHHELD;
        if province && r.version == 0 {
            report.fault("pending_lost", Some(row.n), format!("第 {} 行没有对应的待上传内容", row.n));
        }
        return Ok(province.then(|| r.clone()));
    };
    report.pending += held.pending.len() as u64;
    let mut steps = Vec::new();
    for seq in &held.pending {
        match outbox::pending(conn, *seq)? {
            Some(pending) if pending.record == row.n => steps.push(pending.shown()),
            _ => report.fault("pending_lost", Some(*seq), format!("待上传的第 {seq} 条缺失")),
        }
    }
    let due = fold(held.state.clone(), &steps, r.id, &r.kind, &r.scope);
    let withheld = due.is_none() && row.hidden == hidden::WITHHELD;
    if due.as_ref() != Some(r) && !withheld {
        report.fault("row_differs", Some(row.n), format!("第 {} 行与应有内容不一致", row.n));
    }
    Ok(held.state)
}

/// The columns that lists and figures read are those of the fields.
fn columns(conn: &Connection, row: &record::Row, report: &mut VerifyReport) -> Result<()> {
    let d = derive(&row.record);
    let same: bool = conn
        .prepare_cached(
            "SELECT place = ?2 AND sort IS ?3 AND natural IS ?4 AND day IS ?5 AND until IS ?6
               AND household IS ?7 AND category IS ?8 AND number IS ?9 AND flags = ?10
               AND persons IS ?11
             FROM record WHERE n = ?1",
        )?
        .query_row(
            rusqlite::params![
                row.n,
                d.place,
                d.sort,
                d.natural,
                d.day,
                d.until,
                d.household,
                d.category,
                d.number,
                d.flags,
                d.persons
            ],
            |row| row.get(0),
        )?;
    if !same {
        report.fault("columns_differ", Some(row.n), format!("第 {} 行的统计列与内容不一致", row.n));
    }
    Ok(())
}
