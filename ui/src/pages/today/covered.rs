//! 三个全覆盖: how many families have both contacts, a doctor, a green channel.

use crate::components::{Card, RankedBars, RankedRow};
use tiexin_contract::today::{Covered, Share};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ThreeProps {
    pub(super) covered: Covered,
}

#[component]
pub(super) fn Three(props: &ThreeProps) -> Html {
    let row = |name: &'static str, share: Share| RankedRow {
        name: name.into(),
        done: share.covered,
        of: share.of,
        onclick: None,
    };
    let Covered { contacts, doctor, channel } = props.covered;
    let rows = vec![row("双岗联系人", contacts), row("家庭医生", doctor), row("绿色通道", channel)];
    html! { <Card title="三个全覆盖"><RankedBars {rows} unit="户" /></Card> }
}
