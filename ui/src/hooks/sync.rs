//! How desk and province stand to each other.

use std::rc::Rc;
use tiexin_contract::sync::SyncState;
use yew::prelude::*;

/// The newest state the desk told; none until it has.
#[derive(Clone, PartialEq)]
pub(crate) struct SyncKeeper {
    pub(crate) state: Option<Rc<SyncState>>,
    pub(crate) set: Callback<SyncState>,
}

#[hook]
pub(crate) fn use_sync_state() -> SyncKeeper {
    use_context::<SyncKeeper>().expect("pages stand inside the sync provider")
}
