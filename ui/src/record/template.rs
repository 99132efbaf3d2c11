//! An empty sheet of a kind of record, to be filled in and imported.

use crate::components::list::exported;
use crate::components::{Button, Look, Sign};
use crate::hooks::{Toasts, use_region};
use crate::transport::hand_over;
use tiexin_contract::import::Template;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct TemplateButtonProps {
    pub(crate) kind: AttrValue,
    pub(crate) label: AttrValue,
}

#[component]
pub(crate) fn TemplateButton(props: &TemplateButtonProps) -> Html {
    let region = use_region();
    let onclick = {
        let (kind, label, region) = (props.kind.to_string(), props.label.clone(), region.code());
        Callback::from(move |()| {
            let (kind, region, name) = (kind.clone(), region.clone(), format!("{label}导入模板.xlsx"));
            spawn_local(async move {
                match hand_over("下载模板", &name, |path| Template { kind, region, path }).await {
                    Ok(Some(made)) => Toasts.say(exported(made)),
                    Ok(None) => {}
                    Err(cause) => Toasts.bad(&cause),
                }
            });
        })
    };
    html! { <Button label="下载模板" look={Look::Link} sign={Sign::Export} small=true {onclick} /> }
}
