//! What happened, newest first.

use crate::components::{Icon, Sign};
use yew::prelude::*;

#[derive(Clone, PartialEq)]
pub(crate) struct TimelineEntry {
    pub(crate) key: AttrValue,
    pub(crate) sign: Sign,
    /// `11月3日`
    pub(crate) when: AttrValue,
    pub(crate) title: Html,
    pub(crate) body: Html,
    pub(crate) onclick: Option<Callback<()>>,
}

#[derive(Properties, PartialEq)]
pub(crate) struct TimelineProps {
    pub(crate) entries: Vec<TimelineEntry>,
}

#[component]
pub(crate) fn Timeline(props: &TimelineProps) -> Html {
    html! {
        <ol class="tx-timeline">
            { for props.entries.iter().map(|entry| {
                let onclick = entry.onclick.clone().map(|act| act.reform(|_: MouseEvent| ()));
                let title = match onclick {
                    Some(onclick) => html! { <button type="button" class="tx-timeline-title" {onclick}>{ entry.title.clone() }</button> },
                    None => html! { <div class="tx-timeline-title">{ entry.title.clone() }</div> },
                };
                html! {
                    <li key={entry.key.to_string()}>
                        <span class="tx-timeline-sign"><Icon sign={entry.sign} /></span>
                        <span class="tx-timeline-when">{ entry.when.clone() }</span>
                        <div class="tx-timeline-what">
                            { title }
                            <div class="tx-timeline-body">{ entry.body.clone() }</div>
                        </div>
                    </li>
                }
            }) }
        </ol>
    }
}
