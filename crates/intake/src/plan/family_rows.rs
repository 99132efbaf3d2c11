//! Whether a row's family is one that the book has, and rows that tell of one person each.

use tiexin_domain::RegionCode;
use tiexin_domain::nouns::person::Relation;
use uuid::Uuid;

use super::adults::{Adult, named_alike, person};
use super::families::KIND;
use super::planner::{Outcome, Planner};
use super::reader::RowReader;
use super::settle::Drafts;
use crate::finding::FindingCode;
use crate::lookup::{Family, Lookup};

/// What the row's code, ID numbers and names say of the family.
pub(super) enum Identity {
    New,
    Known(Box<Family>),
    /// They say different things; the row is told so and waits.
    Unclear,
}

/// The family of the last row, to which a row of one more person belongs.
#[derive(Default)]
pub(super) struct LastFamily {
    household: Option<Uuid>,
    row: u32,
}

impl LastFamily {
    pub(super) fn taken(&mut self, household: Uuid, row: u32) {
        *self = Self { household: Some(household), row };
    }

    pub(super) fn refused(&mut self, row: u32) {
        *self = Self { household: None, row };
    }
}

impl Planner<'_> {
    /// By code, by any ID number, by head and spouse in that village: typed by hand or imported.
    pub(super) fn identity(
        &self,
        reader: &mut RowReader<'_>,
        region: &RegionCode,
        code: Option<&str>,
        adults: &[Adult],
    ) -> Identity {
        let roll = self.staged.roll();
        let by_code = code.and_then(|code| roll.by_code(code)).filter(|f| self.is_ours(&f.region));
        let mut by_number: Vec<&Family> = Vec::new();
        for number in adults.iter().filter_map(|adult| adult.number.as_ref()) {
            let family = roll.by_number(number.as_str()).filter(|f| self.is_ours(&f.region));
            if let Some(family) = family.filter(|f| by_number.iter().all(|o| o.household != f.household)) {
                by_number.push(family);
            }
        }
        let found = match (by_code, &by_number[..]) {
            (Some(family), numbers) if numbers.iter().all(|other| other.household == family.household) => {
                family
            }
            (None, [family]) => family,
            (None, []) => return self.identity_by_name(reader, region, code, adults),
            (Some(_), _) => {
                let hint = "信息编码和身份证号在本机属于两户不同的家庭，请核对编码和身份证号";
                reader.find("file_code", FindingCode::FamilyUnclear, hint);
                return Identity::Unclear;
            }
            (None, _) => {
                let hint = "两个人的身份证号在本机属于两户不同的家庭，请核对；确是一户请先在“可能重复”里合并";
                reader.find(id_field(reader), FindingCode::FamilyUnclear, hint);
                return Identity::Unclear;
            }
        };
        self.known(reader, found, region, adults)
    }

    /// Without a code or number that the book has: the same head in the village, and no other spouse.
    fn identity_by_name(
        &self,
        reader: &mut RowReader<'_>,
        region: &RegionCode,
        code: Option<&str>,
        adults: &[Adult],
    ) -> Identity {
        let Some(head) = adults.first() else { return Identity::New };
        let fits = |family: &&Family| {
            family.void.is_none() && !contradicts(family, code, adults) && heads_meet(family, adults)
        };
        let named = || self.staged.roll().named(region, &head.name).into_iter();
        let found: Vec<&Family> = named().filter(fits).collect();
        match found[..] {
            [] => {
                // The same name and telephone: a number or a code that was mended, or a slip.
                let phone = reader.text("phone");
                let alike = |family: &&Family| {
                    family.void.is_none() && phone.is_some() && family.phone.as_deref() == phone.as_deref()
                };
                let Some(family) = named().find(alike) else { return Identity::New };
                let hint = format!(
                    "姓名和电话与本机里的{}家相同，而身份证号或编码不同，分不清是不是同一户；请核对，是同一户请先在软件里更正",
                    family.head_name
                );
                reader.find(name_field(reader), FindingCode::FamilyUnclear, hint);
                Identity::Unclear
            }
            [family] => {
                if !certain(family, adults) {
                    let hint = format!("录入时按姓名认作本机里的{}家，请核对是不是同一户", family.head_name);
                    reader.find(name_field(reader), FindingCode::MatchedByName, hint);
                }
                self.known(reader, family, region, adults)
            }
            _ => {
                let hint = "本村有几户同名的家庭，分不清是哪一户，请填写信息编码或身份证号";
                reader.find(name_field(reader), FindingCode::FamilyUnclear, hint);
                Identity::Unclear
            }
        }
    }

    fn known(
        &self,
        reader: &mut RowReader<'_>,
        family: &Family,
        region: &RegionCode,
        adults: &[Adult],
    ) -> Identity {
        // Nobody of the row is of the family that has its code: the code is another's.
        let meets = |adult: &Adult| {
            let by_number = |p: &crate::lookup::FoundPerson| {
                p.number.is_some() && p.number.as_deref() == adult.number.as_ref().map(|n| n.as_str())
            };
            family.persons.iter().any(|p| by_number(p) || named_alike(&p.name, &adult.name))
                || named_alike(&family.head_name, &adult.name)
        };
        if !adults.iter().any(meets) {
            let hint =
                format!("这个信息编码在本机是{}家的，与这一行的姓名对不上，请核对编码", family.head_name);
            reader.find("file_code", FindingCode::FamilyUnclear, hint);
            return Identity::Unclear;
        }
        if family.region != *region {
            let hint = "这户在本机登记在另一个村（社区），没有改动；确实搬迁的请在家庭页面上办“迁移”";
            reader.find("village", FindingCode::VillageOther, hint);
        }
        Identity::Known(Box::new(family.clone()))
    }

    /// Whether a row's records say nothing that the book, or an earlier row, does not say.
    pub(super) fn says_nothing_new(&mut self, reader: &mut RowReader<'_>, drafts: Drafts) -> bool {
        drafts.records.into_iter().all(|mut record| {
            let known = self.staged.record(&record.id);
            known.is_some_and(|known| self.compared(reader, &mut record, &known).is_same())
        })
    }

    /// A row that tells of one more person of the family above: its relation says so, or nothing of a family
    /// stands in it. `None`: the row is a family's own.
    pub(super) fn family_member(&mut self, reader: &mut RowReader<'_>) -> Option<Outcome> {
        let relation = relation(reader);
        let bare = ["file_code", "category", "loss_date", "village", "registered_address", "current_address"];
        let nothing_of_a_family = || {
            !reader.has("husband.name")
                && (reader.has("file_code") || reader.has("category"))
                && bare.iter().all(|field| reader.said(field).is_none() || covered(reader, field))
        };
        match &relation {
            Some(Said::Other(_) | Said::Child) => {}
            Some(Said::Head) => return None,
            None if self.last_family.row > 0 && (nothing_of_a_family() || self.second_of_a_code(reader)) => {}
            None => return None,
        }
        let code = reader.code("file_code");
        let by_code = code.as_deref().and_then(|code| self.staged.roll().by_code(code)).map(|f| f.household);
        let Some(household) = by_code.or(self.last_family.household) else {
            let hint = "这一行是家庭成员，上面的户主没有录入，请先改好户主那一行";
            reader.find("relation", FindingCode::HouseholdUnknown, hint);
            return Some(Outcome::Refused);
        };
        let family = self.staged.roll().family(&household)?.clone();
        let Some(name) = reader.person("head.name") else {
            reader.find("head.name", FindingCode::NameMissing, "请填写姓名");
            return Some(Outcome::Refused);
        };
        let number = reader.id_number("head.id");
        if let Some(Said::Child) = relation {
            // The child the family lost stands in its file, never among the persons.
            let hint = "子女不作为家庭成员录入；去世或伤残的子女请填在“子女姓名”一栏";
            reader.find("head.name", FindingCode::SecondPerson, hint);
            reader.notes();
            return Some(Outcome::Repeated);
        }
        let adult = Adult {
            name: name.name,
            number,
            sex: None,
            phone: reader.phone("phone"),
            died: name.died,
            whose: "head",
        };
        if relation.is_none() {
            let hint = format!("没有写户主等内容，录入时作为上面{}家的另一人，请核对", family.head_name);
            reader.find("head.name", FindingCode::SecondPerson, hint);
        }
        if adult.number.is_none() && reader.said("head.id").is_none() && !reader.is_masked("head.id") {
            reader.find("head.id", FindingCode::IdMissing, format!("缺{}的身份证号，请补填", adult.name));
        }
        let seen = adult.number.as_ref().and_then(|number| self.seen(KIND, number.as_str()));
        if reader.is_refused() {
            return Some(Outcome::Refused);
        }
        let mut drafts = self.drafts(&["family member", &household.to_string(), &adult.name]);
        let id = self.adult_id(&drafts, Some(&family), 1, &adult);
        let relation = match relation {
            Some(Said::Other(relation)) => relation,
            _ => Relation::Spouse,
        };
        drafts.add(reader, id, &person(&family.region, household, &adult, relation));
        if let Some(at) = seen {
            let same = self.says_nothing_new(reader, drafts);
            return Some(self.repeated(reader, at, same));
        }
        let outcome = self.settle(reader, drafts);
        if let (Some(number), false) = (&adult.number, matches!(outcome, Outcome::Refused)) {
            self.see(KIND, number.as_str());
        }
        Some(outcome)
    }
}

impl Planner<'_> {
    /// The row above has the same code and another person: a family on two rows.
    fn second_of_a_code(&self, reader: &RowReader<'_>) -> bool {
        if reader.has("husband.name") || reader.has("relation") {
            return false;
        }
        let (Some(household), Some(code)) = (self.last_family.household, reader.said("file_code")) else {
            return false;
        };
        let Some(family) = self.staged.roll().family(&household) else { return false };
        let name = reader.said("head.name").map(|text| crate::script::person_name(&text).name);
        family.code.as_deref() == Some(code.trim())
            && family.persons.len() == 1
            && name.is_some_and(|name| family.person(&name).is_none())
    }
}

/// What the column of relations says.
enum Said {
    Head,
    Child,
    Other(Relation),
}

fn relation(reader: &RowReader<'_>) -> Option<Said> {
    let text = reader.said("relation")?;
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    Some(match text.as_str() {
        "户主" | "本人" | "户主本人" | "申请人" => Said::Head,
        "夫" | "妻" | "配偶" | "丈夫" | "妻子" | "爱人" | "老伴" | "夫妻" | "之妻" | "之夫" => {
            Said::Other(Relation::Spouse)
        }
        "父" | "母" | "父亲" | "母亲" | "父母" | "岳父" | "岳母" | "公公" | "婆婆" => {
            Said::Other(Relation::Parent)
        }
        _ if text.contains('孙') => Said::Other(Relation::Grandchild),
        _ if ["子", "女", "儿"].iter().any(|word| text.contains(word)) => Said::Child,
        _ => Said::Other(Relation::Relative),
    })
}

/// A value that stands here only because the cell above is merged downwards.
fn covered(reader: &RowReader<'_>, field: &str) -> bool {
    matches!(reader.origin(field), super::sheet::Origin::Merged { first: false, .. })
}

fn name_field(reader: &RowReader<'_>) -> &'static str {
    if reader.has("husband.name") { "husband.name" } else { "head.name" }
}

fn id_field(reader: &RowReader<'_>) -> &'static str {
    if reader.has("husband.id") { "husband.id" } else { "head.id" }
}

/// Another code, or two ID numbers for one name: another family.
fn contradicts(family: &Family, code: Option<&str>, adults: &[Adult]) -> bool {
    let two_codes = matches!((code, family.code.as_deref()), (Some(one), Some(other)) if one != other);
    let numbers = |adult: &Adult| {
        let known = family.person(&adult.name).and_then(|person| person.number.as_deref());
        matches!((&adult.number, known), (Some(one), Some(other)) if one.as_str() != other)
    };
    // A mended number of one of two people who are both named is no other family.
    let both = adults.len() > 1 && adults.iter().all(|adult| family.person(&adult.name).is_some());
    two_codes || (!both && adults.iter().any(numbers))
}

/// The head of one is the head of the other, or somebody else of it, and their spouses do not differ.
fn heads_meet(family: &Family, adults: &[Adult]) -> bool {
    let others = |name: &str| -> Vec<&str> {
        family.persons.iter().map(|p| p.name.as_str()).filter(|other| !named_alike(other, name)).collect()
    };
    let head_is_head = named_alike(&family.head_name, &adults[0].name);
    let spouse = adults.get(1).map(|adult| adult.name.as_str());
    let known = others(&adults[0].name);
    match spouse {
        // Both spouses known: they must meet.
        Some(spouse) if !known.is_empty() => known.iter().any(|other| named_alike(other, spouse)),
        // The head has died, and the ledger now names the other one alone.
        _ => head_is_head || family.persons.iter().any(|p| named_alike(&p.name, &adults[0].name)),
    }
}

/// Head and spouse are both known on both sides.
fn certain(family: &Family, adults: &[Adult]) -> bool {
    adults.len() > 1 && adults.iter().all(|adult| family.person(&adult.name).is_some())
}
