//! Making a record void and bringing it back: what goes or comes along is said before. One way for every kind.

use crate::components::{Button, Confirm, Look, TextField};
use crate::hooks::{use_command, use_query, use_session, use_toast};
use tiexin_contract::records::{RecordRow, RestoreRecord, VoidRecord};
use tiexin_contract::voided::VoidEffect;
use uuid::Uuid;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct VoidingProps {
    pub(crate) id: Uuid,
    /// `这次走访`, `这户家庭`
    pub(crate) what: AttrValue,
    pub(crate) onclose: Callback<()>,
    #[prop_or_default]
    pub(crate) ondone: Callback<()>,
}

/// It wants a reason; nothing is deleted.
#[component]
pub(crate) fn Voiding(props: &VoidingProps) -> Html {
    let reason = use_state(String::new);
    let missing = use_state(|| false);
    let hide = use_command::<VoidRecord>();
    let effect = use_query(VoidEffect { id: props.id }, &[]);
    let toast = use_toast();
    let onyes = {
        let (reason, missing, hide, id) = (reason.clone(), missing.setter(), hide.clone(), props.id);
        let (close, done) = (props.onclose.clone(), props.ondone.clone());
        Callback::from(move |()| {
            if reason.trim().is_empty() {
                missing.set(true);
                return;
            }
            let (close, done) = (close.clone(), done.clone());
            hide.run(VoidRecord { id, reason: reason.trim().to_owned() }, move |_| {
                toast.good("已作废。要恢复时，在“已作废”里找");
                close.emit(());
                done.emit(());
            });
        })
    };
    let onchange = {
        let (reason, missing) = (reason.setter(), missing.setter());
        Callback::from(move |text: String| {
            missing.set(false);
            reason.set(text);
        })
    };
    let problem = (*missing)
        .then(|| AttrValue::from("请写一句原因，方便以后查看"))
        .or_else(|| hide.error.as_ref().map(|e| e.message.clone().into()));
    let words = effect.data.as_ref().map(|effect| effect.words.clone()).unwrap_or_default();
    html! {
        <Confirm title={format!("作废{}？", props.what)} yes="作废" no="不作废" {onyes} onno={props.onclose.clone()} danger=true>
            <p>{ "作废后不再出现在列表和报表里，没有删除，可以在“已作废”里恢复。" }</p>
            if !words.is_empty() { <p><strong>{ words }</strong></p> }
            <TextField label="原因" name="reason" value={(*reason).clone()} {onchange} {problem} required=true first=true />
        </Confirm>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct RestoreProps {
    pub(crate) id: Uuid,
    /// What is brought back, for the message.
    pub(crate) title: AttrValue,
    #[prop_or_default]
    pub(crate) ondone: Callback<()>,
    #[prop_or(true)]
    pub(crate) small: bool,
}

/// The button 恢复. When more than the record itself comes back, that is said first.
#[component]
pub(crate) fn Restore(props: &RestoreProps) -> Html {
    let asking = use_state(|| false);
    let open = {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(true))
    };
    let close = {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(false))
    };
    html! {
        <>
            <Button label="恢复" look={if props.small { Look::Link } else { Look::Secondary }} small={props.small} onclick={open} />
            if *asking {
                <Restoring id={props.id} title={props.title.clone()} onclose={close} ondone={props.ondone.clone()} />
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct RestoringProps {
    id: Uuid,
    title: AttrValue,
    onclose: Callback<()>,
    ondone: Callback<()>,
}

#[component]
fn Restoring(props: &RestoringProps) -> Html {
    let restore = use_command::<RestoreRecord>();
    let effect = use_query(VoidEffect { id: props.id }, &[]);
    let toast = use_toast();
    let onyes = {
        let (restore, id, title) = (restore.clone(), props.id, props.title.clone());
        let (close, done) = (props.onclose.clone(), props.ondone.clone());
        Callback::from(move |()| {
            let (close, done, title) = (close.clone(), done.clone(), title.clone());
            restore.run(RestoreRecord { id }, move |_| {
                toast.good(format!("已恢复：{title}"));
                close.emit(());
                done.emit(());
            });
        })
    };
    let words = effect.data.as_ref().map(|effect| effect.words.clone()).unwrap_or_default();
    html! {
        <Confirm title={format!("恢复“{}”？", props.title)} yes="恢复" {onyes} onno={props.onclose.clone()}>
            <p>{ "恢复后重新出现在列表里。" }</p>
            if !words.is_empty() { <p><strong>{ words }</strong></p> }
            if let Some(error) = &restore.error { <p class="tx-problem" role="alert">{ &error.message }</p> }
        </Confirm>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct VoidNoteProps {
    pub(crate) row: RecordRow,
    #[prop_or_default]
    pub(crate) ondone: Callback<()>,
}

/// On the page of a void record: why, and the way back.
#[component]
pub(crate) fn VoidNote(props: &VoidNoteProps) -> Html {
    let may = use_session().can_write();
    let row = &props.row;
    let Some(reason) = &row.void else { return Html::default() };
    html! {
        <p class="tx-void-note">
            { format!("已作废：{reason}") }
            if may { { " " }<Restore id={row.id} title={row.title.clone()} ondone={props.ondone.clone()} /> }
        </p>
    }
}
