//! Somebody at a desk who saves: new records, edits of every merge class, moves, without the right, against
//! the rules.

use std::sync::atomic::Ordering::Relaxed;

use serde_json::Value;
use tiexin_domain::around::{self, Reach, Subject};
use tiexin_domain::record::{Fields, Void};
use tiexin_domain::{Kind, Record, shape};
use tiexin_protocol::{PUSH_CHANGES, VoidChange};
use tiexin_store::moving::moved_along;
use tiexin_store::{Book, By, Save, StoreError};
use uuid::Uuid;

use super::kinds::kinds;
use super::{Broken, Desk, Mark, TOWNS, World, book, broke};

/// Where what is saved comes to lie.
pub(super) enum Place<'a> {
    /// Made here; without the right there the province does not take it.
    Region(&'a str),
    /// Where it lay.
    Same,
    /// Perhaps in another township.
    Moved,
    /// Where it lay; what belongs to a family goes along with it.
    Merged { undo: bool },
}

/// A word about to be saved.
pub(super) struct Marked {
    pub(super) record: Uuid,
    pub(super) field: &'static str,
    pub(super) word: String,
    pub(super) base: u64,
    pub(super) saw: String,
}

/// Somebody at a desk who saves.
pub(super) struct Saver<'a> {
    pub(super) world: &'a World,
    pub(super) desk: usize,
}

impl Saver<'_> {
    pub(super) fn book(&self) -> Result<&Book, Broken> {
        book(&self.world.desks[self.desk])
    }

    pub(super) fn save(&self, what: u8, pick: u16) -> Result<(), Broken> {
        let desk = &self.world.desks[self.desk];
        let book = book(desk)?;
        let chosen = self.choose(pick, |_| true);
        let held = match chosen {
            Some(id) if what >= 70 => book.get(id).map_err(broke("get"))?,
            _ => None,
        };
        match held {
            Some(record) => self.edit(book, desk, record, what, pick),
            None => self.make(book, desk, what, pick),
        }
    }

    /// A record that somebody has made: any, or one of the newest, or one that others are about to work on too.
    fn choose(&self, pick: u16, wanted: impl Fn(&str) -> bool) -> Option<Uuid> {
        let memory = self.world.memory.lock().expect("memory");
        let known: Vec<Uuid> =
            memory.records.iter().filter(|(_, kind)| wanted(kind)).map(|(id, _)| *id).collect();
        let at = usize::from(pick / 4);
        let newest = |of: &[Uuid], most: usize| {
            let some = &of[of.len().saturating_sub(most)..];
            (!some.is_empty()).then(|| some[at % some.len()])
        };
        match pick % 4 {
            0 => newest(&known, known.len()),
            1 => newest(&known, 6),
            _ => {
                let hot: Vec<Uuid> = memory.hot.iter().copied().filter(|id| known.contains(id)).collect();
                newest(&hot, 4).or_else(|| newest(&known, known.len()))
            }
        }
    }

    /// Others are likely to work on it, too.
    pub(super) fn heat(&self, id: Uuid) {
        self.world.memory.lock().expect("memory").hot.push(id);
    }

    fn group(&self, what: u8) -> Uuid {
        Uuid::from_u128(u128::from(self.world.next.fetch_add(1, Relaxed)) << 8 | u128::from(what))
    }

    pub(super) fn region(&self, desk: &Desk, what: u8, pick: u16) -> String {
        // Now and then somewhere else: a change without the right (I10).
        if what.is_multiple_of(23) {
            return format!("{}00{}", TOWNS[usize::from(pick) % TOWNS.len()], pick % 3 + 1);
        }
        let Some(grant) = desk.grants.get(usize::from(pick) % desk.grants.len().max(1)) else {
            return format!("{}001", TOWNS[0]);
        };
        match grant.as_str().len() {
            6 => format!("{}00{}", TOWNS[usize::from(pick) % TOWNS.len()], pick % 3 + 1),
            9 => format!("{grant}00{}", pick % 3 + 1),
            _ => grant.to_string(),
        }
    }

    pub(super) fn new_id(&self, pick: u16) -> Uuid {
        Uuid::from_u128(u128::from(self.world.next.fetch_add(1, Relaxed)) << 64 | u128::from(pick))
    }

    fn make(&self, book: &Book, desk: &Desk, what: u8, pick: u16) -> Result<(), Broken> {
        let word = self.world.word();
        let id = self.new_id(pick);
        let region = self.region(desk, what, pick);
        let mut saves = Vec::new();
        let mut marks = Vec::new();
        let (kind, field, mut fields) = self.new_record(what, pick, &region);
        fields.insert(field.into(), word.clone().into());
        self.world.tally.count(&format!("made {kind}"));
        if what.is_multiple_of(29) {
            // A rule is broken that this desk does not know.
            for name in ["name", "head_name"].into_iter().filter(|name| *name != field) {
                fields.entry(name).and_modify(|name| *name = "".into());
            }
        }
        let subject = Subject { kind, id, before: None, fields: &fields };
        if !around::problems(book, subject, Reach::Province).map_err(broke("rules"))?.is_empty() {
            // As a desk does; one that has not heard of the other saves it.
            self.world.tally.count("refused beside another record");
            return Ok(());
        }
        saves.push(Save { id, kind: kind.into(), fields, void: None });
        marks.push(Marked { record: id, field, word, base: 0, saw: String::new() });
        // A visit and what it changed in the family's record stand or fall together.
        if kind == "visit"
            && what.is_multiple_of(5)
            && let Some(home) = saves[0].fields.get("household").and_then(|id| id.as_str()?.parse().ok())
            && let Some(mut record) = book.get(home).map_err(broke("get"))?
        {
            let word = self.world.word();
            let saw = record.text("notes").unwrap_or_default().to_owned();
            record.fields.insert("notes".into(), word.clone().into());
            marks.push(Marked { record: home, field: "notes", word, base: record.version, saw });
            saves.push(Save { id: home, kind: record.kind, fields: record.fields, void: None });
        }
        if self.commit(book, desk, &saves, marks, Place::Region(&region))? {
            self.world.memory.lock().expect("memory").records.push((id, kind));
        }
        Ok(())
    }

    /// A record of any kind, made from its shape, and a field for a word: families and what belongs to one of those that
    /// somebody has registered; as often as all others together what offices record most.
    fn new_record(&self, what: u8, pick: u16, region: &str) -> (&'static str, &'static str, Fields) {
        let usual = [Kind::Household, Kind::Visit, Kind::SupportFile];
        let kinds = kinds();
        let kind = match what % 6 {
            few @ 0..3 => &usual[usize::from(few)],
            _ => &kinds[usize::from(what / 6) % kinds.len()].0,
        };
        let of = |kind: &Kind| kinds.iter().find(|(one, _)| one == kind).unwrap_or(&kinds[0]);
        let (kind, made) = of(kind);
        let mut fields = made.fields.clone();
        for (name, of) in &made.names {
            let named = self.choose(pick, |kind| of.is_empty() || of.iter().any(|one| *one == kind));
            match named {
                Some(id) => fields.insert((*name).into(), id.to_string().into()),
                // It belongs to what nobody has registered yet.
                None => return self.new_record(0, pick, region),
            };
        }
        fields.insert("region".into(), region.into());
        (kind.code(), made.worded[usize::from(pick / 7) % made.worded.len()], fields)
    }

    fn edit(&self, book: &Book, desk: &Desk, record: Record, what: u8, pick: u16) -> Result<(), Broken> {
        if shape::is_fixed(&record.kind) {
            // The book takes no change of what is insert-only.
            self.world.tally.count("left what is fixed");
            return Ok(());
        }
        let word = self.world.word();
        let base = record.version;
        let mut fields = record.fields.clone();
        let mut void = None;
        let field = match (record.kind.as_str(), what % 8) {
            (_, 0) if what.is_multiple_of(3) => {
                self.world.tally.count("edit void");
                void = Some(match &record.void {
                    None => VoidChange::Hide(Void { reason: word.clone() }),
                    Some(_) => VoidChange::Restore,
                });
                ""
            }
            ("household", 1 | 5 | 7) | (_, 1) if !pick.is_multiple_of(3) => {
                return self.move_away(book, desk, record, what, pick);
            }
            (_, 1) => {
                // To another village of the township: into one view, out of another.
                self.world.tally.count("edit moves");
                let scope = record.scope.as_str();
                if scope.len() == 9 {
                    let to = format!("{scope}00{}", pick % 3 + 1);
                    came_from(&record, &mut fields, &to);
                    fields.insert("region".into(), to.into());
                }
                ""
            }
            ("household", 2 | 3) => {
                self.world.tally.count("edit set");
                let mut hardship: Vec<Value> =
                    fields.get("hardship").and_then(Value::as_array).cloned().unwrap_or_default();
                if what % 8 == 3 && !hardship.is_empty() {
                    hardship.remove(usize::from(pick) % hardship.len());
                    fields.insert("hardship".into(), hardship.into());
                    ""
                } else {
                    hardship.push(word.clone().into());
                    fields.insert("hardship".into(), hardship.into());
                    "hardship"
                }
            }
            ("support_file", 2..=4) => {
                self.world.tally.count("edit sensitive");
                fields.insert("code".into(), word.clone().into());
                "code"
            }
            ("visit", _) => {
                self.world.tally.count("edit long note");
                fields.insert("note".into(), word.clone().into());
                "note"
            }
            ("household", 4) => {
                self.world.tally.count("edit long note");
                fields.insert("notes".into(), word.clone().into());
                "notes"
            }
            ("support_file", _) => {
                self.world.tally.count("edit ordinary");
                fields.insert("hospital".into(), word.clone().into());
                "hospital"
            }
            ("household", _) => {
                self.world.tally.count("edit ordinary");
                fields.insert("current_address".into(), word.clone().into());
                "current_address"
            }
            (kind, _) => {
                let Some((_, made)) = kinds().iter().find(|(one, _)| one.code() == kind) else {
                    return Ok(());
                };
                let field = made.worded[usize::from(what / 8) % made.worded.len()];
                self.world.tally.count(&format!("edit {kind}"));
                fields.insert(field.into(), word.clone().into());
                field
            }
        };
        let saw = record.text(field).unwrap_or_default().to_owned();
        let marks = if field.is_empty() {
            vec![]
        } else {
            vec![Marked { record: record.id, field, word, base, saw }]
        };
        let save = Save { id: record.id, kind: record.kind.clone(), fields, void };
        // Whether it is allowed depends on where the province holds the record when it hears of this.
        self.commit(book, desk, &[save], marks, Place::Same).map(drop)
    }

    /// A family moves to another township: it and its files in one group. What was done for it stays.
    fn move_away(&self, book: &Book, desk: &Desk, record: Record, what: u8, pick: u16) -> Result<(), Broken> {
        // Some of them to where the mover has no right.
        let to = match pick % 5 {
            0 => format!("{}001", TOWNS[usize::from(pick / 5) % TOWNS.len()]),
            _ => self.region(desk, what, pick.rotate_left(5)),
        };
        let near = to.starts_with(record.scope.as_str());
        self.world.tally.count(if near { "edit moves in a group" } else { "edit moves to another township" });
        let mut fields = record.fields.clone();
        came_from(&record, &mut fields, &to);
        fields.insert("region".into(), to.into());
        let children = book.children(record.id).map_err(broke("children"))?;
        let children = children.iter().filter(|child| child.void.is_none());
        let along: Vec<Save> =
            children.filter_map(|child| moved_along(child, &record.fields, &fields)).collect();
        let mut saves = vec![Save { id: record.id, kind: record.kind, fields, void: None }];
        saves.extend(along);
        // One group of more than a push holds could never be told.
        saves.truncate(PUSH_CHANGES);
        if self.commit(book, desk, &saves, Vec::new(), Place::Moved)? {
            self.heat(record.id);
        }
        Ok(())
    }

    /// True when it was saved. A full disk is the one reason not to; then nothing has changed (I1).
    pub(super) fn commit(
        &self,
        book: &Book,
        desk: &Desk,
        saves: &[Save],
        marks: Vec<Marked>,
        place: Place<'_>,
    ) -> Result<bool, Broken> {
        let by = By { author: desk.author, now_ms: self.world.desk_now(self.desk), group: self.group(0) };
        let (saved, region) = match place {
            Place::Region(region) => (book.save_group(saves, &by), Some(region)),
            Place::Same => (book.save_group(saves, &by), None),
            Place::Moved => (book.move_group(saves, &by), None),
            Place::Merged { undo } => (book.merge_group(saves, &by, undo), None),
        };
        match saved {
            Ok(_) => {}
            Err(StoreError::Full(_)) if desk.full => {
                self.world.tally.count("save met a full disk");
                return Ok(false);
            }
            Err(e) => return Err(format!("save at {}: {e}", desk.name)),
        }
        self.world.tally.count("saved");
        let mut memory = self.world.memory.lock().expect("memory");
        let made = saves.first().map(|save| save.id);
        for Marked { record, field, word, base, saw } in marks {
            let desk = self.desk;
            memory.marks.push(Mark {
                word,
                record,
                field,
                group: by.group,
                // Of the family that a visit tells something new about, somebody else may adopt it.
                region: region.filter(|_| made == Some(record)).map(str::to_owned),
                desk,
                base,
                saw,
                unknown_kind: false,
                orphan: false,
                maybe: false,
            });
        }
        Ok(true)
    }
}

/// A family remembers where it lived before.
fn came_from(record: &Record, fields: &mut Fields, to: &str) {
    let from = record.region();
    if record.kind == "household" && from.as_str() != to {
        fields.insert("moved_from".into(), from.to_string().into());
    }
}

pub(super) fn object(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}
