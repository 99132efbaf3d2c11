//! Above the township: who is behind, whom to ring up, what waits for a decision.

use crate::components::{Button, Card, Look};
use crate::hooks::{use_region, use_sync_state};
use crate::routes::Route;
use crate::text;
use tiexin_contract::regions::RegionName;
use tiexin_contract::today::UnitToday;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct UnitsProps {
    /// Who is furthest behind first.
    pub(super) units: Vec<UnitToday>,
}

#[component]
pub(super) fn Units(props: &UnitsProps) -> Html {
    let region = use_region();
    let to_settle = use_sync_state().state.map_or(0, |state| state.to_settle);
    let late = props.units.iter().filter(|unit| unit.overdue > 0).count();
    let aside = html! { { format!("{} 处，{late} 处有过了时候的", props.units.len()) } };
    let row = |unit: &UnitToday| {
        let goes = {
            let mut path = region.name.path.clone();
            path.push(unit.name.clone());
            let there = RegionName { code: unit.region.clone(), name: unit.name.clone(), path };
            let set = region.set.clone();
            Callback::from(move |()| set.emit(there.clone()))
        };
        let overdue = match unit.overdue {
            0 => "—".to_owned(),
            families => {
                format!("{} 户，最久 {} 天", text::count(families), text::count(unit.longest.unsigned_abs()))
            }
        };
        html! {
            <tr key={unit.region.to_string()}>
                <td><Button label={unit.name.clone()} look={Look::Link} small=true onclick={goes} /></td>
                <td class="tx-number">{ format!("{} / {}", text::count(unit.visited), text::count(unit.families)) }</td>
                <td>{ overdue }</td>
                <td class="tx-number">{ text::count(unit.without_contact) }</td>
                <td>{ unit.ring.clone().unwrap_or_default() }</td>
            </tr>
        }
    };
    html! {
        <Card title="各处的情况" {aside}>
            if to_settle > 0 {
                <p><Link<Route> to={Route::Quarantine}>{ format!("辖区里有 {to_settle} 条修改等您处理") }</Link<Route>></p>
            }
            <table class="tx-table">
                <thead><tr>
                    <th>{ "地方" }</th><th class="tx-number">{ "本月看望（户）" }</th><th>{ "过了时候" }</th>
                    <th class="tx-number">{ "缺联系人" }</th><th>{ "可以问谁" }</th>
                </tr></thead>
                <tbody>{ for props.units.iter().map(row) }</tbody>
            </table>
        </Card>
    }
}
