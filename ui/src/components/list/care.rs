//! Who looks after a family and when it was last seen, in a cell. A gap shows by a sign and its words
//! as well as by colour; a family that wishes no visits has none.

use chrono::Datelike;
use tiexin_contract::records::{Care, RecordRow, dated_ahead};
use tiexin_domain::nouns::support_file::{ContactPreference, is_active};
use yew::prelude::*;

/// Both contacts, whichever there are.
pub(super) fn contacts(row: &RecordRow) -> String {
    row.care.as_ref().map(Care::contacts).unwrap_or_default()
}

pub(super) fn contacts_cell(row: &RecordRow) -> Html {
    let Some(care) = &row.care else { return Html::default() };
    let missing = match (&care.township_leader, &care.village_worker) {
        (Some(leader), Some(worker)) => return html! { { format!("{leader}、{worker}") } },
        (Some(_), None) => "缺村联系人",
        (None, Some(_)) => "缺镇联系人",
        (None, None) => "缺双岗联系人",
    };
    let known = care.township_leader.as_ref().or(care.village_worker.as_ref());
    html! {
        <>
            if let Some(known) = known { <span>{ known }{ " " }</span> }
            if is_active(&row.fields) { { gap(missing) } }
        </>
    }
}

pub(super) fn last_visit(row: &RecordRow) -> String {
    row.care.as_ref().and_then(|care| care.last_visit).map(|day| day.to_string()).unwrap_or_default()
}

pub(super) fn last_visit_cell(row: &RecordRow) -> Html {
    let declined = row.fields.get("preference").and_then(|wish| wish.as_str())
        == Some(ContactPreference::Declined.code());
    // Whoever went there and met nobody has not seen the family.
    let in_vain = row.care.as_ref().and_then(|care| care.in_vain.as_ref()).map(|told| {
        html! { <span class="tx-muted">{ format!(" {}月{}日{}", told.on.month(), told.on.day(), told.words()) }</span> }
    });
    let ahead = row.care.as_ref().and_then(|care| care.ahead).map(|day| {
        html! { <span class="tx-muted">{ format!(" {}", dated_ahead(day)) }</span> }
    });
    let in_vain = html! { <>{ in_vain.unwrap_or_default() }{ ahead.unwrap_or_default() }</> };
    match row.care.as_ref().map(|care| care.last_visit) {
        Some(None) if is_active(&row.fields) && !declined => html! { <>{ gap("还没走访") }{ in_vain }</> },
        Some(Some(day)) => html! { <>{ day.to_string() }{ in_vain }</> },
        _ => in_vain,
    }
}

fn gap(words: &'static str) -> Html {
    html! { <span class="tx-gap"><i aria-hidden="true">{ "◇" }</i>{ words }</span> }
}
