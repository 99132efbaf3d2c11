//! Member 会员: a person or a unit of the association.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Gap, Kind, Noun, Problem, need_name};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::id_number::Sex;
use crate::nouns::person::PersonTag;
use crate::region::RegionCode;

codes! {
    /// 个体 or 团体.
    MemberStructure {
        Individual = "individual", "个体会员";
        Unit = "unit", "团体会员";
    }
}

codes! {
    /// 流动 or 常住.
    Residence {
        Floating = "floating", "流动人口";
        Resident = "resident", "常住人口";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub region: RegionCode,
    /// The person's name, or the unit's.
    pub name: String,
    /// The person; absent for a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
    /// Counted on F3; by the ID number where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<MemberStructure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence: Option<Residence>,
    /// 会员小组.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wants_notices: bool,
    /// 重点服务对象.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<PersonTag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl Noun for Member {
    const KIND: Kind = Kind::Member;
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        need_name("name", &self.name, &mut problems);
        problems
    }
    fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        if self.structure.is_none() && self.residence.is_none() {
            gaps.push(Gap::new("structure", "kind_missing", "缺会员类型"));
        }
        gaps
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}
