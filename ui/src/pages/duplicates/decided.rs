//! What was decided, and taking a merge back.

use crate::components::{Button, Card, Confirm, Empty, Sign, Tag};
use crate::hooks::{use_command, use_session, use_toast};
use crate::routes::Route;
use crate::text;
use tiexin_contract::duplicates::{Decided, UndoMerge};
use tiexin_contract::records::RecordRow;
use tiexin_domain::Kind;
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct DecidedListProps {
    pub(super) decided: Vec<Decided>,
    pub(super) ondone: Callback<()>,
}

#[component]
pub(super) fn DecidedList(props: &DecidedListProps) -> Html {
    let today = use_session().today();
    let undo = use_command::<UndoMerge>();
    let toast = use_toast();
    let asking = use_state(|| None::<Uuid>);
    if props.decided.is_empty() {
        return html! {
            <Card>
                <Empty title="还没有处理过" sign={Sign::Undo}>{ "合并过的、记为不是同一份的，都留在这里；合并可以撤销。" }</Empty>
            </Card>
        };
    }
    let close = {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(None))
    };
    let go = {
        let (undo, asking, done) = (undo.clone(), asking.clone(), props.ondone.clone());
        Callback::from(move |()| {
            let Some(id) = *asking else { return };
            asking.set(None);
            let (done, toast) = (done.clone(), toast);
            undo.run(UndoMerge { id }, move |_| {
                toast.good("已撤销合并，两份登记都恢复了");
                done.emit(());
            });
        })
    };
    let row = |one: &Decided| {
        let ask = {
            let (asking, id) = (asking.setter(), one.id);
            Callback::from(move |()| asking.set(Some(id)))
        };
        let at = one.at.map(|at| text::moment(at, today)).unwrap_or_default();
        html! {
            <tr key={one.id.to_string()}>
                <td><Tag text={Kind::from_code(&one.kind).label().to_owned()} /></td>
                <td>{ side(&one.stays) }</td>
                <td>{ side(&one.gives_way) }</td>
                <td>{ one.decision.label().to_owned() }</td>
                <td class="tx-muted">{ format!("{} {at}", one.by.clone().unwrap_or_default()) }</td>
                <td>if one.may { <Button label="撤销合并" small=true busy={undo.pending} onclick={ask} /> }</td>
            </tr>
        }
    };
    let asked = props.decided.iter().find(|one| Some(one.id) == *asking);
    let since = asked.map(|one| one.merged_since.clone()).unwrap_or_default();
    html! {
        <Card>
            if let Some(error) = &undo.error { <crate::components::Trouble error={error.clone()} /> }
            <table class="tx-table">
                <thead><tr>
                    <th>{ "内容" }</th><th>{ "留下的" }</th><th>{ "另一份" }</th><th>{ "决定" }</th><th>{ "由谁" }</th><th></th>
                </tr></thead>
                <tbody>{ for props.decided.iter().map(row) }</tbody>
            </table>
            if asking.is_some() {
                <Confirm title="撤销这次合并？" yes="撤销合并" no="不撤销" onyes={go} onno={close} danger=true>
                    { "并入的一份会恢复，转过去的记录转回来；合并以后新填写的内容留在原处。" }
                    if !since.is_empty() {
                        { format!("合并以后又并成一份的不会跟着分开，留在留下的一份名下：{}。要分开请先撤销那些合并。", since.join("、")) }
                    }
                </Confirm>
            }
        </Card>
    }
}

fn side(row: &Option<RecordRow>) -> Html {
    let Some(row) = row else { return html! { <span class="tx-muted">{ "不在您的辖区" }</span> } };
    html! {
        <><Link<Route> to={Route::of_row(row)}>{ &row.title }</Link<Route>>
        <span class="tx-muted">{ format!(" {}", row.region_name) }</span></>
    }
}
