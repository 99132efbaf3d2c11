//! A group of changes stands or falls together; it never holds back another group.

use std::collections::{BTreeMap, HashMap};

use tiexin_domain::RegionCode;
use tiexin_protocol::{Change, Decision, Held, LogEntry, Moved, ParkCode, Verdict, decide, planted};
use uuid::Uuid;

use super::outcome::{Step, Work};
use super::{around, fixed, merges, moves, refuse_right, settle};

/// What the group would do, on top of the work so far. Thrown away unless all of it stands.
#[derive(Default)]
pub(super) struct Layer {
    /// Record → the last step about it.
    last: HashMap<Uuid, usize>,
    heads: BTreeMap<RegionCode, u64>,
    steps: Vec<Step>,
}

impl Layer {
    /// A record as it stands after what the group did so far.
    pub(super) fn held<'a>(&'a self, work: &'a Work, id: Uuid) -> Option<&'a Held> {
        self.last
            .get(&id)
            .and_then(|at| self.steps.get(*at))
            .map(|step| &step.after)
            .or_else(|| work.held(id))
    }

    /// Records that the group changes.
    pub(super) fn records(&self) -> impl Iterator<Item = &Uuid> {
        self.last.keys()
    }

    fn next(&self, work: &Work, scope: &RegionCode) -> Option<u64> {
        self.heads.get(scope).copied().or_else(|| work.head(scope)).map(|head| head + 1)
    }

    fn take(&mut self, step: Step) {
        self.heads.insert(step.scope.clone(), step.entry.seq);
        self.last.insert(step.entry.record, self.steps.len());
        self.steps.push(step);
    }
}

/// A verdict, and the scope in which people are shown what was not applied.
pub(super) type Weighed = (Verdict, RegionCode);

/// Takes a group in: all of its changes are applied, or none.
pub(super) fn receive(work: &mut Work, members: &[&Change]) {
    let mut layer = Layer::default();
    let mut weighed: Vec<Weighed> = members.iter().map(|change| weigh(work, &mut layer, change)).collect();
    let stands = weighed.iter().all(|(verdict, _)| matches!(verdict, Verdict::Applied { .. }));
    if stands {
        let refused = fixed::refused(work, &layer, members, &weighed);
        let refused = refused.or_else(|| around::broken(work, &layer, members, &weighed));
        if let Some((at, verdict)) = refused {
            weighed[at].0 = verdict;
        }
    }
    let refused = weighed.iter().find(|(v, _)| !matches!(v, Verdict::Applied { .. }));
    let seen = refused.map(|(_, scope)| scope.clone()).filter(|_| !planted("group_is_split"));
    if seen.is_none() {
        for step in layer.steps {
            work.take(step);
        }
    }
    for (change, (verdict, scope)) in members.iter().zip(weighed) {
        match (&verdict, &seen) {
            (Verdict::Applied { .. }, Some(seen)) => {
                let message = "同一次保存的另一条内容没有被接收，已一起留待处理".into();
                work.tell(change, Verdict::Parked { code: ParkCode::Group, message }, seen);
            }
            _ => work.tell(change, verdict, &scope),
        }
    }
}

fn weigh(work: &Work, layer: &mut Layer, asked: &Change) -> Weighed {
    let turned = &*merges::followed(work, layer, asked);
    let stopped = merges::stopped(work, layer, asked, turned);
    if let Some(weighed) = stopped.or_else(|| moves::left_behind(work, layer, turned)) {
        return weighed;
    }
    let held = layer.held(work, turned.record);
    if settle::second(turned, held) {
        let refusal = refuse_right(work.ground(), turned, None, work.today());
        return (refusal.unwrap_or_else(settle::came_second), turned.scope.clone());
    }
    let change = &*moves::followed(work, layer, turned, held);
    let meant = (change.record != asked.record).then_some(asked.record);
    let instead = meant.map(|_| change.record);
    let here = &change.scope;
    let told = |verdict| (verdict, here.clone());
    let refused = |change| refuse_right(work.ground(), change, held, work.today());
    // Who might not write where the family was gains nothing by its having moved.
    let before = Some(turned).filter(|turned| held.is_none() && turned.set != change.set).and_then(refused);
    if let Some(refusal) = before {
        return told(refusal);
    }
    if let Some(refusal) = refused(change) {
        return match meant {
            Some(_) => told(merges::merged()),
            None => moves::refused(work, asked, change, held, refusal),
        };
    }
    if held.is_none() && change.base == 0 && work.is_edit(asked) {
        // Whoever registered it has not been here since this book was put back: half a record must not take its place.
        let message = "省平台还没有这条记录".into();
        return told(Verdict::Parked { code: ParkCode::RecordUnknown, message });
    }
    let unseen = held.filter(|_| meant.is_some()).map(merges::unseen);
    let effect = match decide(unseen.as_ref().or(held), change) {
        Decision::Apply(effect) => fixed::without_stamps(held, effect),
        Decision::Conflict { code, fields } => {
            return told(Verdict::Conflict { code: code.into(), fields });
        }
        Decision::Park { code, message } => return told(Verdict::Parked { code, message }),
    };
    let elsewhere = (*here != asked.scope).then(|| here.clone());
    if effect.is_empty() {
        return told(match held {
            Some(held) => Verdict::Applied { version: held.record.version, elsewhere, instead },
            None => Verdict::Parked { code: ParkCode::RuleBroken, message: "记录没有内容".into() },
        });
    }
    let no_scope = || Verdict::Parked { code: ParkCode::ScopeMismatch, message: "没有这个乡镇".into() };
    let Some(seq) = layer.next(work, here) else {
        // A right in a village reaches its township's log; nothing else begins a scope.
        return told(no_scope());
    };
    let to = effect.region().map(|region| region.scope()).filter(|to| to != here);
    let as_sent = effect.set == asked.set && effect.void == asked.void && meant.is_none();
    let echo = as_sent && effect.overwrote.is_empty() && to.is_none();
    let (left, version) = (held.map(|h| h.record.region()), held.map_or(0, |h| h.record.version));
    let mut entry = LogEntry {
        seq,
        origin: change.id,
        record: change.record,
        kind: change.kind.clone(),
        set: effect.set,
        void: effect.void,
        author: change.author,
        noted_at: change.noted_at,
        overwrote: effect.overwrote,
        moved: to.clone().map(|to| Moved::Away { to }),
        meant,
    };
    // What gave way is told where the record lies from now on.
    let overwrote = if to.is_some() { std::mem::take(&mut entry.overwrote) } else { Vec::new() };
    let after = Held::fold(held.cloned(), &entry, here);
    if let Some(to) = to {
        let Some(at) = layer.next(work, &to) else { return told(no_scope()) };
        let arrival = LogEntry { overwrote, ..after.arrival(&entry, here, version, at) };
        let there = Held::fold(None, &arrival, &to);
        layer.take(Step { scope: here.clone(), entry, echo, left, after });
        layer.take(Step { scope: to, entry: arrival, echo, left: None, after: there });
    } else {
        layer.take(Step { scope: here.clone(), entry, echo, left, after });
    }
    told(Verdict::Applied { version: seq, elsewhere, instead })
}
