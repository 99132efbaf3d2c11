//! 换届: the posts of the former council end and those of the new one begin. One batch that
//! [`crate::import::UndoImport`] takes back as a whole.

use serde::{Deserialize, Serialize};
use tiexin_domain::{Fields, PartialDate};
use uuid::Uuid;

use crate::commands;

/// All of it is written, told to the province and taken back together, or nothing is: no council of two terms stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ElectCouncil {
    pub organisation: Uuid,
    /// Where it was decided. On its day the former posts end and the new ones begin.
    pub meeting: Uuid,
    /// The last day of the new term.
    #[serde(default)]
    pub until: Option<PartialDate>,
    /// Each as a form of a post sends it: `post`, `person` or `name`, perhaps `staffing`. The rest is filled by the desk.
    pub council: Vec<Fields>,
    /// Tells what would be done, and does nothing.
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CouncilElected {
    /// What takes it back; none when nothing was written.
    pub batch: Option<Uuid>,
    /// Posts that end, as a list calls them: `张三 会长`.
    pub ended: Vec<String>,
    pub begun: Vec<String>,
}

commands! {
    ElectCouncil => "council.elect" -> CouncilElected;
}
