//! The frame around every page: navigation by work, the top bar, the keys that work everywhere.

mod keymap;
mod leaving;
mod navigation;
mod palette;
mod quick;
mod scroll;
mod sync_words;
mod top;

pub(crate) use sync_words::in_words;

use crate::components::{Button, Look, Page};
use crate::hooks::{use_hotkey, use_session};
use crate::pages;
use crate::routes::Route;
use crate::transport::call;
use gloo::events::EventListener;
use keymap::KeyMap;
use leaving::use_leaving;
use navigation::Navigation;
use palette::Palette;
use quick::Quick;
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
    let making = use_state(|| false);
    let session = use_session().state;
    // Another zone changes no date: 今日 tells of it.
    let told = |clock: &ClockNotice| clock.code != ClockTrouble::OtherZone;
    let (demo, clock) = (session.demo, session.clock.clone().filter(told));
    use_hotkey("ctrl+k", {
        let searching = searching.setter();
        Callback::from(move |()| searching.set(true))
    });
    use_hotkey("ctrl+n", {
        let making = making.setter();
        Callback::from(move |()| making.set(true))
    });
    use_hotkey("?", {
        let mapped = mapped.setter();
        Callback::from(move |()| mapped.set(true))
    });
    use_touch();
    let leaving = use_leaving();
    let route = use_route::<Route>();
    let main = use_node_ref();
    use_place(main.clone(), route.clone());
    {
        // None of them stands open behind the sign-in screen.
        let (searching, mapped, making) = (searching.setter(), mapped.setter(), making.setter());
        use_effect_with(session.signed_in.is_none(), move |away| {
            if *away {
                searching.set(false);
                mapped.set(false);
                making.set(false);
            }
        });
    }
    // Nothing here is this user's any more: no page offers what would only be refused.
    let without = session.signed_in.as_ref().is_some_and(|me| me.grants.is_empty());
    use_effect_with(route.clone(), |_| {
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
    let on_make = {
        let making = making.setter();
        Callback::from(move |()| making.set(true))
    };
    let close_making = {
        let making = making.setter();
        Callback::from(move |()| making.set(false))
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
            <Navigation onkeys={on_keys} onmake={on_make} />
            <div class="tx-column">
                <TopBar onsearch={on_search} onlock={leaving.lock} onout={leaving.out} />
                if demo {
                    <aside class="tx-demo" aria-label="演示">{ "演示数据：人名、号码都是编造的，可以放心试用。" }</aside>
                }
                if let Some(clock) = clock {
                    <p class="tx-clock" role="status">{ clock.message }</p>
                }
                <main ref={main} id="main" tabindex="-1">
                    if without && !open_to_all(route.as_ref()) {
                        <WithoutRights />
                    } else {
                        <Switch<Route> render={pages::page} />
                    }
                </main>
            </div>
            if *searching { <Palette onclose={close_search} /> }
            if *making { <Quick onclose={close_making} /> }
            if *mapped { <KeyMap onclose={close_keys} /> }
            { leaving.question }
        </div>
    }
}

/// Pages for everybody at this desk, also for somebody without a right anywhere.
fn open_to_all(route: Option<&Route>) -> bool {
    matches!(route, Some(Route::Sync | Route::Settings | Route::Quarantine))
}

#[component]
fn WithoutRights() -> Html {
    let session = use_session();
    if let Some(trouble) = &session.state.book_trouble {
        return html! {
            <Page title="原来的台账没有打开">
                <p>{ trouble }</p>
                <p><Button label="从备份恢复" look={Look::Primary} onclick={session.restore.clone()} /></p>
                <p><Link<Route> to={Route::Sync}>{ "去同步" }</Link<Route>></p>
            </Page>
        };
    }
    html! {
        <Page title="您现在没有任何地区的权限">
            <p>{ "原来的授权已经结束，或者还没有给您授权，所以这里不能查看，也不能登记。" }</p>
            <p>{ "之前登记的都已交给省平台，没有丢。需要继续工作的话，请联系管理员授权，授权后到“同步”页连接一次省平台就能用。" }</p>
            <p><Link<Route> to={Route::Sync}>{ "去同步" }</Link<Route>></p>
        </Page>
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
