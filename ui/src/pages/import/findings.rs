//! What a worker should look at, row by row; a cell can be mended in its place.

use super::paged::{place, use_page};
use crate::components::text_field::value_of;
use crate::components::{Button, Empty, Look, Sign};
use crate::hooks::composing;
use tiexin_contract::import::FindingRow;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct FindingsProps {
    pub(super) findings: Vec<FindingRow>,
    /// The preview is planned anew just now: a cell may be written, and is taken afterwards.
    #[prop_or_default]
    pub(super) again: bool,
    /// A cell and what it should say; none where nothing can be mended any more.
    #[prop_or_default]
    pub(super) onmend: Option<Callback<(FindingRow, String)>>,
}

/// Rows that wait come first; differences, which have a list of their own, last.
#[component]
pub(super) fn Findings(props: &FindingsProps) -> Html {
    let (shown, pager) = use_page(props.findings.len());
    let open = use_state(|| None::<FindingRow>);
    let table = use_node_ref();
    // The row in whose box was typed: it closes, and the row may go, and would take the cursor along.
    let typed_in = use_mut_ref(|| None::<usize>);
    {
        let (table, typed_in) = (table.clone(), typed_in.clone());
        use_effect_with((props.findings.len(), open.is_some()), move |(_, open)| {
            if let (Some(at), false) = (*typed_in.borrow(), *open) {
                give_cursor(&table, at);
            }
        });
    }
    if props.findings.is_empty() {
        return html! { <Empty title="读到的行都没有问题" sign={Sign::Check} /> };
    }
    let mut rows: Vec<&FindingRow> = props.findings.iter().collect();
    rows.sort_by_key(|f| (!f.refused, f.differs));
    let onopen = |at: usize| {
        let (open, typed_in) = (open.setter(), typed_in.clone());
        Callback::from(move |finding: Option<FindingRow>| {
            *typed_in.borrow_mut() = Some(at);
            open.set(finding);
        })
    };
    html! {
        <>
            <table ref={table} class="tx-table tx-findings">
                <thead><tr>
                    <th scope="col">{ "怎么办" }</th><th scope="col">{ "在哪里" }</th>
                    <th scope="col">{ "写的是" }</th><th scope="col">{ "请这样做" }</th>
                </tr></thead>
                <tbody>{ for rows[shown].iter().enumerate().map(|(at, f)| one(f, open.as_ref() == Some(*f), &onopen(at), props)) }</tbody>
            </table>
            { pager }
        </>
    }
}

/// To 改 of this row, or of the last one; never away from where somebody works by now.
fn give_cursor(table: &NodeRef, at: usize) {
    let Some(table) = table.cast::<Element>() else { return };
    let idle = gloo::utils::document().active_element().is_none_or(|e| e.tag_name() == "BODY");
    let button = |row: String| table.query_selector(&format!("tbody tr:{row} button")).ok().flatten();
    let button = button(format!("nth-child({})", at + 1)).or_else(|| button("last-child".to_owned()));
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()).filter(|_| idle) {
        let _ = button.focus();
    }
}

fn one(
    finding: &FindingRow,
    open: bool,
    onopen: &Callback<Option<FindingRow>>,
    props: &FindingsProps,
) -> Html {
    let (tone, mark) = match (finding.refused, finding.differs) {
        (true, _) => ("tx-mark-bad", "▲ 退回"),
        (_, true) => ("tx-mark-differs", "≠ 不一致"),
        _ => ("tx-mark-todo", "○ 待补"),
    };
    // What differs has a list of its own, and a row without the column has no cell to write into.
    let onmend = props.onmend.clone().filter(|_| !finding.differs && !finding.letter.is_empty());
    let value = if finding.value.is_empty() { "（空）" } else { &finding.value };
    html! {
        <tr>
            <td><span class={classes!("tx-mark", tone)}>{ mark }</span></td>
            <td>
                if !finding.who.is_empty() { <strong class="tx-findings-who">{ &finding.who }</strong> }
                <div class="tx-muted">{ place(finding.sheet.as_deref(), finding.row) }{ " " }{ &finding.column }</div>
            </td>
            <td class="tx-findings-value">
                { match onmend {
                    Some(onmend) if open => html! { <Mend finding={finding.clone()} again={props.again} {onmend} {onopen} /> },
                    Some(_) => {
                        let finding = finding.clone();
                        let about = format!("改第 {} 行的{}", finding.row, finding.column);
                        html! { <>
                            { value }{ " " }
                            <Button label="改" hint={about} look={Look::Link} small=true
                                onclick={onopen.reform(move |()| Some(finding.clone()))} />
                        </> }
                    }
                    None => html! { { value } },
                } }
            </td>
            <td>{ &finding.hint }</td>
        </tr>
    }
}

/// Whether something stands in the cell that the box does not show.
fn hides(finding: &FindingRow) -> bool {
    finding.written.is_empty() && !finding.value.is_empty()
}

#[derive(Properties, PartialEq)]
struct MendProps {
    finding: FindingRow,
    again: bool,
    onmend: Callback<(FindingRow, String)>,
    onopen: Callback<Option<FindingRow>>,
}

/// The cell as the file has it where it may be shown, to be written otherwise; Enter takes it, Esc leaves it.
#[component]
fn Mend(props: &MendProps) -> Html {
    let node = use_node_ref();
    // The page is painted anew while one types: planning tells how far it is.
    let typed = use_state(|| props.finding.written.clone());
    let oninput = {
        let typed = typed.setter();
        Callback::from(move |event: InputEvent| typed.set(value_of(&event)))
    };
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(input) = node.cast::<HtmlInputElement>() {
                let _ = input.focus();
                input.select();
            }
        });
    }
    let take = {
        let (node, finding) = (node.clone(), props.finding.clone());
        let (mend, open, again) = (props.onmend.clone(), props.onopen.clone(), props.again);
        Callback::from(move |()| {
            let Some(input) = node.cast::<HtmlInputElement>().filter(|_| !again) else { return };
            open.emit(None);
            let text = input.value();
            // The box began empty because the cell may not be shown: nothing was typed, nothing is cleared.
            if !(text.is_empty() && hides(&finding)) {
                mend.emit((finding.clone(), text));
            }
        })
    };
    let leave = props.onopen.reform(|()| None);
    let onkeydown = {
        let (take, leave) = (take.clone(), leave.clone());
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) {
                return;
            }
            match event.key().as_str() {
                "Enter" => take.emit(()),
                "Escape" => leave.emit(()),
                _ => return,
            }
            event.stop_propagation();
            event.prevent_default();
        })
    };
    let label = format!("第 {} 行的{}", props.finding.row, props.finding.column);
    let placeholder = hides(&props.finding).then_some("原内容不显示，请重新填写");
    html! {
        <div class="tx-findings-mend">
            <span class="pf-v6-c-form-control">
                <input ref={node} value={(*typed).clone()} {oninput} {onkeydown} aria-label={label} {placeholder}
                    spellcheck="false" autocomplete="off" />
            </span>
            <Button label="重新核对" small=true busy={props.again} onclick={take} />
            <Button label="不改" look={Look::Link} small=true onclick={leave} />
        </div>
    }
}
