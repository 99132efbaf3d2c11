//! 冲正: what was given is not changed; another entry takes it back, with a reason.

use super::spec::Noun;
use crate::components::{Button, Confirm, Form, Look, TextField};
use crate::hooks::{use_command, use_query_when, use_toast};
use crate::text;
use std::rc::Rc;
use tiexin_contract::aid::ReverseAid;
use tiexin_contract::records::{Filter, FilterOp, ListRecords, RecordRow};
use tiexin_domain::shape;
use uuid::Uuid;
use yew::prelude::*;

/// Whether the entry takes another one back.
pub(super) fn takes_back(row: &RecordRow) -> bool {
    shape::reversal(&row.kind).is_some_and(|field| row.fields.contains_key(field))
}

/// What takes the entry back, by its title. It lies where the entry lies.
#[hook]
pub(super) fn use_taken_back(noun: &'static Noun, row: &RecordRow) -> Option<String> {
    let field = shape::reversal(&row.kind).filter(|_| !takes_back(row));
    let ask = field.map(|field| {
        let named = Filter { field: field.to_owned(), op: FilterOp::Is, value: row.id.to_string().into() };
        ListRecords { filters: vec![named], ..ListRecords::of(row.kind.clone(), row.region.clone(), 1) }
    });
    let query = use_query_when(ask, std::slice::from_ref(&noun.kind));
    query.data.and_then(|page| page.rows.first().map(|back| back.title.clone()))
}

#[derive(Properties, PartialEq)]
pub(super) struct ReverseProps {
    pub(super) row: Rc<RecordRow>,
    pub(super) ondone: Callback<()>,
}

/// The button on the page of an entry that neither takes another back nor was taken back.
#[component]
pub(super) fn Reverse(props: &ReverseProps) -> Html {
    let asking = use_state(|| false);
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
        <Confirm title={format!("冲正“{}”？", props.title)} yes="冲正" no="不冲正" onyes={onyes.clone()} onno={props.onclose.clone()} danger=true>
            <p>{ "会再记一笔金额相反的，原来那一笔不动；两笔都不再算进报表。冲正以后不能撤销。" }</p>
            <Form onsave={onyes} short=true>
                <TextField label="原因" name="reason" value={(*reason).clone()} {onchange} {problem} required=true first=true />
            </Form>
        </Confirm>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct ToldProps {
    pub(super) row: Rc<RecordRow>,
    /// What takes it back.
    pub(super) back: Option<String>,
}

/// On the page of an entry: which one it takes back and why, or what takes it back.
#[component]
pub(super) fn Told(props: &ToldProps) -> Html {
    let says = |field: &str| props.row.fields.get(field).map(text::plain).filter(|word| !word.is_empty());
    let told = match (says("reverses_name"), &props.back) {
        (Some(named), _) => {
            let why = says("reason").map(|why| format!("，原因：{why}")).unwrap_or_default();
            format!("冲正的是：{named}{why}")
        }
        (None, Some(back)) => format!("已冲正，不再算进报表：{back}"),
        (None, None) => return Html::default(),
    };
    html! { <p class="tx-void-note">{ told }</p> }
}
