//! Which family a row of the services ledger is about.

use chrono::NaiveDate;
use tiexin_domain::{IdNumber, Level, PartialDate, RegionCode};

use super::planner::Planner;
use super::reader::RowReader;
use super::values::listed;
use crate::finding::FindingCode;
use crate::kind::SheetKind;
use crate::lookup::Family;
use crate::roll::ByName;
use crate::script::{person_name, same_name, wild};

impl Planner<'_> {
    /// The household by its code or, where there is none, by a name within the village; else with a finding.
    /// Before it moved a family's visits belong to the village where it lived then.
    pub(super) fn household(
        &mut self,
        reader: &mut RowReader<'_>,
        names: &[&str],
        on: Option<NaiveDate>,
    ) -> Option<Home> {
        let code = reader.code("file_code");
        if code.is_none() && reader.said("file_code").is_some() {
            return None;
        }
        let said = reader.said("id");
        let number = said.as_ref().and_then(|text| IdNumber::read(&crate::script::number_signs(text)).ok());
        if let Some(read) = &number {
            let within = self.places.scope().clone();
            for name in names.iter().filter_map(|field| reader.said(field)) {
                self.note_number(&within, &person_name(&name).name, read.number.as_str());
            }
        }
        let by_number = number.as_ref().and_then(|read| self.staged.roll().by_number(read.number.as_str()));
        let by_number = by_number.filter(|found| self.is_ours(&found.region)).cloned();
        let family = match (code, by_number) {
            (Some(code), _) => self.household_by_code(reader, &code)?,
            (None, Some(family)) => family,
            (None, None) => {
                let family = self.household_by_name(reader, names)?;
                if said.is_some() {
                    by_name_alone(reader, number.is_some());
                }
                family
            }
        };
        if let Some(read) = &number {
            self.check_number(reader, &family, read.number.as_str())?;
        }
        if let Some(void) = &family.void {
            let hint = format!(
                "这户已作废（原因：{}），没有录入；要恢复请再导一次特殊家庭台账，勾选这户的“恢复”",
                void.reason
            );
            reader.find("file_code", FindingCode::HouseholdUnknown, hint);
            return None;
        }
        let region = self.region_on(&family, on);
        let said = self.village.as_ref().filter(|village| village.level() == Level::Village);
        if said.is_some_and(|said| *said != region && !said.covers(&region)) {
            let hint = "这户在本机登记在另一个村（社区），录入时记在那个村，请核对信息编码和村名";
            reader.find("file_code", FindingCode::VillageOther, hint);
        }
        Some(Home { family, region })
    }

    /// The ID number of the row and the family that its code or name gives have to be of one.
    fn check_number(&self, reader: &mut RowReader<'_>, family: &Family, number: &str) -> Option<()> {
        let theirs = family.persons.iter().any(|p| p.number.as_deref() == Some(number));
        let named = ["head", "person", "insured"].iter().find_map(|field| reader.said(field));
        let named = named.map(|text| person_name(&text).name);
        let fits = named.as_deref().is_none_or(|name| is_of(family, name));
        // Somebody of the family whose number the book does not have, or has otherwise.
        let other = named.as_deref().and_then(|name| family.person(name)).and_then(|p| p.number.as_deref());
        if fits && (theirs || other.is_none()) {
            return Some(());
        }
        let hint = "这一行的身份证号和姓名（编码）不是同一家，请核对";
        reader.find("id", FindingCode::FamilyUnclear, hint);
        None
    }

    fn household_by_code(&mut self, reader: &mut RowReader<'_>, code: &str) -> Option<Family> {
        let unknown = FindingCode::HouseholdUnknown;
        let found = self.staged.roll().by_code(code).filter(|found| self.is_ours(&found.region)).cloned();
        let Some(found) = found else {
            let hint = "在本地区没有找到这个信息编码的家庭，请核对编码，或先导入特殊家庭台账";
            reader.find("file_code", unknown, hint);
            return None;
        };
        // A code that is off by one place would book the visit to another family.
        if let Some(name) = reader.name("head") {
            let first =
                listed(&name, &|name| found.person(name).is_some()).into_iter().next().unwrap_or(name);
            if !is_of(&found, &first) {
                reader.find("head", unknown, "信息编码与户主姓名不是同一家，请核对");
                return None;
            }
        }
        Some(found)
    }

    fn household_by_name(&mut self, reader: &mut RowReader<'_>, names: &[&str]) -> Option<Family> {
        let unknown = FindingCode::HouseholdUnknown;
        let said = self.region_said(reader);
        // A village that is none here was told.
        if said.is_none() && reader.said("village").is_some() {
            return None;
        }
        // Without a village the family may be one of the village above, or the only one of this name at all. What nobody can
        // mend once it is written is booked to no family by the row above.
        let within = said.unwrap_or_else(|| self.places.scope().clone());
        let in_village = within.level() == Level::Village;
        let blank = reader.said("village").is_none() && self.village.is_none();
        let above = self.above.clone().filter(|_| blank && !reader.sheet.head.kind.is_fixed());
        for field in names {
            let Some(text) = reader.said(field) else { continue };
            let roll = self.staged.roll();
            let known = |name: &str| !roll.named(&within, name).is_empty();
            let names = listed(&text, &known);
            if *field == "head" && names.len() > 1 && self.are_two_families(&within, &names) {
                reader.find(field, unknown, "一格写了两户人家，请一户写一行");
                return None;
            }
            let name = names.into_iter().next().unwrap_or(text);
            let name = person_name(&name).name;
            let ours = |name: &str| !matches!(roll.by_name(&within, name), ByName::None);
            let bare = ["家庭", "家里", "家", "户"].into_iter().find_map(|end| name.strip_suffix(end));
            let name = match bare {
                Some(bare) if !ours(&name) && ours(bare) => bare.to_owned(),
                _ => name,
            };
            // A column of heads means the head before somebody else of that name; no other column does.
            let named = |place: &RegionCode| match *field {
                "head" => roll.by_name(place, &name),
                _ => roll.by_person(place, &name),
            };
            let found = named(&within);
            let above = above.as_ref().map(named).filter(|found| matches!(found, ByName::One(_)));
            if above.is_some() && matches!(found, ByName::Several) {
                let hint = format!(
                    "有几户叫{name}，这一行没有写村（社区），录入时按上一行的村认作那个村的一户，请核对"
                );
                let column = if reader.has("village") { "village" } else { *field };
                reader.find(column, FindingCode::MatchedByName, hint);
            }
            return match above.unwrap_or(found) {
                ByName::One(family) => Some(family.clone()),
                ByName::Guessed(family) => {
                    let hint = format!("姓名里有认不出的字，录入时认作本村的{}家，请核对", family.head_name);
                    let family = family.clone();
                    reader.find(field, FindingCode::MatchedByName, hint);
                    Some(family)
                }
                ByName::None => {
                    reader.find(field, unknown, "在本村没有找到这户家庭，请核对姓名，或先导入特殊家庭台账");
                    None
                }
                ByName::Several => {
                    let hint = match in_village {
                        true => "有几户同名，分不清是哪一户，没有录入；请填写信息编码，或加一列身份证号",
                        false => {
                            "有几户同名，分不清是哪一户，没有录入；请写明村（社区），或填写信息编码、身份证号"
                        }
                    };
                    reader.find(field, unknown, hint);
                    None
                }
            };
        }
        reader.find("file_code", unknown, "请填写信息编码或户主姓名");
        None
    }
}

impl Planner<'_> {
    /// Where a family lived on a day: before it moved what was done belongs to the village it came from. What came
    /// from elsewhere was never there for those whose ledgers are imported.
    pub(super) fn region_on(&self, family: &Family, on: Option<NaiveDate>) -> RegionCode {
        match (&family.moved_from, family.moved_on, on) {
            (Some(from), Some(moved), Some(on)) if PartialDate::Day(on) < moved && self.is_ours(from) => {
                from.clone()
            }
            _ => family.region.clone(),
        }
    }

    /// Whether names of one cell are heads of different families of a place.
    fn are_two_families(&self, within: &RegionCode, names: &[String]) -> bool {
        let roll = self.staged.roll();
        let home = |name: &String| match roll.by_name(within, name) {
            ByName::One(family) => Some(family.household),
            _ => None,
        };
        let homes: Vec<_> = names.iter().filter_map(home).collect();
        homes.windows(2).any(|pair| pair[0] != pair[1])
    }
}

/// Of a list: the ID number led to nobody, and the name did. A ledger's numbers are compared by its own rules.
fn by_name_alone(reader: &mut RowReader<'_>, readable: bool) {
    if !matches!(reader.sheet.head.kind, SheetKind::Records(_)) {
        return;
    }
    let hint = match readable {
        true => "本机里没有这个身份证号，录入时按姓名认到这户，请核对号码",
        false => "身份证号写得不对，录入时按姓名认到这户，请核对号码",
    };
    reader.find("id", FindingCode::MatchedByName, hint);
}

/// A family with the village to which what was done belongs.
pub(super) struct Home {
    pub(super) family: Family,
    pub(super) region: RegionCode,
}

/// Whether somebody of this name is of the family.
pub(super) fn is_of(family: &Family, name: &str) -> bool {
    let name = person_name(name).name;
    same_name(&family.head_name) == same_name(&name)
        || family.persons.iter().any(|p| same_name(&p.name) == same_name(&name))
        || wild(&name, &family.head_name)
}
