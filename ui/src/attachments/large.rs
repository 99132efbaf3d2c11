//! One picture large. Arrow keys go to its neighbours, Esc closes.

use super::mark;
use super::thumb::spoken;
use crate::components::{Button, Dialog, Look, Sign};
use crate::hooks::{composing, use_query, use_toast};
use crate::record::Voiding;
use crate::text;
use crate::transport::hand_over;
use std::rc::Rc;
use tiexin_contract::attachment::{AttachmentRow, ExportAttachment, OpenAttachment};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct LargeProps {
    pub(super) rows: Rc<Vec<AttachmentRow>>,
    pub(super) at: Uuid,
    pub(super) can_write: bool,
    pub(super) onmove: Callback<Uuid>,
    pub(super) onclose: Callback<()>,
}

#[component]
pub(super) fn Large(props: &LargeProps) -> Html {
    let revealed = use_state(|| None::<Uuid>);
    let asking = use_state(|| false);
    let here = props.rows.iter().position(|row| row.id == props.at);
    let reveal = *revealed == Some(props.at);
    let opened = use_query(OpenAttachment { id: props.at, small: false, reveal }, &["attachment"]);
    let Some((at, row)) = here.and_then(|at| Some((at, props.rows.get(at)?))) else { return Html::default() };
    let step = |by: isize| {
        let to = at.checked_add_signed(by).and_then(|to| props.rows.get(to)).map(|row| row.id);
        let go = props.onmove.clone();
        (
            to.is_some(),
            Callback::from(move |()| {
                if let Some(to) = to {
                    go.emit(to)
                }
            }),
        )
    };
    let ((has_before, before), (has_after, after)) = (step(-1), step(1));
    let onkeydown = {
        let (before, after) = (before.clone(), after.clone());
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) {
                return;
            }
            match event.key().as_str() {
                "ArrowLeft" => before.emit(()),
                "ArrowRight" => after.emit(()),
                _ => {}
            }
        })
    };
    let show = {
        let (revealed, id) = (revealed.clone(), props.at);
        Callback::from(move |()| revealed.set(Some(id)))
    };
    let picture = match opened.data.as_ref().and_then(|o| Some((o.mime.clone(), o.base64.clone()?))) {
        Some((mime, base64)) if mime.starts_with("image/") => html! {
            <img src={format!("data:{mime};base64,{base64}")} alt={spoken(row)} />
        },
        Some(_) => html! { <p class="tx-large-none">{ "PDF 扫描件，请导出后打开。" }</p> },
        None if row.masked && !reveal => html! {
            <div class="tx-large-none">
                <p>{ "证件平时不显示。" }</p>
                <Button label="显示（会留下查看记录）" sign={Sign::Eye} onclick={show} />
            </div>
        },
        None if opened.pending => html! { <p class="tx-large-none">{ "正在打开……" }</p> },
        None => match &opened.error {
            Some(error) => html! { <p class="tx-large-none">{ &error.message }</p> },
            None => html! { <p class="tx-large-none">{ "还在省平台，正在下载；连上网络后会自动显示。" }</p> },
        },
    };
    let day = row.taken_at.as_deref().map(text::stored_date).unwrap_or_default();
    let ask = {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(true))
    };
    let keep = {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(false))
    };
    // Inside the part that hears the arrow keys: the cursor stands on the first of them.
    let buttons = html! {
        <div class="tx-large-buttons">
            <Button label="上一张" sign={Sign::Left} disabled={!has_before} hint="←" onclick={before} />
            <Button label="下一张" sign={Sign::Right} disabled={!has_after} hint="→" onclick={after} />
            <Export row={row.clone()} />
            if props.can_write { <Button label="作废" look={Look::Link} onclick={ask} /> }
        </div>
    };
    html! {
        <Dialog title={row.what_label.clone()} wide=true onclose={props.onclose.clone()}>
            <div class="tx-large" {onkeydown}>
                <div class="tx-large-picture">{ picture }</div>
                <p class="tx-large-words">
                    <span>{ day }</span>
                    <span>{ row.note.clone().unwrap_or_default() }</span>
                    <span>{ row.recorded_by.clone().unwrap_or_default() }</span>
                    { mark(row.state) }
                </p>
                { buttons }
            </div>
            if *asking { <Voiding id={row.id} what="这个附件" onclose={keep} ondone={props.onclose.clone()} /> }
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
struct ExportProps {
    row: AttachmentRow,
}

#[component]
fn Export(props: &ExportProps) -> Html {
    let toast = use_toast();
    let onclick = {
        let row = props.row.clone();
        Callback::from(move |()| {
            let id = row.id;
            let ending = if row.mime == "application/pdf" { "pdf" } else { "jpg" };
            let name = format!("{}.{ending}", row.what_label);
            spawn_local(async move {
                match hand_over("导出附件", &name, |path| ExportAttachment { id, path }).await {
                    Ok(Some(made)) => toast.good(format!("已导出：{}", made.name)),
                    Ok(None) => {}
                    Err(error) => toast.bad(&error),
                }
            });
        })
    };
    html! { <Button label="导出" sign={Sign::Export} disabled={!props.row.state.is_here()} {onclick} /> }
}
