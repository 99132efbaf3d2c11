//! One row for the eye.

use super::rows::Rows;
use super::{Column, DataListProps, Hand, choosing, keys};
use std::cell::RefCell;
use std::rc::Rc;
use tiexin_contract::records::RecordRow;
use yew::prelude::*;

pub(super) fn paint(
    at: u64,
    row: Option<&RecordRow>,
    props: &DataListProps,
    columns: &[Column],
    tracks: &str,
    hand: &UseStateHandle<Hand>,
    rows: &Rc<RefCell<Rows>>,
) -> Html {
    let style = format!("grid-template-columns:{tracks}");
    let Some(row) = row else {
        return html! { <div key={at.to_string()} class="tx-row tx-row-coming" {style} aria-rowindex={(at + 1).to_string()} /> };
    };
    let chosen = hand.has(row.id);
    let onclick = keys::clicked(at, hand.clone(), rows.clone());
    let open = {
        let row = row.clone();
        props.onopen.reform(move |event: MouseEvent| {
            event.stop_propagation();
            row.clone()
        })
    };
    let cells = columns.iter().enumerate().map(|(n, column)| {
        let class = classes!("tx-cell", column.is_number().then_some("tx-number"));
        let title = column.text(row);
        if n == 0 {
            let word = if title.is_empty() { row.title.clone() } else { title.clone() };
            html! {
                <div {class} role="gridcell" {title}>
                    <button type="button" tabindex="-1" class="tx-open" onclick={open.clone()}>{ word }</button>
                </div>
            }
        } else {
            html! { <div {class} role="gridcell" {title}>{ column.cell(row) }</div> }
        }
    });
    let class = classes!(
        "tx-row",
        chosen.then_some("tx-chosen"),
        (hand.cursor == at).then_some("tx-cursor"),
        row.void.is_some().then_some("tx-void")
    );
    // Two quick presses tick and take back.
    let ondblclick = (!hand.choosing).then(|| open.clone());
    html! {
        <div key={row.id.to_string()} id={format!("row-{at}")} {class} {style} role="row" aria-rowindex={(at + 1).to_string()}
            aria-selected={chosen.to_string()} {onclick} {ondblclick}>
            { choosing::tick(hand, row.id) }
            { for cells }
        </div>
    }
}
