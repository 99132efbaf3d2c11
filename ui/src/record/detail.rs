//! One record: what it says, what is missing, what happened to it.

use super::attending::Attending;
use super::begin::{New, whose};
use super::election::Electing;
use super::facts::Facts;
use super::form::RecordForm;
use super::left::MayNot;
use super::noun;
use super::past::Past;
use super::reversing::{Reverse, Told, takes_back, use_taken_back};
use super::served::Served;
use super::spec::Noun;
use super::{History, Restore, Voiding};
use crate::attachments::Attachments;
use crate::components::{Button, Card, Look, Page, Sign, StateMark, Tag, show};
use crate::hooks::{use_query, use_query_when, use_session, use_toast};
use crate::pages::not_found::NotFound;
use crate::routes::{AskLike, Route};
use std::rc::Rc;
use tiexin_contract::records::{GetRecord, RecordRow};
use tiexin_domain::Kind;
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

fn home_of(row: &RecordRow) -> Option<Uuid> {
    row.fields.get("household")?.as_str()?.parse().ok()
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
        query.data.as_ref().filter(|row| row.kind == Kind::ContactPair.code()).and_then(|row| home_of(row));
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
    let kind = Kind::from_code(noun.kind);
    let session = use_session();
    let today = session.today();
    let navigator = use_navigator();
    let back = use_taken_back(noun, row);
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
        (true, None) if noun.is_fixed() => html! {
            if back.is_none() && !takes_back(row) {
                <Reverse row={row.clone()} ondone={props.reload.clone()} />
            }
        },
        (true, None) => html! {
            <>
                <Button label="作废" look={Look::Link} onclick={onhide} />
                if kind == Kind::Organisation { <Button label="换届" onclick={onelect} /> }
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
            if noun.is_fixed() { <Told row={row.clone()} {back} /> }
            if !row.gaps.is_empty() {
                <p class="tx-gaps">{ if noun.is_fixed() { "请核对：" } else { "还可以补上：" } }{ for row.gaps.iter().map(|gap| html! { <Tag text={gap.message.clone()} class="tx-warm" /> }) }</p>
            }
            <div class="tx-two">
                <div>
                    <Card title="内容"><Facts fields={fields} row={row.clone()} /></Card>
                    if kind == Kind::Volunteer { <Served volunteer={id} /> }
                    if kind == Kind::Activity { <Attending activity={id} may={session.can_write() && row.void.is_none()} /> }
                    if noun.is_person() { <Past key={id.to_string()} of={id} /> }
                    if kind == Kind::Activity { <div class="tx-visit-photos"><Attachments owner={id} /></div> }
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
