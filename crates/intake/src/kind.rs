//! The kinds of ledger, and of the sheets in them.

use serde::{Serialize, Serializer};
use tiexin_domain::shape::{self, Shape};
use tiexin_domain::{Kind, nouns};

use crate::heads::records;

/// A kind of which a sheet is a list, a record a row: its columns come from the noun's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Records(usize);

impl Records {
    /// All kinds that have a list, in the order in which they may refer to each other.
    pub fn all() -> impl Iterator<Item = Records> {
        let listed = |kind: &Kind| nouns::shape(kind).is_some_and(|shape| !shape.list.is_empty());
        Kind::ALL.iter().enumerate().filter(move |(_, kind)| listed(kind)).map(|(at, _)| Records(at))
    }

    /// None of a kind without a list, and of one of a newer program.
    pub fn of(kind: &str) -> Option<Records> {
        Self::all().find(|one| one.kind().code() == kind)
    }

    pub fn kind(self) -> &'static Kind {
        &Kind::ALL[self.0]
    }

    pub(crate) fn code(self) -> &'static str {
        self.kind().code()
    }

    pub(crate) fn shape(self) -> &'static Shape {
        // Invariant: `all` gives kinds with a shape only.
        shape::of(self.code()).unwrap_or_else(|| unreachable!("a kind with a list has a shape"))
    }

    /// The ledger's sheet whose rows are records of this kind and little else.
    pub(crate) fn ledger_sheet(self) -> Option<SheetKind> {
        Some(match self.kind() {
            Kind::SupportFile => SheetKind::SpecialFamilies,
            Kind::Member => SheetKind::Members,
            Kind::Visit => SheetKind::Visits,
            Kind::NeedSurvey => SheetKind::NeedSurveys,
            Kind::InsuranceClaim => SheetKind::InsuranceClaims,
            Kind::Counselling => SheetKind::Counselling,
            Kind::Activity => SheetKind::Activities,
            _ => return None,
        })
    }
}

/// What a sheet is a list of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SheetKind {
    SpecialFamilies,
    Members,
    Visits,
    NeedSurveys,
    InsuranceClaims,
    Counselling,
    Activities,
    Records(Records),
}

impl Serialize for SheetKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a file is. `Services` has sheets of visits, need surveys, claims and counselling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LedgerKind {
    SpecialFamilies,
    Members,
    Services,
    Activities,
    /// A list of one kind of record.
    Records(Records),
}

impl Serialize for LedgerKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl SheetKind {
    /// Those of the ledgers that offices keep, in the order in which sheets of one file are planned: families before
    /// what refers to them.
    pub const ALL: [SheetKind; 7] = [
        SheetKind::SpecialFamilies,
        SheetKind::Members,
        SheetKind::Visits,
        SheetKind::NeedSurveys,
        SheetKind::InsuranceClaims,
        SheetKind::Counselling,
        SheetKind::Activities,
    ];

    /// All: those of the ledgers, then a list of each kind.
    pub fn every() -> impl Iterator<Item = SheetKind> {
        Self::ALL.into_iter().chain(Records::all().map(SheetKind::Records))
    }

    /// Whether its records are insert-only: what was wrong is taken back (冲正), neither changed nor made void.
    pub(crate) fn is_fixed(self) -> bool {
        if let SheetKind::Records(records) = self { shape::is_fixed(records.code()) } else { false }
    }

    /// None of a newer program's.
    pub fn from_code(code: &str) -> Option<SheetKind> {
        Self::every().find(|kind| kind.as_str() == code)
    }

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
            SheetKind::Records(records) => records::sheet_code(records),
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
            SheetKind::Records(records) => records.kind().label(),
        }
    }

    /// The ledger such a sheet belongs to.
    pub fn ledger(self) -> LedgerKind {
        match self {
            SheetKind::SpecialFamilies => LedgerKind::SpecialFamilies,
            SheetKind::Members => LedgerKind::Members,
            SheetKind::Activities => LedgerKind::Activities,
            SheetKind::Records(records) => LedgerKind::Records(records),
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
            LedgerKind::Records(records) => records.code(),
        }
    }

    /// What a worker calls it.
    pub fn label(self) -> &'static str {
        match self {
            LedgerKind::SpecialFamilies => "特殊家庭台账",
            LedgerKind::Members => "会员花名册",
            LedgerKind::Services => "服务记录",
            LedgerKind::Activities => "活动登记",
            LedgerKind::Records(records) => records.kind().label(),
        }
    }
}
