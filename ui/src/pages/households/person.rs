//! People of the families.

use crate::components::Sign;
use crate::record::Noun;

pub(crate) static PERSON: Noun = Noun { kind: "person", sign: Sign::Person };
