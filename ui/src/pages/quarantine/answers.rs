//! What others decided about one's own changes, until one has read it.

use super::again::{Again, has_form};
use crate::components::{Button, Card, Tag};
use crate::hooks::{use_command, use_session};
use crate::routes::Route;
use crate::text;
use tiexin_contract::quarantine::{Answer, PutAway};
use tiexin_domain::Kind;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct AnswersProps {
    pub(crate) answers: Vec<Answer>,
    pub(crate) ondone: Callback<()>,
}

#[component]
pub(crate) fn Answers(props: &AnswersProps) -> Html {
    let today = use_session().today();
    let put_away = use_command::<PutAway>();
    if props.answers.is_empty() {
        return Html::default();
    }
    html! {
        <Card title="处理结果">
            if let Some(error) = &put_away.error { <crate::components::Trouble error={error.clone()} /> }
            <ul class="tx-answers">
                { for props.answers.iter().map(|answer| {
                    let (put_away, done, id) = (put_away.clone(), props.ondone.clone(), answer.id);
                    let onclick = Callback::from(move |()| {
                        let done = done.clone();
                        put_away.run(PutAway { id }, move |_| done.emit(()));
                    });
                    let (sign, class) = match answer.choice.takes_effect() {
                        true => ("✓", "tx-synced"),
                        false => ("↩", "tx-attention"),
                    };
                    let by = answer.by.clone().unwrap_or_else(|| "审核人".to_owned());
                    let at = answer.at.map(|at| text::moment(at, today)).unwrap_or_default();
                    html! {
                        <li key={answer.id}>
                            <span class={classes!("tx-state", class)}>
                                <span class="tx-state-sign" aria-hidden="true">{ sign }</span>{ answer.choice.label().to_owned() }
                            </span>
                            <Tag text={Kind::from_code(&answer.kind).word().to_owned()} />
                            <Link<Route> to={Route::of_record(&answer.kind, answer.record, None)}>{ &answer.title }</Link<Route>>
                            <span class="tx-muted">{ format!("{by}，{at}") }</span>
                            if let Some(own) = &answer.instead_of {
                                <span>{ format!("已由{by}先决定，您选的“{}”没有生效", own.label()) }</span>
                            }
                            if let Some(note) = &answer.note { <span>{ format!("原因：{note}") }</span> }
                            if !answer.choice.takes_effect() && !answer.wrote.is_empty() {
                                <details>
                                    <summary>{ "当时写的" }</summary>
                                    { for answer.wrote.iter().map(|wrote| html! { <p>{ format!("{}：{}", wrote.label, wrote.value) }</p> }) }
                                </details>
                            }
                            if answer.again && has_form(&answer.kind) { <Again id={answer.id} /> }
                            <Button label="知道了" small=true {onclick} />
                        </li>
                    }
                }) }
            </ul>
        </Card>
    }
}
