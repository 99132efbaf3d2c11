//! Text on one line or several.

use super::field::{use_field_id, use_problem};
use super::{Button, Field, Look, Sign};
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TextKind {
    #[default]
    Text,
    Password,
    /// Digits; the number keys of a tablet.
    Number,
}

#[derive(Properties, PartialEq)]
pub(crate) struct TextFieldProps {
    pub(crate) label: AttrValue,
    pub(crate) value: AttrValue,
    pub(crate) onchange: Callback<String>,
    /// The stored name; problems are found by it.
    #[prop_or_default]
    pub(crate) name: AttrValue,
    #[prop_or_default]
    pub(crate) problem: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) required: bool,
    #[prop_or_default]
    pub(crate) placeholder: AttrValue,
    #[prop_or_default]
    pub(crate) kind: TextKind,
    #[prop_or_default]
    pub(crate) disabled: bool,
    #[prop_or_default]
    pub(crate) wide: bool,
    /// The cursor stands here when the page opens.
    #[prop_or_default]
    pub(crate) first: bool,
    /// The cursor leaves the field: the time to say what is wrong.
    #[prop_or_default]
    pub(crate) onblur: Callback<()>,
    #[prop_or_default]
    pub(crate) autocomplete: AttrValue,
}

#[component]
pub(crate) fn TextField(props: &TextFieldProps) -> Html {
    let id = use_field_id(&props.name);
    let problem = use_problem(&props.name, &props.problem);
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.first, move |first| {
            if let Some(input) = node.cast::<HtmlInputElement>().filter(|_| *first) {
                let _ = input.focus();
            }
        });
    }
    let oninput = props.onchange.reform(|event: InputEvent| value_of(&event));
    let onblur = props.onblur.reform(|_: FocusEvent| ());
    let seen = use_state(|| false);
    let secret = props.kind == TextKind::Password;
    let kind = if secret && !*seen { "password" } else { "text" };
    let look = {
        let (seen, node) = (seen.clone(), node.clone());
        Callback::from(move |()| {
            seen.set(!*seen);
            if let Some(input) = node.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        })
    };
    html! {
        <Field label={props.label.clone()} id={id.clone()} problem={problem.clone()} hint={props.hint.clone()}
            required={props.required} wide={props.wide}>
            <span class={classes!("pf-v6-c-form-control", problem.is_some().then_some("pf-m-error"),
                props.disabled.then_some("pf-m-disabled"))}>
                <input ref={node} {id} type={kind} value={props.value.clone()} {oninput} {onblur}
                    data-field={props.name.clone()} placeholder={props.placeholder.clone()} disabled={props.disabled}
                    inputmode={(props.kind == TextKind::Number).then_some("decimal")}
                    aria-invalid={problem.is_some().then_some("true")} spellcheck="false"
                    autocomplete={if props.autocomplete.is_empty() { "off".into() } else { props.autocomplete.clone() }} />
                if secret {
                    <Button label={if *seen { "隐藏密码" } else { "看看输了什么" }} look={Look::Plain} sign={if *seen { Sign::EyeOff } else { Sign::Eye }}
                        onclick={look} class="tx-eye" />
                }
            </span>
        </Field>
    }
}

/// The text of the input that an event came from.
pub(crate) fn value_of(event: &InputEvent) -> String {
    let target = event.target();
    match target.as_ref().and_then(|target| target.dyn_ref::<HtmlInputElement>()) {
        Some(input) => input.value(),
        None => target
            .and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok())
            .map(|area| area.value())
            .unwrap_or_default(),
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct TextAreaProps {
    pub(crate) label: AttrValue,
    pub(crate) value: AttrValue,
    pub(crate) onchange: Callback<String>,
    #[prop_or_default]
    pub(crate) name: AttrValue,
    #[prop_or_default]
    pub(crate) problem: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) required: bool,
    #[prop_or_default]
    pub(crate) placeholder: AttrValue,
    #[prop_or(3)]
    pub(crate) rows: u32,
    #[prop_or(true)]
    pub(crate) wide: bool,
    #[prop_or_default]
    pub(crate) first: bool,
}

/// Several lines; Enter makes a new one here.
#[component]
pub(crate) fn TextArea(props: &TextAreaProps) -> Html {
    let id = use_field_id(&props.name);
    let problem = use_problem(&props.name, &props.problem);
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.first, move |first| {
            if let Some(area) = node.cast::<HtmlTextAreaElement>().filter(|_| *first) {
                let _ = area.focus();
            }
        });
    }
    let oninput = props.onchange.reform(|event: InputEvent| value_of(&event));
    html! {
        <Field label={props.label.clone()} id={id.clone()} problem={problem.clone()} hint={props.hint.clone()}
            required={props.required} wide={props.wide}>
            <span class={classes!("pf-v6-c-form-control", "pf-m-textarea", problem.is_some().then_some("pf-m-error"))}>
                <textarea ref={node} {id} value={props.value.clone()} {oninput} rows={props.rows.to_string()}
                    data-field={props.name.clone()} placeholder={props.placeholder.clone()} />
            </span>
        </Field>
    }
}
