//! 今日: whom should I see, what is missing, how far is the month.

mod covered;
mod drafts;
mod month;
mod people;
mod soon;
mod todo;
mod units;

use crate::components::{Button, Look, Page, Sign, show};
use crate::hooks::{use_query, use_region, use_session};
use crate::pages::duplicates::LooksAlike;
use crate::routes::Route;
use crate::text;
use chrono::Datelike;
use covered::Three;
use drafts::Drafts;
pub(crate) use drafts::go_on;
use month::Month;
use people::{Due, Gaps};
use soon::Soon;
use tiexin_contract::session::ClockTrouble;
use tiexin_contract::today::{GetToday, Todo};
use todo::Todos;
use units::Units;
use yew::prelude::*;
use yew_router::prelude::*;

#[component]
pub(crate) fn TodayPage() -> Html {
    let session = use_session();
    let region = use_region();
    let navigator = use_navigator();
    let today = use_query(GetToday { region: region.code() }, &["*"]);
    let record = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::VisitNew);
        }
    });
    let action = html! {
        if session.can_write() {
            <Button label="记走访" look={Look::Primary} sign={Sign::Pen} onclick={record} />
        }
    };
    let day = session.today();
    let lunar = today.data.as_ref().map(|t| format!("农历{} · ", t.lunar)).unwrap_or_default();
    // Dates are China's all the same; other troubles of the clock stand above every page.
    let zone = session.state.clock.clone().filter(|clock| clock.code == ClockTrouble::OtherZone);
    let lead = html! {
        { format!("{}月{}日 {} · {lunar}{}", day.month(), day.day(), text::weekday(day), region.name.name) }
    };
    html! {
        <Page title="今日" {action} {lead}>
            if let Some(zone) = zone { <p class="tx-zone tx-muted" role="status">{ zone.message }</p> }
            if session.can_write() { <LooksAlike region={region.code()} /> }
            <Drafts />
            { show(&today, |now| {
                let todo = html! { <Todos todo={now.todo.clone()} total={now.todo_total} open={now.open.todo} /> };
                let pressing = now.todo.iter().any(Todo::is_pressing);
                let main = if now.units.is_empty() {
                    html! {
                        <>
                            if pressing { { todo.clone() } }
                            <Due families={now.due.clone()} total={now.due_total} open={now.open.due}
                                any={now.covered.channel.of > 0} today={now.date} />
                            if !pressing { { todo.clone() } }
                            <Gaps groups={now.missing.clone()} total={now.gaps_total} />
                        </>
                    }
                } else {
                    html! { <><Units units={now.units.clone()} />{ todo }</> }
                };
                html! {
                    <div class="tx-today">
                        <div class="tx-today-main">{ main }</div>
                        <div class="tx-today-side">
                            <Month month={now.month.clone()} today={now.date} />
                            if now.covered.channel.of > 0 { <Three covered={now.covered} /> }
                            <Soon reminders={now.reminders.clone()} />
                        </div>
                    </div>
                }
            }) }
        </Page>
    }
}
