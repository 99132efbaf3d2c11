//! What comes soon: birthdays, festivals, promised visits.

use crate::components::{Card, Icon, Sign};
use crate::routes::Route;
use tiexin_contract::today::{Reminder, ReminderKind};
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct SoonProps {
    pub(super) reminders: Vec<Reminder>,
}

#[component]
pub(super) fn Soon(props: &SoonProps) -> Html {
    if props.reminders.is_empty() {
        return Html::default();
    }
    html! {
        <Card title="快到的日子">
            <ul class="tx-soon">{ for props.reminders.iter().take(10).map(one) }</ul>
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
    let when = match reminder.days_ahead {
        0 => "今天".to_owned(),
        1 => "明天".to_owned(),
        2 => "后天".to_owned(),
        d if d < 0 => format!("过了 {} 天", -d),
        d => format!("{d} 天后"),
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
            <span class="tx-muted">{ when }</span>
        </li>
    }
}
