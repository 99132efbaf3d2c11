//! Users and grants.

use std::collections::HashMap;
use std::str::FromStr;

use chrono::NaiveDate;
use deadpool_postgres::Transaction;
use serde_json::json;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role, User};
use tiexin_protocol::{Chain, Digest};
use tokio_postgres::{GenericClient, Row};
use uuid::Uuid;

use super::{note, place, push};
use crate::access::{Heard, Right, Word};
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

pub(super) async fn set_disabled(tx: &Transaction<'_>, name: &str, disabled: bool, now: i64) -> Result<()> {
    let user = named(tx, name).await?;
    tx.execute("UPDATE \"user\" SET disabled = $2 WHERE id = $1", &[&user, &disabled]).await?;
    note(tx, now, crate::audit::disabling(disabled), json!({"user": user})).await
}

pub(super) async fn add_grant(
    tx: &Transaction<'_>,
    user: &str,
    grant: &Grant,
    given: i64,
    now: i64,
) -> Result<()> {
    let user = named(tx, user).await?;
    tx.execute(
        "INSERT INTO \"grant\" (user_id, role, region, from_day, to_day, given_at) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            &user,
            &grant.role.code(),
            &grant.region.as_str(),
            &grant.from.map(|d| d.to_string()),
            &grant.to.map(|d| d.to_string()),
            &given,
        ],
    )
    .await?;
    begin_scopes(tx, &[grant.region.scope()]).await?;
    note(tx, now, "grant_added", json!({"user": user, "grant": grant})).await
}

/// Begins the logs of these scopes, sorted, each under a generation of its own, where they are not there.
pub(super) async fn begin_scopes(tx: &Transaction<'_>, scopes: &[RegionCode]) -> Result<()> {
    let ids: Vec<&str> = scopes.iter().map(RegionCode::as_str).collect();
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

pub(super) async fn end_grant(tx: &Transaction<'_>, right: &Right, to: NaiveDate, now: i64) -> Result<()> {
    let Right { user, grant, given, .. } = right;
    let ended = tx
        .execute(
            "UPDATE \"grant\" SET to_day = $6, ended_at = $7
             WHERE user_id = $1 AND role = $2 AND region = $3 AND from_day IS NOT DISTINCT FROM $4 AND given_at = $5
               AND (to_day IS NULL OR to_day > $6)",
            &[
                user,
                &grant.role.code(),
                &grant.region.as_str(),
                &grant.from.map(|d| d.to_string()),
                given,
                &to.to_string(),
                &now,
            ],
        )
        .await?;
    if ended == 0 {
        return Err(Refused::GrantUnknown.into());
    }
    note(tx, now, "grant_ended", crate::audit::ended(right, to)).await
}

pub(super) async fn rights(client: &impl GenericClient) -> Result<Vec<Right>> {
    let query =
        "SELECT user_id, role, region, from_day, to_day, given_at, ended_at FROM \"grant\" ORDER BY id";
    let rows = client.query(query, &[]).await?;
    rows.iter()
        .map(|row| {
            let (role, region) = (Role::from_code(row.try_get(1)?), place(row, 2)?);
            let grant = Grant { role, region, from: day(row, 3)?, to: day(row, 4)? };
            Ok(Right { user: row.try_get(0)?, grant, given: row.try_get(5)?, ended: row.try_get(6)? })
        })
        .collect()
}

const USERS: &str = "SELECT u.id, u.name, u.display_name, u.disabled, g.role, g.region, g.from_day, g.to_day
    FROM \"user\" u LEFT JOIN \"grant\" g ON g.user_id = u.id";

/// All users, by name.
pub(super) async fn users(client: &impl GenericClient) -> Result<Vec<User>> {
    let query = format!("{USERS} ORDER BY u.name COLLATE \"C\", u.id, g.id");
    collect(&client.query(&query, &[]).await?)
}

/// A device as it comes to the door.
pub(super) struct Caller {
    pub(super) revoked: bool,
    pub(super) heard: Heard,
    /// By name. On a device that is shut out nobody may work.
    pub(super) users: Vec<User>,
    /// Author id as the desk writes it → user.
    pub(super) authors: HashMap<Uuid, Uuid>,
    pub(super) word: Word,
}

pub(super) const CALLERS: &str =
    "SELECT u.id, u.name, u.display_name, u.disabled OR d.revoked_at IS NOT NULL, g.role, g.region, g.from_day,
       g.to_day, a.authors, d.revoked_at IS NOT NULL, coalesce(i.acked, 0), coalesce(i.durable, 0),
       EXISTS (SELECT 1 FROM meta WHERE name = 'durability' AND value = 'backup'),
       coalesce(r.durable, 0), EXISTS (SELECT 1 FROM replica),
       (SELECT print FROM verdict v WHERE v.device = i.device AND v.incarnation = i.incarnation AND v.own = i.acked),
       d.id, d.retires_at, d.copied_at
     FROM unnest($1::uuid[], $2::uuid[]) AS asked (device, incarnation)
     JOIN device d ON d.id = asked.device
     LEFT JOIN incarnation i ON i.device = d.id AND i.incarnation = asked.incarnation
     LEFT JOIN replicated r ON r.device = d.id AND r.incarnation = asked.incarnation
     LEFT JOIN LATERAL
       (SELECT user_id, array_agg(author) AS authors FROM device_author WHERE device = d.id GROUP BY user_id)
       AS a ON true
     LEFT JOIN \"user\" u ON u.id = a.user_id
     LEFT JOIN \"grant\" g ON g.user_id = u.id
     ORDER BY d.id, u.name COLLATE \"C\", u.id, g.id";

/// Devices, each under an incarnation. Who is missing is no device of ours.
pub(super) async fn callers(tx: &Transaction<'_>, asked: &[(Uuid, Uuid)]) -> Result<HashMap<Uuid, Caller>> {
    let (devices, incarnations): (Vec<Uuid>, Vec<Uuid>) = asked.iter().copied().unzip();
    let statement = tx.prepare_cached(CALLERS).await?;
    let rows = tx.query(&statement, &[&devices, &incarnations]).await?;
    let mut callers = HashMap::with_capacity(asked.len());
    for rows in rows.chunk_by(|a, b| a.get::<_, Uuid>(16) == b.get::<_, Uuid>(16)) {
        if let Some(first) = rows.first() {
            callers.insert(first.try_get(16)?, from_rows(first, rows)?);
        }
    }
    Ok(callers)
}

/// None: no device of ours.
pub(super) async fn caller(tx: &Transaction<'_>, device: Uuid, incarnation: Uuid) -> Result<Option<Caller>> {
    Ok(callers(tx, &[(device, incarnation)]).await?.remove(&device))
}

fn from_rows(first: &Row, rows: &[Row]) -> Result<Caller> {
    let heard = push::how_far(first, 10)?;
    let revoked = first.try_get(9)?;
    let word = Word { retires_at: first.try_get(17)?, copied_at: first.try_get(18)? };
    let mut authors = HashMap::new();
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        // Nobody works on it.
        let Some(user) = row.try_get::<_, Option<Uuid>>(0)? else { continue };
        let as_authors: Vec<Uuid> = row.try_get(8)?;
        authors.extend(as_authors.into_iter().map(|author| (author, user)));
        people.push(row);
    }
    Ok(Caller { revoked, heard, users: collect(people)?, authors, word })
}

/// The users who work on a device, by name. On one that is shut out nobody may.
pub(super) async fn users_of(tx: &Transaction<'_>, device: Uuid) -> Result<Vec<User>> {
    Ok(caller(tx, device, Uuid::nil()).await?.map_or_else(Vec::new, |caller| caller.users))
}

fn collect<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Result<Vec<User>> {
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
                region: place(row, 5)?,
                from: day(row, 6)?,
                to: day(row, 7)?,
            });
        }
    }
    Ok(users)
}

fn day(row: &Row, column: usize) -> Result<Option<NaiveDate>> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|t| NaiveDate::from_str(t).map_err(|_| Error::Row("日期".into()))).transpose()
}
