//! The frame of every page that stands in the place of the work: what the program is, and beside it what to do.

use super::{Icon, Sign};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct GateProps {
    /// What the worker may rely on here, in one sentence.
    pub(crate) words: AttrValue,
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Gate(props: &GateProps) -> Html {
    html! {
        <main class="tx-gate">
            <div class="tx-gate-side">
                <div class="tx-gate-sign"><Icon sign={Sign::Heart} /></div>
                <h1>{ "贴心" }</h1>
                <p>{ "计生协基层工作台" }</p>
                <p class="tx-gate-words">{ props.words.clone() }</p>
            </div>
            <div class="tx-gate-main">{ props.children.clone() }</div>
        </main>
    }
}
