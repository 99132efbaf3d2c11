//! A family that two desks registered: a person merges the two, and perhaps takes it back.

use std::collections::BTreeSet;

use serde_json::json;
use tiexin_domain::nouns::Merge;
use tiexin_domain::nouns::merge::{MergeDecision, merged_into, standing_for};
use tiexin_domain::{Kind, Noun, Record};
use tiexin_protocol::{PUSH_CHANGES, merge_of};
use tiexin_store::Save;
use tiexin_store::merging::{self, Merging, Today, Two};
use uuid::Uuid;

use super::saver::{Marked, Place, Saver, object};
use super::{Broken, World, broke};

impl World {
    /// The same family at two desks, neither of which knows of the other's registration.
    pub(super) fn twice(&self, one: usize, other: usize, pick: u16) -> Result<(), Broken> {
        let other = if one == other { (other + 1) % self.desks.len() } else { other };
        let name = format!("双户{}", pick % 7);
        let mut both = Vec::new();
        for (n, desk) in [one, other].into_iter().enumerate() {
            let saver = self.saver(desk);
            let (book, desk) = (saver.book()?, &self.desks[desk]);
            let (id, word) = (saver.new_id(pick), self.word());
            let region = saver.region(desk, 1, pick.rotate_left(n as u32));
            let fields = json!({"region": region, "head_name": name, "current_address": word});
            let save = Save { id, kind: Kind::Household.code().into(), fields: object(fields), void: None };
            let mark = Marked { record: id, field: "current_address", word, base: 0, saw: String::new() };
            if saver.commit(book, desk, &[save], vec![mark], Place::Region(&region))? {
                both.push(id);
            }
        }
        let mut memory = self.memory.lock().expect("memory");
        memory.records.extend(both.iter().map(|id| (*id, "household")));
        memory.hot.extend(&both);
        if let [one, other] = both[..] {
            self.tally.count("merge of a family registered twice");
            memory.twins.push((one, other));
        }
        Ok(())
    }
}

impl Saver<'_> {
    /// As the desk does it, with the desk's own planner; the note of the one that gives way is taken over.
    pub(super) fn merge(&self, pick: u16) -> Result<(), Broken> {
        if pick.is_multiple_of(3) {
            return self.undo(pick);
        }
        let (book, desk) = (self.book()?, &self.world.desks[self.desk]);
        let Some((stays, gives_way)) = self.pair(pick)? else { return Ok(()) };
        let mut naming = book.naming(gives_way.id, None).map_err(broke("naming"))?;
        naming.retain(|record| record.id != stays.id && merging::names(record, gives_way.id));
        // One group of more than a push holds could never be told: the two and the decision are in it, too.
        naming.truncate(PUSH_CHANGES - 3);
        let two = Two { stays: &stays, gives_way: &gives_way, naming: &naming };
        let Merging { mut saves, decision } = merging::merge(&two, &BTreeSet::from(["notes".to_owned()]));
        saves.push(self.decided(&decision)?);
        if self.commit(book, desk, &saves, Vec::new(), Place::Merged { undo: false })? {
            self.world.tally.count("merge by a person");
            self.heat(gives_way.id);
            self.heat(stays.id);
        }
        Ok(())
    }

    /// Two families that this desk shows: registered twice, or just any two; either of them may give way.
    fn pair(&self, pick: u16) -> Result<Option<(Record, Record)>, Broken> {
        let book = self.book()?;
        let shown = |id: Uuid| -> Result<Option<Record>, Broken> {
            Ok(book.get(id).map_err(broke("get"))?.filter(|record| record.void.is_none()))
        };
        let (mut pairs, any) = {
            let memory = self.world.memory.lock().expect("memory");
            let homes = memory.records.iter().filter(|(_, kind)| *kind == "household");
            (memory.twins.clone(), homes.map(|(id, _)| *id).collect::<Vec<Uuid>>())
        };
        if !pairs.is_empty() {
            let at = usize::from(pick / 8) % pairs.len();
            pairs.rotate_left(at);
        }
        if any.len() > 1 {
            let (one, other) = (usize::from(pick) % any.len(), usize::from(pick / 3) % any.len());
            pairs.push((any[one], any[other]));
        }
        for (one, other) in pairs {
            if one != other
                && let (Some(one), Some(other)) = (shown(one)?, shown(other)?)
            {
                return Ok(Some(if pick & 2 == 0 { (one, other) } else { (other, one) }));
            }
        }
        Ok(None)
    }

    fn undo(&self, pick: u16) -> Result<(), Broken> {
        let (book, desk) = (self.book()?, &self.world.desks[self.desk]);
        let get = |id| book.get(id).map_err(broke("get"));
        let mut merges = Vec::new();
        for record in book.all(Kind::Merge.code(), &[]).map_err(broke("merges"))? {
            let Ok(merge) = Merge::from_fields(&record.fields) else { continue };
            let Some(gone) = get(merge.gives_way)? else { continue };
            if merge.decision == MergeDecision::Merged && merged_into(&gone) == Some(merge.stays) {
                merges.push(merge);
            }
        }
        if merges.is_empty() {
            return Ok(());
        }
        let merge = merges.swap_remove(usize::from(pick / 3) % merges.len());
        let now = |id| book.get(id).ok().flatten();
        let standing = |id| standing_for(id, |id| now(id).as_ref().and_then(merged_into)).unwrap_or(id);
        let undone = merging::undo(&merge, &Today { now: &now, standing: &standing });
        let mut saves = undone.ok_or("a merged record that is not there")?;
        saves.push(self.decided(&Merge { decision: MergeDecision::Undone, ..merge.clone() })?);
        if self.commit(book, desk, &saves, Vec::new(), Place::Merged { undo: true })? {
            self.world.tally.count("merge undone");
            self.heat(merge.gives_way);
        }
        Ok(())
    }

    fn decided(&self, decision: &Merge) -> Result<Save, Broken> {
        let before = self.book()?.get(merge_of(decision.stays, decision.gives_way)).map_err(broke("get"))?;
        Ok(merging::decided(decision, before.as_ref()))
    }
}
