//! What was sent back is written again: the form opens with what one wrote then.

use crate::components::Button;
use crate::hooks::use_toast;
use crate::pages::today::go_on;
use crate::record::noun;
use crate::transport::call;
use serde_json::{Map, Value};
use tiexin_contract::drafts::{DraftKey, GetDraft, SaveDraft};
use tiexin_contract::quarantine::{WriteAgain, WrittenBefore};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_forms::drafts::Kept;
use tiexin_forms::opened;
use tiexin_forms::visit::VisitDraft;
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct AgainProps {
    pub(super) id: i64,
}

#[component]
pub(super) fn Again(props: &AgainProps) -> Html {
    let (toast, navigator) = (use_toast(), use_navigator());
    let busy = use_state(|| false);
    let onclick = {
        let (busy, id) = (busy.setter(), props.id);
        Callback::from(move |()| {
            let (busy, navigator) = (busy.clone(), navigator.clone());
            busy.set(true);
            spawn_local(async move {
                match begin(id).await {
                    Ok(key) => navigator.iter().for_each(|navigator| go_on(navigator, &key)),
                    Err(error) => toast.bad(&error),
                }
                busy.set(false);
            });
        })
    };
    html! { <Button label="照此重新登记" small=true busy={*busy} {onclick} /> }
}

/// A kind with a form that can begin with a record.
pub(super) fn has_form(kind: &str) -> bool {
    kind == "visit" || (kind != "household" && noun(kind).is_some())
}

/// Puts it into the draft of its form; one that was left unfinished there is not written over.
async fn begin(id: i64) -> Result<DraftKey, ErrorReply> {
    let before = call(WriteAgain { id }).await?;
    let refused = |message: &str| ErrorReply::new(ErrorCode::Invalid, message);
    let typed = typed(&before).ok_or_else(|| refused("这一条要更新本程序才能重新登记。"))?;
    let family = before.fields.get("household").and_then(|id| id.as_str()?.parse::<Uuid>().ok());
    let of_family = before.kind == "visit" || noun(&before.kind).is_some_and(|noun| noun.of_family());
    let key = DraftKey::New { kind: before.kind, family: family.filter(|_| of_family) };
    if call(GetDraft { key: key.to_string() }).await?.is_some() {
        return Err(refused("这张表有一份没写完的草稿，请先到“今日”把它写完或者不要了。"));
    }
    let value = Kept { typed, seen: None, day: None }.to_value();
    call(SaveDraft { key: key.to_string(), value, over: None }).await?;
    Ok(key)
}

fn typed(before: &WrittenBefore) -> Option<Map<String, Value>> {
    if before.kind == "visit" {
        let draft = VisitDraft::of_fields(&before.fields, "")?;
        return serde_json::to_value(draft).ok()?.as_object().cloned();
    }
    let noun = noun(&before.kind)?;
    Some(opened(&noun.fields(), &before.fields).into_iter().collect())
}
