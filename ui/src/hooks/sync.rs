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

/// Keeps the newest of the states that are handed in: events and replies come on ways of their own, and an
/// older one may arrive last.
#[hook]
pub(crate) fn use_newest_sync() -> (Option<Rc<SyncState>>, Callback<SyncState>) {
    let held = use_reducer_eq(Newest::default);
    let hand_in = use_callback((), {
        let held = held.dispatcher();
        move |state: SyncState, ()| held.dispatch(state)
    });
    (held.0.clone(), hand_in)
}

#[derive(Default, PartialEq)]
struct Newest(Option<Rc<SyncState>>);

impl Reducible for Newest {
    type Action = SyncState;

    fn reduce(self: Rc<Self>, state: SyncState) -> Rc<Self> {
        let old = self.0.as_ref().is_some_and(|held| held.turn > state.turn);
        if old { self } else { Rc::new(Newest(Some(Rc::new(state)))) }
    }
}
