//! What waits in quarantine, what was decided, and the marks by which desks notice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Transaction};
use tiexin_domain::RegionCode;
use tiexin_domain::access::User;
use tiexin_protocol::wire::{PullRequest, PushRequest, QuarantineMarks, Quarantined, Settled};
use tiexin_protocol::{Change, ChangeId};
use uuid::Uuid;

use super::{db, id, place, seq};
use crate::error::Result;
use crate::plan::{Outcome, closing, decided_on};
use crate::quarantine::{self, Row};

/// Authors of the changes that decisions of the push are about, by where they wait.
pub(super) fn authors(
    tx: &Transaction<'_>,
    request: &PushRequest,
) -> Result<HashMap<(RegionCode, ChangeId), Uuid>> {
    let mut found = HashMap::new();
    for (scope, about) in decided_on(request) {
        if let Some(change) = kept(tx, scope.as_str(), &about)? {
            found.insert((scope, about), change.author);
        }
    }
    Ok(found)
}

/// Closes what is decided, and moves the marks of the scopes concerned.
pub(super) fn close(tx: &Transaction<'_>, request: &PushRequest, outcome: &Outcome, now: i64) -> Result<()> {
    let mut scopes = BTreeSet::new();
    for one in closing(request, outcome) {
        for table in ["conflict", "parked"] {
            tx.prepare_cached(&format!(
                "UPDATE {table} SET settled_at = ?5
                 WHERE scope = ?1 AND device = ?2 AND incarnation = ?3 AND own = ?4 AND settled_at IS NULL
                   AND (?6 OR EXISTS (SELECT 1 FROM record WHERE scope = ?1 AND id = ?7))"
            ))?
            .execute((
                one.scope.as_str(),
                one.change.device.as_bytes(),
                one.change.incarnation.as_bytes(),
                db(one.change.seq),
                now,
                one.at_once,
                one.change.settlement().as_bytes(),
            ))?;
        }
        scopes.insert(one.scope);
    }
    for scope in scopes {
        tx.prepare_cached(
            "INSERT INTO quarantine_mark (scope, mark) VALUES (?1, ?2)
             ON CONFLICT (scope) DO UPDATE SET mark = max(mark + 1, excluded.mark)",
        )?
        .execute((scope.as_str(), now))?;
    }
    Ok(())
}

/// Desks fetch everything anew.
pub(super) fn restored(tx: &Transaction<'_>, now: i64) -> Result<()> {
    tx.execute("UPDATE quarantine_mark SET mark = max(mark + 1, ?1)", [now])?;
    Ok(())
}

/// The marks of what the users may settle, unless the desk holds them or does not ask.
pub(super) fn news(
    tx: &Transaction<'_>,
    users: &[User],
    request: &PullRequest,
    today: NaiveDate,
) -> Result<Option<QuarantineMarks>> {
    let Some(held) = &request.quarantine else { return Ok(None) };
    let mut scopes = BTreeMap::new();
    for prefix in quarantine::prefixes(users, today) {
        let mut query = tx.prepare_cached(
            "SELECT scope, mark FROM quarantine_mark WHERE scope >= ?1 AND scope < ?1 || ':'",
        )?;
        for found in query.query_map([prefix.as_str()], |row| Ok((place(row, 0)?, seq(row, 1)?)))? {
            let (scope, mark) = found?;
            scopes.insert(scope, mark);
        }
    }
    Ok(quarantine::news(held, scopes))
}

/// What was decided about changes that the desk asks about.
pub(super) fn settled(
    tx: &Transaction<'_>,
    users: &[User],
    request: &PullRequest,
    today: NaiveDate,
) -> Result<Vec<Settled>> {
    let mut settled = Vec::new();
    let mut query = tx.prepare_cached("SELECT record, scope FROM record WHERE id = ?1")?;
    let mut lies = tx.prepare_cached("SELECT region FROM record WHERE id = ?1")?;
    for change in quarantine::asked(request) {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let Some((text, scope)) = query.query_row([change.settlement().as_bytes()], read).optional()? else {
            continue;
        };
        let Some(mut one) = quarantine::decided(change, &serde_json::from_str(&text)?) else { continue };
        if !one.choice.takes_effect()
            && let Some(kept) = kept(tx, &scope, &change)?
        {
            let lies = lies.query_row([kept.record.as_bytes()], |row| place(row, 0)).optional()?;
            one.wrote = quarantine::given_back(kept, lies, users, today);
        }
        settled.push(one);
    }
    Ok(settled)
}

/// A change as it is kept in quarantine.
fn kept(tx: &Transaction<'_>, scope: &str, of: &ChangeId) -> Result<Option<Change>> {
    let text: Option<String> = tx
        .prepare_cached(
            "SELECT change FROM conflict WHERE scope = ?1 AND device = ?2 AND incarnation = ?3 AND own = ?4
             UNION ALL
             SELECT change FROM parked WHERE scope = ?1 AND device = ?2 AND incarnation = ?3 AND own = ?4",
        )?
        .query_row((scope, of.device.as_bytes(), of.incarnation.as_bytes(), db(of.seq)), |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// What waits in the scope, oldest first; `all`: what somebody has decided on as well.
pub(super) fn quarantined(tx: &Transaction<'_>, scope: &RegionCode, all: bool) -> Result<Vec<Quarantined>> {
    let mut query = tx.prepare_cached(
        "SELECT q.change, q.verdict, q.received_at, record.origins FROM (
           SELECT scope, record, change, verdict, received_at, settled_at FROM conflict WHERE scope = ?1
           UNION ALL SELECT scope, record, change, verdict, received_at, settled_at FROM parked WHERE scope = ?1
         ) AS q LEFT JOIN record ON record.scope = q.scope AND record.id = q.record
         WHERE ?2 OR q.settled_at IS NULL ORDER BY 3, 1",
    )?;
    let mut found = query.query((scope.as_str(), all))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(Row {
            change: serde_json::from_str(&row.get::<_, String>(0)?)?,
            verdict: serde_json::from_str(&row.get::<_, String>(1)?)?,
            received_at: row.get(2)?,
            origins: row.get(3)?,
        });
    }
    let mentioned = quarantine::mentioned(&rows)?;
    let mut names = HashMap::new();
    let mut named = tx.prepare_cached(
        "SELECT id, display_name FROM \"user\" WHERE id = ?1
         UNION ALL SELECT u.id, u.display_name FROM device_author a JOIN \"user\" u ON u.id = a.user_id
         WHERE a.author = ?1 LIMIT 1",
    )?;
    for author in mentioned.authors {
        let name = named.query_row([author.as_bytes()], |row| Ok((id(row, 0)?, row.get(1)?))).optional()?;
        names.extend(name.map(|(_, name): (Uuid, String)| (author, name)));
    }
    let mut entries = HashMap::new();
    let mut entry = tx.prepare_cached("SELECT entry FROM log WHERE scope = ?1 AND seq = ?2")?;
    for number in mentioned.entries {
        let text = entry.query_row((scope.as_str(), db(number)), |row| row.get(0)).optional()?;
        entries.extend(text.map(|text: String| (number, text)));
    }
    quarantine::told(rows, &names, &entries)
}
