//! `user`: users and their grants, as the province (or a stand-alone township) has given them.

use rusqlite::{Connection, OptionalExtension, params};
use tiexin_domain::User;
use uuid::Uuid;

use crate::book::Book;
use crate::error::{Result, StoreError};
use crate::record::text;

fn put(conn: &Connection, user: &User) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO user (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
    )?
    .execute(params![user.id, text(user)?])?;
    Ok(())
}

fn parse(body: &str) -> Result<User> {
    serde_json::from_str(body).map_err(|_| StoreError::Unreadable { what: "user" })
}

impl Book {
    pub fn users(&self) -> Result<Vec<User>> {
        self.read(|conn| {
            let mut select = conn.prepare_cached("SELECT body FROM user ORDER BY id")?;
            let bodies: Vec<String> = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            bodies.iter().map(|body| parse(body)).collect()
        })
    }

    pub fn user(&self, id: Uuid) -> Result<Option<User>> {
        self.read(|conn| {
            let body: Option<String> = conn
                .prepare_cached("SELECT body FROM user WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            body.as_deref().map(parse).transpose()
        })
    }

    /// Replaces the list of users with their grants. A list that stands there already writes nothing.
    pub fn set_users(&self, users: &[User]) -> Result<()> {
        let mut by_id: Vec<&User> = users.iter().collect();
        by_id.sort_by_key(|user| user.id);
        // What cannot be read here is replaced.
        if self.users().is_ok_and(|here| here.iter().eq(by_id)) {
            return Ok(());
        }
        self.write(|w| {
            w.tx.execute("DELETE FROM user", [])?;
            users.iter().try_for_each(|user| put(&w.tx, user))
        })?;
        Ok(())
    }

    /// Adds or replaces one user.
    pub fn put_user(&self, user: &User) -> Result<()> {
        self.write(|w| put(&w.tx, user))?;
        Ok(())
    }
}
