//! Drafts: what a form holds and nobody has saved yet.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::commands;
use crate::done::Done;

/// The form that a draft belongs to: one for each record and each kind of form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftKey {
    /// A new record, perhaps for a family: `visit:new`, `visit:new:<family>`. A family that is registered
    /// whole has the kind [`DraftKey::FAMILY`].
    New { kind: String, family: Option<Uuid> },
    /// A record that is mended: `person:<id>`.
    Of { kind: String, id: Uuid },
}

impl DraftKey {
    /// Stands in the place of a kind: a household with its people, file and contacts.
    pub const FAMILY: &'static str = "family";
}

impl std::fmt::Display for DraftKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DraftKey::New { kind, family: None } => write!(f, "{kind}:new"),
            DraftKey::New { kind, family: Some(family) } => write!(f, "{kind}:new:{family}"),
            DraftKey::Of { kind, id } => write!(f, "{kind}:{id}"),
        }
    }
}

impl std::str::FromStr for DraftKey {
    type Err = ();

    fn from_str(text: &str) -> Result<DraftKey, ()> {
        let (kind, rest) = text.split_once(':').ok_or(())?;
        let kind = kind.to_owned();
        match rest.split_once(':') {
            None if rest == "new" => Ok(DraftKey::New { kind, family: None }),
            None => Ok(DraftKey::Of { kind, id: rest.parse().map_err(|_| ())? }),
            Some(("new", family)) => {
                Ok(DraftKey::New { kind, family: Some(family.parse().map_err(|_| ())?) })
            }
            Some(_) => Err(()),
        }
    }
}

/// The drafts of who is signed in, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListDrafts {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftRow {
    /// A [`DraftKey`].
    pub key: String,
    /// Chinese: `记一次走访`, `更正走访`, `登记会员`, `修改人员`.
    pub what: String,
    /// Whose: a record's title or a name that was typed; empty when nobody is named yet.
    pub about: String,
    /// Milliseconds since 1970 UTC.
    pub saved_at: i64,
}

/// Keeps what a form holds, by the keystroke. Refused with `ChangedMeanwhile` when another window has kept a newer
/// draft: an older form never writes over it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SaveDraft {
    /// A [`DraftKey`].
    pub key: String,
    pub value: Value,
    /// The version that this one replaces; none: the form knows of no draft.
    #[serde(default)]
    pub over: Option<i64>,
}

/// The version under which a draft is kept now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftSaved {
    pub version: i64,
}

/// A draft as the desk keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftHeld {
    pub value: Value,
    /// Another one after each save.
    pub version: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetDraft {
    pub key: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropDraft {
    pub key: String,
    /// Only this version; none: whatever is kept.
    #[serde(default)]
    pub only: Option<i64>,
}

commands! {
    SaveDraft => "draft.save" -> DraftSaved;
    GetDraft => "draft.get" -> Option<DraftHeld>;
    DropDraft => "draft.drop" -> Done;
    ListDrafts => "draft.list" -> Vec<DraftRow>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drafts_key_reads_back() {
        let id = Uuid::from_u128(7);
        for key in [
            DraftKey::New { kind: "visit".into(), family: None },
            DraftKey::New { kind: "visit".into(), family: Some(id) },
            DraftKey::Of { kind: "person".into(), id },
        ] {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        for bad in ["", "visit", "visit:old:1", "visit:new:x", "visit:x"] {
            assert!(bad.parse::<DraftKey>().is_err(), "{bad}");
        }
    }
}
