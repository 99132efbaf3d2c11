//! Visits of a region, newest first.

use crate::components::list::{Column, Show};
use crate::components::{Button, Look, Page, Sign, Tab, Tabs, options};
use crate::hooks::{use_kept, use_session};
use crate::pages::services::{COUNSELLING, INSURANCE_CLAIM, NEED_SURVEY};
use crate::record::{Noun, RecordList};
use crate::routes::Route;
use crate::text;
use serde_json::Value;
use tiexin_contract::records::Sort;
use tiexin_domain::nouns::visit::{Presence, VisitKind};
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) static VISIT: Noun = Noun {
    kind: "visit",
    label: "走访",
    add: "记一次走访",
    unit: "次",
    sign: Sign::Footsteps,
    empty: ("这里会按时间列出走访", "上门回来，用一句话记下来就好，没有网络也能记。"),
    columns: || {
        vec![
            Column::new("date", "日期").show(Show::Date).width(8),
            Column::new("head_name", "户主").width(7),
            Column::place(),
            Column::new("kind", "走访类型").show(Show::Code(options::<VisitKind>)).width(8),
            Column::new("presence", "见面情况").show(Show::Code(options::<Presence>)).width(8).spare(),
            Column::new("visitors", "走访人").width(11),
            Column::new("note", "走访情况").show(Show::By(note)).width(22).unsorted(),
            Column::state(),
        ]
    },
    sort: || Some(Sort { field: "date".into(), descending: true }),
    fields: Vec::new,
};

fn note(row: &tiexin_contract::records::RecordRow) -> String {
    row.fields
        .get("note")
        .and_then(Value::as_str)
        .map(|note| note.replace('\n', " "))
        .unwrap_or_else(|| row.fields.get("needs").map(text::plain).unwrap_or_default())
}

const TABS: [&Noun; 4] = [&VISIT, &NEED_SURVEY, &INSURANCE_CLAIM, &COUNSELLING];

/// Visits, and what else is done for families; each list with its own action.
#[component]
pub(crate) fn VisitsPage() -> Html {
    let at = use_kept("visits tab", || 0usize);
    let navigator = use_navigator();
    let can_write = use_session().can_write();
    let noun = TABS[*at];
    let new_at = match *at {
        0 => Route::VisitNew,
        _ => Route::RecordNew { kind: noun.kind.to_owned() },
    };
    let onclick = {
        let new_at = new_at.clone();
        Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                navigator.push(&new_at);
            }
        })
    };
    let onchange = {
        let at = at.setter();
        Callback::from(move |chosen| at.set(chosen))
    };
    let action = match can_write {
        true => html! { <Button label={noun.add} look={Look::Primary} sign={Sign::Plus} {onclick} /> },
        false => Html::default(),
    };
    html! {
        <Page title="走访" {action} full=true>
            <Tabs tabs={TABS.iter().map(|noun| Tab::new(noun.label)).collect::<Vec<_>>()} chosen={*at} {onchange} />
            <RecordList key={noun.kind} {noun} {new_at} />
        </Page>
    }
}
