//! What comes soon: birthdays, festivals, promised visits.

use crate::components::{Button, Card, Icon, Look, Sign};
use crate::routes::Route;
use tiexin_contract::today::{Reminder, ReminderKind};
use yew::prelude::*;
use yew_router::prelude::*;

/// So many stand on the page; the rest is folded.
const SHOWN: usize = 7;

#[derive(Properties, PartialEq)]
pub(super) struct SoonProps {
    pub(super) reminders: Vec<Reminder>,
}

#[component]
pub(super) fn Soon(props: &SoonProps) -> Html {
    let all = use_state(|| false);
    if props.reminders.is_empty() {
        return Html::default();
    }
    let shown = if *all { props.reminders.len() } else { SHOWN };
    let more = {
        let all = all.clone();
        Callback::from(move |()| all.set(true))
    };
    html! {
        <Card title="快到的日子">
            <ul class="tx-soon">{ for props.reminders.iter().take(shown).map(one) }</ul>
            if props.reminders.len() > shown {
                <Button label={format!("还有 {} 个", props.reminders.len() - shown)} look={Look::Link} small=true onclick={more} />
            }
        </Card>
    }
}

fn one(reminder: &Reminder) -> Html {
    let sign = match reminder.kind {
        ReminderKind::Birthday => Sign::Heart,
        ReminderKind::Festival => Sign::Star,
        ReminderKind::AssociationDay => Sign::Flag,
        ReminderKind::FollowUp => Sign::Clock,
    };
    let text = html! { { &reminder.text } };
    html! {
        <li>
            <Icon {sign} />
            if let Some(id) = reminder.household {
                <Link<Route> to={Route::Family { id }}>{ text }</Link<Route>>
            } else {
                <span>{ text }</span>
            }
            <span class="tx-muted">{ when(reminder.days_ahead) }</span>
        </li>
    }
}

/// How far off a day is.
pub(super) fn when(days_ahead: i64) -> String {
    match days_ahead {
        0 => "今天".to_owned(),
        1 => "明天".to_owned(),
        2 => "后天".to_owned(),
        d if d < 0 => format!("过了 {} 天", -d),
        d => format!("{d} 天后"),
    }
}
