//! The region that lists, figures and forms are about.

use tiexin_contract::regions::RegionName;
use tiexin_domain::RegionCode;
use yew::prelude::*;

/// The picked region, and the way to pick another.
#[derive(Clone, PartialEq)]
pub(crate) struct RegionKeeper {
    pub(crate) name: RegionName,
    pub(crate) set: Callback<RegionName>,
}

impl RegionKeeper {
    pub(crate) fn code(&self) -> RegionCode {
        self.name.code.clone()
    }
}

/// The picked region of the top bar.
#[hook]
pub(crate) fn use_region() -> RegionKeeper {
    use_context::<RegionKeeper>().expect("pages stand inside the region's provider")
}
