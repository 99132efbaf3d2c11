//! 已作废: what was made void, of every kind, with 恢复 beside it.

use crate::components::text_field::value_of;
use crate::components::{Button, Card, Empty, Icon, Look, Page, Sign, Tag, show};
use crate::hooks::{Asked, use_asked, use_query, use_region, use_session};
use crate::record::Restore;
use crate::routes::{AskVoided, Route};
use crate::text;
use tiexin_contract::voided::{ListVoided, VoidedRow};
use tiexin_domain::Kind;
use yew::prelude::*;
use yew_router::prelude::*;

const PAGE: u32 = 100;

#[component]
pub(crate) fn VoidedPage() -> Html {
    let asked = use_asked::<AskVoided>();
    let first = asked.as_ref().map(|asked| asked.what.clone()).unwrap_or_default();
    let region = use_region();
    let kind = use_state(|| first.kind.unwrap_or_default());
    let words = use_state(|| first.text.unwrap_or_default());
    let skip = use_state(|| 0u64);
    {
        // Other words were asked for while the page stands here.
        let (kind, words, skip) = (kind.setter(), words.setter(), skip.setter());
        use_effect_with(asked, move |asked| {
            if let Some(Asked { what, .. }) = asked {
                kind.set(what.kind.clone().unwrap_or_default());
                words.set(what.text.clone().unwrap_or_default());
                skip.set(0);
            }
        });
    }
    let query = use_query(
        ListVoided {
            region: region.code(),
            kind: Some((*kind).clone()).filter(|kind| !kind.is_empty()),
            text: Some(words.trim().to_owned()).filter(|words| !words.is_empty()),
            skip: *skip,
            limit: PAGE,
        },
        &["*"],
    );
    let onkind = {
        let (kind, skip) = (kind.setter(), skip.setter());
        Callback::from(move |event: Event| {
            if let Some(select) = event.target_dyn_into::<web_sys::HtmlSelectElement>() {
                skip.set(0);
                kind.set(select.value());
            }
        })
    };
    let onwords = {
        let (words, skip) = (words.setter(), skip.setter());
        Callback::from(move |event: InputEvent| {
            skip.set(0);
            words.set(value_of(&event));
        })
    };
    let turn = |to: u64| {
        let skip = skip.setter();
        Callback::from(move |()| skip.set(to))
    };
    let lead = html! { { "作废的没有删除，都在这里。恢复一户，家里的人、台账和走访一起回来。" } };
    html! {
        <Page title="已作废" {lead}>
            <div class="tx-list-bar">
                <span class="tx-find">
                    <Icon sign={Sign::Search} />
                    <input type="text" value={(*words).clone()} oninput={onwords} placeholder="姓名、拼音首字母、信息编码"
                        aria-label="在已作废的记录里查找" autocomplete="off" />
                </span>
                <select aria-label="类别" onchange={onkind}>
                    <option value="" selected={kind.is_empty()}>{ "全部类别" }</option>
                    { for crate::pages::NOUNS.iter().map(|noun| Kind::from_code(noun.kind)).map(|one| html! {
                        <option value={one.code().to_owned()} selected={*kind == one.code()}>{ one.label() }</option>
                    }) }
                </select>
                <span class="tx-list-count" aria-live="polite">
                    { query.data.as_ref().map(|page| format!("共 {} 条", text::count(page.total))).unwrap_or_default() }
                </span>
            </div>
            { show(&query, |page| html! {
                <Card>
                    if page.rows.is_empty() {
                        <Empty title="没有作废的记录" sign={Sign::Check}>
                            { if words.trim().is_empty() { "作废一条记录以后，在这里可以找到它，也可以恢复。" } else { "可以换个词，或者换一个类别、上级地区。" } }
                        </Empty>
                    } else {
                        <table class="tx-table tx-voided">
                            <thead><tr><th>{ "记录" }</th><th>{ "原因" }</th><th>{ "谁、什么时候作废" }</th><th /></tr></thead>
                            <tbody>{ for page.rows.iter().map(|one| html! { <Line key={one.row.id.to_string()} one={one.clone()} /> }) }</tbody>
                        </table>
                    }
                    <div class="tx-voided-pages">
                        if *skip > 0 { <Button label="上一页" look={Look::Link} small=true onclick={turn(skip.saturating_sub(PAGE.into()))} /> }
                        if *skip + (page.rows.len() as u64) < page.total {
                            <Button label="下一页" look={Look::Link} small=true onclick={turn(*skip + u64::from(PAGE))} />
                        }
                    </div>
                </Card>
            }) }
        </Page>
    }
}

#[derive(Properties, PartialEq)]
struct LineProps {
    one: VoidedRow,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let today = use_session().today();
    let VoidedRow { row, kind_label, by, at, may } = &props.one;
    let when = at.map(|at| text::moment(at, today)).unwrap_or_default();
    // Of a family that is void its own record tells more than the family's page.
    let to = match row.kind.as_str() {
        "visit" => Route::Visit { id: row.id },
        _ => Route::Record { kind: row.kind.clone(), id: row.id },
    };
    html! {
        <tr>
            <td>
                <Tag text={kind_label.clone()} />{ " " }<Link<Route> {to} classes="tx-strong">{ &row.title }</Link<Route>>
                { " " }<span class="tx-muted">{ &row.region_name }</span>
            </td>
            <td>{ row.void.clone().unwrap_or_default() }</td>
            <td class="tx-muted">{ format!("{} {when}", by.clone().unwrap_or_default()) }</td>
            <td>if *may { <Restore id={row.id} title={row.title.clone()} /> }</td>
        </tr>
    }
}
