//! A noun's form: fields out of data, a draft by the keystroke, messages beside the fields.

use super::fields::all_fields;
use super::left::{Leaving, Resumed};
use super::people::{Change, family_of, members};
use super::spec::{FormField, Noun};
use crate::components::{Foot, Form, Picked, Waiting, focus_field};
use crate::hooks::{
    Draft, Held, Telling, use_command, use_day_turned, use_draft, use_held, use_query_when, use_region,
    use_session, use_told,
};
use crate::transport::call;
use gloo::timers::callback::Timeout;
use serde_json::Value;
use std::rc::Rc;
use tiexin_contract::ErrorCode;
use tiexin_contract::drafts::DraftKey;
use tiexin_contract::family::GetFamily;
use tiexin_contract::records::{EditRecord, GetRecord, RecordRow, SaveRecord, Saved};
use tiexin_domain::access::{Action, Grant};
use tiexin_domain::{Fields, Level, Problem};
use tiexin_forms::dated::{dates, settle_typed};
use tiexin_forms::drafts::{Kept, resume, seen_of};
use tiexin_forms::placed::{PLACE, chosen, follows};
use tiexin_forms::rows::{drop_empty, places};
use tiexin_forms::{Beginning, Today, Typed, changes, fresh, opened, read, text};
use uuid::Uuid;
use web_sys::Node;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties)]
pub(crate) struct RecordFormProps {
    pub(crate) noun: &'static Noun,
    /// The record to mend; absent for a new one.
    #[prop_or_default]
    pub(crate) row: Option<Rc<RecordRow>>,
    /// The family that a new record is about.
    #[prop_or_default]
    pub(crate) family: Option<Rc<RecordRow>>,
    /// What a new record begins with besides: the family's file, the contacts so far.
    #[prop_or_default]
    pub(crate) start: Vec<(String, Value)>,
    /// What is said of that, until something is typed.
    #[prop_or_default]
    pub(crate) note: Html,
    pub(crate) onsaved: Callback<RecordRow>,
    pub(crate) onleave: Callback<()>,
}

impl PartialEq for RecordFormProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.noun, other.noun)
            && (&self.family, &self.start) == (&other.family, &other.start)
            && self.row.as_ref().map(|r| (r.id, r.version)) == other.row.as_ref().map(|r| (r.id, r.version))
    }
}

#[component]
pub(crate) fn RecordForm(props: &RecordFormProps) -> Html {
    let kind = props.noun.kind.to_owned();
    let key = match (&props.row, &props.family) {
        (Some(row), _) => DraftKey::Of { kind, id: row.id },
        // What was begun for one family does not appear at another's.
        (None, Some(family)) if props.noun.of_family() => DraftKey::New { kind, family: Some(family.id) },
        (None, _) => DraftKey::New { kind, family: None },
    };
    let draft = use_draft(key.to_string());
    let (turn, lost) = (draft.turn, draft.told());
    match draft.kept.clone() {
        None => html! { <Waiting /> },
        Some(kept) => html! {
            <>
                { lost }
                <Filling key={format!("{key} {turn}")} noun={props.noun} row={props.row.clone()} family={props.family.clone()}
                    start={props.start.clone()} note={props.note.clone()} kept={kept.as_deref().and_then(Kept::read)} {draft}
                    onsaved={props.onsaved.clone()} onleave={props.onleave.clone()} />
            </>
        },
    }
}

#[derive(Properties)]
struct FillingProps {
    noun: &'static Noun,
    row: Option<Rc<RecordRow>>,
    family: Option<Rc<RecordRow>>,
    start: Vec<(String, Value)>,
    note: Html,
    kept: Option<Kept>,
    draft: Draft,
    onsaved: Callback<RecordRow>,
    onleave: Callback<()>,
}

impl PartialEq for FillingProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.noun, other.noun) && self.row == other.row && self.kept == other.kept
    }
}

/// What the form holds.
struct Sheet {
    typed: Typed,
    /// The stored record as this form has seen it; none for a new one.
    seen: Option<Fields>,
    /// As it stands, as far as this form knows.
    now: Option<Fields>,
    /// The place that a new record took over from what it is about.
    followed: Option<String>,
}

impl Sheet {
    fn to_draft(&self, today: Today) -> Value {
        let typed = self.typed.clone().into_iter().collect();
        Kept { typed, seen: self.seen.clone(), day: today.known() }.to_value()
    }

    /// Takes up what was left unfinished, beside the record as it stands now.
    fn resumed(self, kept: Kept, fields: &[FormField]) -> Sheet {
        let Some(now) = self.seen else {
            return Sheet { typed: kept.typed.into_iter().collect(), seen: None, now: None, followed: None };
        };
        let then = kept.seen.unwrap_or_else(|| now.clone());
        let map = |typed: Typed| -> serde_json::Map<String, Value> { typed.into_iter().collect() };
        let (begun, current) = (map(opened(fields, &then)), map(opened(fields, &now)));
        let touched = |name: &str| kept.typed.get(name) != begun.get(name);
        let seen = seen_of(&then, &now, touched);
        let typed = resume(&kept.typed, &begun, &current).into_iter().collect();
        Sheet { typed, seen: Some(seen), now: Some(now), followed: None }
    }

    /// The record was changed meanwhile: what was not touched here follows, the rest stands, now seen.
    fn overtaken(&mut self, row: &RecordRow, fields: &[FormField]) {
        let Some(seen) = self.seen.take() else { return };
        let kept = Kept { typed: self.typed.clone().into_iter().collect(), seen: Some(seen), day: None };
        let now = Some(row.fields.clone());
        let newer = Sheet { typed: Typed::new(), seen: now.clone(), now: now.clone(), followed: None };
        self.typed = newer.resumed(kept, fields).typed;
        (self.seen, self.now) = (now.clone(), now);
    }
}

#[component]
fn Filling(props: &FillingProps) -> Html {
    let session = use_session();
    let region = use_region();
    let save = use_command::<SaveRecord>();
    let edit = use_command::<EditRecord>();
    let refused = save.error.clone().or_else(|| edit.error.clone());
    let node = use_node_ref();
    let today = session.day();
    let fields = use_memo(props.noun.kind, |_| props.noun.fields());
    // The version that was opened: a change that comes in meanwhile must not pass for what the worker saw.
    let row = use_memo((), |()| props.row.clone());
    let begun = use_memo((), |()| match &props.row {
        Some(row) => opened(&fields, &row.fields),
        None => {
            let home = session.me().map(|me| me.home.clone());
            let here = Some(region.code()).filter(|code| code.level() >= Level::Township).or(home);
            let me = session.me().map(|me| me.user.display_name.clone()).unwrap_or_default();
            let region = here.map(|code| code.as_str().to_owned()).unwrap_or_default();
            let mut begun = fresh(&fields, &Beginning { today, region: &region, me: &me });
            begun.extend(props.family.as_deref().map(family_of).unwrap_or_default());
            begun.extend(props.start.clone());
            begun
        }
    });
    let sheet = use_held(|| {
        let seen = props.row.as_ref().map(|row| row.fields.clone());
        let sheet = Sheet { typed: (*begun).clone(), seen: seen.clone(), now: seen, followed: None };
        match props.kept.clone() {
            Some(kept) => sheet.resumed(kept.settled(&dates(&fields), today), &fields),
            None => sheet,
        }
    });
    {
        let (sheet, fields, begun) = (sheet.clone(), fields.clone(), begun.clone());
        use_day_turned(move |then, today| {
            if sheet.get().typed != *begun {
                sheet.edit(|sheet| settle_typed(&dates(&fields), &mut sheet.typed, then, today));
            }
        });
    }
    use_first_field(&node, props.row.is_none(), &fields);
    let places = places(&fields, &sheet.get().typed);
    let names: Vec<&str> = places.iter().map(String::as_str).collect();
    // What others wrote meanwhile where this form writes too: label and words.
    let newer = use_state(Vec::<(&'static str, String)>::new);
    let telling = use_told(str::to_owned, refused.clone(), &names);
    let change = use_change(&sheet, &telling, &props.draft, &begun, &fields);
    let onsave = {
        let (sheet, telling, fields) = (sheet.clone(), telling.clone(), fields.clone());
        let (save, edit) = (save.clone(), edit.clone());
        let (row, draft, done, kind) =
            (row.clone(), props.draft.clone(), props.onsaved.clone(), props.noun.kind);
        Callback::from(move |()| {
            let (dropping, saved) = (draft.clone(), done.clone());
            let done = move |Saved { row, .. }: Saved| {
                dropping.drop_it();
                saved.emit(row);
            };
            sheet.edit(|sheet| drop_empty(&fields, &mut sheet.typed));
            let sheet = sheet.get();
            match (&*row, &sheet.seen) {
                (Some(row), Some(seen)) => match changes(&fields, seen, &sheet.typed, today) {
                    // Nothing was changed: there is nothing to save.
                    Ok(sent) if sent.fields.is_empty() => done(Saved { id: row.id, row: (**row).clone() }),
                    Ok(sent) => {
                        edit.run(EditRecord { id: row.id, fields: sent.fields, seen: sent.seen }, done);
                    }
                    Err(wrong) => telling.refuse(problems(wrong)),
                },
                _ => match read(&fields, &sheet.typed, today) {
                    Ok(fields) => {
                        let kind = kind.to_owned();
                        save.run(SaveRecord { kind, id: None, version: None, fields }, done);
                    }
                    Err(wrong) => telling.refuse(problems(wrong)),
                },
            }
        })
    };
    {
        // Told which fields somebody else changed meanwhile, the worker saves again or takes the new ones.
        let (sheet, fields, id) = (sheet.clone(), fields.clone(), (*row).as_deref().map(|row| row.id));
        let newer = newer.setter();
        use_effect_with(refused, move |error| {
            let overtaken = error
                .as_ref()
                .is_some_and(|e| e.code == ErrorCode::ChangedMeanwhile && !e.problems.is_empty());
            let touched: Vec<String> = match error.as_ref().filter(|_| overtaken) {
                Some(error) => error.problems.iter().map(|problem| problem.field.clone()).collect(),
                None => Vec::new(),
            };
            newer.set(Vec::new());
            if let Some(id) = id.filter(|_| overtaken) {
                spawn_local(async move {
                    if let Ok(row) = call(GetRecord { id }).await {
                        let word =
                            |name: &String| Some((labelled(&fields, name)?, fact_of(&fields, name, &row)));
                        newer.set(touched.iter().filter_map(word).collect());
                        sheet.edit(|sheet| sheet.overtaken(&row, &fields));
                    }
                });
            }
        });
    }
    let typed = sheet.get().typed.clone();
    let dirty = typed != *begun;
    // Who may be meant: the chosen family's people.
    let family = text(&typed, "household").parse().ok();
    let family = use_query_when(family.map(|household| GetFamily { household }), &[]);
    let suggested: Vec<Picked> = family.data.as_deref().map(members).unwrap_or_default();
    let leaving = use_state(|| false);
    let oncancel = {
        let (leaving, leave) = (leaving.setter(), props.onleave.clone());
        Callback::from(move |()| if dirty { leaving.set(true) } else { leave.emit(()) })
    };
    let onfresh = {
        let (draft, sheet, begun, telling) =
            (props.draft.clone(), sheet.clone(), begun.clone(), telling.clone());
        let fields = fields.clone();
        Callback::from(move |()| {
            draft.drop_it();
            telling.forget();
            sheet.edit(|sheet| {
                sheet.typed = (*begun).clone();
                // Of a record that was changed meanwhile the newest is what one begins with.
                if let Some(now) = sheet.now.clone() {
                    sheet.typed = opened(&fields, &now);
                    sheet.seen = Some(now);
                }
            });
        })
    };
    let onstay = {
        let leaving = leaving.setter();
        Callback::from(move |()| leaving.set(false))
    };
    html! {
        <Form {node} onsave={onsave.clone()} oncancel={oncancel.clone()} telling={telling.clone()}>
            if !newer.is_empty() {
                <p class="tx-again">{ "现在记着的：" }{ for newer.iter().map(|(label, words)| html! { <span>{ format!("{label} {words}　") }</span> }) }</p>
            }
            if (props.kept.is_some() || !newer.is_empty()) && dirty { <Resumed draft={newer.is_empty()} {onfresh} /> }
            if !dirty { { props.note.clone() } }
            { all_fields(&fields, &typed, &telling.told, &suggested, &change, false) }
            <Foot {onsave} {oncancel} busy={save.pending || edit.pending} />
            <Leaving open={*leaving} {onstay} draft={props.draft.clone()} leave={props.onleave.clone()} />
        </Form>
    }
}

/// Whoever begins a record types at once, also where the menu from which it was begun gives the cursor back as it closes.
#[hook]
fn use_first_field(node: &NodeRef, is_new: bool, fields: &Rc<Vec<FormField>>) {
    let first = fields.iter().find(|field| field.shown()).map(|field| field.name).filter(|_| is_new);
    let node = node.clone();
    use_effect_with((), move |()| {
        let waiting = first.map(|first| {
            Timeout::new(60, move || {
                let here = gloo::utils::document().active_element();
                let inside = node.cast::<Node>().is_some_and(|form| form.contains(here.as_deref()));
                if !inside {
                    focus_field(&node, first);
                }
            })
        });
        || drop(waiting)
    });
}

/// A change of fields: what was said of them is forgotten, the draft is kept.
#[hook]
fn use_change(
    sheet: &Held<Sheet>,
    telling: &Telling,
    draft: &Draft,
    begun: &Rc<Typed>,
    fields: &Rc<Vec<FormField>>,
) -> Change {
    let session = use_session();
    let today = session.day();
    let (sheet, telling, draft) = (sheet.clone(), telling.clone(), draft.clone());
    let (begun, fields) = (begun.clone(), fields.clone());
    let grants = session.me().map(|me| me.grants.clone()).unwrap_or_default();
    let keep = {
        let (sheet, begun) = (sheet.clone(), begun.clone());
        move || {
            let sheet = sheet.get();
            if sheet.typed == *begun { draft.drop_it() } else { draft.keep(sheet.to_draft(today)) }
        }
    };
    Callback::from(move |changes: Vec<(String, Value)>| {
        telling.mended(changes.iter().map(|(name, _)| name.clone()).collect());
        let changed = changes.clone();
        sheet.edit(|sheet| sheet.typed.extend(changed));
        keep();
        // A new record lies where what it is about does, as long as nobody has said where.
        let named = {
            let now = sheet.get();
            let named = chosen(&fields, &now.typed, &changes).filter(|_| now.seen.is_none());
            named.map(|(name, id)| (name, id.to_owned()))
        };
        let Some((name, id)) = named else { return };
        let Ok(asked) = id.parse::<Uuid>() else { return };
        let (sheet, begun, fields) = (sheet.clone(), begun.clone(), fields.clone());
        let (telling, keep, grants) = (telling.clone(), keep.clone(), grants.clone());
        spawn_local(async move {
            let Ok(row) = call(GetRecord { id: asked }).await else { return };
            let writes =
                |grant: &Grant| grant.role.carries(Action::Write) && grant.region.covers(&row.region);
            let stands = {
                let now = sheet.get();
                follows(&fields, &now.typed, (name, id.as_str()), &begun, now.followed.as_deref())
            };
            if stands && grants.iter().any(writes) {
                let place = row.region.as_str().to_owned();
                telling.mended(vec![PLACE.to_owned()]);
                sheet.edit(|sheet| {
                    sheet.typed.insert(PLACE.to_owned(), Value::from(place.clone()));
                    sheet.followed = Some(place);
                });
                keep();
            }
        });
    })
}

fn problems(wrong: Vec<(String, String)>) -> Vec<Problem> {
    wrong.iter().map(|(field, message)| Problem::new(field, "invalid", message)).collect()
}

fn labelled(fields: &[FormField], name: &str) -> Option<&'static str> {
    fields.iter().find(|field| field.name == name).map(|field| field.label)
}

fn fact_of(fields: &[FormField], name: &str, row: &RecordRow) -> String {
    let field = fields.iter().find(|field| field.name == name);
    field.and_then(|field| super::facts::fact(field, row)).unwrap_or_else(|| "（空）".to_owned())
}
