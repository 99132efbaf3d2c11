//! The head of a list: sort by a press, filter below.

use super::Column;
use crate::components::text_field::value_of;
use crate::hooks::use_session;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::rc::Rc;
use tiexin_contract::records::Sort;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct HeadProps {
    pub(super) columns: Rc<[Column]>,
    pub(super) tracks: String,
    pub(super) sort: Option<Sort>,
    pub(super) on_sort: Callback<&'static str>,
    pub(super) filtering: bool,
    pub(super) typed: BTreeMap<&'static str, String>,
    pub(super) on_filter: Callback<(&'static str, String)>,
    /// Stands before the columns.
    pub(super) lead: Html,
}

#[component]
pub(super) fn Head(props: &HeadProps) -> Html {
    let style = format!("grid-template-columns:{}", props.tracks);
    let today = use_session().today();
    // Keys pressed in the filter row are its own, not the rows'. Ctrl+K goes on; Ctrl+L is heard before.
    let onkeydown = Callback::from(|event: KeyboardEvent| {
        let of_all = (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k");
        if event.key() != "Escape" && !of_all {
            event.stop_propagation();
        }
    });
    html! {
        <div class="tx-list-head" {onkeydown}>
            <div class="tx-head-row" role="row" style={style.clone()}>
                { props.lead.clone() }
                { for props.columns.iter().map(|column| head(column, props)) }
            </div>
            if props.filtering {
                <div class="tx-head-row tx-filter-row" {style}>
                    if props.lead != Html::default() { <div class="tx-cell" /> }
                    { for props.columns.iter().map(|column| html! {
                        <div class="tx-cell">{ if column.filtered { filter(column, props, today) } else { Html::default() } }</div>
                    }) }
                </div>
            }
        </div>
    }
}

fn head(column: &Column, props: &HeadProps) -> Html {
    let class = classes!("tx-cell", column.is_number().then_some("tx-number"));
    if !column.sortable {
        return html! { <div {class} role="columnheader">{ column.head }</div> };
    }
    let sort = props.sort.as_ref().filter(|sort| sort.field == column.field);
    let (sign, aria) = match sort {
        Some(sort) if sort.descending => ("↓", Some("descending")),
        Some(_) => ("↑", Some("ascending")),
        None => ("", None),
    };
    let field = column.field;
    let onclick = props.on_sort.reform(move |_: MouseEvent| field);
    html! {
        <div {class} role="columnheader" aria-sort={aria}>
            <button type="button" {onclick} title={format!("按{}排序", column.head)}>{ column.head }<i>{ sign }</i></button>
        </div>
    }
}

fn filter(column: &Column, props: &HeadProps, today: NaiveDate) -> Html {
    let field = column.field;
    let value = props.typed.get(field).cloned().unwrap_or_default();
    let label = format!("筛选{}", column.head);
    let written = !value.trim().is_empty();
    // Nothing is narrowed by a day or a number that cannot be read: that is said and not passed over.
    let unread = written && column.filter(&value, today).is_empty();
    let in_force = written.then_some(if unread { "tx-unread" } else { "tx-in-force" });
    match column.choices() {
        Some(choices) => {
            let onchange = props.on_filter.reform(move |event: Event| {
                (field, event.target_dyn_into::<HtmlSelectElement>().map(|s| s.value()).unwrap_or_default())
            });
            html! {
                <select {onchange} aria-label={label} class={in_force}>
                    <option value="" selected={value.is_empty()}>{ "全部" }</option>
                    { for choices.into_iter().map(|(code, word)| html! {
                        <option value={code} selected={code == value}>{ word }</option>
                    }) }
                </select>
            }
        }
        None => {
            let hint = match column.show {
                super::Show::Date | super::Show::Moment => "如 10月、本月",
                super::Show::LastVisit => "如 ~10月，或 没有",
                _ => "",
            };
            let oninput = props.on_filter.reform(move |event: InputEvent| (field, value_of(&event)));
            html! {
                <input type="text" {value} {oninput} aria-label={label} autocomplete="off"
                    placeholder={hint} class={in_force} aria-invalid={unread.then_some("true")}
                    title={unread.then(|| column.unread())} />
            }
        }
    }
}
