//! Two or three faces of one page.

use yew::prelude::*;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tab {
    pub(crate) label: AttrValue,
    pub(crate) count: Option<u64>,
}

impl Tab {
    pub(crate) fn new(label: impl Into<AttrValue>) -> Self {
        Self { label: label.into(), count: None }
    }
}

/// Which tab of a page is chosen, the first to begin with, and the way to choose another.
#[hook]
pub(crate) fn use_tab() -> (usize, Callback<usize>) {
    let at = use_state(|| 0usize);
    tab_of(&at)
}

/// The same of what a page holds.
pub(crate) fn tab_of(at: &UseStateHandle<usize>) -> (usize, Callback<usize>) {
    let turn = at.setter();
    (**at, Callback::from(move |to| turn.set(to)))
}

#[derive(Properties, PartialEq)]
pub(crate) struct TabsProps {
    pub(crate) tabs: Vec<Tab>,
    pub(crate) chosen: usize,
    pub(crate) onchange: Callback<usize>,
}

#[component]
pub(crate) fn Tabs(props: &TabsProps) -> Html {
    let onkeydown = {
        let (change, chosen, many) = (props.onchange.clone(), props.chosen, props.tabs.len());
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "ArrowRight" => change.emit((chosen + 1) % many),
            "ArrowLeft" => change.emit((chosen + many - 1) % many),
            _ => {}
        })
    };
    html! {
        <div class="tx-tabs" role="tablist" {onkeydown}>
            { for props.tabs.iter().enumerate().map(|(at, tab)| {
                let chosen = at == props.chosen;
                let onclick = props.onchange.reform(move |_: MouseEvent| at);
                html! {
                    <button type="button" role="tab" aria-selected={chosen.to_string()} {onclick}
                        tabindex={if chosen { "0" } else { "-1" }} class={classes!("tx-tab", chosen.then_some("tx-chosen"))}>
                        { tab.label.clone() }
                        if let Some(count) = tab.count { <span class="tx-count">{ crate::text::count(count) }</span> }
                    </button>
                }
            }) }
        </div>
    }
}
