//! A photo beside what is typed from it: the sheet that people signed, beside the line for signing in.

use super::strip::AttachmentsProps;
use super::thumb::spoken;
use crate::components::{Button, Look, Sign};
use crate::hooks::{use_query, use_query_when};
use tiexin_contract::attachment::{AttachmentRow, ListAttachments, OpenAttachment};
use tiexin_domain::nouns::attachment::AttachmentKind;
use uuid::Uuid;
use yew::prelude::*;

/// What can be typed from: pictures that need no deliberate act to be seen, sheets before other photos.
fn sheets(rows: &[AttachmentRow]) -> Vec<AttachmentRow> {
    let mut all: Vec<AttachmentRow> =
        rows.iter().filter(|row| row.mime.starts_with("image/") && !row.masked).cloned().collect();
    all.sort_by_key(|row| row.what != AttachmentKind::SignInSheet.code());
    all
}

/// The one that stands there, or the first, so many further on.
fn step(rows: &[AttachmentRow], at: Uuid, by: usize) -> Option<Uuid> {
    let here = rows.iter().position(|row| row.id == at).unwrap_or_default();
    rows.get((here + by) % rows.len().max(1)).map(|row| row.id)
}

#[component]
pub(crate) fn Beside(props: &AttachmentsProps) -> Html {
    let list = use_query(ListAttachments { owner: props.owner }, &["attachment"]);
    let at = use_state(|| None::<Uuid>);
    let large = use_state(|| false);
    let asked = at.map(|id| OpenAttachment { id, small: false, reveal: false });
    let opened = use_query_when(asked, &["attachment"]);
    let rows = list.data.as_ref().map(|rows| sheets(rows)).unwrap_or_default();
    if rows.is_empty() {
        return html! {
            <p class="tx-hint">{ "手里是签到表的，拍下来按“签到表”添加到下面的照片和附件，就能在这里看着输入。" }</p>
        };
    }
    let go = |to: Option<Uuid>| {
        let at = at.setter();
        Callback::from(move |()| at.set(to))
    };
    let Some(row) = at.and_then(|id| rows.iter().find(|row| row.id == id)) else {
        let first = rows.first().map(|row| row.id);
        return html! { <Button label="看着签到表输入" sign={Sign::Eye} small=true onclick={go(first)} /> };
    };
    let onlarge = {
        let (large, now) = (large.setter(), *large);
        Callback::from(move |()| large.set(!now))
    };
    let picture = match opened.data.as_ref().and_then(|one| Some((one.mime.clone(), one.base64.clone()?))) {
        Some((mime, base64)) => {
            html! { <img src={format!("data:{mime};base64,{base64}")} alt={spoken(row)} /> }
        }
        None => match &opened.error {
            Some(error) => html! { <p class="tx-large-none">{ &error.message }</p> },
            None if opened.pending => html! { <p class="tx-large-none">{ "正在打开……" }</p> },
            None => html! { <p class="tx-large-none">{ "还在省平台，正在下载；连上网络后会自动显示。" }</p> },
        },
    };
    let size = if *large { "看全" } else { "放大" };
    html! {
        <div class="tx-sheet">
            <div class={classes!("tx-sheet-picture", large.then_some("tx-sheet-large"))} tabindex="0" role="region"
                aria-label="签到表">{ picture }</div>
            <div class="tx-large-buttons">
                <Button label={size} small=true onclick={onlarge} />
                if rows.len() > 1 {
                    <Button label="下一张" sign={Sign::Right} small=true onclick={go(step(&rows, row.id, 1))} />
                }
                <Button label="关闭" look={Look::Link} small=true onclick={go(None)} />
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_contract::attachment::AttachmentState;

    fn row(n: u128, what: AttachmentKind, mime: &str) -> AttachmentRow {
        AttachmentRow {
            id: Uuid::from_u128(n),
            owner: Uuid::from_u128(9),
            owner_kind: "activity".into(),
            what: what.code().into(),
            what_label: String::new(),
            mime: mime.into(),
            bytes: 1,
            width: None,
            height: None,
            taken_at: None,
            note: None,
            recorded_by: None,
            masked: what.is_masked(),
            has_thumb: true,
            thumb_here: true,
            state: AttachmentState::Local,
        }
    }

    #[test]
    fn sheets_come_first_and_what_is_hidden_not_at_all() {
        let all = [
            row(1, AttachmentKind::ActivityPhoto, "image/jpeg"),
            row(2, AttachmentKind::IdScan, "image/jpeg"),
            row(3, AttachmentKind::SignInSheet, "image/jpeg"),
            row(4, AttachmentKind::SignInSheet, "application/pdf"),
        ];
        let shown = sheets(&all);
        assert_eq!(shown.iter().map(|row| row.id.as_u128()).collect::<Vec<_>>(), [3, 1]);
        let next = |at| step(&shown, Uuid::from_u128(at), 1).map(|id| id.as_u128());
        assert_eq!((next(3), next(1)), (Some(1), Some(3)));
    }
}
