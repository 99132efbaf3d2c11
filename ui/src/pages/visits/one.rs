//! One visit, to be read and, if need be, corrected or taken back.

use super::fields::label;
use crate::attachments::Attachments;
use crate::components::{Button, Card, Look, Page, Sign, StateMark, show};
use crate::hooks::{use_query, use_session};
use crate::record::{History, VoidNote, Voiding};
use crate::routes::Route;
use crate::text;
use std::rc::Rc;
use tiexin_contract::records::{GetRecord, RecordRow};
use tiexin_domain::nouns::visit::{Presence, VisitKind};
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct VisitPageProps {
    pub(crate) id: Uuid,
}

#[component]
pub(crate) fn VisitPage(props: &VisitPageProps) -> Html {
    let session = use_session();
    let navigator = use_navigator();
    let id = props.id;
    let correct = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::VisitEdit { id });
        }
    });
    let asking = use_state(|| false);
    let row = use_query(GetRecord { id: props.id }, &["visit"]);
    let set = |flag: &UseStateHandle<bool>, to: bool| {
        let flag = flag.clone();
        Callback::from(move |()| flag.set(to))
    };
    let standing = row.data.as_ref().is_some_and(|r| r.void.is_none());
    let action = html! {
        if session.can_write() && standing {
            <Button label="作废" look={Look::Link} onclick={set(&asking, true)} />
            <Button label="更正" sign={Sign::Pen} onclick={correct} />
        }
    };
    html! {
        <Page title="走访" {action}>
            { show(&row, |shown| html! { <Reading row={shown.clone()} reload={row.reload.clone()} /> }) }
            if row.data.is_some() {
                <div class="tx-visit-photos"><Attachments owner={props.id} /></div>
                <History id={props.id} today={session.today()} />
            }
            if *asking { <Voiding id={props.id} what="这次走访" onclose={set(&asking, false)} ondone={row.reload.clone()} /> }
        </Page>
    }
}

#[derive(Properties, PartialEq)]
struct ReadingProps {
    row: Rc<RecordRow>,
    reload: Callback<()>,
}

#[component]
fn Reading(props: &ReadingProps) -> Html {
    let row = &props.row;
    let session = use_session();
    let word = |field: &str| row.fields.get(field).map(text::plain).filter(|t| !t.is_empty());
    let lines: [(&str, Option<String>); 14] = [
        ("date", word("date").map(|d| text::stored_date(&d))),
        ("kind", word("kind").map(|k| VisitKind::from_code(&k).label().to_owned())),
        ("festival", word("festival")),
        ("presence", word("presence").map(|p| Presence::from_code(&p).label().to_owned())),
        ("met", word("met")),
        ("visitors", word("visitors")),
        ("note", word("note")),
        ("needs", word("needs")),
        ("health", word("health")),
        ("living", word("living")),
        ("safety", word("safety")),
        ("gifts", gifts(row)),
        ("follow_up", word("follow_up").map(|d| text::stored_date(&d))),
        ("contact_reason", word("contact_reason")),
    ];
    let family = row.fields.get("household").and_then(|v| v.as_str()).and_then(|id| id.parse().ok());
    html! {
        <Card title={row.fields.get("head_name").map(text::plain).unwrap_or_default()} aside={html! { <StateMark state={row.state} /> }}>
            <VoidNote row={(**row).clone()} ondone={props.reload.clone()} />
            <dl class="tx-read">
                { for lines.into_iter().filter_map(|(field, value)| Some(html! {
                    <><dt>{ label(field) }</dt><dd>{ value? }</dd></>
                })) }
            </dl>
            <p class="tx-muted">
                { row.recorded_by.clone().unwrap_or_default() }
                { row.recorded_at.map(|at| format!(" 记于 {}", text::moment(at, session.today()))).unwrap_or_default() }
            </p>
            if let Some(id) = family { <Link<Route> to={Route::Family { id }}>{ "看这一家人" }</Link<Route>> }
        </Card>
    }
}

fn gifts(row: &RecordRow) -> Option<String> {
    let gifts = row.fields.get("gifts")?.as_array()?;
    let one = |gift: &serde_json::Value| {
        let part = |name: &str| gift.get(name).map(text::plain).unwrap_or_default();
        let amount = part("amount");
        let amount = if amount.is_empty() { amount } else { format!(" {amount} 元") };
        let signed = part("signed_by");
        let signed = if signed.is_empty() { signed } else { format!("（{signed} 签收）") };
        format!("{}{amount}{signed}", part("item"))
    };
    Some(gifts.iter().map(one).collect::<Vec<_>>().join("；")).filter(|t| !t.is_empty())
}
