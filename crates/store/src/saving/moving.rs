//! What goes along when a family moves: pure, in data. [`crate::Book::move_group`] writes it.

use tiexin_domain::nouns::follow::follows;
use tiexin_domain::record::{Fields, Record};

use crate::Save;

/// A family that moves to another village, or has a new head, takes its people, files and contacts along.
/// Visits and services stay where and with whom they happened.
pub fn moved_along(child: &Record, before: &Fields, after: &Fields) -> Option<Save> {
    if !follows(&child.kind, &child.fields) {
        return None;
    }
    let mut fields = child.fields.clone();
    for copied in ["region", "head_name"] {
        if fields.contains_key(copied)
            && fields.get(copied) == before.get(copied)
            && let Some(value) = after.get(copied)
        {
            fields.insert(copied.into(), value.clone());
        }
    }
    let moved = fields != child.fields;
    moved.then(|| Save { id: child.id, kind: child.kind.clone(), fields, void: None })
}

/// The same when the family moves: what lay elsewhere than the family did comes to it, too.
pub fn gathered(child: &Record, before: &Fields, after: &Fields) -> Option<Save> {
    let mut before = before.clone();
    before.extend(child.fields.get("region").map(|region| ("region".to_owned(), region.clone())));
    moved_along(child, &before, after)
}
