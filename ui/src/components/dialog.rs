//! A question over the page. It never comes up by itself while somebody types.

use super::{Button, Look, Sign};
use crate::hooks::composing;
use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct DialogProps {
    pub(crate) title: AttrValue,
    pub(crate) onclose: Callback<()>,
    #[prop_or_default]
    pub(crate) wide: bool,
    #[prop_or_default]
    pub(crate) foot: Html,
    #[prop_or_default]
    pub(crate) children: Html,
}

/// Keeps the cursor inside, closes on Esc, and gives the cursor back to where it was.
#[component]
pub(crate) fn Dialog(props: &DialogProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let before =
                gloo::utils::document().active_element().and_then(|e| e.dyn_into::<HtmlElement>().ok());
            focus_first(&node);
            move || {
                if let Some(before) = before {
                    let _ = before.focus();
                }
            }
        });
    }
    let onkeydown = {
        let (close, node) = (props.onclose.clone(), node.clone());
        Callback::from(move |event: KeyboardEvent| {
            event.stop_propagation();
            if composing(&event) {
                return;
            }
            match event.key().as_str() {
                "Escape" => {
                    event.prevent_default();
                    close.emit(());
                }
                "Tab" => keep_inside(&node, &event),
                _ => {}
            }
        })
    };
    use_keys_outside(node.clone(), onkeydown.clone());
    let swallow = Callback::from(|event: MouseEvent| event.stop_propagation());
    html! {
        <div class="tx-veil" onclick={swallow}>
            <div ref={node} class={classes!("tx-dialog", props.wide.then_some("tx-dialog-wide"))} role="dialog"
                aria-modal="true" aria-label={props.title.clone()} {onkeydown}>
                <header>
                    <h2>{ props.title.clone() }</h2>
                    <Button label="关闭" look={Look::Plain} sign={Sign::Close} onclick={props.onclose.clone()} class="tx-dialog-close" />
                </header>
                <div class="tx-dialog-body">{ props.children.clone() }</div>
                <footer>{ props.foot.clone() }</footer>
            </div>
        </div>
    }
}

/// Keys that nobody in the dialog gets, as after a press on mere words or on a button that is gone: they are its own
/// while no other dialog lies over it, and not those of the page behind.
#[hook]
pub(crate) fn use_keys_outside(node: NodeRef, hear: Callback<KeyboardEvent>) {
    use_effect(move || {
        let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
        let ear =
            EventListener::new_with_options(&gloo::utils::document(), "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                let at = event.target().and_then(|target| target.dyn_into::<Node>().ok());
                let inside = node.cast::<Node>().is_some_and(|node| node.contains(at.as_ref()));
                // Whoever has closed a dialog by this key does not close the next one with it.
                if !inside && !event.default_prevented() && is_uppermost(&node) {
                    hear.emit(event.clone());
                }
            });
        || drop(ear)
    });
}

/// The last of the page lies over the others. Those behind the sign-in screen are not to be seen.
fn is_uppermost(node: &NodeRef) -> bool {
    let all = all_in(&gloo::utils::document_element(), "[aria-modal='true']");
    let top = all.into_iter().rev().find(|one| one.offset_height() > 0);
    top.is_some() && top == node.cast::<HtmlElement>()
}

const REACHABLE: &str = "input:not([disabled]),select:not([disabled]),textarea,button:not([disabled]):not([tabindex='-1']),a[href]";

fn reachable(node: &NodeRef) -> Vec<HtmlElement> {
    node.cast::<Element>().map(|root| all_in(&root, REACHABLE)).unwrap_or_default()
}

fn all_in(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(list) = root.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.get(at)?.dyn_into::<HtmlElement>().ok()).collect()
}

/// On the button that changes nothing: an Enter that was meant for the page behind takes nothing away.
pub(crate) const SAFE: &str = "tx-safe";

fn focus_first(node: &NodeRef) {
    let all = reachable(node);
    // The close button comes first in the page; the work comes first for the worker.
    let work = || all.iter().filter(|one| !one.class_name().contains("tx-dialog-close"));
    let filled_in = |one: &&HtmlElement| matches!(one.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT");
    let safe = |one: &&HtmlElement| one.class_name().contains(SAFE);
    let first =
        work().find(filled_in).or_else(|| work().find(safe)).or_else(|| work().next()).or(all.first());
    if let Some(first) = first {
        let _ = first.focus();
    }
}

fn keep_inside(node: &NodeRef, event: &KeyboardEvent) {
    let all = reachable(node);
    let (Some(first), Some(last)) = (all.first(), all.last()) else { return };
    let here = gloo::utils::document().active_element();
    let at = |one: &HtmlElement| here.as_ref() == Some(one.as_ref());
    let outside = !node.cast::<Node>().is_some_and(|node| node.contains(here.as_deref()));
    let next = match event.shift_key() {
        true if outside || at(first) => last,
        false if outside || at(last) => first,
        _ => return,
    };
    event.prevent_default();
    let _ = next.focus();
}

#[derive(Properties, PartialEq)]
pub(crate) struct ConfirmProps {
    pub(crate) title: AttrValue,
    /// The word on the button that goes on.
    pub(crate) yes: AttrValue,
    #[prop_or(AttrValue::Static("取消"))]
    pub(crate) no: AttrValue,
    pub(crate) onyes: Callback<()>,
    pub(crate) onno: Callback<()>,
    #[prop_or_default]
    pub(crate) danger: bool,
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Confirm(props: &ConfirmProps) -> Html {
    let look = if props.danger { Look::Danger } else { Look::Primary };
    let foot = html! {
        <>
            <Button label={props.yes.clone()} {look} onclick={props.onyes.clone()} />
            <Button label={props.no.clone()} class={classes!(props.danger.then_some(SAFE))} onclick={props.onno.clone()} />
        </>
    };
    html! {
        <Dialog title={props.title.clone()} onclose={props.onno.clone()} {foot}>{ props.children.clone() }</Dialog>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ConfirmLeaveProps {
    /// Leaves; what was typed stays as a draft.
    pub(crate) onkeep: Callback<()>,
    /// Leaves and lets it go.
    pub(crate) ondrop: Callback<()>,
    pub(crate) onstay: Callback<()>,
}

/// Asked before a form with unsaved work is left.
#[component]
pub(crate) fn ConfirmLeave(props: &ConfirmLeaveProps) -> Html {
    let foot = html! {
        <>
            <Button label="继续填写" look={Look::Primary} onclick={props.onstay.clone()} />
            <Button label="留作草稿，先离开" onclick={props.onkeep.clone()} />
            <Button label="不要了" look={Look::Link} onclick={props.ondrop.clone()} />
        </>
    };
    html! {
        <Dialog title="还没有保存" onclose={props.onstay.clone()} {foot}>
            <p>{ "填写的内容还没有保存。留作草稿的话，下次打开会接着填。" }</p>
        </Dialog>
    }
}
