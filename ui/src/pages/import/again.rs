//! While a preview is planned anew for a cell that was mended: how far it is, and the way to stop it, above the preview that
//! still stands.

use crate::components::under_way;
use crate::hooks::use_progress;
use uuid::Uuid;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct AgainProps {
    pub(super) job: Uuid,
}

#[component]
pub(super) fn Again(props: &AgainProps) -> Html {
    let progress = use_progress(Some(props.job));
    html! {
        if let Some(now) = progress {
            { under_way(&now, now.label.clone()) }
        }
    }
}
