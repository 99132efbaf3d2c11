//! A family's page: who they are, whom they trust, what was agreed, then the timeline.

mod moving;
mod new;
mod people;

pub(crate) use new::NewFamilyPage;
pub(crate) use people::contacts_now;

use crate::attachments::Attachments;
use crate::components::{Button, Look, Masked, Page, Sign, StateMark, show};
use crate::hooks::{use_query, use_session};
use crate::pages::duplicates::{LooksAlike, MergedInto};
use crate::record::{Past, VoidNote};
use crate::routes::{ForHousehold, Route};
use crate::text;
use chrono::NaiveDate;
use moving::Moving;
use people::{Agreed, People, Trusted};
use tiexin_contract::family::{self, GetFamily};
use tiexin_contract::records::{InVain, dated_ahead};
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct FamilyPageProps {
    pub(crate) id: Uuid,
}

#[component]
pub(crate) fn FamilyPage(props: &FamilyPageProps) -> Html {
    let session = use_session();
    let navigator = use_navigator();
    let family = use_query(GetFamily { household: props.id }, &["*"]);
    let household = props.id;
    let record = {
        let navigator = navigator.clone();
        Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                // The query is a plain struct of one id: it can always be written.
                let _ = navigator.push_with_query(&Route::VisitNew, &ForHousehold::of(household));
            }
        })
    };
    let go = |to: Route| {
        let navigator = navigator.clone();
        Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                navigator.push(&to);
            }
        })
    };
    let history = go(Route::Record { kind: "household".into(), id: household });
    let edit = go(Route::RecordEdit { kind: "household".into(), id: household });
    let moving = use_state(|| false);
    let turn = |to: bool| {
        let moving = moving.setter();
        Callback::from(move |()| moving.set(to))
    };
    // Nothing is recorded for a family that is void: it is brought back first.
    let void = family.data.as_ref().is_some_and(|page| page.household.void.is_some());
    let action = html! {
        <>
            <Button label="经过" look={Look::Link} onclick={history} />
            if session.can_write() && !void {
                <Button label="修改" look={Look::Link} onclick={edit} />
                <Button label="迁往别处" look={Look::Link} onclick={turn(true)} />
                <Button label="记走访" look={Look::Primary} sign={Sign::Pen} onclick={record} />
            }
        </>
    };
    let title = family.data.as_ref().map_or_else(|| "家庭".to_owned(), |page| page.household.title.clone());
    let lead = family.data.as_ref().map(|page| head(page, session.today())).unwrap_or_default();
    html! {
        <Page {title} {action} {lead}>
            { show(&family, |page| html! {
                <>
                    <MergedInto row={page.household.clone()} />
                    // What was merged into another is taken apart in 可能重复.
                    if !page.household.fields.contains_key("merged_into") {
                        <VoidNote row={page.household.clone()} ondone={family.reload.clone()} />
                    }
                    if session.can_write() && page.household.void.is_none() { <LooksAlike {household} /> }
                    if *moving {
                        <Moving page={page.clone()} onclose={turn(false)} />
                    }
                    if !page.gaps.is_empty() {
                        <p class="tx-family-gaps"><strong>{ "还缺：" }</strong>{ page.gaps.join("、") }</p>
                    }
                    <div class="tx-family">
                        <div class="tx-family-left">
                            <People page={page.clone()} />
                            <Trusted page={page.clone()} />
                            <Agreed page={page.clone()} />
                            <Attachments owner={page.household.id} />
                        </div>
                        <div class="tx-family-right">
                            <Past key={household.to_string()} of={household} />
                        </div>
                    </div>
                </>
            }) }
        </Page>
    }
}

/// `今天去过，没有遇到`
pub(crate) fn went_in_vain(in_vain: &InVain, today: NaiveDate) -> String {
    format!("{}去过，{}", text::day(in_vain.on, today), in_vain.words())
}

fn head(page: &family::FamilyPage, today: NaiveDate) -> Html {
    let row = &page.household;
    let word = |field: &str| row.fields.get(field).map(crate::text::plain).unwrap_or_default();
    let address =
        Some(word("current_address")).filter(|a| !a.is_empty()).unwrap_or_else(|| word("registered_address"));
    // By whom somebody was met.
    let seen = match (page.days_since_visit, page.overdue_days) {
        (None, _) if page.in_vain.is_some() => "还没有见到家里人".to_owned(),
        (None, _) => "还没有走访记录".to_owned(),
        (Some(0), _) => "今天看望过".to_owned(),
        (Some(days), Some(over)) if over > 0 => format!("上次走访在 {days} 天前，该去看看了"),
        (Some(days), _) => format!("上次走访在 {days} 天前"),
    };
    html! {
        <span class="tx-family-head">
            <span>{ &row.region_name }</span>
            if !address.is_empty() { <span>{ address }</span> }
            if let Some(phone) = row.fields.get("phone").and_then(|v| v.as_str()) {
                <Masked id={row.id} field="phone" value={phone.to_owned()} />
            }
            <span>{ seen }</span>
            if let Some(in_vain) = &page.in_vain { <span>{ went_in_vain(in_vain, today) }</span> }
            if let Some(day) = page.ahead { <span>{ dated_ahead(day) }</span> }
            <StateMark state={row.state} />
        </span>
    }
}
