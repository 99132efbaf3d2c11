//! A row of the members' register: person, member and, where it says so, volunteer.

use tiexin_domain::nouns::member::{MemberStructure, Residence};
use tiexin_domain::nouns::person::PersonTag;
use tiexin_domain::nouns::volunteer::Approval;
use tiexin_domain::nouns::{Member, Person, Volunteer};
use tiexin_domain::{IdNumber, PartialDate, RegionCode, Sex};
use uuid::Uuid;

use super::Intent;
use super::planner::{Drafts, Outcome, Planner};
use super::reader::RowReader;
use super::values::listed;
use crate::finding::FindingCode;
use crate::kind::SheetKind;
use crate::lookup::Lookup;

const KIND: SheetKind = SheetKind::Members;

impl Planner<'_> {
    pub(super) fn member(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let region = self.member_region(reader);
        let name = reader.name("name");
        if name.is_none() {
            reader.find("name", FindingCode::NameMissing, "请填写姓名");
        }
        let (structure, residence) = standing(reader);
        let unit = structure == Some(MemberStructure::Unit);
        let number = if unit { None } else { reader.id_number("id") };
        if !unit && reader.said("id").is_none() {
            reader.find("id", FindingCode::IdMissing, "缺身份证号，请补填");
        }
        let stated = sex(reader);
        if reader.has("sex") {
            reader.check_sex("sex", stated.as_ref(), number.as_ref());
        }
        let tags = tags(reader);
        let phone = reader.phone("phone");
        let joined = reader.full_date("joined");
        let born = reader.full_date("birth");
        if number.as_ref().is_some_and(|n| self.is_seen(KIND, n.as_str())) {
            let hint = "身份证号与本表前面的一行相同，请删除重复的一行，或核对身份证号";
            reader.find("id", FindingCode::DuplicateInFile, hint);
        }
        let (Some(region), Some(name), false) = (region, name, reader.is_refused()) else {
            return Outcome::Refused;
        };
        if let Some(number) = &number {
            self.see(KIND, number.as_str());
        }
        let mut drafts = self.member_drafts(&region, &name, number.as_ref(), phone.as_deref());
        let id = self.id(&drafts, "member");
        let known = number.as_ref().and_then(|n| self.staged.person_by_id_number(n.as_str())).map(|p| p.id);
        if self.staged.knows(&id) || known.is_some_and(|person| self.staged.is_member(&person)) {
            return Outcome::Unchanged;
        }
        let sex = number.as_ref().map(IdNumber::sex).or(stated);
        let person = if unit {
            None
        } else {
            let person = person(reader, &region, &name, number.as_ref(), sex.clone(), born, phone, &tags);
            let (person_id, intent) = self.member_person(&drafts, number.as_ref(), known);
            drafts.add(reader, person_id, intent, &person);
            Some(person_id)
        };
        let volunteer = reader.yes("volunteer") == Some(true);
        let member = Member {
            region: region.clone(),
            name: name.clone(),
            person,
            sex: if unit { None } else { sex },
            structure,
            residence,
            group: reader.said("group"),
            joined,
            left: None,
            wants_notices: false,
            tags,
            notes: reader.notes(),
        };
        drafts.add(reader, id, Intent::New, &member);
        if volunteer {
            let id = self.id(&drafts, "volunteer");
            drafts.add(reader, id, Intent::New, &volunteer_of(reader, region, name, person));
        }
        drafts.done(reader)
    }

    /// A register of a whole township may leave the village out: the member then belongs to the township.
    fn member_region(&mut self, reader: &mut RowReader<'_>) -> Option<RegionCode> {
        let before = reader.findings.len();
        let region = self.region(reader);
        if region.is_none() && reader.findings.len() == before {
            return Some(self.places.scope().clone());
        }
        region
    }

    fn member_drafts(
        &mut self,
        region: &RegionCode,
        name: &str,
        number: Option<&IdNumber>,
        phone: Option<&str>,
    ) -> Drafts {
        match number {
            Some(number) => self.drafts(&["member", region.scope().as_str(), number.as_str()]),
            None => self.drafts(&["member", region.as_str(), name, phone.unwrap_or_default()]),
        }
    }

    /// `known`: who has the number already.
    fn member_person(
        &self,
        drafts: &Drafts,
        number: Option<&IdNumber>,
        known: Option<Uuid>,
    ) -> (Uuid, Intent) {
        let Some(number) = number else { return (self.id(drafts, "person"), Intent::New) };
        let id = known.unwrap_or_else(|| self.person_id(number.as_str()));
        (id, if known.is_some() || self.staged.knows(&id) { Intent::Fill } else { Intent::New })
    }
}

#[allow(clippy::too_many_arguments)]
fn person(
    reader: &RowReader<'_>,
    region: &RegionCode,
    name: &str,
    number: Option<&IdNumber>,
    sex: Option<Sex>,
    born: Option<PartialDate>,
    phone: Option<String>,
    tags: &[PersonTag],
) -> Person {
    let mut person = Person::named(region.clone(), name);
    person.sex = sex;
    person.birth = born;
    person.phone = phone;
    person.politics = reader.said("politics");
    person.marriage = reader.said("marriage");
    person.health = reader.said("health");
    person.tags = tags.to_vec();
    match number {
        Some(number) => person.with_id(number),
        None => person,
    }
}

fn volunteer_of(reader: &RowReader<'_>, region: RegionCode, name: String, person: Option<Uuid>) -> Volunteer {
    Volunteer {
        region,
        name,
        person,
        approval: Approval::Approved,
        approved_on: None,
        skills: reader.said("skills").map(|text| listed(&text)).unwrap_or_default(),
        team: reader.said("team"),
        minutes: None,
        notes: None,
    }
}

fn sex(reader: &mut RowReader<'_>) -> Option<Sex> {
    let text = reader.said("sex")?;
    match text.as_str() {
        "男" | "男性" | "1" | "M" => Some(Sex::Male),
        "女" | "女性" | "2" | "F" => Some(Sex::Female),
        _ => {
            reader.keep("sex");
            None
        }
    }
}

/// What the cells say of structure and residence; one column may hold both.
fn standing(reader: &mut RowReader<'_>) -> (Option<MemberStructure>, Option<Residence>) {
    let (mut structure, mut residence) = (None, None);
    for field in ["type", "residence"] {
        for part in reader.said(field).map(|text| listed(&text)).unwrap_or_default() {
            if part.contains("个体") || part.contains("个人") {
                structure = Some(MemberStructure::Individual);
            } else if part.contains("团体") || part.contains("单位") {
                structure = Some(MemberStructure::Unit);
            } else if part.contains("流动") {
                residence = Some(Residence::Floating);
            } else if part.contains("常住") || part.contains("户籍") {
                residence = Some(Residence::Resident);
            } else {
                let hint = "会员类型请填个体会员、团体会员、流动人口或常住人口";
                reader.find(field, FindingCode::KindUnknown, hint);
            }
        }
    }
    (structure, residence)
}

/// 重点服务对象; what is none of the known groups is kept in the notes.
fn tags(reader: &mut RowReader<'_>) -> Vec<PersonTag> {
    let mut tags = Vec::new();
    let mut unknown = false;
    for part in reader.said("tags").map(|text| listed(&text)).unwrap_or_default() {
        let known = [
            (&["失独", "特殊家庭"][..], PersonTag::LostChild),
            (&["育龄"], PersonTag::Childbearing),
            (&["青少年", "青年"], PersonTag::Youth),
            (&["留守老人", "空巢"], PersonTag::LeftBehindElder),
            (&["留守儿童"], PersonTag::LeftBehindChild),
            (&["留守妇女"], PersonTag::LeftBehindWoman),
            (&["五老"], PersonTag::FiveElders),
        ];
        match known.into_iter().find(|(words, _)| words.iter().any(|w| part.contains(w))) {
            Some((_, tag)) if !tags.contains(&tag) => tags.push(tag),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown {
        reader.keep("tags");
    }
    tags
}
