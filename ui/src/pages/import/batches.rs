//! What was taken in before, and taking a whole batch back.

use crate::components::{Button, Card, Confirm, Look, show};
use crate::hooks::{use_command, use_query, use_session, use_toast};
use crate::text;
use tiexin_contract::import::{Batch, ImportBatches, UndoImport};
use yew::prelude::*;

#[component]
pub(super) fn Batches() -> Html {
    let session = use_session();
    let toast = use_toast();
    let list = use_query(ImportBatches {}, &["*"]);
    let asked = use_state(|| None::<Batch>);
    let undo = use_command::<UndoImport>();
    let none = list.data.as_ref().is_some_and(|batches| batches.is_empty());
    if none && list.error.is_none() {
        return Html::default();
    }
    let today = session.today();
    let confirm = {
        let (asked, undo, reload) = (asked.clone(), undo.clone(), list.reload.clone());
        Callback::from(move |()| {
            let Some(batch) = (*asked).clone() else { return };
            asked.set(None);
            let reload = reload.clone();
            undo.run(UndoImport { batch: batch.id }, move |_| {
                toast.good("这一批已经撤销；您后来改过的记录保留不动");
                reload.emit(());
            });
        })
    };
    let back = {
        let asked = asked.clone();
        Callback::from(move |()| asked.set(None))
    };
    html! {
        <Card title="导入过的" class="tx-batches">
            { show(&list, |batches| html! {
                <table class="tx-table">
                    <tbody>
                        { for batches.iter().map(|batch| {
                            let ask = {
                                let (asked, batch) = (asked.clone(), batch.clone());
                                Callback::from(move |()| asked.set(Some(batch.clone())))
                            };
                            html! {
                                <tr key={batch.id.to_string()}>
                                    <td>{ batch.files.join("、") }</td>
                                    <td class="tx-muted">{ text::moment(batch.at, today) }{ " · " }{ &batch.by }</td>
                                    <td class="tx-right">{ text::count(batch.records) }{ " 条" }</td>
                                    <td class="tx-right">
                                        if batch.undone {
                                            <span class="tx-muted">{ "已撤销" }</span>
                                        } else if session.can_write() {
                                            <Button label="撤销" look={Look::Link} small=true onclick={ask} />
                                        }
                                    </td>
                                </tr>
                            }
                        }) }
                    </tbody>
                </table>
            }) }
            if let Some(batch) = &*asked {
                <Confirm title="撤销这一批导入？" yes="撤销" onyes={confirm} onno={back}>
                    { format!("{} 条记录会收起来（不是删除），您后来改过的保留不动。", text::count(batch.records)) }
                </Confirm>
            }
        </Card>
    }
}
