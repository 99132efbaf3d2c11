//! Rows of the services ledger: visits, need surveys, insurance claims, counselling.

use tiexin_domain::nouns::visit::{Gift, Presence, VisitKind};
use tiexin_domain::nouns::{Counselling, InsuranceClaim, NeedSurvey, PersonRef, Visit, tidy_name};
use uuid::Uuid;

use super::Intent;
use super::planner::{Outcome, Planner};
use super::reader::RowReader;
use super::values::{listed, time_of};
use crate::finding::FindingCode;
use crate::lookup::{FoundHousehold, Lookup};

const FESTIVALS: &[&str] = &[
    "春节",
    "元宵",
    "清明",
    "端午",
    "七夕",
    "中秋",
    "国庆",
    "重阳",
    "元旦",
    "除夕",
    "腊八",
    "冬至",
    "母亲节",
    "父亲节",
];

/// Words in place of a name that say nobody was met.
const NOBODY: &[&str] = &["未遇", "外出", "不在家", "无人", "未见", "电话"];

impl Planner<'_> {
    pub(super) fn visit(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let household = self.household(reader, &["head"]);
        let date = reader.day("date");
        let kind = visit_kind(reader);
        let amount = reader.money("amount");
        let follow_up = reader.date("follow_up").and_then(|d| d.day());
        let (Some(household), Some(date), Some(kind), false) = (household, date, kind, reader.is_refused())
        else {
            return Outcome::Refused;
        };
        let met_text = reader.said("met").unwrap_or_default();
        let visitors: Vec<String> = reader
            .said("visitors")
            .map(|text| listed(&text))
            .unwrap_or_default()
            .iter()
            .map(|v| tidy_name(v))
            .collect();
        let mut drafts = self.drafts(&[
            "visit",
            &household.id.to_string(),
            &date.to_string(),
            kind.code(),
            &listed(&met_text).join("、"),
            &visitors.join("、"),
        ]);
        let id = self.id(&drafts, "visit");
        if self.staged.knows(&id) {
            return Outcome::Unchanged;
        }
        let mut visit = Visit::routine(household.region.clone(), household.id, &household.head_name, date);
        visit.time = time_of(reader.cell("date"));
        visit.festival = festival(reader);
        visit.kind = kind;
        visit.presence = presence(&visit.kind, &met_text);
        visit.met = self.people(&household, &met_text);
        visit.visitors = visitors;
        visit.gifts = gifts(reader, amount);
        visit.needs = reader.said("needs");
        visit.health = reader.said("health");
        visit.living = reader.said("living");
        visit.safety = reader.said("safety");
        visit.follow_up = follow_up;
        let note = [reader.said("note"), reader.notes()];
        visit.note =
            Some(note.into_iter().flatten().collect::<Vec<_>>().join("\n")).filter(|n| !n.is_empty());
        drafts.add(reader, id, Intent::New, &visit);
        drafts.done(reader)
    }

    pub(super) fn need_survey(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let household = self.household(reader, &["head", "person"]);
        let date = reader.day("date");
        let (Some(household), Some(date), false) = (household, date, reader.is_refused()) else {
            return Outcome::Refused;
        };
        let asked = reader.said("person").or_else(|| reader.said("head")).unwrap_or_default();
        let parts = ["survey", &household.id.to_string(), &date.to_string(), &listed(&asked).join("、")];
        let mut drafts = self.drafts(&parts);
        let id = self.id(&drafts, "survey");
        if self.staged.knows(&id) {
            return Outcome::Unchanged;
        }
        let survey = NeedSurvey {
            region: household.region.clone(),
            household: household.id,
            head_name: household.head_name.clone(),
            date,
            persons: self.people(&household, &asked),
            needs: reader.said("needs").map(|text| listed(&text)).unwrap_or_default(),
            notes: reader.notes(),
        };
        drafts.add(reader, id, Intent::New, &survey);
        drafts.done(reader)
    }

    pub(super) fn insurance_claim(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let household = self.household(reader, &["head", "insured"]);
        let paid_on = reader.day("date");
        let days = reader.count("days");
        let before = reader.findings.len();
        let amount = reader.money("amount");
        if amount.is_none() && reader.findings.len() == before {
            reader.find("amount", FindingCode::NumberInvalid, "请填写理赔金额");
        }
        let (Some(household), Some(paid_on), Some(amount), false) =
            (household, paid_on, amount, reader.is_refused())
        else {
            return Outcome::Refused;
        };
        let insured = reader.name("insured").unwrap_or_else(|| household.head_name.clone());
        let parts = ["claim", &household.id.to_string(), &paid_on.to_string(), &insured, &amount.to_string()];
        let mut drafts = self.drafts(&parts);
        let id = self.id(&drafts, "claim");
        if self.staged.knows(&id) {
            return Outcome::Unchanged;
        }
        let claim = InsuranceClaim {
            region: household.region.clone(),
            household: household.id,
            head_name: household.head_name.clone(),
            insured: self.person_ref(&household, &insured),
            policy: reader.said("policy"),
            days,
            amount,
            paid_on,
            notes: reader.notes(),
        };
        drafts.add(reader, id, Intent::New, &claim);
        drafts.done(reader)
    }

    pub(super) fn counselling(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let household = self.household(reader, &["head", "person"]);
        let date = reader.day("date");
        let score = reader.count("score");
        let (Some(household), Some(date), false) = (household, date, reader.is_refused()) else {
            return Outcome::Refused;
        };
        let person = reader.name("person").unwrap_or_else(|| household.head_name.clone());
        let opened = reader.yes("opened").unwrap_or(false);
        let assessed = reader.yes("assessed").unwrap_or(false) || score.is_some();
        let parts = ["counselling", &household.id.to_string(), &date.to_string(), &person];
        let mut drafts = self.drafts(&parts);
        let id = self.id(&drafts, "counselling");
        if self.staged.knows(&id) {
            return Outcome::Unchanged;
        }
        let session = Counselling {
            region: household.region.clone(),
            household: household.id,
            head_name: household.head_name.clone(),
            person: self.person_ref(&household, &person),
            counsellor: reader.name("counsellor"),
            date,
            paired: reader.yes("paired").unwrap_or(false),
            file_opened: opened,
            assessed,
            scale: reader.said("scale"),
            score: score.map(i64::from),
            session_note: reader.said("session_note"),
        };
        drafts.add(reader, id, Intent::New, &session);
        // The noun has no notes of its own and the session note is restricted; unknown columns stay beside it.
        if let (Some(notes), Some(record)) = (reader.notes(), drafts.records.last_mut()) {
            record.fields.insert("notes".into(), notes.into());
        }
        drafts.done(reader)
    }

    /// The household by its code or, where there is none, by a name within the village; else with a finding.
    fn household(&mut self, reader: &mut RowReader<'_>, names: &[&str]) -> Option<FoundHousehold> {
        let unknown = FindingCode::HouseholdUnknown;
        if let Some(code) = reader.code("file_code") {
            let found = self.staged.household_by_code(&code).filter(|found| self.is_ours(&found.region));
            let Some(found) = found else {
                let hint = "在本地区没有找到这个信息编码的家庭，请核对编码，或先导入特殊家庭台账";
                reader.find("file_code", unknown, hint);
                return None;
            };
            // A code that is off by one place would book the visit to another family.
            if let Some(name) = reader.name("head")
                && !self.belongs(&found, &name)
            {
                reader.find("head", unknown, "信息编码与户主姓名不是同一家，请核对");
                return None;
            }
            return Some(found);
        }
        if reader.is_refused() {
            return None;
        }
        let within = match self.region(reader) {
            Some(region) => region,
            None if reader.is_refused() => return None,
            None => self.places.scope().clone(),
        };
        for field in names {
            let Some(name) = reader.name(field) else { continue };
            let name = listed(&name).into_iter().next().unwrap_or(name);
            let mut found = self.staged.households_by_head(&within, &name);
            if found.is_empty() {
                found = self.staged.households_by_person(&within, &name);
            }
            return match found.len() {
                1 => found.pop(),
                0 => {
                    reader.find(field, unknown, "在本村没有找到这户家庭，请核对姓名，或先导入特殊家庭台账");
                    None
                }
                _ => {
                    reader.find(field, unknown, "有几户同名，请填写信息编码");
                    None
                }
            };
        }
        reader.find("file_code", unknown, "请填写信息编码或户主姓名");
        None
    }

    fn belongs(&self, household: &FoundHousehold, name: &str) -> bool {
        let name = bare(name);
        bare(&household.head_name) == name
            || self.staged.persons_of(&household.id).iter().any(|p| bare(&p.name) == name)
    }

    /// The persons a cell names, tied to the household's own where they are.
    fn people(&self, household: &FoundHousehold, text: &str) -> Vec<PersonRef> {
        let mut people: Vec<PersonRef> = Vec::new();
        let mut add = |person: PersonRef| {
            if people.iter().all(|p| p.person != person.person || p.name != person.name) {
                people.push(person);
            }
        };
        for name in listed(text) {
            match bare(&name).as_str() {
                "" => {}
                said if NOBODY.iter().any(|word| said.contains(word)) => {}
                "夫妻" | "夫妇" | "夫妻二人" | "夫妻双方" | "夫妇二人" | "老两口" | "两口子" | "全家" =>
                {
                    let all = self.staged.persons_of(&household.id);
                    all.into_iter().for_each(|p| add(PersonRef { person: Some(p.id), name: p.name }));
                }
                "本人" | "户主" | "户主本人" => add(self.person_ref(household, &household.head_name)),
                name => add(self.person_ref(household, name)),
            }
        }
        people
    }

    fn person_ref(&self, household: &FoundHousehold, name: &str) -> PersonRef {
        let name = bare(name);
        let own: Option<Uuid> =
            self.staged.persons_of(&household.id).iter().find(|p| bare(&p.name) == name).map(|p| p.id);
        PersonRef { person: own, name }
    }
}

/// A name without spaces and without what stands in brackets: `熊国学（户主）`.
fn bare(name: &str) -> String {
    let name = tidy_name(name);
    let end = name.find(['（', '(']).unwrap_or(name.len());
    name[..end].to_owned()
}

fn visit_kind(reader: &mut RowReader<'_>) -> Option<VisitKind> {
    use VisitKind::*;
    let text = reader.said("kind").unwrap_or_default();
    let words: [(&[&str], VisitKind); 5] = [
        (&["住院", "医院", "看病", "病重"], Hospital),
        (&["生日", "祝寿", "生辰"], Birthday),
        (&["突发", "紧急", "应急", "意外", "急难"], Emergency),
        (&["节日", "节前", "佳节", "节假日"], Festival),
        (&["日常", "平时", "定期", "例行", "常规", "入户走访", "每月", "电话"], Routine),
    ];
    let fits = |kind: &VisitKind, words: &[&str]| {
        words.iter().any(|w| text.contains(w))
            || (*kind == Festival && FESTIVALS.iter().any(|festival| text.contains(festival)))
    };
    let mut found = words.iter().filter(|(words, kind)| fits(kind, words)).map(|(_, kind)| kind.clone());
    let known = VisitKind::from_label(&text).or_else(|| match (found.next(), found.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    });
    if known.is_none() {
        let labels: Vec<&str> = VisitKind::ALL.iter().map(|k| k.label()).collect();
        reader.find("kind", FindingCode::KindUnknown, format!("走访类型请填其中之一：{}", labels.join("、")));
    }
    known
}

fn festival(reader: &RowReader<'_>) -> Option<String> {
    let said = reader.said("festival");
    let in_kind = || {
        let kind = reader.said("kind")?;
        FESTIVALS.iter().find(|festival| kind.contains(**festival)).map(|f| (*f).to_owned())
    };
    said.or_else(in_kind)
}

fn presence(kind: &VisitKind, met: &str) -> Presence {
    if met.contains("电话") {
        Presence::ByPhone
    } else if NOBODY.iter().any(|word| met.contains(word)) {
        Presence::Away
    } else if *kind == VisitKind::Hospital {
        Presence::InHospital
    } else {
        Presence::AtHome
    }
}

fn gifts(reader: &RowReader<'_>, amount: Option<tiexin_domain::Fen>) -> Vec<Gift> {
    let goods = reader.said("gifts").map(|item| Gift { item, amount: None, signed_by: None });
    let money =
        amount
            .filter(|a| a.0 > 0)
            .map(|a| Gift { item: "慰问金".into(), amount: Some(a), signed_by: None });
    money.into_iter().chain(goods).collect()
}
