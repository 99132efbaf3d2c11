//! What a worker should look at, row by row.

use crate::components::{Empty, Sign};
use tiexin_contract::import::FindingRow;
use yew::prelude::*;

/// More than this many at once help nobody; the marked copy has them all.
const SHOWN: usize = 300;

#[derive(Properties, PartialEq)]
pub(super) struct FindingsProps {
    pub(super) findings: Vec<FindingRow>,
}

#[component]
pub(super) fn Findings(props: &FindingsProps) -> Html {
    if props.findings.is_empty() {
        return html! { <Empty title="每一行都没有问题" sign={Sign::Check} /> };
    }
    let mut rows: Vec<&FindingRow> = props.findings.iter().collect();
    rows.sort_by_key(|f| !f.refused);
    html! {
        <>
            <table class="tx-table tx-findings">
                <thead><tr>
                    <th scope="col">{ "怎么办" }</th><th scope="col">{ "在哪里" }</th>
                    <th scope="col">{ "写的是" }</th><th scope="col">{ "请这样改" }</th>
                </tr></thead>
                <tbody>{ for rows.iter().take(SHOWN).map(|f| one(f)) }</tbody>
            </table>
            if rows.len() > SHOWN {
                <p class="tx-muted">{ format!("还有 {} 处，请导出标注表查看", rows.len() - SHOWN) }</p>
            }
        </>
    }
}

fn one(finding: &FindingRow) -> Html {
    let place = match &finding.sheet {
        Some(sheet) => format!("{sheet} 第 {} 行", finding.row),
        None => format!("第 {} 行", finding.row),
    };
    html! {
        <tr>
            <td>
                if finding.refused {
                    <span class="tx-mark tx-mark-bad">{ "▲ 先改" }</span>
                } else {
                    <span class="tx-mark tx-mark-todo">{ "○ 待补" }</span>
                }
            </td>
            <td>{ place }<div class="tx-muted">{ &finding.column }</div></td>
            <td class="tx-findings-value">{ if finding.value.is_empty() { "（空）" } else { &finding.value } }</td>
            <td>{ &finding.hint }</td>
        </tr>
    }
}
