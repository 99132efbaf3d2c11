//! Roots over all chains, and what desks have witnessed of them.

use rusqlite::{OptionalExtension, Row, Transaction};
use tiexin_domain::RegionCode;
use tiexin_protocol::statement::Signed;

use super::{db, hash, id, note, seq};
use crate::error::Result;
use crate::witness::{Head, Root, Witness, noted};

pub(super) fn heads(tx: &Transaction<'_>) -> Result<Vec<Head>> {
    let mut query = tx.prepare(
        "SELECT 'scope ' || id, head, chain FROM scope UNION ALL
         SELECT 'audit ' || book, seq, chain FROM audit_head ORDER BY 1",
    )?;
    let rows = query.query_map([], |row| {
        Ok(Head { what: row.get(0)?, seq: seq(row, 1)?, chain: hex::encode(hash(row, 2)?) })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn add(tx: &Transaction<'_>, root: &Root, now: i64) -> Result<()> {
    let Signed { body, signature } = &root.signed;
    tx.execute(
        "INSERT INTO audit_root (day, made_at, body, signature, heads) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (day) DO NOTHING",
        (&root.day, now, body, signature, serde_json::to_string(&root.heads)?),
    )?;
    Ok(())
}

const ROOT: &str = "SELECT day, body, signature, heads FROM audit_root";

type Raw = (String, Signed, String);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, Signed { body: row.get(1)?, signature: row.get(2)? }, row.get(3)?))
}

fn read((day, signed, heads): Raw) -> Result<Root> {
    Ok(Root { day, signed, heads: serde_json::from_str(&heads)? })
}

pub(super) fn of_day(tx: &Transaction<'_>, day: &str) -> Result<Option<Root>> {
    tx.query_row(&format!("{ROOT} WHERE day = ?1"), [day], raw).optional()?.map(read).transpose()
}

pub(super) fn newest(tx: &Transaction<'_>) -> Result<Option<Signed>> {
    let mut query = tx.prepare_cached("SELECT body, signature FROM audit_root ORDER BY day DESC LIMIT 1")?;
    let signed = |row: &Row<'_>| Ok(Signed { body: row.get(0)?, signature: row.get(1)? });
    Ok(query.query_row([], signed).optional()?)
}

pub(super) fn all(tx: &Transaction<'_>) -> Result<Vec<Root>> {
    let mut query = tx.prepare(&format!("{ROOT} ORDER BY day"))?;
    let rows = query.query_map([], raw)?;
    rows.map(|row| read(row?)).collect()
}

pub(super) fn chain_at(tx: &Transaction<'_>, scope: &RegionCode, seq: u64) -> Result<Option<[u8; 32]>> {
    let mut query = tx.prepare_cached("SELECT chain FROM log WHERE scope = ?1 AND seq = ?2")?;
    Ok(query.query_row((scope.as_str(), db(seq)), |row| hash(row, 0)).optional()?)
}

pub(super) fn audit_chain_at(tx: &Transaction<'_>, book: &str, seq: u64) -> Result<Option<[u8; 32]>> {
    let mut query = tx.prepare_cached("SELECT chain FROM audit WHERE book = ?1 AND seq = ?2")?;
    Ok(query.query_row((book, db(seq)), |row| hash(row, 0)).optional()?)
}

pub(super) fn add_witness(tx: &Transaction<'_>, witness: &Witness, now: i64) -> Result<()> {
    let new = tx.execute(
        "INSERT INTO witness (device, what, seq, chain, noted_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
        (witness.device.as_bytes(), &witness.what, db(witness.seq), &witness.chain, now),
    )?;
    if new == 0 { Ok(()) } else { note(tx, now, "witness_disagrees", noted(witness)) }
}

pub(super) fn witnesses(tx: &Transaction<'_>) -> Result<Vec<Witness>> {
    let mut query = tx.prepare("SELECT device, what, seq, chain FROM witness ORDER BY noted_at, 1, 2")?;
    let rows = query.query_map([], |row| {
        Ok(Witness { device: id(row, 0)?, what: row.get(1)?, seq: seq(row, 2)?, chain: row.get(3)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn restored_from(tx: &Transaction<'_>) -> Result<Option<i64>> {
    let before = "SELECT max(at) FROM audit WHERE book = 'province' AND seq <
        (SELECT max(seq) FROM audit WHERE book = 'province' AND act = 'restored')";
    Ok(tx.query_row(before, [], |row| row.get(0))?)
}

pub(super) fn restored_at(tx: &Transaction<'_>) -> Result<Option<i64>> {
    let newest = "SELECT max(at) FROM audit WHERE book = 'province' AND act = 'restored'";
    Ok(tx.query_row(newest, [], |row| row.get(0))?)
}
