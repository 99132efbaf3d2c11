//! Users and grants.

use std::str::FromStr;

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, Transaction};
use serde_json::json;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role, User};
use tiexin_protocol::{Chain, Digest};
use uuid::Uuid;

use super::{id, note, place};
use crate::access::Right;
use crate::error::{Error, Refused, Result};

pub(super) fn add_user(tx: &Transaction<'_>, user: &User, now: i64) -> Result<()> {
    let added = tx.execute(
        "INSERT INTO \"user\" (id, name, display_name, disabled, added_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (name) DO NOTHING",
        (user.id.as_bytes(), &user.name, &user.display_name, user.disabled, now),
    )?;
    if added == 0 {
        return Err(Refused::NameTaken.into());
    }
    note(tx, now, "user_added", json!({"user": user.id}))
}

pub(super) fn named(tx: &Transaction<'_>, name: &str) -> Result<Uuid> {
    let found =
        tx.query_row("SELECT id FROM \"user\" WHERE name = ?1", [name], |row| id(row, 0)).optional()?;
    found.ok_or(Refused::UserUnknown.into())
}

pub(super) fn set_disabled(tx: &Transaction<'_>, name: &str, disabled: bool, now: i64) -> Result<()> {
    let user = named(tx, name)?;
    tx.execute("UPDATE \"user\" SET disabled = ?2 WHERE id = ?1", (user.as_bytes(), disabled))?;
    note(tx, now, crate::audit::disabling(disabled), json!({"user": user}))
}

pub(super) fn add_grant(tx: &Transaction<'_>, user: &str, grant: &Grant, given: i64, now: i64) -> Result<()> {
    let user = named(tx, user)?;
    tx.execute(
        "INSERT INTO \"grant\" (user_id, role, region, from_day, to_day, given_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (
            user.as_bytes(),
            grant.role.code(),
            grant.region.as_str(),
            grant.from.map(|d| d.to_string()),
            grant.to.map(|d| d.to_string()),
            given,
        ),
    )?;
    begin_scope(tx, &grant.region.scope())?;
    note(tx, now, "grant_added", json!({"user": user, "grant": grant}))
}

/// Begins a scope's log under a generation of its own, if it is not there.
pub(super) fn begin_scope(tx: &Transaction<'_>, scope: &RegionCode) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO scope (id, generation, head, chain, digest) VALUES (?1, ?2, 0, ?3, ?4)
         ON CONFLICT (id) DO NOTHING",
    )?
    .execute((scope.as_str(), Uuid::new_v4().as_bytes(), Chain::default().0, Digest::default().0))?;
    Ok(())
}

pub(super) fn end_grant(tx: &Transaction<'_>, right: &Right, to: NaiveDate, now: i64) -> Result<()> {
    let Right { user, grant, given, .. } = right;
    let ended = tx.execute(
        "UPDATE \"grant\" SET to_day = ?6, ended_at = ?7
         WHERE user_id = ?1 AND role = ?2 AND region = ?3 AND from_day IS ?4 AND given_at = ?5
           AND (to_day IS NULL OR to_day > ?6)",
        (
            user.as_bytes(),
            grant.role.code(),
            grant.region.as_str(),
            grant.from.map(|d| d.to_string()),
            given,
            to.to_string(),
            now,
        ),
    )?;
    if ended == 0 {
        return Err(Refused::GrantUnknown.into());
    }
    note(tx, now, "grant_ended", crate::audit::ended(right, to))
}

pub(super) fn rights(tx: &Transaction<'_>) -> Result<Vec<Right>> {
    let mut query = tx.prepare(
        "SELECT user_id, role, region, from_day, to_day, given_at, ended_at FROM \"grant\" ORDER BY id",
    )?;
    let mut rows = query.query([])?;
    let mut rights = Vec::new();
    while let Some(row) = rows.next()? {
        let role: String = row.get(1)?;
        let (role, region) = (Role::from_code(&role), place(row, 2)?);
        let grant = Grant { role, region, from: day(row, 3)?, to: day(row, 4)? };
        rights.push(Right { user: id(row, 0)?, grant, given: row.get(5)?, ended: row.get(6)? });
    }
    Ok(rights)
}

const USERS: &str = "SELECT u.id, u.name, u.display_name, u.disabled, g.role, g.region, g.from_day, g.to_day
    FROM \"user\" u LEFT JOIN \"grant\" g ON g.user_id = u.id";

/// All users, by name.
pub(super) fn users(tx: &Transaction<'_>) -> Result<Vec<User>> {
    let mut query = tx.prepare_cached(&format!("{USERS} ORDER BY u.name, u.id, g.id"))?;
    collect(query.query([])?)
}

/// The users who work on a device, by name. On one that is shut out nobody may.
pub(super) fn users_of(tx: &Transaction<'_>, device: Uuid) -> Result<Vec<User>> {
    let mut query = tx.prepare_cached(&format!(
        "{USERS} WHERE u.id IN (SELECT user_id FROM device_author WHERE device = ?1) ORDER BY u.name, u.id, g.id"
    ))?;
    let mut users = collect(query.query([device.as_bytes()])?)?;
    let shut = tx
        .prepare_cached("SELECT 1 FROM device WHERE id = ?1 AND revoked_at IS NOT NULL")?
        .exists([device.as_bytes()])?;
    users.iter_mut().for_each(|user| user.disabled |= shut);
    Ok(users)
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<User>> {
    let mut users: Vec<User> = Vec::new();
    while let Some(row) = rows.next()? {
        let user = id(row, 0)?;
        if users.last().is_none_or(|last| last.id != user) {
            users.push(User {
                id: user,
                name: row.get(1)?,
                display_name: row.get(2)?,
                grants: Vec::new(),
                disabled: row.get(3)?,
            });
        }
        let role: Option<String> = row.get(4)?;
        if let (Some(role), Some(last)) = (role, users.last_mut()) {
            last.grants.push(Grant {
                role: Role::from_code(&role),
                region: place(row, 5)?,
                from: day(row, 6)?,
                to: day(row, 7)?,
            });
        }
    }
    Ok(users)
}

fn day(row: &Row<'_>, column: usize) -> Result<Option<NaiveDate>> {
    let text: Option<String> = row.get(column)?;
    text.map(|t| NaiveDate::from_str(&t).map_err(|_| Error::Row("日期".into()))).transpose()
}
