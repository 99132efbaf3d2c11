//! Who may sign in on this PC.

use crate::components::{
    Card, Foot, Form, Icon, RegionField, Sign, TextField, TextKind, focus_field, unplaced,
};
use crate::hooks::{use_command, use_session, use_toast};
use std::collections::BTreeMap;
use tiexin_contract::session::AddLocalUser;
use yew::prelude::*;

type Typed = BTreeMap<&'static str, String>;

#[component]
pub(super) fn Users() -> Html {
    let session = use_session();
    let me = session.me().map(|me| me.user.name.clone());
    html! {
        <>
            <Card title="本机用户">
                <ul class="tx-users">
                    { for session.state.users.iter().map(|user| html! {
                        <li>
                            <Icon sign={Sign::Person} />
                            <strong>{ &user.display_name }</strong>
                            <span class="tx-muted">{ &user.name }</span>
                            if me.as_ref() == Some(&user.name) { <span class="tx-muted">{ "（您）" }</span> }
                        </li>
                    }) }
                </ul>
                <p class="tx-muted">{ "几个人合用一台电脑时，各用各的登录名，走访记录才分得清是谁做的。" }</p>
            </Card>
            <AddUser />
        </>
    }
}

#[component]
fn AddUser() -> Html {
    let session = use_session();
    let add = use_command::<AddLocalUser>();
    let toast = use_toast();
    let enrolled = session.me().is_some_and(|me| me.enrolled);
    let begun =
        Typed::from([("region", session.me().map(|me| me.home.as_str().to_owned()).unwrap_or_default())]);
    let typed = use_state(|| begun);
    let wrong = use_state(|| None::<(&'static str, &'static str)>);
    let node = use_node_ref();
    let get = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let onsave = {
        let (typed, wrong, add, node) = (typed.clone(), wrong.setter(), add.clone(), node.clone());
        let set = session.set.clone();
        Callback::from(move |()| {
            let get = |name: &str| typed.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
            let checks = [
                ("display_name", get("display_name").is_empty(), "请填写姓名"),
                ("name", get("name").is_empty(), "请填写登录名"),
                ("password", get("password").chars().count() < 8, "密码至少 8 位"),
                ("code", enrolled && get("code").is_empty(), "请填写这位同事的接入码"),
            ];
            let problem =
                checks.into_iter().find(|(_, bad, _)| *bad).map(|(field, _, message)| (field, message));
            wrong.set(problem);
            if let Some((field, _)) = problem {
                focus_field(&node, field);
                return;
            }
            let args = AddLocalUser {
                name: get("name"),
                display_name: get("display_name"),
                password: typed.get("password").cloned().unwrap_or_default(),
                region: get("region").parse().ok().filter(|_| !enrolled),
                code: Some(get("code")).filter(|_| enrolled),
            };
            let (set, typed) = (set.clone(), typed.clone());
            add.run(args, move |state| {
                let region = typed.get("region").cloned().unwrap_or_default();
                typed.set(Typed::from([("region", region)]));
                toast.good("已添加，可以用这个登录名进来了");
                set.emit(state);
            });
        })
    };
    let put = |name: &'static str| {
        let (typed, wrong, add) = (typed.clone(), wrong.setter(), add.clone());
        Callback::from(move |text: String| {
            let mut next = (*typed).clone();
            next.insert(name, text);
            wrong.set(None);
            add.forget();
            typed.set(next);
        })
    };
    let problem = |name: &str| {
        let own = wrong.filter(|(field, _)| *field == name).map(|(_, message)| AttrValue::Static(message));
        own.or_else(|| add.about(name))
    };
    html! {
        <Card title="添加一位同事">
            <Form {node} onsave={onsave.clone()} short=true>
                <div class="tx-fields tx-wide-all">
                    <TextField label="姓名" name="display_name" value={get("display_name")} onchange={put("display_name")}
                        problem={problem("display_name")} />
                    <TextField label="登录名" name="name" value={get("name")} onchange={put("name")} problem={problem("name")}
                        hint="姓名拼音就好" />
                    <TextField label="首次密码" name="password" kind={TextKind::Password} value={get("password")}
                        onchange={put("password")} problem={problem("password")} hint="请同事登录后自己改掉" autocomplete="new-password" />
                    if enrolled {
                        <TextField label="接入码" name="code" value={get("code")} onchange={put("code")} problem={problem("code")}
                            hint="县里发给这位同事的，只能用一次" />
                    } else {
                        <RegionField label="负责的地方" name="region" value={get("region")} onchange={put("region")} problem={problem("region")} />
                    }
                </div>
                <Foot save="添加" {onsave} busy={add.pending} error={unplaced(&add.error, &["display_name", "name", "password", "code", "region"])} />
            </Form>
        </Card>
    }
}
