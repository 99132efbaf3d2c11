//! What else has to be done by a date, the most urgent first.

use super::soon::when;
use crate::components::{Button, Card, Look};
use crate::hooks::use_session;
use crate::routes::{ForHousehold, Route};
use crate::text;
use tiexin_contract::today::Todo;
use tiexin_domain::reminder::Act;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct TodosProps {
    pub(super) todo: Vec<Todo>,
    pub(super) total: u64,
    /// So many stand open.
    pub(super) open: usize,
}

#[component]
pub(super) fn Todos(props: &TodosProps) -> Html {
    let all = use_state(|| false);
    let can_write = use_session().can_write();
    if props.todo.is_empty() {
        return Html::default();
    }
    let shown = if *all { props.todo.len() } else { props.open };
    let more = {
        let all = all.clone();
        Callback::from(move |()| all.set(true))
    };
    let beyond = props.total.saturating_sub(shown as u64);
    let aside = html! { { format!("共 {} 件", text::count(props.total)) } };
    html! {
        <Card title="要办的事" {aside}>
            <ul class="tx-todo">{ for props.todo.iter().take(shown).map(|todo| one(todo, can_write)) }</ul>
            if props.todo.len() > shown {
                <Button label={format!("还有 {} 件", text::count(beyond))} look={Look::Link} small=true onclick={more} />
            } else if beyond > 0 {
                <p class="tx-muted">{ format!("还有 {} 件，办好这些再列出来。", text::count(beyond)) }</p>
            }
        </Card>
    }
}

fn one(todo: &Todo, can_write: bool) -> Html {
    let (class, sign) = match todo.days_ahead {
        d if d < 0 => ("tx-due-late", "◆"),
        0 => ("tx-due-now", "●"),
        _ => ("tx-due-soon", "○"),
    };
    let to = Route::of_record(&todo.kind, todo.record, todo.household);
    let act = match (&todo.act, todo.household) {
        (Act::Make(kind), Some(home)) if can_write => {
            let query = ForHousehold::of(home);
            html! {
                <Link<Route, ForHousehold> to={Route::to_make(kind)} query={Some(query)} classes="tx-todo-act">{ "去登记" }</Link<Route, ForHousehold>>
            }
        }
        _ => html! { <Link<Route> to={to.clone()} classes="tx-todo-act">{ "打开" }</Link<Route>> },
    };
    html! {
        <li key={todo.record.to_string()}>
            <div class="tx-due-who">
                <Link<Route> {to} classes="tx-strong">{ &todo.title }</Link<Route>>
                <span class="tx-muted">{ &todo.place }</span>
            </div>
            <div class="tx-muted tx-due-last">{ &todo.says }</div>
            <span class={classes!("tx-due-mark", class)}>{ format!("{sign} {}", when(todo.days_ahead)) }</span>
            { act }
        </li>
    }
}
