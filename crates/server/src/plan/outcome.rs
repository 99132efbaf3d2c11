//! What a push leaves behind: rows to write, and the reply.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use tiexin_domain::{Record, RegionCode};
use tiexin_protocol::wire::{ChangeVerdict, PushReply, PushRequest};
use tiexin_protocol::{
    Change, ChangeId, Digest, EntryHash, Held, LogEntry, Overwritten, Verdict, canonical, planted,
};
use uuid::Uuid;

use super::{ClaimRow, Ground, NearRow, RegionState, ScopeState, audit_row};
use crate::access::Heard;
use crate::audit::AuditRow;

/// One entry about to be appended.
pub(super) struct Step {
    pub(super) scope: RegionCode,
    pub(super) entry: LogEntry,
    pub(super) echo: bool,
    /// The record's region before the entry.
    pub(super) left: Option<RegionCode>,
    pub(super) after: Held,
}

/// A row of `log`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LogRow {
    pub(crate) scope: RegionCode,
    pub(crate) seq: u64,
    /// The last seq of the same commit in this scope: pages end on one.
    pub(crate) commit_end: u64,
    pub(crate) origin: ChangeId,
    /// The change took effect exactly as it was sent.
    pub(crate) echo: bool,
    pub(crate) record: Uuid,
    pub(crate) region: RegionCode,
    /// The region that the record left with this entry, when it moved.
    pub(crate) left: Option<RegionCode>,
    /// The entry, canonical JSON.
    pub(crate) entry: String,
    /// The whole record after the entry, canonical JSON; only when it moved.
    pub(crate) whole: Option<String>,
    pub(crate) chain: tiexin_protocol::Chain,
}

/// A row of `record`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RecordRow {
    pub(crate) scope: RegionCode,
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) region: RegionCode,
    pub(crate) version: u64,
    /// Canonical JSON of the record: a line of the snapshot.
    pub(crate) record: String,
    /// See [`crate::origins`].
    pub(crate) origins: String,
}

/// A row of `verdict`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct VerdictRow {
    pub(crate) seq: u64,
    pub(crate) print: [u8; 32],
    pub(crate) verdict: Verdict,
}

/// A row of `conflict` or `parked`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quarantine {
    /// Where people see it: usually the change's own scope.
    pub(crate) scope: RegionCode,
    pub(crate) change: Change,
    pub(crate) verdict: Verdict,
    pub(crate) received_at: i64,
}

/// Everything to write, in one transaction, and the reply to give after it has committed.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) reply: PushReply,
    pub(crate) verdicts: Vec<VerdictRow>,
    pub(crate) log: Vec<LogRow>,
    pub(crate) records: Vec<RecordRow>,
    /// What records belong to, of which rules ask what stands beside them.
    pub(crate) near: Vec<NearRow>,
    /// What records claim in the whole province.
    pub(crate) claims: Vec<ClaimRow>,
    /// Records that no longer lie in this scope.
    pub(crate) left: Vec<(RegionCode, Uuid)>,
    pub(crate) overwritten: Vec<(RegionCode, Uuid, u64, Overwritten)>,
    pub(crate) conflicts: Vec<Quarantine>,
    pub(crate) parked: Vec<Quarantine>,
    pub(crate) scopes: Vec<(RegionCode, ScopeState)>,
    pub(crate) regions: Vec<(RegionCode, RegionCode, RegionState)>,
    pub(crate) audit: Option<AuditRow>,
}

/// The state of a push while its groups are taken in one after the other.
pub(super) struct Work {
    ground: Ground,
    /// Changes whose authors saw a version of the record, whatever is left of that in this generation.
    edits: BTreeSet<u64>,
    today: NaiveDate,
    now: i64,
    /// What stood before this push, of records it touched.
    before: HashMap<Uuid, Option<Record>>,
    /// Touched records in order of first touch, so that rows do not depend on a hash map.
    touched: Vec<Uuid>,
    touched_scopes: BTreeSet<RegionCode>,
    log: Vec<LogRow>,
    overwritten: Vec<(RegionCode, Uuid, u64, Overwritten)>,
    verdicts: Vec<VerdictRow>,
    conflicts: Vec<Quarantine>,
    parked: Vec<Quarantine>,
}

impl Work {
    pub(super) fn on(ground: Ground, edits: BTreeSet<u64>, today: NaiveDate, now: i64) -> Work {
        Work {
            ground,
            edits,
            today,
            now,
            before: HashMap::new(),
            touched: Vec::new(),
            touched_scopes: BTreeSet::new(),
            log: Vec::new(),
            overwritten: Vec::new(),
            verdicts: Vec::new(),
            conflicts: Vec::new(),
            parked: Vec::new(),
        }
    }

    pub(super) fn ground(&self) -> &Ground {
        &self.ground
    }

    pub(super) fn is_edit(&self, change: &Change) -> bool {
        self.edits.contains(&change.id.seq)
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.today
    }

    pub(super) fn held(&self, id: Uuid) -> Option<&Held> {
        self.ground.held.get(&id)
    }

    pub(super) fn head(&self, scope: &RegionCode) -> Option<u64> {
        self.ground.scopes.get(scope).map(|s| s.head)
    }

    /// Appends an entry of a group that stands.
    pub(super) fn take(&mut self, step: Step) {
        let Step { scope, entry, echo, left, after } = step;
        let id = entry.record;
        let text = utf8(canonical::entry(&entry));
        if let Some(state) = self.ground.scopes.get_mut(&scope) {
            state.head = entry.seq;
            state.chain = state.chain.link(EntryHash::of_canonical(text.as_bytes()));
            let region = after.record.region();
            let left = left.filter(|l| *l != region);
            // Nobody who reads this log sees where it went to.
            let whole = left.is_some() && entry.stays();
            self.log.push(LogRow {
                scope: scope.clone(),
                seq: entry.seq,
                commit_end: 0,
                origin: entry.origin,
                echo,
                record: id,
                region,
                whole: whole.then(|| record_text(&after.record)),
                left,
                entry: text,
                chain: state.chain,
            });
        }
        let before = self.ground.held.insert(id, after);
        if let std::collections::hash_map::Entry::Vacant(slot) = self.before.entry(id) {
            slot.insert(before.map(|h| h.record));
            self.touched.push(id);
        }
        for old in entry.overwrote {
            self.overwritten.push((scope.clone(), id, entry.seq, old));
        }
        self.touched_scopes.insert(scope);
    }

    /// Notes the verdict, and keeps whole what was not applied (I4).
    pub(super) fn tell(&mut self, change: &Change, verdict: Verdict, scope: &RegionCode) {
        let kept = || Quarantine {
            scope: scope.clone(),
            change: change.clone(),
            verdict: verdict.clone(),
            received_at: self.now,
        };
        match &verdict {
            Verdict::Applied { .. } => {}
            Verdict::Conflict { .. } => self.conflicts.push(kept()),
            Verdict::Parked { .. } => self.parked.push(kept()),
        }
        if !matches!(verdict, Verdict::Applied { .. }) {
            // A decision of the same push may be about it, as when a restored province is told both again.
            self.ground.quarantined.insert((scope.clone(), change.id), change.author);
        }
        self.verdicts.push(VerdictRow { seq: change.id.seq, print: canonical::print(change), verdict });
    }

    pub(super) fn finish(mut self, request: &PushRequest) -> Outcome {
        let mut regions: BTreeMap<(RegionCode, RegionCode), RegionState> = BTreeMap::new();
        let mut records = Vec::with_capacity(self.touched.len());
        let mut gone = Vec::new();
        let (mut near, mut claims) = (Vec::new(), Vec::new());
        for id in &self.touched {
            // Invariant: `take` puts every touched record into `held`.
            let Some(held) = self.ground.held.get(id) else { continue };
            let row = record_row(held);
            let scope = &held.record.scope;
            let came = Digest::of_canonical(row.record.as_bytes());
            let known = &self.ground.regions;
            let mut at = |scope: &RegionCode, region: RegionCode, change: &dyn Fn(&mut RegionState)| {
                let key = (scope.clone(), region);
                let state =
                    regions.entry(key).or_insert_with_key(|key| known.get(key).copied().unwrap_or_default());
                change(state);
            };
            if let Some(before) = self.before.get(id).and_then(Option::as_ref) {
                let gone_digest = Digest::of(before);
                if let Some(state) = self.ground.scopes.get_mut(&before.scope) {
                    state.digest = state.digest.minus(gone_digest);
                }
                if !planted("view_digest_not_taken_off") {
                    at(&before.scope, before.region(), &|state| {
                        state.digest = state.digest.minus(gone_digest);
                        state.records -= 1;
                    });
                }
                if before.scope != *scope {
                    gone.push((before.scope.clone(), *id));
                }
            }
            if let Some(state) = self.ground.scopes.get_mut(scope) {
                state.digest = state.digest.plus(came);
            }
            at(scope, row.region.clone(), &|state| {
                state.digest = state.digest.plus(came);
                state.records += 1;
            });
            records.push(row);
            near.extend(NearRow::of(&held.record));
            claims.extend(ClaimRow::of(&held.record));
        }
        for row in &mut self.log {
            row.commit_end = self.ground.scopes.get(&row.scope).map_or(row.seq, |s| s.head);
        }
        let acked = self.verdicts.last().map_or(self.ground.heard.acked, |v| v.seq);
        let durable = Heard { acked, ..self.ground.heard }.durable();
        let audit = audit_row(self.ground.audit.clone(), request, &self.verdicts, self.now);
        let told = self
            .verdicts
            .iter()
            .map(|row| ChangeVerdict { seq: row.seq, duplicate: false, verdict: row.verdict.clone() })
            .collect();
        let ground = self.ground;
        Outcome {
            reply: PushReply { verdicts: told, acked, durable },
            verdicts: self.verdicts,
            log: self.log,
            records,
            near,
            claims,
            left: gone,
            overwritten: self.overwritten,
            conflicts: self.conflicts,
            parked: self.parked,
            scopes: self
                .touched_scopes
                .into_iter()
                .filter_map(|scope| ground.scopes.get(&scope).cloned().map(|state| (scope, state)))
                .collect(),
            regions: regions.into_iter().map(|((scope, region), state)| (scope, region, state)).collect(),
            audit,
        }
    }
}

fn record_row(held: &Held) -> RecordRow {
    RecordRow {
        scope: held.record.scope.clone(),
        id: held.record.id,
        kind: held.record.kind.clone(),
        region: held.record.region(),
        version: held.record.version,
        record: record_text(&held.record),
        origins: crate::origins::pack(held),
    }
}

/// Canonical JSON of a record.
pub(crate) fn record_text(record: &Record) -> String {
    utf8(canonical::record(record))
}

fn utf8(json: Vec<u8>) -> String {
    // Invariant: JSON is UTF-8.
    String::from_utf8(json).unwrap_or_default()
}

/// Canonical JSON of a value that always serialises.
pub(crate) fn canonical_text<T: serde::Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    utf8(canonical::canonical(&value))
}
