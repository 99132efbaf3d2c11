//! What was taken in before, and taking a whole batch back.

use super::undo::{Ask, Told, Undone};
use crate::components::{Button, Card, Look, show};
use crate::hooks::{use_query, use_session};
use crate::text;
use tiexin_contract::import::{Batch, ImportBatches};
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
        let ask = {
            let (asked, batch) = (asked.setter(), batch.clone());
            Callback::from(move |()| asked.set(Some(batch.clone())))
        };
        html! {
            <tr key={batch.id.to_string()}>
                <td>{ batch.files.join("、") }</td>
                <td class="tx-muted">{ text::moment(batch.at, today) }{ " · " }{ &batch.by }</td>
                <td class="tx-right">{ text::count(batch.records) }{ " 条记录" }</td>
                <td class="tx-right">
                    if batch.undone {
                        <span class="tx-muted">{ "已撤销" }</span>
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
            if let Some(batch) = &*asked {
                <Ask batch={batch.clone()} {onundone} {onback} />
            }
        </Card>
    }
}
