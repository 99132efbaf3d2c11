//! Each township's ledger: how far it was read, and whether desk and province hold the same.

use crate::components::{Card, Tag};
use crate::text;
use tiexin_contract::sync::SyncState;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ScopesProps {
    pub(super) state: SyncState,
}

#[component]
pub(super) fn Scopes(props: &ScopesProps) -> Html {
    let scopes = &props.state.scopes;
    // A book that was put back from a backup begins at 0 with its records.
    let anew = props.state.reading_anew.is_some();
    html! {
        <Card title="各处台账" aside={html! { { props.state.server.clone().unwrap_or_default() } }}>
            <table class="tx-table">
                <thead><tr><th>{ "范围" }</th><th class="tx-number">{ "读到第几条变动" }</th><th>{ "核对码" }</th><th>{ "与省平台" }</th></tr></thead>
                <tbody>
                    { for scopes.iter().map(|scope| {
                        // The head of the digest is enough to compare two desks by telephone.
                        let code: String = scope.digest.chars().take(8).collect();
                        html! {
                            <tr>
                                <td>{ &scope.name }</td>
                                <td class="tx-number">{ text::count(scope.sequence) }</td>
                                <td title={scope.digest.clone()}><code>{ code }</code></td>
                                <td>
                                    if scope.sequence == 0 && !anew {
                                        <Tag text="还没有内容" />
                                    } else if scope.agreed { <Tag text="✓ 内容一致" class="tx-soft" /> } else { <Tag text="待核对" /> }
                                </td>
                            </tr>
                        }
                    }) }
                </tbody>
            </table>
            if scopes.is_empty() { <p class="tx-muted">{ "第一次核对之后，这里会列出各乡镇的台账。" }</p> }
        </Card>
    }
}
