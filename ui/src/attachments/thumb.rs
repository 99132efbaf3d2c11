//! One small picture.

use super::{mark, words};
use crate::components::{Icon, Sign};
use crate::hooks::use_query_when;
use crate::text;
use tiexin_contract::attachment::{AttachmentRow, OpenAttachment};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ThumbProps {
    pub(super) row: AttachmentRow,
    pub(super) onopen: Callback<()>,
}

/// What it shows, in words, for those who cannot see it.
pub(super) fn spoken(row: &AttachmentRow) -> String {
    let day = row.taken_at.as_deref().map(text::stored_date).unwrap_or_default();
    let note = row.note.as_deref().unwrap_or_default();
    [&row.what_label, day.as_str(), note, words(row.state).1]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .map(AsRef::as_ref)
        .collect::<Vec<&str>>()
        .join("，")
}

/// What does not stand on the button itself.
fn more(row: &AttachmentRow) -> Option<String> {
    let day = row.taken_at.as_deref().map(text::stored_date);
    let said: Vec<String> = day.into_iter().chain(row.note.clone()).filter(|part| !part.is_empty()).collect();
    (!said.is_empty()).then(|| said.join("，"))
}

#[component]
pub(super) fn Thumb(props: &ThumbProps) -> Html {
    let row = &props.row;
    let seen = row.thumb_here && !row.masked;
    let ask = seen.then_some(OpenAttachment { id: row.id, small: true, reveal: false });
    let picture = use_query_when(ask, &[]);
    let data = picture.data.as_ref().and_then(|opened| {
        let base64 = opened.base64.as_ref()?;
        Some(format!("data:{};base64,{base64}", opened.mime))
    });
    let onclick = {
        let open = props.onopen.clone();
        Callback::from(move |_: MouseEvent| open.emit(()))
    };
    let stand_in = match (row.masked, row.has_thumb) {
        (true, _) => (Sign::EyeOff, "点开查看"),
        (false, false) => (Sign::Sheet, "PDF"),
        (false, true) => (Sign::Inbox, "待下载"),
    };
    html! {
        <li>
            <button type="button" class="tx-thumb" {onclick} title={more(row)} data-attachment={row.id.to_string()}>
                <span class="tx-thumb-picture">
                    if let Some(src) = data {
                        <img {src} alt="" />
                    } else {
                        <span class="tx-thumb-none"><Icon sign={stand_in.0} />{ stand_in.1 }</span>
                    }
                </span>
                <span class="tx-thumb-words">{ &row.what_label }</span>
                { mark(row.state) }
            </button>
        </li>
    }
}
