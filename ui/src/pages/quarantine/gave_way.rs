//! Values that gave way to later ones; each can be put back.

use crate::components::{Button, Card, Empty, Look, Sign, Tag, show};
use crate::hooks::{use_command, use_query, use_session, use_toast};
use crate::routes::Route;
use crate::text;
use tiexin_contract::quarantine::{GaveWay, ListGaveWay, PutBack};
use tiexin_domain::{Kind, RegionCode};
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct GaveWayListProps {
    pub(crate) region: RegionCode,
    /// Only of this record.
    #[prop_or_default]
    pub(crate) record: Option<Uuid>,
}

#[component]
pub(crate) fn GaveWayList(props: &GaveWayListProps) -> Html {
    let today = use_session().today();
    let query = use_query(ListGaveWay { region: Some(props.region.clone()), record: props.record }, &["*"]);
    let put_back = use_command::<PutBack>();
    let toast = use_toast();
    let reload = query.reload.clone();
    let row = |one: &GaveWay| {
        let (run, reload, toast) = (put_back.clone(), reload.clone(), toast);
        let ask = PutBack { record: one.record, field: one.field.clone(), seq: one.seq };
        let onclick = Callback::from(move |()| {
            let (reload, toast) = (reload.clone(), toast);
            run.run(ask.clone(), move |_| {
                toast.good("已放回，原来的也留在经过里");
                reload.emit(());
            });
        });
        let word = |value: &serde_json::Value| match text::plain(value) {
            empty if empty.is_empty() => "（空）".to_owned(),
            some => some,
        };
        let at = one.now_at.map(|at| text::moment(at, today)).unwrap_or_default();
        let now_by = one.now_by.clone().unwrap_or_default();
        html! {
            <tr key={format!("{} {} {}", one.record, one.field, one.seq)}>
                <td>
                    <Tag text={Kind::from_code(&one.kind).word().to_owned()} />{ " " }
                    <Link<Route> to={Route::of_record(&one.kind, one.record, None)}>{ &one.title }</Link<Route>>
                    { " " }<span class="tx-muted">{ &one.region_name }</span>
                </td>
                <th>{ &one.label }</th>
                <td>{ word(&one.gone) }<span class="tx-muted">{ format!("（{}）", bare(&one.gone_by)) }</span></td>
                <td>{ word(&one.now) }<span class="tx-muted">{ format!("（{} {at}）", bare(&now_by)) }</span></td>
                <td>if one.may { <Button label="放回" small=true look={Look::Secondary} busy={put_back.pending} {onclick} /> }</td>
            </tr>
        }
    };
    html! {
        <Card>
            if let Some(error) = &put_back.error { <crate::components::Trouble error={error.clone()} /> }
            { show(&query, |all| if all.is_empty() {
                html! {
                    <Empty title="没有被替换的内容" sign={Sign::Undo}>
                        { "两位同事先后改了同一栏时，后收到的生效；前一个会留在这里，可以放回。" }
                    </Empty>
                }
            } else {
                html! {
                    <table class="tx-table">
                        <thead><tr><th>{ "记录" }</th><th>{ "栏目" }</th><th>{ "原来的" }</th><th>{ "现在的" }</th><th></th></tr></thead>
                        <tbody>{ for all.iter().map(row) }</tbody>
                    </table>
                }
            }) }
        </Card>
    }
}

/// A name that stands in brackets already, as that of a colleague whom this desk does not know.
fn bare(name: &str) -> &str {
    name.strip_prefix('（').and_then(|name| name.strip_suffix('）')).unwrap_or(name)
}
