//! 今日: whom should I see, what is missing, how far is the month.

use crate::components::Page;
use yew::prelude::*;

#[component]
pub(crate) fn TodayPage() -> Html {
    html! { <Page title="今日" /> }
}
