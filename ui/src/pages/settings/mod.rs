//! Preferences, users, the book.

use crate::components::Page;
use yew::prelude::*;

#[component]
pub(crate) fn SettingsPage() -> Html {
    html! { <Page title="设置" /> }
}
