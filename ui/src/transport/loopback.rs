//! The way over HTTP to the loopback host on this machine.

use super::link::{self, Link};
use gloo::events::EventListener;
use gloo::net::http::Request;
use gloo::storage::{SessionStorage, Storage};
use tiexin_contract::{ErrorReply, Event};
use wasm_bindgen::prelude::*;
use web_sys::{EventSource, MessageEvent};
use yew::platform::spawn_local;

const TOKEN: &str = "tiexin-token";

/// The opened page holds the token: it, or a ticket for it, comes in the fragment and leaves the address at once. Another
/// tab of the same browser may have it.
pub(super) async fn take_token() {
    from_address().await;
    if token().is_empty()
        && let Some(token) = super::tabs::ask().await
    {
        let _ = SessionStorage::set(TOKEN, token);
    }
    if token().is_empty() {
        link::set(Link::Stranger);
    }
    super::tabs::answer(|| Some(token()).filter(|token| !token.is_empty() && link::link() == Link::Here));
    // A new address in an old tab changes the fragment alone: without this nothing would be loaded anew.
    EventListener::new(&gloo::utils::window(), "hashchange", |_| {
        spawn_local(async {
            if from_address().await {
                let _ = gloo::utils::window().location().reload();
            }
        });
    })
    .forget();
}

/// Takes a token out of the address; false when there is none in it.
async fn from_address() -> bool {
    let window = gloo::utils::window();
    let Ok(hash) = window.location().hash() else { return false };
    let token = if let Some(token) = hash.strip_prefix("#token=") {
        Some(token.to_owned())
    } else if let Some(ticket) = hash.strip_prefix("#ticket=") {
        for_ticket(ticket).await
    } else {
        return false;
    };
    if let Ok(history) = window.history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some("#/"));
    }
    let Some(token) = token else { return false };
    let _ = SessionStorage::set(TOKEN, token);
    true
}

/// None: the ticket was used already, or the host that gave it out has ended.
async fn for_ticket(ticket: &str) -> Option<String> {
    let request = Request::post("/ticket").body(ticket.to_owned()).ok()?;
    let reply = request.send().await.ok().filter(|reply| reply.ok())?;
    let told: serde_json::Value = serde_json::from_str(&reply.text().await.ok()?).ok()?;
    told["token"].as_str().map(str::to_owned)
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
    let Ok(reply) = request.send().await else {
        doubt();
        return Err(super::lost());
    };
    let ok = reply.ok();
    let text = reply.text().await.map_err(|_| super::lost())?;
    if ok { Ok(text) } else { Err(super::read_error(&text)) }
}

/// Something did not come through: is anybody there, and for this page?
fn doubt() {
    spawn_local(async {
        let asked = Request::post("/call/session.get").header("X-Tiexin-Token", &token()).send().await;
        link::set(match asked {
            Err(_) => Link::Gone,
            // The gate knows this token no longer; the commands' own refusals come with the session.
            Ok(reply) if reply.status() == 403 => Link::Stranger,
            Ok(_) => Link::Here,
        });
    });
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
        link::set(Link::Here);
        if again.replace(false) {
            super::tell(&Event::Missed);
        }
    });
    source.set_onopen(Some(opened.as_ref().unchecked_ref()));
    opened.forget();
    let failed = Closure::<dyn Fn()>::new(move || {
        broken.set(true);
        doubt();
    });
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
    // Kept for the life of the page.
    std::mem::forget(source);
}
