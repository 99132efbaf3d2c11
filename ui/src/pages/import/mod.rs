//! Bringing ledgers in.

use crate::components::Page;
use yew::prelude::*;

#[component]
pub(crate) fn ImportPage() -> Html {
    html! { <Page title="导入" /> }
}
