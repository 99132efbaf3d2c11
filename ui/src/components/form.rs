//! The frame of a form: Enter goes to the next field, Ctrl+Enter saves, Esc asks before anything is lost.

use super::{Button, Icon, Look, Sign, Trouble};
use crate::hooks::{Telling, composing, use_hotkey};
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use tiexin_contract::ErrorReply;
use tiexin_forms::told;
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
    /// What is wrong with the form: beside its fields, and on top what has no field here.
    #[prop_or_default]
    pub(crate) telling: Option<Telling>,
    /// Ctrl+Shift+Enter: saves and begins the next.
    #[prop_or_default]
    pub(crate) onanother: Option<Callback<()>>,
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Form(props: &FormProps) -> Html {
    // What waits in a field (a tag, a name that is being written) is taken in first, so the newest
    // callbacks count, not those of the painting in which the key was pressed.
    let newest = use_mut_ref(|| (props.onsave.clone(), props.onanother.clone()));
    *newest.borrow_mut() = (props.onsave.clone(), props.onanother.clone());
    let finish = {
        let newest = newest.clone();
        Callback::from(move |another: bool| {
            let newest = newest.clone();
            let field = gloo::utils::document().active_element();
            if let Some(field) = field.clone().and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
                let _ = field.blur();
            }
            Timeout::new(0, move || {
                // It goes on where it was, unless the form finds something to mend.
                if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
                    let _ = field.focus();
                }
                let (save, next) = newest.borrow().clone();
                match next.filter(|_| another) {
                    Some(next) => next.emit(()),
                    None => save.emit(()),
                }
            })
            .forget();
        })
    };
    // Saves wherever the cursor stands; a short form only from within.
    let short = props.short;
    {
        let finish = finish.clone();
        let act = use_callback(short, move |(), short| {
            if !short {
                finish.emit(false)
            }
        });
        use_hotkey("ctrl+enter", act);
    }
    use_first_problem(props);
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
                    finish.emit(event.shift_key());
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
            if let Some(telling) = &props.telling {
                <ContextProvider<Telling> context={telling.clone()}>
                    if !telling.told.on_top.is_empty() {
                        <div class="tx-trouble tx-form-told" role="alert" tabindex="-1">
                            <Icon sign={Sign::Warning} />
                            <div>{ for telling.told.on_top.iter().map(|told| html! { <p>{ told }</p> }) }</div>
                        </div>
                    }
                    { props.children.clone() }
                </ContextProvider<Telling>>
            } else {
                { props.children.clone() }
            }
        </form>
    }
}

/// After a try that failed the cursor goes to the first field with a problem, or to what is told on top.
#[hook]
fn use_first_problem(props: &FormProps) {
    let node = props.node.clone();
    let telling = props.telling.clone();
    use_effect_with(telling.as_ref().map_or(0, |telling| telling.tries), move |tries| {
        let waiting = telling.filter(|_| *tries > 0).map(|telling| {
            // Folded fields are painted first.
            Timeout::new(0, move || {
                let Some(root) = node.cast::<Element>() else { return };
                let Ok(fields) = root.query_selector_all("[data-field]") else { return };
                let all = (0..fields.length()).filter_map(|at| fields.get(at)?.dyn_into::<Element>().ok());
                let names = all.filter_map(|field| field.get_attribute("data-field"));
                let first = names.into_iter().find(|name| telling.told.about(name).is_some());
                let on_top = root.query_selector(".tx-form-told").ok().flatten();
                match (first, on_top.and_then(|told| told.dyn_into::<HtmlElement>().ok())) {
                    (_, Some(told)) => drop(told.focus()),
                    (Some(name), None) => drop(super::focus_field(&node, &name)),
                    (None, None) => {}
                }
            })
        });
        || drop(waiting)
    });
}

/// Puts the cursor into the field behind `here`, as Enter does.
pub(crate) fn go_on_from(here: &HtmlElement) -> bool {
    let Ok(Some(form)) = here.closest("form") else { return false };
    next_field(&form, here).is_some_and(|field| field.focus().is_ok())
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
    next_field(&root, &here).is_some_and(|field| field.focus().is_ok())
}

fn next_field(root: &Element, here: &HtmlElement) -> Option<HtmlElement> {
    let list = root
        .query_selector_all("input:not([disabled]),select:not([disabled]),textarea,button.tx-select")
        .ok()?;
    let fields: Vec<HtmlElement> =
        (0..list.length()).filter_map(|at| list.get(at)?.dyn_into::<HtmlElement>().ok()).collect();
    let at = fields.iter().position(|field| field == here)?;
    // Choices side by side are one field: skip its other members.
    let group = |field: &HtmlElement| field.get_attribute("name").filter(|name| !name.is_empty());
    let mine = group(here);
    let next = fields[at + 1..].iter().find(|field| {
        field.offset_parent().is_some() && (mine.is_none() || group(field) != mine) && is_stop(field)
    });
    next.cloned()
}

/// Among radio buttons only the chosen one is a stop, or the first when none is.
fn is_stop(field: &HtmlElement) -> bool {
    let Some(input) = field.dyn_ref::<web_sys::HtmlInputElement>() else { return true };
    input.type_() != "radio" || input.checked() || !input.id().is_empty()
}

/// What of a refusal has no field among `shown`: it is told at the form's foot, never passed over.
pub(crate) fn unplaced(error: &Option<Rc<ErrorReply>>, shown: &[&str]) -> Option<Rc<ErrorReply>> {
    let error = error.as_ref()?;
    let told = told(&[], Some(error), shown, str::to_owned);
    let message = told.on_top.join("；");
    (!message.is_empty()).then(|| Rc::new(ErrorReply { message, problems: Vec::new(), ..(**error).clone() }))
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
