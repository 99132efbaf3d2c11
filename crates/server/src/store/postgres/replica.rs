//! Streaming replicas: what a desk may forget is what every one of them holds.
//!
//! From time to time it is written down how far each desk was heard, and how long the primary's log was just after
//! that was read. A commit that can be seen stands in that log. So once a replica has replayed up to there, all that
//! was written down survives its promotion, and desks are told that it is safe.

use deadpool_postgres::Transaction;
use serde_json::json;
use tokio_postgres::GenericClient;

use super::{note, seq};
use crate::error::{Refused, Result};
use crate::replica::{Replica, Standing};

/// One process at a time looks.
const LOOKING: i64 = 0x7469_6578_7265;

/// The names, each with how it stands: one that is served from is the primary of today. A row of
/// `pg_stat_replication` whose columns are empty is one that this role may not see.
const STANDINGS: &str = "SELECT r.name, r.name = current_setting('cluster_name'), count(s.pid),
       coalesce(bool_and(s.state = 'streaming'), false), count(s.pid) > count(s.state),
       greatest(max(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), s.replay_lsn)), 0)::bigint
     FROM replica r LEFT JOIN pg_stat_replication s ON s.application_name = r.name
     GROUP BY r.name ORDER BY r.name";

pub(super) async fn list(client: &impl GenericClient) -> Result<Vec<Replica>> {
    let rows = client.query(STANDINGS, &[]).await?;
    rows.iter()
        .map(|row| {
            let (primary, there): (bool, i64) = (row.try_get(1)?, row.try_get(2)?);
            let (streams, unseen): (bool, bool) = (row.try_get(3)?, row.try_get(4)?);
            let behind: Option<i64> = row.try_get(5)?;
            let standing = match behind {
                _ if primary => Standing::Primary,
                _ if there == 0 => Standing::Away,
                _ if unseen => Standing::Unseen,
                Some(bytes) if streams => Standing::Follows { behind: bytes.unsigned_abs() },
                _ => Standing::CatchesUp,
            };
            Ok(Replica { name: row.try_get(0)?, standing })
        })
        .collect()
}

pub(super) async fn add(tx: &Transaction<'_>, name: &str, now: i64) -> Result<()> {
    let added = "INSERT INTO replica (name, added_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    if tx.execute(added, &[&name, &now]).await? == 0 {
        return Err(Refused::NameTaken.into());
    }
    note(tx, now, "replica_added", json!({"replica": name})).await
}

pub(super) async fn remove(tx: &Transaction<'_>, name: &str, now: i64) -> Result<()> {
    if tx.execute("DELETE FROM replica WHERE name = $1", &[&name]).await? == 0 {
        return Err(Refused::ReplicaUnknown.into());
    }
    note(tx, now, "replica_removed", json!({"replica": name})).await
}

/// Whether every replica has replayed the log up to a position. None of them here: nobody has.
const HELD: &str = "SELECT coalesce(bool_and(held), false) FROM (
       SELECT coalesce(bool_and(s.state = 'streaming' AND s.replay_lsn >= $1::text::pg_lsn), false) AS held
       FROM replica r LEFT JOIN pg_stat_replication s ON s.application_name = r.name
       WHERE r.name <> current_setting('cluster_name') GROUP BY r.name) AS each";

const MARK: &str = "INSERT INTO replicated (device, incarnation, durable, marked)
     SELECT i.device, i.incarnation, 0, i.acked FROM incarnation i
     LEFT JOIN replicated r ON r.device = i.device AND r.incarnation = i.incarnation
     WHERE i.acked > coalesce(r.marked, 0)
     ON CONFLICT (device, incarnation) DO UPDATE SET marked = excluded.marked";

/// Looks how far the replicas are: tells desks what they hold, and begins to wait for what came since.
pub(super) async fn follow(tx: &Transaction<'_>, now: i64) -> Result<()> {
    let some: bool = tx.query_one("SELECT EXISTS (SELECT 1 FROM replica)", &[]).await?.try_get(0)?;
    if !some || !tx.query_one("SELECT pg_try_advisory_xact_lock($1)", &[&LOOKING]).await?.try_get(0)? {
        return Ok(());
    }
    if let Some(row) = tx.query_opt("SELECT value FROM meta WHERE name = 'replica_mark'", &[]).await? {
        let mark: &str = row.try_get(0)?;
        if !tx.query_one(HELD, &[&mark]).await?.try_get::<_, bool>(0)? {
            return Ok(());
        }
        tx.execute("UPDATE replicated SET durable = marked WHERE durable < marked", &[]).await?;
        tx.execute("DELETE FROM meta WHERE name IN ('replica_mark', 'replica_marked_at')", &[]).await?;
    }
    if tx.execute(MARK, &[]).await? == 0 {
        return Ok(());
    }
    // Asked for after the desks were read: what was seen there is in the log before this.
    tx.execute(
        "INSERT INTO meta (name, value)
         VALUES ('replica_mark', pg_current_wal_insert_lsn()::text), ('replica_marked_at', $1)",
        &[&now.to_string()],
    )
    .await?;
    Ok(())
}

/// What was waited for is not waited for any more: it may have been in another line of the log.
pub(super) async fn begin_anew(tx: &Transaction<'_>) -> Result<()> {
    tx.execute("UPDATE replicated SET marked = durable WHERE marked > durable", &[]).await?;
    tx.execute("DELETE FROM meta WHERE name IN ('replica_mark', 'replica_marked_at')", &[]).await?;
    Ok(())
}

/// Changes with a verdict that desks must keep, and how many desks do.
pub(super) async fn kept_by_desks(client: &impl GenericClient) -> Result<(u64, u64)> {
    let row = client
        .query_one(
            "WITH safe AS (SELECT i.acked - least(i.acked,
               CASE WHEN EXISTS (SELECT 1 FROM meta WHERE name = 'durability' AND value = 'backup')
                 THEN i.durable END,
               CASE WHEN EXISTS (SELECT 1 FROM replica) THEN coalesce(r.durable, 0) END) AS kept
             FROM incarnation i
             LEFT JOIN replicated r ON r.device = i.device AND r.incarnation = i.incarnation)
             SELECT coalesce(sum(kept), 0)::bigint, count(*) FROM safe WHERE kept > 0",
            &[],
        )
        .await?;
    Ok((seq(&row, 0)?, seq(&row, 1)?))
}
