//! What needs a person: both values side by side, keep mine or let it go.

use crate::components::{Button, Card, Look, Tag, show};
use crate::hooks::{use_command, use_query, use_session, use_toast};
use crate::routes::Route;
use crate::text;
use tiexin_contract::sync::{ListTroubles, SettleTrouble, Trouble, TroubleField};
use tiexin_domain::Kind;
use yew::prelude::*;
use yew_router::prelude::*;

#[component]
pub(super) fn Troubles() -> Html {
    let query = use_query(ListTroubles {}, &["*"]);
    let reload = query.reload.clone();
    html! {
        <Card title="需要您处理" class="tx-troubles">
            { show(&query, |troubles| html! {
                <>{ for troubles.iter().map(|trouble| html! {
                    <One key={trouble.seq} trouble={trouble.clone()} ondone={reload.clone()} />
                }) }</>
            }) }
        </Card>
    }
}

#[derive(Properties, PartialEq)]
struct OneProps {
    trouble: Trouble,
    ondone: Callback<()>,
}

#[component]
fn One(props: &OneProps) -> Html {
    let trouble = &props.trouble;
    let today = use_session().today();
    let settle = use_command::<SettleTrouble>();
    let toast = use_toast();
    let seq = trouble.seq;
    let act = |keep_mine: bool, said: &'static str| {
        let (settle, done) = (settle.clone(), props.ondone.clone());
        Callback::from(move |()| {
            let done = done.clone();
            settle.run(SettleTrouble { seq, keep_mine }, move |_| {
                toast.good(said);
                done.emit(());
            });
        })
    };
    let parked = trouble.verdict == "parked";
    let kind = Kind::from_code(&trouble.kind).label().to_owned();
    let to = Route::of_record(&trouble.kind, trouble.record, None);
    let (mine, theirs) = match parked {
        true => ("我写的", "省平台现有"),
        false => ("我改成的", "别人先改成的"),
    };
    html! {
        <article class="tx-trouble-one">
            <header>
                <Link<Route> {to}>{ &trouble.title }</Link<Route>>
                <Tag text={kind} />
                <span class="tx-muted">{ format!("{}，{}", trouble.author, text::moment(trouble.noted_at, today)) }</span>
            </header>
            <p>{ &trouble.message }</p>
            if !trouble.fields.is_empty() {
                <table class="tx-table">
                    <thead><tr><th>{ "栏目" }</th><th>{ mine }</th><th>{ theirs }</th></tr></thead>
                    <tbody>{ for trouble.fields.iter().map(both) }</tbody>
                </table>
            }
            if let Some(error) = &settle.error { <crate::components::Trouble error={error.clone()} /> }
            <div class="tx-form-buttons">
                <Button label="用我的" look={Look::Primary} busy={settle.pending} onclick={act(true, "已按您写的保存，等待上传")} />
                <Button label="用省平台的" busy={settle.pending} onclick={act(false, "已采用省平台的内容，您写的留在经过里")} />
            </div>
        </article>
    }
}

fn both(field: &TroubleField) -> Html {
    let word = |value: &serde_json::Value| {
        let word = text::plain(value);
        if word.is_empty() { "（空）".to_owned() } else { word }
    };
    html! { <tr><th>{ &field.label }</th><td>{ word(&field.mine) }</td><td>{ word(&field.theirs) }</td></tr> }
}
