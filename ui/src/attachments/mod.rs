//! Photos and scans of a record: a strip of small pictures, one of them large, adding by button or by dropping.

mod add;
mod beside;
mod chosen;
mod large;
mod strip;
mod thumb;

pub(crate) use add::add_all;
pub(crate) use beside::Beside;
pub(crate) use chosen::ChosenPhotos;
pub(crate) use strip::Attachments;

use tiexin_contract::attachment::AttachmentState;
use yew::prelude::*;

/// Sign, word, class: where the bytes are.
fn words(state: AttachmentState) -> (&'static str, &'static str, &'static str) {
    match state {
        AttachmentState::Local => ("●", "已保存在本机", "tx-local"),
        AttachmentState::ToGoUp => ("↑", "待上传", "tx-waits"),
        AttachmentState::Safe => ("✓", "已上传", "tx-synced"),
        AttachmentState::ToComeDown => ("↓", "待下载", "tx-waits"),
        AttachmentState::Coming => ("↓", "正在下载", "tx-waits"),
        AttachmentState::Faulty => ("!", "需处理", "tx-attention"),
    }
}

/// Where the bytes are, by shape and word as well as by colour.
fn mark(state: AttachmentState) -> Html {
    let (sign, word, class) = words(state);
    html! {
        <span class={classes!("tx-state", class)}>
            <span class="tx-state-sign" aria-hidden="true">{ sign }</span>{ word }
        </span>
    }
}
