//! Taking an import back: what goes and what stays is named before.

use crate::components::{Button, Dialog, Look, SAFE, Trouble, show};
use crate::hooks::{use_command, use_query};
use std::rc::Rc;
use tiexin_contract::import::{Batch, StayRow, UndoImport, UndoPlan, UndoPreview};
use uuid::Uuid;
use yew::prelude::*;

/// An import that was taken back, and what it left.
#[derive(Clone, PartialEq)]
pub(super) struct Undone {
    pub(super) batch: Uuid,
    files: String,
    plan: Rc<UndoPlan>,
    /// Many records were changed alike, and nothing was imported.
    many: bool,
}

#[derive(Properties, PartialEq)]
pub(super) struct AskProps {
    pub(super) batch: Batch,
    pub(super) onundone: Callback<Undone>,
    pub(super) onback: Callback<()>,
}

#[component]
pub(super) fn Ask(props: &AskProps) -> Html {
    let plan = use_query(UndoPreview { batch: props.batch.id }, &["*"]);
    let undo = use_command::<UndoImport>();
    let files = props.batch.files.join("、");
    let onyes = {
        let (undo, done, known) = (undo.clone(), props.onundone.clone(), plan.data.clone());
        let (batch, files, many) = (props.batch.id, files.clone(), props.batch.many);
        Callback::from(move |()| {
            let Some(plan) = known.clone() else { return };
            let (done, files) = (done.clone(), files.clone());
            undo.run(UndoImport { batch }, move |_| {
                done.emit(Undone { batch, files: files.clone(), plan: plan.clone(), many });
            });
        })
    };
    let foot = html! {
        <>
            if plan.data.is_some() {
                <Button label="撤销这一批" look={Look::Primary} busy={undo.pending} onclick={onyes} />
            }
            <Button label="不撤销" class={SAFE} onclick={props.onback.clone()} />
        </>
    };
    let many = props.batch.many;
    html! {
        <Dialog title={if many { "撤销这次修改？" } else { "撤销这一批导入？" }} wide=true onclose={props.onback.clone()} {foot}>
            <p class="tx-muted">{ files }</p>
            if props.batch.files.len() > 1 { <p>{ "这几份文件是一起导入的，会一起撤销。" }</p> }
            if let Some(error) = &undo.error { <Trouble error={error.clone()} /> }
            { show(&plan, |plan| html! {
                <>
                    if many && plan.goes.is_empty() {
                        <p><strong>{ "会改回原来的样子：" }</strong>{ back(plan) }</p>
                    } else {
                        <p><strong>{ "会撤下：" }</strong>{ going(plan) }</p>
                    }
                    { staying("会留下", plan) }
                    if !many {
                        <p class="tx-muted">{ "撤下的不是删除：点“恢复这次导入”，或者把同一份台账再导一次，就回来。" }</p>
                    }
                </>
            }) }
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct ToldProps {
    pub(super) undone: Undone,
    pub(super) onread: Callback<()>,
}

/// Stays on the page until it was read.
#[component]
pub(super) fn Told(props: &ToldProps) -> Html {
    let Undone { files, plan, many, .. } = &props.undone;
    html! {
        <div class="tx-import-undone" role="status">
            if *many && plan.goes.is_empty() {
                <p>{ format!("“{files}”已经撤销。") }<strong>{ "改回原来的样子：" }</strong>{ back(plan) }</p>
            } else if *many {
                <p>{ format!("“{files}”已经撤销。") }<strong>{ "撤下了：" }</strong>{ going(plan) }</p>
            } else {
                <p>{ format!("“{files}”的导入已经撤销。") }<strong>{ "撤下了：" }</strong>{ going(plan) }</p>
            }
            { staying("留下了", plan) }
            <Button label="知道了" look={Look::Link} small=true onclick={props.onread.clone()} />
        </div>
    }
}

/// What is as it was, in the office's measure words.
fn back(plan: &UndoPlan) -> String {
    match plan.back_in_words() {
        none if none.is_empty() => "没有（都又有人改过）。".to_owned(),
        words => format!("{words}。"),
    }
}

fn going(plan: &UndoPlan) -> String {
    let going = match plan.goes_in_words() {
        none if none.is_empty() && !plan.back.is_empty() => "没有。".to_owned(),
        none if none.is_empty() => "没有（都有人改过，或者别的记录还要用到）。".to_owned(),
        words => format!("{words}。"),
    };
    // What the import only changed is not taken away.
    match plan.back_in_words() {
        none if none.is_empty() => going,
        words => format!("{going}改回原来的内容：{words}。"),
    }
}

fn staying(verb: &str, plan: &UndoPlan) -> Html {
    let all = plan.staying();
    if all == 0 {
        return html! { <p><strong>{ format!("{verb}：") }</strong>{ "0 条，这一批里没有后来改过或用到的。" }</p> };
    }
    html! {
        <>
            <p><strong>{ format!("{verb} {} 条：", crate::text::count(all)) }</strong></p>
            <ul class="tx-import-stays">
                { for plan.stays.iter().map(stay) }
                if plan.more > 0 { <li class="tx-muted">{ format!("还有 {} 条", crate::text::count(plan.more)) }</li> }
            </ul>
        </>
    }
}

fn stay(row: &StayRow) -> Html {
    html! { <li><strong>{ &row.title }</strong><span class="tx-muted">{ &row.why }</span></li> }
}
