//! 慰问救助: the programmes that an entry may name; 冲正: one is taken back by another one.

use serde::{Deserialize, Serialize};
use tiexin_domain::RegionCode;
use uuid::Uuid;

use crate::commands;
use crate::records::Saved;

/// The entry stays, and another one with the opposite amount names it. What is right is recorded anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReverseAid {
    pub id: Uuid,
    pub reason: String,
}

/// The names of the programmes in force today at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetProgrammes {
    pub region: RegionCode,
}

commands! {
    GetProgrammes => "aid.programmes" -> Vec<String>;
    ReverseAid => "aid.reverse" -> Saved;
}
