//! The first use of a desk: alone, or with the province.

use crate::components::{
    Button, Foot, Form, Gate, Icon, Look, RegionField, Sign, TextField, TextKind, focus_field, unplaced,
};
use crate::hooks::{Busy, use_command, use_session};
use crate::pages::kept::Kept;
use crate::pages::sync::{AUTHORITY, Authority};
use std::collections::BTreeMap;
use tiexin_contract::Command;
use tiexin_contract::import::FileGiven;
use tiexin_contract::session::{SetUpEnrolled, SetUpStandalone};
use tiexin_domain::Level;
use yew::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Choosing,
    Alone,
    Enrolled,
}

#[component]
pub(crate) fn FirstUse() -> Html {
    let way = use_state(|| Way::Choosing);
    let go = |to: Way| {
        let way = way.setter();
        Callback::from(move |()| way.set(to))
    };
    let session = use_session();
    let words = if session.state.book_trouble.is_some() {
        "台账在这台电脑上，打开它的钥匙文件不在。"
    } else {
        "第一次使用，只需两三步。台账加密保存在这台电脑上，别人拿走硬盘也读不出来。"
    };
    html! {
        <Gate {words}>
            <Kept />
            { match *way {
                Way::Choosing => html! { <Choosing onalone={go(Way::Alone)} onenrolled={go(Way::Enrolled)} /> },
                Way::Alone => html! { <Account key="alone" enrolled=false onback={go(Way::Choosing)} /> },
                Way::Enrolled => html! { <Account key="enrolled" enrolled=true onback={go(Way::Choosing)} /> },
            } }
        </Gate>
    }
}

#[derive(Properties, PartialEq)]
struct ChoosingProps {
    onalone: Callback<()>,
    onenrolled: Callback<()>,
}

#[component]
fn Choosing(props: &ChoosingProps) -> Html {
    let session = use_session();
    let way = |onclick: &Callback<()>, sign: Sign, title: &'static str, words: &'static str| {
        html! {
            <button type="button" class="tx-way" onclick={onclick.reform(|_: MouseEvent| ())}>
                <span class="tx-way-sign"><Icon {sign} /></span>
                <span><strong>{ title }</strong><span class="tx-muted">{ words }</span></span>
                <Icon sign={Sign::Right} />
            </button>
        }
    };
    html! {
        <div class="tx-gate-form">
            if let Some(wiped) = &session.state.wiped {
                <p class="tx-state tx-attention" role="status">
                    <span class="tx-state-sign" aria-hidden="true">{ "!" }</span>
                    { if wiped.lost {
                        "省平台已停用这台电脑，本机的数据和钥匙已经销毁。上传过的内容都在省平台；如果停用错了，请联系管理员重新接入。"
                    } else {
                        "这台电脑已退役：内容都交到了省平台，本机的数据和钥匙已经销毁。"
                    } }
                </p>
            }
            if let Some(trouble) = &session.state.book_trouble {
                <h2>{ "台账的钥匙文件不见了" }</h2>
                <p role="alert">{ trouble }</p>
            } else {
                <h2>{ "您想怎样开始？" }</h2>
                { way(&props.onalone, Sign::Home, "单机开始", "选好乡镇就能用，不需要网络。以后接入省平台，已经记下的全部带上去。") }
                { way(&props.onenrolled, Sign::Exchange, "接入省平台", "手上有县里发的接入码，用它取回本乡镇的台账。") }
            }
            { way(&session.restore, Sign::Inbox, "从备份恢复", "换了电脑，或者电脑重装过：用U盘上的备份接着用。") }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct AccountProps {
    enrolled: bool,
    onback: Callback<()>,
}

type Typed = BTreeMap<&'static str, String>;

#[component]
fn Account(props: &AccountProps) -> Html {
    let session = use_session();
    let alone = use_command::<SetUpStandalone>();
    let enrolled = use_command::<SetUpEnrolled>();
    let typed = use_state(Typed::new);
    let authority = use_state(|| None::<FileGiven>);
    let wrong = use_state(Vec::<(&'static str, &'static str)>::new);
    let node = use_node_ref();
    let get = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let put = |name: &'static str| {
        let (typed, wrong) = (typed.clone(), wrong.clone());
        let (alone, enrolled) = (alone.clone(), enrolled.clone());
        Callback::from(move |text: String| {
            // What is wrong elsewhere stays told.
            wrong.set(wrong.iter().filter(|(field, _)| *field != name).copied().collect());
            alone.forget();
            enrolled.forget();
            let mut next = (*typed).clone();
            next.insert(name, text);
            typed.set(next);
        })
    };
    let onsave = {
        let (typed, wrong, node, with_province) =
            (typed.clone(), wrong.setter(), node.clone(), props.enrolled);
        let (alone, enrolled, set) = (alone.clone(), enrolled.clone(), session.set.clone());
        let authority = authority.clone();
        Callback::from(move |()| {
            let found = problems(&typed, with_province);
            wrong.set(found.clone());
            // The list of regions opens where the cursor comes, over everything else that is to be mended.
            let plain = found.iter().find(|(field, _)| *field != "region");
            if let Some((first, _)) = plain.or(found.first()) {
                focus_field(&node, first);
                return;
            }
            let get = |name: &str| typed.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
            let password = typed.get("password").cloned().unwrap_or_default();
            let set = set.clone();
            if with_province {
                let (server, code) = (get("server"), get("code"));
                let args = SetUpEnrolled {
                    server,
                    code,
                    name: get("name"),
                    display_name: get("display_name"),
                    password,
                    authority: (*authority).clone(),
                };
                enrolled.run(args, move |state| set.emit(state));
            } else if let Ok(region) = get("region").parse() {
                let args = SetUpStandalone {
                    region,
                    name: get("name"),
                    display_name: get("display_name"),
                    password,
                };
                alone.run(args, move |state| set.emit(state));
            }
        })
    };
    let on_authority = {
        let (authority, enrolled) = (authority.setter(), enrolled.clone());
        Callback::from(move |file| {
            enrolled.forget();
            authority.set(file);
        })
    };
    let problem = |name: &str| {
        let own =
            wrong.iter().find(|(field, _)| *field == name).map(|(_, message)| AttrValue::Static(message));
        own.or_else(|| about(&alone, &enrolled, name))
    };
    let error = alone.error.clone().or_else(|| enrolled.error.clone());
    let shown = ["server", "code", "region", "display_name", "name", "password", "again", AUTHORITY];
    let error = unplaced(&error, &shown);
    let busy = alone.pending || enrolled.pending;
    html! {
        <Form {node} onsave={onsave.clone()} oncancel={props.onback.clone()} short=true class="tx-gate-form">
            <h2>{ if props.enrolled { "接入省平台" } else { "单机开始" } }</h2>
            if props.enrolled {
                <TextField label="省平台地址" name="server" value={get("server")} onchange={put("server")} problem={problem("server")}
                    required=true first=true hint="县里会告诉您，形如 https://……" />
                <TextField label="接入码" name="code" value={get("code")} onchange={put("code")} problem={problem("code")} required=true
                    hint="只能用一次，用过就作废" />
            } else {
                <RegionField label="您负责的乡镇（或村）" name="region" value={get("region")} onchange={put("region")}
                    problem={problem("region")} required=true />
            }
            <TextField label="您的姓名" name="display_name" value={get("display_name")} onchange={put("display_name")}
                problem={problem("display_name")} required=true hint="走访记录里会写上这个名字" />
            <TextField label="登录名" name="name" value={get("name")} onchange={put("name")} problem={problem("name")} required=true
                hint="姓名拼音就好，如 wangfang" />
            <TextField label="密码" name="password" kind={TextKind::Password} value={get("password")} onchange={put("password")}
                problem={problem("password")} required=true hint="至少 8 位。忘了密码谁也打不开台账，请记牢" autocomplete="new-password" />
            <TextField label="再输一遍密码" name="again" kind={TextKind::Password} value={get("again")} onchange={put("again")}
                problem={problem("again")} required=true autocomplete="new-password" />
            if props.enrolled {
                <Authority file={(*authority).clone()} onchange={on_authority} problem={problem(AUTHORITY)} />
            } else {
                <p class="tx-muted">{ "单机使用时，别人没有这本台账的钥匙，忘了密码谁也帮不上。请把密码记在稳妥的地方；建好以后，在“设置”里每周备份一次，并给一位同事也开一个账号：一人忘了，另一人还打得开。" }</p>
            }
            <Foot save="建立台账" {onsave} {busy} {error}>
                <Button label="返回" look={Look::Link} onclick={props.onback.clone()} />
            </Foot>
        </Form>
    }
}

fn about<A: Command, B: Command>(a: &Busy<A>, b: &Busy<B>, name: &str) -> Option<AttrValue> {
    a.about(name).or_else(|| b.about(name))
}

/// Everything that keeps the book from being made, in the order of the fields.
fn problems(typed: &Typed, enrolled: bool) -> Vec<(&'static str, &'static str)> {
    let get = |name: &str| typed.get(name).map(|text| text.trim()).unwrap_or_default();
    let deep = get("region")
        .parse::<tiexin_domain::RegionCode>()
        .is_ok_and(|code| matches!(code.level(), Level::Township | Level::Village | Level::County));
    let checks = [
        ("server", !enrolled || !get("server").is_empty(), "请填写省平台的地址"),
        ("code", !enrolled || !get("code").is_empty(), "请填写接入码"),
        ("region", enrolled || deep, "请选到乡镇或村"),
        ("display_name", !get("display_name").is_empty(), "请填写您的姓名"),
        ("name", !get("name").is_empty(), "请填写登录名"),
        ("password", get("password").chars().count() >= 8, "密码至少 8 位"),
        ("again", get("again") == get("password"), "两遍密码不一样，请再输一遍"),
    ];
    checks.into_iter().filter(|(_, fine, _)| !fine).map(|(field, _, message)| (field, message)).collect()
}
