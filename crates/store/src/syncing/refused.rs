//! `refused`: changes the province did not apply, kept whole for a person to deal with (I4, I10).

use rusqlite::{Connection, OptionalExtension, Row as SqlRow, Transaction, params};
use tiexin_domain::{Kind, Record};
use tiexin_protocol::wire::Settled;
use tiexin_protocol::{Change, ChangeId, Verdict};
use uuid::Uuid;

use crate::audit::Entry;
use crate::book::Book;
use crate::error::{Result, StoreError};
use crate::record::{self, text};
use crate::saving::save::Changed;

/// A change the province did not apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Names it in [`Book::settle_refused`].
    pub id: i64,
    /// What the worker wanted.
    pub change: Change,
    pub verdict: Verdict,
    /// The record as it stands, with the other value of a conflict; `None` when nothing stands.
    pub current: Option<Record>,
    /// The record as this desk showed it last, where nothing stands any more: its author is told by its name what was
    /// decided. Nothing of it is left once its scope was given up.
    pub gone: Option<Record>,
    /// Milliseconds since 1970 UTC, desk clock.
    pub refused_at: i64,
    /// What somebody decided about it, as the province told it.
    pub outcome: Option<Settled>,
}

impl Refused {
    /// Whether one word answers both: they were one save, and the same was decided about them.
    fn is_answered_with(&self, other: &Refused) -> bool {
        let save = |one: &Refused| (one.change.id.device, one.change.id.incarnation, one.change.group);
        let said = |one: &Refused| {
            one.outcome.as_ref().map(|told| (told.choice.clone(), told.note.clone(), told.by.clone()))
        };
        save(self) == save(other) && said(self) == said(other)
    }
}

/// Not dealt with here, not decided on elsewhere, no decision of this desk's own under way.
const OPEN: &str = "settled_at IS NULL AND outcome IS NULL AND json_extract(change, '$.kind') <> 'settlement'
  AND NOT EXISTS (
  SELECT 1 FROM record AS decided WHERE decided.id = refused.settlement AND decided.hidden <> 3)";
/// A decision of this desk that was not taken, for somebody else's stands; its author has not put that away yet.
const OVERRULED: &str = "settled_at IS NULL AND verdict = 'conflict'
  AND json_extract(change, '$.kind') = 'settlement'
  AND EXISTS (SELECT 1 FROM record AS stands WHERE stands.n = refused.record AND stands.hidden <> 3)";
/// Only the number is left of the change: [`hollow`].
const HOLLOW: &str = "json_extract(change, '$.set') IS NULL AND json_extract(change, '$.void') IS NULL";
/// Most changes that one message asks about.
const MOST_ASKED: i64 = 200;

pub(crate) fn put(conn: &Connection, n: i64, change: &Change, verdict: &Verdict, now_ms: i64) -> Result<()> {
    let (word, code) = match verdict {
        Verdict::Conflict { code, .. } => ("conflict", code.clone()),
        Verdict::Parked { code, .. } => ("parked", text(code)?.trim_matches('"').to_owned()),
        Verdict::Applied { .. } => return Ok(()),
    };
    if settled_before(conn, n, change, verdict, (word, &code))? {
        return Ok(());
    }
    // Nobody decides on a decision. That somebody else had decided first is told to who came second.
    let told_of = matches!(verdict, Verdict::Conflict { .. });
    let settled = (change.kind == Kind::Settlement.code() && !told_of).then_some(now_ms);
    conn.prepare_cached(
        "INSERT INTO refused (record, seq, verdict, code, change, told, refused_at, settled_at, settlement)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        n,
        change.id.seq as i64,
        word,
        code,
        text(change)?,
        text(verdict)?,
        now_ms,
        settled,
        change.id.settlement()
    ])?;
    Ok(())
}

/// A change that its author has put away and that is refused once more, by a province that was put back from a backup,
/// stays put away. False: it is none.
fn settled_before(
    conn: &Connection,
    n: i64,
    change: &Change,
    verdict: &Verdict,
    (word, code): (&str, &str),
) -> Result<bool> {
    let kept = conn
        .prepare_cached(
            "UPDATE refused SET record = ?2, verdict = ?3, code = ?4, told = ?5
             WHERE settlement = ?1 AND settled_at IS NOT NULL",
        )?
        .execute(params![change.id.settlement(), n, word, code, text(verdict)?])?;
    Ok(kept > 0)
}

/// What was to be saved with a decision that came second waits for nobody: the decision that stands is about it.
pub(crate) fn close_overruled(conn: &Connection, now_ms: i64) -> Result<()> {
    conn.prepare_cached(
        "UPDATE refused SET settled_at = ?1
         WHERE settled_at IS NULL AND code = 'group' AND json_extract(change, '$.group') IN
           (SELECT json_extract(change, '$.group') FROM refused
            WHERE verdict = 'conflict' AND json_extract(change, '$.kind') = 'settlement')",
    )?
    .execute([now_ms])?;
    Ok(())
}

/// For a book of an older program: which record would settle each.
pub(crate) fn name_settlements(tx: &Transaction<'_>) -> Result<()> {
    let all: Vec<(i64, String)> = tx
        .prepare("SELECT id, change FROM refused")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (id, change) in all {
        let change: Change =
            serde_json::from_str(&change).map_err(|_| StoreError::Unreadable { what: "refused" })?;
        tx.execute("UPDATE refused SET settlement = ?2 WHERE id = ?1", params![id, change.id.settlement()])?;
    }
    Ok(())
}

/// The change is on its way again.
pub(crate) fn withdraw(conn: &Connection, seq: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM refused WHERE seq = ?1 AND settled_at IS NULL")?.execute([seq])?;
    Ok(())
}

/// The same for one that was told under an older number of this database.
pub(crate) fn withdraw_former(conn: &Connection, incarnation: Uuid, seq: i64) -> Result<()> {
    conn.prepare_cached(
        "DELETE FROM refused WHERE seq = ?1 AND settled_at IS NULL AND json_extract(change, '$.incarnation') = ?2",
    )?
    .execute(params![seq, incarnation.to_string()])?;
    Ok(())
}

/// Whether something of the record was refused, and its author has not put it away yet.
pub(crate) fn asked_about(conn: &Connection, n: i64) -> Result<bool> {
    let mut select = conn.prepare_cached("SELECT 1 FROM refused WHERE record = ?1 AND settled_at IS NULL")?;
    Ok(select.exists([n])?)
}

/// The scope is given up (I11): nothing stays of what the changes said. Which they were stays, so that their author
/// is told the decision, also when no right is left.
pub(crate) fn hollow(conn: &Connection, n: i64) -> Result<()> {
    conn.prepare_cached(
        "DELETE FROM refused WHERE record = ?1
         AND (settled_at IS NOT NULL OR json_extract(change, '$.kind') = 'settlement')",
    )?
    .execute([n])?;
    conn.prepare_cached(
        "UPDATE refused SET change = json_remove(change, '$.set', '$.void') WHERE record = ?1",
    )?
    .execute([n])?;
    Ok(())
}

pub(crate) fn open_count(conn: &Connection, verdict: &str) -> Result<u64> {
    let count: i64 = conn
        .prepare_cached(&format!("SELECT count(*) FROM refused WHERE verdict = ?1 AND {OPEN}"))?
        .query_row([verdict], |row| row.get(0))?;
    Ok(count as u64)
}

/// Refused changes on which somebody has decided, and whose author has not put it away yet.
pub(crate) fn answered_count(conn: &Connection) -> Result<u64> {
    let count: i64 = conn
        .prepare_cached("SELECT count(*) FROM refused WHERE outcome IS NOT NULL AND settled_at IS NULL")?
        .query_row([], |row| row.get(0))?;
    Ok(count as u64)
}

const SELECT: &str = "SELECT id, record, change, told, refused_at, outcome FROM refused";

fn read(conn: &Connection, row: &SqlRow<'_>) -> Result<Refused> {
    let unreadable = |_| StoreError::Unreadable { what: "refused" };
    let change: String = row.get(2)?;
    let told: String = row.get(3)?;
    let outcome: Option<String> = row.get(5)?;
    let found = record::at(conn, row.get(1)?)?;
    let (current, gone) = match found {
        Some(found) if found.hidden == record::hidden::WITHHELD => (None, Some(found.record)),
        found => (found.map(|row| row.record), None),
    };
    Ok(Refused {
        id: row.get(0)?,
        change: serde_json::from_str(&change).map_err(unreadable)?,
        verdict: serde_json::from_str(&told).map_err(unreadable)?,
        current,
        gone,
        refused_at: row.get(4)?,
        outcome: outcome.as_deref().map(serde_json::from_str).transpose().map_err(unreadable)?,
    })
}

fn all(conn: &Connection, which: &str, args: impl rusqlite::Params) -> Result<Vec<Refused>> {
    let mut select = conn.prepare_cached(&format!("{SELECT} WHERE {which} ORDER BY id"))?;
    let mut rows = select.query(args)?;
    let mut refused = Vec::new();
    while let Some(row) = rows.next()? {
        refused.push(read(conn, row)?);
    }
    Ok(refused)
}

impl Book {
    /// Conflicts not yet settled, oldest first.
    pub fn conflicts(&self) -> Result<Vec<Refused>> {
        self.refused("conflict")
    }

    /// Parked changes not yet settled, oldest first.
    pub fn parked(&self) -> Result<Vec<Refused>> {
        self.refused("parked")
    }

    fn refused(&self, verdict: &str) -> Result<Vec<Refused>> {
        self.read(|conn| all(conn, &format!("verdict = ?1 AND {OPEN}"), [verdict]))
    }

    /// Refused changes on which somebody has decided, until [`Book::settle_refused`] puts them away.
    pub fn answered(&self) -> Result<Vec<Refused>> {
        self.read(|conn| all(conn, "outcome IS NOT NULL AND settled_at IS NULL", []))
    }

    /// Those of this author, the changes of one save together: what was decided about them is told once.
    pub fn answers_of(&self, author: Uuid) -> Result<Vec<Vec<Refused>>> {
        let mut together: Vec<Vec<Refused>> = Vec::new();
        for one in self.answered()?.into_iter().filter(|one| one.change.author == author) {
            match together.iter_mut().find(|answer| answer[0].is_answered_with(&one)) {
                Some(answer) => answer.push(one),
                None => together.push(vec![one]),
            }
        }
        Ok(together)
    }

    /// Decisions of this desk's people that were not taken because another one stands: [`Refused::current`].
    pub fn overruled(&self) -> Result<Vec<Refused>> {
        self.read(|conn| all(conn, OVERRULED, []))
    }

    /// How many of them are of this author.
    pub fn overruled_of(&self, author: Uuid) -> Result<u64> {
        self.read(|conn| {
            let count: i64 = conn
                .prepare_cached(&format!(
                    "SELECT count(*) FROM refused WHERE {OVERRULED} AND json_extract(change, '$.author') = ?1"
                ))?
                .query_row([author.to_string()], |row| row.get(0))?;
            Ok(count as u64)
        })
    }

    /// Refused changes about which the province is to be asked: nobody is known to have decided yet.
    /// What this desk's own people decided is among them until the province confirms it; and, last, what was decided
    /// while nothing was left here of what it was about.
    pub fn undecided(&self) -> Result<Vec<ChangeId>> {
        self.read(|conn| {
            let mut select = conn.prepare_cached(&format!(
                "SELECT change FROM refused WHERE settled_at IS NULL AND (outcome IS NULL OR ({HOLLOW}))
                 AND json_extract(change, '$.kind') <> 'settlement'
                 ORDER BY outcome IS NOT NULL, id LIMIT ?1"
            ))?;
            let mut rows = select.query([MOST_ASKED])?;
            let mut ids = Vec::new();
            while let Some(row) = rows.next()? {
                let change: String = row.get(0)?;
                let change: Change =
                    serde_json::from_str(&change).map_err(|_| StoreError::Unreadable { what: "refused" })?;
                ids.push(change.id);
            }
            Ok(ids)
        })
    }

    /// Keeps what the province told about refused changes. Gives the kinds of records they are about.
    pub fn keep_outcomes(&self, settled: &[Settled]) -> Result<Changed> {
        let ((), changed) = self.write(|w| {
            for one in settled {
                // In the place of what was given up with the right, and of nothing else.
                let wrote =
                    one.wrote.as_deref().filter(|wrote| wrote.id == one.change).map(text).transpose()?;
                let outcome = Settled { wrote: None, ..one.clone() };
                let kind: Option<String> =
                    w.tx.prepare_cached(&format!(
                        "UPDATE refused SET outcome = ?2,
                           change = CASE WHEN {HOLLOW} THEN coalesce(?3, change) ELSE change END
                         WHERE settlement = ?1 AND (outcome IS NULL OR (?3 IS NOT NULL AND {HOLLOW}))
                         RETURNING json_extract(change, '$.kind')"
                    ))?
                    .query_row(params![one.change.settlement(), text(&outcome)?, wrote], |row| row.get(0))
                    .optional()?;
                if let Some(kind) = kind {
                    w.changed.kind(&kind);
                }
            }
            Ok(())
        })?;
        Ok(changed)
    }

    /// A person has dealt with it (saved anew, or let it go). The change itself stays on file.
    pub fn settle_refused(&self, id: i64, by: Uuid, now_ms: i64) -> Result<()> {
        self.write(|w| {
            let record: Option<Uuid> =
                w.tx.prepare_cached(
                    "UPDATE refused SET settled_at = ?2 WHERE id = ?1 AND settled_at IS NULL
                     RETURNING (SELECT record.id FROM record WHERE record.n = refused.record)",
                )?
                .query_row(params![id, now_ms], |row| row.get(0))?;
            w.note(Entry { at: now_ms, actor: by, act: "refusal_settled", about: record, ..Entry::default() })
        })?;
        Ok(())
    }
}
