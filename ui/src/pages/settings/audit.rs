//! What was done, by whom, when; for those with the right: on this computer, and on those of the region.

use super::audit_wish::WishBar;
use crate::components::{Button, Look, Tab, Tabs, show, use_tab};
use crate::hooks::{use_query, use_session};
use crate::routes::Route;
use crate::text;
use std::rc::Rc;
use tiexin_contract::book::{AuditRow, AuditTrail, AuditWish, RegionAudit, RegionAuditPage};
use tiexin_domain::Kind;
use yew::prelude::*;
use yew_router::prelude::*;

const LIMIT: u32 = 100;

#[component]
pub(super) fn Audit() -> Html {
    let (at, onchange) = use_tab();
    let enrolled = use_session().me().is_some_and(|me| me.enrolled);
    if !enrolled {
        return html! { <Own /> };
    }
    let tabs = vec![Tab::new("辖区的电脑"), Tab::new("这台电脑")];
    html! {
        <>
            <Tabs {tabs} chosen={at} {onchange} />
            if at == 0 { <OfRegion /> } else { <Own /> }
        </>
    }
}

#[component]
fn Own() -> Html {
    let before = use_state(|| None::<u64>);
    let only = use_state(AuditWish::default);
    let query = use_query(AuditTrail { before: *before, limit: LIMIT, only: (*only).clone() }, &[]);
    let today = use_session().today();
    html! {
        <div class="tx-audit">
            <WishBar wish={(*only).clone()} onchange={wishing(&only, &before)} />
            { show(&query, |rows: &Rc<Vec<AuditRow>>| {
                let next = rows.last().map(|row| row.seq).filter(|_| rows.len() == LIMIT as usize);
                html! { <>{ table(rows, false, today, next.is_some()) }{ turn(&before, next) }</> }
            }) }
        </div>
    }
}

#[component]
fn OfRegion() -> Html {
    let before = use_state(|| None::<u64>);
    let only = use_state(AuditWish::default);
    let query = use_query(RegionAudit { before: *before, only: (*only).clone() }, &[]);
    let today = use_session().today();
    html! {
        <div class="tx-audit">
            <WishBar wish={(*only).clone()} onchange={wishing(&only, &before)} />
            <p class="tx-muted">{ "辖区各电脑的操作记录随同步到省平台，这里从省平台取来；没有联网的电脑，它最近的操作要等它同步后才有。" }</p>
            { show(&query, |page: &Rc<RegionAuditPage>| html! {
                <>
                    { table(&page.rows, true, today, page.before.is_some()) }
                    { turn(&before, page.before) }
                </>
            }) }
        </div>
    }
}

/// Another wish begins with the newest.
fn wishing(only: &UseStateHandle<AuditWish>, before: &UseStateHandle<Option<u64>>) -> Callback<AuditWish> {
    let (only, before) = (only.setter(), before.setter());
    Callback::from(move |wish| {
        before.set(None);
        only.set(wish);
    })
}

/// Older ones, and back.
fn turn(before: &UseStateHandle<Option<u64>>, next: Option<u64>) -> Html {
    let to = |number: Option<u64>| {
        let before = before.setter();
        Callback::from(move |()| before.set(number))
    };
    html! {
        <div class="tx-form-buttons">
            if next.is_some() { <Button label="更早的" onclick={to(next)} /> }
            if before.is_some() { <Button label="回到最近" look={Look::Link} onclick={to(None)} /> }
        </div>
    }
}

/// `more`: there are older ones to look through.
fn table(rows: &[AuditRow], of_region: bool, today: chrono::NaiveDate, more: bool) -> Html {
    if rows.is_empty() {
        return html! { <p>{ if more { "到这里还没有符合的，可以接着看更早的。" } else { "没有这样的操作记录。" } }</p> };
    }
    html! {
        <table class="tx-table">
            <thead><tr>
                <th>{ "时间" }</th><th>{ "谁" }</th><th>{ "做了什么" }</th><th>{ "记录" }</th><th>{ "栏目" }</th>
                if of_region { <th>{ "哪里" }</th><th>{ "电脑" }</th> }
            </tr></thead>
            <tbody>{ for rows.iter().map(|row| line(row, of_region, today)) }</tbody>
        </table>
    }
}

fn line(row: &AuditRow, of_region: bool, today: chrono::NaiveDate) -> Html {
    let kind = row.kind.as_deref().map(|kind| Kind::from_code(kind).label().to_owned());
    let called = match (kind, row.title.clone().filter(|title| !title.is_empty())) {
        (Some(kind), Some(title)) => format!("{kind} {title}"),
        (kind, title) => title.or(kind).unwrap_or_default(),
    };
    let record = match (&row.kind, row.record) {
        (Some(kind), Some(id)) => {
            html! { <Link<Route> to={Route::of_record(kind, id, None)}>{ called }</Link<Route>> }
        }
        _ => html! { { called } },
    };
    html! {
        <tr>
            <td class="tx-number">{ text::moment(row.at, today) }</td>
            <td>{ &row.actor }</td>
            <td>{ &row.act }</td>
            <td>{ record }</td>
            <td class="tx-muted">{ row.fields.join("、") }</td>
            if of_region {
                <td>{ row.place.clone().unwrap_or_default() }</td>
                <td class="tx-muted">{ row.device.clone().unwrap_or_default() }</td>
            }
        </tr>
    }
}
