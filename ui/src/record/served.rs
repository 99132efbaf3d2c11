//! How long a volunteer has served, on their page.

use crate::components::Card;
use crate::hooks::use_query;
use crate::text;
use tiexin_contract::hours::GetHours;
use uuid::Uuid;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ServedProps {
    pub(super) volunteer: Uuid,
}

/// Nothing where no time is known.
#[component]
pub(super) fn Served(props: &ServedProps) -> Html {
    let query = use_query(GetHours { volunteer: props.volunteer }, &["volunteer", "service_hours"]);
    let Some(served) = query.data.filter(|served| served.total() > 0) else { return Html::default() };
    let parts =
        [("以前累计", served.before), ("有人证明", served.attested), ("还没有人证明", served.unattested)];
    let told: Vec<Html> = parts
        .into_iter()
        .filter(|(_, minutes)| *minutes > 0)
        .map(|(label, minutes)| html! { <><dt>{ label }</dt><dd>{ text::minutes(minutes) }</dd></> })
        .collect();
    let aside = html! { <span class="tx-muted">{ format!("合计 {}", text::minutes(served.total())) }</span> };
    html! { <Card title="服务时长" {aside}><dl class="tx-facts">{ for told }</dl></Card> }
}
