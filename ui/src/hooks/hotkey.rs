//! Keys, and never a key that belongs to an input method.

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

/// An input method is at work: Enter and letters are its own. WebKit reports the Enter that ends a
/// composition as not composing, with key code 229.
pub(crate) fn composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

/// A Chinese input method gives full-width signs: `？` is the key `?`.
fn half_width(key: &str) -> String {
    let half = |sign: char| match sign {
        '。' => '.',
        '，' => ',',
        '！'..='～' => char::from_u32(u32::from(sign) - 0xFEE0).unwrap_or(sign),
        other => other,
    };
    key.chars().map(half).collect::<String>().to_lowercase()
}

/// Whether the event is these keys: `ctrl+k`, `ctrl+enter`, `?`.
fn pressed(event: &KeyboardEvent, keys: &str) -> bool {
    let key_pressed = half_width(&event.key());
    // An input method that is at work gives key code 229, also for a sign that it only made wide.
    let sign = keys.chars().count() == 1 && key_pressed == keys && !event.is_composing();
    if composing(event) && !sign {
        return false;
    }
    let (ctrl, key) = match keys.strip_prefix("ctrl+") {
        Some(key) => (true, key),
        None => (false, keys),
    };
    (event.ctrl_key() || event.meta_key()) == ctrl && !event.alt_key() && key_pressed == key
}

/// Whether the worker is typing text.
fn in_text(event: &KeyboardEvent) -> bool {
    event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()).is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || element.is_content_editable()
    })
}

/// Calls back when the keys are pressed anywhere on the page. Single signs are left to text fields.
#[hook]
pub(crate) fn use_hotkey(keys: &'static str, act: Callback<()>) {
    use_keys(keys, act, EventListenerPhase::Bubble);
}

/// The same, also over an open question, which keeps all other keys to itself.
#[hook]
pub(crate) fn use_hotkey_over_all(keys: &'static str, act: Callback<()>) {
    use_keys(keys, act, EventListenerPhase::Capture);
}

#[hook]
fn use_keys(keys: &'static str, act: Callback<()>, phase: EventListenerPhase) {
    use_effect_with(act, move |act| {
        let act = act.clone();
        let options = EventListenerOptions { phase, passive: false };
        let listener =
            EventListener::new_with_options(&gloo::utils::document(), "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                if !event.default_prevented() && pressed(event, keys) && (keys.len() > 1 || !in_text(event)) {
                    event.prevent_default();
                    act.emit(());
                }
            });
        || drop(listener)
    });
}

/// Calls back with the input's text when an input method has finished with it.
#[hook]
pub(crate) fn use_composed(node: NodeRef, act: Callback<String>) {
    // Attached anew after each painting: the input may not have stood there before.
    use_effect(move || {
        let listener = node.cast::<HtmlInputElement>().map(|input| {
            let target = input.clone();
            EventListener::new(&target, "compositionend", move |_| act.emit(input.value()))
        });
        || drop(listener)
    });
}

#[cfg(test)]
mod tests {
    use super::half_width;

    #[test]
    fn a_full_width_sign_is_the_key() {
        assert_eq!(half_width("？"), "?");
        assert_eq!(half_width("。"), ".");
        assert_eq!(half_width("Ｋ"), "k");
        assert_eq!(half_width("ArrowDown"), "arrowdown");
        assert_eq!(half_width("中"), "中");
    }
}
