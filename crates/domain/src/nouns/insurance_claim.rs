//! InsuranceClaim 保险理赔. The program advises by the policy table; it never decides.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Kind, Noun, PersonRef, Problem};
use crate::money::Fen;
use crate::region::RegionCode;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsuranceClaim {
    pub region: RegionCode,
    pub household: Uuid,
    pub head_name: String,
    /// 被保险人.
    pub insured: PersonRef,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// 住院天数.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    pub amount: Fen,
    /// 理赔日期.
    pub paid_on: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl Noun for InsuranceClaim {
    const KIND: Kind = Kind::InsuranceClaim;
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.amount.0 < 0 {
            problems.push(Problem::new("amount", "number_invalid", "理赔金额不能为负"));
        }
        if self.days.is_some_and(|d| d > 366) {
            problems.push(Problem::new("days", "number_invalid", "住院天数超过一年，请核对"));
        }
        problems
    }
    fn title(&self) -> String {
        format!("{} {} 保险理赔", self.insured.name, self.paid_on.format("%Y-%m-%d"))
    }
}
