//! How desk and province stand to each other.

use crate::components::Page;
use yew::prelude::*;

#[component]
pub(crate) fn SyncPage() -> Html {
    html! { <Page title="同步" /> }
}
