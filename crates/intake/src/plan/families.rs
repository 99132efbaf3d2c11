//! A row of the special-families ledger: household, persons, support file, contact pair.

use tiexin_domain::RegionCode;
use tiexin_domain::nouns::household::HouseholdKind;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::nouns::support_file::{Assistance, FileStatus, LossCategory};
use tiexin_domain::nouns::{ContactPair, Household, SupportFile};
use uuid::Uuid;

use super::adults::{Adult, adults, person};
use super::family_rows::Identity;
use super::planner::{Outcome, Planner, RowAt};
use super::reader::RowReader;
use super::settle::Drafts;
use crate::finding::FindingCode;
use crate::kind::SheetKind;
use crate::lookup::{Family, Lookup};

pub(super) const KIND: SheetKind = SheetKind::SpecialFamilies;

impl Planner<'_> {
    pub(super) fn family(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        if let Some(outcome) = self.family_member(reader) {
            return outcome;
        }
        let region = self.family_region(reader);
        let category = category(reader);
        let code = reader.code("file_code");
        let adults = adults(reader);
        let phone = reader.phone("phone");
        let loss_date = reader.full_date("loss_date");
        if loss_date.is_some_and(|date| date.is_partial()) {
            reader.find("loss_date", FindingCode::DatePartial, "日期不完整，录入时按现有精度，请补全到日");
        }
        let (leader, worker) = contacts(reader);
        let earlier = self.earlier_row(reader, code.as_deref(), &adults);
        self.last_family.refused(reader.row.number);
        let (Some(region), Some(category), false) = (region, category, reader.is_refused()) else {
            return Outcome::Refused;
        };
        let marks = marks(code.as_deref(), &adults);
        let numbers = adults.iter().filter_map(|adult| adult.number.as_ref()).map(|number| number.as_str());
        numbers.chain(phone.as_deref()).for_each(|said| self.note_number(&region, &adults[0].name, said));
        let known = match self.identity(reader, &region, code.as_deref(), &adults) {
            Identity::New => None,
            Identity::Known(family) => Some(*family),
            Identity::Unclear => return Outcome::Refused,
        };
        // Where the family is known, that is where it lives until somebody moves it.
        let region = known.as_ref().map_or(region, |family| family.region.clone());

        let mut drafts = self.family_drafts(&region, code.as_deref(), &adults);
        let household_id = known.as_ref().map_or_else(|| self.id(&drafts, "household"), |f| f.household);
        let file_id = known.as_ref().and_then(|f| f.file).unwrap_or_else(|| self.id(&drafts, "file"));
        let persons: Vec<Uuid> = adults
            .iter()
            .enumerate()
            .map(|(at, adult)| self.adult_id(&drafts, known.as_ref(), at, adult))
            .collect();
        let head_name = adults[0].name.clone();
        let household = household(reader, &region, &category, &head_name, persons[0], phone.clone());
        drafts.add(reader, household_id, &household);
        for (at, (adult, id)) in adults.iter().zip(&persons).enumerate() {
            let relation = if at == 0 { Relation::Head } else { Relation::Spouse };
            drafts.add(reader, *id, &person(&region, household_id, adult, relation));
            drafts.of(*id, adult.whose);
        }
        let mut file = SupportFile::open(region.clone(), household_id, head_name, category);
        file.code = code;
        file.loss_date = loss_date;
        file.phone = phone;
        fill_file(reader, &mut file);
        standing(reader, &mut file);
        file.notes = reader.notes();
        drafts.add(reader, file_id, &file);
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
            let id = known.as_ref().and_then(|f| f.pair).unwrap_or_else(|| self.id(&drafts, "contacts"));
            drafts.add(reader, id, &pair);
        }
        let outcome = match earlier {
            Some(at) => self.told_before(reader, drafts, at),
            None => self.settle(reader, drafts),
        };
        if !matches!(outcome, Outcome::Refused) {
            marks.iter().for_each(|mark| self.see(KIND, mark));
            self.last_family.taken(household_id, reader.row.number);
        }
        outcome
    }

    /// The row says again what one of another sheet has said.
    fn told_before(&mut self, reader: &mut RowReader<'_>, drafts: Drafts, at: RowAt) -> Outcome {
        if reader.is_refused() {
            return Outcome::Refused;
        }
        let same = self.says_nothing_new(reader, drafts);
        self.repeated(reader, at, same)
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

    /// The earlier row of another sheet that names this family; one of the same sheet refuses the row.
    fn earlier_row(&self, reader: &mut RowReader<'_>, code: Option<&str>, adults: &[Adult]) -> Option<RowAt> {
        let by_code = code.and_then(|code| self.seen(KIND, code)).map(|at| ("file_code", at));
        let by_number = || {
            adults.iter().enumerate().find_map(|(nth, adult)| {
                let at = self.seen(KIND, adult.number.as_ref()?.as_str())?;
                let field = match nth {
                    0 if reader.has("husband.id") => "husband.id",
                    0 => "head.id",
                    _ if reader.has("wife.id") => "wife.id",
                    _ => "spouse.id",
                };
                Some((field, at))
            })
        };
        let (field, at) = by_code.or_else(by_number)?;
        if at.sheet != self.at.sheet {
            return Some(at);
        }
        let hint = format!("与本表第 {} 行是同一家庭，请删除重复的一行，或核对编码和身份证号", at.row);
        reader.find(field, FindingCode::DuplicateInFile, hint);
        None
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

    /// Who an adult is: by the ID number wherever it is known, else by the name within the family.
    pub(super) fn adult_id(
        &self,
        drafts: &Drafts,
        family: Option<&Family>,
        at: usize,
        adult: &Adult,
    ) -> Uuid {
        let by_number = adult.number.as_ref().and_then(|n| self.staged.person_by_id_number(n.as_str()));
        if let Some(person) = by_number {
            return person.id;
        }
        let in_family = family.and_then(|family| family.person(&adult.name));
        match (in_family, &adult.number) {
            (Some(person), _) => person.id,
            (None, Some(number)) => self.person_id(number.as_str()),
            (None, None) => self.id(drafts, &format!("person-{at}")),
        }
    }
}

fn marks(code: Option<&str>, adults: &[Adult]) -> Vec<String> {
    let numbers = adults.iter().filter_map(|a| a.number.as_ref()).map(|n| n.as_str().to_owned());
    code.map(str::to_owned).into_iter().chain(numbers).collect()
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
            let hint = match reader.has("category") {
                true => "家庭类别请填“死亡”或“伤残”",
                // A list or a register of this program has no such column.
                false => {
                    "表里没有“家庭类别”这一列。从贴心导出的列表和名册不是台账，不用再导入；要改内容请在贴心里改，是台账的请加上这一列，填“死亡”或“伤残”"
                }
            };
            reader.find("category", FindingCode::KindUnknown, hint);
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

/// 注销, 迁出: the file is closed, and the family is on no list of whom to see.
fn standing(reader: &mut RowReader<'_>, file: &mut SupportFile) {
    let Some(text) = reader.said("status") else { return };
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["迁出", "迁走", "外迁"]) {
        file.status = FileStatus::MovedOut;
    } else if says(&["注销", "退出", "终止", "取消", "结档", "死亡", "去世", "已故", "销户", "停发"])
        || text == "否"
    {
        file.status = FileStatus::Closed;
    } else {
        return;
    }
    file.status_reason = Some(text.clone());
    let hint = format!("状态写的是“{text}”，录入时台账状态按“{}”，请核对", file.status.label());
    reader.find("status", FindingCode::LeftWhen, hint);
}
