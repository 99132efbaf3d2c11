//! Pages of one desk in several tabs of one browser: a new one has the address but not the token, and asks those that
//! are open. Only pages of the same address hear each other; nothing is kept on the disk.

use gloo::timers::callback::Timeout;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageEvent;

#[wasm_bindgen]
extern "C" {
    type BroadcastChannel;
    #[wasm_bindgen(constructor, catch)]
    fn new(name: &str) -> Result<BroadcastChannel, JsValue>;
    #[wasm_bindgen(method, js_name = postMessage, catch)]
    fn post(this: &BroadcastChannel, message: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &BroadcastChannel, ear: &JsValue);
}

const NAME: &str = "tiexin";
const ASK: &str = "token?";
const ANSWER: &str = "token=";

/// Another page of the machine answers at once, or there is none.
const WAIT_MS: u32 = 600;

/// Answers other tabs for as long as the page lives.
pub(super) fn answer(token: impl Fn() -> Option<String> + 'static) {
    let Ok(channel) = BroadcastChannel::new(NAME) else { return };
    let channel = Rc::new(channel);
    let own = channel.clone();
    let ear = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        if message.data().as_string().as_deref() == Some(ASK)
            && let Some(token) = token()
        {
            // Nobody may be listening any more.
            let _ = own.post(&format!("{ANSWER}{token}").into());
        }
    });
    channel.set_onmessage(ear.as_ref());
    ear.forget();
    std::mem::forget(channel);
}

/// The token of another tab.
pub(super) async fn ask() -> Option<String> {
    let channel = BroadcastChannel::new(NAME).ok()?;
    let heard = Rc::new(RefCell::new(None::<String>));
    let mut hold = None;
    let promise = js_sys::Promise::new(&mut |done, _| {
        let (heard, answered) = (heard.clone(), done.clone());
        let ear = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            let text = message.data().as_string().unwrap_or_default();
            if let Some(token) = text.strip_prefix(ANSWER) {
                *heard.borrow_mut() = Some(token.to_owned());
                let _ = answered.call0(&JsValue::NULL);
            }
        });
        channel.set_onmessage(ear.as_ref());
        let late = Timeout::new(WAIT_MS, move || drop(done.call0(&JsValue::NULL)));
        hold = Some((ear, late));
    });
    channel.post(&ASK.into()).ok()?;
    let _ = JsFuture::from(promise).await;
    channel.set_onmessage(&JsValue::NULL);
    drop(hold);
    heard.take()
}
