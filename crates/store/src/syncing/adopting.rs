//! What adopting a change that waits comes to: pure, in data. Rights, rules and the decision's record are the
//! caller's.

use serde_json::Value;
use tiexin_domain::nouns::follow::place_of_late;
use tiexin_domain::nouns::merge::{merged_into, standing_for};
use tiexin_domain::record::{self, Fields, Record};
use tiexin_domain::shape;
use tiexin_domain::{MergeClass, RegionCode};
use tiexin_protocol::{Change, ParkCode, Verdict, VoidChange, join_notes};
use uuid::Uuid;

use crate::Save;

/// A change that waits, and what it meets.
pub struct Adopting<'a> {
    pub change: &'a Change,
    /// Why it waits; `None` when that is not asked.
    pub verdict: Option<&'a Verdict>,
    /// The record as it stands; `None` when nothing stands here.
    pub current: Option<&'a Record>,
    /// The township where it waits; `None` when this desk cannot tell.
    pub waits: Option<&'a RegionCode>,
    /// [`Unsettled::adopted_in_vain`](crate::Unsettled::adopted_in_vain).
    pub in_vain: bool,
    /// Records as they stand, or as another change of the group is about to make them.
    pub now: &'a dyn Fn(Uuid) -> Option<Record>,
}

impl Adopting<'_> {
    /// Where the record lies once the change is adopted. `None`: nothing here can be adopted, for the record
    /// lies elsewhere, or what it belongs to does.
    ///
    /// A new record of something that has moved or was merged goes where that lies now: pushed with the region
    /// that its author saw, it would be parked again.
    pub fn place(&self) -> Option<RegionCode> {
        if self.in_vain || (self.change.set.is_empty() && self.change.void.is_none()) {
            // Pressed again it would only wait once more elsewhere. And of what the desk had to give up with its
            // scope only the number is left.
            return None;
        }
        let said = region_of(&self.change.set);
        if let Some(record) = self.current {
            // The author saw it elsewhere: where it lies is not what the change is about.
            let meant = said.filter(|_| record.scope == self.change.scope);
            return Some(meant.unwrap_or_else(|| record.region()));
        }
        // Of an edit half a record is told: it makes none.
        let said = said.filter(|_| self.change.base == 0)?;
        if said.scope() == self.change.scope && self.lies_elsewhere() {
            return None;
        }
        let parents: Vec<Record> = self.parents().collect();
        if let Some(away) = parents.iter().find(|parent| parent.scope != said.scope()) {
            return Some(away.region());
        }
        let late = |parent: &Record| place_of_late(&self.change.kind, &self.change.set, parent);
        let said = parents.iter().find_map(late).unwrap_or(said);
        let lies_here = !parents.is_empty() || self.named().next().is_none();
        Some(said).filter(|said| lies_here || self.waits == Some(&said.scope()))
    }

    /// The province has the record in a township that this desk does not read: made here, it would be parked again in
    /// the same way, however often.
    fn lies_elsewhere(&self) -> bool {
        matches!(self.verdict, Some(Verdict::Parked { code: ParkCode::ScopeMismatch, .. }))
    }

    /// What the change says its record belongs to.
    fn named(&self) -> impl Iterator<Item = Uuid> {
        shape::parents(&self.change.kind)
            .filter_map(|field| self.change.set.get(field)?.as_str()?.parse().ok())
    }

    /// The same as records, as far as they are here: what stands for one that was merged.
    pub fn parents(&self) -> impl Iterator<Item = Record> {
        self.named().filter_map(|id| {
            let into = |id| (self.now)(id).as_ref().and_then(merged_into);
            (self.now)(standing_for(id, into).unwrap_or(id))
        })
    }
}

/// The change on top of what stands, at its [`Adopting::place`]. `join`: what was noted meanwhile stays beside an
/// older note.
pub fn adopted(change: &Change, current: Option<&Record>, place: &RegionCode, join: bool) -> Save {
    let Change { record, kind, void, .. } = change;
    let mut fields = current.map(|record| record.fields.clone()).unwrap_or_default();
    let mut set = change.set.clone();
    if join {
        keep_both_notes(kind, &fields, &mut set);
    }
    record::apply(&mut fields, &set);
    // A record without a region lies in its township: nothing is written to say so.
    if set.contains_key("region") || current.is_some_and(|record| record.region() != *place) {
        fields.insert("region".into(), place.to_string().into());
    }
    let hidden = current.is_some_and(|record| record.void.is_some());
    // To stand by an edit of a hidden record is to bring it back.
    let void = void.clone().or_else(|| hidden.then_some(VoidChange::Restore));
    Save { id: *record, kind: kind.clone(), fields, void }
}

/// Of a change whose `contested` fields are to stay as they are: the rest of it, merged as it would have been without
/// them; a note that it empties stays, for nobody has compared it. `None`: nothing is left to be saved. What is hidden,
/// or was to be, is for a person to look at.
pub fn rest(
    change: &Change,
    current: Option<&Record>,
    place: &RegionCode,
    contested: &[String],
) -> Option<Save> {
    if change.void.is_some() || current.is_some_and(|record| record.void.is_some()) {
        return None;
    }
    let mut left = change.clone();
    let empties_note = |field: &str, value: &Value| {
        value.is_null() && shape::merge_class(&change.kind, field) == MergeClass::LongNote
    };
    left.set.retain(|field, value| !contested.contains(field) && !empties_note(field, value));
    let save = adopted(&left, current, place, true);
    (current.map(|record| &record.fields) != Some(&save.fields)).then_some(save)
}

/// Where a decision lies: where the record is or will be, if that is in the township where the change waits.
pub fn decided_at(waits: &RegionCode, current: Option<&Record>, to: Option<&RegionCode>) -> RegionCode {
    let inside = |region: &RegionCode| region.scope() == *waits;
    let found = to.cloned().filter(inside).or_else(|| current.map(Record::region).filter(inside));
    found.unwrap_or_else(|| waits.clone())
}

fn region_of(fields: &Fields) -> Option<RegionCode> {
    fields.get("region").and_then(Value::as_str).and_then(|code| code.parse().ok())
}

/// What was noted meanwhile does not give way to an older text.
fn keep_both_notes(kind: &str, standing: &Fields, set: &mut Fields) {
    for (field, value) in set.iter_mut() {
        if shape::merge_class(kind, field) == MergeClass::LongNote
            && let Value::String(text) = value
        {
            *value = join_notes(standing.get(field), text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tiexin_domain::Kind;
    use tiexin_protocol::ChangeId;

    const OLD: &str = "340323100001";
    const NEW: &str = "340323104001";
    const PARENT: Uuid = Uuid::from_u128(7);

    fn region(code: &str) -> RegionCode {
        code.parse().unwrap()
    }

    fn record(id: Uuid, kind: &str, village: &str) -> Record {
        let fields = json!({"region": village, "head_name": "甲", "name": "甲", "notes": "新"});
        let fields = fields.as_object().unwrap().clone();
        Record { id, kind: kind.into(), scope: region(village).scope(), version: 3, fields, void: None }
    }

    fn change(kind: &str, base: u64, set: Value) -> Change {
        Change {
            id: ChangeId { device: Uuid::from_u128(1), incarnation: Uuid::from_u128(2), seq: 1 },
            group: Uuid::from_u128(3),
            record: Uuid::from_u128(4),
            kind: kind.into(),
            scope: region(OLD).scope(),
            base,
            set: set.as_object().unwrap().clone(),
            void: None,
            author: Uuid::from_u128(5),
            noted_at: 0,
        }
    }

    fn adopt(
        change: &Change,
        current: Option<&Record>,
        waits: &str,
        there: &[Record],
    ) -> Option<(RegionCode, Save)> {
        let now = |id| there.iter().find(|record| record.id == id).cloned();
        let waits = region(waits);
        let of = Adopting { change, verdict: None, current, waits: Some(&waits), in_vain: false, now: &now };
        let place = of.place()?;
        let save = adopted(change, current, &place, true);
        Some((place, save))
    }

    /// One of that id was made in another township. Who does not read that place could press as often as they like.
    #[test]
    fn what_lies_in_another_township_is_adopted_where_that_is_read() {
        let set = json!({"region": OLD, "household": PARENT, "hospital": "市医院"});
        let file = change("support_file", 0, set);
        let waits = region(&OLD[..9]);
        let mismatch = Verdict::Parked { code: ParkCode::ScopeMismatch, message: String::new() };
        let no_right = Verdict::Parked { code: ParkCode::NoRight, message: String::new() };
        let now = |_: Uuid| -> Option<Record> { None };
        let place = |change: &Change, verdict: &Verdict, current: Option<&Record>| {
            let (verdict, waits) = (Some(verdict), Some(&waits));
            Adopting { change, verdict, current, waits, in_vain: false, now: &now }.place()
        };
        assert_eq!(place(&file, &mismatch, None), None);
        assert_eq!(place(&file, &no_right, None), Some(region(OLD)));
        let there = record(file.record, "support_file", NEW);
        assert_eq!(place(&file, &mismatch, Some(&there)), Some(region(NEW)));
        // Only its own township was wrong: it lies where its author said.
        let astray = Change { scope: region(NEW).scope(), ..file };
        assert_eq!(place(&astray, &mismatch, None), Some(region(OLD)));
    }

    /// Every kind that belongs to something: the family, the person or the visit lies in the new place only.
    #[test]
    fn a_new_record_of_what_has_moved_goes_where_that_lies() {
        let mut walked = 0;
        for kind in Kind::ALL {
            for parent in shape::parents(kind.code()).filter(|field| *field != "merged_into") {
                let set = json!({"region": OLD, "x": 1, parent: PARENT});
                let change = change(kind.code(), 0, set);
                let there = [record(PARENT, "household", NEW)];
                let (place, save) = adopt(&change, None, &NEW[..9], &there).unwrap();
                assert_eq!((place, &save.fields["region"]), (region(NEW), &json!(NEW)), "{kind:?} {parent}");
                assert_eq!(save.fields["x"], 1);
                // What it belongs to went on to where this desk does not read: it cannot be adopted here.
                assert!(adopt(&change, None, &NEW[..9], &[]).is_none());
                // Nothing moved: it lies where its author said.
                let here = [record(PARENT, "household", OLD)];
                assert_eq!(adopt(&change, None, &OLD[..9], &here).unwrap().0, region(OLD));
                walked += 1;
            }
        }
        assert!(walked >= 12, "{walked}");
    }

    /// Its author had not heard that the family had moved to another village.
    #[test]
    fn a_new_person_goes_to_the_village_of_the_family_and_a_visit_stays() {
        let mut moved = record(PARENT, "household", "340323100003");
        moved.fields.insert("moved_from".into(), json!(OLD));
        let set = json!({"region": OLD, "household": PARENT});
        let there = [moved];
        let person = adopt(&change("person", 0, set.clone()), None, &OLD[..9], &there).unwrap();
        assert_eq!((person.0, &person.1.fields["region"]), (region("340323100003"), &json!("340323100003")));
        let visit = adopt(&change("visit", 0, set), None, &OLD[..9], &there).unwrap();
        assert_eq!((visit.0, &visit.1.fields["region"]), (region(OLD), &json!(OLD)));
    }

    #[test]
    fn what_was_merged_is_followed_to_the_one_that_stays() {
        let mut gone = record(PARENT, "household", OLD);
        gone.fields.insert("merged_into".into(), json!(Uuid::from_u128(9)));
        gone.void = Some(tiexin_domain::record::Void { reason: "合并".into() });
        let there = [gone, record(Uuid::from_u128(9), "household", NEW)];
        let change = change("visit", 0, json!({"region": OLD, "household": PARENT}));
        assert_eq!(adopt(&change, None, &NEW[..9], &there).unwrap().0, region(NEW));
    }

    #[test]
    fn the_rest_of_a_change_is_merged_without_what_clashes() {
        let mut here = record(Uuid::from_u128(4), "person", OLD);
        here.fields.insert("id_number".into(), json!("34052419800101001X"));
        here.fields.insert("health".into(), json!("高血压"));
        let set = json!({"id_number": "440524188001010014", "health": "糖尿病", "notes": "旧",
            "tags": {"+": ["youth"]}});
        let change = change("person", 2, set);
        let save = rest(&change, Some(&here), &region(OLD), &["id_number".into()]).unwrap();
        assert_eq!(save.fields["id_number"], here.fields["id_number"]);
        assert_eq!((&save.fields["health"], &save.fields["tags"]), (&json!("糖尿病"), &json!(["youth"])));
        let notes = save.fields["notes"].as_str().unwrap();
        assert!(notes.contains('新') && notes.contains('旧'), "{notes}");
        // Its author emptied a note that others have written into since.
        let mut emptied = change.clone();
        emptied.set.insert("notes".into(), Value::Null);
        let save = rest(&emptied, Some(&here), &region(OLD), &["id_number".into()]).unwrap();
        assert_eq!((&save.fields["notes"], &save.fields["health"]), (&json!("新"), &json!("糖尿病")));
        // Nothing else was in it; or what it is about is hidden now.
        let all: Vec<String> = change.set.keys().cloned().collect();
        assert!(rest(&change, Some(&here), &region(OLD), &all).is_none());
        here.void = Some(tiexin_domain::record::Void { reason: "重复".into() });
        assert!(rest(&change, Some(&here), &region(OLD), &["id_number".into()]).is_none());
    }

    #[test]
    fn an_edit_stays_where_the_record_lies_and_a_move_goes_where_it_was_meant() {
        let moved = record(Uuid::from_u128(4), "household", NEW);
        let village = change("household", 2, json!({"region": "340323100002", "notes": "旧"}));
        let (place, save) = adopt(&village, Some(&moved), &NEW[..9], &[]).unwrap();
        assert_eq!((place, &save.fields["region"]), (region(NEW), &json!(NEW)));
        assert!(save.fields["notes"].as_str().unwrap().contains('新'));
        // Nobody moved it: its author wants it to.
        let here = record(Uuid::from_u128(4), "household", OLD);
        let away = change("household", 2, json!({"region": NEW}));
        assert_eq!(adopt(&away, Some(&here), &NEW[..9], &[]).unwrap().0, region(NEW));
        // Who has only the new place cannot make a record of the half that is told.
        assert!(adopt(&away, None, &NEW[..9], &[]).is_none());
        assert!(adopt(&change("household", 0, json!({"phone": "1"})), None, &OLD[..9], &[]).is_none());
    }
}
