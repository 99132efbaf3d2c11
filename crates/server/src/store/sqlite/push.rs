//! Taking a push in: load the ground, decide, write everything down.

use std::collections::HashMap;

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Transaction};
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::{PushReply, PushRequest};
use tiexin_protocol::{Digest, planted};
use uuid::Uuid;

use super::{append, claim, db, device, hash, head, id, near, people, place, pull, seq, settle};
use crate::access::Heard;
use crate::error::{Refused, Result};
use crate::origins;
use crate::plan::{Ground, Outcome, Quarantine, RegionState, Told, Wanted, claimed, may_begin, plan};

pub(super) fn push(
    tx: &Transaction<'_>,
    request: &PushRequest,
    today: NaiveDate,
    now: i64,
) -> Result<PushReply> {
    // Also from one that is shut out: nobody may work on it, so that what it brings is parked (I10).
    device::device(tx, request.device)?.ok_or(Refused::DeviceUnknown)?;
    let ground = ground(tx, request, today)?;
    let outcome = plan(request, ground, today, now)?;
    if planted("ack_before_commit") && outcome.verdicts.len() % 3 == 2 {
        // The reply leaves, the transaction does not.
        return Ok(outcome.reply);
    }
    write(tx, request, &outcome)?;
    settle::close(tx, request, &outcome, now)?;
    Ok(outcome.reply)
}

pub(super) fn heard(tx: &Transaction<'_>, device: Uuid, incarnation: Uuid) -> Result<Heard> {
    let backups =
        tx.prepare_cached("SELECT 1 FROM meta WHERE name = 'durability' AND value = 'backup'")?.exists([])?;
    let found = tx
        .prepare_cached("SELECT acked, durable FROM incarnation WHERE device = ?1 AND incarnation = ?2")?
        .query_row((device.as_bytes(), incarnation.as_bytes()), |row| Ok((seq(row, 0)?, seq(row, 1)?)))
        .optional()?;
    let (acked, durable) = found.unwrap_or_default();
    let at = acked.checked_sub(1).map(|before| prints(tx, (device, incarnation), before, 1)).transpose()?;
    let print = at.and_then(|found| found.first().map(|(_, print)| *print));
    Ok(Heard { acked, print, backed_up: backups.then_some(durable), replicated: None })
}

pub(super) fn prints(
    tx: &Transaction<'_>,
    (device, incarnation): (Uuid, Uuid),
    after: u64,
    most: usize,
) -> Result<Vec<(u64, [u8; 32])>> {
    let mut select = tx.prepare_cached(
        "SELECT own, print FROM verdict WHERE device = ?1 AND incarnation = ?2 AND own > ?3 ORDER BY own LIMIT ?4",
    )?;
    let of = (device.as_bytes(), incarnation.as_bytes(), db(after), db(most as u64));
    let mut rows = select.query(of)?;
    let mut prints = Vec::new();
    while let Some(row) = rows.next()? {
        prints.push((seq(row, 0)?, hash(row, 1)?));
    }
    Ok(prints)
}

fn ground(tx: &Transaction<'_>, request: &PushRequest, today: NaiveDate) -> Result<Ground> {
    let heard = heard(tx, request.device, request.incarnation)?;
    let mut wanted = Wanted::of(request, heard.acked);
    let mut home = tx.prepare_cached(
        "SELECT scope, CASE WHEN instr(record, '\"merged_into\"') THEN json_extract(record, '$.fields.merged_into') END
         FROM record WHERE id = ?1",
    )?;
    let mut next = 0;
    while let Some(id) = wanted.records.get(next).copied() {
        next += 1;
        let found = home
            .query_row([id.as_bytes()], |row| Ok((place(row, 0)?, row.get::<_, Option<String>>(1)?)))
            .optional()?;
        let Some((scope, into)) = found else { continue };
        wanted.lies_in(scope);
        if let Some(into) = into.and_then(|id| id.parse().ok()) {
            wanted.stands(into);
        }
    }
    let users = people::users_of(tx, request.device)?;
    for scope in may_begin(&wanted.scopes, &users, today) {
        people::begin_scope(tx, scope)?;
    }
    let mut ground = Ground {
        heard,
        authors: authors(tx, request.device)?,
        quarantined: settle::authors(tx, request)?,
        users: users.into_iter().map(|user| (user.id, user)).collect(),
        audit: head(tx, &request.device.to_string())?,
        ..Ground::default()
    };
    let mut told = tx.prepare_cached(
        "SELECT print, verdict FROM verdict WHERE device = ?1 AND incarnation = ?2 AND own = ?3",
    )?;
    for own in wanted.replayed.iter().copied() {
        let key = (request.device.as_bytes(), request.incarnation.as_bytes(), db(own));
        let row = told.query_row(key, |row| Ok((hash(row, 0)?, row.get::<_, String>(1)?))).optional()?;
        if let Some((print, verdict)) = row {
            ground.told.insert(own, Told { print, verdict: serde_json::from_str(&verdict)? });
        }
    }
    for scope in &wanted.scopes {
        let Some(state) = pull::scope(tx, scope)? else { continue };
        for (region, state) in regions(tx, scope)? {
            ground.regions.insert((scope.clone(), region), state);
        }
        ground.scopes.insert(scope.clone(), state);
    }
    let beside = near::beside(tx, &wanted.scopes, &wanted.near(request))?;
    let claimants = claim::claimants(tx, &claimed(request))?;
    let mut record = tx.prepare_cached("SELECT record, origins FROM record WHERE id = ?1")?;
    for id in wanted.records.into_iter().chain(beside).chain(claimants) {
        let row = record
            .query_row([id.as_bytes()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
            .optional()?;
        if let Some((record, packed)) = row {
            ground.held.insert(id, origins::unpack(serde_json::from_str(&record)?, &packed)?);
        }
    }
    Ok(ground)
}

fn authors(tx: &Transaction<'_>, device: Uuid) -> Result<HashMap<Uuid, Uuid>> {
    let mut query = tx.prepare_cached("SELECT author, user_id FROM device_author WHERE device = ?1")?;
    let rows = query.query_map([device.as_bytes()], |row| Ok((id(row, 0)?, id(row, 1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn regions(tx: &Transaction<'_>, scope: &RegionCode) -> Result<Vec<(RegionCode, RegionState)>> {
    let mut query = tx.prepare_cached(
        "SELECT region, digest, records FROM region_digest WHERE scope = ?1 ORDER BY region",
    )?;
    let rows = query.query_map([scope.as_str()], |row| {
        Ok((place(row, 0)?, RegionState { digest: Digest(hash(row, 1)?), records: seq(row, 2)? }))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn write(tx: &Transaction<'_>, request: &PushRequest, outcome: &Outcome) -> Result<()> {
    write_log(tx, outcome)?;
    write_state(tx, outcome)?;
    for (table, kept) in [("conflict", &outcome.conflicts), ("parked", &outcome.parked)] {
        for item in kept {
            quarantine(tx, table, item)?;
        }
    }
    let key = (request.device.as_bytes(), request.incarnation.as_bytes());
    let mut verdict = tx.prepare_cached(
        "INSERT INTO verdict (device, incarnation, own, print, verdict) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for row in &outcome.verdicts {
        verdict.execute((key.0, key.1, db(row.seq), row.print, serde_json::to_string(&row.verdict)?))?;
    }
    if let (Some(last), Some(audit)) = (outcome.verdicts.last(), &outcome.audit) {
        tx.prepare_cached(
            "INSERT INTO incarnation (device, incarnation, acked) VALUES (?1, ?2, ?3)
             ON CONFLICT (device, incarnation) DO UPDATE SET acked = excluded.acked",
        )?
        .execute((key.0, key.1, db(last.seq)))?;
        append(tx, audit)?;
    }
    Ok(())
}

fn write_log(tx: &Transaction<'_>, outcome: &Outcome) -> Result<()> {
    let mut log = tx.prepare_cached(
        "INSERT INTO log (scope, seq, commit_end, device, incarnation, own, echo, record, region,
                          left_region, entry, whole, chain)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    for row in &outcome.log {
        log.execute((
            row.scope.as_str(),
            db(row.seq),
            db(row.commit_end),
            row.origin.device.as_bytes(),
            row.origin.incarnation.as_bytes(),
            db(row.origin.seq),
            row.echo,
            row.record.as_bytes(),
            row.region.as_str(),
            row.left.as_ref().map(RegionCode::as_str),
            &row.entry,
            &row.whole,
            row.chain.0,
        ))?;
    }
    let mut history = tx.prepare_cached(
        "INSERT INTO field_history (scope, record, field, gave_way_at, value, author, written_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (scope, record, at, old) in &outcome.overwritten {
        history.execute((
            scope.as_str(),
            record.as_bytes(),
            &old.field,
            db(*at),
            old.value.to_string(),
            old.author.as_bytes(),
            db(old.seq),
        ))?;
    }
    Ok(())
}

fn write_state(tx: &Transaction<'_>, outcome: &Outcome) -> Result<()> {
    let mut left = tx.prepare_cached("DELETE FROM record WHERE scope = ?1 AND id = ?2")?;
    for (scope, id) in &outcome.left {
        left.execute((scope.as_str(), id.as_bytes()))?;
    }
    let mut record = tx.prepare_cached(
        "INSERT INTO record (scope, id, kind, region, version, record, origins)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (scope, id) DO UPDATE SET region = excluded.region, version = excluded.version,
           record = excluded.record, origins = excluded.origins",
    )?;
    for row in &outcome.records {
        record.execute((
            row.scope.as_str(),
            row.id.as_bytes(),
            &row.kind,
            row.region.as_str(),
            db(row.version),
            &row.record,
            &row.origins,
        ))?;
    }
    near::write(tx, &outcome.left, &outcome.near)?;
    claim::write(tx, &outcome.left, &outcome.claims)?;
    let mut region = tx.prepare_cached(
        "INSERT INTO region_digest (scope, region, digest, records) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (scope, region) DO UPDATE SET digest = excluded.digest, records = excluded.records",
    )?;
    for (scope, place, state) in &outcome.regions {
        region.execute((scope.as_str(), place.as_str(), state.digest.0, db(state.records)))?;
    }
    let mut scope = tx.prepare_cached("UPDATE scope SET head = ?2, chain = ?3, digest = ?4 WHERE id = ?1")?;
    for (id, state) in &outcome.scopes {
        scope.execute((id.as_str(), db(state.head), state.chain.0, state.digest.0))?;
    }
    Ok(())
}

fn quarantine(tx: &Transaction<'_>, table: &str, item: &Quarantine) -> Result<()> {
    let change = &item.change;
    tx.prepare_cached(&format!(
        "INSERT INTO {table} (scope, device, incarnation, own, record, change, verdict, received_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    ))?
    .execute((
        item.scope.as_str(),
        change.id.device.as_bytes(),
        change.id.incarnation.as_bytes(),
        db(change.id.seq),
        change.record.as_bytes(),
        serde_json::to_string(change)?,
        serde_json::to_string(&item.verdict)?,
        item.received_at,
    ))?;
    Ok(())
}
