//! NeedSurvey 需求调查.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Gap, Kind, Noun, PersonRef, Problem};
use crate::region::RegionCode;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedSurvey {
    pub region: RegionCode,
    pub household: Uuid,
    pub head_name: String,
    pub date: NaiveDate,
    /// 被调查人.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<PersonRef>,
    /// 主要需求.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl Noun for NeedSurvey {
    const KIND: Kind = Kind::NeedSurvey;
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        if self.persons.is_empty() {
            return vec![Problem::new("persons", "person_missing", "请填写被调查人")];
        }
        Vec::new()
    }
    fn gaps(&self) -> Vec<Gap> {
        if self.needs.is_empty() {
            vec![Gap::new("needs", "needs_missing", "未记录需求")]
        } else {
            Vec::new()
        }
    }
    fn title(&self) -> String {
        format!("{} {} 需求调查", self.head_name, self.date.format("%Y-%m-%d"))
    }
}
