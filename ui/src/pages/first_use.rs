//! The first use of a desk: alone, or with the province.

use yew::prelude::*;

#[component]
pub(crate) fn FirstUse() -> Html {
    Html::default()
}
