//! What the address asks of a page. A page that stands already is asked again by the same words.

use serde::de::DeserializeOwned;
use yew::prelude::*;
use yew_router::prelude::*;

/// What a page is asked for, and which time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked<T> {
    pub(crate) what: T,
    /// Another one for each link that was followed; none where the address was typed.
    pub(crate) turn: Option<u32>,
}

/// None: the address asks for nothing of this sort.
#[hook]
pub(crate) fn use_asked<T: DeserializeOwned + 'static>() -> Option<Asked<T>> {
    let at = use_location();
    at.and_then(|at| at.query::<T>().ok().map(|what| Asked { what, turn: at.id() }))
}
