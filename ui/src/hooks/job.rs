//! Long work of the desk: how far it is, and the way to stop it.

use crate::transport::{call, listen};
use tiexin_contract::event::{Event, Progress};
use tiexin_contract::import::CancelJob;
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

/// How far it is; none before it has told and after its end. `job`: this one alone; none where its number is not known
/// beforehand.
#[hook]
pub(crate) fn use_progress(job: Option<Uuid>) -> Option<Progress> {
    let progress = use_state(|| None::<Progress>);
    {
        let progress = progress.setter();
        use_effect_with(job, move |job| {
            let job = *job;
            let hearing = listen(move |event| match event {
                Event::Progress(now) if job.is_none_or(|job| job == now.job) => {
                    progress.set((!now.finished).then(|| now.clone()));
                }
                // The end may be among what was missed.
                Event::Missed => progress.set(None),
                _ => {}
            });
            || drop(hearing)
        });
    }
    (*progress).clone()
}

/// Asks the desk to stop it. Whether it was still running shows in what the work itself answers.
pub(crate) fn stop_job(job: Uuid) -> Callback<()> {
    Callback::from(move |()| {
        spawn_local(async move {
            let _ = call(CancelJob { job }).await;
        });
    })
}
