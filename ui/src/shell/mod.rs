//! The frame around every page: navigation by work, the top bar, the keys that work everywhere.

mod keymap;
mod navigation;
mod palette;
mod scroll;
mod sync_words;
mod top;

pub(crate) use sync_words::in_words;

use crate::hooks::{use_hotkey, use_session};
use crate::pages;
use crate::routes::Route;
use crate::transport::call;
use gloo::events::EventListener;
use keymap::KeyMap;
use navigation::Navigation;
use palette::Palette;
use scroll::use_place;
use tiexin_contract::book::Touch;
use tiexin_contract::session::{ClockNotice, ClockTrouble};
use top::TopBar;
use wasm_bindgen::JsCast;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[component]
pub(crate) fn Shell() -> Html {
    let searching = use_state(|| false);
    let mapped = use_state(|| false);
    let session = use_session().state;
    // Another zone changes no date: 今日 tells of it.
    let told = |clock: &ClockNotice| clock.code != ClockTrouble::OtherZone;
    let (demo, clock) = (session.demo, session.clock.clone().filter(told));
    use_hotkey("ctrl+k", {
        let searching = searching.setter();
        Callback::from(move |()| searching.set(true))
    });
    use_hotkey("?", {
        let mapped = mapped.setter();
        Callback::from(move |()| mapped.set(true))
    });
    use_touch();
    let route = use_route::<Route>();
    let main = use_node_ref();
    use_place(main.clone(), route.clone());
    {
        // Neither stands open behind the sign-in screen.
        let (searching, mapped) = (searching.setter(), mapped.setter());
        use_effect_with(session.signed_in.is_none(), move |away| {
            if *away {
                searching.set(false);
                mapped.set(false);
            }
        });
    }
    use_effect_with(route, |_| {
        // A press on a link leaves the cursor there; a page that has vanished leaves it nowhere.
        let lost = gloo::utils::document().active_element().is_none_or(|e| e.tag_name() == "BODY");
        if lost {
            focus_main();
        }
    });
    let on_search = {
        let searching = searching.setter();
        Callback::from(move |()| searching.set(true))
    };
    let on_keys = {
        let mapped = mapped.setter();
        Callback::from(move |()| mapped.set(true))
    };
    let close_search = {
        let searching = searching.setter();
        Callback::from(move |()| searching.set(false))
    };
    let close_keys = {
        let mapped = mapped.setter();
        Callback::from(move |()| mapped.set(false))
    };
    html! {
        <div class="tx-shell">
            <a class="tx-skip" href="#main" onclick={Callback::from(skip)}>{ "跳到正文" }</a>
            <Navigation onkeys={on_keys} />
            <div class="tx-column">
                <TopBar onsearch={on_search} />
                if demo {
                    <p class="tx-demo">{ "演示数据：人名、号码都是编造的，可以放心试用。" }</p>
                }
                if let Some(clock) = clock {
                    <p class="tx-clock" role="status">{ clock.message }</p>
                }
                <main ref={main} id="main" tabindex="-1">
                    <Switch<Route> render={pages::page} />
                </main>
            </div>
            if *searching { <Palette onclose={close_search} /> }
            if *mapped { <KeyMap onclose={close_keys} /> }
        </div>
    }
}

/// The address belongs to the router; only the cursor goes to the content.
fn skip(event: MouseEvent) {
    event.prevent_default();
    focus_main();
}

fn focus_main() {
    let main = gloo::utils::document().get_element_by_id("main");
    if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = main.focus();
    }
}

/// At most this often the desk is told that somebody is there.
const TOUCH_MS: f64 = 30_000.0;

/// Tells the desk that the worker is at work, so that it does not lock.
#[hook]
fn use_touch() {
    let last = use_mut_ref(|| 0f64);
    use_effect_with((), move |()| {
        let document = gloo::utils::document();
        let listeners = ["keydown", "pointerdown", "wheel"].map(|kind| {
            let last = last.clone();
            EventListener::new(&document, kind, move |_| {
                let now = js_sys::Date::now();
                if now - *last.borrow() > TOUCH_MS {
                    *last.borrow_mut() = now;
                    spawn_local(async {
                        let _ = call(Touch {}).await;
                    });
                }
            })
        });
        || drop(listeners)
    });
}
