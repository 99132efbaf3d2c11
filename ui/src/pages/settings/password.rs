//! Another password.

use crate::components::{Card, Foot, Form, TextField, TextKind, focus_field, unplaced};
use crate::hooks::{use_command, use_toast};
use tiexin_contract::ErrorCode;
use tiexin_contract::session::ChangePassword;
use yew::prelude::*;

#[derive(Clone, PartialEq, Default)]
struct Typed {
    old: String,
    new: String,
    again: String,
}

fn first_problem(typed: &Typed) -> Option<(&'static str, &'static str)> {
    if typed.old.is_empty() {
        Some(("old", "请输入现在的密码"))
    } else if typed.new.chars().count() < 8 {
        Some(("new", "新密码至少 8 位"))
    } else if typed.new != typed.again {
        Some(("again", "两遍新密码不一样，请再输一遍"))
    } else {
        None
    }
}

#[component]
pub(super) fn Password() -> Html {
    let change = use_command::<ChangePassword>();
    let toast = use_toast();
    let typed = use_state(Typed::default);
    let wrong = use_state(|| None::<(&'static str, &'static str)>);
    let node = use_node_ref();
    let onsave = {
        let (typed, wrong, change, node) = (typed.clone(), wrong.setter(), change.clone(), node.clone());
        Callback::from(move |()| {
            let problem = first_problem(&typed);
            wrong.set(problem);
            if let Some((field, _)) = problem {
                focus_field(&node, field);
                return;
            }
            let emptied = typed.setter();
            change.run(ChangePassword { old: typed.old.clone(), new: typed.new.clone() }, move |_| {
                emptied.set(Typed::default());
                toast.good("密码已经改好，下次登录用新密码");
            });
        })
    };
    let put = |set: fn(&mut Typed, String)| {
        let (typed, wrong, change) = (typed.clone(), wrong.setter(), change.clone());
        Callback::from(move |text: String| {
            let mut next = (*typed).clone();
            set(&mut next, text);
            wrong.set(None);
            change.forget();
            typed.set(next);
        })
    };
    let refused =
        change.error.clone().filter(|e| matches!(e.code, ErrorCode::WrongPassword | ErrorCode::LockedOut));
    let problem = |name: &str| {
        let own = wrong.filter(|(field, _)| *field == name).map(|(_, message)| AttrValue::Static(message));
        let old = refused.as_ref().filter(|_| name == "old").map(|e| AttrValue::from(e.message.clone()));
        own.or(old).or_else(|| change.about(name))
    };
    let error = unplaced(&change.error, &["old", "new", "again"]).filter(|_| refused.is_none());
    html! {
        <Card title="修改密码">
            <Form {node} onsave={onsave.clone()} short=true>
                <div class="tx-fields tx-wide-all">
                    <TextField label="现在的密码" name="old" kind={TextKind::Password} value={typed.old.clone()}
                        onchange={put(|t, text| t.old = text)} problem={problem("old")} autocomplete="current-password" />
                    <TextField label="新密码" name="new" kind={TextKind::Password} value={typed.new.clone()}
                        onchange={put(|t, text| t.new = text)} problem={problem("new")} hint="至少 8 位，两三个词加数字就很好记"
                        autocomplete="new-password" />
                    <TextField label="再输一遍新密码" name="again" kind={TextKind::Password} value={typed.again.clone()}
                        onchange={put(|t, text| t.again = text)} problem={problem("again")} autocomplete="new-password" />
                </div>
                <Foot save="修改密码" {onsave} busy={change.pending} {error} />
            </Form>
        </Card>
    }
}
