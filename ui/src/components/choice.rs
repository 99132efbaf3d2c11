//! Choosing among a few: side by side where they fit, a list where they do not.

use super::Field;
use super::field::{use_field_id, use_problem};
use super::switch::is_ticked;
pub(crate) use tiexin_forms::{Options, label_of};
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// More than this many stand in a list.
const SIDE_BY_SIDE: usize = 6;

#[derive(Properties, PartialEq)]
pub(crate) struct ChoiceProps {
    pub(crate) label: AttrValue,
    /// The chosen code; empty: none.
    pub(crate) value: AttrValue,
    pub(crate) options: Vec<(AttrValue, AttrValue)>,
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
    pub(crate) wide: bool,
}

/// One of a few codes. Arrow keys move among them, as among radio buttons.
#[component]
pub(crate) fn Choice(props: &ChoiceProps) -> Html {
    let id = use_field_id(&props.name);
    let problem = use_problem(&props.name, &props.problem);
    let inner =
        if props.options.len() > SIDE_BY_SIDE { as_list(props, &id) } else { side_by_side(props, &id) };
    html! {
        <Field label={props.label.clone()} id={id} problem={problem.clone()} hint={props.hint.clone()}
            required={props.required} wide={props.wide}>
            { inner }
        </Field>
    }
}

fn side_by_side(props: &ChoiceProps, id: &AttrValue) -> Html {
    html! {
        <div class="tx-choice" role="radiogroup" aria-label={props.label.clone()} data-field={props.name.clone()}>
            { for props.options.iter().enumerate().map(|(at, (code, label))| {
                let chosen = *code == props.value;
                let code = code.to_string();
                // A second press on an optional choice takes it back.
                let take_back = chosen && !props.required;
                let onclick = props.onchange.reform(move |_: MouseEvent| if take_back { String::new() } else { code.clone() });
                let code = props.options[at].0.to_string();
                let onchange = props.onchange.reform(move |_: Event| code.clone());
                html! {
                    <label class={classes!("tx-choice-one", chosen.then_some("tx-chosen"))}>
                        <input type="radio" name={id.clone()} id={(at == 0).then(|| id.clone())} checked={chosen}
                            {onchange} onclick={take_back.then_some(onclick)} />
                        { label }
                    </label>
                }
            }) }
        </div>
    }
}

fn as_list(props: &ChoiceProps, id: &AttrValue) -> Html {
    let onchange = props.onchange.reform(|event: Event| {
        event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok())
            .map(|select| select.value())
            .unwrap_or_default()
    });
    html! {
        <span class="pf-v6-c-form-control">
            <select {id} {onchange} data-field={props.name.clone()}>
                <option value="" selected={props.value.is_empty()}>{ "请选择" }</option>
                { for props.options.iter().map(|(code, label)| html! {
                    <option value={code.clone()} selected={*code == props.value}>{ label }</option>
                }) }
            </select>
            <span class="tx-select-arrow" aria-hidden="true" />
        </span>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ChoicesProps {
    pub(crate) label: AttrValue,
    /// The chosen codes.
    pub(crate) value: Vec<String>,
    pub(crate) options: Vec<(AttrValue, AttrValue)>,
    pub(crate) onchange: Callback<Vec<String>>,
    #[prop_or_default]
    pub(crate) name: AttrValue,
    #[prop_or_default]
    pub(crate) problem: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) wide: bool,
}

/// Several of a few codes.
#[component]
pub(crate) fn Choices(props: &ChoicesProps) -> Html {
    let id = use_field_id(&props.name);
    let problem = use_problem(&props.name, &props.problem);
    html! {
        <Field label={props.label.clone()} id={id} problem={problem.clone()} hint={props.hint.clone()} wide={props.wide}>
            <div class="tx-choice tx-choice-many" role="group" aria-label={props.label.clone()} data-field={props.name.clone()}>
                { for props.options.iter().map(|(code, label)| {
                    let chosen = props.value.iter().any(|one| *one == **code);
                    let (value, code) = (props.value.clone(), code.to_string());
                    let onchange = props.onchange.reform(move |_: Event| {
                        let mut next = value.clone();
                        match next.iter().position(|one| *one == code) {
                            Some(at) => drop(next.remove(at)),
                            None => next.push(code.clone()),
                        }
                        next
                    });
                    html! {
                        <label class={classes!("tx-choice-one", chosen.then_some("tx-chosen"))}>
                            <input type="checkbox" checked={chosen} {onchange} />
                            { label }
                        </label>
                    }
                }) }
            </div>
        </Field>
    }
}

/// Static options as the props of [`Choice`] want them.
pub(crate) fn given(options: Options) -> Vec<(AttrValue, AttrValue)> {
    options.iter().map(|(code, label)| ((*code).into(), (*label).into())).collect()
}

#[derive(Properties, PartialEq)]
pub(crate) struct FlagProps {
    pub(crate) label: AttrValue,
    pub(crate) value: bool,
    pub(crate) onchange: Callback<bool>,
    #[prop_or_default]
    pub(crate) name: AttrValue,
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
}

/// Yes or no.
#[component]
pub(crate) fn Flag(props: &FlagProps) -> Html {
    let problem = use_problem(&props.name, &None);
    let onchange = props.onchange.reform(|event: Event| is_ticked(&event));
    html! {
        <Field {problem} hint={props.hint.clone()}>
            <label class="tx-flag">
                <input type="checkbox" checked={props.value} {onchange} data-field={props.name.clone()} />
                <span>{ props.label.clone() }</span>
            </label>
        </Field>
    }
}
