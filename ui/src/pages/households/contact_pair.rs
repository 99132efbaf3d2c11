//! 双岗联系人: whom the family may turn to.

use crate::components::Sign;
use crate::record::Noun;

pub(crate) static CONTACT_PAIR: Noun = Noun { kind: "contact_pair", sign: Sign::People };
