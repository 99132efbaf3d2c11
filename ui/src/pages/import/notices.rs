//! What concerns whole sheets: passed over, rows told once.

use crate::components::{Icon, Sign};
use tiexin_contract::import::NoticeRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct NoticesProps {
    pub(super) notices: Vec<NoticeRow>,
}

#[component]
pub(super) fn Notices(props: &NoticesProps) -> Html {
    if props.notices.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="tx-import-notices" aria-label="请先看这里">
            { for props.notices.iter().map(|notice| html! {
                <li><Icon sign={Sign::Warning} /><span>{ &notice.hint }</span></li>
            }) }
        </ul>
    }
}
