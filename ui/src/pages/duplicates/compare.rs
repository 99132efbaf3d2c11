//! Two registrations side by side: which one stays, and of each field whose word.

use super::OneSide;
use crate::components::{Button, Card, Confirm, Look, Masked, Page, Trouble, show};
use crate::hooks::{use_command, use_query, use_toast};
use crate::routes::Route;
use crate::text;
use std::collections::BTreeSet;
use std::rc::Rc;
use tiexin_contract::duplicates::{
    CompareDuplicates, ComparedField, Comparison, DeclareDifferent, MergeRecords, Side,
};
use tiexin_domain::Kind;
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ComparePageProps {
    pub(crate) one: Uuid,
    pub(crate) other: Uuid,
}

#[component]
pub(crate) fn ComparePage(props: &ComparePageProps) -> Html {
    let query = use_query(CompareDuplicates { one: props.one, other: props.other }, &["*"]);
    let title = query.data.as_ref().map_or_else(
        || "并排核对".to_owned(),
        |both| format!("并排核对：{}", Kind::from_code(&both.kind).label()),
    );
    html! {
        <Page {title} lead={html! { "内容不同的栏目请选定采用哪一个；没有选到的仍留在经过里。" }}>
            { show(&query, |both| html! { <Both both={both.clone()} /> }) }
        </Page>
    }
}

#[derive(Properties, PartialEq)]
struct BothProps {
    both: Rc<Comparison>,
}

/// Which one stays, the fields of the other one that are taken over, the money that is turned.
#[derive(Clone, Default, PartialEq)]
struct Chosen {
    other_stays: bool,
    take: BTreeSet<String>,
    money: BTreeSet<Uuid>,
}

impl Chosen {
    fn begin(both: &Comparison, other_stays: bool) -> Chosen {
        Chosen { other_stays, take: both.taken_by_default(other_stays), money: BTreeSet::new() }
    }
}

#[component]
fn Both(props: &BothProps) -> Html {
    let both = &props.both;
    let chosen = use_state(|| Chosen::begin(both, false));
    let merge = use_command::<MergeRecords>();
    let differ = use_command::<DeclareDifferent>();
    let toast = use_toast();
    let navigator = use_navigator();
    let asking = use_state(|| false);
    let ask = |to: bool| {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(to))
    };
    let (stays, gives_way) =
        if chosen.other_stays { (&both.other, &both.one) } else { (&both.one, &both.other) };
    let stay = |other_stays: bool| {
        let (chosen, both) = (chosen.setter(), both.clone());
        Callback::from(move |_: Event| chosen.set(Chosen::begin(&both, other_stays)))
    };
    let take = |field: &str, yes: bool| {
        let (chosen, field) = (chosen.clone(), field.to_owned());
        Callback::from(move |_: Event| {
            let mut next = (*chosen).clone();
            if yes {
                next.take.insert(field.clone());
            } else {
                next.take.remove(&field);
            }
            chosen.set(next);
        })
    };
    let go = {
        let (merge, chosen, asking, toast) = (merge.clone(), chosen.clone(), asking.setter(), toast);
        let (to, stays, gives_way) = (Route::of_row(&stays.row), stays.row.id, gives_way.row.id);
        let navigator = navigator.clone();
        Callback::from(move |()| {
            asking.set(false);
            let args = MergeRecords {
                stays,
                gives_way,
                take: chosen.take.iter().cloned().collect(),
                money: chosen.money.iter().copied().collect(),
            };
            let (toast, navigator, to) = (toast, navigator.clone(), to.clone());
            merge.run(args, move |merged| {
                toast.good(format!(
                    "已合并，{} 条记录转到留下的一份。不对可以在“可能重复”里撤销。",
                    merged.turned
                ));
                if let Some(navigator) = &navigator {
                    navigator.replace(&to);
                }
            });
        })
    };
    let apart = {
        let differ = differ.clone();
        let (one, other) = (both.one.row.id, both.other.row.id);
        Callback::from(move |()| {
            let (toast, navigator) = (toast, navigator.clone());
            differ.run(DeclareDifferent { one, other }, move |_| {
                toast.good("已记为不是同一份，其他电脑也不再提示");
                if let Some(navigator) = &navigator {
                    navigator.replace(&Route::Duplicates);
                }
            });
        })
    };
    html! {
        <Card>
            <table class="tx-table tx-compare">
                <thead><tr>
                    <th></th>
                    { for [(false, &both.one), (true, &both.other)].into_iter().map(|(other, side)| html! {
                        <th>
                            <OneSide row={side.row.clone()} />
                            if both.may {
                                <label class="tx-compare-stays">
                                    <input type="radio" name="stays" checked={chosen.other_stays == other} onchange={stay(other)} />
                                    { " 留下这一份" }
                                </label>
                            }
                        </th>
                    }) }
                </tr></thead>
                <tbody>
                    { for both.fields.iter().map(|field| row(both, field, &chosen, &take)) }
                    <tr>
                        <th>{ "名下记录" }</th>
                        <td>{ hanging(&both.one) }</td>
                        <td>{ hanging(&both.other) }</td>
                    </tr>
                </tbody>
            </table>
            if both.may && !gives_way.money.is_empty() {
                <Money side={gives_way.clone()} chosen={chosen.clone()} />
            }
            if let Some(error) = merge.error.as_ref().or(differ.error.as_ref()) { <Trouble error={error.clone()} /> }
            if both.may {
                <div class="tx-form-buttons tx-pair-doing">
                    <Button label="合并成一份" look={Look::Primary} busy={merge.pending} onclick={ask(true)} />
                    <Button label="不是同一份" busy={differ.pending} onclick={apart} />
                </div>
            } else {
                <p class="tx-muted">{ "合并要有两边的填写权限，可以请县里的审核人办理。" }</p>
            }
            if *asking {
                <Confirm title="合并成一份？" yes="合并" onyes={go} onno={ask(false)}>
                    { format!("留下{}登记的一份，另一份隐去；提到它的走访、人员、台账都转到留下的一份。以后可以撤销。",
                        stays.row.recorded_by.clone().unwrap_or_default()) }
                </Confirm>
            }
        </Card>
    }
}

fn hanging(side: &Side) -> String {
    if side.hanging.is_empty() { "没有".into() } else { side.hanging.join("，") }
}

/// A row of the table: both values, and whose word stands where they differ.
fn row(
    both: &Comparison,
    field: &ComparedField,
    chosen: &Chosen,
    take: &impl Fn(&str, bool) -> Callback<Event>,
) -> Html {
    let taken = chosen.take.contains(&field.field);
    let cell = |other: bool| {
        let (side, value) = if other { (&both.other, &field.other) } else { (&both.one, &field.one) };
        // Of the one that gives way: choosing it is taking it over.
        let gone = other != chosen.other_stays;
        let shown = match text::plain(value) {
            empty if empty.is_empty() => html! { <span class="tx-muted">{ "（空）" }</span> },
            some if field.masked => {
                html! { <Masked id={side.row.id} field={field.field.clone()} value={some} /> }
            }
            some => html! { { some } },
        };
        let label = format!("{}：采用{}", field.label, if other { "右边的" } else { "左边的" });
        html! {
            <td class={classes!(field.differs.then_some("tx-differs"))}>
                if both.may && field.differs && !field.joins {
                    <input type="radio" name={format!("take-{}", field.field)} aria-label={label}
                        checked={taken == gone} onchange={take(&field.field, gone)} />{ " " }
                }
                { shown }
            </td>
        }
    };
    html! {
        <tr key={field.field.clone()}>
            <th>
                { &field.label }
                if both.may && field.differs && field.joins {
                    <label class="tx-compare-joins">
                        <input type="checkbox" checked={taken} onchange={take(&field.field, !taken)} />{ " 两边合在一起" }
                    </label>
                }
            </th>
            { cell(false) }
            { cell(true) }
        </tr>
    }
}

#[derive(Properties, PartialEq)]
struct MoneyProps {
    side: Side,
    chosen: UseStateHandle<Chosen>,
}

/// Money is turned only when a person ticks it.
#[component]
fn Money(props: &MoneyProps) -> Html {
    html! {
        <fieldset class="tx-compare-money">
            <legend>{ "涉及钱款的记录不会自动合并。确认属于同一家的请勾选，不勾的留在原来的登记上：" }</legend>
            { for props.side.money.iter().map(|money| {
                let (chosen, id) = (props.chosen.clone(), money.id);
                let ticked = chosen.money.contains(&id);
                let onchange = Callback::from(move |_: Event| {
                    let mut next = (*chosen).clone();
                    if !next.money.remove(&id) {
                        next.money.insert(id);
                    }
                    chosen.set(next);
                });
                html! {
                    <label key={id.to_string()}>
                        <input type="checkbox" checked={ticked} {onchange} />{ format!(" {}", money.title) }
                    </label>
                }
            }) }
        </fieldset>
    }
}
