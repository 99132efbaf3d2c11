//! Leaving the desk: locked for a while, or signed out.

use crate::components::{Button, Dialog, Look, SAFE};
use crate::hooks::{Toasts, unkept, use_hotkey_over_all, use_session};
use crate::transport::call;
use tiexin_contract::Command;
use tiexin_contract::drafts::ListDrafts;
use tiexin_contract::session::{LockDesk, SessionState, SignOut};
use yew::platform::spawn_local;
use yew::prelude::*;

pub(super) struct Leaving {
    /// The pages stay, for the same user.
    pub(super) lock: Callback<()>,
    /// Everything is put away; drafts stay in the book.
    pub(super) out: Callback<()>,
    /// Asked where something would be lost.
    pub(super) question: Html,
}

#[hook]
pub(super) fn use_leaving() -> Leaving {
    let session = use_session();
    let asking = use_state(Vec::<&'static str>::new);
    let here = !session.away;
    let close = {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(Vec::new()))
    };
    let lock = {
        let (set, close) = (session.set.clone(), close.clone());
        use_callback(here, move |(), here| {
            if *here {
                close.emit(());
                leave(LockDesk {}, set.clone(), None);
            }
        })
    };
    use_hotkey_over_all("ctrl+l", lock.clone());
    let go = {
        let (set, close) = (session.set.clone(), close.clone());
        Callback::from(move |()| {
            close.emit(());
            let set = set.clone();
            spawn_local(async move {
                let drafts = call(ListDrafts {}).await.map_or(0, |drafts| drafts.len());
                let told = format!("没写完的 {drafts} 份留作草稿，在这台电脑上，登录后在“今日”接着写");
                leave(SignOut {}, set, (drafts > 0).then_some(told));
            });
        })
    };
    let out = {
        let (asking, go) = (asking.setter(), go.clone());
        Callback::from(move |()| match unkept() {
            lost if lost.is_empty() => go.emit(()),
            lost => asking.set(lost),
        })
    };
    let question = ask(&asking, go, lock.clone(), close);
    Leaving { lock, out, question }
}

fn leave<C: Command<Reply = SessionState>>(args: C, set: Callback<SessionState>, told: Option<String>) {
    spawn_local(async move {
        match call(args).await {
            Ok(state) => {
                set.emit(state);
                if let Some(told) = told {
                    Toasts.plain(told);
                }
            }
            Err(cause) => Toasts.bad(&cause),
        }
    });
}

fn ask(lost: &[&'static str], go: Callback<()>, lock: Callback<()>, close: Callback<()>) -> Html {
    if lost.is_empty() {
        return Html::default();
    }
    let foot = html! {
        <>
            <Button label="锁定，一会儿接着用" look={Look::Primary} class={SAFE} onclick={lock} />
            <Button label="退出登录" onclick={go} />
            <Button label="取消" look={Look::Link} onclick={close.clone()} />
        </>
    };
    html! {
        <Dialog title="退出登录？" onclose={close} {foot}>
            <p>{ format!("{}还没有保存，退出以后就没有了。", lost.join("、")) }</p>
            <p>{ "写着的文字会留作草稿。只是走开一会儿的话，可以锁定：页面都留着，输密码就接着用。" }</p>
        </Dialog>
    }
}
