//! Recording a visit: the heart of the program. Three clicks and one sentence for a routine visit.

use super::draft::VisitDraft;
use super::fields::{Edit, chosen, main_part, more_part, person};
use crate::attachments::{ChosenPhotos, add_all};
use crate::components::{Button, ConfirmLeave, Foot, Form, Icon, Page, Sign, Waiting, focus_field};
use crate::hooks::{Draft, Toasts, use_command, use_draft, use_query, use_session, use_toast};
use crate::routes::{ForHousehold, Route};
use std::rc::Rc;
use tiexin_contract::family::{RecordVisit, VisitStart};
use tiexin_contract::import::FileGiven;
use tiexin_contract::records::{RecordRow, Saved};
use tiexin_domain::nouns::Problem;
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// `/visit/new`, perhaps with a family.
#[component]
pub(crate) fn VisitFormPage() -> Html {
    let household =
        use_location().and_then(|at| at.query::<ForHousehold>().ok()).map(|for_one| for_one.household);
    let today = use_session().day();
    let draft = use_draft("visit:new".to_owned());
    let Some(kept) = draft.kept.clone() else { return html! { <Page title="记走访"><Waiting /></Page> } };
    let kept: Option<VisitDraft> = kept.and_then(|value| serde_json::from_value((*value).clone()).ok());
    // A draft of another family waits for its own turn.
    let kept = kept.filter(|d| {
        household.is_none() || d.family.as_ref().is_none_or(|family| Some(family.id) == household)
    });
    let again = kept.as_ref().is_some_and(VisitDraft::touched);
    html! {
        <Filling key={household.map(|h| h.to_string()).unwrap_or_default()} {household} {draft} {again}
            begin={kept.unwrap_or_else(|| VisitDraft::begun(today))} />
    }
}

#[derive(Properties)]
pub(super) struct FillingProps {
    #[prop_or_default]
    pub(super) household: Option<Uuid>,
    /// The visit to be corrected.
    #[prop_or_default]
    pub(super) id: Option<Uuid>,
    pub(super) draft: Draft,
    pub(super) begin: VisitDraft,
    /// Goes on with what was left unfinished.
    #[prop_or_default]
    pub(super) again: bool,
}

impl PartialEq for FillingProps {
    fn eq(&self, other: &Self) -> bool {
        (self.household, self.id, &self.begin, self.again)
            == (other.household, other.id, &other.begin, other.again)
    }
}

#[component]
pub(super) fn Filling(props: &FillingProps) -> Html {
    let session = use_session();
    let toast = use_toast();
    let navigator = use_navigator();
    let today = session.day();
    let draft = use_state(|| props.begin.clone());
    let wrong = use_state(Vec::<Problem>::new);
    let leaving = use_state(|| false);
    // Pictures are not part of the draft: a draft is kept by the second.
    let photos = use_state(Vec::<FileGiven>::new);
    let node = use_node_ref();
    let save = use_command::<RecordVisit>();
    let household = draft.family.as_ref().map(|f| f.id).or(props.household);
    let start = use_query(VisitStart { household }, &[]);
    let began = start.data.clone();

    // What the desk tells about the family fills what the worker has not touched.
    {
        let (draft, correcting) = (draft.clone(), props.id.is_some());
        let node = node.clone();
        use_effect_with(began.clone(), move |began| {
            if let Some(began) = began {
                let mut next = (*draft).clone();
                let fresh = next.family.as_ref().is_none_or(|f| f.region.is_none());
                if let Some(row) = &began.household {
                    next.family = Some(chosen(row));
                }
                if next.visitors.is_empty() && !correcting {
                    next.visitors = began.visitors.iter().take(1).cloned().collect();
                }
                if fresh && !correcting && next.met.is_empty() && began.persons.len() == 1 {
                    next.met = began.persons.iter().map(person).collect();
                }
                if began.household.is_some() && fresh {
                    focus_field(&node, "note");
                }
                draft.set(next);
            }
        });
    }

    let change = {
        let (draft, wrong, kept, save) = (draft.clone(), wrong.clone(), props.draft.clone(), save.clone());
        let correcting = props.id.is_some();
        Callback::from(move |(field, edit): (&'static str, Edit)| {
            let mut next = (*draft).clone();
            edit(&mut next);
            if !correcting && let Ok(value) = serde_json::to_value(&next) {
                kept.keep(value);
            }
            wrong.set(wrong.iter().filter(|p| p.field != field).cloned().collect());
            save.forget();
            draft.set(next);
        })
    };
    let store = |after: After| {
        let (draft, wrong, save, node) = (draft.clone(), wrong.clone(), save.clone(), node.clone());
        let (kept, began, id, navigator) = (props.draft.clone(), began.clone(), props.id, navigator.clone());
        let photos = photos.clone();
        Callback::from(move |()| {
            let visit = match draft.visit(today, began.as_deref()) {
                Ok(visit) => visit,
                Err(problems) => {
                    if let Some(first) = problems.first() {
                        focus_field(&node, &first.field);
                    }
                    wrong.set(problems);
                    return;
                }
            };
            let (kept, navigator, household) = (kept.clone(), navigator.clone(), visit.household);
            let (draft, node, photos) = (draft.clone(), node.clone(), photos.clone());
            save.run(RecordVisit { id, visit }, move |Saved { id, .. }| {
                kept.drop_it();
                toast.good("已保存在本机");
                add_photos(id, (*photos).clone(), toast);
                photos.set(Vec::new());
                match after {
                    After::Family => {
                        if let Some(navigator) = &navigator {
                            navigator.push(&Route::Family { id: household });
                        }
                    }
                    After::Another => {
                        let (date, visitors) = (draft.date.clone(), draft.visitors.clone());
                        draft.set(VisitDraft { date, visitors, ..VisitDraft::begun(today) });
                        focus_field(&node, "household");
                    }
                }
            });
        })
    };
    let onsave = store(After::Family);
    let another = store(After::Another);
    let go = {
        let navigator = navigator.clone();
        move || {
            if let Some(navigator) = &navigator {
                navigator.back();
            }
        }
    };
    let oncancel =
        {
            let (draft, leaving, go) = (draft.clone(), leaving.clone(), go.clone());
            let begin = props.begin.clone();
            let chosen = !photos.is_empty();
            Callback::from(move |()| {
                if chosen || draft.touched() && *draft != begin { leaving.set(true) } else { go() }
            })
        };
    let keep = Callback::from({
        let go = go.clone();
        move |()| go()
    });
    let drop_it = Callback::from({
        let kept = props.draft.clone();
        move |()| {
            kept.drop_it();
            go();
        }
    });
    let stay = {
        let leaving = leaving.clone();
        Callback::from(move |()| leaving.set(false))
    };
    let about = |field: &str| -> Option<AttrValue> {
        let own = wrong.iter().find(|p| p.field == field).map(|p| p.message.clone().into());
        own.or_else(|| save.about(field))
    };
    let general = save.error.clone().filter(|e| e.problems.is_empty());
    let onphotos = {
        let photos = photos.setter();
        Callback::from(move |files| photos.set(files))
    };
    let title = if props.id.is_some() { "更正走访" } else { "记走访" };
    html! {
        <Page {title}>
            if props.again {
                <p class="tx-again"><Icon sign={Sign::Undo} />{ "已接着上次没写完的内容。" }</p>
            }
            <Form node={node} onsave={onsave.clone()} oncancel={oncancel.clone()} class="tx-visit-form">
                { main_part(&draft, began.as_deref(), &change, &about, props.household.is_none() && !props.again) }
                { more_part(&draft, &change, &about) }
                if props.id.is_none() { <ChosenPhotos files={(*photos).clone()} onchange={onphotos} /> }
                <Foot {onsave} {oncancel} busy={save.pending} error={general}>
                    if props.id.is_none() {
                        <Button label="保存并再记一户" onclick={another} busy={save.pending} />
                    }
                </Foot>
            </Form>
            if *leaving { <ConfirmLeave onkeep={keep} ondrop={drop_it} onstay={stay} /> }
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

/// A recorded visit to be corrected; used by the visit's own page.
#[component]
pub(super) fn Correcting(props: &CorrectingProps) -> Html {
    let draft = use_draft(format!("visit:{}", props.row.id));
    match VisitDraft::of(&props.row) {
        Some(begin) => html! { <Filling id={props.row.id} {draft} {begin} /> },
        None => html! { <p>{ "这条走访由更新的程序记录，请更新程序后再更正。" }</p> },
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct CorrectingProps {
    pub(super) row: Rc<RecordRow>,
}
