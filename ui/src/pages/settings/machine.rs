//! What the book has to do with this machine: bound to it or not, and whether the program broke here.

use crate::components::{Button, Card, Confirm, Dialog, Look, Trouble, show};
use crate::hooks::{Busy, use_command, use_query, use_session, use_toast};
use crate::text;
use std::rc::Rc;
use tiexin_contract::book::{BindMachine, GetMachine, MachineState, ReleaseMachine};
use yew::prelude::*;

#[component]
pub(super) fn MachineCard() -> Html {
    let query = use_query(GetMachine {}, &[]);
    let bind = use_command::<BindMachine>();
    let release = use_command::<ReleaseMachine>();
    let asking = use_state(|| false);
    let releasing = use_state(|| false);
    let toast = use_toast();
    let ask = |open: bool| {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(open))
    };
    let ask_release = |open: bool| {
        let releasing = releasing.setter();
        Callback::from(move |()| releasing.set(open))
    };
    let agree = {
        let (bind, close, reload) = (bind.clone(), ask(false), query.reload.clone());
        Callback::from(move |()| {
            let (close, reload) = (close.clone(), reload.clone());
            bind.run(BindMachine { key_folder: None }, move |_| {
                toast.good("台账已绑定本机");
                close.emit(());
                reload.emit(());
            });
        })
    };
    let free = {
        let (release, close, reload) = (release.clone(), ask_release(false), query.reload.clone());
        Callback::from(move |()| {
            let reload = reload.clone();
            close.emit(());
            release.run(ReleaseMachine {}, move |_| {
                toast.good("已解除绑定。绑定期间另外复制的台账文件夹不要再用了");
                reload.emit(());
            });
        })
    };
    let foot = html! {
        <div class="tx-form-buttons">
            <Button label="看过了，也备份好了，绑定" look={Look::Primary} busy={bind.pending} onclick={agree} />
            <Button label="先不绑定" onclick={ask(false)} />
        </div>
    };
    html! {
        <Card title="绑定本机">
            { show(&query, |state| shown(state, &release, &ask_release(true), &ask(true))) }
            if let Some(state) = query.data.as_ref().filter(|_| *asking) {
                <Dialog title="把台账绑定到这台电脑" onclose={ask(false)} {foot}>
                    { for state.notice.lines().map(|line| html! { <p>{ line.to_owned() }</p> }) }
                    if let Some(error) = &bind.error { <Trouble error={error.clone()} /> }
                </Dialog>
            }
            if let Some(state) = query.data.as_ref().filter(|_| *releasing) {
                <Confirm title="解除绑定？" yes="解除绑定" no="不解除" onyes={free} onno={ask_release(false)} danger=true>
                    <p>{ format!("解除以后，{}", state.release_notice) }</p>
                </Confirm>
            }
        </Card>
    }
}

fn shown(
    state: &Rc<MachineState>,
    release: &Busy<ReleaseMachine>,
    ask_release: &Callback<()>,
    ask: &Callback<()>,
) -> Html {
    if !state.bound {
        return html! { <>
            <p class="tx-muted">{ "绑定以后，别人把台账文件夹拷走，知道密码也打不开。备份不受影响。" }</p>
            <p><Button label="绑定本机……" onclick={ask.clone()} /></p>
        </> };
    }
    html! { <>
        if state.here {
            <p class="tx-good-note">{ format!("✓ 已绑定本机，密钥{}。", state.how) }</p>
            <p class="tx-muted">{ "电脑坏了只能靠备份，请每周备份；换电脑前请先解除绑定。" }</p>
        } else {
            <p>{ "台账绑定的是另一台电脑，您的账号是用救援文件打开的，不受影响。" }</p>
        }
        if let Some(error) = &release.error { <Trouble error={error.clone()} /> }
        <p><Button label="解除绑定……" busy={release.pending} onclick={ask_release.clone()} /></p>
    </> }
}

#[component]
pub(super) fn CrashCard() -> Html {
    let session = use_session();
    let Some(crash) = &session.state.crash else { return html! {} };
    html! {
        <Card title="程序出过错">
            <p>{ format!("程序在 {} 出过错，已保存的内容没有受影响。", text::moment(crash.at, session.today())) }</p>
            <p class="tx-muted">{ format!("经过写在这个文件里，可以交给维护人员，里面没有个人信息；交过以后删掉即可：{}", crash.path) }</p>
        </Card>
    }
}
