//! Counselling 心理健康服务. The session note is restricted to its author.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Kind, Noun, PersonRef, Problem, tidy_name};
use crate::region::RegionCode;

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

impl Noun for Counselling {
    const KIND: Kind = Kind::Counselling;
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
