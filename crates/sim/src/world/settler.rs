//! A supervisor who decides on what the province did not apply: adopts it, or sends it back.

use std::collections::HashMap;

use tiexin_domain::nouns::merge::MERGED_INTO;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::nouns::{self, Settlement};
use tiexin_domain::{Kind, Noun, Record, RegionCode, shape};
use tiexin_protocol::PUSH_CHANGES;
use tiexin_store::adopting::{Adopting, adopted, decided_at};
use tiexin_store::{Book, Save, Unsettled};
use uuid::Uuid;

use super::saver::{Place, Saver};
use super::{Broken, Desk, broke};

/// Sweeps of every decider after which nothing may be left that one of them can adopt.
const MOST_SWEEPS: usize = 8;

impl Saver<'_> {
    /// Decides on one of the saves that wait.
    pub(super) fn settle(&self, pick: u16) -> Result<(), Broken> {
        let groups = self.waiting()?;
        if groups.is_empty() {
            return Ok(());
        }
        let group = &groups[usize::from(pick) % groups.len()];
        self.decide(group, !pick.is_multiple_of(3)).map(drop)
    }

    /// What waits for this desk, in the groups of one save.
    fn waiting(&self) -> Result<Vec<Vec<Unsettled>>, Broken> {
        let mut groups: Vec<Vec<Unsettled>> = Vec::new();
        let mut known: HashMap<(Uuid, Uuid, Uuid), usize> = HashMap::new();
        for one in self.book()?.unsettled().map_err(broke("unsettled"))? {
            let change = &one.told.change;
            let key = (change.id.device, change.id.incarnation, change.group);
            match known.get(&key) {
                Some(at) => groups[*at].push(one),
                None => {
                    known.insert(key, groups.len());
                    groups.push(vec![one]);
                }
            }
        }
        for group in &mut groups {
            group.sort_by_key(|one| one.told.change.id);
        }
        Ok(groups)
    }

    /// Adopts the group if it can be adopted here and is to be, or sends it back. Whether anything was decided.
    fn decide(&self, group: &[Unsettled], adopts: bool) -> Result<bool, Broken> {
        let (book, desk) = (self.book()?, &self.world.desks[self.desk]);
        let adopted = if adopts { adoption(book, desk, group) } else { None };
        let choice = if adopted.is_some() { Choice::Adopt } else { Choice::Decline };
        let tally = &self.world.tally;
        tally.count(if adopted.is_some() { "settled by adopting" } else { "settled by sending back" });
        let Adoption { saves, moves, made } = adopted.unwrap_or_default();
        for (id, along) in &made {
            tally.count(if *along { "adopted into another township" } else { "adopted a new record" });
            self.world.memory.lock().expect("memory").adopted.insert(*id);
        }
        let decisions = group.iter().map(|one| decision(book, one, &choice));
        let saves: Vec<Save> = saves.into_iter().chain(decisions).collect();
        // Sent back, a large save takes more than one message.
        let place = || if moves { Place::Moved } else { Place::Same };
        for part in saves.chunks(PUSH_CHANGES) {
            if !self.commit(book, desk, part, Vec::new(), place())? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Presses 采纳 on everything that waits here, once each. How much that was.
    pub(crate) fn adopt_all(&self) -> Result<usize, Broken> {
        let groups = self.waiting()?;
        let mut pressed = 0;
        for group in &groups {
            pressed += usize::from(self.decide(group, true)?);
        }
        Ok(pressed)
    }
}

/// What adopting a group comes to.
#[derive(Default)]
struct Adoption {
    saves: Vec<Save>,
    /// A record goes to another township.
    moves: bool,
    /// New records, and whether they lie elsewhere than their author had them.
    made: Vec<(Uuid, bool)>,
}

/// As the desk's command plans it; `None`: it cannot be adopted here.
fn adoption(book: &Book, desk: &Desk, group: &[Unsettled]) -> Option<Adoption> {
    if 2 * group.len() > PUSH_CHANGES {
        return None;
    }
    let may = |region: &RegionCode| desk.grants.iter().any(|grant| grant.covers(region));
    let mut adoption = Adoption::default();
    let mut made: HashMap<Uuid, Record> = HashMap::new();
    for one in group {
        let change = &one.told.change;
        // A merge is done anew by a person who looks at both.
        let merges = change.kind == Kind::Merge.code() || change.set.contains_key(MERGED_INTO);
        if merges || change.void.is_some() || !Kind::from_code(&change.kind).is_known() {
            return None;
        }
        let current = book.get(change.record).ok().flatten();
        // Of what is insert-only nothing is changed: that can only be sent back.
        if current.as_ref().is_some_and(|record| record.void.is_some() || shape::is_fixed(&record.kind)) {
            return None;
        }
        let now = |id| made.get(&id).cloned().or_else(|| book.get(id).ok().flatten());
        let (waits, in_vain) = (Some(&one.scope), one.adopted_in_vain);
        let (found, verdict) = (current.as_ref(), Some(&one.told.verdict));
        let of = Adopting { change, verdict, current: found, waits, in_vain, now: &now };
        let place = of.place()?;
        let stands = current.as_ref().map(Record::region);
        if !may(&place) || stands.as_ref().is_some_and(|region| !may(region)) {
            return None;
        }
        let save = adopted(change, current.as_ref(), &place, true);
        if !nouns::check(&save.kind, &save.fields).is_ok_and(|checked| checked.problems.is_empty()) {
            return None;
        }
        match &current {
            Some(record) => adoption.moves |= record.scope != place.scope(),
            None => adoption.made.push((save.id, place.scope() != change.scope)),
        }
        let (kind, fields) = (save.kind.clone(), save.fields.clone());
        made.insert(
            save.id,
            Record { id: save.id, kind, scope: place.scope(), version: 0, fields, void: None },
        );
        adoption.saves.push(save);
    }
    Some(adoption)
}

fn decision(book: &Book, one: &Unsettled, choice: &Choice) -> Save {
    let change = &one.told.change;
    let current = book.get(change.record).ok().flatten();
    let now = |id| book.get(id).ok().flatten();
    let (waits, in_vain) = (Some(&one.scope), one.adopted_in_vain);
    let (stands, verdict) = (current.as_ref(), Some(&one.told.verdict));
    let to = Adopting { change, verdict, current: stands, waits, in_vain, now: &now }.place();
    let decision = Settlement {
        region: decided_at(&one.scope, current.as_ref(), to.as_ref()),
        device: change.id.device,
        incarnation: change.id.incarnation,
        seq: change.id.seq,
        record: change.record,
        record_kind: Kind::from_code(&change.kind),
        author: change.author,
        author_name: None,
        choice: choice.clone(),
        note: Some("请核对".into()),
    };
    let (id, kind) = (change.id.settlement(), Kind::Settlement.code().to_owned());
    Save { id, kind, fields: decision.to_fields(), void: None }
}

impl super::World {
    /// Everybody who may presses 采纳 on all that waits, desk after desk with a round between, until nothing is
    /// left: what was adopted must not come back to be adopted again.
    pub(crate) async fn adopt_everything(&mut self) -> Result<(), Broken> {
        for _ in 0..MOST_SWEEPS {
            let mut pressed = 0;
            for desk in 0..self.desks.len() {
                // Told at once, so that the next one decides on what is left.
                self.round(desk, 0, 0, false).await?;
                let some = Saver { world: self, desk }.adopt_all()?;
                if some > 0 {
                    self.round(desk, 0, 0, false).await?;
                }
                pressed += some;
            }
            if pressed == 0 {
                return Ok(());
            }
            self.tally.count("adopted all that waited");
        }
        let left: Vec<String> = (0..self.desks.len())
            .filter_map(|desk| Saver { world: self, desk }.waiting().ok())
            .flatten()
            .flatten()
            .map(|one| {
                format!(
                    "{} {} of {} ({:?})",
                    one.told.change.kind, one.told.change.record, one.scope, one.told.verdict
                )
            })
            .collect();
        Err(format!("adopting comes to no end: {}", left.join(", ")))
    }
}
