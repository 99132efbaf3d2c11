//! Several decisions at once: one that cannot be taken holds back none of the others, and says why.

use crate::components::{Button, Card, Look, TextField, Trouble, under_way};
use crate::hooks::{use_command, use_progress, use_toast};
use tiexin_contract::quarantine::{SettleMany, SettledMany};
use tiexin_domain::nouns::settlement::Choice;
use uuid::Uuid;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct TogetherProps {
    /// What is shown and may be decided on with others.
    pub(super) offered: Vec<Uuid>,
    pub(super) chosen: Vec<Uuid>,
    pub(super) ontick: Callback<(Vec<Uuid>, bool)>,
    pub(super) ondone: Callback<()>,
}

#[component]
pub(super) fn Together(props: &TogetherProps) -> Html {
    let settle = use_command::<SettleMany>();
    let toast = use_toast();
    let note = use_state(String::new);
    let sending_back = use_state(|| false);
    let told = use_state(SettledMany::default);
    let progress = use_progress(None);
    let many = props.chosen.len();
    let act = |choice: Choice| {
        let (settle, done, told, ids) =
            (settle.clone(), props.ondone.clone(), told.setter(), props.chosen.clone());
        let (note, sending_back) = (note.clone(), sending_back.setter());
        Callback::from(move |()| {
            let (done, told, choice) = (done.clone(), told.clone(), choice.clone());
            let sending_back = sending_back.clone();
            let note = Some(note.trim().to_owned()).filter(|note| !note.is_empty());
            let ask = SettleMany { ids: ids.clone(), choice: choice.clone(), note, job: None };
            settle.run(ask, move |reply: SettledMany| {
                toast.good(format!("{} {} 条，登记人会看到", choice.label(), reply.done));
                sending_back.set(false);
                told.set(reply);
                done.emit(());
            });
        })
    };
    let all = {
        let (tick, ids, yes) = (props.ontick.clone(), props.offered.clone(), many < props.offered.len());
        Callback::from(move |_: web_sys::Event| tick.emit((ids.clone(), yes)))
    };
    let open = |to: bool| {
        let sending_back = sending_back.setter();
        Callback::from(move |()| sending_back.set(to))
    };
    let onchange = {
        let note = note.setter();
        Callback::from(move |text| note.set(text))
    };
    html! {
        <Card class="tx-quarantine-together">
            <div class="tx-form-buttons">
                <label>
                    <input type="checkbox" checked={many > 0 && many == props.offered.len()} onchange={all} />
                    { format!(" 全选（{} 条）", props.offered.len()) }
                </label>
                <Button label={format!("采纳 {many} 条")} look={Look::Secondary} busy={settle.pending} disabled={many == 0} onclick={act(Choice::Adopt)} />
                <Button label={format!("退回 {many} 条")} look={Look::Secondary} busy={settle.pending} disabled={many == 0} onclick={open(true)} />
            </div>
            if *sending_back {
                <div class="tx-quarantine-note">
                    <TextField label="退回的原因" name="note" value={(*note).clone()} {onchange} required=true first=true wide=true
                        hint="勾选的每一条都写这个原因，登记人会看到，请不要写家庭的隐私" problem={settle.about("note")} />
                    <div class="tx-form-buttons">
                        <Button label={format!("确认退回 {many} 条")} look={Look::Primary} busy={settle.pending} disabled={many == 0} onclick={act(Choice::Decline)} />
                        <Button label="先不退回" look={Look::Link} onclick={open(false)} />
                    </div>
                </div>
            }
            if let Some(error) = &settle.error { <Trouble error={error.clone()} /> }
            if let (true, Some(now)) = (settle.pending, &progress) { { under_way(now, now.label.clone()) } }
            if !told.left.is_empty() {
                <p>{ format!("有 {} 条没有处理，仍在列表里：", told.left.len()) }</p>
                <ul>
                    { for told.left.iter().map(|left| html! {
                        <li key={left.id.to_string()}>
                            <strong>{ left.title.clone().unwrap_or_else(|| "已不在列表里的一条".to_owned()) }</strong>
                            { "　" }{ &left.message }
                        </li>
                    }) }
                </ul>
            }
            if told.cancelled { <p>{ "已停下，停下以前处理的都已生效。" }</p> }
        </Card>
    }
}
