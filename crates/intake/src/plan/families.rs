//! A row of the special-families ledger: household, persons, support file, contact pair.

use tiexin_domain::nouns::household::HouseholdKind;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::nouns::support_file::{Assistance, LossCategory};
use tiexin_domain::nouns::{ContactPair, Household, Person, SupportFile};
use tiexin_domain::{IdNumber, RegionCode, Sex};
use uuid::Uuid;

use super::Intent;
use super::planner::{Drafts, Outcome, Planner};
use super::reader::RowReader;
use crate::finding::FindingCode;
use crate::kind::SheetKind;
use crate::lookup::Lookup;

const KIND: SheetKind = SheetKind::SpecialFamilies;

/// One of the two adults of a row.
struct Adult {
    name: String,
    number: Option<IdNumber>,
    sex: Option<Sex>,
    phone: Option<String>,
}

impl Planner<'_> {
    pub(super) fn family(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let region = self.family_region(reader);
        let category = category(reader);
        let code = reader.code("file_code");
        let adults = adults(reader);
        let phone = reader.phone("phone");
        let loss_date = reader.full_date("loss_date");
        if loss_date.is_some_and(|date| date.is_partial()) {
            reader.find("loss_date", FindingCode::DatePartial, "日期不完整，已按现有精度录入，请补全到日");
        }
        let (leader, worker) = contacts(reader);
        self.duplicate(reader, code.as_deref(), &adults);
        let (Some(region), Some(category), false) = (region, category, reader.is_refused()) else {
            return Outcome::Refused;
        };
        let marks = marks(code.as_deref(), &adults);
        let mut drafts = self.family_drafts(&region, code.as_deref(), &adults);
        let file_id = self.id(&drafts, "file");
        if self.staged.knows(&file_id)
            || code.as_deref().is_some_and(|c| self.staged.household_by_code(c).is_some())
        {
            marks.iter().for_each(|mark| self.see(KIND, mark));
            return Outcome::Unchanged;
        }

        let household_id = self.id(&drafts, "household");
        let persons: Vec<(Uuid, Intent)> =
            adults.iter().enumerate().map(|(at, adult)| self.adult_id(&drafts, at, adult)).collect();
        let head_name = adults[0].name.clone();
        let household = household(reader, &region, &category, &head_name, persons[0].0, phone.clone());
        drafts.add(reader, household_id, Intent::New, &household);
        for (at, (adult, (id, intent))) in adults.iter().zip(&persons).enumerate() {
            let person = person(&region, household_id, adult, at == 0);
            drafts.add(reader, *id, *intent, &person);
        }
        let mut file = SupportFile::open(region.clone(), household_id, head_name, category);
        file.code = code;
        file.loss_date = loss_date;
        file.phone = phone;
        fill_file(reader, &mut file);
        file.notes = reader.notes();
        drafts.add(reader, file_id, Intent::New, &file);
        if leader.is_some() || worker.is_some() {
            let pair = ContactPair {
                region,
                household: household_id,
                file: file_id,
                township_leader: leader,
                village_worker: worker,
                from: None,
                to: None,
                handover_note: None,
            };
            let id = self.id(&drafts, "contacts");
            drafts.add(reader, id, Intent::New, &pair);
        }
        let outcome = drafts.done(reader);
        if matches!(outcome, Outcome::Taken(_)) {
            marks.iter().for_each(|mark| self.see(KIND, mark));
        }
        outcome
    }

    /// A family must belong to a village: a row without one waits.
    fn family_region(&mut self, reader: &mut RowReader<'_>) -> Option<RegionCode> {
        let before = reader.findings.len();
        let region = self.region(reader);
        if region.is_none() && reader.findings.len() == before {
            let by_address = ["current_address", "registered_address"]
                .iter()
                .filter(|_| !reader.has("village"))
                .find_map(|field| reader.said(field).and_then(|text| self.places.named_in(&text)));
            if by_address.is_some() {
                return by_address;
            }
            reader.find("village", FindingCode::RegionUnknown, "请填写村（社区）名称");
        }
        region
    }

    fn duplicate(&self, reader: &mut RowReader<'_>, code: Option<&str>, adults: &[Adult]) {
        let field = if code.is_some_and(|c| self.is_seen(KIND, c)) {
            "file_code"
        } else {
            let seen = |a: &Adult| a.number.as_ref().is_some_and(|n| self.is_seen(KIND, n.as_str()));
            match adults.iter().position(seen) {
                Some(0) if reader.has("husband.id") => "husband.id",
                Some(0) => "head.id",
                Some(_) if reader.has("wife.id") => "wife.id",
                Some(_) => "spouse.id",
                None => return,
            }
        };
        let hint = "与本表前面的一行是同一家庭，请删除重复的一行，或核对编码和身份证号";
        reader.find(field, FindingCode::DuplicateInFile, hint);
    }

    fn family_drafts(&mut self, region: &RegionCode, code: Option<&str>, adults: &[Adult]) -> Drafts {
        let number = adults.iter().find_map(|a| a.number.as_ref());
        match (code, number) {
            (Some(code), _) => self.drafts(&["family", "code", code]),
            (None, Some(number)) => self.drafts(&["family", "id", number.as_str()]),
            (None, None) => {
                let names: Vec<&str> = adults.iter().map(|a| a.name.as_str()).collect();
                self.drafts(&["family", "name", region.as_str(), &names.join("、")])
            }
        }
    }

    fn adult_id(&self, drafts: &Drafts, at: usize, adult: &Adult) -> (Uuid, Intent) {
        let Some(number) = &adult.number else {
            return (self.id(drafts, &format!("person-{at}")), Intent::New);
        };
        let known = self.staged.person_by_id_number(number.as_str()).map(|p| p.id);
        let id = known.unwrap_or_else(|| self.person_id(number.as_str()));
        (id, if known.is_some() || self.staged.knows(&id) { Intent::Fill } else { Intent::New })
    }
}

fn marks(code: Option<&str>, adults: &[Adult]) -> Vec<String> {
    let numbers = adults.iter().filter_map(|a| a.number.as_ref()).map(|n| n.as_str().to_owned());
    code.map(str::to_owned).into_iter().chain(numbers).collect()
}

/// The adults named, the head first: the man, or whoever the ledger calls 户主; else the woman.
fn adults(reader: &mut RowReader<'_>) -> Vec<Adult> {
    let male = reader.has("husband.name");
    let female = reader.has("wife.name");
    let pairs = [
        if male {
            ("husband.name", "husband.id", "husband.phone", Some(Sex::Male))
        } else {
            ("head.name", "head.id", "", None)
        },
        if female {
            ("wife.name", "wife.id", "wife.phone", Some(Sex::Female))
        } else {
            ("spouse.name", "spouse.id", "", None)
        },
    ];
    let mut adults = Vec::new();
    for (name_field, id_field, phone_field, sex) in pairs {
        let number = reader.id_number(id_field);
        let Some(name) = reader.name(name_field) else {
            if number.is_some() {
                reader.find(name_field, FindingCode::NameMissing, "有身份证号而没有姓名，请填写姓名");
            }
            continue;
        };
        if reader.said(id_field).is_none() {
            reader.find(id_field, FindingCode::IdMissing, format!("缺{name}的身份证号，请补填"));
        }
        reader.check_sex(id_field, sex.as_ref(), number.as_ref());
        let phone = reader.phone(phone_field);
        adults.push(Adult { name, number, sex, phone });
    }
    if adults.is_empty() {
        let field = if male { "husband.name" } else { "head.name" };
        reader.find(field, FindingCode::NameMissing, "请填写家庭成员姓名");
    }
    adults
}

fn category(reader: &mut RowReader<'_>) -> Option<LossCategory> {
    let said = reader.said("category").unwrap_or_default();
    let death = ["死亡", "失独", "亡故", "去世", "死"].iter().any(|w| said.contains(w));
    let disability = said.contains('残');
    match (death, disability, said.is_empty()) {
        (true, false, _) => Some(LossCategory::Death),
        (false, true, _) => Some(LossCategory::Disability),
        (false, false, true) if reader.said("grade").is_some() => Some(LossCategory::Disability),
        _ => {
            reader.find("category", FindingCode::KindUnknown, "家庭类别请填“死亡”或“伤残”");
            None
        }
    }
}

fn contacts(reader: &mut RowReader<'_>) -> (Option<String>, Option<String>) {
    let leader = reader.name("township_leader");
    let worker = reader.name("village_worker");
    // A ledger that keeps no contacts at all is no gap of each row; the desk's own list shows it.
    if reader.has("township_leader") || reader.has("village_worker") {
        let missing = match (&leader, &worker) {
            (None, None) => Some(("township_leader", "缺镇联系人和村联系人，请补填")),
            (None, Some(_)) => Some(("township_leader", "缺镇联系人，请补填")),
            (Some(_), None) => Some(("village_worker", "缺村联系人，请补填")),
            (Some(_), Some(_)) => None,
        };
        if let Some((field, hint)) = missing {
            reader.find(field, FindingCode::ContactMissing, hint);
        }
    }
    (leader, worker)
}

fn household(
    reader: &RowReader<'_>,
    region: &RegionCode,
    category: &LossCategory,
    head_name: &str,
    head: Uuid,
    phone: Option<String>,
) -> Household {
    let kind = match category {
        LossCategory::Disability => HouseholdKind::DisabledChild,
        _ => HouseholdKind::LostChild,
    };
    let registered = reader.said("registered_address");
    let same =
        |text: &String| text.contains("同户籍") || matches!(text.as_str(), "同上" | "同左" | "同前" | "同");
    let current = match reader.said("current_address") {
        Some(text) if same(&text) => registered.clone(),
        other => other,
    };
    Household {
        head: Some(head),
        kinds: vec![kind],
        registered_address: registered,
        current_address: current,
        phone,
        ..Household::named(region.clone(), head_name)
    }
}

fn person(region: &RegionCode, household: Uuid, adult: &Adult, head: bool) -> Person {
    let mut person = Person::named(region.clone(), &adult.name);
    person.household = Some(household);
    person.relation = Some(if head { Relation::Head } else { Relation::Spouse });
    person.sex = adult.sex.clone();
    person.phone = adult.phone.clone();
    match &adult.number {
        Some(number) => person.with_id(number),
        None => person,
    }
}

fn fill_file(reader: &mut RowReader<'_>, file: &mut SupportFile) {
    file.child_name = reader.name("child.name");
    file.loss_cause = reader.said("loss_cause");
    file.disability_grade = reader.said("grade");
    file.disability_card = reader.said("card");
    file.assistance = reader.yes("assistance").map(|yes| if yes { Assistance::Yes } else { Assistance::No });
    file.assistance_from = reader.full_date("assistance_from");
    file.doctor = reader.name("doctor");
    file.doctor_signed_on = reader.full_date("doctor_signed_on");
    file.hospital = reader.said("hospital");
    file.policy = reader.said("policy");
    file.emergency_contact = reader.said("emergency_contact");
}
