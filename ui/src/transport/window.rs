//! The way through Tauri's window.

use js_sys::{Function, JSON, Object, Promise, Reflect};
use tiexin_contract::ErrorReply;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// `window.__TAURI__.<room>`, when the page stands in the window.
fn tauri(room: &str) -> Option<JsValue> {
    let tauri = get(&gloo::utils::window(), "__TAURI__")?;
    get(&tauri, room)
}

fn get(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

pub(super) fn present() -> bool {
    tauri("core").is_some()
}

/// `invoke("call", {name, args})`.
pub(super) async fn call(name: &str, args: &str) -> Result<String, ErrorReply> {
    match invoke(name, args).await {
        Ok(reply) => Ok(text(&reply)),
        Err(cause) => Err(super::read_error(&text(&cause))),
    }
}

async fn invoke(name: &str, args: &str) -> Result<JsValue, JsValue> {
    let core = tauri("core").ok_or(JsValue::NULL)?;
    let invoke: Function = Reflect::get(&core, &"invoke".into())?.dyn_into()?;
    let given = Object::new();
    Reflect::set(&given, &"name".into(), &name.into())?;
    Reflect::set(&given, &"args".into(), &JSON::parse(args)?)?;
    let promise: Promise = invoke.call2(&core, &"call".into(), &given)?.dyn_into()?;
    JsFuture::from(promise).await
}

fn text(value: &JsValue) -> String {
    JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_else(|| "null".to_owned())
}

/// `listen("desk", …)` for as long as the page lives.
pub(super) fn hear() {
    let ear = Closure::<dyn Fn(JsValue)>::new(|event: JsValue| {
        if let Some(payload) = get(&event, "payload") {
            super::hear_text(&text(&payload));
        }
    });
    let listen = tauri("event").and_then(|room| {
        let listen = get(&room, "listen")?.dyn_into::<Function>().ok()?;
        listen.call2(&room, &"desk".into(), ear.as_ref()).ok()
    });
    if listen.is_none() {
        gloo::console::error!("the window does not pass events on");
    }
    ear.forget();
}
