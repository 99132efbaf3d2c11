//! Rows of the services ledger: visits, need surveys, insurance claims, counselling.

use std::sync::Arc;

use tiexin_domain::Kind;
use tiexin_domain::nouns::visit::{Gift, Presence, VisitKind};
use tiexin_domain::nouns::{Counselling, InsuranceClaim, NeedSurvey, Visit};

use super::met::{NOBODY, people, person_ref};
use super::planner::{Outcome, Planner};
use super::reader::RowReader;
use super::values::{listed, things, time_of};
use crate::finding::{FindingCode, Severity};
use crate::script::person_name;

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
        self.check_family(reader, "met", &home.family, &visit.met);
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

    pub(super) fn need_survey(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let date = reader.day("date");
        let household = self.household(reader, &["head", "person"], date);
        let (Some(home), Some(date), false) = (household, date, reader.is_refused()) else {
            return Outcome::Refused;
        };
        let household = home.family.household;
        let asked = reader.said("person").or_else(|| reader.said("head")).unwrap_or_default();
        let persons = people(&home.family, &asked);
        self.check_family(reader, "person", &home.family, &persons);
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
        let whom = person_ref(&home.family, &insured);
        self.check_family(reader, "insured", &home.family, std::slice::from_ref(&whom));
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
            insured: whom,
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
        let whom = person_ref(&home.family, &person);
        self.check_family(reader, "person", &home.family, std::slice::from_ref(&whom));
        let opened = reader.yes("opened").unwrap_or(false);
        let assessed = reader.yes("assessed").unwrap_or(false) || score.is_some();
        let parts = ["counselling", &household.to_string(), &date.to_string(), &person];
        let mut drafts = self.drafts(&parts);
        let id = self.id(&drafts, "counselling");
        let session = Counselling {
            region: home.region.clone(),
            household,
            head_name: home.family.head_name.clone(),
            person: whom,
            counsellor: reader.name("counsellor"),
            date,
            pairing: None,
            pairing_name: None,
            mode: None,
            minutes: None,
            paired: reader.yes("paired").unwrap_or(false),
            file_opened: opened,
            assessed,
            scale: reader.said("scale"),
            score: score.map(i64::from),
            session_note: reader.said("session_note"),
            risk: None,
            contacted_on: None,
            referred_to: None,
        };
        drafts.add(reader, id, &session);
        // The noun has no notes of its own and the session note is restricted; unknown columns stay beside it.
        if let (Some(notes), Some(record)) = (reader.notes(), drafts.records.last_mut()) {
            Arc::make_mut(&mut record.fields).insert("notes".into(), notes.into());
        }
        let known = self.events_of(&Kind::Counselling, &household);
        self.event(reader, drafts, known)
    }
}

fn visit_kind(reader: &mut RowReader<'_>) -> Option<VisitKind> {
    use VisitKind::*;
    // A list of one kind names it once, in its title.
    let text = if reader.has("kind") {
        reader.said("kind").unwrap_or_default()
    } else {
        reader.sheet.titles.clone()
    };
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
        let lead = if reader.has("kind") {
            "走访类型请填其中之一"
        } else {
            "表里没有“走访类型”一列，请加上，填其中之一"
        };
        reader.find("kind", FindingCode::KindUnknown, format!("{lead}：{}", labels.join("、")));
    }
    known
}

fn festival(reader: &RowReader<'_>) -> Option<String> {
    let said = reader.said("festival");
    let in_kind = || {
        let kind = if reader.has("kind") { reader.said("kind")? } else { reader.sheet.titles.clone() };
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
