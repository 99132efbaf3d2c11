//! A row of a list of any kind of record: what its cells say, which family it is of, and which record of the book it is.

mod belongs;
mod head;
mod referred;
mod value;

use chrono::NaiveDate;
use serde_json::Value;
use tiexin_domain::nouns::merge::MERGED_INTO;
use tiexin_domain::nouns::person::FOLLOW_THE_NUMBER;
use tiexin_domain::shape::{self, Find, Holds, Role, Shape};
use tiexin_domain::{Fields, IdNumber, Kind, RegionCode};
use uuid::Uuid;

use super::alike;
use super::compare::begins_with;
use super::homes::Home;
use super::notices::FilledIn;
use super::planner::{Outcome, Planner};
use super::reader::RowReader;
use super::settle::{Draft, Drafts};
use crate::finding::{FindingCode, Severity};
use crate::heads::Field;
use crate::heads::records::{columns_of, naming, notes_of};
use crate::kind::Records;
use crate::lookup::{Known, Lookup};
use crate::script::same_name;

impl Planner<'_> {
    pub(super) fn record(&mut self, reader: &mut RowReader<'_>, records: Records) -> Outcome {
        let shape = records.shape();
        let mut fields = Fields::new();
        for column in own_columns(records) {
            self.read(reader, column, &mut fields);
        }
        value::drop_empty_parts(reader, &mut fields);
        let on = day_of(shape, &fields);
        let Some((region, home)) = self.belongs(reader, records, on) else { return Outcome::Refused };
        for column in own_columns(records) {
            self.read_persons(reader, column, home.as_ref(), &mut fields);
            self.read_reference(reader, column, &region, &mut fields);
        }
        if let Some(number) = id_number(shape, &fields) {
            follow_the_number(reader, shape, &number, &mut fields);
        }
        if let Some(home) = &home {
            refer(reader, shape, home, &mut fields);
        }
        fields.insert("region".into(), region.to_string().into());
        self.with_period(reader, records, &mut fields);
        complete(reader, records, &mut fields);
        if let Some(notes) = reader.notes() {
            // A noun without a place for remarks keeps them beside its fields, as the ledger's sessions do.
            let field = notes_of(shape).map_or("notes", |field| field.name);
            fields.insert(field.into(), notes.into());
        }
        if reader.is_refused() {
            return Outcome::Refused;
        }
        let place =
            home.as_ref().map_or_else(|| region.to_string(), |home| home.family.household.to_string());
        let parts = key(records, &place, &fields);
        let mut drafts = self.drafts(&parts.iter().map(String::as_str).collect::<Vec<_>>());
        let number = id_number(shape, &fields);
        let id = match &number {
            Some(number) => self.person_id(number.as_str()),
            None => self.id(&drafts, records.code()),
        };
        let kind = records.kind().clone();
        let known = self.stand_beside(&kind, shape, home.as_ref(), &region, &fields);
        drafts.add_fields(reader, id, Draft { kind, region, fields }, self.staged.limits());
        if shape.is_work {
            return self.event(reader, drafts, known);
        }
        match number.and_then(|number| self.staged.person_by_id_number(number.as_str())) {
            Some(holder) => self.holder(reader, drafts, holder, home.as_ref()),
            None => self.entry(reader, drafts, known),
        }
    }

    /// The records beside which the row stands: of the family, or of the place by name.
    fn stand_beside(
        &self,
        kind: &Kind,
        shape: &'static Shape,
        home: Option<&Home>,
        region: &RegionCode,
        fields: &Fields,
    ) -> Vec<Known> {
        if let Some(home) = home {
            let mut known = self.staged.events(kind, &home.family.household);
            // What takes another one back is told by no list.
            known.retain(|there| shape.reversal.is_none_or(|field| !there.fields.contains_key(field)));
            return known;
        }
        let mut named = match naming(shape).map(|field| fields.get(field.name).and_then(Value::as_str)) {
            Some(name) => self.staged.named(kind, name.unwrap_or_default()),
            None => self.staged.nameless(kind),
        };
        // What was done belongs to the township, who is registered to the village.
        named.retain(|there| match shape.is_work {
            true => there.region.scope() == region.scope(),
            false => there.region == *region,
        });
        named
    }

    /// The number is somebody's whom the book has: the same person, or a slip.
    fn holder(
        &mut self,
        reader: &mut RowReader<'_>,
        mut drafts: Drafts,
        holder: crate::lookup::FoundPerson,
        home: Option<&Home>,
    ) -> Outcome {
        let Some(record) = drafts.records.first_mut() else { return Outcome::Refused };
        let name = record.fields.get("name").and_then(Value::as_str).map(same_name);
        let elsewhere =
            matches!((holder.household, home), (Some(theirs), Some(home)) if theirs != home.family.household);
        if name != Some(same_name(&holder.name)) || elsewhere {
            let hint = if elsewhere {
                "这个身份证号在本机是另一户的人，没有录入；请核对号码和户主"
            } else {
                "这个身份证号在本机是另一个姓名，没有录入；请核对号码和姓名"
            };
            let field = reader.sheet.head.column_of("id_number", None).and_then(|column| column.field);
            reader.find(field.map_or("name", |field| field.code), FindingCode::FamilyUnclear, hint);
            return Outcome::Refused;
        }
        record.id = holder.id;
        self.one(reader, drafts)
    }

    /// The row of a register: a new one, or one that the book has.
    fn entry(&mut self, reader: &mut RowReader<'_>, mut drafts: Drafts, known: Vec<Known>) -> Outcome {
        if reader.is_refused() {
            return Outcome::Refused;
        }
        let Some(record) = drafts.records.first_mut() else { return Outcome::Refused };
        let Some(shape) = shape::of(record.kind.code()) else { return Outcome::Refused };
        for there in known.iter().filter(|there| alike::same_named(shape, &there.fields, &record.fields)) {
            self.note_guesses(there, &record.fields);
        }
        // What was merged into another record is that one.
        let found: Vec<&Known> = known
            .iter()
            .filter(|there| there.void.is_none() || !there.fields.contains_key(MERGED_INTO))
            .filter(|there| alike::one_entry(shape, &there.fields, &record.fields))
            .collect();
        let shown: Vec<&Known> = found.iter().copied().filter(|there| there.void.is_none()).collect();
        // Who has left, or a file that is closed, gives way to one that stands.
        let stands = |there: &&Known| {
            let until = shape.role(Role::Until).is_some_and(|field| there.fields.contains_key(field.name));
            !until && !(shape.ended)(&there.fields)
        };
        let one = match &shown[..] {
            [one] => Some(*one),
            several => {
                let mut standing = several.iter().copied().filter(stands);
                standing.next().filter(|_| standing.next().is_none())
            }
        };
        if one.is_none() && shown.len() > 1 {
            let hint = "本机有几条同名的，分不清是哪一条，没有录入；请在本机找到那一条直接修改";
            reader.find(by_name(reader, shape), FindingCode::FamilyUnclear, hint);
            return Outcome::Refused;
        }
        // Of what is hidden its own record first.
        let hidden = || found.iter().copied().min_by_key(|there| there.id != record.id);
        if let Some(there) = one.or_else(hidden) {
            record.id = there.id;
            by_name_alone(reader, shape, there, &record.fields);
        } else {
            another_of_the_name(reader, shape, &known, &record.fields);
            record.id = self.another_id(&drafts.key, shape, record);
        }
        self.with_head(reader, &mut drafts);
        self.one(reader, drafts)
    }

    /// The row's own id, unless somebody else of the name has it: made of an earlier row that named nobody closer.
    fn another_id(&self, key: &str, shape: &'static Shape, record: &super::PlannedRecord) -> Uuid {
        let others = |id: &Uuid| {
            let there = self.staged.record(id);
            there.is_some_and(|there| alike::contradicts(shape, &there.fields, &record.fields))
        };
        let more = (1u32..).map(|nth| (self.context.ids)(&format!("{key}/{}/{nth}", record.kind.code())));
        std::iter::once(record.id).chain(more).find(|id| !others(id)).unwrap_or(record.id)
    }

    /// A record of which the file may tell once.
    fn one(&mut self, reader: &mut RowReader<'_>, mut drafts: Drafts) -> Outcome {
        let Some(record) = drafts.records.first_mut() else { return Outcome::Refused };
        let (kind, id) = (reader.sheet.head.kind, record.id.to_string());
        if let Some(at) = self.seen(kind, &id) {
            let known = self.staged.record(&record.id);
            let same = known.is_some_and(|known| self.compared(reader, record, &known).is_same());
            return self.repeated(reader, at, same);
        }
        let outcome = self.settle(reader, drafts);
        if !matches!(outcome, Outcome::Refused) {
            self.see(kind, &id);
        }
        outcome
    }
}

/// Of people a name is no proof: neither a number nor a family says that it is this one.
fn by_name_alone(reader: &mut RowReader<'_>, shape: &'static Shape, there: &Known, row: &Fields) {
    let number = |fields: &Fields| shape.with(Role::Natural).find_map(|own| fields.get(own.name).cloned());
    let people = shape.with(Role::Natural).any(|own| own.finds.contains(&Find::IdNumber));
    let proven = number(row).is_some() && number(row) == number(&there.fields);
    let of_family = shape.role(Role::Family).is_some_and(|family| row.contains_key(family.name));
    if people && !proven && !of_family {
        let hint = "录入时按姓名认作本机里同村同名的这一位，请核对；加上户主或身份证号就认得准";
        reader.find(by_name(reader, shape), FindingCode::MatchedByName, hint);
    }
}

/// Somebody of this name is there, and something of their own says that it is another: a second one, or a slip.
fn another_of_the_name(reader: &mut RowReader<'_>, shape: &'static Shape, known: &[Known], row: &Fields) {
    let mut named =
        known.iter().filter(|there| there.void.is_none() && alike::same_named(shape, &there.fields, row));
    let Some(torn) = named.find_map(|there| alike::contradiction(shape, &there.fields, row)) else { return };
    let column = reader.sheet.head.column_of(torn.name, None).and_then(|column| column.field);
    let column = column.map_or_else(|| by_name(reader, shape), |column| column.code);
    let hint = format!(
        "已有同名的，{}不一样，录入时算另一{}；如果是同一{}，请不要导入这一行，在本机找到那一条修改",
        torn.label, shape.unit, shape.unit
    );
    reader.find(column, FindingCode::MaybeKnown, hint);
}

/// The columns of a kind that say what its records say.
fn own_columns(records: Records) -> impl Iterator<Item = (&'static Field, &'static shape::Field)> {
    columns_of(records).iter().filter_map(|column| Some((*column, column.own?)))
}

/// The column that names the row's record, or its family.
fn by_name(reader: &RowReader<'_>, shape: &'static Shape) -> &'static str {
    let column = naming(shape).and_then(|field| reader.sheet.head.column_of(field.name, None)?.field);
    column.map_or("head", |column| column.code)
}

fn day_of(shape: &Shape, fields: &Fields) -> Option<NaiveDate> {
    let text = fields.get(shape.role(Role::Day)?.name)?.as_str()?;
    text.get(..10)?.parse().ok()
}

fn id_number(shape: &Shape, fields: &Fields) -> Option<IdNumber> {
    let own = shape.with(Role::Natural).find(|field| field.finds.contains(&Find::IdNumber))?;
    IdNumber::read(fields.get(own.name)?.as_str()?).ok().map(|read| read.number)
}

/// Birth and sex follow the ID number; a sex that says otherwise is told.
fn follow_the_number(reader: &mut RowReader<'_>, shape: &Shape, number: &IdNumber, fields: &mut Fields) {
    if !FOLLOW_THE_NUMBER.iter().all(|field| shape.field(field).is_some()) {
        return;
    }
    let stated = fields.get("sex").and_then(|sex| serde_json::from_value(sex.clone()).ok());
    if let Some(column) = reader.sheet.head.column_of("sex", None).and_then(|column| column.field) {
        reader.check_sex(column.code, stated.as_ref(), Some(number));
    }
    fields.insert("sex".into(), number.sex().code().into());
    if fields.get("lunar_birthday") != Some(&Value::Bool(true)) {
        fields.insert("birth".into(), number.birth().to_string().into());
    }
}

/// The family, its head's name, and its file where the noun cannot be without it.
fn refer(reader: &mut RowReader<'_>, shape: &Shape, home: &Home, fields: &mut Fields) {
    if let Some(family) = shape.role(Role::Family) {
        fields.insert(family.name.into(), home.family.household.to_string().into());
    }
    if shape.field("head_name").is_some() {
        fields.insert("head_name".into(), home.family.head_name.clone().into());
    }
    let needed = shape.fields.iter().filter(|field| field.required && !field.has(Role::Family));
    for field in needed {
        if let Holds::Reference(["support_file"]) = field.holds {
            match home.family.file {
                Some(file) => {
                    fields.insert(field.name.into(), file.to_string().into());
                }
                None => {
                    let hint = "这户还没有特殊家庭台账，没有录入；请先登记台账，再导入这一行";
                    reader.find("head", FindingCode::HouseholdUnknown, hint);
                }
            }
        }
    }
}

/// What stands for an empty cell, which is told of the whole sheet; what is missing all the same is told of the row. What
/// nobody can mend once it is written waits until the row says it.
fn complete(reader: &mut RowReader<'_>, records: Records, fields: &mut Fields) {
    for (column, own) in own_columns(records).filter(|(column, own)| column.part_of.is_none() && own.required)
    {
        if fields.contains_key(own.name) {
            continue;
        }
        let told = |found: &crate::finding::Finding| {
            found.field == Some(column.code) && found.severity == Severity::Refused
        };
        let begins = begins_with(own).filter(|_| own.absent.is_some() || !reader.sheet.head.kind.is_fixed());
        match begins {
            Some(code) => {
                fields.insert(own.name.into(), code.into());
                // Of what an empty cell means by itself nobody chose anything.
                let chosen = choice_of(own, code).filter(|_| own.absent.is_none());
                let told = chosen.map(|value| FilledIn { column: column.code, label: column.label, value });
                reader.filled_in.extend(told);
            }
            None if reader.findings.iter().any(told) => {}
            None if reader.has(column.code) => {
                let hint = format!("请填写{}{}", own.label, choices_of(own));
                reader.find(column.code, FindingCode::FieldMissing, hint);
            }
            None => {
                let hint = format!(
                    "表里没有“{}”这一列，请加上{}，或在“认出的列”里指定哪一列是它",
                    own.label,
                    choices_of(own)
                );
                reader.find(column.code, FindingCode::FieldMissing, hint);
            }
        }
    }
}

/// What a worker reads for a choice.
fn choice_of(own: &shape::Field, code: &str) -> Option<&'static str> {
    match own.holds {
        Holds::Code(choices) => shape::label_in(choices, code),
        _ => None,
    }
}

/// What can be chosen, in brackets.
fn choices_of(own: &shape::Field) -> String {
    let Holds::Code(choices) = own.holds else { return String::new() };
    let labels: Vec<&str> = choices.iter().map(|(_, label)| *label).collect();
    format!("（每一行填其中之一：{}）", labels.join("、"))
}

/// By what a row is known again: its place or family, day, name, persons, and the words without which it is not.
fn key(records: Records, place: &str, fields: &Fields) -> Vec<String> {
    let shape = records.shape();
    let telling = shape.fields.iter().filter(|field| {
        let words = field.required && matches!(field.holds, Holds::Text | Holds::LongText);
        words || field.tells || field.has(Role::Day) || field.has(Role::Natural) || field.has(Role::Persons)
    });
    let said = telling.map(|field| match fields.get(field.name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => names_in(other),
        None => String::new(),
    });
    [records.code().to_owned(), place.to_owned()].into_iter().chain(said).collect()
}

fn names_in(value: &Value) -> String {
    let name = |person: &Value| person.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    match value {
        Value::Array(people) => people.iter().map(name).collect::<Vec<_>>().join("、"),
        one => name(one),
    }
}
