//! Volunteer 志愿者.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Kind, Noun, Problem, need_name};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::region::RegionCode;

codes! {
    /// A volunteer serves after approval.
    Approval {
        Pending = "pending", "待审核";
        Approved = "approved", "已通过";
        Declined = "declined", "未通过";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volunteer {
    pub region: RegionCode,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
    pub approval: Approval,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_on: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// 服务队.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Service time in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl Noun for Volunteer {
    const KIND: Kind = Kind::Volunteer;
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        need_name("name", &self.name, &mut problems);
        problems
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}
