//! The strip: what is there, adding more.

use super::add::add_all;
use super::large::Large;
use super::thumb::Thumb;
use crate::components::choice::given;
use crate::components::{Button, Card, Choice, Sign, show};
use crate::hooks::{use_query, use_session, use_toast};
use crate::transport::{PICTURES, pick_files, read_files};
use std::rc::Rc;
use tiexin_contract::attachment::ListAttachments;
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
                let refused = add_all(owner, files, what, |left| adding.set(left)).await;
                for error in &refused {
                    toast.bad(error);
                }
                if refused.len() < all {
                    toast.good(format!("已添加 {} 个附件", all - refused.len()));
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
        if can_write { { button("添加") } }
        </>
    };
    let kinds: Vec<(AttrValue, AttrValue)> = given(AttachmentKind::CHOICES);
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
                        <p class="tx-muted">{ "还没有。家访照片、签收单、签到表和证件扫描放在这里，也可以把文件拖进来；照片会自动转正、缩小，并去掉拍摄位置。" }</p>
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
