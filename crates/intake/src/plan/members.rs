//! A row of the members' register: person, member and, where it says so, volunteer.

use tiexin_domain::nouns::member::{MemberStructure, Residence};
use tiexin_domain::nouns::person::PersonTag;
use tiexin_domain::nouns::volunteer::Approval;
use tiexin_domain::nouns::{Member, Person, Volunteer, tidy_name};
use tiexin_domain::{IdNumber, Kind, PartialDate, RegionCode, Sex};
use uuid::Uuid;

use super::known_member::{own_fields, person_of};
use super::planner::{Outcome, Planner, RowAt};
use super::reader::RowReader;
use super::settle::Drafts;
use super::values::things;
use crate::finding::FindingCode;
use crate::kind::SheetKind;
use crate::lookup::{Known, Lookup};
use crate::script::{Died, PersonName};

pub(super) const KIND: SheetKind = SheetKind::Members;

impl Planner<'_> {
    pub(super) fn member(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let region = self.member_region(reader);
        let (structure, residence) = standing(reader);
        let unit = structure == Some(MemberStructure::Unit);
        let name = self.member_name(reader, unit);
        let number = if unit { None } else { reader.id_number("id") };
        if !unit
            && reader.said("id").is_none()
            && number.is_none()
            && !reader.is_masked("id")
            && !id_is_told(reader)
        {
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
        let earlier = number.as_ref().and_then(|n| self.seen(KIND, n.as_str()));
        if let Some(at) = earlier.filter(|at| at.sheet == self.at.sheet) {
            let hint = format!("身份证号与本表第 {} 行相同，请删除重复的一行，或核对身份证号", at.row);
            reader.find("id", FindingCode::DuplicateInFile, hint);
        }
        let (Some(region), Some(name), false) = (region, name, reader.is_refused()) else {
            return Outcome::Refused;
        };
        let holder = number.as_ref().and_then(|n| self.staged.person_by_id_number(n.as_str()));
        let named =
            if holder.is_some() { Vec::new() } else { self.staged.members_named(&region, &name.name) };
        let own = own_fields(stated.as_ref(), born, joined, phone.as_deref());
        self.note_member_guesses(&named, number.as_ref(), &own);
        if self.may_be_mended(reader, &named, number.as_ref(), phone.as_deref()) {
            return Outcome::Refused;
        }
        let known = match &holder {
            Some(person) => self.staged.member_of(&person.id),
            None => self.known_member(reader, named, number.as_ref(), &own),
        };
        let mut drafts = self.member_drafts(&region, &name.name, number.as_ref(), phone.as_deref());
        while known.is_none() && number.is_none() && self.is_anothers(&drafts, &own) {
            drafts = self.member_drafts(&region, &name.name, None, phone.as_deref());
        }
        let id = known.as_ref().map_or_else(|| self.id(&drafts, "member"), |known| known.id);
        let sex = number.as_ref().map(IdNumber::sex).or(stated);
        let found = holder.as_ref().map(|person| person.id);
        let person_id = (!unit).then(|| self.member_person(&drafts, number.as_ref(), found, known.as_ref()));
        left_when(reader);
        let volunteer = reader.yes("volunteer") == Some(true);
        // The member first: when that was voided by a person, the row is told so.
        let member = Member {
            region: region.clone(),
            name: name.name.clone(),
            person: person_id,
            sex: if unit { None } else { sex.clone() },
            structure,
            residence: if unit { None } else { residence },
            in_group: None,
            group: reader.said("group"),
            branch: None,
            branch_name: None,
            joined,
            left: None,
            left_why: None,
            wants_notices: false,
            tags: tags.clone(),
            notes: reader.notes(),
        };
        drafts.add(reader, id, &member);
        if let Some(person_id) = person_id {
            let mut person = person(reader, &region, &name.name, number.as_ref(), sex, born, phone, &tags);
            person.deceased = name.died.is_some();
            person.died_on = name.died.and_then(Died::on);
            drafts.add(reader, person_id, &person);
        }
        if volunteer {
            let volunteer = volunteer_of(reader, region, name.name.clone(), person_id);
            let id = self.volunteer_id(reader, (id, self.id(&drafts, "volunteer")), &volunteer);
            drafts.add(reader, id, &volunteer);
        }
        // A person before who refers to them.
        drafts.records.sort_by_key(|record| record.kind != Kind::Person);
        self.settle_member(reader, drafts, number.as_ref(), earlier)
    }

    fn settle_member(
        &mut self,
        reader: &mut RowReader<'_>,
        drafts: Drafts,
        number: Option<&IdNumber>,
        earlier: Option<RowAt>,
    ) -> Outcome {
        if reader.is_refused() {
            return Outcome::Refused;
        }
        let of = |kind: Kind| drafts.records.iter().find(|r| r.kind == kind).map(|r| r.id.to_string());
        let (member, volunteer) = (of(Kind::Member), of(Kind::Volunteer));
        // Without a number it is the record that an earlier row has told of.
        let earlier = earlier.or_else(|| self.seen(KIND, member.as_deref()?));
        if let Some(at) = earlier {
            let same = self.says_nothing_new(reader, drafts);
            return self.repeated(reader, at, same);
        }
        let outcome = self.settle(reader, drafts);
        if !matches!(outcome, Outcome::Refused) {
            member.iter().chain(&volunteer).for_each(|id| self.see(KIND, id));
            number.iter().for_each(|number| self.see(KIND, number.as_str()));
        }
        outcome
    }

    /// One person, or the name of a unit as it stands.
    fn member_name(&mut self, reader: &mut RowReader<'_>, unit: bool) -> Option<PersonName> {
        if unit {
            let name = reader.said("name").map(|text| tidy_name(&text));
            if name.is_none() {
                reader.find("name", FindingCode::NameMissing, "请填写姓名");
            }
            return name.map(|name| PersonName { name, note: None, died: None });
        }
        let text = reader.said("name").unwrap_or_default();
        let apart =
            text.split(['、', '，', ',', '；', ';', '/', '／']).filter(|p| p.trim().chars().count() >= 2);
        if apart.count() > 1 && !text.contains(['(', '（']) {
            reader.find("name", FindingCode::NameUnclear, "一格里有两个以上的人，请一人一行填写");
            return None;
        }
        let name = reader.person("name");
        match &name {
            None => reader.find("name", FindingCode::NameMissing, "请填写姓名"),
            Some(name) if name.died == Some(Died::Sometime) => {
                reader.find(
                    "name",
                    FindingCode::DiedWhen,
                    "注明已去世，没有写时间，请补填离世时间，并核对是否仍算会员",
                );
            }
            Some(_) => {}
        }
        name
    }

    /// A register of a whole township may leave the village out: the member then belongs to the township.
    fn member_region(&mut self, reader: &mut RowReader<'_>) -> Option<RegionCode> {
        let before = reader.findings.len();
        let region = self.region(reader);
        if region.is_none() && reader.findings.len() == before {
            if reader.has("village") {
                reader.find(
                    "village",
                    FindingCode::VillageMissing,
                    "没有写村（社区），录入时记在镇里，请补填",
                );
            }
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

    fn member_person(
        &self,
        drafts: &Drafts,
        number: Option<&IdNumber>,
        found: Option<Uuid>,
        known: Option<&Known>,
    ) -> Uuid {
        let of_member = || person_of(known?);
        let Some(number) = number else {
            return of_member().unwrap_or_else(|| self.id(drafts, "person"));
        };
        found.or_else(of_member).unwrap_or_else(|| self.person_id(number.as_str()))
    }
}

/// Words that say of a member that they are none any more, in the column of standing or in a remark.
fn left_when(reader: &mut RowReader<'_>) {
    const GONE: &[&str] = &["退会", "已退", "除名", "去世", "已故", "死亡", "注销", "迁出"];
    for field in ["status", "notes"] {
        let Some(text) = reader.said(field) else { continue };
        if GONE.iter().any(|word| text.contains(word)) {
            let hint = "写着已不是会员，没有写时间，录入时仍算会员；请补填退会时间，或删去这一行";
            reader.find(field, FindingCode::LeftWhen, hint);
            return;
        }
    }
}

/// Why there is no number was told already.
fn id_is_told(reader: &RowReader<'_>) -> bool {
    let letter = reader.sheet.head.column("id").map(|c| crate::workbook::column_letters(c.index));
    letter.is_some_and(|letter| reader.findings.iter().any(|finding| finding.letter == letter))
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
        kinds: Vec::new(),
        skills: reader.said("skills").map(|text| things(&text)).unwrap_or_default(),
        team_id: None,
        team: reader.said("team"),
        joined: None,
        left: None,
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
        for part in reader.said(field).map(|text| things(&text)).unwrap_or_default() {
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
    for part in reader.said("tags").map(|text| things(&text)).unwrap_or_default() {
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
