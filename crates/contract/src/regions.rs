//! The tree of regions.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;

use crate::commands;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegionName {
    pub code: RegionCode,
    pub name: String,
    /// Names from the province down, the region itself last.
    pub path: Vec<String>,
}

/// The regions directly below one; `None`: the tops the user may see, before sign-in the cities.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RegionChildren {
    pub of: Option<RegionCode>,
}

/// By name, pinyin, initials or code, within the user's grants (all of the province before sign-in).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RegionSearch {
    pub text: String,
    pub limit: u32,
}

/// One region with its path.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RegionGet {
    pub code: RegionCode,
}

commands! {
    RegionChildren => "region.children" -> Vec<RegionName>;
    RegionSearch => "region.search" -> Vec<RegionName>;
    RegionGet => "region.get" -> RegionName;
}
