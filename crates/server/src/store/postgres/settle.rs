//! What waits in quarantine, what was decided, and the marks by which desks notice.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use deadpool_postgres::Transaction;
use tiexin_domain::RegionCode;
use tiexin_domain::access::User;
use tiexin_protocol::wire::{PullRequest, PushRequest, QuarantineMarks, Quarantined, Settled};
use tiexin_protocol::{Change, ChangeId};
use uuid::Uuid;

use super::push::Asked;
use super::{db, place, seq};
use crate::error::Result;
use crate::plan::{Closing, Outcome, closing, decided_on};
use crate::quarantine::{self, Row};

/// Authors of the changes that decisions of the push are about, by where they wait.
pub(super) async fn authors(
    tx: &Transaction<'_>,
    request: &PushRequest,
) -> Result<HashMap<(RegionCode, ChangeId), Uuid>> {
    let mut found = HashMap::new();
    for (scope, about) in decided_on(request) {
        if let Some(change) = kept(tx, scope.as_str(), &about).await? {
            found.insert((scope, about), change.author);
        }
    }
    Ok(found)
}

/// A change as it is kept in quarantine.
async fn kept(tx: &Transaction<'_>, scope: &str, of: &ChangeId) -> Result<Option<Change>> {
    let statement = tx
        .prepare_cached(
            "SELECT change FROM conflict WHERE scope = $1 AND device = $2 AND incarnation = $3 AND own = $4
             UNION ALL
             SELECT change FROM parked WHERE scope = $1 AND device = $2 AND incarnation = $3 AND own = $4",
        )
        .await?;
    let key: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&scope, &of.device, &of.incarnation, &db(of.seq)];
    let Some(row) = tx.query_opt(&statement, &key).await? else { return Ok(None) };
    Ok(Some(serde_json::from_str(row.try_get(0)?)?))
}

/// Closes what is decided, and moves the marks of the scopes concerned. After all else of the pushes.
pub(super) async fn close(tx: &Transaction<'_>, pushes: &[(&Asked, Outcome)]) -> Result<()> {
    let all: Vec<Closing> =
        pushes.iter().flat_map(|(asked, outcome)| closing(&asked.request, outcome)).collect();
    let now = pushes.iter().map(|(asked, _)| asked.now).max().unwrap_or_default();
    if all.is_empty() {
        return Ok(());
    }
    macro_rules! column {
        ($one:pat => $value:expr) => {
            all.iter().map(|$one| $value).collect::<Vec<_>>()
        };
    }
    for table in ["conflict", "parked"] {
        let statement = tx
            .prepare_cached(&format!(
                "UPDATE {table} AS kept SET settled_at = $7
                 FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], $6::boolean[])
                   AS c (scope, device, incarnation, own, settlement, at_once)
                 WHERE kept.scope = c.scope AND kept.device = c.device AND kept.incarnation = c.incarnation
                   AND kept.own = c.own AND kept.settled_at IS NULL
                   AND (c.at_once OR EXISTS (
                     SELECT 1 FROM record r WHERE r.scope = c.scope AND r.id = c.settlement))"
            ))
            .await?;
        tx.execute(
            &statement,
            &[
                &column!(one => one.scope.as_str()),
                &column!(one => one.change.device),
                &column!(one => one.change.incarnation),
                &column!(one => db(one.change.seq)),
                &column!(one => one.change.settlement()),
                &column!(one => one.at_once),
                &now,
            ],
        )
        .await?;
    }
    // In order of scopes, as locks are taken everywhere.
    let statement = tx
        .prepare_cached(
            "INSERT INTO quarantine_mark AS held (scope, mark)
             SELECT DISTINCT c.scope COLLATE \"C\", $2::bigint FROM unnest($1::text[]) AS c (scope) ORDER BY 1
             ON CONFLICT (scope) DO UPDATE SET mark = greatest(held.mark + 1, excluded.mark)",
        )
        .await?;
    tx.execute(&statement, &[&column!(one => one.scope.as_str()), &now]).await?;
    Ok(())
}

/// Desks fetch everything anew.
pub(super) async fn restored(tx: &Transaction<'_>, now: i64) -> Result<()> {
    tx.execute("UPDATE quarantine_mark SET mark = greatest(mark + 1, $1)", &[&now]).await?;
    Ok(())
}

/// The marks of what the users may settle, unless the desk holds them or does not ask.
pub(super) async fn news(
    tx: &Transaction<'_>,
    users: &[User],
    request: &PullRequest,
    today: NaiveDate,
) -> Result<Option<QuarantineMarks>> {
    let Some(held) = &request.quarantine else { return Ok(None) };
    let prefixes = quarantine::prefixes(users, today);
    let mut scopes = BTreeMap::new();
    if !prefixes.is_empty() {
        // ':' is the character after '9': the range is the prefix.
        let statement = tx
            .prepare_cached(
                "SELECT q.scope, q.mark FROM unnest($1::text[]) AS p (id) JOIN quarantine_mark q
                   ON q.scope >= p.id COLLATE \"C\" AND q.scope < (p.id || ':') COLLATE \"C\"",
            )
            .await?;
        let prefixes: Vec<&str> = prefixes.iter().map(RegionCode::as_str).collect();
        for row in tx.query(&statement, &[&prefixes]).await? {
            scopes.insert(place(&row, 0)?, seq(&row, 1)?);
        }
    }
    Ok(quarantine::news(held, scopes))
}

/// What was decided about changes that the desk asks about.
pub(super) async fn settled(
    tx: &Transaction<'_>,
    users: &[User],
    request: &PullRequest,
    today: NaiveDate,
) -> Result<Vec<Settled>> {
    let asked = quarantine::asked(request);
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let by_id: HashMap<Uuid, ChangeId> = asked.into_iter().map(|id| (id.settlement(), id)).collect();
    let ids: Vec<Uuid> = by_id.keys().copied().collect();
    let statement = tx.prepare_cached("SELECT id, record, scope FROM record WHERE id = ANY ($1)").await?;
    let lies = tx.prepare_cached("SELECT region FROM record WHERE id = $1").await?;
    let mut settled = Vec::new();
    for row in tx.query(&statement, &[&ids]).await? {
        let Some(change) = by_id.get(&row.try_get(0)?) else { continue };
        let decided = quarantine::decided(*change, &serde_json::from_str(row.try_get(1)?)?);
        let Some(mut one) = decided else { continue };
        if !one.choice.takes_effect()
            && let Some(kept) = kept(tx, row.try_get(2)?, change).await?
        {
            let lies = tx.query_opt(&lies, &[&kept.record]).await?;
            let lies = lies.map(|row| place(&row, 0)).transpose()?;
            one.wrote = quarantine::given_back(kept, lies, users, today);
        }
        settled.push(one);
    }
    settled.sort_by_key(|one| one.change);
    Ok(settled)
}

/// What waits in the scope, oldest first; `all`: what somebody has decided on as well.
pub(super) async fn quarantined(
    tx: &Transaction<'_>,
    scope: &RegionCode,
    all: bool,
) -> Result<Vec<Quarantined>> {
    let statement = tx
        .prepare_cached(
            "SELECT q.change, q.verdict, q.received_at, record.origins FROM (
               SELECT scope, record, change, verdict, received_at, settled_at FROM conflict WHERE scope = $1
               UNION ALL
               SELECT scope, record, change, verdict, received_at, settled_at FROM parked WHERE scope = $1
             ) AS q LEFT JOIN record ON record.scope = q.scope AND record.id = q.record
             WHERE $2 OR q.settled_at IS NULL ORDER BY 3, 1",
        )
        .await?;
    let mut rows = Vec::new();
    for row in tx.query(&statement, &[&scope.as_str(), &all]).await? {
        rows.push(Row {
            change: serde_json::from_str(row.try_get(0)?)?,
            verdict: serde_json::from_str(row.try_get(1)?)?,
            received_at: row.try_get(2)?,
            origins: row.try_get(3)?,
        });
    }
    let mentioned = quarantine::mentioned(&rows)?;
    let authors: Vec<Uuid> = mentioned.authors.into_iter().collect();
    let statement = tx
        .prepare_cached(
            "SELECT a.author, u.display_name FROM device_author a JOIN \"user\" u ON u.id = a.user_id
             WHERE a.author = ANY ($1)
             UNION ALL SELECT id, display_name FROM \"user\" WHERE id = ANY ($1)",
        )
        .await?;
    let mut names = HashMap::new();
    for row in tx.query(&statement, &[&authors]).await? {
        names.insert(row.try_get::<_, Uuid>(0)?, row.try_get::<_, String>(1)?);
    }
    let numbers: Vec<i64> = mentioned.entries.into_iter().map(db).collect();
    let statement =
        tx.prepare_cached("SELECT seq, entry FROM log WHERE scope = $1 AND seq = ANY ($2)").await?;
    let mut entries = HashMap::new();
    for row in tx.query(&statement, &[&scope.as_str(), &numbers]).await? {
        entries.insert(seq(&row, 0)?, row.try_get::<_, String>(1)?);
    }
    quarantine::told(rows, &names, &entries)
}
