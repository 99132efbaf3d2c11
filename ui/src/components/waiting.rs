//! Waiting: under 100 ms nothing, under 1 s a quiet bar, then words. And what to do when it failed.

use super::{Button, Icon, Look, Sign};
use crate::hooks::{Query, stop_job};
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use tiexin_contract::{ErrorCode, ErrorReply, event};
use yew::prelude::*;

/// Shows a query: its data, or that it is waited for, or what went wrong.
pub(crate) fn show<T>(query: &Query<T>, view: impl FnOnce(&Rc<T>) -> Html) -> Html {
    match (&query.data, &query.error) {
        (Some(data), None) => view(data),
        (Some(data), Some(error)) => html! {
            <>
                <Trouble error={error.clone()} again={query.reload.clone()} />
                { view(data) }
            </>
        },
        (None, Some(error)) => html! { <Trouble error={error.clone()} again={query.reload.clone()} /> },
        (None, None) => html! { <Waiting /> },
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct WaitingProps {
    /// What is being waited for, said after a second.
    #[prop_or(AttrValue::Static("正在读取本机的记录……"))]
    pub(crate) label: AttrValue,
}

#[component]
pub(crate) fn Waiting(props: &WaitingProps) -> Html {
    let stage = use_state(|| 0u8);
    {
        let stage = stage.setter();
        use_effect_with((), move |()| {
            let soon = Timeout::new(100, {
                let stage = stage.clone();
                move || stage.set(1)
            });
            let late = Timeout::new(1000, move || stage.set(2));
            || drop((soon, late))
        });
    }
    html! {
        <div class="tx-waiting" role="status" aria-live="polite">
            if *stage >= 1 { <div class="tx-quiet-bar" /> }
            if *stage >= 2 { <p>{ props.label.clone() }</p> }
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct TroubleProps {
    pub(crate) error: Rc<ErrorReply>,
    /// Tries once more.
    #[prop_or_default]
    pub(crate) again: Option<Callback<()>>,
}

/// What happened, what is safe, what to do next.
#[component]
pub(crate) fn Trouble(props: &TroubleProps) -> Html {
    if props.error.code == ErrorCode::SignedOut {
        return Html::default();
    }
    html! {
        <div class="tx-trouble" role="alert">
            <Icon sign={Sign::Warning} />
            <p>{ &props.error.message }</p>
            if let Some(again) = &props.again {
                <Button label="再试一次" look={Look::Link} small=true onclick={again.clone()} />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ProgressProps {
    pub(crate) label: AttrValue,
    pub(crate) done: u64,
    /// 0 when not known yet.
    pub(crate) total: u64,
    /// `还要约 20 秒`
    #[prop_or_default]
    pub(crate) left: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) oncancel: Option<Callback<()>>,
}

/// Long work with a count, a time left and 取消.
#[component]
pub(crate) fn Progress(props: &ProgressProps) -> Html {
    let share = (props.done.min(props.total) * 100).checked_div(props.total);
    html! {
        <div class="tx-progress">
            <div class="tx-progress-words">
                <span>{ props.label.clone() }</span>
                <span class="tx-muted">
                    if props.total > 0 {
                        { format!("{} / {}", crate::text::count(props.done), crate::text::count(props.total)) }
                    }
                    if let Some(left) = &props.left { { " · " }{ left } }
                </span>
            </div>
            <div class={classes!("tx-progress-rail", share.is_none().then_some("tx-unknown"))} role="progressbar"
                aria-label={props.label.clone()} aria-valuemin="0" aria-valuemax="100"
                aria-valuenow={share.map(|s| s.to_string())}>
                <div class="tx-progress-fill" style={share.map(|s| format!("width:{s}%"))} />
            </div>
            if let Some(cancel) = &props.oncancel {
                <Button label="取消" look={Look::Link} small=true onclick={cancel.clone()} />
            }
        </div>
    }
}

/// How far a job is, under these words, with the way to stop it.
pub(crate) fn under_way(now: &event::Progress, label: impl Into<AttrValue>) -> Html {
    let label: AttrValue = label.into();
    html! { <Progress {label} done={now.done} total={now.total} oncancel={stop_job(now.job)} /> }
}
