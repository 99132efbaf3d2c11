//! 待处理: what the province did not apply, what was decided about one's own, what gave way to later values.

mod again;
mod answers;
mod gave_way;
mod item;
mod together;
mod unseen;

use crate::components::{Card, Empty, Page, Sign, Tab, Tabs, show, use_tab};
use crate::hooks::{use_query, use_region};
use answers::Answers;
use gave_way::GaveWayList;
pub(crate) use item::OneItem;
use std::collections::{BTreeMap, BTreeSet};
use tiexin_contract::quarantine::{Item, ListQuarantine};
use tiexin_domain::Kind;
use tiexin_domain::nouns::settlement::Choice;
use together::Together;
use unseen::UnseenList;
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlSelectElement};
use yew::prelude::*;

#[component]
pub(crate) fn QuarantinePage() -> Html {
    let region = use_region();
    // All of it, as the indicator counts it: the heads of the list narrow it.
    let query = use_query(ListQuarantine { region: None }, &["*"]);
    let (face, onchange) = use_tab();
    let waiting = query.data.as_ref().map(|all| (all.items.len() + all.answers.len()) as u64);
    let tabs = vec![Tab { label: "等待处理".into(), count: waiting }, Tab::new("被后来内容替换的")];
    let reload = query.reload.clone();
    html! {
        <Page title="待处理" lead={html! { "省平台没有采纳的修改都留在这里，一条也不会丢。处理意见会送到每一台相关的电脑。" }}>
            <Tabs {tabs} chosen={face} {onchange} />
            if face == 0 {
                { show(&query, |all| html! {
                    <>
                        <Answers answers={all.answers.clone()} ondone={reload.clone()} />
                        <UnseenList unseen={all.unseen.clone()} />
                        if !all.items.is_empty() || all.answers.is_empty() {
                            <Items items={all.items.clone()} ondone={reload.clone()} />
                        }
                    </>
                }) }
            } else {
                <GaveWayList region={region.code()} />
            }
        </Page>
    }
}

#[derive(Properties, PartialEq)]
struct ItemsProps {
    items: Vec<Item>,
    ondone: Callback<()>,
}

/// The heads by which a long list is narrowed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Head {
    Township,
    Village,
    Kind,
    Reason,
}

impl Head {
    const ALL: [(Head, &'static str); 4] = [
        (Head::Township, "乡镇"),
        (Head::Village, "村（社区）"),
        (Head::Kind, "内容"),
        (Head::Reason, "原因"),
    ];

    fn of(self, item: &Item) -> Vec<String> {
        match self {
            Head::Township => vec![item.township_name.clone()],
            Head::Village => vec![item.region_name.clone()],
            Head::Kind => {
                item.parts.iter().map(|part| Kind::from_code(&part.kind).word().to_owned()).collect()
            }
            Head::Reason => vec![item.reason.clone()],
        }
    }
}

/// What may be decided on with others at once: where two people disagree somebody looks at each.
fn together(item: &Item) -> bool {
    item.choices.iter().any(|choice| matches!(choice, Choice::Adopt | Choice::Decline)) && !item.mine
}

#[component]
fn Items(props: &ItemsProps) -> Html {
    let wanted = use_state(|| Head::ALL.map(|_| String::new()));
    let ticked = use_state(BTreeSet::<Uuid>::new);
    let keep = |item: &&Item| {
        Head::ALL
            .iter()
            .zip(wanted.iter())
            .all(|((head, _), word)| word.is_empty() || head.of(item).contains(word))
    };
    let shown: Vec<&Item> = props.items.iter().filter(keep).collect();
    let ondone = {
        let done = props.ondone.clone();
        Callback::from(move |()| {
            focus_list();
            done.emit(());
        })
    };
    if props.items.is_empty() {
        return html! {
            <Card>
                <Empty title="没有待处理的内容" sign={Sign::Check}>
                    { "两位同事写得不一致、或者没有权限的修改，会列在这里，由您选定采用哪一个。" }
                </Empty>
            </Card>
        };
    }
    let offered: Vec<Uuid> = shown.iter().filter(|item| together(item)).map(|item| item.id).collect();
    // What was decided or is not shown any more is not decided on unseen.
    let chosen: Vec<Uuid> = offered.iter().filter(|id| ticked.contains(id)).copied().collect();
    let tick = {
        let ticked = ticked.clone();
        Callback::from(move |(ids, yes): (Vec<Uuid>, bool)| {
            let mut next = (*ticked).clone();
            for id in ids {
                if yes {
                    next.insert(id)
                } else {
                    next.remove(&id)
                };
            }
            ticked.set(next);
        })
    };
    html! {
        <section id="quarantine-list" tabindex="-1" aria-label="等待处理" class="tx-quarantine">
            <div class="tx-quarantine-heads">
                { for Head::ALL.into_iter().enumerate().map(|(at, (head, label))| {
                    let chosen = wanted[at].clone();
                    let wanted = wanted.clone();
                    let onchange = Callback::from(move |event: Event| {
                        let Some(select) = event.target().and_then(|t| t.dyn_into::<HtmlSelectElement>().ok()) else { return };
                        let mut next = (*wanted).clone();
                        next[at] = select.value();
                        wanted.set(next);
                    });
                    html! { <Narrow {label} {chosen} counts={counts(&props.items, head)} {onchange} /> }
                }) }
                <span class="tx-muted" role="status">{ format!("共 {} 条", shown.len()) }</span>
            </div>
            if offered.len() > 1 {
                <Together offered={offered.clone()} chosen={chosen.clone()} ontick={tick.clone()} ondone={ondone.clone()} />
            }
            { for shown.into_iter().map(|item| {
                let onchange = {
                    let (tick, id, yes) = (tick.clone(), item.id, !chosen.contains(&item.id));
                    Callback::from(move |_: Event| tick.emit((vec![id], yes)))
                };
                let names: Vec<&str> = item.parts.iter().map(|part| part.title.as_str()).collect();
                html! {
                    <Card key={item.id.to_string()}>
                        if offered.len() > 1 && offered.contains(&item.id) {
                            <label class="tx-quarantine-tick">
                                <input type="checkbox" checked={chosen.contains(&item.id)} {onchange}
                                    aria-label={format!("勾选 {} {}", item.author, names.join("、"))} />{ " 勾选" }
                            </label>
                        }
                        <OneItem item={item.clone()} ondone={ondone.clone()} />
                    </Card>
                }
            }) }
        </section>
    }
}

fn counts(items: &[Item], head: Head) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for item in items {
        let mut words = head.of(item);
        words.dedup();
        for word in words {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts.into_iter().collect()
}

#[derive(Properties, PartialEq)]
struct NarrowProps {
    label: AttrValue,
    /// The choice in force; empty: all.
    chosen: String,
    counts: Vec<(String, usize)>,
    onchange: Callback<Event>,
}

#[component]
fn Narrow(props: &NarrowProps) -> Html {
    html! {
        <label class="tx-report-form">
            <span class="tx-muted">{ props.label.clone() }</span>
            <span class="pf-v6-c-form-control">
                <select aria-label={props.label.clone()} onchange={props.onchange.clone()}>
                    <option value="" selected={props.chosen.is_empty()}>{ "全部" }</option>
                    { for props.counts.iter().map(|(word, count)| html! {
                        <option value={word.clone()} selected={*word == props.chosen}>{ format!("{word}（{count}）") }</option>
                    }) }
                    // The last of them was decided on just now: the choice stays in force until it is taken back.
                    if !props.chosen.is_empty() && props.counts.iter().all(|(word, _)| *word != props.chosen) {
                        <option value={props.chosen.clone()} selected=true>{ format!("{}（0）", props.chosen) }</option>
                    }
                </select>
                <span class="tx-select-arrow" aria-hidden="true" />
            </span>
        </label>
    }
}

/// What was just decided leaves the list: the cursor goes to what comes next.
fn focus_list() {
    let list = gloo::utils::document().get_element_by_id("quarantine-list");
    if let Some(list) = list.and_then(|list| list.dyn_into::<HtmlElement>().ok()) {
        let _ = list.focus();
    }
}
