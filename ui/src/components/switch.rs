//! On or off, at once: a setting, never a field of a form.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Whether the box that an event came from is ticked now.
pub(crate) fn is_ticked(event: &Event) -> bool {
    let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    input.is_some_and(|input| input.checked())
}

#[derive(Properties, PartialEq)]
pub(crate) struct SwitchProps {
    pub(crate) label: AttrValue,
    pub(crate) checked: bool,
    pub(crate) onchange: Callback<bool>,
}

#[component]
pub(crate) fn Switch(props: &SwitchProps) -> Html {
    let onchange = props.onchange.reform(|event: Event| is_ticked(&event));
    html! {
        <label class="pf-v6-c-switch">
            <input class="pf-v6-c-switch__input" type="checkbox" role="switch" checked={props.checked} {onchange} />
            <span class="pf-v6-c-switch__toggle" />
            <span class="pf-v6-c-switch__label">{ props.label.clone() }</span>
        </label>
    }
}
