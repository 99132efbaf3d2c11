//! A forgotten password: a new one by the file and the code that the province sends. Needs no network.

use crate::components::{Button, Dialog, Foot, Form, TextField, TextKind};
use crate::hooks::{use_command, use_toast};
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
    let chosen = match &*file {
        None => "还没有选".to_owned(),
        Some(file) if file.name.is_empty() => file.path.clone().unwrap_or_default(),
        Some(file) => file.name.clone(),
    };
    html! {
        <Dialog title="忘记密码" onclose={props.onclose.clone()}>
            <p>{ "请联系管理员，说明是哪台电脑、哪位同事。管理员会给您一个救援文件，再另外告诉您一个救援码。本机的内容都在，不会丢。" }</p>
            <Form {node} onsave={onsave.clone()} short=true>
                <p><Button label="选择救援文件" onclick={pick} />{ " " }<span class="tx-muted">{ chosen }</span></p>
                if *missing == Some("file") { <p class="tx-problem">{ "请先选择救援文件" }</p> }
                <TextField label="救援码" name="code" value={(*code).clone()} onchange={put(code.setter())}
                    problem={rescue.about("code").or_else(|| gap("code", "请输入救援码"))} hint="五组，大小写都行" />
                <TextField label="新密码" name="password" kind={TextKind::Password} value={(*password).clone()}
                    onchange={put(password.setter())} problem={rescue.about("password").or_else(|| gap("password", "请定一个新密码"))}
                    autocomplete="new-password" />
                <Foot save="换成新密码" {onsave} busy={rescue.pending} error={rescue.error.clone().filter(|e| e.problems.is_empty())} />
            </Form>
        </Dialog>
    }
}
