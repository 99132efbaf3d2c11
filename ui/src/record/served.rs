//! How long a volunteer has served, on their page, and what they signed for that is not entered yet.

use crate::components::Card;
use crate::hooks::{use_query, use_session};
use crate::routes::Route;
use tiexin_contract::hours::{GetHours, ProposedHours};
use tiexin_domain::PartialDate;
use tiexin_domain::amount::minutes_told;
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ServedProps {
    pub(super) volunteer: Uuid,
}

/// Nothing where no time is known.
#[component]
pub(super) fn Served(props: &ServedProps) -> Html {
    let can_write = use_session().can_write();
    let query =
        use_query(GetHours { volunteer: props.volunteer }, &["volunteer", "service_hours", "activity"]);
    let known = query.data.filter(|served| served.total() > 0 || !served.proposed.is_empty());
    let Some(served) = known else { return Html::default() };
    let parts =
        [("以前累计", served.before), ("有人证明", served.attested), ("还没有人证明", served.unattested)];
    let told: Vec<Html> = parts
        .into_iter()
        .filter(|(_, minutes)| *minutes > 0)
        .map(|(label, minutes)| html! { <><dt>{ label }</dt><dd>{ minutes_told(minutes) }</dd></> })
        .collect();
    let aside = html! { <span class="tx-muted">{ format!("合计 {}", minutes_told(served.total())) }</span> };
    let to = Route::to_make("service_hours");
    html! {
        <Card title="服务时长" {aside}>
            <dl class="tx-facts">{ for told }</dl>
            if !served.proposed.is_empty() {
                <p>
                    { "签到过、还没有记工时的：" }
                    if can_write { <Link<Route> {to}>{ "去登记" }</Link<Route>> }
                </p>
                <ul>{ for served.proposed.iter().map(signed) }</ul>
            }
        </Card>
    }
}

fn signed(one: &ProposedHours) -> Html {
    let to = Route::of_record("activity", one.activity, None);
    let long = if one.minutes > 0 { minutes_told(one.minutes.into()) } else { String::new() };
    html! {
        <li key={one.activity.to_string()}>
            { PartialDate::Day(one.date).label() }{ " " }<Link<Route> {to}>{ one.title.clone() }</Link<Route>>{ " " }{ long }
            if let Some(gap) = &one.gap { <span class="tx-muted">{ format!("（{gap}）") }</span> }
        </li>
    }
}
