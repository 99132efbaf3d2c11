//! The columns as they were recognised; the worker may say otherwise, and it is kept.

use std::rc::Rc;
use tiexin_contract::import::{ColumnChoice, ColumnPlan, ImportPlan, SheetPlan};
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ColumnsProps {
    pub(super) plan: Rc<ImportPlan>,
    pub(super) sheets: Vec<SheetPlan>,
    /// The preview is planned anew just now: no column is said to be another meanwhile.
    pub(super) again: bool,
    pub(super) onchoose: Callback<ColumnChoice>,
}

#[component]
pub(super) fn Columns(props: &ColumnsProps) -> Html {
    html! {
        <>
            <p class="tx-muted">{ "没认出来的列会记在备注里。可以在这里指定，下次还会记得。" }</p>
            { for props.sheets.iter().map(|sheet| one_sheet(sheet, props)) }
        </>
    }
}

fn one_sheet(sheet: &SheetPlan, props: &ColumnsProps) -> Html {
    let Some(kind) = &sheet.kind else {
        return html! { <p><strong>{ &sheet.name }</strong><span class="tx-muted">{ " 不是台账，没有读取" }</span></p> };
    };
    let known = props.plan.fields.iter().find(|f| f.sheet_kind == *kind);
    let label = known.map(|f| f.label.clone()).unwrap_or_default();
    let choices = known.map(|f| f.fields.clone()).unwrap_or_default();
    html! {
        <details class="tx-columns" open={props.sheets.len() == 1}>
            <summary><strong>{ &sheet.name }</strong><span class="tx-muted">{ format!(" {label}") }</span></summary>
            <table class="tx-table">
                <thead><tr>
                    <th scope="col">{ "列" }</th><th scope="col">{ "表头" }</th>
                    <th scope="col">{ "当作" }</th><th scope="col">{ "例子" }</th>
                </tr></thead>
                <tbody>
                    { for sheet.columns.iter().enumerate().map(|(at, column)| html! {
                        <tr class={column.field.is_none().then_some("tx-unknown-column")}>
                            <td>{ &column.letter }</td>
                            <td>{ &column.head }</td>
                            <td>{ choice(kind, column, &choices, props) }</td>
                            <td class="tx-muted">{ sheet.sample.iter().find_map(|row| row.get(at).filter(|t| !t.is_empty())).cloned().unwrap_or_default() }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
        </details>
    }
}

fn choice(kind: &str, column: &ColumnPlan, choices: &[(String, String)], props: &ColumnsProps) -> Html {
    let (sheet_kind, head) = (kind.to_owned(), column.head.clone());
    let onchange = props.onchoose.reform(move |event: Event| {
        let value = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok())
            .map(|select| select.value())
            .unwrap_or_default();
        let field = (!value.is_empty()).then_some(value);
        ColumnChoice { sheet_kind: sheet_kind.clone(), head: head.clone(), field }
    });
    let chosen = column.field.clone().unwrap_or_default();
    html! {
        <span class="pf-v6-c-form-control">
            <select {onchange} disabled={props.again} aria-label={format!("{} 当作", column.head)}>
                <option value="" selected={chosen.is_empty()}>{ "记在备注里" }</option>
                { for choices.iter().map(|(code, label)| html! {
                    <option value={code.clone()} selected={*code == chosen}>{ label }</option>
                }) }
            </select>
            <span class="tx-select-arrow" aria-hidden="true" />
        </span>
    }
}
