//! Photos chosen for a record that is not saved yet.

use crate::components::{Button, Field, Look, Sign};
use crate::hooks::use_toast;
use crate::transport::{PICTURES, pick_files};
use tiexin_contract::import::FileGiven;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ChosenPhotosProps {
    pub(crate) files: Vec<FileGiven>,
    pub(crate) onchange: Callback<Vec<FileGiven>>,
}

/// A button and what was chosen, each of which can be put back.
#[component]
pub(crate) fn ChosenPhotos(props: &ChosenPhotosProps) -> Html {
    let toast = use_toast();
    let pick = {
        let (files, onchange) = (props.files.clone(), props.onchange.clone());
        Callback::from(move |()| {
            let (mut files, onchange) = (files.clone(), onchange.clone());
            spawn_local(async move {
                match pick_files("选择照片", PICTURES).await {
                    Ok(more) if !more.is_empty() => {
                        files.extend(more.into_iter().filter(|one| !files.contains(one)).collect::<Vec<_>>());
                        onchange.emit(files);
                    }
                    Ok(_) => {}
                    Err(error) => toast.bad(&error),
                }
            });
        })
    };
    let without = |at: usize| {
        let (files, onchange) = (props.files.clone(), props.onchange.clone());
        Callback::from(move |()| {
            let mut files = files.clone();
            files.remove(at);
            onchange.emit(files);
        })
    };
    html! {
        <Field label="照片" wide=true hint="保存走访时一起加密存入；照片会自动转正、缩小，并去掉拍摄位置">
            <div class="tx-chosen-photos" data-field="photos">
                { for props.files.iter().enumerate().map(|(at, file)| html! {
                    <span class="tx-chosen-photo" key={format!("{at}-{}", file.name)}>
                        if let Some(src) = preview(file) { <img {src} alt="" /> }
                        <span>{ &file.name }</span>
                        <Button label="不加" look={Look::Link} small=true onclick={without(at)} />
                    </span>
                }) }
                <Button label="添加照片" sign={Sign::Plus} small=true onclick={pick} />
            </div>
        </Field>
    }
}

/// What a browser holds can be shown at once; the window knows only the path.
fn preview(file: &FileGiven) -> Option<String> {
    let lower = file.name.to_lowercase();
    let mime = match lower.rsplit('.').next()? {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "bmp" => "image/bmp",
        _ => return None,
    };
    Some(format!("data:{mime};base64,{}", file.base64.as_ref()?))
}
