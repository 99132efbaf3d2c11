//! What was taken in before and what was found then; taking a whole batch back, and bringing it back.

use super::findings::Findings;
use super::undo::{Ask, Told, Undone};
use crate::components::{Button, Card, Dialog, Look, Trouble, show};
use crate::hooks::{use_command, use_query, use_session, use_toast};
use crate::text;
use tiexin_contract::import::{Batch, ImportBatches, ImportFindings, RedoImport, Redone};
use uuid::Uuid;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct BatchesProps {
    pub(super) onundone: Callback<Uuid>,
}

#[component]
pub(super) fn Batches(props: &BatchesProps) -> Html {
    let session = use_session();
    let list = use_query(ImportBatches {}, &["*"]);
    let asked = use_state(|| None::<Batch>);
    let undone = use_state(|| None::<Undone>);
    let looked = use_state(|| None::<Batch>);
    let redo = use_command::<RedoImport>();
    let toast = use_toast();
    let none = list.data.as_ref().is_some_and(|batches| batches.is_empty());
    if none && list.error.is_none() {
        return Html::default();
    }
    let today = session.today();
    let onundone = {
        let (asked, undone, reload) = (asked.setter(), undone.setter(), list.reload.clone());
        let tell = props.onundone.clone();
        Callback::from(move |told: Undone| {
            asked.set(None);
            tell.emit(told.batch);
            undone.set(Some(told));
            reload.emit(());
        })
    };
    let onback = {
        let asked = asked.setter();
        Callback::from(move |()| asked.set(None))
    };
    let onread = {
        let undone = undone.setter();
        Callback::from(move |()| undone.set(None))
    };
    let row = |batch: &Batch| {
        let look = {
            let (looked, batch) = (looked.setter(), batch.clone());
            Callback::from(move |()| looked.set(Some(batch.clone())))
        };
        let again = {
            let (redo, reload, toast, id) = (redo.clone(), list.reload.clone(), toast, batch.id);
            let undone = undone.setter();
            Callback::from(move |()| {
                let (reload, toast, undone) = (reload.clone(), toast, undone.clone());
                redo.run(RedoImport { batch: id }, move |done| {
                    undone.set(None);
                    toast.good(redone(&done));
                    reload.emit(());
                });
            })
        };
        let ask = {
            let (asked, batch) = (asked.setter(), batch.clone());
            Callback::from(move |()| asked.set(Some(batch.clone())))
        };
        html! {
            <tr key={batch.id.to_string()}>
                <td>{ batch.files.join("、") }</td>
                <td class="tx-muted">{ text::moment(batch.at, today) }{ " · " }{ &batch.by }</td>
                <td class="tx-right">{ written(batch) }</td>
                <td class="tx-right">
                    if batch.findings > 0 {
                        <Button label={format!("要看的 {} 处", text::count(batch.findings))} look={Look::Link} small=true onclick={look} />
                    }
                    if batch.undone {
                        <span class="tx-muted">{ "已撤销" }</span>
                        if session.can_write() {
                            <Button label={if batch.many { "恢复这次修改" } else { "恢复这次导入" }} look={Look::Link} small=true busy={redo.pending} onclick={again} />
                        }
                    } else if batch.fixed {
                        <span class="tx-muted">{ "已入账，记错的逐笔冲正" }</span>
                    } else if session.can_write() {
                        <Button label="撤销" look={Look::Link} small=true onclick={ask} />
                    }
                </td>
            </tr>
        }
    };
    html! {
        <Card title="导入过的" class="tx-batches">
            if let Some(told) = &*undone { <Told undone={told.clone()} {onread} /> }
            { show(&list, |batches| html! {
                <table class="tx-table"><tbody>{ for batches.iter().map(row) }</tbody></table>
            }) }
            if let Some(error) = &redo.error { <Trouble error={error.clone()} /> }
            if let Some(batch) = &*looked {
                <Found batch={batch.clone()} onclose={{ let looked = looked.setter(); Callback::from(move |()| looked.set(None)) }} />
            }
            if let Some(batch) = &*asked {
                <Ask batch={batch.clone()} {onundone} {onback} />
            }
        </Card>
    }
}

/// What an import wrote, in rows as everywhere; records where an older program kept no rows.
fn written(batch: &Batch) -> String {
    match batch.rows {
        Some(0) => "按勾选改了本机的".into(),
        Some(rows) => format!("写入 {} 行", text::count(rows)),
        None => format!("{} 条记录", text::count(batch.records)),
    }
}

fn redone(done: &Redone) -> String {
    match (done.redone, done.left) {
        (redone, 0) => format!("已恢复 {} 条", text::count(redone)),
        (redone, left) => {
            format!("已恢复 {} 条；{} 条撤销以后有人改过，没有动", text::count(redone), text::count(left))
        }
    }
}

#[derive(Properties, PartialEq)]
struct FoundProps {
    batch: Batch,
    onclose: Callback<()>,
}

/// What an import found, as it was told then: some of it may have been settled since.
#[component]
fn Found(props: &FoundProps) -> Html {
    let found = use_query(ImportFindings { batch: props.batch.id }, &[]);
    html! {
        <Dialog title="导入时要看的" wide=true onclose={props.onclose.clone()}>
            <p class="tx-muted">{ "这是导入当时的提示，后来补上的不会从这里消去。退回的行请改好台账再导一次。要标注表的，把这份文件再选一次，预览里有“导出标注表”：台账本身不存在本机。" }</p>
            { show(&found, |files| html! {
                { for files.iter().filter(|file| !file.findings.is_empty()).map(|file| html! {
                    <section>
                        <h3>{ &file.file }</h3>
                        <Findings findings={file.findings.clone()} />
                    </section>
                }) }
            }) }
        </Dialog>
    }
}
