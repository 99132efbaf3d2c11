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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping {
    columns: BTreeMap<SheetKind, BTreeMap<String, Choice>>,
}

impl Mapping {
    /// Decides a column by its head as a [`crate::ColumnReport`] gives it. Spaces and brackets do not matter.
    pub fn set(&mut self, kind: SheetKind, head: &str, choice: Choice) {
        self.columns.entry(kind).or_default().insert(plain(head), choice);
    }

    /// Takes a decision back.
    pub fn unset(&mut self, kind: SheetKind, head: &str) {
        if let Some(columns) = self.columns.get_mut(&kind) {
            columns.remove(&plain(head));
        }
    }

    /// The decision about a column, if there is one.
    pub fn get(&self, kind: SheetKind, head: &str) -> Option<&Choice> {
        self.columns.get(&kind)?.get(&plain(head))
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
