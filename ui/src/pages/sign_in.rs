//! Signing in, and coming back after the desk has locked itself. Big, calm, and kind to slips.

use crate::components::{Button, Form, Gate, Icon, Look, Sign, TextField, TextKind, Trouble, focus_field};
use crate::hooks::{use_command, use_session};
use crate::pages::kept::Kept;
use crate::pages::rescue::Rescue;
use crate::text;
use gloo::timers::callback::Interval;
use std::rc::Rc;
use tiexin_contract::session::{DemoAccount, SignIn};
use tiexin_contract::{ErrorCode, ErrorReply};
use yew::prelude::*;

#[component]
pub(crate) fn SignInPage() -> Html {
    let session = use_session();
    let state = session.state.clone();
    let sign_in = use_command::<SignIn>();
    let node = use_node_ref();
    let only = match (state.users.as_slice(), &state.locked) {
        ([one], _) => one.name.clone(),
        (_, Some(expected)) => expected.name.clone(),
        _ => String::new(),
    };
    let name = use_state(|| only);
    let password = use_state(String::new);
    let missing = use_state(|| None::<&'static str>);
    let wait = use_wait(sign_in.error.clone());

    let enter = {
        let (sign_in, set) = (sign_in.clone(), session.set.clone());
        Callback::from(move |(name, password): (String, String)| {
            let set = set.clone();
            sign_in.run(SignIn { name, password }, move |state| set.emit(state));
        })
    };
    let onsave = {
        let (name, password, missing, node) =
            (name.clone(), password.clone(), missing.setter(), node.clone());
        let (enter, waiting) = (enter.clone(), wait > 0);
        Callback::from(move |()| {
            let gap = if name.trim().is_empty() {
                Some("name")
            } else if password.is_empty() {
                Some("password")
            } else {
                None
            };
            missing.set(gap);
            match gap {
                Some(field) => drop(focus_field(&node, field)),
                None if waiting => {}
                None => enter.emit((name.trim().to_owned(), (*password).clone())),
            }
        })
    };
    {
        // A slip of the finger: the cursor is back in the password, which is empty again.
        let (node, password) = (node.clone(), password.setter());
        use_effect_with(sign_in.error.clone(), move |error| {
            if error.is_some() {
                password.set(String::new());
                focus_field(&node, "password");
            }
        });
    }
    let choose = {
        let (name, node, sign_in) = (name.setter(), node.clone(), sign_in.clone());
        Callback::from(move |chosen: String| {
            sign_in.forget();
            name.set(chosen);
            focus_field(&node, "password");
        })
    };
    let on_password = {
        let (password, sign_in, missing) = (password.setter(), sign_in.clone(), missing.setter());
        Callback::from(move |text: String| {
            if !text.is_empty() {
                sign_in.forget();
                missing.set(None);
            }
            password.set(text);
        })
    };
    let (password_problem, other) = match &sign_in.error {
        Some(error) if matches!(error.code, ErrorCode::WrongPassword | ErrorCode::LockedOut) => {
            (Some(AttrValue::from(error.message.clone())), None)
        }
        Some(error) => (None, Some(error.clone())),
        None if *missing == Some("password") => (Some("请输入密码".into()), None),
        None => (None, None),
    };
    let rescuing = use_state(|| false);
    let forgot = {
        let rescuing = rescuing.setter();
        Callback::from(move |()| rescuing.set(true))
    };
    let close_rescue = {
        let rescuing = rescuing.setter();
        Callback::from(move |()| rescuing.set(false))
    };
    let label = if wait > 0 { format!("请稍候 {wait} 秒") } else { "进入".to_owned() };
    html! {
        <Gate words="没有网络也能用，记下的都在本机，加密保存。">
            <Form {node} onsave={onsave.clone()} short=true class="tx-gate-form">
                <h2>{ format!("{}，请登录", text::day_long(state.today)) }</h2>
                if let Some(expected) = &state.locked {
                    <p class="tx-muted" role="status">{ format!("{}的页面锁着，输密码就接着用；别人登录看不到。", expected.display_name) }</p>
                }
                if state.users.len() > 1 {
                    <div class="tx-gate-users" role="group" aria-label="本机用户">
                        { for state.users.iter().map(|user| {
                            let chosen = *name == user.name;
                            let (choose, own) = (choose.clone(), user.name.clone());
                            let onclick = Callback::from(move |_: MouseEvent| choose.emit(own.clone()));
                            html! {
                                <button type="button" {onclick} aria-pressed={chosen.to_string()}
                                    class={chosen.then_some("tx-chosen")}>
                                    <Icon sign={Sign::Person} />{ &user.display_name }
                                </button>
                            }
                        }) }
                    </div>
                }
                if state.users.len() <= 1 || state.users.len() > 8 {
                    <TextField label="登录名" name="name" value={(*name).clone()} onchange={
                        let name = name.setter();
                        Callback::from(move |text| name.set(text))
                    } problem={(*missing == Some("name")).then_some(AttrValue::Static("请输入登录名"))} first={name.is_empty()}
                        autocomplete="username" />
                } else if *missing == Some("name") {
                    <p class="tx-problem">{ "请先在上面点一下您的名字" }</p>
                }
                <TextField label="密码" name="password" kind={TextKind::Password} value={(*password).clone()}
                    onchange={on_password} problem={password_problem} first={!name.is_empty()}
                    autocomplete="current-password" />
                if let Some(error) = other { <Trouble {error} /> }
                <Button {label} look={Look::Primary} class="tx-gate-enter" busy={sign_in.pending} disabled={wait > 0}
                    onclick={onsave} />
            </Form>
            if state.demo && !state.demo_accounts.is_empty() {
                <Demo accounts={state.demo_accounts.clone()} onenter={enter} busy={sign_in.pending} />
            }
            <Kept />
            <p class="tx-gate-foot">
                <Button label="忘记密码" look={Look::Link} small=true onclick={forgot} />
                <Button label="从备份恢复" look={Look::Link} small=true onclick={session.restore.clone()} />
                { format!("版本 {}", state.app_version) }
            </p>
            if *rescuing { <Rescue onclose={close_rescue} /> }
        </Gate>
    }
}

/// Seconds still to wait after wrong passwords.
#[hook]
fn use_wait(error: Option<Rc<ErrorReply>>) -> u64 {
    let left = use_state(|| 0u64);
    {
        let left = left.setter();
        use_effect_with(error, move |error| {
            let mut seconds = error.as_ref().and_then(|e| e.wait_seconds).unwrap_or(0);
            left.set(seconds);
            let ticking = (seconds > 0).then(|| {
                Interval::new(1000, move || {
                    seconds = seconds.saturating_sub(1);
                    left.set(seconds);
                })
            });
            || drop(ticking)
        });
    }
    *left
}

#[derive(Properties, PartialEq)]
struct DemoProps {
    accounts: Vec<DemoAccount>,
    onenter: Callback<(String, String)>,
    busy: bool,
}

/// The accounts of the demo county, one press each.
#[component]
fn Demo(props: &DemoProps) -> Html {
    html! {
        <section class="tx-gate-demo">
            <h3>{ "演示账号，点一下就进去看看" }</h3>
            { for props.accounts.iter().map(|account| {
                let (enter, busy) = (props.onenter.clone(), props.busy);
                let given = (account.name.clone(), account.password.clone());
                let onclick = Callback::from(move |_: MouseEvent| if !busy { enter.emit(given.clone()) });
                html! {
                    <button type="button" {onclick}>
                        <strong>{ &account.label }</strong>
                        <span class="tx-muted">{ format!("{}，密码 {}", account.name, account.password) }</span>
                    </button>
                }
            }) }
            <p class="tx-muted">{ "演示县里的人名、号码都是编造的，怎么试都不要紧。" }</p>
        </section>
    }
}
