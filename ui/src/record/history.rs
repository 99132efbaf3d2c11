//! 经过: what happened to a record, with what stood there before.

use crate::components::{Button, Card, Look, Trouble, show};
use crate::hooks::{use_command, use_query, use_session, use_toast};
use crate::text;
use chrono::NaiveDate;
use tiexin_contract::quarantine::PutBack;
use tiexin_contract::records::{HistoryEntry, RecordHistory};
use uuid::Uuid;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct HistoryProps {
    pub(crate) id: Uuid,
    pub(crate) today: NaiveDate,
}

#[component]
pub(crate) fn History(props: &HistoryProps) -> Html {
    let query = use_query(RecordHistory { id: props.id }, &["*"]);
    let put_back = use_command::<PutBack>();
    let toast = use_toast();
    let may = use_session().can_write();
    let record = props.id;
    let line = |entry: &HistoryEntry| {
        let back = entry.overwritten.as_ref().map(|old| {
            let (put_back, toast) = (put_back.clone(), toast);
            let record = entry.part.as_ref().map_or(record, |part| part.record);
            let ask = PutBack { record, field: old.field.clone(), seq: old.seq };
            Callback::from(move |()| {
                put_back.run(ask.clone(), move |_| toast.good("已放回，原来的也留在经过里"));
            })
        });
        html! {
            <li>
                <span class="tx-history-when">{ text::moment(entry.at, props.today) }</span>
                <span>{ format!("{} {}", entry.author, entry.act) }</span>
                if let Some(part) = &entry.part { <span class="tx-muted">{ &part.title }</span> }
                if let Some(files) = &entry.import { <span class="tx-muted">{ format!("来自 {files}") }</span> }
                { for entry.changes.iter().map(|was| html! {
                    <div class="tx-history-was">
                        <span class="tx-muted">{ format!("{}：", was.label) }</span>
                        if was.old != "（空）" { <del title="原来写的">{ &was.old }</del>{ " → " } }
                        <span>{ &was.new }</span>
                    </div>
                }) }
                if !entry.fields.is_empty() { <span class="tx-muted">{ entry.fields.join("、") }</span> }
                if let Some(old) = &entry.overwritten {
                    <span class="tx-muted">{ format!("原来写的是：{}", text::plain(&old.value)) }</span>
                    if may { <Button label="放回" small=true look={Look::Link} busy={put_back.pending} onclick={back.unwrap_or_default()} /> }
                }
            </li>
        }
    };
    html! {
        <Card title="经过">
            if let Some(error) = &put_back.error { <Trouble error={error.clone()} /> }
            { show(&query, |entries| html! { <ol class="tx-history">{ for entries.iter().map(line) }</ol> }) }
        </Card>
    }
}
