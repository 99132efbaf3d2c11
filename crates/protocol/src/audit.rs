//! An entry of a desk's audit: stored by the desk, told to the province as it is, read by both.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One entry of the audit, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub seq: i64,
    /// Milliseconds since 1970 UTC, desk clock.
    pub at: i64,
    pub actor: Uuid,
    /// `create`, `change`, `void`, `restore`, `sign_in`, `unmask`, …
    pub act: String,
    /// The record; the user for entries about access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Names only, never values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
    /// Records that were made together, by an import: it makes many at once, of few shapes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<MadeTogether>,
}

/// Records of one kind that were made with the same fields. Never reorder: canonical JSON has its keys sorted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeTogether {
    /// Names only, never values.
    pub fields: Vec<String>,
    pub ids: Vec<Uuid>,
    pub kind: String,
}

impl AuditEntry {
    /// Whether it tells of a record.
    pub fn tells_of(&self, id: Uuid) -> bool {
        self.about == Some(id) || self.made.iter().any(|made| made.ids.contains(&id))
    }

    /// What the entry says of one record; `None`: it is about others.
    pub fn of(self, id: Uuid) -> Option<AuditEntry> {
        if self.made.is_empty() {
            return (self.about == Some(id)).then_some(self);
        }
        let MadeTogether { fields, kind, .. } = self.made.into_iter().find(|made| made.ids.contains(&id))?;
        Some(AuditEntry { about: Some(id), kind: Some(kind), fields, made: Vec::new(), ..self })
    }
}
