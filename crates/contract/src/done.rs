//! What a command replies that has nothing else to tell.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// The thing made or changed, when there is one.
    #[serde(default)]
    pub id: Option<Uuid>,
}
