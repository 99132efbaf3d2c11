//! A ledger beside the book: what differs, to be taken or left one by one, and the gaps that it fills.

use super::paged::{place, use_page};
use super::tally::{Adopted, Tick};
use crate::components::{Button, Fold, is_ticked};
use crate::text::count;
use std::rc::Rc;
use tiexin_contract::import::ChangeRow;
use yew::prelude::*;

/// So many fillings are read at a glance; more are folded.
const AT_A_GLANCE: usize = 12;

#[derive(Properties, PartialEq)]
pub(super) struct BesideProps {
    pub(super) changes: Vec<ChangeRow>,
    pub(super) adopted: Rc<Adopted>,
    pub(super) ontick: Callback<Tick>,
}

#[component]
pub(super) fn Beside(props: &BesideProps) -> Html {
    let (differs, fills): (Vec<ChangeRow>, Vec<ChangeRow>) =
        props.changes.iter().cloned().partition(|change| change.old.is_some());
    let gaps = fills.len();
    html! {
        <>
            if !differs.is_empty() {
                <Differences {differs} adopted={props.adopted.clone()} ontick={props.ontick.clone()} />
            }
            if gaps > 0 {
                <Fold title={format!("补上的空缺 {} 处", count(gaps as u64))} open={gaps <= AT_A_GLANCE}
                    lead="本机原来是空的，导入时用台账的补上">
                    <Fills {fills} />
                </Fold>
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct DifferencesProps {
    differs: Vec<ChangeRow>,
    adopted: Rc<Adopted>,
    ontick: Callback<Tick>,
}

#[component]
fn Differences(props: &DifferencesProps) -> Html {
    let (shown, pager) = use_page(props.differs.len());
    let numbers = || props.differs.iter().map(|change| change.number).collect::<Vec<_>>();
    let all = props.differs.len();
    let adopted = props.differs.iter().filter(|change| props.adopted.0.contains(&change.number)).count();
    let take_all = props.ontick.reform({
        let numbers = numbers();
        move |()| Tick::On(numbers.clone())
    });
    let keep_all = props.ontick.reform({
        let numbers = numbers();
        move |()| Tick::Off(numbers.clone())
    });
    html! {
        <section aria-label="与本机不一致的地方">
            <div class="tx-beside-head">
                <p role="status">
                    { format!("{} 处有出入：", count(all as u64)) }
                    <strong>{ format!("采用台账 {} 处，保留本机 {} 处", count(adopted as u64), count((all - adopted) as u64)) }</strong>
                    <span class="tx-muted">{ "。不打勾就不改动本机的。" }</span>
                </p>
                <Button label="全部采用台账的" small=true disabled={adopted == all} onclick={take_all} />
                <Button label="全部保留本机的" small=true disabled={adopted == 0} onclick={keep_all} />
            </div>
            <table class="tx-table tx-beside">
                <thead><tr>
                    <th scope="col">{ "在哪里" }</th><th scope="col">{ "哪一项" }</th>
                    <th scope="col">{ "本机" }</th><th scope="col">{ "台账" }</th><th scope="col">{ "要不要改" }</th>
                </tr></thead>
                <tbody>{ for props.differs[shown].iter().map(|change| difference(change, props)) }</tbody>
            </table>
            { pager }
        </section>
    }
}

fn difference(change: &ChangeRow, props: &DifferencesProps) -> Html {
    let number = change.number;
    let ticked = props.adopted.0.contains(&number);
    let onchange = props.ontick.reform(move |event: Event| match is_ticked(&event) {
        true => Tick::On(vec![number]),
        false => Tick::Off(vec![number]),
    });
    let place = place(change.sheet.as_deref(), change.row);
    let choice = if change.restores { "恢复" } else { "采用台账的" };
    let about = format!("{place}，{}，{}，{choice}", change.title, change.field_label);
    let stands = |yes: bool| if yes { "tx-stands" } else { "tx-gives-way" };
    html! {
        <tr key={number}>
            <td>{ place }</td>
            <td>{ &change.field_label }<div class="tx-muted">{ &change.title }</div></td>
            <td class={stands(!ticked)}>{ change.old.as_deref().unwrap_or_default() }</td>
            <td class={stands(ticked)}>{ &change.new }</td>
            <td>
                <label class="tx-flag">
                    <input type="checkbox" checked={ticked} {onchange} aria-label={about} />
                    <span>{ choice }</span>
                </label>
            </td>
        </tr>
    }
}

#[derive(Properties, PartialEq)]
struct FillsProps {
    fills: Vec<ChangeRow>,
}

#[component]
fn Fills(props: &FillsProps) -> Html {
    let (shown, pager) = use_page(props.fills.len());
    html! {
        <>
            <table class="tx-table tx-beside">
                <thead><tr>
                    <th scope="col">{ "在哪里" }</th><th scope="col">{ "哪一项" }</th><th scope="col">{ "补上" }</th>
                </tr></thead>
                <tbody>{ for props.fills[shown].iter().map(|change| html! {
                    <tr key={change.number}>
                        <td>{ place(change.sheet.as_deref(), change.row) }</td>
                        <td>{ &change.field_label }<div class="tx-muted">{ &change.title }</div></td>
                        <td class="tx-stands">{ &change.new }</td>
                    </tr>
                }) }</tbody>
            </table>
            { pager }
        </>
    }
}
