//! A forgotten password: a new one by the file and the code that the province sends, without a network; and what is
//! left to a book that stands alone.

use crate::components::{Button, Dialog, Foot, Form, Look, TextField, TextKind, unplaced};
use crate::hooks::{use_command, use_session, use_toast};
use crate::transport::{RESCUES, pick_files};
use tiexin_contract::devices::RescuePassword;
use tiexin_contract::import::FileGiven;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct RescueProps {
    pub(crate) onclose: Callback<()>,
}

#[component]
pub(crate) fn Rescue(props: &RescueProps) -> Html {
    let file = use_state(|| None::<FileGiven>);
    let code = use_state(String::new);
    let password = use_state(String::new);
    let missing = use_state(|| None::<&'static str>);
    let rescue = use_command::<RescuePassword>();
    let toast = use_toast();
    let node = use_node_ref();
    let pick = {
        let file = file.setter();
        Callback::from(move |()| {
            let file = file.clone();
            spawn_local(async move {
                match pick_files("选择管理员发来的救援文件", RESCUES).await {
                    Ok(files) => files.into_iter().next().into_iter().for_each(|one| file.set(Some(one))),
                    Err(why) => toast.bad(&why),
                }
            });
        })
    };
    let onsave = {
        let (file, code, password) = (file.clone(), code.clone(), password.clone());
        let (missing, rescue, close) = (missing.setter(), rescue.clone(), props.onclose.clone());
        Callback::from(move |()| {
            let gap = match &*file {
                None => Some("file"),
                Some(_) if code.trim().is_empty() => Some("code"),
                Some(_) if password.is_empty() => Some("password"),
                Some(_) => None,
            };
            missing.set(gap);
            let (None, Some(file)) = (gap, (*file).clone()) else { return };
            let args = RescuePassword { file, code: (*code).clone(), password: (*password).clone() };
            let close = close.clone();
            rescue.run(args, move |rescued| {
                toast.good(format!("{} 的密码换好了，请用新密码登录", rescued.display_name));
                close.emit(());
            });
        })
    };
    let put = |state: UseStateSetter<String>| {
        let rescue = rescue.clone();
        Callback::from(move |text: String| {
            rescue.forget();
            state.set(text);
        })
    };
    let gap = |name: &str, words: &'static str| (*missing == Some(name)).then_some(AttrValue::Static(words));
    let session = use_session();
    let joined = session.state.joined;
    let restore = {
        let (restore, close) = (session.restore.clone(), props.onclose.clone());
        Callback::from(move |()| {
            close.emit(());
            restore.emit(());
        })
    };
    let chosen = match &*file {
        None => "还没有选".to_owned(),
        Some(file) if file.name.is_empty() => file.path.clone().unwrap_or_default(),
        Some(file) => file.name.clone(),
    };
    html! {
        <Dialog title="忘记密码" onclose={props.onclose.clone()}>
            if joined != Some(true) { { alone(joined.is_none(), session.state.users.len(), restore) } }
            if joined != Some(false) {
                if joined.is_none() { <h3>{ "接入了省平台的" }</h3> }
                <p>{ "请联系管理员，说明是哪台电脑、哪位同事。管理员会给您一个救援文件，再另外告诉您一个救援码。本机的内容都在，不会丢。" }</p>
                <Form {node} onsave={onsave.clone()} short=true>
                    <p><Button label="选择救援文件" onclick={pick} />{ " " }<span class="tx-muted">{ chosen }</span></p>
                    if *missing == Some("file") { <p class="tx-problem">{ "请先选择救援文件" }</p> }
                    <TextField label="救援码" name="code" value={(*code).clone()} onchange={put(code.setter())}
                        problem={rescue.about("code").or_else(|| gap("code", "请输入救援码"))} hint="五组，大小写都行" />
                    <TextField label="新密码" name="password" kind={TextKind::Password} value={(*password).clone()}
                        onchange={put(password.setter())} problem={rescue.about("password").or_else(|| gap("password", "请定一个新密码"))}
                        autocomplete="new-password" />
                    <Foot save="换成新密码" {onsave} busy={rescue.pending} error={unplaced(&rescue.error, &["code", "password"])} />
                </Form>
            }
        </Dialog>
    }
}

/// The truth about a book that stands alone: nobody but its own users holds a key to it.
fn alone(unsure: bool, users: usize, restore: Callback<()>) -> Html {
    html! {
        <>
            if unsure { <h3>{ "单机使用的" }</h3> }
            <p>{ "这本台账只在这台电脑上，没有接入省平台：没有密码谁也打不开，管理员也没有办法另给一个。内容都在，没有丢。还有两条路：" }</p>
            <ul class="tx-rescue-ways">
                <li>
                    <strong>{ "请同用这台电脑的同事登录" }</strong>
                    { if users > 1 {
                        "：他打开的是同一本台账。在“设置”的“本机用户”里，他可以给您重新开一个账号。"
                    } else {
                        "：这台电脑上只有一个账号，这条路走不通。"
                    } }
                </li>
                <li>
                    <strong>{ "用以前的备份" }</strong>
                    { "：备份用的是备份时的密码，换过密码、还记得从前那个的，可以恢复。恢复以前的台账会改名留着。" }
                    <Button label="从备份恢复……" look={Look::Link} small=true onclick={restore} />
                </li>
            </ul>
            <p>{ "再想想：大小写、输入法、换密码以前的写法。密码输错会多等一会儿，不会损坏台账。" }</p>
        </>
    }
}
