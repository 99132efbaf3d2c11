//! Signing in, and coming back after the desk has locked itself.

use yew::prelude::*;

#[component]
pub(crate) fn SignInPage() -> Html {
    Html::default()
}
