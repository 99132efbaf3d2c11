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
            if plan.data.as_ref().is_some_and(|plan| !plan.goes.is_empty() || !plan.back.is_empty()) {
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
    let (what, verb, words) = told(&props.undone);
    html! {
        <div class="tx-import-undone" role="status">
            <p>{ what }<strong>{ format!("{verb}：") }</strong>{ words }</p>
            { staying("留下了", &props.undone.plan) }
            <Button label="知道了" look={Look::Link} small=true onclick={props.onread.clone()} />
        </div>
    }
}

/// What was taken back, and what became of it.
fn told(undone: &Undone) -> (String, &'static str, String) {
    let Undone { files, plan, many, .. } = undone;
    let of = if *many { "" } else { "的导入" };
    let (verb, words) = match *many && plan.goes.is_empty() {
        true => ("改回原来的样子", back(plan)),
        false => ("撤下了", going(plan)),
    };
    (format!("“{files}”{of}已经撤销。"), verb, words)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn undone(many: bool, goes: u64, back: u64) -> Undone {
        let of = |number: u64| (number > 0).then(|| ("会员".to_owned(), number)).into_iter().collect();
        let plan = UndoPlan { goes: of(goes), back: of(back), stays: Vec::new(), more: 0 };
        Undone { batch: Uuid::nil(), files: "甲".into(), plan: Rc::new(plan), many }
    }

    #[test]
    fn what_was_taken_back_is_told_by_what_it_did() {
        let said = |many, goes, back| {
            let (what, verb, words) = told(&undone(many, goes, back));
            assert!(words.ends_with('。'), "{words}");
            (what, verb)
        };
        assert_eq!(said(false, 2, 1), ("“甲”的导入已经撤销。".to_owned(), "撤下了"));
        assert_eq!(said(false, 0, 1), ("“甲”的导入已经撤销。".to_owned(), "撤下了"));
        assert_eq!(said(true, 2, 0), ("“甲”已经撤销。".to_owned(), "撤下了"));
        assert_eq!(said(true, 0, 3), ("“甲”已经撤销。".to_owned(), "改回原来的样子"));
    }
}
