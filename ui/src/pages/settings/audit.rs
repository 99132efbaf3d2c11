//! What was done, by whom, when; for those with the right.

use crate::components::{Button, Look, show};
use crate::hooks::{use_query, use_session};
use crate::routes::Route;
use crate::text;
use std::rc::Rc;
use tiexin_contract::book::{AuditRow, AuditTrail};
use tiexin_domain::Kind;
use yew::prelude::*;
use yew_router::prelude::*;

const LIMIT: u32 = 100;

#[component]
pub(super) fn Audit() -> Html {
    let before = use_state(|| None::<u64>);
    let query = use_query(AuditTrail { before: *before, limit: LIMIT }, &[]);
    let today = use_session().today();
    let older = {
        let before = before.clone();
        move |rows: &Rc<Vec<AuditRow>>| {
            let (before, last) = (before.setter(), rows.last().map(|row| row.seq));
            Callback::from(move |()| before.set(last))
        }
    };
    let newest = {
        let before = before.setter();
        Callback::from(move |()| before.set(None))
    };
    html! {
        <div class="tx-audit">
            { show(&query, |rows| html! {
                <>
                    <table class="tx-table">
                        <thead><tr><th>{ "时间" }</th><th>{ "谁" }</th><th>{ "做了什么" }</th><th>{ "记录" }</th><th>{ "栏目" }</th></tr></thead>
                        <tbody>{ for rows.iter().map(|row| line(row, today)) }</tbody>
                    </table>
                    <div class="tx-form-buttons">
                        if rows.len() == LIMIT as usize { <Button label="更早的" onclick={older(rows)} /> }
                        if before.is_some() { <Button label="回到最近" look={Look::Link} onclick={newest} /> }
                    </div>
                </>
            }) }
        </div>
    }
}

fn line(row: &AuditRow, today: chrono::NaiveDate) -> Html {
    let kind = row.kind.as_deref().map(|kind| Kind::from_code(kind).label().to_owned());
    let record = match (&row.kind, row.record, kind) {
        (Some(kind), Some(id), Some(label)) => {
            html! { <Link<Route> to={Route::of_record(kind, id, None)}>{ label }</Link<Route>> }
        }
        (_, _, label) => html! { { label.unwrap_or_default() } },
    };
    html! {
        <tr>
            <td class="tx-number">{ text::moment(row.at, today) }</td>
            <td>{ &row.actor }</td>
            <td>{ &row.act }</td>
            <td>{ record }</td>
            <td class="tx-muted">{ row.fields.join("、") }</td>
        </tr>
    }
}
