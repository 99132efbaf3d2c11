//! Where a row of a list belongs: its family, found by the project's own matching, or its village.

use chrono::NaiveDate;
use tiexin_domain::shape::{Find, Role, Shape};
use tiexin_domain::{Level, RegionCode};

use super::super::homes::{Home, is_of};
use super::super::planner::Planner;
use super::super::reader::RowReader;
use super::super::values::listed;
use super::own_columns;
use crate::finding::FindingCode;
use crate::heads::records::TAIL;
use crate::kind::Records;
use crate::lookup::Family;
use crate::script::{number_signs, person_name};

/// A number without the signs between its places.
fn number_alone(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase()
}

/// Fewer places of a number fit too many.
const SHORTEST_TAIL: usize = 4;

impl Planner<'_> {
    /// The region, and the family where the noun has one; none with a finding. Never a guess.
    pub(super) fn belongs(
        &mut self,
        reader: &mut RowReader<'_>,
        records: Records,
        on: Option<NaiveDate>,
    ) -> Option<(RegionCode, Option<Home>)> {
        let shape = records.shape();
        let Some(family) = shape.role(Role::Family) else { return Some((self.lies(reader, shape)?, None)) };
        // A list of what was done for people may name them in place of their family's head.
        let persons =
            own_columns(records).filter(|(_, own)| own.has(Role::Persons)).map(|(column, _)| column.code);
        let names: Vec<&str> = std::iter::once("head").chain(persons).collect();
        let told = names.iter().chain(&["file_code", "id", TAIL]).any(|field| reader.said(field).is_some());
        if !told && !family.required {
            return Some((self.lies(reader, shape)?, None));
        }
        if !told {
            let hint = "请填写户主姓名，写明是哪一户；同名的再写身份证号或电话后四位";
            reader.find("head", FindingCode::FieldMissing, hint);
            return None;
        }
        // People, files and contacts lie where their family lies today, whatever day they tell of.
        let on = on.filter(|_| !shape.follows_family);
        // A code and a whole number name one family; a name and the tail of a number only tell apart.
        let by_mark = reader.said("file_code").is_some() || reader.said("id").is_some();
        let named = names.iter().find_map(|field| Some((*field, reader.said(field)?)));
        if let Some(family) = self.family_of_own(reader, records)? {
            let region = self.region_on(&family, on);
            return Some((region.clone(), Some(Home { family, region })));
        }
        let home = match (named, reader.said(TAIL)) {
            (Some((field, name)), Some(tail)) if !by_mark => {
                self.home_by_tail(reader, (field, &name), &tail, on)
            }
            _ => self.household(reader, &names, on),
        }?;
        Some((home.region.clone(), Some(home)))
    }

    /// The family of the row's own code or ID number, where the book has it and the head is of that family. A code
    /// that is another family's is told: no two files have one.
    fn family_of_own(&self, reader: &mut RowReader<'_>, records: Records) -> Option<Option<Family>> {
        let said = |find: Find| {
            let (column, _) = own_columns(records).find(|(_, own)| own.finds.contains(&find))?;
            Some((column.code, number_signs(&reader.said(column.code)?)))
        };
        let roll = self.staged.roll();
        let ours = |family: &&Family| family.void.is_none() && self.is_ours(&family.region);
        let of_head =
            |family: &Family| reader.said("head").is_none_or(|head| is_of(family, &person_name(&head).name));
        if let Some((column, code)) = said(Find::Code) {
            let code: String = code.split_whitespace().collect::<String>().to_uppercase();
            let Some(family) = roll.by_code(&code).filter(ours) else { return Some(None) };
            if of_head(family) {
                return Some(Some(family.clone()));
            }
            let hint = "信息编码与户主姓名不是同一家，没有录入；请核对";
            reader.find(column, FindingCode::FamilyUnclear, hint);
            return None;
        }
        let number = said(Find::IdNumber).map(|(_, number)| number_alone(&number));
        let family = number.and_then(|number| roll.by_number(&number)).filter(ours);
        Some(family.filter(|family| of_head(family)).cloned())
    }

    /// The family of this name of which somebody's ID number, or the telephone, ends so.
    fn home_by_tail(
        &mut self,
        reader: &mut RowReader<'_>,
        (field, name): (&str, &str),
        tail: &str,
        on: Option<NaiveDate>,
    ) -> Option<Home> {
        let tail = number_alone(&number_signs(tail));
        let name = listed(name, &|_| false).into_iter().next().unwrap_or_else(|| name.to_owned());
        let name = person_name(&name).name;
        let whole = self.staged.roll().by_number(&tail).filter(|family| self.is_ours(&family.region));
        if let Some(family) = whole.filter(|family| family.void.is_none()).cloned() {
            if !is_of(&family, &name) {
                let hint = "这个身份证号和户主姓名不是同一家，没有录入；请核对";
                reader.find(TAIL, FindingCode::FamilyUnclear, hint);
                return None;
            }
            let region = self.region_on(&family, on);
            return Some(Home { family, region });
        }
        if tail.len() < SHORTEST_TAIL {
            reader.find(TAIL, FindingCode::NumberInvalid, "请写户主身份证号或电话的后四位，或者写全");
            return None;
        }
        let said = self.region_said(reader);
        // A village that is none here was told.
        if said.is_none() && reader.said("village").is_some() {
            return None;
        }
        let within = said.unwrap_or_else(|| self.places.scope().clone());
        self.note_number(&within, &name, &tail);
        let named = self.staged.roll().named(&within, &name);
        let named: Vec<&Family> = named.into_iter().filter(|family| family.void.is_none()).collect();
        if named.is_empty() {
            return self.household(reader, &[field], on);
        }
        let ends = |number: &Option<String>| {
            number.as_deref().is_some_and(|number| number_alone(number).ends_with(&tail))
        };
        let theirs = |family: &&&Family| {
            ends(&family.phone) || family.persons.iter().any(|person| ends(&person.number))
        };
        let fitting: Vec<&&Family> = named.iter().filter(theirs).collect();
        let unknown =
            |family: &Family| family.phone.is_none() && family.persons.iter().all(|p| p.number.is_none());
        let family = match (&fitting[..], &named[..]) {
            ([one], _) => Some((**one).clone()),
            // The book has no number of theirs that could speak against it.
            ([], [only]) if unknown(only) => Some((*only).clone()),
            _ => None,
        };
        let Some(family) = family else {
            let hint = match fitting.len() {
                0 => "本机里这个姓名的户，身份证号和电话都不是这个尾号，没有录入；请核对户主和尾号",
                _ => "有几户同名，尾号也一样，没有录入；请写全身份证号",
            };
            reader.find(TAIL, FindingCode::FamilyUnclear, hint);
            return None;
        };
        let region = self.region_on(&family, on);
        Some(Home { family, region })
    }

    /// The village that the row, its tab or a title names; of what a township may have, else the township.
    fn lies(&mut self, reader: &mut RowReader<'_>, shape: &Shape) -> Option<RegionCode> {
        let village_only = shape.level == Level::Village;
        let everywhere =
            |text: String| matches!(text.as_str(), "全镇" | "全乡" | "全街道" | "镇里" | "镇直" | "各村");
        let whole = !village_only && reader.said("village").is_some_and(everywhere);
        let found = if whole { None } else { self.region(reader) };
        // A village that is none here was told, and is no village that is missing.
        if !whole && found.is_none() && reader.said("village").is_some() {
            return None;
        }
        let scope = self.places.scope().clone();
        match found {
            Some(region) if !village_only || region.level() == Level::Village => Some(region),
            None if scope.level() == Level::Village => Some(scope),
            None if !village_only && scope.level() == Level::Township => {
                if !whole && reader.has("village") {
                    let hint = "没有写村（社区），录入时记在镇里，请补填";
                    reader.find("village", FindingCode::VillageMissing, hint);
                }
                Some(scope)
            }
            _ => {
                reader.find("village", FindingCode::RegionUnknown, "请写明是哪个村（社区）");
                None
            }
        }
    }
}
