//! The book stays locked until this desk has spoken with the province, by line or by stick: its lease is over, or the
//! account was disabled.

use crate::components::{Button, Form, Gate, Look, Trouble};
use crate::hooks::{use_command, use_session};
use crate::pages::sync::Stick;
use crate::text;
use crate::transport::{call, listen};
use tiexin_contract::Event;
use tiexin_contract::session::{GetSession, LeaseEnded, SignOut, WhyLocked};
use tiexin_contract::sync::SyncNow;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct LockedProps {
    pub(crate) ended: LeaseEnded,
}

#[component]
pub(crate) fn LockedPage(props: &LockedProps) -> Html {
    let session = use_session();
    let now = use_command::<SyncNow>();
    let out = use_command::<SignOut>();
    let trouble = use_state(|| None::<String>);
    // The province was spoken with, and the book is locked all the same.
    let in_vain = use_state(|| false);
    let node = use_node_ref();
    let ask = {
        let set = session.set.clone();
        Callback::from(move |()| {
            let set = set.clone();
            spawn_local(async move {
                if let Ok(state) = call(GetSession {}).await {
                    set.emit(state);
                }
            });
        })
    };
    {
        // A round of its own accord, or a reply from the stick, may have renewed it.
        let ask = ask.clone();
        use_effect_with((), move |()| {
            let hearing = listen(move |event| {
                if matches!(event, Event::Sync(_) | Event::Missed) {
                    ask.emit(());
                }
            });
            || drop(hearing)
        });
    }
    let connect = {
        let (now, trouble, in_vain) = (now.clone(), trouble.setter(), in_vain.setter());
        Callback::from(move |()| {
            let (ask, trouble, in_vain) = (ask.clone(), trouble.clone(), in_vain.clone());
            trouble.set(None);
            in_vain.set(false);
            now.run(SyncNow {}, move |state| {
                // Where it has opened the book this page is gone with the answer.
                in_vain.set(state.trouble.is_none());
                trouble.set(state.trouble);
                ask.emit(());
            });
        })
    };
    let leave = {
        let set = session.set.clone();
        Callback::from(move |()| {
            let set = set.clone();
            out.run(SignOut {}, move |state| set.emit(state));
        })
    };
    let waiting = props.ended.waiting;
    html! {
        <Gate words="记下的都在本机，一条也没有丢。">
            <Form {node} onsave={connect.clone()} short=true class="tx-gate-form">
                <h2>{ format!("{}，台账暂时锁着", props.ended.display_name) }</h2>
                <p>{ &props.ended.message }</p>
                if waiting > 0 { <p>{ format!("本机还有 {} 条待上传，都在，会一起传上去。", text::count(waiting)) }</p> }
                if let Some(error) = now.error.clone() { <Trouble {error} /> }
                if let Some(trouble) = &*trouble { <p class="tx-problem" role="alert">{ trouble }</p> }
                if *in_vain { <p class="tx-problem" role="alert">{ in_vain_words(props.ended.why) }</p> }
                <Button label={press(props.ended.why)} look={Look::Primary} class="tx-gate-enter" busy={now.pending} onclick={connect} />
                <Button label="换个人登录" look={Look::Link} onclick={leave} />
            </Form>
            <Stick carries=false />
        </Gate>
    }
}

fn press(why: WhyLocked) -> &'static str {
    match why {
        WhyLocked::Disabled => "连接省平台看看是否已恢复",
        WhyLocked::Lease | WhyLocked::Clock => "连接省平台续期",
    }
}

fn in_vain_words(why: WhyLocked) -> &'static str {
    match why {
        WhyLocked::Disabled => "已经联系上省平台：这个账号还是停用的。请联系管理员恢复。",
        WhyLocked::Lease | WhyLocked::Clock => {
            "已经联系上省平台，但没有续上。请核对电脑的日期和时间；日期没有错的话，请联系管理员。"
        }
    }
}
