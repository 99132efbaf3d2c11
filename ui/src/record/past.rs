//! What happened, told in sentences, the newest first: on the page of a family and on those of a person.

use super::noun;
use crate::components::{Button, Card, Empty, Look, Sign, StateMark, Timeline, TimelineEntry, show};
use crate::hooks::{Query, use_query, use_session};
use crate::routes::Route;
use crate::text;
use chrono::NaiveDate;
use std::rc::Rc;
use tiexin_contract::past::{self, GetPast, MOST, PastEntry, PastKind};
use tiexin_domain::{Kind, PartialDate};
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

/// So many first.
const FIRST: u32 = 30;
/// So many more on demand.
const MORE: u32 = 60;

#[derive(Properties, PartialEq)]
pub(crate) struct PastProps {
    /// A household, or a person under any noun. Another one is another component: give it a key.
    pub(crate) of: Uuid,
}

#[component]
pub(crate) fn Past(props: &PastProps) -> Html {
    let kinds = use_state(Vec::<String>::new);
    let most = use_state(|| FIRST);
    let held = use_mut_ref(|| None::<Rc<past::Past>>);
    let query = use_query(GetPast { of: props.of, kinds: (*kinds).clone(), most: *most }, &["*"]);
    if let Some(data) = &query.data {
        *held.borrow_mut() = Some(data.clone());
    }
    // What is read stays in view, and the cursor where it is, while another part of it is fetched.
    let data = held.borrow().clone();
    let shown = Query { data, ..query };
    let choose = {
        let (kinds, most) = (kinds.clone(), most.setter());
        Callback::from(move |kind: Option<String>| {
            kinds.set(chosen(&kinds, kind));
            most.set(FIRST);
        })
    };
    let more = {
        let most = most.clone();
        Callback::from(move |()| most.set((*most + MORE).min(MOST)))
    };
    let all_shown = *most >= MOST;
    html! {
        <Card title="走过的日子">
            { show(&shown, |past| html! {
                <>
                    if past.kinds.len() > 1 { <Kinds kinds={past.kinds.clone()} chosen={(*kinds).clone()} {choose} /> }
                    if past.kinds.is_empty() {
                        <Empty title="还没有记录" sign={Sign::Footsteps}>{ "第一次走访、服务或活动之后，这里会一条一条记下来。" }</Empty>
                    } else if past.entries.is_empty() {
                        <p class="tx-muted">{ "选中的几类里没有记录。" }</p>
                    }
                    { for years(&past.entries).map(|(year, entries)| html! {
                        <Year key={year.clone()} title={year.clone()} entries={entries.to_vec()} />
                    }) }
                    if past.older > 0 && !all_shown {
                        <Button label={format!("更早的 {} 条", past.older)} look={Look::Link} small=true onclick={more} />
                    } else if past.older > 0 {
                        <p class="tx-hint">{ format!("更早的 {} 条，请到各自的列表里看。", past.older) }</p>
                    }
                </>
            }) }
        </Card>
    }
}

/// The kinds that are asked for after one was pressed; none: all of them.
fn chosen(kinds: &[String], pressed: Option<String>) -> Vec<String> {
    let Some(pressed) = pressed else { return Vec::new() };
    let mut kinds = kinds.to_vec();
    match kinds.iter().position(|kind| *kind == pressed) {
        Some(at) => drop(kinds.remove(at)),
        None => kinds.push(pressed),
    }
    kinds
}

/// Entries of one year together.
fn years(entries: &[PastEntry]) -> impl Iterator<Item = (String, &[PastEntry])> {
    let year = |entry: &PastEntry| entry.day.map(PartialDate::year);
    entries.chunk_by(move |one, other| year(one) == year(other)).map(move |of_year| {
        let title = of_year.first().and_then(year).map(|year| format!("{year}年"));
        (title.unwrap_or_else(|| "没有写日期的".to_owned()), of_year)
    })
}

/// The day within its year.
fn when(day: Option<PartialDate>, today: NaiveDate) -> String {
    match day {
        Some(PartialDate::Day(day)) => text::day(day, today),
        Some(part) => part.label(),
        None => String::new(),
    }
}

#[derive(Properties, PartialEq)]
struct KindsProps {
    kinds: Vec<PastKind>,
    chosen: Vec<String>,
    choose: Callback<Option<String>>,
}

/// Which kinds are shown: several may be chosen.
#[component]
fn Kinds(props: &KindsProps) -> Html {
    let button = |kind: Option<String>, words: String, pressed: bool| {
        let onclick = props.choose.reform(move |_: MouseEvent| kind.clone());
        html! { <button type="button" aria-pressed={pressed.to_string()} {onclick}>{ words }</button> }
    };
    let one = |of: &PastKind| {
        let kind = Kind::from_code(&of.kind);
        button(
            Some(of.kind.clone()),
            format!("{} {}", kind.word(), of.count),
            props.chosen.contains(&of.kind),
        )
    };
    html! {
        <div class="tx-offered tx-past-kinds" role="group" aria-label="只看哪几类">
            { button(None, "全部".to_owned(), props.chosen.is_empty()) }
            { for props.kinds.iter().map(one) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct YearProps {
    title: String,
    entries: Vec<PastEntry>,
}

#[component]
fn Year(props: &YearProps) -> Html {
    let today = use_session().today();
    let navigator = use_navigator();
    let entries: Vec<TimelineEntry> = props
        .entries
        .iter()
        .enumerate()
        .map(|(nth, entry)| {
            let (navigator, to) = (navigator.clone(), record_of(entry));
            let open = Callback::from(move |()| {
                if let Some(navigator) = &navigator {
                    navigator.push(&to);
                }
            });
            TimelineEntry {
                // A record may tell several things.
                key: format!("{} {nth}", entry.id).into(),
                sign: noun(&entry.kind).map_or(Sign::Clock, |noun| noun.sign),
                when: when(entry.day, today).into(),
                title: html! {
                    <><strong>{ Kind::from_code(&entry.kind).word().to_owned() }</strong>{ " " }<StateMark state={entry.state} brief=true /></>
                },
                body: html! { <Folded text={entry.told.clone()} /> },
                onclick: Some(open),
            }
        })
        .collect();
    html! {
        <section class="tx-past-year" aria-label={props.title.clone()}>
            <h3>{ &props.title }</h3>
            <Timeline {entries} />
        </section>
    }
}

/// Where the record itself is looked at, of a family's too: its page is where one comes from.
fn record_of(entry: &PastEntry) -> Route {
    if Kind::from_code(&entry.kind) == Kind::Household {
        return Route::Record { kind: entry.kind.clone(), id: entry.id };
    }
    Route::of_record(&entry.kind, entry.id, None)
}

/// So many characters of a note stand on the timeline; a whole story would push the next visit off the screen.
const NOTE: usize = 120;

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

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_contract::records::RecordState;

    fn entry(kind: &str, day: Option<&str>) -> PastEntry {
        let day = day.map(|day| PartialDate::try_from(day.to_owned()).unwrap());
        let id = Uuid::from_u128(7);
        PastEntry { id, kind: kind.into(), day, told: String::new(), state: RecordState::Local }
    }

    #[test]
    fn entries_of_one_year_stand_together() {
        let entries =
            [Some("2026-10-05"), Some("2026-03"), Some("2025"), None, None].map(|day| entry("visit", day));
        let told: Vec<(String, usize)> = years(&entries).map(|(year, all)| (year, all.len())).collect();
        let year = |title: &str, count| (title.to_owned(), count);
        assert_eq!(told, [year("2026年", 2), year("2025年", 1), year("没有写日期的", 2)]);
        let today = NaiveDate::from_ymd_opt(2026, 10, 6).unwrap();
        let whens: Vec<String> = entries.iter().map(|entry| when(entry.day, today)).collect();
        assert_eq!(whens, ["昨天", "2026年3月", "2025年", "", ""]);
    }

    #[test]
    fn a_kind_is_chosen_and_left_by_the_same_press() {
        let press = |kinds: &[String], kind: &str| chosen(kinds, Some(kind.to_owned()));
        let one = press(&[], "visit");
        let two = press(&one, "wish");
        assert_eq!((one.len(), two.len()), (1, 2));
        assert_eq!(press(&two, "visit"), ["wish"]);
        assert!(chosen(&two, None).is_empty(), "all of them");
    }

    #[test]
    fn each_entry_opens_its_own_record() {
        let id = Uuid::from_u128(7);
        assert_eq!(record_of(&entry("visit", None)), Route::Visit { id });
        for kind in ["household", "support_file", "contact_pair", "service_hours"] {
            assert_eq!(record_of(&entry(kind, None)), Route::Record { kind: kind.into(), id });
        }
    }
}
