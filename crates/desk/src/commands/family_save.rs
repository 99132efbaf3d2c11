//! Registering a family: household, people, file and contacts as one group.

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::family::RegisterFamily;
use tiexin_contract::records::Saved;
use tiexin_domain::nouns::{ContactPair, Household, Noun, Person, SupportFile, person::Relation};
use tiexin_domain::record::Fields;
use tiexin_domain::{Kind, Problem};
use tiexin_store::Save;
use uuid::Uuid;

use super::known_fields::{UNKNOWN, refuse_unknown_parts};
use super::person_of;
use super::records::find;
use super::sign::sign;
use crate::errors::refuse;
use crate::registry::Registry;
use crate::rights::{At, Place, WRITE};
use crate::{errors, rows, rules};

pub(super) fn register(registry: &mut Registry) {
    let place = |_: &At, args: &RegisterFamily| Ok(Place::In(vec![args.household.region.clone()]));
    registry.add_looked(WRITE, place, look, save);
}

/// The parts by what they are called in the command.
pub(crate) const PARTS: [(&str, Kind); 4] = [
    ("household", Kind::Household),
    ("persons", Kind::Person),
    ("file", Kind::SupportFile),
    ("contacts", Kind::ContactPair),
];

fn look(_: &At, written: &Value) -> Result<(), ErrorReply> {
    let is_part = |field: &str| PARTS.iter().any(|(name, _)| *name == field);
    let stray =
        written.as_object().into_iter().flat_map(Fields::keys).filter(|field| !is_part(field.as_str()));
    let told = |field: &String| Problem::new(field, UNKNOWN, format!("登记一户没有“{field}”这一部分"));
    refuse(stray.map(told).collect())?;
    refuse_unknown_parts(written, &PARTS, &Fields::new())
}

fn save(at: &At, args: RegisterFamily) -> Result<Saved, ErrorReply> {
    let home = at.new_id();
    let mut group = Group { at, saves: Vec::new(), problems: Vec::new() };
    let region = args.household.region.clone();
    let mut household = args.household;
    if household.head_name.trim().is_empty()
        && let Some(head) = args.persons.iter().find(|p| is_head(p)).or(args.persons.first())
    {
        household.head_name = head.name.clone();
    }
    let mut head = None;
    for (index, person) in args.persons.into_iter().enumerate() {
        let is_head = is_head(&person);
        let person = Person { household: Some(home), region: region.clone(), ..person };
        let id = group.person(index, person)?;
        if is_head && head.is_none() {
            head = Some(id);
        }
    }
    household.head = head.or(household.head);
    let head_name = household.head_name.clone();
    group.noun::<Household>("household", home, &household)?;
    if args.file.is_none() && args.contacts.is_some() {
        let message = "双岗联系人要和特殊家庭台账一起登记，请把台账也填上";
        group.problems.push(Problem::new("contacts", "file_missing", message));
    }
    if let Some(file) = args.file {
        let id = at.new_id();
        let file = SupportFile { region: region.clone(), household: home, head_name, ..file };
        group.noun::<SupportFile>("file", id, &file)?;
        if let Some(pair) = args.contacts {
            let pair = ContactPair { region: region.clone(), household: home, file: id, ..pair };
            group.noun::<ContactPair>("contacts", at.new_id(), &pair)?;
        }
    }
    group.write(home)
}

fn is_head(person: &Person) -> bool {
    person.relation == Some(Relation::Head)
}

/// What is saved together or not at all.
struct Group<'a> {
    at: &'a At,
    saves: Vec<Save>,
    problems: Vec<Problem>,
}

impl Group<'_> {
    /// A new record; its problems are told under `within.field`.
    fn noun<N: Noun>(&mut self, within: &str, id: Uuid, noun: &N) -> Result<(), ErrorReply> {
        let mut fields = noun.to_fields();
        rules::tidy_fields(N::KIND.code(), &mut fields, self.at.day);
        fields.retain(|_, value| !value.is_null());
        self.fields(within, N::KIND, id, None, fields)
    }

    /// `before`: of a person who is in the book already.
    fn fields(
        &mut self,
        within: &str,
        kind: Kind,
        id: Uuid,
        before: Option<&Fields>,
        mut fields: Fields,
    ) -> Result<(), ErrorReply> {
        let found = rules::problems_written(self.at.book(), kind.code(), id, before, &fields, self.at.day);
        self.tell(within, found.map_err(errors::store)?);
        if !fields.contains_key("recorded_at") {
            sign(self.at, &mut fields);
        }
        self.saves.push(Save { id, kind: kind.code().to_owned(), fields, void: None });
        Ok(())
    }

    /// A person who is in the book without a family (a member, say) is taken into this one.
    fn person(&mut self, index: usize, person: Person) -> Result<Uuid, ErrorReply> {
        let within = format!("persons.{index}");
        let mut sent = person.to_fields();
        rules::tidy_fields(Kind::Person.code(), &mut sent, self.at.day);
        sent.retain(|_, value| !value.is_null());
        let known = match person_of::joins(self.at, &sent) {
            Err(refused) if !refused.problems.is_empty() => {
                self.tell(&within, refused.problems);
                // Said already; the rest is looked at all the same.
                sent.remove("id_number");
                None
            }
            known => known?,
        };
        let twice = |save: &&Save| {
            sent.contains_key("id_number") && save.fields.get("id_number") == sent.get("id_number")
        };
        if let Some(other) = self.saves.iter().find(twice) {
            let name = other.fields.get("name").and_then(|name| name.as_str()).unwrap_or_default();
            let message = format!("与{name}的身份证号相同，请核对");
            self.tell(&within, vec![Problem::new("id_number", "id_duplicate", message)]);
        }
        let (id, before) = match known {
            Some(record) => (record.id, Some(record.fields)),
            None => (self.at.new_id(), None),
        };
        let mut fields = before.clone().unwrap_or_default();
        fields.extend(sent.clone());
        rules::follow_id_number(&mut fields, &sent);
        rules::follow_death(&mut fields, &sent);
        self.fields(&within, Kind::Person, id, before.as_ref(), fields)?;
        Ok(id)
    }

    fn tell(&mut self, within: &str, problems: Vec<Problem>) {
        let named = |p: Problem| Problem { field: format!("{within}.{}", p.field), ..p };
        self.problems.extend(problems.into_iter().map(named));
    }

    fn write(mut self, home: Uuid) -> Result<Saved, ErrorReply> {
        if !self.problems.is_empty() {
            return Err(ErrorReply::invalid(self.problems));
        }
        // The household first: nothing refers ahead.
        self.saves.sort_by_key(|save| save.id != home);
        let by = self.at.by();
        let (_, changed) = self.at.book().save_group(&self.saves, &by).map_err(errors::store)?;
        self.at.changed(changed);
        let household = find(self.at, home)?;
        Ok(Saved { id: home, row: rows::opened(self.at, &household)? })
    }
}
