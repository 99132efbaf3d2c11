//! Rows of the services ledger: visits, need surveys, insurance claims, counselling.

use std::sync::Arc;

use chrono::NaiveDate;
use tiexin_domain::nouns::visit::{Gift, Presence, VisitKind};
use tiexin_domain::nouns::{Counselling, InsuranceClaim, NeedSurvey, PersonRef, Visit};
use tiexin_domain::{IdNumber, Kind, Level, PartialDate, RegionCode};

use super::planner::{Outcome, Planner};
use super::reader::RowReader;
use super::sheet::Origin;
use super::values::{headcount, listed, things, time_of};
use crate::finding::{FindingCode, Severity};
use crate::lookup::Family;
use crate::roll::ByName;
use crate::script::{person_name, same_name, wild};

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
        let date = reader.day("date");
        let household = self.household(reader, &["head", "met"], date);
        let kind = visit_kind(reader);
        let amount = reader.money("amount");
        let follow_up = reader.date("follow_up").and_then(|d| d.day());
        let (Some(home), Some(date), Some(kind), false) = (household, date, kind, reader.is_refused()) else {
            return Outcome::Refused;
        };
        let met_text = self.met_text(reader, &home.family);
        let visitors: Vec<String> = reader
            .said("visitors")
            .map(|text| listed(&text, &|_| false))
            .unwrap_or_default()
            .iter()
            .map(|v| person_name(v).name)
            .filter(|name| !name.is_empty())
            .collect();
        let household = home.family.household;
        let time = time_of(reader.cell("date"));
        let parts = ["visit", &household.to_string(), &date.to_string(), kind.code(), &visitors.join("、")];
        let mut drafts = self.drafts(&parts);
        let id = self.id(&drafts, "visit");
        let mut visit = Visit::routine(home.region.clone(), household, &home.family.head_name, date);
        visit.time = time;
        visit.festival = festival(reader);
        visit.kind = kind;
        visit.presence = presence(&visit.kind, &met_text);
        visit.met = people(&home.family, &met_text);
        self.check_met(reader, &visit.met);
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
        drafts.add(reader, id, &visit);
        let known = self.events_of(&Kind::Visit, &household);
        self.event(reader, drafts, known)
    }

    /// Who is no one of this family and one of another: a slip of the row, or a neighbour who was there.
    fn check_met(&self, reader: &mut RowReader<'_>, met: &[PersonRef]) {
        let roll = self.staged.roll();
        let strange = |person: &&PersonRef| {
            person.person.is_none() && !roll.named(self.places.scope(), &person.name).is_empty()
        };
        if let Some(person) = met.iter().find(strange) {
            let hint = format!("见面人员{}是另一户的人，已照写录入，请核对是不是写串了行", person.name);
            reader.find("met", FindingCode::MetOther, hint);
        }
    }

    /// Whom the cell says was met; what stands above was meant of the family above only.
    fn met_text(&mut self, reader: &mut RowReader<'_>, family: &Family) -> String {
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
        text
    }

    pub(super) fn need_survey(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let date = reader.day("date");
        let household = self.household(reader, &["head", "person"], date);
        let (Some(home), Some(date), false) = (household, date, reader.is_refused()) else {
            return Outcome::Refused;
        };
        let household = home.family.household;
        let asked = reader.said("person").or_else(|| reader.said("head")).unwrap_or_default();
        let persons = people(&home.family, &asked);
        let names: Vec<&str> = persons.iter().map(|p| p.name.as_str()).collect();
        let parts = ["survey", &household.to_string(), &date.to_string(), &names.join("、")];
        let mut drafts = self.drafts(&parts);
        let id = self.id(&drafts, "survey");
        let survey = NeedSurvey {
            region: home.region.clone(),
            household,
            head_name: home.family.head_name.clone(),
            date,
            persons,
            needs: reader.said("needs").map(|text| things(&text)).unwrap_or_default(),
            notes: reader.notes(),
        };
        drafts.add(reader, id, &survey);
        let known = self.events_of(&Kind::NeedSurvey, &household);
        self.event(reader, drafts, known)
    }

    pub(super) fn insurance_claim(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let paid_on = reader.day("date");
        let household = self.household(reader, &["head", "insured"], paid_on);
        let days = reader.count("days");
        let before = reader.findings.iter().filter(|f| f.severity == Severity::Refused).count();
        let amount = reader.money("amount");
        let refused = reader.findings.iter().filter(|f| f.severity == Severity::Refused).count();
        if amount.is_none() && refused == before {
            reader.find("amount", FindingCode::NumberInvalid, "请填写理赔金额");
        }
        let (Some(home), Some(paid_on), Some(amount), false) =
            (household, paid_on, amount, reader.is_refused())
        else {
            return Outcome::Refused;
        };
        let household = home.family.household;
        let insured = reader.name("insured").unwrap_or_else(|| home.family.head_name.clone());
        let policy = reader.said("policy");
        let parts = [
            "claim",
            &household.to_string(),
            &paid_on.to_string(),
            &insured,
            policy.as_deref().unwrap_or_default(),
        ];
        let mut drafts = self.drafts(&parts);
        let id = self.id(&drafts, "claim");
        let claim = InsuranceClaim {
            region: home.region.clone(),
            household,
            head_name: home.family.head_name.clone(),
            insured: person_ref(&home.family, &insured),
            policy,
            days,
            amount,
            paid_on,
            notes: reader.notes(),
        };
        drafts.add(reader, id, &claim);
        let known = self.events_of(&Kind::InsuranceClaim, &household);
        self.event(reader, drafts, known)
    }

    pub(super) fn counselling(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let date = reader.day("date");
        let household = self.household(reader, &["head", "person"], date);
        let score = reader.count("score");
        let (Some(home), Some(date), false) = (household, date, reader.is_refused()) else {
            return Outcome::Refused;
        };
        let household = home.family.household;
        let person = reader.name("person").unwrap_or_else(|| home.family.head_name.clone());
        let opened = reader.yes("opened").unwrap_or(false);
        let assessed = reader.yes("assessed").unwrap_or(false) || score.is_some();
        let parts = ["counselling", &household.to_string(), &date.to_string(), &person];
        let mut drafts = self.drafts(&parts);
        let id = self.id(&drafts, "counselling");
        let session = Counselling {
            region: home.region.clone(),
            household,
            head_name: home.family.head_name.clone(),
            person: person_ref(&home.family, &person),
            counsellor: reader.name("counsellor"),
            date,
            paired: reader.yes("paired").unwrap_or(false),
            file_opened: opened,
            assessed,
            scale: reader.said("scale"),
            score: score.map(i64::from),
            session_note: reader.said("session_note"),
        };
        drafts.add(reader, id, &session);
        // The noun has no notes of its own and the session note is restricted; unknown columns stay beside it.
        if let (Some(notes), Some(record)) = (reader.notes(), drafts.records.last_mut()) {
            Arc::make_mut(&mut record.fields).insert("notes".into(), notes.into());
        }
        let known = self.events_of(&Kind::Counselling, &household);
        self.event(reader, drafts, known)
    }

    /// The household by its code or, where there is none, by a name within the village; else with a finding.
    /// Before it moved a family's visits belong to the village where it lived then.
    fn household(
        &mut self,
        reader: &mut RowReader<'_>,
        names: &[&str],
        on: Option<NaiveDate>,
    ) -> Option<Home> {
        let code = reader.code("file_code");
        if code.is_none() && reader.said("file_code").is_some() {
            return None;
        }
        let number =
            reader.said("id").and_then(|text| IdNumber::read(&crate::script::number_signs(&text)).ok());
        let by_number = number.as_ref().and_then(|read| self.staged.roll().by_number(read.number.as_str()));
        let by_number = by_number.filter(|found| self.is_ours(&found.region)).cloned();
        let family = match (code, by_number) {
            (Some(code), _) => self.household_by_code(reader, &code)?,
            (None, Some(family)) => family,
            (None, None) => self.household_by_name(reader, names)?,
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
        let moved = match (&family.moved_from, family.moved_on, on) {
            (Some(from), Some(moved), Some(on)) if PartialDate::Day(on) < moved => Some(from.clone()),
            _ => None,
        };
        let region = moved.unwrap_or_else(|| family.region.clone());
        let said = self.village.as_ref().filter(|village| village.level() == Level::Village);
        if said.is_some_and(|said| *said != region && !said.covers(&region)) {
            let hint = "这户在本机登记在另一个村（社区），已记在那个村，请核对信息编码和村名";
            reader.find("file_code", FindingCode::VillageOther, hint);
        }
        Some(Home { family, region })
    }

    /// The ID number of the row and the family that its code or name gives have to be of one.
    fn check_number(&self, reader: &mut RowReader<'_>, family: &Family, number: &str) -> Option<()> {
        let theirs = family.persons.iter().any(|p| p.number.as_deref() == Some(number));
        let named = ["head", "person", "insured"].iter().find_map(|field| reader.said(field));
        let named = named.map(|text| person_name(&text).name);
        let fits = named.as_deref().is_none_or(|name| belongs(family, name));
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
            if !belongs(&found, &first) {
                reader.find("head", unknown, "信息编码与户主姓名不是同一家，请核对");
                return None;
            }
        }
        Some(found)
    }

    fn household_by_name(&mut self, reader: &mut RowReader<'_>, names: &[&str]) -> Option<Family> {
        let unknown = FindingCode::HouseholdUnknown;
        let refused = reader.is_refused();
        let said = self.region_said(reader);
        if said.is_none() && reader.is_refused() && !refused {
            return None;
        }
        // Without a village the family may be one of the village above, or the only one of this name at all.
        let within = said.unwrap_or_else(|| self.places.scope().clone());
        let above = self.above.clone().filter(|_| reader.said("village").is_none() && self.village.is_none());
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
            let above = above.as_ref().map(|above| roll.by_name(above, &name));
            return match above
                .filter(|found| matches!(found, ByName::One(_)))
                .unwrap_or_else(|| roll.by_name(&within, &name))
            {
                ByName::One(family) => Some(family.clone()),
                ByName::Guessed(family) => {
                    let hint = format!("姓名里有认不出的字，已认作本村的{}家，请核对", family.head_name);
                    let family = family.clone();
                    reader.find(field, FindingCode::MatchedByName, hint);
                    Some(family)
                }
                ByName::None => {
                    reader.find(field, unknown, "在本村没有找到这户家庭，请核对姓名，或先导入特殊家庭台账");
                    None
                }
                ByName::Several => {
                    reader.find(field, unknown, "有几户同名，请填写信息编码，或加一列身份证号");
                    None
                }
            };
        }
        reader.find("file_code", unknown, "请填写信息编码或户主姓名");
        None
    }
}

impl Planner<'_> {
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

/// A family with the village to which what was done belongs.
struct Home {
    family: Family,
    region: RegionCode,
}

fn belongs(family: &Family, name: &str) -> bool {
    let name = bare(name);
    same_name(&family.head_name) == same_name(&name)
        || family.persons.iter().any(|p| same_name(&p.name) == same_name(&name))
        || wild(&name, &family.head_name)
}

/// The persons a cell names, tied to the family's own where they are.
fn people(family: &Family, text: &str) -> Vec<PersonRef> {
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

/// A person by name: the family's own where it is one, also if a sign of the name was lost.
fn person_ref(family: &Family, name: &str) -> PersonRef {
    let name = bare(name);
    let guessed = || {
        let mut fits = family.persons.iter().filter(|p| wild(&name, &p.name));
        fits.next().filter(|_| fits.next().is_none())
    };
    match family.person(&name).or_else(guessed) {
        Some(own) => PersonRef { person: Some(own.id), name: own.name.clone() },
        None => PersonRef { person: None, name },
    }
}

/// A name without spaces and without what stands in brackets: `熊国学（户主）`.
fn bare(name: &str) -> String {
    person_name(name).name
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
