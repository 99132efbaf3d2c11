//! This desk as the province knows it, and its incarnation.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};
use tiexin_protocol::planted;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::audit::Head;
use crate::book::Book;
use crate::error::{Result, StoreError, UnlockError};
use crate::meta;
use crate::on_disk::unlock::unlock_error;
use crate::on_disk::{incarnation as outside, suite};
use crate::syncing::{former, held_back};

/// This desk as the province knows it.
#[derive(Clone)]
pub struct Device {
    /// `None` before enrolment.
    pub id: Option<Uuid>,
    pub incarnation: Uuid,
    /// Seed of the device's ed25519 key.
    pub key_seed: Zeroizing<[u8; 32]>,
    pub server: Option<String>,
    /// PEM of the province's own authority, when it has one.
    pub authority: Option<String>,
    /// Name by which people know the machine.
    pub name: Option<String>,
    /// Bearer token and when it ends, milliseconds since 1970 UTC.
    pub token: Option<(String, i64)>,
    /// `HelloReply::access` as last heard.
    pub access: Option<String>,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Device { id, incarnation, server, .. } = self;
        f.debug_struct("Device")
            .field("id", id)
            .field("incarnation", incarnation)
            .field("server", server)
            .finish_non_exhaustive()
    }
}

pub(crate) fn id(conn: &Connection) -> Result<Option<Uuid>> {
    Ok(meta::get(conn, "device")?.and_then(|id| id.parse().ok()))
}

pub(crate) fn incarnation(conn: &Connection) -> Result<Uuid> {
    meta::get(conn, "incarnation")?
        .and_then(|id| id.parse().ok())
        .ok_or(StoreError::Unreadable { what: "incarnation" })
}

impl Book {
    /// This desk as the province knows it.
    pub fn device(&self) -> Result<Device> {
        self.read(|conn| {
            let seed = meta::get(conn, "key_seed")?.map(Zeroizing::new).unwrap_or_default();
            let mut key_seed = Zeroizing::new([0u8; 32]);
            hex::decode_to_slice(seed.as_str(), key_seed.as_mut())
                .map_err(|_| StoreError::Unreadable { what: "key_seed" })?;
            let token = meta::get(conn, "token")?.zip(meta::number(conn, "token_ends")?);
            Ok(Device {
                id: id(conn)?,
                incarnation: incarnation(conn)?,
                key_seed,
                server: meta::get(conn, "server")?,
                authority: meta::get(conn, "authority")?.filter(|pem| !pem.is_empty()),
                name: meta::get(conn, "device_name")?,
                token,
                access: meta::get(conn, "access")?.filter(|mark| !mark.is_empty()),
            })
        })
    }

    /// The province has taken this desk in.
    pub fn enrolled(&self, id: Uuid, server: &str, name: &str, authority: Option<&str>) -> Result<()> {
        let own = id.to_string();
        let values = [
            ("device", own.as_str()),
            ("server", server),
            ("device_name", name),
            ("authority", authority.unwrap_or_default()),
        ];
        self.write(|w| {
            // One that is taken in again has told under its numbers.
            if self::id(&w.tx)?.is_none() {
                held_back::forget(&w.tx)?;
            }
            values.iter().try_for_each(|(key, value)| Ok(meta::put(&w.tx, key, value)?))
        })?;
        Ok(())
    }

    /// The server has moved.
    pub fn set_server(&self, server: &str) -> Result<()> {
        self.put_meta(&[("server", server)])
    }

    /// Keeps the bearer token and when it ends; `None` forgets it.
    pub fn set_token(&self, token: Option<(&str, i64)>) -> Result<()> {
        match token {
            Some((token, ends)) => self.put_meta(&[("token", token), ("token_ends", &ends.to_string())]),
            None => self
                .write(|w| Ok(w.tx.execute("DELETE FROM meta WHERE key IN ('token', 'token_ends')", [])?))
                .map(drop),
        }
    }

    /// Keeps `HelloReply::access`; `None`: hello is to be said again.
    pub fn set_access(&self, access: Option<&str>) -> Result<()> {
        self.put_meta(&[("access", access.unwrap_or_default())])
    }

    /// The highest number this database has given to a change.
    pub fn last_own(&self) -> Result<u64> {
        self.read(|conn| Ok(Head::read(conn)?.outbox_seq as u64))
    }

    /// Whether the province has heard something under today's number that this book did not tell: up to `acked`,
    /// where its change has this print.
    pub fn is_doubled(&self, acked: u64, print: Option<&str>) -> Result<bool> {
        if acked > self.last_own()? {
            return Ok(true);
        }
        let Some(print) = print else { return Ok(false) };
        Ok(self.own_print(acked)?.is_some_and(|own| own != print))
    }

    /// Takes a new incarnation: the province has heard more or other things under the old one than this
    /// database knows, so it is a copy. What had not been read back is told again, scopes are read anew.
    pub fn take_new_incarnation(&self) -> Result<()> {
        let fresh = outside::fresh()?;
        self.write(|w| {
            begin_anew(&w.tx)?;
            w.head = Head::read(&w.tx)?;
            Ok(meta::put(&w.tx, "incarnation", &fresh.to_string())?)
        })?;
        // After the commit: a crash in between only means one more new number.
        outside::keep_outside(self.dir(), fresh)?;
        Ok(())
    }

    /// Writes only news: where all stands there already, nobody waits for a turn at writing.
    pub(crate) fn put_meta(&self, values: &[(&str, &str)]) -> Result<()> {
        let stands = |conn: &Connection| {
            for (key, value) in values {
                if meta::get(conn, key)?.as_deref() != Some(*value) {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        if self.read(stands)? {
            return Ok(());
        }
        self.write(|w| {
            for (key, value) in values {
                meta::put(&w.tx, key, value)?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// Compares the incarnation inside and outside. Where they differ the database was put back from
/// a copy: it gets a new number, what it had not seen come back is sent again under it, and every
/// scope is read anew.
pub(crate) fn settle_incarnation(conn: &mut Connection, dir: &Path) -> Result<(), UnlockError> {
    let inside = meta::get(conn, "incarnation")?.and_then(|id| id.parse::<Uuid>().ok());
    if inside.is_some() && inside == outside::outside(dir) {
        return Ok(());
    }
    let fresh = outside::fresh()?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if inside.is_some() {
        begin_anew(&tx).map_err(unlock_error)?;
    } else {
        let seed = Zeroizing::new(hex::encode(suite::random::<32>()?));
        meta::put(&tx, "key_seed", &seed)?;
    }
    meta::put(&tx, "incarnation", &fresh.to_string())?;
    tx.commit()?;
    // After the commit: a crash in between only means one more new number.
    outside::keep_outside(dir, fresh)?;
    Ok(())
}

/// Numbers everything that waits from 1 on, and forgets how far the scopes were read.
fn begin_anew(conn: &Connection) -> Result<()> {
    if !planted("former_forgotten") {
        former::keep(conn, incarnation(conn)?)?;
    }
    let mut waiting: Vec<(i64, &'static str)> = Vec::new();
    for table in ["sent", "outbox"] {
        let all = if table == "sent" {
            "SELECT seq FROM sent WHERE pulled = 0 AND verdict = 'applied' ORDER BY seq"
        } else {
            "SELECT seq FROM outbox ORDER BY seq"
        };
        let mut select = conn.prepare(all)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            waiting.push((row.get(0)?, table));
        }
    }
    waiting.sort_unstable();
    conn.execute_batch(
        "CREATE TEMP TABLE anew AS SELECT * FROM outbox WHERE 0; UPDATE base SET pending = ''; UPDATE cursor SET generation = zeroblob(16), since = 0",
    )?;
    for (i, (seq, table)) in waiting.iter().enumerate() {
        let new = i as i64 + 1;
        conn.prepare_cached(&format!(
            "INSERT INTO anew SELECT ?1, record, grp, base, body, author, noted_at FROM {table} WHERE seq = ?2"
        ))?
        .execute(params![new, seq])?;
        conn.prepare_cached(
            "UPDATE base SET pending = CASE pending WHEN '' THEN ?1 ELSE pending || ',' || ?1 END
             WHERE record = (SELECT record FROM anew WHERE seq = ?2)",
        )?
        .execute(params![new.to_string(), new])?;
    }
    conn.execute_batch(
        "DELETE FROM outbox; DELETE FROM sent; INSERT INTO outbox SELECT * FROM anew; DROP TABLE anew;
         DELETE FROM base WHERE pending = ''",
    )?;
    held_back::forget(conn)?;
    let mut head = Head::read(conn)?;
    head.outbox_seq = waiting.len() as i64;
    head.store(conn)
}
