//! While a preview is planned anew for a cell that was mended: how far it is, above the preview that still stands.

use crate::components::Progress;
use crate::transport::listen;
use tiexin_contract::{Event, event};
use uuid::Uuid;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct AgainProps {
    pub(super) job: Uuid,
}

#[component]
pub(super) fn Again(props: &AgainProps) -> Html {
    let progress = use_state(|| None::<event::Progress>);
    {
        let progress = progress.setter();
        use_effect_with(props.job, move |job| {
            let job = *job;
            let hearing = listen(move |event| {
                if let Event::Progress(now) = event
                    && now.job == job
                {
                    progress.set((!now.finished).then(|| now.clone()));
                }
            });
            || drop(hearing)
        });
    }
    html! {
        if let Some(now) = &*progress {
            <Progress label={now.label.clone()} done={now.done} total={now.total} />
        }
    }
}
