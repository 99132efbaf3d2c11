//! An amount in yuan; what was understood stands beside it.

use super::Field;
use super::field::{use_field_id, use_problem};
use super::text_field::value_of;
use tiexin_domain::Fen;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct MoneyFieldProps {
    pub(crate) label: AttrValue,
    /// As typed, or as stored.
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
}

#[component]
pub(crate) fn MoneyField(props: &MoneyFieldProps) -> Html {
    let id = use_field_id(&props.name);
    let told = use_problem(&props.name, &props.problem);
    let touched = use_state(|| false);
    let read = (!props.value.trim().is_empty()).then(|| Fen::parse(&props.value));
    let problem = match (&told, &read) {
        (Some(problem), _) => Some(problem.clone()),
        (None, Some(Err(bad))) if *touched => Some(bad.to_string().into()),
        _ => None,
    };
    let oninput = {
        let (change, touched) = (props.onchange.clone(), touched.setter());
        Callback::from(move |event: InputEvent| {
            touched.set(false);
            change.emit(value_of(&event));
        })
    };
    let onblur = {
        let touched = touched.setter();
        Callback::from(move |_: FocusEvent| touched.set(true))
    };
    let seen = match read {
        Some(Ok(amount)) => amount.capital(),
        _ => String::new(),
    };
    html! {
        <Field label={props.label.clone()} id={id.clone()} {problem} hint={props.hint.clone()} required={props.required}>
            <div class="tx-money">
                <span class="pf-v6-c-form-control">
                    <input {id} type="text" inputmode="decimal" value={props.value.clone()} {oninput} {onblur}
                        data-field={props.name.clone()} autocomplete="off" placeholder="如 300" />
                </span>
                <span class="tx-unit">{ "元" }</span>
                <span class="tx-understood">{ seen }</span>
            </div>
        </Field>
    }
}
