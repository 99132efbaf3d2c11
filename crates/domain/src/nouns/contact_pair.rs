//! ContactPair 双岗联系人: one township leader and one village worker for each active file. History is kept.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Gap, Kind, Noun, Problem, tidy_name};
use crate::region::RegionCode;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPair {
    pub region: RegionCode,
    pub household: Uuid,
    pub file: Uuid,
    /// 镇联系人.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub township_leader: Option<String>,
    /// 村联系人.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub village_worker: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover_note: Option<String>,
}

impl Noun for ContactPair {
    const KIND: Kind = Kind::ContactPair;
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let named = |n: &Option<String>| n.as_deref().is_some_and(|n| !tidy_name(n).is_empty());
        let mut problems = Vec::new();
        if !named(&self.township_leader) && !named(&self.village_worker) {
            problems.push(Problem::new("village_worker", "contact_missing", "请至少填写一位联系人"));
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            problems.push(Problem::new("to", "period_invalid", "结束日期早于开始日期，请核对"));
        }
        problems
    }
    fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        if self.township_leader.is_none() {
            gaps.push(Gap::new("township_leader", "contact_missing", "缺镇联系人"));
        }
        if self.village_worker.is_none() {
            gaps.push(Gap::new("village_worker", "contact_missing", "缺村联系人"));
        }
        gaps
    }
    fn title(&self) -> String {
        let name = |n: &Option<String>| n.clone().unwrap_or_else(|| "（缺）".into());
        format!("{}、{}", name(&self.township_leader), name(&self.village_worker))
    }
}
