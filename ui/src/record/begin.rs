//! The form of a new record, and what it begins with: the family that it is about, the pair before it, a record before it.

use super::form::RecordForm;
use super::served::proposed;
use super::spec::Noun;
use crate::components::{Button, Look, Page, Waiting};
use crate::hooks::{Note, Tone, use_query_when, use_session, use_toast};
use crate::pages::family::contacts_now;
use crate::routes::{AskLike, ForHours, ForHousehold, Route};
use serde_json::Value;
use std::rc::Rc;
use tiexin_contract::family::{FamilyPage, GetFamily};
use tiexin_contract::hours::GetHours;
use tiexin_contract::mine::{BeginRecord, Begun};
use tiexin_contract::records::{GetRecord, RecordRow};
use tiexin_domain::Kind;
use tiexin_forms::opened;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties)]
pub(super) struct NewProps {
    pub(super) noun: &'static Noun,
}

impl PartialEq for NewProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.noun, other.noun)
    }
}

#[component]
pub(super) fn New(props: &NewProps) -> Html {
    let noun = props.noun;
    let navigator = use_navigator();
    let toast = use_toast();
    let at = use_location();
    let about = at.as_ref().and_then(|at| at.query::<ForHousehold>().ok());
    let like = at.as_ref().and_then(|at| at.query::<AskLike>().ok()).map(|asked| asked.like);
    // Nothing is taken over: the worker wants an empty form.
    let blank = use_state(|| false);
    let ask = BeginRecord { kind: noun.kind.to_owned(), like };
    let like_one = use_query_when(Some(ask).filter(|_| !noun.of_family() && !*blank), &[]);
    let family = use_query_when(about.as_ref().map(|about| GetFamily { household: about.household }), &[]);
    let hours = at.as_ref().and_then(|at| at.query::<ForHours>().ok());
    let hours = hours.filter(|_| noun.kind == Kind::Hours.code());
    let volunteer = use_query_when(hours.as_ref().map(|of| GetRecord { id: of.volunteer }), &[]);
    let served = use_query_when(hours.as_ref().map(|of| GetHours { volunteer: of.volunteer }), &[]);
    let today = use_session().today();
    let pair = family.data.as_deref().filter(|_| noun.kind == Kind::ContactPair.code());
    let pair_now = pair.and_then(|page| contacts_now(page, today));
    let title = if pair_now.is_some() { "换联系人".to_owned() } else { noun.add() };
    let lead = family.data.as_deref().map(|page| whose(&page.household)).unwrap_or_default();
    let onsaved = {
        let navigator = navigator.clone();
        Callback::from(move |row: RecordRow| {
            let Some(navigator) = navigator.clone() else { return };
            navigator.replace(&Route::of_row(&row));
            if noun.of_family() {
                toast.good(format!("已保存：{}", row.title));
                return;
            }
            let another =
                Callback::from(move |()| navigator.push(&Route::RecordNew { kind: noun.kind.to_owned() }));
            let action = Some((AttrValue::from(format!("再{}", noun.add())), another));
            toast.say(Note { tone: Tone::Good, text: format!("已保存：{}", row.title).into(), action });
        })
    };
    let onleave = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.back();
        }
    });
    let taken = like_one.data.as_deref().and_then(Option::as_ref);
    let note = taken.map(|begun| {
        let onclick = {
            let blank = blank.setter();
            Callback::from(move |()| blank.set(true))
        };
        told_of(noun, begun, onclick)
    });
    let mut start = begins_with(noun, family.data.as_deref(), about.as_ref(), pair_now);
    start.extend(taken.map(|begun| opened(&noun.fields(), &begun.fields)).unwrap_or_default());
    if let (Some(of), Some(volunteer), Some(served)) = (&hours, &volunteer.data, &served.data) {
        start.extend(opened(&noun.fields(), &proposed(volunteer, served, of.activity)));
    }
    let asked = |data: bool, error: bool| hours.is_some() && !data && !error;
    let comes = asked(volunteer.data.is_some(), volunteer.error.is_some())
        || asked(served.data.is_some(), served.error.is_some());
    // Another beginning is another form.
    let key = format!("{} {like:?} {hours:?}", *blank);
    html! {
        <Page {title} {lead}>
            if comes || like_one.pending || family.pending || (about.is_some() && family.data.is_none() && family.error.is_none()) {
                <Waiting />
            } else {
                <RecordForm {key} {noun} family={family.data.as_deref().map(|page| Rc::new(page.household.clone()))} {start}
                    note={note.unwrap_or_default()} {onsaved} {onleave} />
            }
        </Page>
    }
}

/// From which record a new one takes over what, and the way to an empty form.
fn told_of(noun: &Noun, begun: &Begun, onclick: Callback<()>) -> Html {
    let fields = noun.fields();
    let labels: Vec<&str> = fields
        .iter()
        .filter(|field| begun.fields.contains_key(field.name))
        .map(|field| field.label)
        .collect();
    if labels.is_empty() {
        return Html::default();
    }
    html! {
        <p class="tx-again">
            { format!("{}照“{}”填好了，请核对；其余的没有照抄。", labels.join("、"), begun.title) }
            <Button label="从空白开始" look={Look::Link} small=true {onclick} />
        </p>
    }
}

/// Whose record a form is about.
pub(super) fn whose(row: &RecordRow) -> Html {
    html! { <span>{ format!("{} · {}", row.title, row.region_name) }</span> }
}

/// What a new record of a family takes over besides the family itself.
fn begins_with(
    noun: &Noun,
    page: Option<&FamilyPage>,
    about: Option<&ForHousehold>,
    pair: Option<&RecordRow>,
) -> Vec<(String, Value)> {
    let mut start = Vec::new();
    if noun.kind == Kind::ContactPair.code() {
        let file = about.and_then(|about| about.file).or_else(|| Some(page?.files.first()?.id));
        start.extend(file.map(|file| ("file".to_owned(), Value::from(file.to_string()))));
        // Often only one of the two changes.
        for name in ["township_leader", "village_worker"] {
            let value = pair.and_then(|pair| pair.fields.get(name)).cloned();
            start.extend(value.map(|value| (name.to_owned(), value)));
        }
    }
    start
}
