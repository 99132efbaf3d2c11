//! The kinds of ledger, and of the sheets in them.

use serde::{Deserialize, Serialize};

/// What a sheet is a list of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetKind {
    SpecialFamilies,
    Members,
    Visits,
    NeedSurveys,
    InsuranceClaims,
    Counselling,
    Activities,
}

/// What a file is. `Services` has sheets of visits, need surveys, claims and counselling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerKind {
    SpecialFamilies,
    Members,
    Services,
    Activities,
}

impl SheetKind {
    /// All, in the order in which sheets of one file are planned: families before what refers to them.
    pub const ALL: [SheetKind; 7] = [
        SheetKind::SpecialFamilies,
        SheetKind::Members,
        SheetKind::Visits,
        SheetKind::NeedSurveys,
        SheetKind::InsuranceClaims,
        SheetKind::Counselling,
        SheetKind::Activities,
    ];

    /// The code as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            SheetKind::SpecialFamilies => "special_families",
            SheetKind::Members => "members",
            SheetKind::Visits => "visits",
            SheetKind::NeedSurveys => "need_surveys",
            SheetKind::InsuranceClaims => "insurance_claims",
            SheetKind::Counselling => "counselling",
            SheetKind::Activities => "activities",
        }
    }

    /// What a worker calls it.
    pub fn label(self) -> &'static str {
        match self {
            SheetKind::SpecialFamilies => "特殊家庭台账",
            SheetKind::Members => "会员花名册",
            SheetKind::Visits => "走访慰问记录",
            SheetKind::NeedSurveys => "需求调查",
            SheetKind::InsuranceClaims => "保险理赔",
            SheetKind::Counselling => "心理健康服务",
            SheetKind::Activities => "活动登记",
        }
    }

    /// The ledger such a sheet belongs to.
    pub fn ledger(self) -> LedgerKind {
        match self {
            SheetKind::SpecialFamilies => LedgerKind::SpecialFamilies,
            SheetKind::Members => LedgerKind::Members,
            SheetKind::Activities => LedgerKind::Activities,
            _ => LedgerKind::Services,
        }
    }
}

impl LedgerKind {
    /// The code as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            LedgerKind::SpecialFamilies => "special_families",
            LedgerKind::Members => "members",
            LedgerKind::Services => "services",
            LedgerKind::Activities => "activities",
        }
    }

    /// What a worker calls it.
    pub fn label(self) -> &'static str {
        match self {
            LedgerKind::SpecialFamilies => "特殊家庭台账",
            LedgerKind::Members => "会员花名册",
            LedgerKind::Services => "服务记录",
            LedgerKind::Activities => "活动登记",
        }
    }
}
