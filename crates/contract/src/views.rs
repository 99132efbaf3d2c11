//! Filters of lists that are kept under a name. They are a user's own and lie in the book.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;

use crate::commands;
use crate::done::Done;
use crate::records::{Filter, ListRecords, Sort};

/// In [`crate::Event::Changed`], beside the kinds of records: views were kept or dropped. What shows views or their
/// counts listens to this word or to all; no kind of record has it.
pub const CHANGED: &str = "view";

/// A filter with its name: one of this name for each kind of record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    pub name: String,
    pub kind: String,
    #[serde(default)]
    pub filters: Vec<Filter>,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub sort: Option<Sort>,
    /// Counted in the navigation.
    #[serde(default)]
    pub pinned: bool,
    /// Comes with the program; a view of the user's own under the same name stands in its place.
    #[serde(default)]
    pub built_in: bool,
    /// Told, never kept. Chinese: why it cannot be asked any more, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl View {
    /// The list that it shows in a region.
    pub fn list(&self, region: RegionCode, limit: u32) -> ListRecords {
        ListRecords {
            filters: self.filters.clone(),
            text: self.text.clone(),
            sort: self.sort.clone(),
            ..ListRecords::of(self.kind.clone(), region, limit)
        }
    }
}

/// The user's own views, and those that come with the program.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListViews {
    /// Only of this kind.
    #[serde(default)]
    pub kind: Option<String>,
}

/// Keeps a view. One of the same name and kind gives way only where that was said; it stays pinned then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SaveView {
    pub view: View,
    /// Takes the place of the user's own one of this name; without it that is refused with [`TAKEN`].
    #[serde(default)]
    pub over: bool,
}

/// Code of the problem about `name`: the user has a view of this name for this kind already.
pub const TAKEN: &str = "view_taken";

/// Counts a view in the navigation, or not any more; nothing else of it changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PinView {
    pub kind: String,
    pub name: String,
    pub pinned: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropView {
    pub kind: String,
    pub name: String,
}

/// How many records each pinned view has in a region. One that cannot be asked holds back no other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CountViews {
    pub region: RegionCode,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewCount {
    pub kind: String,
    pub name: String,
    /// None: it cannot be asked any more, and `why` says why.
    #[serde(default)]
    pub count: Option<u64>,
    /// Chinese: why it cannot be asked, and what to do.
    #[serde(default)]
    pub why: Option<String>,
}

commands! {
    ListViews => "view.list" -> Vec<View>;
    SaveView => "view.save" -> Done;
    PinView => "view.pin" -> Done;
    DropView => "view.drop" -> Done;
    CountViews => "view.counts" -> Vec<ViewCount>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;
    use tiexin_domain::Kind;

    #[test]
    fn the_word_for_views_is_no_kind_of_record() {
        assert!(Kind::ALL.iter().all(|kind| kind.code() != CHANGED));
        let changed = Event::Changed { kinds: vec![CHANGED.to_owned()] };
        assert!(changed.concerns(&[CHANGED]) && changed.concerns(&["*"]) && !changed.concerns(&["visit"]));
    }
}
