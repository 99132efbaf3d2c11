//! 冲正: an entry of money or goods that were given is taken back by another one.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::commands;
use crate::records::Saved;

/// The entry stays, and another one with the opposite amount names it. What is right is recorded anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReverseAid {
    pub id: Uuid,
    pub reason: String,
}

commands! {
    ReverseAid => "aid.reverse" -> Saved;
}
