//! The lease is over: the book stays locked until this desk has spoken with the province, by line or by stick.

use crate::components::{Button, Form, Icon, Look, Sign, Trouble};
use crate::hooks::{use_command, use_session};
use crate::pages::sync::Stick;
use crate::text;
use crate::transport::{call, listen};
use tiexin_contract::Event;
use tiexin_contract::session::{GetSession, LeaseEnded, SignOut};
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
        let (now, trouble) = (now.clone(), trouble.setter());
        Callback::from(move |()| {
            let (ask, trouble) = (ask.clone(), trouble.clone());
            trouble.set(None);
            now.run(SyncNow {}, move |state| {
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
        <div class="tx-gate">
            <div class="tx-gate-side">
                <div class="tx-gate-sign"><Icon sign={Sign::Heart} /></div>
                <h1>{ "贴心" }</h1>
                <p>{ "计生协基层工作台" }</p>
                <p class="tx-gate-words">{ "记下的都在本机，一条也没有丢。" }</p>
            </div>
            <div class="tx-gate-main">
                <Form {node} onsave={connect.clone()} short=true class="tx-gate-form">
                    <h2>{ format!("{}，台账暂时锁着", props.ended.display_name) }</h2>
                    <p>{ "这台电脑太久没有联系省平台了。为防电脑遗失后被人翻看，台账先锁上；联系一次省平台就会打开。" }</p>
                    if waiting > 0 { <p>{ format!("本机还有 {} 条待上传，都在，会一起传上去。", text::count(waiting)) }</p> }
                    if let Some(error) = now.error.clone() { <Trouble {error} /> }
                    if let Some(trouble) = &*trouble { <p class="tx-problem" role="alert">{ trouble }</p> }
                    <Button label="连接省平台续期" look={Look::Primary} class="tx-gate-enter" busy={now.pending} onclick={connect} />
                    <Button label="换个人登录" look={Look::Link} onclick={leave} />
                </Form>
                <Stick carries=false />
            </div>
        </div>
    }
}
