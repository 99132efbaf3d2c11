//! Filters of lists that are kept under a name. They are a user's own and lie in the book.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;

use crate::commands;
use crate::done::Done;
use crate::records::{Filter, ListRecords, Sort};

/// In [`crate::Event::Changed`], beside the kinds of records: views were kept or dropped.
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

/// Keeps a view; one of the same name and kind gives way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SaveView {
    pub view: View,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropView {
    pub kind: String,
    pub name: String,
}

/// How many records each pinned view has in a region.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CountViews {
    pub region: RegionCode,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewCount {
    pub kind: String,
    pub name: String,
    pub count: u64,
}

commands! {
    ListViews => "view.list" -> Vec<View>;
    SaveView => "view.save" -> Done;
    DropView => "view.drop" -> Done;
    CountViews => "view.counts" -> Vec<ViewCount>;
}
