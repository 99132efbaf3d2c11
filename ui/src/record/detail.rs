//! One record: what it says, what is missing, what happened to it.

use super::form::RecordForm;
use super::left::MayNot;
use super::noun;
use super::spec::{FieldKind, FormField, Noun};
use crate::attachments::Attachments;
use crate::components::choice::label_of;
use crate::components::{
    Button, Card, Confirm, Look, Masked, Page, Sign, StateMark, Tag, TextField, Trouble, Waiting, show,
};
use crate::hooks::{Note, Tone, use_command, use_query, use_query_when, use_session, use_toast};
use crate::pages::family::contacts_now;
use crate::pages::not_found::NotFound;
use crate::routes::{ForHousehold, Route};
use crate::text;
use chrono::NaiveDate;
use serde_json::Value;
use std::rc::Rc;
use tiexin_contract::family::{FamilyPage, GetFamily};
use tiexin_contract::quarantine::PutBack;
use tiexin_contract::records::{
    GetRecord, HistoryEntry, RecordHistory, RecordRow, RestoreRecord, VoidRecord,
};
use tiexin_forms::HEAD_NAME;
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
        return html! { <MayNot title={noun.add} /> };
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
    let about = use_location().and_then(|at| at.query::<ForHousehold>().ok());
    let family = use_query_when(about.as_ref().map(|about| GetFamily { household: about.household }), &[]);
    let today = use_session().today();
    let pair = family.data.as_deref().filter(|_| noun.kind == "contact_pair");
    let pair_now = pair.and_then(|page| contacts_now(page, today));
    let title = if pair_now.is_some() { "换联系人" } else { noun.add };
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
            let action = Some((AttrValue::from(format!("再{}", noun.add)), another));
            toast.say(Note { tone: Tone::Good, text: format!("已保存：{}", row.title).into(), action });
        })
    };
    let onleave = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.back();
        }
    });
    html! {
        <Page {title} {lead}>
            if family.pending || (about.is_some() && family.data.is_none() && family.error.is_none()) {
                <Waiting />
            } else {
                <RecordForm {noun} family={family.data.as_deref().map(|page| Rc::new(page.household.clone()))} start={begins_with(noun, family.data.as_deref(), about.as_ref(), pair_now)}
                    {onsaved} {onleave} />
            }
        </Page>
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
        let title = format!("修改{}", noun.label);
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
    let toast = use_toast();
    let restore = use_command::<RestoreRecord>();
    let hiding = use_state(|| false);
    let id = row.id;
    let onedit = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::RecordEdit { kind: noun.kind.to_owned(), id });
        }
    });
    let onhide = {
        let hiding = hiding.setter();
        Callback::from(move |()| hiding.set(true))
    };
    let close = {
        let hiding = hiding.setter();
        Callback::from(move |()| hiding.set(false))
    };
    let onrestore = {
        let reload = props.reload.clone();
        Callback::from(move |()| {
            let reload = reload.clone();
            restore.run(RestoreRecord { id }, move |_| {
                toast.good("已恢复");
                reload.emit(());
            });
        })
    };
    let action = match (session.can_write(), &row.void) {
        (false, _) => Html::default(),
        (true, Some(_)) => html! { <Button label="恢复这条记录" onclick={onrestore} /> },
        (true, None) => html! {
            <>
                <Button label="作废" look={Look::Link} onclick={onhide} />
                <Button label="修改" look={Look::Primary} sign={Sign::Pen} onclick={onedit} />
            </>
        },
    };
    let lead = html! {
        <>
            <span>{ format!("{} · {}", noun.label, row.region_name) }</span>
            <StateMark state={row.state} />
        </>
    };
    let fields = (noun.fields)();
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
                    if noun.kind == "activity" { <div class="tx-visit-photos"><Attachments owner={id} /></div> }
                </div>
                <History {id} {today} />
            </div>
            if *hiding {
                <Hide {id} label={noun.label} onclose={close} ondone={props.reload.clone()} />
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
                let word = fact(field, row)?;
                let masked = row.masked.iter().any(|name| name == field.name);
                Some(html! {
                    <>
                        <dt>{ field.label }</dt>
                        <dd>{ if masked { html! { <Masked id={row.id} field={field.name} value={word} /> } } else { html! { { word } } } }</dd>
                    </>
                })
            }) }
        </dl>
    }
}

pub(super) fn fact(field: &FormField, row: &RecordRow) -> Option<String> {
    let value = row.fields.get(field.name);
    let word = || value.map(text::plain).filter(|word| !word.is_empty());
    match field.kind {
        FieldKind::Carried => None,
        FieldKind::Region => Some(row.region_name.clone()),
        FieldKind::Family => row.fields.get(HEAD_NAME).map(text::plain),
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
        FieldKind::Day | FieldKind::PartialDay => word().map(|date| text::stored_date(&date)),
        FieldKind::Moment => word().map(|at| text::stored_moment(&at)),
        FieldKind::Money => word().map(|amount| format!("{amount} 元")),
        FieldKind::Flag => (value == Some(&Value::Bool(true))).then(|| "是".to_owned()),
        _ => word(),
    }
}

#[derive(Properties, PartialEq)]
struct HistoryProps {
    id: Uuid,
    today: NaiveDate,
}

#[component]
fn History(props: &HistoryProps) -> Html {
    let query = use_query(RecordHistory { id: props.id }, &["*"]);
    let put_back = use_command::<PutBack>();
    let toast = use_toast();
    let may = use_session().can_write();
    let record = props.id;
    let line = |entry: &HistoryEntry| {
        let back = entry.overwritten.as_ref().map(|old| {
            let (put_back, toast) = (put_back.clone(), toast);
            let ask = PutBack { record, field: old.field.clone(), seq: old.seq };
            Callback::from(move |()| {
                put_back.run(ask.clone(), move |_| toast.good("已放回，原来的也留在经过里"));
            })
        });
        html! {
            <li>
                <span class="tx-history-when">{ text::moment(entry.at, props.today) }</span>
                <span>{ format!("{} {}", entry.author, entry.act) }</span>
                if !entry.fields.is_empty() { <span class="tx-muted">{ entry.fields.join("、") }</span> }
                if let Some(old) = &entry.overwritten {
                    <span class="tx-muted">{ format!("原来写的是：{}", text::plain(&old.value)) }</span>
                    if may { <Button label="放回" small=true look={Look::Link} busy={put_back.pending} onclick={back.unwrap_or_default()} /> }
                }
            </li>
        }
    };
    html! {
        <Card title="经过">
            if let Some(error) = &put_back.error { <Trouble error={error.clone()} /> }
            { show(&query, |entries| html! { <ol class="tx-history">{ for entries.iter().map(line) }</ol> }) }
        </Card>
    }
}

#[derive(Properties, PartialEq)]
struct HideProps {
    id: Uuid,
    label: &'static str,
    onclose: Callback<()>,
    ondone: Callback<()>,
}

/// Hiding wants a reason; nothing is deleted.
#[component]
fn Hide(props: &HideProps) -> Html {
    let reason = use_state(String::new);
    let missing = use_state(|| false);
    let hide = use_command::<VoidRecord>();
    let toast = use_toast();
    let onyes = {
        let (reason, missing, hide, id) = (reason.clone(), missing.setter(), hide.clone(), props.id);
        let (close, done) = (props.onclose.clone(), props.ondone.clone());
        Callback::from(move |()| {
            if reason.trim().is_empty() {
                missing.set(true);
                return;
            }
            let (close, done) = (close.clone(), done.clone());
            hide.run(VoidRecord { id, reason: reason.trim().to_owned() }, move |_| {
                toast.good("已作废，需要时还可以恢复");
                close.emit(());
                done.emit(());
            });
        })
    };
    let onchange = {
        let (reason, missing) = (reason.setter(), missing.setter());
        Callback::from(move |text: String| {
            missing.set(false);
            reason.set(text);
        })
    };
    let problem = (*missing)
        .then(|| AttrValue::from("请写一句原因，方便以后查看"))
        .or_else(|| hide.error.as_ref().map(|e| e.message.clone().into()));
    html! {
        <Confirm title={format!("作废这条{}记录", props.label)} yes="作废" no="不作废" {onyes} onno={props.onclose.clone()} danger=true>
            <p>{ "作废后不再出现在列表和报表里，内容仍然保留，可以恢复。" }</p>
            <TextField label="原因" name="reason" value={(*reason).clone()} {onchange} {problem} required=true first=true />
        </Confirm>
    }
}
