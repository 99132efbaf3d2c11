//! Region, search, how far the province knows, who is at work.

use super::sync_words::in_words;
use crate::components::{Icon, RegionPanel, Sign};
use crate::hooks::{use_preferences, use_region, use_session, use_sync_state};
use crate::pages::mine;
use crate::routes::Route;
use tiexin_contract::regions::RegionName;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Region,
    User,
}

#[derive(Properties, PartialEq)]
pub(super) struct TopBarProps {
    pub(super) onsearch: Callback<()>,
    pub(super) onlock: Callback<()>,
    pub(super) onout: Callback<()>,
}

#[component]
pub(super) fn TopBar(props: &TopBarProps) -> Html {
    let session = use_session();
    let region = use_region();
    let preferences = use_preferences();
    let sync = use_sync_state().state;
    let navigator = use_navigator();
    let open = use_state(|| Open::Nothing);
    {
        // The bar stays behind the sign-in screen: a menu must not stand open there.
        let open = open.setter();
        use_effect_with(session.away, move |away| {
            if *away {
                open.set(Open::Nothing);
            }
        });
    }
    let toggle = |which: Open| {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(if *open == which { Open::Nothing } else { which }))
    };
    let close = {
        let open = open.setter();
        Callback::from(move |()| open.set(Open::Nothing))
    };
    let onpick = {
        let (set, close) = (region.set.clone(), close.clone());
        Callback::from(move |name: RegionName| {
            close.emit(());
            set.emit(name);
        })
    };
    let onmine = {
        let (navigator, close) = (navigator.clone(), close.clone());
        Callback::from(move |_: MouseEvent| {
            close.emit(());
            if let Some(navigator) = &navigator {
                navigator.push(&Route::Mine);
            }
        })
    };
    let onsync = Callback::from(move |_: MouseEvent| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::Sync);
        }
    });
    let large = preferences.kept.large_type;
    let on_large = {
        let (preferences, close) = (preferences.clone(), close.clone());
        Callback::from(move |_: MouseEvent| {
            close.emit(());
            preferences.change(|kept| kept.large_type = !kept.large_type);
        })
    };
    let leave = |how: &Callback<()>| {
        let (how, close) = (how.clone(), close.clone());
        Callback::from(move |_: MouseEvent| {
            close.emit(());
            how.emit(());
        })
    };
    let place = {
        let path = &region.name.path;
        let from = path.len().saturating_sub(2);
        path[from..].join(" ")
    };
    let me = session.me();
    let user = me.map(|me| me.user.display_name.clone()).unwrap_or_default();
    let roles =
        me.map(|me| me.grants.iter().map(|g| g.role.label().to_owned()).collect::<Vec<_>>().join("、"));
    let onkeydown = {
        let (close, shut) = (close.clone(), *open == Open::Nothing);
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && !shut {
                event.stop_propagation();
                close.emit(());
            }
        })
    };
    html! {
        <header class="tx-top" {onkeydown}>
            <div class="tx-top-region">
                <button type="button" class="tx-top-button" onclick={toggle(Open::Region)} aria-expanded={(*open == Open::Region).to_string()}
                    title="选择地区">
                    <Icon sign={Sign::Pin} /><span>{ place }</span><Icon sign={Sign::Down} />
                </button>
                if *open == Open::Region {
                    <div class="tx-popover"><RegionPanel chosen={region.name.clone()} {onpick} onclose={close.clone()} /></div>
                }
            </div>
            <button type="button" class="tx-search" onclick={props.onsearch.reform(|_: MouseEvent| ())}>
                <Icon sign={Sign::Search} /><span>{ "找家庭、找人、找走访……" }</span><kbd>{ "Ctrl+K" }</kbd>
            </button>
            if let Some(state) = &sync {
                { sync_button(in_words(state, session.today()), onsync) }
            }
            <div class="tx-top-user">
                <button type="button" class="tx-top-button" onclick={toggle(Open::User)} aria-expanded={(*open == Open::User).to_string()}>
                    <Icon sign={Sign::Person} /><span>{ user }</span><Icon sign={Sign::Down} />
                </button>
                if *open == Open::User {
                    <div class="tx-popover tx-popover-right tx-user-menu">
                        if let Some(me) = me {
                            <p><strong>{ &me.home_name }</strong><br /><span class="tx-muted">{ roles.unwrap_or_default() }</span></p>
                        }
                        <button type="button" onclick={onmine}>{ mine::TITLE }</button>
                        <button type="button" onclick={on_large} aria-pressed={large.to_string()}>
                            { if large { "恢复标准字号" } else { "换成大字" } }
                        </button>
                        <button type="button" onclick={leave(&props.onlock)} aria-label="锁定">{ "锁定" }<kbd>{ "Ctrl+L" }</kbd></button>
                        <button type="button" onclick={leave(&props.onout)}>{ "退出登录" }</button>
                    </div>
                }
            </div>
            if *open != Open::Nothing { <div class="tx-under" onclick={close.reform(|_: MouseEvent| ())} /> }
        </header>
    }
}

fn sync_button(
    (sign, class, words): (&'static str, &'static str, String),
    onclick: Callback<MouseEvent>,
) -> Html {
    html! {
        <button type="button" class={classes!("tx-sync", class)} {onclick} title={words.clone()}>
            <span class="tx-state-sign" aria-hidden="true">{ sign }</span><span class="tx-sync-words">{ words }</span>
        </button>
    }
}
