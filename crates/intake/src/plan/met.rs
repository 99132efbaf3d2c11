//! Whom a cell says was met, or whom else of the family the row is about.

use tiexin_domain::nouns::PersonRef;

use super::planner::Planner;
use super::reader::RowReader;
use super::sheet::Origin;
use super::values::{headcount, listed};
use crate::finding::FindingCode;
use crate::lookup::Family;
use crate::script::{person_name, same_name, wild};

/// Words in place of a name that say nobody was met.
pub(super) const NOBODY: &[&str] = &["未遇", "外出", "不在家", "无人", "未见", "电话"];

impl Planner<'_> {
    /// Who is no one of this family and one of another: a slip of the row, or a neighbour who was there.
    pub(super) fn check_family(
        &self,
        reader: &mut RowReader<'_>,
        field: &str,
        family: &Family,
        named: &[PersonRef],
    ) {
        let strange = |person: &&PersonRef| {
            let homes = self.staged.roll().named(self.places.scope(), &person.name);
            let elsewhere = homes.iter().any(|home| home.void.is_none());
            // Of two of the family's own of one name none was taken.
            let ours = homes.iter().any(|home| home.household == family.household);
            person.person.is_none() && elsewhere && !ours
        };
        if let Some(person) = named.iter().find(strange) {
            let hint = format!("{}是另一户的人，录入时照写，请核对是不是写串了行", person.name);
            reader.find(field, FindingCode::MetOther, hint);
        }
    }

    /// Whom the cell says was met; what stands above was meant of the family above only.
    pub(super) fn met_text(&mut self, reader: &mut RowReader<'_>, family: &Family) -> String {
        let text = reader.said("met").unwrap_or_default();
        let above = reader.origin("met") == Origin::Above;
        let ours = listed(&text, &|name| family.person(name).is_some());
        if above && !ours.iter().any(|name| family.person(&person_name(name).name).is_some()) {
            let hint = "写的是“同上”，上一行见面的不是这家的人，没有录入见面人员，请写明";
            reader.find("met", FindingCode::CellLeftOut, hint);
            return String::new();
        }
        if let Some(part) =
            listed(&text, &|name| family.person(name).is_some()).into_iter().find(|part| headcount(part))
        {
            let hint = format!("“{part}”写的是人数，不是姓名，没有算进见面人员，请写出每个人的姓名");
            reader.find("met", FindingCode::NamesCounted, hint);
        }
        two_of_one_name(reader, "met", family, &ours);
        text
    }
}

/// Two of the family have one of these names: nobody can tell which of them is meant.
pub(super) fn two_of_one_name(reader: &mut RowReader<'_>, field: &str, family: &Family, names: &[String]) {
    if let Some(name) = names.iter().map(|name| bare(name)).find(|name| family.has_two(name)) {
        let hint = format!("这户有两位{name}，分不清是哪一位，录入时只写姓名，没有连到本人；请在记录里选定");
        reader.find(field, FindingCode::MatchedByName, hint);
    }
}

/// The persons a cell names, tied to the family's own where they are.
pub(super) fn people(family: &Family, text: &str) -> Vec<PersonRef> {
    let mut people: Vec<PersonRef> = Vec::new();
    let mut add = |person: PersonRef| {
        if people.iter().all(|p| p.person != person.person || p.name != person.name) {
            people.push(person);
        }
    };
    let known = |name: &str| family.person(name).is_some();
    for name in listed(text, &known) {
        match bare(&name).as_str() {
            "" => {}
            said if NOBODY.iter().any(|word| said.contains(word)) => {}
            said if headcount(said) => {
                // 冉玉兰等3人: the one who is named was met.
                let named = said.split('等').next().map(bare).unwrap_or_default();
                if said.contains('等') && !named.is_empty() && !headcount(&named) {
                    add(person_ref(family, &named));
                }
            }
            "老伴" | "配偶" | "妻子" | "丈夫" => {
                let other = family.persons.iter().find(|p| !same(&p.name, &family.head_name));
                other.into_iter().for_each(|p| add(PersonRef { person: Some(p.id), name: p.name.clone() }));
            }
            "夫妻俩" | "夫妇俩" | "老夫妻" | "两人" | "一家人" | "老俩口" | "夫妻" | "夫妇" | "夫妻二人"
            | "夫妻双方" | "夫妇二人" | "老两口" | "两口子" | "全家" => {
                let all = family.persons.iter();
                all.for_each(|p| add(PersonRef { person: Some(p.id), name: p.name.clone() }));
            }
            "本人" | "户主" | "户主本人" => add(person_ref(family, &family.head_name)),
            name => add(person_ref(family, name)),
        }
    }
    people
}

fn same(one: &str, other: &str) -> bool {
    same_name(one) == same_name(other)
}

/// A person by name: the family's own where it is one, also if a sign of the name was lost. Of two of one name none.
pub(super) fn person_ref(family: &Family, name: &str) -> PersonRef {
    let name = bare(name);
    let guessed = || {
        let mut fits = family.persons.iter().filter(|p| wild(&name, &p.name));
        fits.next().filter(|_| fits.next().is_none())
    };
    match family.person(&name).or_else(guessed).filter(|_| !family.has_two(&name)) {
        Some(own) => PersonRef { person: Some(own.id), name: own.name.clone() },
        None => PersonRef { person: None, name },
    }
}

/// A name without spaces and without what stands in brackets: `熊国学（户主）`.
fn bare(name: &str) -> String {
    person_name(name).name
}
