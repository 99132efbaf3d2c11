//! What a worker should look at, row by row.

use super::paged::{place, use_page};
use crate::components::{Empty, Sign};
use tiexin_contract::import::FindingRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct FindingsProps {
    pub(super) findings: Vec<FindingRow>,
}

/// Rows that wait come first; differences, which have a list of their own, last.
#[component]
pub(super) fn Findings(props: &FindingsProps) -> Html {
    let (shown, pager) = use_page(props.findings.len());
    if props.findings.is_empty() {
        return html! { <Empty title="读到的行都没有问题" sign={Sign::Check} /> };
    }
    let mut rows: Vec<&FindingRow> = props.findings.iter().collect();
    rows.sort_by_key(|f| (!f.refused, f.differs));
    html! {
        <>
            <table class="tx-table tx-findings">
                <thead><tr>
                    <th scope="col">{ "怎么办" }</th><th scope="col">{ "在哪里" }</th>
                    <th scope="col">{ "写的是" }</th><th scope="col">{ "请这样做" }</th>
                </tr></thead>
                <tbody>{ for rows[shown].iter().map(|f| one(f)) }</tbody>
            </table>
            { pager }
        </>
    }
}

fn one(finding: &FindingRow) -> Html {
    let (tone, mark) = match (finding.refused, finding.differs) {
        (true, _) => ("tx-mark-bad", "▲ 退回"),
        (_, true) => ("tx-mark-differs", "≠ 不一致"),
        _ => ("tx-mark-todo", "○ 待补"),
    };
    html! {
        <tr>
            <td><span class={classes!("tx-mark", tone)}>{ mark }</span></td>
            <td>{ place(finding.sheet.as_deref(), finding.row) }<div class="tx-muted">{ &finding.column }</div></td>
            <td class="tx-findings-value">{ if finding.value.is_empty() { "（空）" } else { &finding.value } }</td>
            <td>{ &finding.hint }</td>
        </tr>
    }
}
