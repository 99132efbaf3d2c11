//! Recording a visit: the heart of the program. Three clicks and one sentence for a routine visit.

use super::asking::{Asking, asked};
use super::fields::{main_part, more_part};
use super::sheet::{Sheet, kept_visit, key_of, resumed, turn_to, use_beginning, use_change, use_overtaken};
use crate::attachments::{ChosenPhotos, add_all};
use crate::components::{Button, Foot, Form, Page, Waiting, focus_field};
use crate::hooks::{
    Draft, Toasts, use_command, use_day_turned, use_draft, use_held, use_query, use_query_when, use_session,
    use_toast, use_told, use_unkept,
};
use crate::record::{Leaving, MayNot, Resumed};
use crate::routes::{ForHousehold, Route};
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use tiexin_contract::drafts::DraftKey;
use tiexin_contract::family::{FestivalsNear, RecordVisit, VisitStart};
use tiexin_contract::import::FileGiven;
use tiexin_contract::records::{EditRecord, GetRecord, RecordRow, Saved};
use tiexin_domain::Fields;
use tiexin_forms::dated::OF_VISIT;
use tiexin_forms::drafts::Kept;
use tiexin_forms::read_day;
use tiexin_forms::visit::{self, VisitDraft};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// `/visit/new`, perhaps with a family. Each family has a draft of its own.
#[component]
pub(crate) fn VisitFormPage() -> Html {
    let household =
        use_location().and_then(|at| at.query::<ForHousehold>().ok()).map(|for_one| for_one.household);
    let key = key_of(household);
    html! { <NewVisit key={key.clone()} {household} draft_key={key.clone()} /> }
}

#[derive(Properties, PartialEq)]
struct NewVisitProps {
    household: Option<Uuid>,
    draft_key: String,
}

#[component]
fn NewVisit(props: &NewVisitProps) -> Html {
    let session = use_session();
    let draft = use_draft(props.draft_key.clone());
    if !session.can_write() {
        return html! { <MayNot title="记走访" /> };
    }
    let Some(kept) = draft.kept.clone() else { return html! { <Page title="记走访"><Waiting /></Page> } };
    let kept = kept_visit(kept.as_deref(), session.day()).filter(VisitDraft::touched);
    let (again, turn, lost) = (kept.is_some(), draft.turn, draft.told());
    html! {
        <>
            { lost }
            <Filling key={turn} household={props.household} {draft} {again}
                begin={kept.unwrap_or_else(|| VisitDraft::begun(session.day()))} />
        </>
    }
}

#[derive(Properties)]
struct FillingProps {
    #[prop_or_default]
    household: Option<Uuid>,
    /// The visit to be corrected.
    #[prop_or_default]
    row: Option<Rc<RecordRow>>,
    draft: Draft,
    begin: VisitDraft,
    /// A correction's fields as this form has seen them.
    #[prop_or_default]
    seen: Option<Fields>,
    /// Goes on with what was left unfinished.
    #[prop_or_default]
    again: bool,
}

impl PartialEq for FillingProps {
    fn eq(&self, other: &Self) -> bool {
        self.household == other.household
            && self.row.as_ref().map(|row| row.id) == other.row.as_ref().map(|row| row.id)
            && (&self.begin, self.again) == (&other.begin, other.again)
    }
}

#[component]
fn Filling(props: &FillingProps) -> Html {
    let session = use_session();
    let toast = use_toast();
    let navigator = use_navigator();
    let today = session.day();
    let sheet =
        use_held(|| Sheet { visit: props.begin.clone(), seen: props.seen.clone(), again: props.again });
    {
        let sheet = sheet.clone();
        use_day_turned(move |then, today| {
            if sheet.get().visit.touched() {
                sheet.edit(|sheet| sheet.visit.settle(then, today));
            }
        });
    }
    let leaving = use_state(|| false);
    let asking = use_state(|| None::<Asking>);
    // Pictures are not part of the draft: a draft is kept by the keystroke.
    let photos = use_state(Vec::<FileGiven>::new);
    use_unkept((!photos.is_empty()).then_some("选好的照片"));
    let node = use_node_ref();
    let save = use_command::<RecordVisit>();
    let edit = use_command::<EditRecord>();
    // The family of the address counts until another one is begun.
    let from_address = use_mut_ref(|| props.household);
    let visit = sheet.get().visit.clone();
    let household = visit.family.as_ref().map(|f| f.id).or(*from_address.borrow());
    let start = use_query(VisitStart { household }, &[]);
    let began = start.data.clone();
    let day = read_day(&visit.date, today).ok().flatten();
    let festive = visit.kind == "festival";
    let festivals = use_query_when(day.filter(|_| festive).map(|day| FestivalsNear { day }), &[]);
    let festivals = festivals.data.as_deref().cloned().unwrap_or_default();
    let correcting = props.row.is_some();
    use_beginning(&began, &sheet, &node, correcting);

    let refused = save.error.clone().or_else(|| edit.error.clone());
    let telling = use_told(visit::place, refused.clone(), &visit.shown(began.as_deref()));
    use_overtaken(&refused, &sheet, props.row.as_ref().map(|row| row.id), today);
    let change = use_change(&sheet, &telling, &props.draft, today);
    let store = |after: After| {
        let (sheet, telling, began) = (sheet.clone(), telling.clone(), began.clone());
        let (save, edit, kept) = (save.clone(), edit.clone(), props.draft.clone());
        let (navigator, node, photos) = (navigator.clone(), node.clone(), photos.clone());
        let (row, from_address) = (props.row.clone(), from_address.clone());
        Callback::from(move |()| {
            let (kept, navigator, node, photos) =
                (kept.clone(), navigator.clone(), node.clone(), photos.clone());
            let (done_sheet, from_address) = (sheet.clone(), from_address.clone());
            let household = sheet.get().visit.family.as_ref().map(|family| family.id);
            let done = move |Saved { id, .. }: Saved| {
                kept.drop_it();
                toast.good("已保存在本机");
                add_photos(id, (*photos).clone(), toast);
                photos.set(Vec::new());
                match (after, household) {
                    (After::Family, Some(id)) => {
                        if let Some(navigator) = &navigator {
                            navigator.push(&Route::Family { id });
                        }
                    }
                    _ => {
                        *from_address.borrow_mut() = None;
                        done_sheet.edit(|sheet| {
                            sheet.visit = sheet.visit.another(today);
                            sheet.again = false;
                        });
                        turn_to(None, done_sheet.clone(), kept.clone(), today);
                        // The empty field stands there after the next painting.
                        let node = node.clone();
                        Timeout::new(0, move || {
                            focus_field(&node, "household");
                        })
                        .forget();
                    }
                }
            };
            let sheet = sheet.get();
            match (&row, &sheet.seen) {
                (Some(row), Some(seen)) => match sheet.visit.changes(seen, today, began.as_deref()) {
                    Ok(sent) if sent.fields.is_empty() => {
                        done(Saved { id: row.id, row: (**row).clone() });
                    }
                    Ok(sent) => {
                        edit.run(EditRecord { id: row.id, fields: sent.fields, seen: sent.seen }, done);
                    }
                    Err(problems) => telling.refuse(problems),
                },
                _ => match sheet.visit.visit(today, began.as_deref()) {
                    Ok(visit) => save.run(RecordVisit { id: None, visit }, done),
                    Err(problems) => telling.refuse(problems),
                },
            }
        })
    };
    let ask_first = |after: After| {
        let (store, asking) = (store(after), asking.clone());
        let (sheet, began) = (sheet.clone(), began.clone());
        Callback::from(move |()| {
            let visit = sheet.get().visit.visit(today, began.as_deref());
            // What has to be mended comes before what is asked; a correction asks only what does not fit together.
            let Ok(visit) = visit else { return store.emit(()) };
            if correcting {
                let question = VisitDraft::doubts(&visit);
                match question.is_empty() {
                    true => store.emit(()),
                    false => asking.set(Some(Asking { question, go_on: store.clone() })),
                }
                return;
            }
            let (store, asking) = (store.clone(), asking.clone());
            let nobody = visit.met.is_empty()
                && visit.presence.code() == "at_home"
                && began.as_ref().is_some_and(|began| !began.persons.is_empty());
            spawn_local(async move {
                match asked(&visit, nobody).await {
                    Some(question) => asking.set(Some(Asking { question, go_on: store })),
                    None => store.emit(()),
                }
            });
        })
    };
    let onsave = ask_first(After::Family);
    let another = ask_first(After::Another);
    let leave = {
        let navigator = navigator.clone();
        Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                navigator.back();
            }
        })
    };
    let oncancel = {
        let (sheet, leaving, leave) = (sheet.clone(), leaving.setter(), leave.clone());
        let (begin, again, chosen) = (props.begin.clone(), props.again, !photos.is_empty());
        Callback::from(move |()| {
            let touched = sheet.get().visit.touched() && (again || sheet.get().visit != begin);
            if chosen || touched { leaving.set(true) } else { leave.emit(()) }
        })
    };
    let onfresh = {
        let (sheet, draft, telling, row) =
            (sheet.clone(), props.draft.clone(), telling.clone(), props.row.clone());
        let from_address = from_address.clone();
        Callback::from(move |()| {
            draft.drop_it();
            telling.forget();
            let fresh = row.as_deref().and_then(VisitDraft::of).unwrap_or_else(|| VisitDraft::begun(today));
            // Begun from nothing, the family of the address is asked for anew.
            let family = from_address.borrow().and(sheet.get().visit.family.clone());
            sheet.edit(|sheet| {
                sheet.visit = VisitDraft { family: fresh.family.clone().or(family), ..fresh };
                sheet.seen = row.as_ref().map(|row| row.fields.clone());
                sheet.again = false;
            });
        })
    };
    let onphotos = {
        let photos = photos.setter();
        Callback::from(move |files| photos.set(files))
    };
    let onstay = {
        let leaving = leaving.setter();
        Callback::from(move |()| leaving.set(false))
    };
    let busy = save.pending || edit.pending;
    let first = household.is_none() && !props.again;
    let title = if correcting { "更正走访" } else { "记走访" };
    let lead = props.row.as_ref().map(|row| html! { <span>{ &row.title }</span> }).unwrap_or_default();
    html! {
        <Page {title} {lead}>
            <Form {node} onsave={onsave.clone()} oncancel={oncancel.clone()} class="tx-visit-form" telling={telling.clone()}
                onanother={(!correcting).then(|| another.clone())}>
                if sheet.get().again { <Resumed {onfresh} /> }
                { main_part(&visit, began.as_deref(), &festivals, &change, &telling, first) }
                { more_part(&visit, &change, &telling) }
                if !correcting { <ChosenPhotos files={(*photos).clone()} onchange={onphotos} /> }
                <Foot {onsave} {oncancel} {busy}>
                    if !correcting {
                        <Button label="保存并再记一户" onclick={another} {busy} hint="Ctrl+Shift+Enter" />
                    }
                </Foot>
                <Leaving open={*leaving} {onstay} draft={props.draft.clone()} {leave} />
                { super::asking::view(&asking) }
            </Form>
        </Page>
    }
}

/// The visit is saved by now: a picture that is refused is told, and can be added on the visit's page.
fn add_photos(visit: Uuid, files: Vec<FileGiven>, toast: Toasts) {
    if files.is_empty() {
        return;
    }
    spawn_local(async move {
        for error in add_all(visit, files, None, |_| {}).await {
            toast.bad(&error);
        }
    });
}

#[derive(Clone, Copy)]
enum After {
    Family,
    Another,
}

/// `/visit/:id/edit`: a recorded visit to be corrected.
#[component]
pub(crate) fn CorrectVisitPage(props: &CorrectVisitProps) -> Html {
    let session = use_session();
    let id = props.id;
    let row = use_query(GetRecord { id }, &[]);
    let draft = use_draft(DraftKey::Of { kind: "visit".into(), id }.to_string());
    if !session.can_write() {
        return html! { <MayNot title="更正走访" /> };
    }
    let (Some(kept), Some(row)) = (draft.kept.clone(), row.data.clone()) else {
        return html! { <Page title="更正走访">{ crate::components::show(&row, |_| html! { <Waiting /> }) }</Page> };
    };
    let Some(begin) = VisitDraft::of(&row) else {
        return html! { <Page title="更正走访"><p>{ "这条走访由更新的程序记录，请更新程序后再更正。" }</p></Page> };
    };
    let kept = kept.as_deref().and_then(Kept::read).map(|kept| kept.settled(OF_VISIT, session.day()));
    let taken_up = kept.as_ref().and_then(|kept| resumed(kept, &row)).filter(|visit| *visit != begin);
    let seen = kept.filter(|_| taken_up.is_some()).and_then(|kept| kept.seen);
    let (again, turn, lost) = (taken_up.is_some(), draft.turn, draft.told());
    html! {
        <>
            { lost }
            <Filling key={turn} row={row.clone()} {draft} {again} begin={taken_up.unwrap_or(begin)}
                seen={seen.unwrap_or_else(|| row.fields.clone())} />
        </>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct CorrectVisitProps {
    pub(crate) id: Uuid,
}
