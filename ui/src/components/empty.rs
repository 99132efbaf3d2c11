//! What would stand here, and how to bring it about.

use super::{Icon, Sign};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct EmptyProps {
    pub(crate) title: AttrValue,
    #[prop_or(Sign::Inbox)]
    pub(crate) sign: Sign,
    #[prop_or_default]
    pub(crate) action: Html,
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Empty(props: &EmptyProps) -> Html {
    html! {
        <div class="tx-empty">
            <div class="tx-empty-sign"><Icon sign={props.sign} /></div>
            <p class="tx-empty-title">{ props.title.clone() }</p>
            <div class="tx-empty-text">{ props.children.clone() }</div>
            <div class="tx-empty-action">{ props.action.clone() }</div>
        </div>
    }
}
