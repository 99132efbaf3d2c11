//! What the visit form holds, how it begins, and its draft: one for each family and each correction.

use super::fields::{Change, Edit, chosen, person};
use crate::components::focus_field;
use crate::hooks::{Draft, Held, Telling, address};
use crate::routes::Route;
use crate::transport::call;
use gloo::timers::callback::Timeout;
use serde_json::Value;
use std::rc::Rc;
use tiexin_contract::ErrorCode;
use tiexin_contract::drafts::{DraftKey, GetDraft};
use tiexin_contract::family::VisitStartReply;
use tiexin_contract::records::{GetRecord, RecordRow};
use tiexin_domain::Fields;
use tiexin_forms::Today;
use tiexin_forms::dated::OF_VISIT;
use tiexin_forms::drafts::{Kept, resume};
use tiexin_forms::visit::VisitDraft;
use uuid::Uuid;
use wasm_bindgen::JsValue;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::Routable;

pub(super) fn key_of(family: Option<Uuid>) -> String {
    DraftKey::New { kind: "visit".into(), family }.to_string()
}

pub(super) fn kept_visit(value: Option<&Value>, today: Today) -> Option<VisitDraft> {
    let kept = Kept::read(value?)?.settled(OF_VISIT, today);
    serde_json::from_value(Value::Object(kept.typed)).ok()
}

/// What the form holds.
pub(super) struct Sheet {
    pub(super) visit: VisitDraft,
    pub(super) seen: Option<Fields>,
    /// Goes on with a draft.
    pub(super) again: bool,
}

impl Sheet {
    fn to_draft(&self, today: Today) -> Value {
        let typed = serde_json::to_value(&self.visit).ok().and_then(|value| value.as_object().cloned());
        Kept { typed: typed.unwrap_or_default(), seen: self.seen.clone(), day: today.known() }.to_value()
    }

    /// An empty form is no draft.
    fn keep(&self, draft: &Draft, today: Today) {
        if self.visit.touched() { draft.keep(self.to_draft(today)) } else { draft.drop_it() }
    }
}

/// What the desk tells about the family fills what the worker has not touched.
#[hook]
pub(super) fn use_beginning(
    began: &Option<Rc<VisitStartReply>>,
    sheet: &Held<Sheet>,
    node: &NodeRef,
    correcting: bool,
) {
    let (sheet, node) = (sheet.clone(), node.clone());
    use_effect_with(began.clone(), move |began| {
        let Some(began) = began else { return };
        let fresh = sheet.get().visit.family.as_ref().is_none_or(|f| f.region.is_none());
        sheet.edit(|sheet| {
            let visit = &mut sheet.visit;
            // A visit that is corrected stays where it was made, also when the family has moved since.
            let same = |row: &RecordRow| visit.family.as_ref().is_some_and(|family| family.id == row.id);
            if let Some(row) = began.household.as_ref().filter(|row| !correcting || !same(row)) {
                visit.family = Some(chosen(row));
            }
            if visit.visitors.is_empty() && !correcting {
                visit.visitors = began.visitors.iter().take(1).cloned().collect();
            }
            if fresh && !correcting && visit.met.is_empty() && began.persons.len() == 1 {
                visit.met = began.persons.iter().map(person).collect();
            }
        });
        if began.household.is_some() && fresh {
            // Whom the worker met comes first; where there is no choice, what was seen.
            Timeout::new(0, move || {
                if !(focus_field(&node, "met")) {
                    focus_field(&node, "note");
                }
            })
            .forget();
        }
    });
}

/// A change: what was said of the field is forgotten, the draft is kept, each family's by itself.
#[hook]
pub(super) fn use_change(sheet: &Held<Sheet>, telling: &Telling, draft: &Draft, today: Today) -> Change {
    let (sheet, telling, draft) = (sheet.clone(), telling.clone(), draft.clone());
    Callback::from(move |(field, edit): (&'static str, Edit)| {
        telling.mended(vec![field.to_owned()]);
        let before = sheet.get().visit.family.as_ref().map(|family| family.id);
        sheet.edit(|sheet| edit(&mut sheet.visit));
        let now = sheet.get().visit.family.as_ref().map(|family| family.id);
        if sheet.get().seen.is_none() && before != now && field == "household" {
            turn_to(now, sheet.clone(), draft.clone(), today);
        } else {
            sheet.get().keep(&draft, today);
        }
    })
}

/// Another family was chosen: the draft goes along to it. One that is kept there already is never written
/// over: an empty form takes it up, a filled one stays under its former key.
pub(super) fn turn_to(family: Option<Uuid>, sheet: Held<Sheet>, draft: Draft, today: Today) {
    spawn_local(async move {
        let key = key_of(family);
        let there = call(GetDraft { key: key.clone() }).await.ok().flatten();
        let version = there.as_ref().map(|held| held.version);
        let kept = kept_visit(there.as_ref().map(|held| &held.value), today).filter(VisitDraft::touched);
        let mine = VisitDraft { family: None, ..sheet.get().visit.clone() };
        match kept {
            Some(_) if mine.touched() => sheet.get().keep(&draft, today),
            Some(kept) => {
                draft.move_to(key, version);
                stands_at(family);
                sheet.edit(|sheet| {
                    sheet.visit = kept;
                    sheet.again = true;
                });
            }
            None => {
                draft.move_to(key, version);
                stands_at(family);
                sheet.get().keep(&draft, today);
            }
        }
    });
}

/// The address names the family whose draft is open, as if the form had been opened there: a page that is loaded anew
/// takes that draft up again. The router is not told: the form stays.
fn stands_at(family: Option<Uuid>) {
    // The answer may come after the form was left.
    if !address().starts_with(&format!("#{}", Route::VisitNew.to_path())) {
        return;
    }
    let query = family.map(|family| format!("?household={family}")).unwrap_or_default();
    let address = format!("#{}{query}", Route::VisitNew.to_path());
    if let Ok(history) = gloo::utils::window().history() {
        let state = history.state().unwrap_or(JsValue::NULL);
        let _ = history.replace_state_with_url(&state, "", Some(&address));
    }
}

/// Told which fields somebody else changed meanwhile, the worker saves again.
#[hook]
pub(super) fn use_overtaken(
    refused: &Option<Rc<tiexin_contract::ErrorReply>>,
    sheet: &Held<Sheet>,
    id: Option<Uuid>,
    today: Today,
) {
    let sheet = sheet.clone();
    use_effect_with(refused.clone(), move |error| {
        let overtaken =
            error.as_ref().is_some_and(|e| e.code == ErrorCode::ChangedMeanwhile && !e.problems.is_empty());
        if let Some(id) = id.filter(|_| overtaken) {
            spawn_local(async move {
                if let Ok(row) = call(GetRecord { id }).await {
                    let kept = Kept::read(&sheet.get().to_draft(today));
                    sheet.edit(|sheet| {
                        if let Some(visit) = kept.and_then(|kept| resumed(&kept, &row)) {
                            sheet.visit = visit;
                        }
                        sheet.seen = Some(row.fields.clone());
                    });
                }
            });
        }
    });
}

/// A correction's draft beside the visit as it stands now.
pub(super) fn resumed(kept: &Kept, row: &RecordRow) -> Option<VisitDraft> {
    let map = |visit: VisitDraft| serde_json::to_value(visit).ok()?.as_object().cloned();
    let now = map(VisitDraft::of(row)?)?;
    let then = match &kept.seen {
        Some(seen) => map(VisitDraft::of(&RecordRow { fields: seen.clone(), ..row.clone() })?)?,
        None => now.clone(),
    };
    serde_json::from_value(Value::Object(resume(&kept.typed, &then, &now))).ok()
}
