//! The frame of a form: Enter goes to the next field, Ctrl+Enter saves, Esc asks before anything is lost.

use super::{Button, Icon, Look, Sign, Trouble};
use crate::hooks::{composing, use_hotkey};
use std::rc::Rc;
use tiexin_contract::ErrorReply;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct FormProps {
    pub(crate) onsave: Callback<()>,
    /// Esc, or 取消.
    #[prop_or_default]
    pub(crate) oncancel: Option<Callback<()>>,
    #[prop_or_default]
    pub(crate) node: NodeRef,
    /// Enter on the last field saves, as in a sign-in form.
    #[prop_or_default]
    pub(crate) short: bool,
    #[prop_or_default]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Form(props: &FormProps) -> Html {
    // Saves wherever the cursor stands; a short form only from within.
    let (save, short) = (props.onsave.clone(), props.short);
    use_hotkey(
        "ctrl+enter",
        Callback::from(move |()| {
            if !short {
                save.emit(())
            }
        }),
    );
    let onkeydown = {
        let (save, cancel) = (props.onsave.clone(), props.oncancel.clone());
        let (node, short) = (props.node.clone(), props.short);
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) || event.default_prevented() {
                return;
            }
            match event.key().as_str() {
                "Enter" if event.ctrl_key() || event.meta_key() => {
                    event.prevent_default();
                    save.emit(());
                }
                "Enter" if goes_on(&event) => {
                    event.prevent_default();
                    if !go_on(&node, &event) && short {
                        save.emit(());
                    }
                }
                "Escape" => {
                    if let Some(cancel) = &cancel {
                        event.prevent_default();
                        event.stop_propagation();
                        cancel.emit(());
                    }
                }
                _ => {}
            }
        })
    };
    let onsubmit = Callback::from(|event: SubmitEvent| event.prevent_default());
    html! {
        <form ref={props.node.clone()} class={classes!("tx-form", props.class.clone())} {onsubmit} {onkeydown} novalidate=true>
            { props.children.clone() }
        </form>
    }
}

/// Enter belongs to the field in several-line texts, and to buttons.
fn goes_on(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "SELECT"))
}

/// Puts the cursor into the next field; false on the last.
fn go_on(node: &NodeRef, event: &KeyboardEvent) -> bool {
    let Some(root) = node.cast::<Element>() else { return false };
    let Some(here) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let Ok(list) =
        root.query_selector_all("input:not([disabled]),select:not([disabled]),textarea,button.tx-select")
    else {
        return false;
    };
    let fields: Vec<HtmlElement> =
        (0..list.length()).filter_map(|at| list.get(at)?.dyn_into::<HtmlElement>().ok()).collect();
    let Some(at) = fields.iter().position(|field| *field == here) else { return false };
    // Choices side by side are one field: skip its other members.
    let group = |field: &HtmlElement| field.get_attribute("name").filter(|name| !name.is_empty());
    let mine = group(&here);
    let next = fields[at + 1..].iter().find(|field| {
        field.offset_parent().is_some() && (mine.is_none() || group(field) != mine) && is_stop(field)
    });
    next.is_some_and(|field| field.focus().is_ok())
}

/// Among radio buttons only the chosen one is a stop, or the first when none is.
fn is_stop(field: &HtmlElement) -> bool {
    let Some(input) = field.dyn_ref::<web_sys::HtmlInputElement>() else { return true };
    input.type_() != "radio" || input.checked() || !input.id().is_empty()
}

#[derive(Properties, PartialEq)]
pub(crate) struct FootProps {
    #[prop_or(AttrValue::Static("保存"))]
    pub(crate) save: AttrValue,
    pub(crate) onsave: Callback<()>,
    #[prop_or_default]
    pub(crate) oncancel: Option<Callback<()>>,
    #[prop_or_default]
    pub(crate) busy: bool,
    /// What stood in the way of the last try.
    #[prop_or_default]
    pub(crate) error: Option<Rc<ErrorReply>>,
    /// A further button.
    #[prop_or_default]
    pub(crate) children: Html,
}

/// Saving and leaving, always in view at the form's foot.
#[component]
pub(crate) fn Foot(props: &FootProps) -> Html {
    html! {
        <div class="tx-form-foot">
            if let Some(error) = &props.error { <Trouble error={error.clone()} /> }
            <div class="tx-form-buttons">
                <Button label={props.save.clone()} look={Look::Primary} busy={props.busy} onclick={props.onsave.clone()}
                    hint="Ctrl+Enter" />
                { props.children.clone() }
                if let Some(cancel) = &props.oncancel {
                    <Button label="取消" look={Look::Link} onclick={cancel.clone()} hint="Esc" />
                }
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct FoldProps {
    pub(crate) title: AttrValue,
    /// What lies inside, in a few words.
    #[prop_or_default]
    pub(crate) lead: AttrValue,
    #[prop_or_default]
    pub(crate) open: bool,
    #[prop_or_default]
    pub(crate) children: Html,
}

/// What is seldom needed, folded away.
#[component]
pub(crate) fn Fold(props: &FoldProps) -> Html {
    let open = use_state(|| props.open);
    {
        // Something inside asks for attention later on: unfold, but never fold by itself.
        let open = open.clone();
        use_effect_with(props.open, move |wanted| {
            if *wanted && !*open {
                open.set(true);
            }
        });
    }
    let onclick = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <div class={classes!("tx-fold", (*open).then_some("tx-unfolded"))}>
            <button type="button" class="tx-fold-head" {onclick} aria-expanded={open.to_string()}>
                <Icon sign={Sign::Right} />
                <span>{ props.title.clone() }</span>
                if !props.lead.is_empty() { <span class="tx-muted">{ props.lead.clone() }</span> }
            </button>
            if *open { <div class="tx-fold-body">{ props.children.clone() }</div> }
        </div>
    }
}
