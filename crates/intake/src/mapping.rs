//! Columns mapped by hand, kept for the next time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::heads::plain;
use crate::kind::SheetKind;

/// What a worker decided about a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// It is this field (a code of [`crate::fields_of`]).
    Field(String),
    /// It is left out, also of the notes.
    Ignore,
    /// It is kept in the notes, whatever its head seems to say.
    Notes,
}

/// For each kind of sheet: column head → decision. Serialised as the worker's own setting.
///
/// A newer program may have written kinds and decisions that this one does not know: they are kept, and every other
/// one is read all the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping {
    columns: BTreeMap<String, BTreeMap<String, Decided>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Decided {
    Known(Choice),
    Newer(serde_json::Value),
}

impl Mapping {
    /// Decides a column by its head as a [`crate::ColumnReport`] gives it. Spaces and brackets do not matter.
    pub fn set(&mut self, kind: SheetKind, head: &str, choice: Choice) {
        let columns = self.columns.entry(kind.as_str().to_owned()).or_default();
        columns.insert(plain(head), Decided::Known(choice));
    }

    /// Takes a decision back.
    pub fn unset(&mut self, kind: SheetKind, head: &str) {
        if let Some(columns) = self.columns.get_mut(kind.as_str()) {
            columns.remove(&plain(head));
        }
    }

    /// The decision about a column, if there is one.
    pub fn get(&self, kind: SheetKind, head: &str) -> Option<&Choice> {
        match self.columns.get(kind.as_str())?.get(&plain(head))? {
            Decided::Known(choice) => Some(choice),
            Decided::Newer(_) => None,
        }
    }

    /// Whether a head, or its last level, was decided about in any kind of sheet.
    pub(crate) fn speaks_of(&self, text: &str) -> bool {
        let text = plain(text);
        !text.is_empty() && self.columns.values().flat_map(BTreeMap::keys).any(|head| head.ends_with(&text))
    }

    /// Whether nothing was decided.
    pub fn is_empty(&self) -> bool {
        self.columns.values().all(BTreeMap::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_newer_program_decided_is_kept_and_hides_nothing_else() {
        let kept = r#"{"list:of_tomorrow":{"甲":{"field":"x"}},"members":{"丙":{"split":["a","b"]},"乙":{"field":"phone"}}}"#;
        let mut mapping: Mapping = serde_json::from_str(kept).unwrap();
        assert_eq!(mapping.get(SheetKind::Members, "乙"), Some(&Choice::Field("phone".into())));
        assert_eq!(mapping.get(SheetKind::Members, "丙"), None);
        mapping.set(SheetKind::Members, "乙", Choice::Ignore);
        let text = serde_json::to_string(&mapping).unwrap();
        assert_eq!(text, kept.replace(r#"{"field":"phone"}"#, r#""ignore""#));
    }
}
