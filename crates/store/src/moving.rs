//! What goes along when a family moves: pure, in data. [`crate::Book::move_group`] writes it.

use tiexin_domain::Kind;
use tiexin_domain::record::{Fields, Record};

use crate::Save;

/// A family that moves to another village, or has a new head, takes its people, files and contacts along.
/// Visits and services stay where and with whom they happened.
pub fn moved_along(child: &Record, before: &Fields, after: &Fields) -> Option<Save> {
    // A picture goes with what it belongs to.
    let of = match Kind::from_code(&child.kind) {
        Kind::Attachment => child.text("owner_kind").map_or(Kind::Attachment, Kind::from_code),
        kind => kind,
    };
    if !matches!(of, Kind::Household | Kind::Person | Kind::SupportFile | Kind::ContactPair) {
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
