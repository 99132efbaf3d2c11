//! A group of changes stands or falls together; it never holds back another group.

use std::collections::{BTreeMap, HashMap};

use tiexin_domain::RegionCode;
use tiexin_protocol::{Change, Decision, Held, LogEntry, ParkCode, Verdict, decide, planted};
use uuid::Uuid;

use super::outcome::{Step, Work};
use super::refuse_right;

/// What the group would do, on top of the work so far. Thrown away unless all of it stands.
#[derive(Default)]
struct Layer {
    held: HashMap<Uuid, Held>,
    heads: BTreeMap<RegionCode, u64>,
    steps: Vec<Step>,
}

/// Takes a group in: all of its changes are applied, or none.
pub(super) fn receive(work: &mut Work, members: &[&Change]) {
    let mut layer = Layer::default();
    let verdicts: Vec<Verdict> = members.iter().map(|change| weigh(work, &mut layer, change)).collect();
    let whole = verdicts.iter().all(|v| matches!(v, Verdict::Applied { .. })) || planted("group_is_split");
    if whole {
        for step in layer.steps {
            work.take(step);
        }
    }
    for (change, verdict) in members.iter().zip(verdicts) {
        let verdict = match verdict {
            Verdict::Applied { .. } if !whole => Verdict::Parked {
                code: ParkCode::Group,
                message: "同一次保存的另一条内容没有被接收，已一起留待处理".into(),
            },
            verdict => verdict,
        };
        work.tell(change, verdict);
    }
}

fn weigh(work: &Work, layer: &mut Layer, change: &Change) -> Verdict {
    let held = layer.held.get(&change.record).or_else(|| work.held(change.record));
    if let Some(refusal) = refuse_right(work.ground(), change, held, work.today()) {
        return refusal;
    }
    let effect = match decide(held, change) {
        Decision::Apply(effect) => effect,
        Decision::Conflict { code, fields } => return Verdict::Conflict { code: code.into(), fields },
        Decision::Park { code, message } => return Verdict::Parked { code, message },
    };
    if effect.is_empty() {
        return match held {
            Some(held) => Verdict::Applied { version: held.record.version },
            None => Verdict::Parked { code: ParkCode::RuleBroken, message: "记录没有内容".into() },
        };
    }
    let Some(head) = layer.heads.get(&change.scope).copied().or_else(|| work.head(&change.scope)) else {
        // A right in a village reaches its township's log; nothing else begins a scope.
        return Verdict::Parked { code: ParkCode::ScopeMismatch, message: "没有这个乡镇".into() };
    };
    let echo = effect.overwrote.is_empty() && effect.set == change.set && effect.void == change.void;
    let entry = LogEntry {
        seq: head + 1,
        origin: change.id,
        record: change.record,
        kind: change.kind.clone(),
        set: effect.set,
        void: effect.void,
        author: change.author,
        noted_at: change.noted_at,
        overwrote: effect.overwrote,
    };
    let left = held.map(|h| h.record.region());
    let after = Held::fold(held.cloned(), &entry, &change.scope);
    let version = entry.seq;
    layer.heads.insert(change.scope.clone(), version);
    layer.held.insert(change.record, after.clone());
    layer.steps.push(Step { scope: change.scope.clone(), entry, echo, left, after });
    Verdict::Applied { version }
}
