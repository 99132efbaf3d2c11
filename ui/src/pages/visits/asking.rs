//! What is asked before a visit is saved: nothing is refused.

use crate::components::Confirm;
use crate::text;
use crate::transport::call;
use tiexin_contract::family::SameVisits;
use tiexin_domain::nouns::Visit;
use tiexin_forms::visit::VisitDraft;
use yew::prelude::*;

/// A question, and what goes on when the worker says yes.
#[derive(Clone, PartialEq)]
pub(super) struct Asking {
    pub(super) question: Vec<String>,
    pub(super) go_on: Callback<()>,
}

/// The questions about a visit, if there are any. `nobody`: at home, and nobody is ticked.
pub(super) async fn asked(visit: &Visit, nobody: bool) -> Option<Vec<String>> {
    let mut question = VisitDraft::doubts(visit);
    let kind = visit.kind.code().to_owned();
    let same = SameVisits { household: visit.household, date: visit.date, kind };
    // A question that cannot be asked hinders no saving.
    for row in call(same).await.unwrap_or_default().iter().take(3) {
        let word = |field: &str| row.fields.get(field).map(text::plain).unwrap_or_default();
        let told = [word("visitors"), word("note")].into_iter().filter(|word| !word.is_empty());
        let told = told.collect::<Vec<_>>().join("：");
        let day = text::stored_date(&word("date"));
        question.push(format!("这一家{day}已经记过一次{}（{told}）。是另一次走访吗？", visit.kind.label()));
    }
    if nobody {
        question.push("见面情况是“在家”，但没有选见到了谁，报表里的“人”数会少算。".to_owned());
    }
    (!question.is_empty()).then_some(question)
}

pub(super) fn view(asking: &UseStateHandle<Option<Asking>>) -> Html {
    let Some(Asking { question, go_on }) = (**asking).clone() else { return Html::default() };
    let onno = {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(None))
    };
    let onyes = {
        let close = onno.clone();
        Callback::from(move |()| {
            close.emit(());
            go_on.emit(());
        })
    };
    html! {
        <Confirm title="请看一下再保存" yes="照样保存" no="回去改" {onyes} {onno}>
            { for question.into_iter().map(|line| html! { <p>{ line }</p> }) }
        </Confirm>
    }
}
