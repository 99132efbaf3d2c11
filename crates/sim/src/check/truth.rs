//! What is at the province, as somebody sees it who may see everything.

use std::collections::{BTreeMap, HashMap};

use tiexin_domain::access::{Grant, Role};
use tiexin_domain::{Record, RegionCode};
use tiexin_protocol::wire::{
    Cursor, EnrolRequest, HelloReply, HelloRequest, PageEntry, PullRequest, Quarantined,
};
use tiexin_protocol::{Chain, LogEntry, PROTOCOL};
use uuid::Uuid;

use super::merges;
use crate::world::{Broken, COUNTY, TOWNS, World};

/// A scope as somebody sees it who may see everything.
pub(super) struct Truth {
    pub(super) generation: Uuid,
    pub(super) chain_at: Vec<Chain>,
    /// All but those with which a record left for another scope: of them the links only.
    pub(super) entries: Vec<LogEntry>,
    pub(super) records: HashMap<Uuid, Record>,
    /// Decided or not: it is kept for ever.
    pub(super) quarantined: Vec<Quarantined>,
    /// What still waits for a decision.
    pub(super) open: Vec<Quarantined>,
}

impl Truth {
    pub(super) fn head(&self) -> u64 {
        self.chain_at.len() as u64 - 1
    }
}

/// Everything that is at the province.
pub(super) struct Province {
    pub(super) scopes: BTreeMap<RegionCode, Truth>,
    pub(super) outside: Vec<Quarantined>,
}

/// Somebody from outside who may see everything, and what the province tells them first.
pub(super) struct Auditor {
    device: Uuid,
    incarnation: Uuid,
    hello: HelloReply,
}

impl Auditor {
    pub(super) async fn of(province: &tiexin_server::Province) -> Result<Auditor, Broken> {
        let name = format!("auditor{}", Uuid::new_v4());
        province.add_user(&name, &name).await.map_err(say)?;
        let region = COUNTY.parse::<RegionCode>().map_err(|e| e.to_string())?;
        let grant = Grant { role: Role::Supervisor, region, from: None, to: None };
        province.add_grant(&name, &grant).await.map_err(say)?;
        let request = EnrolRequest {
            code: province.enrol_code(&name, 7).await.map_err(say)?,
            device: None,
            device_key: hex::encode(tiexin_sync::device_key(&[8; 32]).verifying_key().to_bytes()),
            device_name: name.clone(),
            author: Uuid::new_v4(),
            app: "sim".into(),
            person: None,
        };
        let device = province.enrol(&request).await.map_err(say)?.device;
        let incarnation = Uuid::new_v4();
        let hello = HelloRequest {
            device,
            incarnation,
            protocol: PROTOCOL,
            app: "sim".into(),
            ..HelloRequest::default()
        };
        let hello = province.hello(&hello).await.map_err(say)?;
        Ok(Auditor { device, incarnation, hello })
    }

    pub(super) fn heads(&self) -> BTreeMap<RegionCode, u64> {
        self.hello.scopes.iter().map(|head| (head.scope.clone(), head.head)).collect()
    }
}

fn say(error: tiexin_server::Error) -> Broken {
    format!("auditor: {error}")
}

pub(super) async fn truth(world: &World, auditor: &Auditor) -> Result<Province, Broken> {
    let mut outside = Vec::new();
    let province = world.province()?;
    let &Auditor { device, incarnation, .. } = auditor;
    let mut all = BTreeMap::new();
    for head in auditor.hello.scopes.clone() {
        let mut truth = Truth {
            generation: head.generation,
            chain_at: vec![Chain::default()],
            entries: Vec::new(),
            records: HashMap::new(),
            quarantined: province.quarantine_on_file(&head.scope).await.map_err(say)?,
            open: province.quarantine(device, &head.scope).await.map_err(say)?,
        };
        while truth.head() < head.head {
            let since = truth.head();
            let cursor =
                Cursor { scope: head.scope.clone(), generation: head.generation, since, view: vec![] };
            let request =
                PullRequest { device, incarnation, cursors: vec![cursor], ..PullRequest::default() };
            let reply = province.pull(&request).await.map_err(say)?;
            let page = reply.pages.into_iter().next().ok_or("I5: no page")?;
            if page.entries.is_empty() {
                return Err("I5: an empty page before the head".into());
            }
            for entry in page.entries {
                let next = truth.head() + 1;
                let entry = match entry {
                    PageEntry::Full(entry) => entry,
                    PageEntry::Crossed { seq, hash, id, record: None } if seq == next => {
                        truth.records.remove(&id);
                        truth.chain_at.push(truth.chain_at[seq as usize - 1].link(hash));
                        continue;
                    }
                    other => return Err(format!("an auditor sees everything, not {other:?}")),
                };
                if entry.seq != next {
                    return Err(format!("I5: entry {} where {next} is due", entry.seq));
                }
                merges::are_followed(&truth.records, &entry)?;
                let before = truth.records.remove(&entry.record);
                let hidden = before.as_ref().is_some_and(|r| r.void.is_some());
                if hidden && entry.void.is_none() && !entry.set.is_empty() {
                    return Err(format!("merge: entry {} edits what is hidden", entry.seq));
                }
                truth.records.insert(entry.record, entry.fold(before, &head.scope));
                truth.chain_at.push(truth.chain_at[next as usize - 1].then(&entry));
                truth.entries.push(entry);
            }
        }
        all.insert(head.scope, truth);
    }
    // A change for a township whose log has not begun is kept all the same.
    for town in TOWNS.iter().chain(&[COUNTY]) {
        let scope: RegionCode = town.parse().map_err(|_| "region")?;
        if !all.contains_key(&scope) {
            let quarantined = province.quarantine_on_file(&scope).await.map_err(say)?;
            outside.extend(quarantined);
        }
    }
    Ok(Province { scopes: all, outside })
}
