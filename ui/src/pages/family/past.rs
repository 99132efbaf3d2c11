//! What happened, newest first.

use super::people::PartProps;
use crate::components::{Button, Card, Empty, Look, Sign, StateMark, Timeline, TimelineEntry};
use crate::hooks::use_session;
use crate::pages::visits::gifts;
use crate::record::noun;
use crate::routes::Route;
use crate::text;
use chrono::NaiveDate;
use tiexin_contract::records::RecordRow;
use tiexin_domain::nouns::visit::{Presence, VisitKind};
use tiexin_domain::shape::{self, Holds, Role, label_in};
use yew::prelude::*;
use yew_router::prelude::*;

/// More on demand.
const SHOWN: usize = 30;

#[component]
pub(super) fn Past(props: &PartProps) -> Html {
    let today = use_session().today();
    let navigator = use_navigator();
    let all = use_state(|| false);
    let rows = &props.page.timeline;
    let shown = if *all { rows.len() } else { SHOWN };
    let more = {
        let all = all.clone();
        Callback::from(move |()| all.set(true))
    };
    let entries = rows
        .iter()
        .take(shown)
        .map(|row| {
            let (navigator, to) = (navigator.clone(), Route::of_record(&row.kind, row.id, None));
            let open = Callback::from(move |()| {
                if let Some(navigator) = &navigator {
                    navigator.push(&to);
                }
            });
            entry(row, today, (row.kind == "visit").then_some(open))
        })
        .collect::<Vec<_>>();
    html! {
        <Card title="走过的日子">
            if entries.is_empty() {
                <Empty title="还没有记录" sign={Sign::Footsteps}>{ "第一次上门之后，这里会记下每一次看望。" }</Empty>
            } else {
                <Timeline {entries} />
            }
            if rows.len() > shown {
                <Button label={format!("再看以前的 {} 条", rows.len() - shown)} look={Look::Link} small=true onclick={more} />
            }
        </Card>
    }
}

fn entry(row: &RecordRow, today: NaiveDate, onclick: Option<Callback<()>>) -> TimelineEntry {
    let word = |field: &str| row.fields.get(field).map(text::plain).filter(|t| !t.is_empty());
    let day = shape::role(&row.kind, Role::Day)
        .and_then(|field| word(field.name))
        .and_then(|d| d.parse::<NaiveDate>().ok());
    let when = day.map(|d| text::day(d, today)).unwrap_or_default();
    let (sign, title, body) = match row.kind.as_str() {
        "visit" => {
            let kind = word("kind").map(|k| VisitKind::from_code(&k).label().to_owned()).unwrap_or_default();
            let presence = word("presence").filter(|p| p != Presence::AtHome.code());
            let presence =
                presence.map(|p| format!(" · {}", Presence::from_code(&p).label())).unwrap_or_default();
            let met = word("met").map(|m| format!("见到{m}。")).unwrap_or_default();
            let gifts = gifts(row).map(|gifts| format!("慰问：{gifts}。")).unwrap_or_default();
            (
                Sign::Footsteps,
                format!("{kind}{presence}"),
                format!("{met}{gifts}{}", word("note").unwrap_or_default()),
            )
        }
        _ => match noun(&row.kind) {
            Some(noun) => (noun.sign, noun.label(), told(row).unwrap_or_default()),
            None => (Sign::Clock, row.title.clone(), String::new()),
        },
    };
    let who = word("visitors").unwrap_or_default();
    TimelineEntry {
        key: row.id.to_string().into(),
        sign,
        when: when.into(),
        title: html! {
            <><strong>{ title }</strong>{ " " }<span class="tx-muted">{ who }</span>{ " " }<StateMark state={row.state} brief=true /></>
        },
        body: html! { <Folded text={body} /> },
        onclick,
    }
}

/// What its noun tells there.
fn told(row: &RecordRow) -> Option<String> {
    let shape = shape::of(&row.kind)?;
    let field = shape.field(shape.timeline?)?;
    let written = text::plain(row.fields.get(field.name)?);
    Some(match (field.holds, field.choices()) {
        (Holds::Money, _) => format!("{written} 元"),
        (_, Some(choices)) => label_in(choices, &written).map_or(written, str::to_owned),
        _ => written,
    })
}

/// So many characters of a note stand on the timeline; a whole story would push the next visit off the screen.
const NOTE: usize = 90;

#[derive(Properties, PartialEq)]
struct FoldedProps {
    text: String,
}

/// A long note, its beginning first.
#[component]
fn Folded(props: &FoldedProps) -> Html {
    let whole = use_state(|| false);
    let Some((cut, _)) = props.text.char_indices().nth(NOTE) else {
        return html! { { &props.text } };
    };
    let turn = {
        let whole = whole.clone();
        Callback::from(move |()| whole.set(!*whole))
    };
    html! {
        <>
            { if *whole { props.text.clone() } else { format!("{}……", &props.text[..cut]) } }{ " " }
            <Button label={if *whole { "折起来" } else { "看全文" }} look={Look::Link} small=true onclick={turn} expanded={*whole} />
        </>
    }
}
