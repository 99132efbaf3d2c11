//! Which database this is. A replica that took its primary's place goes on from what it had, and so does a cluster
//! put back to a point in time: each is another line of the same past, and may lack what desks were told.

use deadpool_postgres::ClientWrapper;
use serde_json::json;
use tokio_postgres::error::SqlState;

use super::restore;
use crate::error::Result;

/// The cluster, and its timeline, which is another after every promotion.
const LINE: &str = "SELECT (SELECT system_identifier FROM pg_control_system())::text
       || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)";

/// Before anything is done over a new connection: is this the line that was written to last? If not, every log goes
/// on under a new generation first, so that nobody writes on what others have read differently.
///
/// # Errors
/// A replica that still follows: there is nothing to be written here.
pub(super) async fn settle(client: &mut ClientWrapper) -> Result<()> {
    let Some(line) = of(client).await? else { return Ok(()) };
    let known = match client.query_opt("SELECT value FROM meta WHERE name = 'line'", &[]).await {
        Ok(row) => row.map(|row| row.try_get::<_, String>(0)).transpose()?,
        // The book is not there yet.
        Err(e) if e.code() == Some(&SqlState::UNDEFINED_TABLE) => return Ok(()),
        Err(e) => return Err(e.into()),
    };
    if known.as_ref() == Some(&line) {
        return Ok(());
    }
    let tx = client.transaction().await?;
    // One connection settles it, all others wait here and find it settled.
    let begin = "INSERT INTO meta (name, value) VALUES ('line', $1) ON CONFLICT (name) DO NOTHING";
    if tx.execute(begin, &[&line]).await? == 0 {
        let row = tx.query_one("SELECT value FROM meta WHERE name = 'line' FOR UPDATE", &[]).await?;
        let before: String = row.try_get(0)?;
        if before != line {
            let now = tx.query_one("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint", &[]);
            let now: i64 = now.await?.try_get(0)?;
            restore::went_on(&tx, now, json!({"from": before, "on": line})).await?;
            tx.execute("UPDATE meta SET value = $1 WHERE name = 'line'", &[&line]).await?;
            tracing::warn!(from = %before, on = %line, "another line of the database: new generations");
        }
    }
    Ok(tx.commit().await?)
}

/// None: an engine that does not know this.
async fn of(client: &ClientWrapper) -> Result<Option<String>> {
    let unknown =
        [SqlState::UNDEFINED_FUNCTION, SqlState::INSUFFICIENT_PRIVILEGE, SqlState::FEATURE_NOT_SUPPORTED];
    match client.query_one(LINE, &[]).await {
        Ok(row) => Ok(row.try_get(0)?),
        Err(e) if e.code().is_some_and(|code| unknown.contains(code)) => Ok(None),
        Err(e) => Err(e.into()),
    }
}
