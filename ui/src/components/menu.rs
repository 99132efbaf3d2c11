//! The list below an input in which something is looked up: the one for every combobox.

use yew::prelude::*;

/// A line of it: what is chosen, and what tells it from others of the same name.
#[derive(Clone, PartialEq)]
pub(super) struct Offer {
    pub(super) title: AttrValue,
    pub(super) beside: Option<AttrValue>,
}

/// What the input of this id has below it; `at` is where the arrow keys stand. `none`: said in the place of no lines.
pub(super) fn menu(
    id: &AttrValue,
    offers: impl Iterator<Item = Offer>,
    at: Option<usize>,
    onpick: &Callback<usize>,
    none: Option<&'static str>,
) -> Html {
    let line = |(n, offer): (usize, Offer)| {
        // Before the field loses the cursor and the list goes.
        let onmousedown = onpick.reform(move |event: MouseEvent| {
            event.prevent_default();
            n
        });
        let now = at == Some(n);
        html! {
            <li id={format!("{id}-{n}")} role="option" aria-selected={now.to_string()} {onmousedown}
                class={now.then_some("tx-chosen")}>
                <span>{ offer.title }</span>
                if let Some(beside) = offer.beside { <span class="tx-muted">{ beside }</span> }
            </li>
        }
    };
    html! {
        <ul class="tx-menu" role="listbox" id={format!("{id}-list")}>
            { for offers.enumerate().map(line) }
            if let Some(none) = none { <li class="tx-menu-none">{ none }</li> }
        </ul>
    }
}
