//! Users and grants.

use std::str::FromStr;

use chrono::NaiveDate;
use deadpool_postgres::Transaction;
use serde_json::json;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role, User};
use tiexin_protocol::{Chain, Digest};
use tokio_postgres::{GenericClient, Row};
use uuid::Uuid;

use super::{note, place};
use crate::error::{Error, Refused, Result};

pub(super) async fn add_user(tx: &Transaction<'_>, user: &User, now: i64) -> Result<()> {
    let added = tx
        .execute(
            "INSERT INTO \"user\" (id, name, display_name, disabled, added_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (name) DO NOTHING",
            &[&user.id, &user.name, &user.display_name, &user.disabled, &now],
        )
        .await?;
    if added == 0 {
        return Err(Refused::NameTaken.into());
    }
    note(tx, now, "user_added", json!({"user": user.id})).await
}

pub(super) async fn named(tx: &Transaction<'_>, name: &str) -> Result<Uuid> {
    let found = tx.query_opt("SELECT id FROM \"user\" WHERE name = $1", &[&name]).await?;
    Ok(found.ok_or(Refused::UserUnknown)?.try_get(0)?)
}

pub(super) async fn disable_user(tx: &Transaction<'_>, name: &str, now: i64) -> Result<()> {
    let user = named(tx, name).await?;
    tx.execute("UPDATE \"user\" SET disabled = true WHERE id = $1", &[&user]).await?;
    note(tx, now, "user_disabled", json!({"user": user})).await
}

pub(super) async fn add_grant(tx: &Transaction<'_>, user: &str, grant: &Grant, now: i64) -> Result<()> {
    let user = named(tx, user).await?;
    tx.execute(
        "INSERT INTO \"grant\" (user_id, role, region, from_day, to_day) VALUES ($1, $2, $3, $4, $5)",
        &[
            &user,
            &grant.role.code(),
            &grant.region.as_str(),
            &grant.from.map(|d| d.to_string()),
            &grant.to.map(|d| d.to_string()),
        ],
    )
    .await?;
    begin_scopes(tx, &[&grant.region.scope()]).await?;
    note(tx, now, "grant_added", json!({"user": user, "grant": grant})).await
}

/// Begins the logs of these scopes, sorted, each under a generation of its own, where they are not there.
pub(super) async fn begin_scopes(tx: &Transaction<'_>, scopes: &[&RegionCode]) -> Result<()> {
    let ids: Vec<&str> = scopes.iter().map(|s| s.as_str()).collect();
    let statement = tx
        .prepare_cached(
            "INSERT INTO scope (id, generation, head, chain, digest)
             SELECT id, generation, 0, $3, $4
             FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS s (id, generation, n) ORDER BY n
             ON CONFLICT (id) DO NOTHING",
        )
        .await?;
    let generations: Vec<Uuid> = ids.iter().map(|_| Uuid::new_v4()).collect();
    let zero = (Chain::default().0, Digest::default().0);
    tx.execute(&statement, &[&ids, &generations, &zero.0.as_slice(), &zero.1.as_slice()]).await?;
    Ok(())
}

pub(super) async fn end_grant(
    tx: &Transaction<'_>,
    user: &str,
    role: &str,
    region: &RegionCode,
    to: NaiveDate,
    now: i64,
) -> Result<()> {
    let user = named(tx, user).await?;
    let ended = tx
        .execute(
            "UPDATE \"grant\" SET to_day = $4
             WHERE user_id = $1 AND role = $2 AND region = $3 AND (to_day IS NULL OR to_day > $4)",
            &[&user, &role, &region.as_str(), &to.to_string()],
        )
        .await?;
    if ended == 0 {
        return Err(Refused::GrantUnknown.into());
    }
    note(tx, now, "grant_ended", json!({"user": user, "role": role, "region": region, "to": to})).await
}

const USERS: &str = "SELECT u.id, u.name, u.display_name, u.disabled, g.role, g.region, g.from_day, g.to_day
    FROM \"user\" u LEFT JOIN \"grant\" g ON g.user_id = u.id";

/// All users, by name.
pub(super) async fn users(client: &impl GenericClient) -> Result<Vec<User>> {
    let query = format!("{USERS} ORDER BY u.name COLLATE \"C\", u.id, g.id");
    collect(client.query(&query, &[]).await?)
}

/// The users who work on a device, by name. On one that is shut out nobody may.
pub(super) async fn users_of(tx: &Transaction<'_>, device: Uuid) -> Result<Vec<User>> {
    let statement = tx
        .prepare_cached(&format!(
            "{USERS} WHERE u.id IN (SELECT user_id FROM device_author WHERE device = $1)
             ORDER BY u.name COLLATE \"C\", u.id, g.id"
        ))
        .await?;
    let mut users = collect(tx.query(&statement, &[&device]).await?)?;
    let shut = tx.prepare_cached("SELECT 1 FROM device WHERE id = $1 AND revoked_at IS NOT NULL").await?;
    let shut = tx.query_opt(&shut, &[&device]).await?.is_some();
    users.iter_mut().for_each(|user| user.disabled |= shut);
    Ok(users)
}

fn collect(rows: Vec<Row>) -> Result<Vec<User>> {
    let mut users: Vec<User> = Vec::new();
    for row in rows {
        let user: Uuid = row.try_get(0)?;
        if users.last().is_none_or(|last| last.id != user) {
            users.push(User {
                id: user,
                name: row.try_get(1)?,
                display_name: row.try_get(2)?,
                grants: Vec::new(),
                disabled: row.try_get(3)?,
            });
        }
        let role: Option<&str> = row.try_get(4)?;
        if let (Some(role), Some(last)) = (role, users.last_mut()) {
            last.grants.push(Grant {
                role: Role::from_code(role),
                region: place(&row, 5)?,
                from: day(&row, 6)?,
                to: day(&row, 7)?,
            });
        }
    }
    Ok(users)
}

fn day(row: &Row, column: usize) -> Result<Option<NaiveDate>> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|t| NaiveDate::from_str(t).map_err(|_| Error::Row("日期".into()))).transpose()
}
