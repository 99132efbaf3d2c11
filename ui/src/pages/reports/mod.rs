//! Forms, figures, and the records behind them.

use crate::components::Page;
use yew::prelude::*;

#[component]
pub(crate) fn ReportsPage() -> Html {
    html! { <Page title="报表" /> }
}
