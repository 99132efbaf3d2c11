//! Several short texts: names of visitors, needs, skills. Enter or 、 ends one; names may stand apart by a space.

use super::Field;
use super::field::{use_field_id, use_problem};
use super::text_field::value_of;
use crate::hooks::composing;
use tiexin_domain::apart::apart;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct TagsProps {
    pub(crate) label: AttrValue,
    pub(crate) value: Vec<String>,
    pub(crate) onchange: Callback<Vec<String>>,
    /// Offered below, one press each.
    #[prop_or_default]
    pub(crate) offered: Vec<String>,
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
    pub(crate) wide: bool,
}

#[component]
pub(crate) fn Tags(props: &TagsProps) -> Html {
    let id = use_field_id(&props.name);
    let problem = use_problem(&props.name, &props.problem);
    let typed = use_state(String::new);
    let add = {
        let (value, change, typed) = (props.value.clone(), props.onchange.clone(), typed.setter());
        Callback::from(move |text: String| {
            let mut next = value.clone();
            for part in apart(&text) {
                if !next.contains(&part) {
                    next.push(part);
                }
            }
            typed.set(String::new());
            if next != value {
                change.emit(next);
            }
        })
    };
    let remove = |at: usize| {
        let value = props.value.clone();
        props.onchange.reform(move |_: MouseEvent| {
            let mut next = value.clone();
            next.remove(at);
            next
        })
    };
    let oninput = {
        let (typed, add) = (typed.setter(), add.clone());
        Callback::from(move |event: InputEvent| {
            let text = value_of(&event);
            if !event.is_composing() && text.ends_with(['、', '，', ',', '；', ';']) {
                add.emit(text);
            } else {
                typed.set(text);
            }
        })
    };
    let onkeydown = {
        let (typed, add, value, change) =
            (typed.clone(), add.clone(), props.value.clone(), props.onchange.clone());
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) {
                return;
            }
            match event.key().as_str() {
                // Text waits to become a tag: Enter makes it one and stays here.
                "Enter" if !typed.trim().is_empty() && !event.ctrl_key() => {
                    event.prevent_default();
                    event.stop_propagation();
                    add.emit((*typed).clone());
                }
                "Backspace" if typed.is_empty() && !value.is_empty() => {
                    let mut next = value.clone();
                    next.pop();
                    change.emit(next);
                }
                _ => {}
            }
        })
    };
    let onblur = {
        let (typed, add) = (typed.clone(), add.clone());
        Callback::from(move |_: FocusEvent| {
            if !typed.trim().is_empty() {
                add.emit((*typed).clone());
            }
        })
    };
    let offered: Vec<&String> = props.offered.iter().filter(|one| !props.value.contains(one)).collect();
    let placeholder = if props.value.is_empty() { props.placeholder.clone() } else { AttrValue::default() };
    html! {
        <Field label={props.label.clone()} id={id.clone()} problem={problem.clone()} hint={props.hint.clone()}
            required={props.required} wide={props.wide}>
            <div class="tx-tags">
                { for props.value.iter().enumerate().map(|(at, text)| html! {
                    <span class="tx-tag-one">
                        { text }
                        <button type="button" tabindex="-1" aria-label={format!("去掉{text}")} onclick={remove(at)}>{ "×" }</button>
                    </span>
                }) }
                <input {id} type="text" value={(*typed).clone()} {oninput} {onkeydown} {onblur} {placeholder}
                    data-field={props.name.clone()} autocomplete="off" />
            </div>
            if !offered.is_empty() {
                <div class="tx-offered">
                    { for offered.into_iter().map(|text| {
                        let (add, word) = (add.clone(), text.clone());
                        let onclick = Callback::from(move |_: MouseEvent| add.emit(word.clone()));
                        html! { <button type="button" tabindex="-1" {onclick}>{ "+ " }{ text }</button> }
                    }) }
                </div>
            }
        </Field>
    }
}
