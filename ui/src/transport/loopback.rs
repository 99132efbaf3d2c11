//! The way over HTTP to `tiexin-desk serve` on this machine.

use gloo::net::http::Request;
use gloo::storage::{SessionStorage, Storage};
use tiexin_contract::{ErrorReply, Event};
use wasm_bindgen::prelude::*;
use web_sys::{EventSource, MessageEvent};

const TOKEN: &str = "tiexin-token";

/// The opened page alone holds the token: it comes in the fragment and leaves the address at once.
pub(super) fn take_token() {
    let window = gloo::utils::window();
    let Ok(hash) = window.location().hash() else { return };
    let Some(token) = hash.strip_prefix("#token=") else { return };
    let _ = SessionStorage::set(TOKEN, token);
    if let Ok(history) = window.history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some("#/"));
    }
}

fn token() -> String {
    SessionStorage::get(TOKEN).unwrap_or_default()
}

/// `POST /call/<name>`; anything but 200 carries an error reply.
pub(super) async fn call(name: &str, args: &str) -> Result<String, ErrorReply> {
    let request = Request::post(&format!("/call/{name}"))
        .header("Content-Type", "application/json")
        .header("X-Tiexin-Token", &token())
        .body(args.to_owned())
        .map_err(|_| super::lost())?;
    let reply = request.send().await.map_err(|_| super::lost())?;
    let ok = reply.ok();
    let text = reply.text().await.map_err(|_| super::lost())?;
    if ok { Ok(text) } else { Err(super::read_error(&text)) }
}

/// `GET /events`, opened anew by the browser whenever it breaks.
pub(super) fn hear() {
    let Ok(source) = EventSource::new(&format!("/events?token={}", token())) else { return };
    let ear = Closure::<dyn Fn(MessageEvent)>::new(|message: MessageEvent| {
        if let Some(text) = message.data().as_string() {
            super::hear_text(&text);
        }
    });
    source.set_onmessage(Some(ear.as_ref().unchecked_ref()));
    ear.forget();
    // What was told between a break and the browser's next attempt went to nobody.
    let broken = std::rc::Rc::new(std::cell::Cell::new(false));
    let again = broken.clone();
    let opened = Closure::<dyn Fn()>::new(move || {
        if again.replace(false) {
            super::tell(&Event::Missed);
        }
    });
    source.set_onopen(Some(opened.as_ref().unchecked_ref()));
    opened.forget();
    let failed = Closure::<dyn Fn()>::new(move || broken.set(true));
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
    // Kept for the life of the page.
    std::mem::forget(source);
}
