//! Which face the program shows: first use, signing in, or the work.

use crate::components::{Toaster, Trouble, Waiting};
use crate::hooks::{
    PreferencesKeeper, RegionKeeper, Session, SyncKeeper, forget_kept, remembered_size, show_size,
    somebody_left, use_link, use_newest_sync, use_toast,
};
use crate::pages::{
    closed::ClosedPage, first_use::FirstUse, locked::LockedPage, restore::RestorePage, sign_in::SignInPage,
};
use crate::shell::Shell;
use crate::transport::{Link, call, listen};
use gloo::timers::callback::Interval;
use std::cell::RefCell;
use std::rc::Rc;
use tiexin_contract::Event;
use tiexin_contract::book::{GetPreferences, Preferences, SetPreferences};
use tiexin_contract::regions::{RegionGet, RegionName};
use tiexin_contract::session::{GetSession, SessionState, SignedIn};
use tiexin_contract::sync::GetSync;
use tiexin_domain::RegionCode;
use tiexin_domain::access::Grant;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[component]
pub(crate) fn App() -> Html {
    // Asked again each minute: nothing is drawn anew when it is the same.
    let state = use_state_eq(|| None::<Rc<SessionState>>);
    let trouble = use_state(|| None);
    let restoring = use_state(|| false);
    let link = use_link();
    // Who worked here last: the pages stay as they are behind the sign-in screen while the desk is locked, so that
    // what was being typed is there again afterwards.
    let last = use_mut_ref(|| None::<SignedIn>);
    use_effect_with((), |()| show_size(remembered_size()));
    let set = {
        let (state, last) = (state.setter(), last.clone());
        Callback::from(move |found: SessionState| {
            if is_over(last.borrow().as_ref(), &found) {
                clear_away(&last);
            } else if last.borrow().is_none() && found.signed_in.is_some() {
                // What was told at the end of another's work.
                somebody_left();
            }
            state.set(Some(Rc::new(found)));
        })
    };
    let ask = {
        let (set, trouble) = (set.clone(), trouble.setter());
        Callback::from(move |()| {
            let (set, trouble) = (set.clone(), trouble.clone());
            spawn_local(async move {
                match call(GetSession {}).await {
                    Ok(found) => {
                        trouble.set(None);
                        set.emit(found);
                    }
                    Err(cause) => trouble.set(Some(Rc::new(cause))),
                }
            });
        })
    };
    {
        let ask = ask.clone();
        use_effect_with((), move |()| {
            ask.emit(());
            // Which day it is, and what the clock shows, goes on while a page stands.
            let minute = ask.clone();
            let every_minute = Interval::new(60_000, move || minute.emit(()));
            // The desk has locked itself, a call found it locked, rights have changed, or this page may have
            // missed it.
            let hearing = listen(move |event| {
                if matches!(event, Event::SignedOut | Event::Rights | Event::Missed) {
                    ask.emit(());
                }
            });
            || drop((hearing, every_minute))
        });
    }
    let restore = {
        let restoring = restoring.setter();
        Callback::from(move |()| restoring.set(true))
    };
    let keep_on = {
        let restoring = restoring.setter();
        Callback::from(move |()| restoring.set(false))
    };
    let restored = {
        let (restoring, set, last) = (restoring.setter(), set.clone(), last.clone());
        Callback::from(move |state: SessionState| {
            // The pages behind are of the other book.
            clear_away(&last);
            restoring.set(false);
            set.emit(state);
        })
    };
    let Some(found) = (*state).clone() else {
        if link != Link::Here {
            return html! { <ClosedPage {link} /> };
        }
        return match (*trouble).clone() {
            Some(error) => html! { <main class="tx-alone"><Trouble {error} again={ask} /></main> },
            None => html! { <main class="tx-alone"><Waiting label="正在打开本机的台账……" /></main> },
        };
    };
    if found.signed_in.is_some() {
        last.borrow_mut().clone_from(&found.signed_in);
    }
    let closed = link != Link::Here;
    let away = found.signed_in.is_none() || closed || *restoring;
    let worker = last.borrow().clone();
    let session = Session { state: found.clone(), set, restore, away };
    // The pages behind the sign-in screen stay those of who is expected back: no form is taken down there.
    let behind = SessionState { signed_in: worker.clone(), ..(*found).clone() };
    let behind = Session { state: Rc::new(behind), ..session.clone() };
    html! {
        <ContextProvider<Session> context={session}>
            if closed {
                <ClosedPage {link} />
            } else if *restoring {
                <RestorePage onclose={keep_on} onrestored={restored} />
            } else if found.needs_setup {
                <FirstUse />
            } else if let Some(ended) = found.lease_ended.clone() {
                <LockedPage {ended} />
            } else if away {
                <SignInPage />
            }
            if let Some(me) = worker.filter(|_| !found.needs_setup) {
                <div class={classes!("tx-work", away.then_some("tx-away"))} key={me.user.id.to_string()} aria-hidden={away.then_some("true")}>
                    <ContextProvider<Session> context={behind}><Work {me} /></ContextProvider<Session>>
                </div>
            }
            <Toaster />
        </ContextProvider<Session>>
    }
}

/// Whether the work of who was here has ended: signed out, or somebody else sits here now. A locked desk expects him
/// back.
fn is_over(worker: Option<&SignedIn>, found: &SessionState) -> bool {
    let Some(worker) = worker else { return false };
    match &found.signed_in {
        Some(me) => me.user.id != worker.user.id,
        None => {
            let expected = found.locked.as_ref().is_some_and(|user| user.name == worker.user.name);
            !expected && found.lease_ended.is_none()
        }
    }
}

/// Nothing that he typed or was told is left for the next one.
fn clear_away(last: &Rc<RefCell<Option<SignedIn>>>) {
    last.borrow_mut().take();
    forget_kept();
    somebody_left();
    let _ = gloo::utils::window().location().set_hash("#/");
}

/// Whether one of the grants in force reaches this region.
fn works_in(grants: &[Grant], region: &RegionCode) -> bool {
    grants.iter().any(|grant| grant.region.covers(region))
}

#[derive(Properties, PartialEq)]
struct WorkProps {
    me: SignedIn,
}

/// The work of one user: region, preferences, sync state, then the pages.
#[component]
fn Work(props: &WorkProps) -> Html {
    let me = &props.me;
    let home =
        RegionName { code: me.home.clone(), name: me.home_name.clone(), path: vec![me.home_name.clone()] };
    let region = use_state(|| home);
    let kept = use_state(|| Rc::new(Preferences { large_type: remembered_size(), ..Preferences::default() }));
    let (sync, set_sync) = use_newest_sync();
    {
        let (region, kept, sync) = (region.setter(), kept.setter(), set_sync.clone());
        let (home, grants) = (me.home.clone(), me.grants.clone());
        use_effect_with((), move |()| {
            let tell = sync.clone();
            let hearing = listen(move |event| match event {
                Event::Sync(state) => tell.emit((**state).clone()),
                Event::Missed => {
                    let tell = tell.clone();
                    spawn_local(async move {
                        if let Ok(state) = call(GetSync {}).await {
                            tell.emit(state);
                        }
                    });
                }
                _ => {}
            });
            spawn_local(async move {
                if let Ok(state) = call(GetSync {}).await {
                    sync.emit(state);
                }
                let preferences = call(GetPreferences {}).await.unwrap_or_default();
                let last: Option<RegionCode> =
                    preferences.region.as_deref().and_then(|code| code.parse().ok());
                // A region that is no longer the user's falls back to home.
                let code = last.filter(|code| works_in(&grants, code)).unwrap_or(home.clone());
                kept.set(Rc::new(preferences));
                let named = match call(RegionGet { code }).await {
                    Ok(name) => Ok(name),
                    Err(_) => call(RegionGet { code: home }).await,
                };
                if let Ok(name) = named {
                    region.set(name);
                }
            });
            || drop(hearing)
        });
    }
    {
        // Moved to another place: the lists do not stay with the former one.
        let region = region.clone();
        let home = (me.home.clone(), me.home_name.clone());
        let toast = use_toast();
        use_effect_with(me.grants.clone(), move |grants| {
            if !works_in(grants, &region.code) {
                let (code, name) = home;
                toast.good(format!("您的授权有变动，现在办理的是{name}"));
                region.set(RegionName { code, path: vec![name.clone()], name });
            }
        });
    }
    use_effect_with(kept.large_type, |large| show_size(*large));
    let set_kept = {
        let kept = kept.setter();
        Callback::from(move |preferences: Preferences| {
            kept.set(Rc::new(preferences.clone()));
            spawn_local(async move {
                // A preference that could not be kept holds until the window is closed.
                let _ = call(SetPreferences { preferences }).await;
            });
        })
    };
    let set_region = {
        let (region, kept, set_kept) = (region.setter(), kept.clone(), set_kept.clone());
        Callback::from(move |name: RegionName| {
            set_kept.emit(Preferences { region: Some(name.code.as_str().to_owned()), ..(**kept).clone() });
            region.set(name);
        })
    };
    html! {
        <ContextProvider<PreferencesKeeper> context={PreferencesKeeper { kept: (*kept).clone(), set: set_kept }}>
        <ContextProvider<RegionKeeper> context={RegionKeeper { name: (*region).clone(), set: set_region }}>
        <ContextProvider<SyncKeeper> context={SyncKeeper { state: sync, set: set_sync }}>
            <HashRouter><Shell /></HashRouter>
        </ContextProvider<SyncKeeper>>
        </ContextProvider<RegionKeeper>>
        </ContextProvider<PreferencesKeeper>>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_contract::session::{LeaseEnded, LocalUserName, WhyLocked};
    use tiexin_domain::User;

    fn worker(n: u128, name: &str) -> SignedIn {
        let user = User {
            id: uuid::Uuid::from_u128(n),
            name: name.into(),
            display_name: name.into(),
            grants: Vec::new(),
            disabled: false,
        };
        SignedIn {
            user,
            home: "340323100".parse().unwrap(),
            home_name: "谷阳镇".into(),
            grants: Vec::new(),
            can_write: true,
            can_settle: false,
            can_audit: false,
            can_devices: false,
            enrolled: false,
        }
    }

    fn found(signed_in: Option<SignedIn>) -> SessionState {
        SessionState {
            needs_setup: false,
            users: Vec::new(),
            signed_in,
            demo_accounts: Vec::new(),
            demo: false,
            today: chrono::NaiveDate::MIN,
            app_version: String::new(),
            idle_minutes: 15,
            lease_ended: None,
            wiped: None,
            clock: None,
            kept: None,
            book_trouble: None,
            joined: None,
            locked: None,
            crash: None,
        }
    }

    #[test]
    fn what_one_typed_is_not_there_for_the_next() {
        let (me, other) = (worker(1, "wangli"), worker(2, "zhangsan"));
        assert!(is_over(Some(&me), &found(None)), "signed out");
        assert!(is_over(Some(&me), &found(Some(other.clone()))), "somebody else");
        assert!(!is_over(Some(&me), &found(Some(me.clone()))));
        assert!(!is_over(None, &found(Some(other))), "a page that was just opened");
    }

    #[test]
    fn who_locked_the_desk_finds_everything_as_it_was() {
        let me = worker(1, "wangli");
        let locked = |name: &str| {
            let user = LocalUserName { name: name.into(), display_name: name.into() };
            SessionState { locked: Some(user), ..found(None) }
        };
        assert!(!is_over(Some(&me), &locked("wangli")));
        assert!(is_over(Some(&me), &locked("zhangsan")), "this page is of one who was here before");
        let ended =
            LeaseEnded {
                display_name: "王丽".into(), waiting: 1, why: WhyLocked::Lease, message: "".into()
            };
        assert!(!is_over(Some(&me), &SessionState { lease_ended: Some(ended), ..found(None) }));
    }
}
