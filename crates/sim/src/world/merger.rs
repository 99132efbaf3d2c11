//! A family that two desks registered: a person merges the two, and perhaps takes it back.

use serde_json::json;
use tiexin_domain::nouns::Merge;
use tiexin_domain::nouns::merge::{MERGED_INTO, MergeDecision, Turned, merged_into, turn};
use tiexin_domain::record::{Fields, Void};
use tiexin_domain::{Kind, Noun, Record};
use tiexin_protocol::{PUSH_CHANGES, VoidChange, join_notes, merge_of};
use tiexin_store::Save;
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
    /// As the desk does it: the one that gives way is hidden and says into what, its note is taken over, what
    /// names it is turned, the decision is written down; all in one group.
    pub(super) fn merge(&self, pick: u16) -> Result<(), Broken> {
        if pick.is_multiple_of(3) {
            return self.undo(pick);
        }
        let (book, desk) = (self.book()?, &self.world.desks[self.desk]);
        let Some((stays, gives_way)) = self.pair(pick)? else { return Ok(()) };
        let mut gone = gives_way.fields.clone();
        gone.insert(MERGED_INTO.into(), stays.id.to_string().into());
        let void = Some(VoidChange::Hide(Void { reason: "重复登记".into() }));
        let mut saves = vec![Save { id: gives_way.id, kind: gives_way.kind.clone(), fields: gone, void }];
        if let Some(note) = gives_way.text("notes") {
            let mut fields = stays.fields.clone();
            fields.insert("notes".into(), join_notes(stays.fields.get("notes"), note));
            saves.push(Save { id: stays.id, kind: stays.kind.clone(), fields, void: None });
        }
        let mut turned = Vec::new();
        for record in book.naming(gives_way.id, None).map_err(broke("naming"))? {
            let mut fields = record.fields;
            // One group of more than a push holds could never be told; the decision comes last.
            let full = saves.len() + 1 == PUSH_CHANGES;
            if full || record.void.is_some() || [stays.id, gives_way.id].contains(&record.id) {
                continue;
            }
            let named = turn(&record.kind, &mut fields, gives_way.id, stays.id);
            if !named.is_empty() {
                turned.extend(named.into_iter().map(|field| Turned { record: record.id, field }));
                saves.push(Save { id: record.id, kind: record.kind, fields, void: None });
            }
        }
        let decision = Merge {
            region: stays.region(),
            record_kind: Kind::from_code(&stays.kind),
            stays: stays.id,
            gives_way: gives_way.id,
            decision: MergeDecision::Merged,
            turned,
            took: Vec::new(),
        };
        saves.push(decided(&decision));
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
                merges.push((merge, gone));
            }
        }
        if merges.is_empty() {
            return Ok(());
        }
        let (merge, mut back) = merges.swap_remove(usize::from(pick / 3) % merges.len());
        back.fields.remove(MERGED_INTO);
        let void = Some(VoidChange::Restore);
        let mut saves = vec![Save { id: back.id, kind: back.kind, fields: back.fields, void }];
        for Turned { record, field } in &merge.turned {
            let Some(mut record) = get(*record)?.filter(|record| record.void.is_none()) else { continue };
            let Some(value) = record.fields.get(field).cloned() else { continue };
            let mut one = Fields::from_iter([(field.clone(), value)]);
            turn(&record.kind, &mut one, merge.stays, merge.gives_way);
            record.fields.extend(one);
            saves.push(Save { id: record.id, kind: record.kind, fields: record.fields, void: None });
        }
        saves.push(decided(&Merge { decision: MergeDecision::Undone, ..merge.clone() }));
        if self.commit(book, desk, &saves, Vec::new(), Place::Merged { undo: true })? {
            self.world.tally.count("merge undone");
            self.heat(merge.gives_way);
        }
        Ok(())
    }
}

fn decided(decision: &Merge) -> Save {
    let id = merge_of(decision.stays, decision.gives_way);
    Save { id, kind: Kind::Merge.code().to_owned(), fields: decision.to_fields(), void: None }
}
