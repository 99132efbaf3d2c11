//! Where the cursor of the keyboard is: on arrival, and when rows begin or cease to be chosen, it belongs to the list.

use web_sys::HtmlElement;
use yew::prelude::*;

/// The buttons that begin and end choosing vanish as they are pressed, and would take the cursor with them.
#[hook]
pub(super) fn use_focus(scroller: NodeRef, choosing: bool) {
    let before = use_mut_ref(|| None::<bool>);
    use_effect_with(choosing, move |choosing| {
        let arrived = before.borrow_mut().replace(*choosing).is_none();
        let at = gloo::utils::document().active_element();
        // On arrival the cursor may have a better place already.
        let idle = at.is_none_or(|e| matches!(e.tag_name().as_str(), "BODY" | "MAIN" | "A"));
        if let Some(element) = scroller.cast::<HtmlElement>().filter(|_| idle || !arrived) {
            let _ = element.focus();
        }
    });
}
