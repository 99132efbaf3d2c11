//! Records of every kind, made from the shapes: a new kind is saved here without being named.

use std::sync::OnceLock;

use serde_json::json;
use tiexin_domain::record::Fields;
use tiexin_domain::shape::{self, Field, Holds};
use tiexin_domain::{Kind, nouns};
use uuid::Uuid;

use super::saver::object;

/// How a record of a kind is made.
pub(super) struct Made {
    pub(super) fields: Fields,
    /// Fields that name other records, and of which kinds; none: of any.
    pub(super) names: Vec<(&'static str, &'static [&'static str])>,
    /// Fields in which any word may stand, and by which nothing is named.
    pub(super) worded: Vec<&'static str>,
}

/// The kinds whose records a form makes. Decisions are saved where people decide (`settler`, `merger`).
pub(super) fn kinds() -> &'static [(Kind, Made)] {
    static KINDS: OnceLock<Vec<(Kind, Made)>> = OnceLock::new();
    KINDS.get_or_init(|| {
        let decisions = [Kind::Settlement, Kind::Merge];
        let all = Kind::ALL.iter().filter(|kind| !decisions.contains(kind));
        all.map(|kind| (kind.clone(), made(kind))).collect()
    })
}

/// From its shape.
fn made(kind: &Kind) -> Made {
    let fields = match kind {
        // It has bytes, which nobody carries here.
        Kind::Attachment => object(json!({
            "owner": Uuid::nil(), "owner_kind": "household", "what": "misc", "sha256": "5a".repeat(32), "bytes": 5,
            "mime": "image/jpeg",
        })),
        kind => {
            shape::valid(kind).unwrap_or_else(|| panic!("{kind:?}: no record can be made from its shape"))
        }
    };
    let all = shape::of(kind.code()).map(|shape| shape.fields).unwrap_or_default();
    let named = all.iter().filter(|field| fields.contains_key(field.name));
    let names = named.filter_map(|field| match field.holds {
        Holds::Reference(kinds) => Some((field.name, kinds)),
        _ => None,
    });
    let words = |field: &&Field| {
        let mut with = fields.clone();
        with.insert(field.name.to_owned(), "m000000".into());
        with.insert("region".to_owned(), "340323100001".into());
        let holds = matches!(field.holds, Holds::Text | Holds::LongText);
        holds
            && !field.required
            && nouns::check(kind.code(), &with).is_ok_and(|found| found.problems.is_empty())
    };
    let worded: Vec<_> = all.iter().filter(words).map(|field| field.name).collect();
    assert!(!worded.is_empty(), "{kind:?}: no field for a word");
    Made { names: names.collect(), fields, worded }
}
