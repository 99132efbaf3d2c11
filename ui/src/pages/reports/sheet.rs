//! A form as it is printed: merged heads, a row for each unit, figures that can be pressed.

use super::Pressed;
use std::collections::BTreeMap;
use tiexin_contract::report::{ReportRow, ReportSheet, UnitStanding};
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct SheetTableProps {
    pub(crate) sheet: ReportSheet,
    pub(crate) pressed: Option<Pressed>,
    pub(crate) onpress: Callback<Pressed>,
    /// What was written at the foot since the page was opened: word → text.
    pub(crate) signed: BTreeMap<String, String>,
    pub(crate) onsign: Callback<(String, String)>,
}

#[component]
pub(crate) fn SheetTable(props: &SheetTableProps) -> Html {
    let sheet = &props.sheet;
    html! {
        <div class="tx-form-sheet">
            <h2 class="tx-form-title">{ &sheet.title }</h2>
            <div class="tx-form-unit">
                <span>{ "填报单位：" }{ &sheet.unit }</span>
                <span>{ "填报时间：" }{ &sheet.period }</span>
            </div>
            <table class="tx-form-table">
                <colgroup>
                    <col class="tx-form-units" />
                    { for long_figures(sheet).into_iter().map(|signs| html! {
                        <col style={signs.map(|signs| format!("width: calc({signs}ch + 0.8rem)"))} />
                    }) }
                </colgroup>
                <thead>
                    { for (0..sheet.head_rows).map(|row| html! {
                        <tr>
                            { for sheet.heads.iter().filter(|head| head.row == row).map(|head| html! {
                                <th rowspan={head.row_span.to_string()} colspan={head.column_span.to_string()}
                                    scope={if head.column_span > 1 { "colgroup" } else { "col" }}>
                                    { &head.text }
                                </th>
                            }) }
                        </tr>
                    }) }
                </thead>
                <tbody>{ for sheet.rows.iter().map(|row| line(row, props)) }</tbody>
            </table>
            <div class="tx-form-foot-line">
                { for sheet.foot.iter().enumerate().map(|(at, word)| signature(at, word, props)) }
            </div>
            if !sheet.notes.is_empty() {
                <ul class="tx-form-notes">
                    { for sheet.notes.iter().map(|note| html! { <li>{ "说明：" }{ note }</li> }) }
                </ul>
            }
        </div>
    }
}

/// A word of the foot, and a place to write after it, as on paper.
fn signature(at: usize, word: &str, props: &SheetTableProps) -> Html {
    let kept = props.sheet.signed.get(at).cloned().unwrap_or_default();
    let value = props.signed.get(word).cloned().unwrap_or(kept);
    let onchange = {
        let (sign, word) = (props.onsign.clone(), word.to_owned());
        Callback::from(move |event: Event| {
            sign.emit((word.clone(), event.target_unchecked_into::<HtmlInputElement>().value()));
        })
    };
    html! {
        <label class="tx-form-signature">
            { word }{ "：" }
            <input type="text" aria-label={word.to_owned()} maxlength="30" autocomplete="off" {value} {onchange} />
        </label>
    }
}

/// Of each column of figures the signs of its longest one, where an equal share of the paper is too narrow.
fn long_figures(sheet: &ReportSheet) -> Vec<Option<usize>> {
    let columns = sheet.rows.first().map_or(0, |row| row.cells.len());
    let longest = |column: usize| {
        sheet
            .rows
            .iter()
            .filter_map(|row| row.cells.get(column))
            .map(|cell| cell.value.len())
            .max()
            .unwrap_or(0)
    };
    (0..columns).map(longest).map(|signs| (signs > 4).then_some(signs)).collect()
}

fn line(row: &ReportRow, props: &SheetTableProps) -> Html {
    let empty = !row.total && row.standing != UnitStanding::Figures;
    html! {
        <tr class={classes!(row.total.then_some("tx-total"), empty.then_some("tx-form-empty"))}>
            <th scope="row">
                { &row.label }
                if let Some(hint) = &row.hint { <small class="tx-form-hint">{ hint }</small> }
            </th>
            { for row.cells.iter().map(|cell| {
                let figure = Pressed {
                    region: row.region.clone(),
                    unit: row.label.clone(),
                    path: cell.path.clone(),
                    value: cell.value.clone(),
                };
                let open = props.pressed.as_ref() == Some(&figure);
                let name = format!("{} {} {}", row.label, cell.path.join(" "), cell.value);
                let onclick = props.onpress.reform(move |_: MouseEvent| figure.clone());
                html! {
                    <td>
                        <button type="button" {onclick} aria-label={name} aria-pressed={open.to_string()}
                            class={classes!("tx-figure", open.then_some("tx-chosen"))}>{ &cell.value }</button>
                    </td>
                }
            }) }
        </tr>
    }
}
