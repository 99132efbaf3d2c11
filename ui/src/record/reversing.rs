//! 冲正: what was given is not changed; another entry takes it back, with a reason.

use crate::components::{Button, Confirm, Look, TextField};
use crate::hooks::{use_command, use_toast};
use crate::text;
use std::rc::Rc;
use tiexin_contract::aid::ReverseAid;
use tiexin_contract::records::RecordRow;
use tiexin_domain::shape;
use uuid::Uuid;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ReverseProps {
    pub(super) row: Rc<RecordRow>,
    pub(super) ondone: Callback<()>,
}

/// The button on the page of an entry; none on one that takes another back.
#[component]
pub(super) fn Reverse(props: &ReverseProps) -> Html {
    let asking = use_state(|| false);
    let field = shape::reversal(&props.row.kind);
    if field.is_some_and(|field| props.row.fields.contains_key(field)) {
        return Html::default();
    }
    let open = {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(true))
    };
    let close = {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(false))
    };
    html! {
        <>
            <Button label="冲正" look={Look::Secondary} onclick={open} />
            if *asking {
                <Reversing id={props.row.id} title={props.row.title.clone()} onclose={close} ondone={props.ondone.clone()} />
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct ReversingProps {
    id: Uuid,
    title: AttrValue,
    onclose: Callback<()>,
    ondone: Callback<()>,
}

#[component]
fn Reversing(props: &ReversingProps) -> Html {
    let reason = use_state(String::new);
    let missing = use_state(|| false);
    let reverse = use_command::<ReverseAid>();
    let toast = use_toast();
    let onyes = {
        let (reason, missing, reverse, id) = (reason.clone(), missing.setter(), reverse.clone(), props.id);
        let (close, done) = (props.onclose.clone(), props.ondone.clone());
        Callback::from(move |()| {
            if reason.trim().is_empty() {
                missing.set(true);
                return;
            }
            let (close, done) = (close.clone(), done.clone());
            reverse.run(ReverseAid { id, reason: reason.trim().to_owned() }, move |_| {
                toast.good("已冲正，两笔都留着。要重发的，请重新登记一笔");
                close.emit(());
                done.emit(());
            });
        })
    };
    let onchange = {
        let (reason, missing) = (reason.setter(), missing.setter());
        Callback::from(move |text: String| {
            missing.set(false);
            reason.set(text);
        })
    };
    let problem = (*missing)
        .then(|| AttrValue::from("请写一句原因，方便以后查看"))
        .or_else(|| reverse.error.as_ref().map(|e| e.message.clone().into()));
    html! {
        <Confirm title={format!("冲正“{}”？", props.title)} yes="冲正" no="不冲正" {onyes} onno={props.onclose.clone()} danger=true>
            <p>{ "会再记一笔金额相反的，原来那一笔不动；两笔都不再算进报表。冲正以后不能撤销。" }</p>
            <TextField label="原因" name="reason" value={(*reason).clone()} {onchange} {problem} required=true first=true />
        </Confirm>
    }
}

/// On the page of an entry that takes another one back: which, and why.
pub(super) fn told(row: &RecordRow) -> Html {
    let says = |field: &str| row.fields.get(field).map(text::plain).filter(|word| !word.is_empty());
    let Some(named) = says("reverses_name") else { return Html::default() };
    let why = says("reason").map(|why| format!("，原因：{why}")).unwrap_or_default();
    html! { <p class="tx-void-note">{ format!("冲正的是：{named}{why}") }</p> }
}
