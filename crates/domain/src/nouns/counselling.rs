//! Counselling 心理健康服务. The session note is restricted to its author.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::{ASKED_REGION, FAMILY, HEAD_NAME, on_day};
use super::persons::{of_the_family, strangers};
use super::{Kind, Noun, PersonRef, Problem, person, tidy_name};
use crate::around::{Beside, ITSELF, Look, Reach, Rule};
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Role, Shape, Start};

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
    /// 一对一结对.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paired: bool,
    /// 建档.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub file_opened: bool,
    /// 测评.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assessed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i64>,
    /// Restricted: shown to its author only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_note: Option<String>,
}

/// Who was counselled by record was alive on that day; as those met on a visit. A claim may be paid after a death.
const ALIVE_THEN: Rule = Rule {
    code: "person_died",
    reach: Reach::Writer,
    looks: &[Look { kind: "person", their: ITSELF, own: "person.person" }],
    check: alive_then,
};

fn alive_then(beside: &Beside<'_>) -> Vec<Problem> {
    let Ok(session) = Counselling::from_fields(beside.fields) else { return Vec::new() };
    let former = beside.before.and_then(|before| Counselling::from_fields(before).ok());
    let stood = former.is_some_and(|was| was.date == session.date && was.person == session.person);
    let died = beside.others().any(|person| person::died_before(&person.fields, session.date));
    let message = format!("“{}”那天已经离世，请核对服务对象和日期", session.person.name);
    Vec::from_iter((died && !stood).then(|| Problem::new("person", ALIVE_THEN.code, message)))
}

/// Whom it is about, where they have a record.
const OF_THE_FAMILY: Rule = of_the_family(|beside| strangers(beside, "person"));

impl Noun for Counselling {
    const KIND: Kind = Kind::Counselling;
    const SHAPE: Shape = Shape {
        is_work: true,
        rules: &[ALIVE_THEN, OF_THE_FAMILY],
        timeline: Some("counsellor"),
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
                Field::new("paired", "一对一结对", Holds::Flag).bits(&[("true", 4)]).asked(),
                Field::new("file_opened", "已建档", Holds::Flag).bits(&[("true", 1)]).asked(),
                Field::new("session_note", "谈话记录", Holds::LongText)
                    .note()
                    .audience(Audience::Author)
                    .hint("只有您自己看得到"),
                Field::new("assessed", "做了测评", Holds::Flag)
                    .with(&["score"])
                    .bits(&[("true", 2)])
                    .fold("测评"),
                Field::new("scale", "量表", Holds::Text).fold("测评"),
                Field::new("score", "得分", Holds::Count).roles(&[Role::Number]).fold("测评"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if tidy_name(&self.person.name).is_empty() {
            problems.push(Problem::new("person", "person_missing", "请填写服务对象"));
        }
        if self.score.is_some() && !self.assessed {
            problems.push(Problem::new("assessed", "assessed_missing", "填了得分，请勾选“测评”"));
        }
        problems
    }
    fn title(&self) -> String {
        format!("{} {} 心理健康服务", self.person.name, self.date.format("%Y-%m-%d"))
    }
}
