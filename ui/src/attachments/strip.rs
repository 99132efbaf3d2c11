//! The strip: what is there, adding more.

use super::large::Large;
use super::thumb::Thumb;
use crate::components::{Button, Card, Choice, Empty, Sign, options, show};
use crate::hooks::{use_query, use_session, use_toast};
use crate::transport::{PICTURES, call, pick_files, read_files};
use std::rc::Rc;
use tiexin_contract::attachment::{AddAttachment, ListAttachments};
use tiexin_contract::import::FileGiven;
use tiexin_domain::nouns::attachment::AttachmentKind;
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct AttachmentsProps {
    /// The record they belong to; of a household all of the family's are shown.
    pub(crate) owner: Uuid,
}

#[component]
pub(crate) fn Attachments(props: &AttachmentsProps) -> Html {
    let session = use_session();
    let toast = use_toast();
    let can_write = session.can_write();
    let list = use_query(ListAttachments { owner: props.owner }, &["attachment"]);
    let large = use_state(|| None::<Uuid>);
    let what = use_state(String::new);
    // How many are still to be added, and whether something is held over the strip.
    let adding = use_state(|| 0usize);
    let over = use_state(|| false);
    let add = {
        let (adding, what, owner) = (adding.clone(), what.clone(), props.owner);
        Callback::from(move |files: Vec<FileGiven>| {
            let (adding, what) = (adding.setter(), Some((*what).clone()).filter(|code| !code.is_empty()));
            spawn_local(async move {
                let all = files.len();
                let mut added = 0;
                for (at, file) in files.into_iter().enumerate() {
                    adding.set(all - at);
                    let one = AddAttachment { owner, file, what: what.clone(), taken_at: None, note: None };
                    match call(one).await {
                        Ok(_) => added += 1,
                        Err(error) => toast.bad(&error),
                    }
                }
                adding.set(0);
                if added > 0 {
                    toast.good(format!("已添加 {added} 个附件"));
                }
            });
        })
    };
    let pick = {
        let add = add.clone();
        Callback::from(move |()| {
            let add = add.clone();
            spawn_local(async move {
                match pick_files("添加照片或扫描件", PICTURES).await {
                    Ok(files) => add.emit(files),
                    Err(error) => toast.bad(&error),
                }
            });
        })
    };
    let ondragover = {
        let over = over.clone();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            if can_write && !*over {
                over.set(true);
            }
        })
    };
    let ondragleave = {
        let over = over.clone();
        Callback::from(move |_: DragEvent| over.set(false))
    };
    let ondrop = {
        let (over, add) = (over.clone(), add.clone());
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(false);
            let files = event.data_transfer().and_then(|held| held.files()).filter(|_| can_write);
            if let Some(files) = files {
                let add = add.clone();
                spawn_local(async move { add.emit(read_files(files).await.unwrap_or_default()) });
            }
        })
    };
    let open = |id: Uuid| {
        let large = large.clone();
        Callback::from(move |()| large.set(Some(id)))
    };
    let busy = *adding > 0;
    let button = |label: &'static str| html! { <Button {label} sign={Sign::Plus} small=true {busy} onclick={pick.clone()} /> };
    let chosen = {
        let what = what.clone();
        Callback::from(move |code: String| what.set(code))
    };
    let rows = list.data.clone().unwrap_or_default();
    let aside = html! {
        <>
        if busy { <span class="tx-muted">{ format!("还有 {} 个在添加", *adding) }</span> }
        if can_write && !rows.is_empty() { { button("添加") } }
        </>
    };
    let kinds: Vec<(AttrValue, AttrValue)> =
        options::<AttachmentKind>().into_iter().map(|(code, label)| (code.into(), label.into())).collect();
    let onmove = {
        let large = large.clone();
        Callback::from(move |id| large.set(Some(id)))
    };
    let onclose = {
        let large = large.clone();
        Callback::from(move |()| large.set(None))
    };
    html! {
        <Card title="照片和附件" {aside} class="tx-attachments-card">
            <div class={classes!("tx-attachments", over.then_some("tx-dropping"))} {ondragover} {ondragleave} {ondrop}>
                { show(&list, |rows: &Rc<_>| html! {
                    if rows.is_empty() {
                        <Empty title="还没有照片" sign={Sign::Eye} action={ if can_write { button("添加照片或扫描件") } else { Html::default() } }>
                            { "家访照片、签收单和证件扫描放在这里。可以把文件拖进来；照片会自动转正、缩小，并去掉拍摄位置。" }
                        </Empty>
                    } else {
                        <ul class="tx-thumbs">
                            { for rows.iter().map(|row| html! {
                                <Thumb key={row.id.to_string()} row={row.clone()} onopen={open(row.id)} />
                            }) }
                        </ul>
                    }
                }) }
                if can_write {
                    <Choice label="添加为" name="attachment_kind" value={(*what).clone()} options={kinds} onchange={chosen}
                        hint="不选则按家访照片登记；证件平时不显示" wide=true />
                }
            </div>
            if let Some(at) = *large {
                <Large {rows} {at} {can_write} {onmove} {onclose} />
            }
        </Card>
    }
}
