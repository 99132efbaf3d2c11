//! A field with its label, and beside it in plain words what is wrong with it.

use crate::hooks::Telling;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct FieldProps {
    /// Empty: what lies inside names itself.
    #[prop_or_default]
    pub(crate) label: AttrValue,
    /// The id of the input inside.
    #[prop_or_default]
    pub(crate) id: AttrValue,
    /// What is wrong with it; see [`use_problem`].
    #[prop_or_default]
    pub(crate) problem: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) required: bool,
    /// Takes the whole width of the form.
    #[prop_or_default]
    pub(crate) wide: bool,
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Field(props: &FieldProps) -> Html {
    let class =
        classes!("tx-field", props.wide.then_some("tx-wide"), props.problem.is_some().then_some("tx-wrong"));
    html! {
        <div {class}>
            if !props.label.is_empty() {
                <label class="tx-label" for={props.id.clone()}>
                    { props.label.clone() }
                    if props.required { <span class="tx-required">{ "必填" }</span> }
                </label>
            }
            <div class="tx-control">{ props.children.clone() }</div>
            if let Some(problem) = &props.problem {
                <p class="tx-problem" role="alert" id={format!("{}-problem", props.id)}>{ problem }</p>
            } else if let Some(hint) = &props.hint {
                <p class="tx-hint">{ hint }</p>
            }
        </div>
    }
}

/// What is wrong with the field of this name: what its page says, else what the form around it tells.
/// Every field asks for it, so no problem of a field on the screen can be passed over.
#[hook]
pub(crate) fn use_problem(name: &AttrValue, own: &Option<AttrValue>) -> Option<AttrValue> {
    let telling = use_context::<Telling>();
    let told = telling.filter(|_| !name.is_empty()).and_then(|telling| telling.about(name));
    own.clone().or(told)
}

/// An id for a field's input, the same as long as the component lives.
#[hook]
pub(super) fn use_field_id(name: &AttrValue) -> AttrValue {
    let id = use_memo((), |()| {
        thread_local!(static NEXT: std::cell::Cell<u64> = const { std::cell::Cell::new(0) });
        let next = NEXT.get();
        NEXT.set(next + 1);
        next
    });
    AttrValue::from(format!("f{id}-{name}"))
}

/// Puts the cursor into the field of this name below `root`.
pub(crate) fn focus_field(root: &NodeRef, name: &str) -> bool {
    let Some(root) = root.cast::<Element>() else { return false };
    let found = root.query_selector(&format!("[data-field=\"{name}\"]")).ok().flatten();
    let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    // A group of choices carries the name itself; the cursor goes into its first member.
    let inner = element.query_selector("input,button,select,textarea").ok().flatten();
    let target = inner.and_then(|inner| inner.dyn_into::<HtmlElement>().ok()).unwrap_or(element);
    target.focus().is_ok()
}
