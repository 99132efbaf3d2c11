//! One record: what it says, what is missing, what happened to it.

use super::attending::Attending;
use super::election::Electing;
use super::form::RecordForm;
use super::left::MayNot;
use super::noun;
use super::served::Served;
use super::spec::{FieldKind, FormField, Noun};
use super::{History, Restore, Voiding};
use crate::attachments::Attachments;
use crate::components::choice::label_of;
use crate::components::{Button, Card, Look, Masked, Page, Sign, StateMark, Tag, Waiting, show};
use crate::hooks::{Note, Tone, use_query, use_query_when, use_session, use_toast};
use crate::pages::family::contacts_now;
use crate::pages::not_found::NotFound;
use crate::routes::{AskLike, ForHousehold, Route};
use crate::text;
use serde_json::Value;
use std::rc::Rc;
use tiexin_contract::family::{FamilyPage, GetFamily};
use tiexin_contract::mine::{BeginRecord, Begun};
use tiexin_contract::records::{GetRecord, RecordRow};
use tiexin_domain::shape;
use tiexin_forms::{HEAD_NAME, opened};
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct RecordPageProps {
    pub(crate) kind: String,
    /// None: a new one.
    #[prop_or_default]
    pub(crate) id: Option<Uuid>,
    #[prop_or_default]
    pub(crate) edit: bool,
}

/// The page of a record, its form, or the form of a new one.
#[component]
pub(crate) fn RecordPage(props: &RecordPageProps) -> Html {
    let may = use_session().can_write();
    let Some(noun) = noun(&props.kind) else { return html! { <NotFound /> } };
    if !may && (props.edit || props.id.is_none()) {
        return html! { <MayNot title={noun.add()} /> };
    }
    match props.id {
        Some(id) => html! { <Opened key={id.to_string()} {noun} {id} edit={props.edit} /> },
        None => html! { <New key={noun.kind} {noun} /> },
    }
}

#[derive(Properties)]
struct NewProps {
    noun: &'static Noun,
}

impl PartialEq for NewProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.noun, other.noun)
    }
}

#[component]
fn New(props: &NewProps) -> Html {
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
    let today = use_session().today();
    let pair = family.data.as_deref().filter(|_| noun.kind == "contact_pair");
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
    // Another beginning is another form.
    let key = format!("{} {like:?}", *blank);
    html! {
        <Page {title} {lead}>
            if like_one.pending || family.pending || (about.is_some() && family.data.is_none() && family.error.is_none()) {
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
fn whose(row: &RecordRow) -> Html {
    html! { <span>{ format!("{} · {}", row.title, row.region_name) }</span> }
}

fn home_of(row: &RecordRow) -> Option<Uuid> {
    row.fields.get("household")?.as_str()?.parse().ok()
}

/// What a new record of a family takes over besides the family itself.
fn begins_with(
    noun: &Noun,
    page: Option<&FamilyPage>,
    about: Option<&ForHousehold>,
    pair: Option<&RecordRow>,
) -> Vec<(String, Value)> {
    let mut start = Vec::new();
    if noun.kind == "contact_pair" {
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

#[derive(Properties)]
struct OpenedProps {
    noun: &'static Noun,
    id: Uuid,
    edit: bool,
}

impl PartialEq for OpenedProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.noun, other.noun) && self.id == other.id && self.edit == other.edit
    }
}

#[component]
fn Opened(props: &OpenedProps) -> Html {
    let (noun, id) = (props.noun, props.id);
    let query = use_query(GetRecord { id }, &["*"]);
    let of_contacts =
        query.data.as_ref().filter(|row| row.kind == "contact_pair").and_then(|row| home_of(row));
    let home = use_query_when(of_contacts.map(|id| GetRecord { id }), &[]);
    let navigator = use_navigator();
    let toast = use_toast();
    let onsaved = {
        let navigator = navigator.clone();
        Callback::from(move |row: RecordRow| {
            toast.good(format!("已保存：{}", row.title));
            if let Some(navigator) = &navigator {
                navigator.replace(&Route::of_row(&row));
            }
        })
    };
    let onleave = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.back();
        }
    });
    if props.edit {
        let title = noun.mend();
        // Contacts are called by their family.
        let lead = match (&home.data, &query.data) {
            (Some(home), _) => whose(home),
            (None, Some(row)) if home.error.is_some() || of_contacts.is_none() => whose(row),
            _ => Html::default(),
        };
        return html! {
            <Page {title} {lead}>
                { show(&query, |row| html! {
                    <RecordForm {noun} row={row.clone()} onsaved={onsaved.clone()} onleave={onleave.clone()} />
                }) }
            </Page>
        };
    }
    show(&query, |row| html! { <Reading {noun} row={row.clone()} reload={query.reload.clone()} /> })
}

#[derive(Properties)]
struct ReadingProps {
    noun: &'static Noun,
    row: Rc<RecordRow>,
    reload: Callback<()>,
}

impl PartialEq for ReadingProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.noun, other.noun) && self.row == other.row
    }
}

#[component]
fn Reading(props: &ReadingProps) -> Html {
    let (noun, row) = (props.noun, &props.row);
    let session = use_session();
    let today = session.today();
    let navigator = use_navigator();
    let (hiding, electing) = (use_state(|| false), use_state(|| false));
    let id = row.id;
    let onlike = {
        let navigator = navigator.clone();
        Callback::from(move |()| {
            let Some(navigator) = &navigator else { return };
            let route = Route::RecordNew { kind: noun.kind.to_owned() };
            // A plain struct of words can always be written.
            drop(navigator.push_with_query(&route, &AskLike { like: id }));
        })
    };
    let onedit = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::RecordEdit { kind: noun.kind.to_owned(), id });
        }
    });
    // A kind with a form of its own, or made on a family's page, begins there.
    let alike = matches!(Route::to_make(noun.kind), Route::RecordNew { .. }) && !noun.of_family();
    let onhide = {
        let hiding = hiding.setter();
        Callback::from(move |()| hiding.set(true))
    };
    let close = {
        let hiding = hiding.setter();
        Callback::from(move |()| hiding.set(false))
    };
    let (onelect, onelected) = {
        let (open, close) = (electing.setter(), electing.setter());
        (Callback::from(move |()| open.set(true)), Callback::from(move |()| close.set(false)))
    };
    let action = match (session.can_write(), &row.void) {
        (true, Some(_)) => html! {
            <Restore {id} title={row.title.clone()} ondone={props.reload.clone()} small=false />
        },
        (false, _) => Html::default(),
        (true, None) => html! {
            <>
                <Button label="作废" look={Look::Link} onclick={onhide} />
                if noun.kind == "organisation" { <Button label="换届" onclick={onelect} /> }
                if alike { <Button label="照着再记一条" look={Look::Link} onclick={onlike} /> }
                <Button label="修改" look={Look::Primary} sign={Sign::Pen} onclick={onedit} />
            </>
        },
    };
    let lead = html! {
        <>
            <span>{ format!("{} · {}", noun.label(), row.region_name) }</span>
            <StateMark state={row.state} />
        </>
    };
    let fields = noun.fields();
    html! {
        <Page title={row.title.clone()} {lead} {action}>
            if let Some(reason) = &row.void {
                <p class="tx-void-note">{ format!("这条记录已作废：{reason}") }</p>
            }
            if !row.gaps.is_empty() {
                <p class="tx-gaps">{ "还可以补上：" }{ for row.gaps.iter().map(|gap| html! { <Tag text={gap.message.clone()} class="tx-warm" /> }) }</p>
            }
            <div class="tx-two">
                <div>
                    <Card title="内容"><Facts fields={fields} row={row.clone()} /></Card>
                    if noun.kind == "volunteer" { <Served volunteer={id} /> }
                    if noun.kind == "activity" { <Attending activity={id} may={session.can_write() && row.void.is_none()} /> }
                    if noun.kind == "activity" { <div class="tx-visit-photos"><Attachments owner={id} /></div> }
                </div>
                <History {id} {today} />
            </div>
            if *electing {
                <Electing row={row.clone()} onclose={onelected} ondone={props.reload.clone()} />
            }
            if *hiding {
                <Voiding {id} what={format!("这条{}记录", noun.label())} onclose={close} ondone={props.reload.clone()} />
            }
        </Page>
    }
}

#[derive(Properties)]
struct FactsProps {
    fields: Vec<FormField>,
    row: Rc<RecordRow>,
}

impl PartialEq for FactsProps {
    fn eq(&self, other: &Self) -> bool {
        self.row == other.row
    }
}

/// The fields that say something, in the form's order.
#[component]
fn Facts(props: &FactsProps) -> Html {
    let row = &props.row;
    html! {
        <dl class="tx-facts">
            { for props.fields.iter().filter_map(|field| {
                let masked = row.masked.iter().any(|name| name == field.name);
                let told = match field.kind {
                    FieldKind::Parts(parts) => lines(field, parts, row)?,
                    _ => {
                        let word = fact(field, row)?;
                        if masked { html! { <Masked id={row.id} field={field.name} value={word} /> } } else { html! { { word } } }
                    }
                };
                Some(html! { <><dt>{ field.label }</dt><dd>{ told }</dd></> })
            }) }
        </dl>
    }
}

/// The parts as a record's page tells them; a hidden number can be shown.
fn lines(field: &FormField, parts: &'static [shape::Field], row: &RecordRow) -> Option<Html> {
    let items = row.fields.get(field.name)?.as_array().filter(|items| !items.is_empty())?;
    let line = |(nth, item): (usize, &Value)| {
        let words = item.as_object().map(|part| shape::words(parts, part)).unwrap_or_default();
        let word = |(own, word): (&'static shape::Field, String)| {
            let place = format!("{}.{nth}.{}", field.name, own.name);
            match row.masked.contains(&place) {
                true => html! { <Masked id={row.id} field={place} value={word} /> },
                false => html! { <span>{ word }{ " " }</span> },
            }
        };
        html! { <p>{ for words.into_iter().map(word) }</p> }
    };
    Some(html! { <>{ for items.iter().enumerate().map(line) }</> })
}

pub(super) fn fact(field: &FormField, row: &RecordRow) -> Option<String> {
    let value = row.fields.get(field.name);
    let word = || value.map(text::plain).filter(|word| !word.is_empty());
    match field.kind {
        FieldKind::Carried => None,
        FieldKind::Region => Some(row.region_name.clone()),
        FieldKind::Family => row.fields.get(HEAD_NAME).map(text::plain),
        FieldKind::Record { named_by, .. } => row.fields.get(named_by).map(text::plain),
        FieldKind::Code(options) => word().map(|code| label_of(options, &code)),
        FieldKind::Codes(options) => {
            let codes = value.and_then(Value::as_array)?;
            Some(
                codes
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|code| label_of(options, code))
                    .collect::<Vec<_>>()
                    .join("、"),
            )
        }
        FieldKind::Day | FieldKind::DayNear | FieldKind::PartialDay => {
            word().map(|date| text::stored_date(&date))
        }
        FieldKind::Moment => word().map(|at| text::stored_moment(&at)),
        FieldKind::Money => word().map(|amount| format!("{amount} 元")),
        FieldKind::Parts(parts) => {
            let told = value.and_then(Value::as_array).map(|items| shape::parts_told(parts, items));
            told.filter(|text| !text.is_empty())
        }
        FieldKind::Flag => (value == Some(&Value::Bool(true))).then(|| "是".to_owned()),
        _ => word(),
    }
}
