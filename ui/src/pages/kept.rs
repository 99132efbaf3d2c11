//! Where the book lies, when it may come to harm there.

use crate::hooks::use_session;
use yew::prelude::*;

/// Nothing where it lies well.
#[component]
pub(crate) fn Kept() -> Html {
    let session = use_session();
    html! {
        if let Some(kept) = &session.state.kept {
            <p class="tx-state tx-attention" role="status">
                <span class="tx-state-sign" aria-hidden="true">{ "!" }</span>
                { &kept.message }
            </p>
        }
    }
}
