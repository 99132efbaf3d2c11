//! After the faults have stopped: does every promise hold?

mod around;
mod fixed;
mod merges;
mod truth;
mod values;

use std::collections::{BTreeSet, HashMap, HashSet};

use tiexin_domain::{Kind, Record, RegionCode};
use tiexin_protocol::wire::Quarantined;
use tiexin_protocol::{Change, ParkCode, Verdict};
use uuid::Uuid;

use crate::world::{Broken, Desk, World, book};
use truth::{Auditor, Province, truth};

/// Rounds of every desk after which all must be quiet (I17).
const SWEEPS: usize = 6;

/// Lets everybody finish, then looks at everything.
pub(crate) async fn settle_and_check(world: &mut World) -> Result<(), Broken> {
    world.upgrade();
    world.open_server().await?;
    for desk in &world.desks {
        book(desk)?.pretend_full(false).map_err(|e| e.to_string())?;
    }
    quiet(world).await?;
    world.adopt_everything().await?;
    quiet(world).await?;
    for desk in &world.desks {
        let state = book(desk)?.sync_state().map_err(|e| e.to_string())?;
        if state.held_back > 0 {
            return Err(format!("I17: {} still holds {} changes back", desk.name, state.held_back));
        }
    }
    let auditor = Auditor::of(world.province()?).await?;
    let truth = truth(world, &auditor).await?;
    server_is_sound(world).await?;
    each_change_once(&truth)?;
    nothing_is_lost(world, &truth)?;
    nobody_wrote_without_the_right(world, &truth)?;
    what_is_decided_has_a_decision(world, &truth)?;
    values::overwritten_are_kept(world, &truth)?;
    merges::end_somewhere(&truth)?;
    around::nothing_stands_beside_what_forbids_it(&truth)?;
    fixed::nothing_is_altered(&truth)?;
    desks_agree(world, &truth)?;
    heads_are_explained(world, &truth)?;
    for pick in 0..8 {
        world.say_again(pick * 37).await?;
    }
    // Put back from a backup, the province does not know what it was told since.
    if world.restores == 0 && auditor.heads() != Auditor::of(world.province()?).await?.heads() {
        return Err("I3: saying a push again made new entries".into());
    }
    Ok(())
}

/// I17: after the faults every desk is quiet within a bounded number of rounds.
async fn quiet(world: &mut World) -> Result<(), Broken> {
    for sweep in 0..SWEEPS {
        let mut still = true;
        for n in 0..world.desks.len() {
            let report = world.round(n, 0, 0, false).await?;
            if let Some(report) = report {
                still &= report.pushed == 0 && report.pulled == 0 && report.loaded == 0;
            }
        }
        if still && sweep > 0 {
            return Ok(());
        }
    }
    Err("I17: not quiet".into())
}

/// I5 and the server's own look at its book.
async fn server_is_sound(world: &World) -> Result<(), Broken> {
    let report = world.province()?.verify().await.map_err(|e| e.to_string())?;
    match report.broken.first() {
        None => Ok(()),
        Some(finding) => Err(format!("server: {finding:?}")),
    }
}

/// I2, I4: each (device, incarnation, seq) is in exactly one place, and in order.
fn each_change_once(truth: &Province) -> Result<(), Broken> {
    let mut seen = HashSet::new();
    for (scope, one) in &truth.scopes {
        let mut last: HashMap<(Uuid, Uuid), u64> = HashMap::new();
        for entry in &one.entries {
            let id = (entry.origin.device, entry.origin.incarnation, entry.origin.seq);
            // Of a move the entry with which the record arrived, which is one of two.
            if !seen.insert(id) {
                return Err(format!("I2: {id:?} twice, again in {scope} at {}", entry.seq));
            }
            let last = last.entry((id.0, id.1)).or_default();
            if id.2 <= *last {
                return Err(format!("I2: {id:?} after {last}"));
            }
            *last = id.2;
        }
        for kept in &one.quarantined {
            let id = (kept.change.id.device, kept.change.id.incarnation, kept.change.id.seq);
            if !seen.insert(id) {
                return Err(format!("I4: {id:?} is applied and refused"));
            }
        }
    }
    Ok(())
}

/// I17: a visit and what it changed in the family's record are applied together or not at all.
fn groups_stand_or_fall(
    world: &World,
    applied: &HashSet<String>,
    refused: &HashSet<String>,
) -> Result<(), Broken> {
    let memory = world.memory.lock().expect("memory");
    let mut groups: HashMap<Uuid, (bool, bool)> = HashMap::new();
    for mark in
        memory.marks.iter().filter(|m| !m.orphan && world.desks.get(m.desk).is_some_and(|d| !d.cloned))
    {
        let found = groups.entry(mark.group).or_default();
        found.0 |= applied.contains(&mark.word) && !refused.contains(&mark.word);
        found.1 |= refused.contains(&mark.word) && !applied.contains(&mark.word);
    }
    match groups.iter().find(|(_, found)| found.0 && found.1) {
        Some((group, _)) if world.restores == 0 => Err(format!("group {group} was split")),
        _ => Ok(()),
    }
}

/// I1, I4, I10, I12, I15: every word that anybody saved is in a log or in quarantine; without a right
/// never in a log.
fn nothing_is_lost(world: &World, truth: &Province) -> Result<(), Broken> {
    let mut applied = HashSet::new();
    let mut refused = HashSet::new();
    for one in truth.scopes.values() {
        for entry in &one.entries {
            words(&serde_json::to_string(&entry.set).unwrap_or_default(), &mut applied);
        }
        for kept in &one.quarantined {
            words(&serde_json::to_string(&kept.change.set).unwrap_or_default(), &mut refused);
        }
    }
    for kept in &truth.outside {
        words(&serde_json::to_string(&kept.change.set).unwrap_or_default(), &mut refused);
    }
    groups_stand_or_fall(world, &applied, &refused)?;
    let memory = world.memory.lock().expect("memory");
    for mark in &memory.marks {
        let found = applied.contains(&mark.word) || refused.contains(&mark.word);
        if !found && !mark.maybe {
            return Err(format!("lost: {mark}"));
        }
        let allowed = match (world.desks.get(mark.desk), &mark.region) {
            (Some(desk), Some(region)) => {
                desk.ever.iter().any(|e| region.starts_with(e.as_str()))
                    || memory.adopted.contains(&mark.record)
            }
            _ => true,
        };
        if (!allowed || mark.unknown_kind) && applied.contains(&mark.word) {
            return Err(format!("I10: applied without the right: {mark}"));
        }
    }
    Ok(())
}

/// I10: every entry was written by somebody who had, at some time, the right where the record then lay.
fn nobody_wrote_without_the_right(world: &World, truth: &Province) -> Result<(), Broken> {
    for (scope, one) in &truth.scopes {
        let mut records: HashMap<Uuid, Record> = HashMap::new();
        for entry in &one.entries {
            let before = records.remove(&entry.record);
            let after = entry.fold(before, scope);
            let region = after.region();
            records.insert(entry.record, after);
            let mut desks = world.desks.iter().filter(|desk| desk.device == entry.origin.device).peekable();
            let may = |desk: &Desk| desk.ever.iter().any(|e| region.as_str().starts_with(e.as_str()));
            if desks.peek().is_some() && !desks.any(may) {
                return Err(format!("I10: entry {} of {scope} was written without the right", entry.seq));
            }
        }
    }
    Ok(())
}

/// I4, I16: what no longer waits has a decision in the same township, which is a record like any other; and
/// what has one no longer waits. What was decided on while it waited in another township, before the province was put
/// back, waits until somebody decides here as well: that decision came second, and is kept.
fn what_is_decided_has_a_decision(world: &World, truth: &Province) -> Result<(), Broken> {
    for (scope, one) in &truth.scopes {
        let decision = |kept: &&Quarantined| kept.change.kind == Kind::Settlement.code();
        let second: HashSet<(Uuid, Uuid, Uuid)> = one
            .quarantined
            .iter()
            .filter(decision)
            .filter(|kept| matches!(kept.verdict, Verdict::Conflict { .. }))
            .map(|kept| group_of(&kept.change))
            .collect();
        for kept in one.quarantined.iter().filter(|kept| !decision(kept)) {
            let id = kept.change.id;
            let waits = one.open.iter().any(|open| open.change.id == id);
            // What was to be saved with a decision that came second was never to be decided on.
            let companion = matches!(kept.verdict, Verdict::Parked { code: ParkCode::Group, .. });
            if !waits && companion && second.contains(&group_of(&kept.change)) {
                continue;
            }
            let here = one.records.contains_key(&id.settlement());
            let elsewhere =
                || truth.scopes.values().any(|other| other.records.contains_key(&id.settlement()));
            let closed = world.restores > 0
                && elsewhere()
                && one.quarantined.iter().filter(decision).any(|kept| {
                    kept.change.record == id.settlement() && matches!(kept.verdict, Verdict::Conflict { .. })
                });
            if (waits && here) || !(waits || here || closed) {
                return Err(format!("I4: {id:?} of {scope} waits: {waits}, against its decision"));
            }
        }
    }
    Ok(())
}

/// Of which save a change is.
fn group_of(change: &Change) -> (Uuid, Uuid, Uuid) {
    (change.id.device, change.id.incarnation, change.group)
}

fn words(text: &str, into: &mut HashSet<String>) {
    let bytes = text.as_bytes();
    for (i, _) in text.match_indices('m') {
        let word = bytes.get(i..i + 7).filter(|w| w[1..].iter().all(u8::is_ascii_digit));
        if let Some(word) = word {
            into.insert(String::from_utf8_lossy(word).into_owned());
        }
    }
}

/// I6, I7, I10, I11, I16 at every desk.
fn desks_agree(world: &World, truth: &Province) -> Result<(), Broken> {
    for desk in &world.desks {
        let book = book(desk)?;
        let name = &desk.name;
        let report = book.verify().map_err(|e| e.to_string())?;
        if let Some(fault) = report.faults.first() {
            return Err(format!("{name}: {fault:?}"));
        }
        let state = book.sync_state().map_err(|e| e.to_string())?;
        if state.waiting != 0 || state.unread != 0 {
            return Err(format!("{name}: {} wait and {} unread after all", state.waiting, state.unread));
        }
        let cursors = book.cursors().map_err(|e| e.to_string())?;
        let mut held: BTreeSet<RegionCode> = BTreeSet::new();
        for cursor in &cursors {
            let Some(one) = truth.scopes.get(&cursor.scope) else {
                return Err(format!("{name} holds {} which is not there", cursor.scope));
            };
            if cursor.since != one.head() || cursor.generation != one.generation {
                return Err(format!("I5: {name} stands at {} in {}", cursor.since, cursor.scope));
            }
            let may = |r: &RegionCode| desk.grants.iter().any(|g| g.covers(r));
            held.insert(cursor.scope.clone());
            for (id, record) in &one.records {
                let region = record.region();
                let at_desk = book.get(*id).map_err(|e| e.to_string())?;
                match (may(&region), at_desk) {
                    (true, Some(found)) if found == *record => {}
                    (true, found) => {
                        return Err(format!("I6: {name} has {found:?} for {record:?}"));
                    }
                    (false, Some(found)) if found.version > 0 => {
                        return Err(format!("I10: {name} holds a record of {region}: {id}"));
                    }
                    (false, _) => {}
                }
            }
        }
        for (scope, one) in &truth.scopes {
            let part = desk.grants.iter().any(|g| g.covers(scope) || g.scope() == *scope);
            if part && !held.contains(scope) {
                return Err(format!("I6: {name} does not hold {scope}"));
            }
            if part {
                continue;
            }
            for id in one.records.keys() {
                if book.get(*id).map_err(|e| e.to_string())?.is_some_and(|r| r.version > 0) {
                    return Err(format!("I11: {name} still holds {id} of {scope}"));
                }
            }
        }
    }
    Ok(())
}

/// I14: a chain head that a desk has seen under today's generation is on today's chain.
fn heads_are_explained(world: &World, truth: &Province) -> Result<(), Broken> {
    for desk in &world.desks {
        for (scope, generation, seq, chain) in &desk.witnessed {
            let Some(one) = truth.scopes.get(scope).filter(|t| t.generation == *generation) else { continue };
            if one.chain_at.get(*seq as usize) != Some(chain) {
                return Err(format!("I14: {} saw another chain at {seq} of {scope}", desk.name));
            }
        }
    }
    Ok(())
}
