//! What needs this worker: own changes that the province did not apply. The rest is on a page of its own.

use crate::components::{Card, show};
use crate::hooks::use_query;
use crate::pages::quarantine::OneItem;
use crate::routes::Route;
use tiexin_contract::quarantine::ListQuarantine;
use tiexin_contract::sync::SyncState;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct TroublesProps {
    pub(super) state: SyncState,
}

#[component]
pub(super) fn Troubles(props: &TroublesProps) -> Html {
    let query = use_query(ListQuarantine { region: None }, &["*"]);
    let reload = query.reload.clone();
    let aside = html! {
        <Link<Route> to={Route::Quarantine}>{ format!("待处理（{}）", props.state.needs_person()) }</Link<Route>>
    };
    html! {
        <Card title="需要您处理" class="tx-troubles" {aside}>
            { show(&query, |all| html! {
                <>
                    { for all.items.iter().filter(|item| item.mine).map(|item| html! {
                        <OneItem key={item.id.to_string()} item={item.clone()} ondone={reload.clone()} />
                    }) }
                    if props.state.to_settle > 0 {
                        <p>{ format!("辖区里有 {} 条修改等您处理。", props.state.to_settle) }</p>
                    }
                    if props.state.unseen > 0 {
                        <p>{ format!("您登记的 {} 条所属的家庭已作废，现在看不到，见“待处理”。", props.state.unseen) }</p>
                    }
                    if props.state.answered > 0 {
                        <p>{ format!("您提交的 {} 条已有处理结果。", props.state.answered) }</p>
                    }
                </>
            }) }
        </Card>
    }
}
