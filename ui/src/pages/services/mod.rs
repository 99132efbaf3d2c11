//! What is done for families beside visits: surveys of needs, insurance claims, counselling.

use crate::components::Sign;
use crate::record::Noun;

pub(crate) static NEED_SURVEY: Noun = Noun { kind: "need_survey", sign: Sign::Pen };

pub(crate) static INSURANCE_CLAIM: Noun = Noun { kind: "insurance_claim", sign: Sign::Sheet };

pub(crate) static COUNSELLING: Noun = Noun { kind: "counselling", sign: Sign::Heart };
