//! Counselling 心理健康服务. What was said, measured and feared is its author's; others know that it happened, and whether
//! somebody was assessed (F1).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, too_long};
use super::common::{ASKED_REGION, FAMILY, HEAD_NAME, on_day};
use super::persons::{IN_FAMILY, alive_then, of_the_family};
use super::{CounsellingPair, Gap, Kind, Noun, PersonRef, Problem};
use crate::around::{Beside, ITSELF, Look, Reach, Rule};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::limits::Limits;
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Role, Shape, Start, Telling};

codes! {
    /// How they met.
    SessionMode {
        Home = "home", "上门";
        Phone = "phone", "电话";
        Clinic = "clinic", "门诊";
        Group = "group", "小组";
    }
}

codes! {
    /// Whether somebody may come to harm. No diagnosis.
    Risk {
        Calm = "none", "平稳";
        Watch = "watch", "需留意";
        /// The family's contacts and the township are asked to get in touch today (`assets/reminders.json`).
        Urgent = "urgent", "紧急";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counselling {
    pub region: RegionCode,
    pub household: Uuid,
    pub head_name: String,
    /// 服务对象.
    pub person: PersonRef,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counsellor: Option<String>,
    pub date: NaiveDate,
    /// The pair of counsellor and person that it is a session of, and what it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairing: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairing_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<SessionMode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// 一对一结对: counted (F1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paired: bool,
    /// 建档.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub file_opened: bool,
    /// 测评.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assessed: bool,
    /// Restricted, as the score is: shown to its author only. A scale tells what is feared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i64>,
    /// Restricted: shown to its author only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_note: Option<String>,
    /// Restricted: shown to its author only. Others are told that somebody waits, never why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// On which day somebody got in touch; then nobody is reminded any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacted_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referred_to: Option<String>,
}

const AFTER: &str = "后续";

/// A session of a pair is with the pair's person.
const OF_THE_PAIR: Rule = Rule {
    code: "pair_of_another",
    reach: Reach::Writer,
    looks: &[Look { kind: "counselling_pair", their: ITSELF, own: "pairing" }],
    check: crate::around::check_of(of_the_pair),
};

fn of_the_pair(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut pairs)) = beside.read::<Counselling, CounsellingPair>() else { return Vec::new() };
    let another = pairs.any(|pair| pair.household != own.household || !pair.person.same_as(&own.person));
    let message = "这一条心理陪伴陪的是另一位，请核对服务对象，或另选一条";
    Vec::from_iter(another.then(|| Problem::new("pairing", OF_THE_PAIR.code, message)))
}

/// And lies between its first day and its last.
const WITHIN_THE_PAIR: Rule = Rule {
    code: "pair_not_then",
    reach: Reach::Writer,
    looks: OF_THE_PAIR.looks,
    check: crate::around::check_of(within_the_pair),
};

fn within_the_pair(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut pairs)) = beside.read::<Counselling, CounsellingPair>() else { return Vec::new() };
    let outside = pairs.find(|pair| own.date < pair.from || pair.to.is_some_and(|to| to < own.date));
    let told = |pair: CounsellingPair| {
        let label = |day: NaiveDate| PartialDate::Day(day).label();
        let until = pair.to.map(|to| format!("到{}止", label(to))).unwrap_or_default();
        let message = format!(
            "这一条心理陪伴从{}起{until}，这一次不在里面，请核对服务日期，或者不选心理陪伴",
            label(pair.from)
        );
        Problem::new("pairing", WITHIN_THE_PAIR.code, message)
    };
    Vec::from_iter(outside.map(told))
}

/// Twice on one day is seldom, and may be.
const AGAIN: Rule = Rule {
    code: "session_again",
    reach: Reach::Told,
    looks: &[Look { kind: "counselling", their: "household", own: "household" }],
    check: crate::around::check_of(again),
};

fn again(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut others)) = beside.read::<Counselling, Counselling>() else { return Vec::new() };
    let again = others
        .any(|other| other.date == own.date && other.mode == own.mode && other.person.same_as(&own.person));
    let message = "这一天给这个人还登记过一次，是同一次的请作废一条";
    Vec::from_iter(again.then(|| Problem::new("date", AGAIN.code, message)))
}

impl Noun for Counselling {
    const KIND: Kind = Kind::Counselling;
    const SHAPE: Shape = Shape {
        is_work: true,
        rules: &[alive_then::<Self>(IN_FAMILY), of_the_family::<Self>(), OF_THE_PAIR, WITHIN_THE_PAIR, AGAIN],
        past: &[Telling::always(
            "date",
            &["为{person}做心理健康服务", "{mode}", "{minutes}", "咨询师{counsellor}"],
        )],
        home: Home::Visits,
        initials: "djxljkfw",
        empty: ("这里会列出心理健康服务", "谈话内容只有登记人自己看得到。"),
        list: &[
            Column::field("date").head("日期").width(8),
            Column::field("head_name").width(8),
            Column::PLACE,
            Column::field("person").width(9).unsorted(),
            Column::field("counsellor").width(9),
            Column::field("paired").head("一对一").width(6),
            Column::field("file_opened").head("建档").width(6),
            Column::field("assessed").head("测评").width(6),
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "次",
            &[
                FAMILY.must(),
                HEAD_NAME,
                Field::new("person", "服务对象", Holds::Person)
                    .required()
                    .with(&["household"])
                    .roles(&[Role::Persons])
                    .must(),
                on_day("date", "服务日期"),
                Field::new("counsellor", "咨询师", Holds::Text).finds(&[Find::Words]).start(Start::Me),
                Field::new("pairing", "心理陪伴", Holds::Reference(&["counselling_pair"]))
                    .named_by("pairing_name")
                    .with(&["household", "person"])
                    .roles(&[Role::Names])
                    .asked(),
                Field::new("pairing_name", "心理陪伴", Holds::Text),
                Field::new("mode", "服务形式", Holds::Code(SessionMode::CHOICES)).asked(),
                Field::new("minutes", "时长", Holds::Minutes).asked(),
                Field::new("paired", "一对一结对", Holds::Flag).bits(&[("true", 4)]).asked(),
                Field::new("file_opened", "已建档", Holds::Flag).bits(&[("true", 1)]).asked(),
                Field::new("session_note", "谈话记录", Holds::LongText)
                    .note()
                    .audience(Audience::Author)
                    .hint("只有您自己看得到"),
                Field::new("risk", "风险", Holds::Code(Risk::CHOICES))
                    .audience(Audience::Author)
                    .hint("只有您自己看得到；选“紧急”，会请双岗联系人和乡镇今天与本人联系，不说原因"),
                Field::new("contacted_on", "联系上本人的日期", Holds::Day)
                    .past()
                    .not_before("date")
                    .audience(Audience::OwnPage)
                    .fold(AFTER),
                Field::new("referred_to", "转介给谁", Holds::Text).audience(Audience::OwnPage).fold(AFTER),
                Field::new("assessed", "做了测评", Holds::Flag)
                    .with(&["score"])
                    .bits(&[("true", 2)])
                    .fold("测评"),
                Field::new("scale", "量表", Holds::Text)
                    .audience(Audience::Author)
                    .fold("测评")
                    .hint("只有您自己看得到；做了测评照常计入报表"),
                Field::new("score", "得分", Holds::Count)
                    .audience(Audience::Author)
                    .fold("测评")
                    .hint("只有您自己看得到"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.person.is_nameless() {
            problems.push(Problem::new("person", "person_missing", "请填写服务对象"));
        }
        if self.score.is_some() && !self.assessed {
            problems.push(Problem::new("assessed", "assessed_missing", "填了得分，请勾选“测评”"));
        }
        problems
    }
    fn beyond(&self, limits: &Limits) -> Vec<Problem> {
        Vec::from_iter(too_long(self.minutes, limits, &self.region, self.date))
    }
    fn gaps(&self) -> Vec<Gap> {
        let unmarked = self.pairing.is_some() && !self.paired;
        lacking([(unmarked, "paired", "选了心理陪伴，请勾选“一对一结对”")])
    }
    fn title(&self) -> String {
        format!("{} {} 心理健康服务", self.person.name, self.date.format("%Y-%m-%d"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::around::example;
    use crate::nouns;
    use crate::record::Fields;
    use serde_json::json;

    #[test]
    fn a_session_is_with_the_person_of_its_pair() {
        let one = example("counselling", OF_THE_PAIR.code).unwrap();
        let told = |person: &str| {
            let mut pair = one.others[0].clone();
            pair.fields.insert("person".into(), json!({"name": person}));
            let seen = [vec![pair]];
            of_the_pair(&Beside::these(&one.record.fields, &seen)).len()
        };
        assert_eq!((told("甲"), told("乙")), (0, 1));
    }

    #[test]
    fn a_session_is_between_the_first_day_of_its_pair_and_the_last() {
        let one = example("counselling", WITHIN_THE_PAIR.code).unwrap();
        let told = |from: &str, to: Option<&str>| {
            let mut pair = one.others[0].clone();
            pair.fields.insert("from".into(), from.into());
            pair.fields.extend(to.map(|to| ("to".to_owned(), to.into())));
            let seen = [vec![pair]];
            within_the_pair(&Beside::these(&one.record.fields, &seen)).len()
        };
        assert_eq!((told("2026-10-05", None), told("2026-10-06", None)), (0, 1));
        assert_eq!((told("2026-01-01", Some("2026-10-05")), told("2026-01-01", Some("2026-10-04"))), (0, 1));
    }

    #[test]
    fn a_second_session_of_the_day_is_told_and_one_by_telephone_is_another() {
        let one = example("counselling", AGAIN.code).unwrap();
        let told = |change: fn(&mut Fields)| {
            let mut other = one.others[0].clone();
            change(&mut other.fields);
            let seen = [vec![other]];
            again(&Beside::these(&one.record.fields, &seen)).len()
        };
        assert_eq!(told(|_| {}), 1);
        assert_eq!(told(|other| drop(other.insert("mode".into(), "phone".into()))), 0);
        assert_eq!(told(|other| drop(other.insert("date".into(), "2026-10-04".into()))), 0);
    }

    #[test]
    fn a_session_or_advice_is_no_longer_than_an_entry_may_be() {
        let limits = Limits::of_the_program();
        for kind in [Kind::Counselling, Kind::Advice] {
            let told = |minutes: u32| {
                let mut fields = crate::shape::valid(&kind).unwrap();
                fields.insert("minutes".into(), minutes.into());
                let found = |limits| nouns::check_by(kind.code(), &fields, limits).unwrap().problems.len();
                assert_eq!(found(None), 0, "the province takes it");
                found(Some(limits))
            };
            assert_eq!((told(720), told(3000)), (0, 1), "{kind:?}");
        }
    }

    #[test]
    fn risk_and_score_are_their_author_s_and_a_session_of_a_pair_is_counted_as_one() {
        let field = |name: &str| Counselling::SHAPE.field(name).map(|field| field.audience);
        for own in ["session_note", "scale", "score"] {
            assert_eq!(field(own), Some(Audience::Author), "{own}");
        }
        // Counted (F1).
        assert_eq!(field("assessed"), Some(Audience::Everyone));
        assert_eq!((field("risk"), field("referred_to")), (Some(Audience::Author), Some(Audience::OwnPage)));
        let session = Counselling::from_fields(&crate::shape::samples(Counselling::SHAPE.fields)).unwrap();
        let urgent =
            Counselling { risk: Some(Risk::Urgent), contacted_on: None, referred_to: None, ..session };
        assert!(urgent.gaps().is_empty(), "what it lacks would tell of the risk");
        assert_eq!(Counselling { paired: false, ..urgent }.gaps().len(), 1);
    }
}
