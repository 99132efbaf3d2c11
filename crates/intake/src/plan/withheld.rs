//! What whoever imports may not read of a record that is there: not compared, not told, not written over; and numbers
//! that they read only masked, of which a comparison answers a guess.

use std::sync::Arc;

use serde_json::Value;
use tiexin_domain::shape::{self, Mask};
use tiexin_domain::{Fields, RegionCode, id_number, numbers_in_text, phone};
use uuid::Uuid;

use super::compare::{BY_SENTENCE, Compared, compare, squeezed, untold};
use super::planner::Planner;
use super::reader::RowReader;
use super::{Guess, PlannedRecord};
use crate::finding::FindingCode;
use crate::kind::SheetKind;
use crate::lookup::{Known, Lookup};

impl Planner<'_> {
    /// What a row's record says beside the one that is there: without what whoever imports may not read, and with what it
    /// guesses noted. No row is compared otherwise.
    pub(super) fn compared(
        &mut self,
        reader: &mut RowReader<'_>,
        record: &mut PlannedRecord,
        known: &Known,
    ) -> Compared {
        self.keep_back(reader, record, known);
        self.note_guesses(known, &record.fields);
        // What the book lacks is filled in; what the row names is no other's whom the book names.
        if let Some(shape) = shape::of(record.kind.code()).filter(|_| known.void.is_none()) {
            shape.drop_halves(Arc::make_mut(&mut record.fields), &known.fields);
        }
        // A register's row is of several records, and its columns are of none of them alone.
        let own = !matches!(reader.sheet.head.kind, SheetKind::SpecialFamilies | SheetKind::Members);
        let said = |field: &str| own && reader.says(field);
        compare(&record.kind, &known.fields, &record.fields, &said)
    }

    /// Takes out of a row's record what the book holds and whoever imports may not read. Whether the row says the same is
    /// not even looked at: the answer would be what stands there.
    fn keep_back(&self, reader: &mut RowReader<'_>, record: &mut PlannedRecord, known: &Known) {
        let held = |field: &str| known.fields.get(field).is_some_and(|value| !is_nothing(value));
        let theirs = record.fields.keys().filter(|field| held(field) && !self.staged.may_read(known, field));
        let theirs: Vec<String> = theirs.cloned().collect();
        for field in theirs {
            Arc::make_mut(&mut record.fields).remove(&field);
            let kind = record.kind.code();
            let label = shape::field(kind, &field).map_or("这一栏", |own| own.label);
            let who = shape::audience(kind, &field).label();
            let hint = format!("本机的“{label}”由另一位同事填写，{who}看得到；没有对照，也没有改动");
            let column = reader.sheet.head.column_of(&field, None).and_then(|column| column.field);
            let told =
                |found: &crate::finding::Finding| found.code == FindingCode::AuthorOnly && found.hint == hint;
            if !reader.findings.iter().any(told) {
                reader.find(column.map_or("notes", |column| column.code), FindingCode::AuthorOnly, hint);
            }
        }
    }

    /// Notes the numbers of a row that differ from the book's only where a mask hides them: that they differ, or that
    /// another does not, is an answer, and whoever asks too often is refused by the caller.
    pub(super) fn note_guesses(&mut self, there: &Known, row: &Fields) {
        for (field, value) in row {
            let said = (value.as_str(), there.fields.get(field).and_then(Value::as_str));
            let (Some(new), Some(old)) = said else { continue };
            let of = (there.kind.code(), field.as_str());
            if BY_SENTENCE.contains(&field.as_str()) {
                let found: Vec<Guess> = untold(old, new)
                    .filter_map(|sentence| self.guess_within(&there.id, of, (old, &sentence)))
                    .collect();
                self.guesses.extend(found);
            } else {
                let guess = self.guess(&there.id, of, (old, new));
                self.guesses.extend(guess);
            }
        }
    }

    /// Notes a number, or the end of one, by which families of one name are told apart: that it is nobody's of them is an
    /// answer too.
    pub(super) fn note_number(&mut self, within: &RegionCode, name: &str, said: &str) {
        let is_phone = matches!(phone::read(said), Ok(Some(_)));
        let mut guesses = Vec::new();
        for family in self.staged.roll().named(within, name) {
            let home = family.phone.iter().map(|held| (family.household, ("household", "phone"), held));
            let persons = family.persons.iter().filter(|_| !is_phone).filter_map(|person| {
                let held = person.number.as_ref()?;
                Some((person.id, ("person", "id_number"), held))
            });
            let held: Vec<_> = home.chain(persons).collect();
            if held.iter().any(|(_, _, held)| held.ends_with(said)) {
                continue;
            }
            for (record, of, held) in held {
                let begun = held.len().checked_sub(said.len()).and_then(|at| held.get(..at));
                let Some(whole) = begun.map(|begun| format!("{begun}{said}")) else { continue };
                guesses.extend(self.guess(&record, of, (held.as_str(), whole.as_str())));
            }
        }
        self.guesses.extend(guesses);
    }

    fn guess(&self, record: &Uuid, (kind, field): (&str, &str), (old, new): (&str, &str)) -> Option<Guess> {
        if new == old || shown(kind, field, new).is_none_or(|new| shown(kind, field, old) != Some(new)) {
            return None;
        }
        self.asked(record, field, new)
    }

    /// The same of a sentence of a remark: one that says the book's number otherwise.
    fn guess_within(
        &self,
        record: &Uuid,
        (kind, field): (&str, &str),
        (old, sentence): (&str, &str),
    ) -> Option<Guess> {
        let (masked, all) = (shown(kind, field, sentence)?, shown(kind, field, &squeezed(old))?);
        if all.contains(&masked) { self.asked(record, field, sentence) } else { None }
    }

    fn asked(&self, record: &Uuid, field: &str, number: &str) -> Option<Guess> {
        // What only this file tells is no secret of the book's, and what only its author reads is not even compared.
        let held = self.context.lookup.record(record)?;
        let asked = self.context.lookup.may_read(&held, field);
        asked.then(|| Guess { record: *record, field: field.to_owned(), number: number.to_owned() })
    }
}

/// A text with numbers as a list shows it; none where nothing of it is masked.
fn shown(kind: &str, field: &str, text: &str) -> Option<String> {
    match shape::mask(kind, field) {
        Some(Mask::Phone) => Some(phone::mask(text)),
        Some(Mask::Number) => Some(id_number::mask(text)),
        None if shape::is_free_text(kind, field) => numbers_in_text::mask(text),
        None => None,
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}
