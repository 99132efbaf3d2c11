//! A field that holds a file: chosen by the window's own dialog, or by the browser's picker.

use super::field::{use_field_id, use_problem};
use super::{Button, Field, Look};
use crate::hooks::use_toast;
use crate::transport::{Filter, pick_files};
use tiexin_contract::import::FileGiven;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct FileFieldProps {
    pub(crate) label: AttrValue,
    /// The stored name; problems are found by it.
    pub(crate) name: AttrValue,
    /// On the button, and the title of the dialog.
    pub(crate) choose: &'static str,
    pub(crate) filter: Filter,
    pub(crate) file: Option<FileGiven>,
    pub(crate) onchange: Callback<Option<FileGiven>>,
    #[prop_or_default]
    pub(crate) problem: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
}

#[component]
pub(crate) fn FileField(props: &FileFieldProps) -> Html {
    let id = use_field_id(&props.name);
    let problem = use_problem(&props.name, &props.problem);
    let toast = use_toast();
    let pick = {
        let (onchange, choose, filter) = (props.onchange.clone(), props.choose, props.filter);
        Callback::from(move |()| {
            let onchange = onchange.clone();
            spawn_local(async move {
                match pick_files(choose, filter).await {
                    Ok(files) => files.into_iter().take(1).for_each(|file| onchange.emit(Some(file))),
                    Err(why) => toast.bad(&why),
                }
            });
        })
    };
    let without = props.onchange.reform(|()| None);
    html! {
        <Field label={props.label.clone()} {id} {problem} hint={props.hint.clone()}>
            <div class="tx-file-field" data-field={props.name.clone()} role="group" aria-label={props.label.clone()}>
                <Button label={props.choose} onclick={pick} />
                if let Some(file) = &props.file {
                    <span>{ called(file) }</span>
                    <Button label="不用它" look={Look::Link} small=true onclick={without} />
                } else {
                    <span class="tx-muted">{ "没有选" }</span>
                }
            </div>
        </Field>
    }
}

/// By its name; a window may know the path only.
fn called(file: &FileGiven) -> String {
    if file.name.is_empty() { file.path.clone().unwrap_or_default() } else { file.name.clone() }
}
