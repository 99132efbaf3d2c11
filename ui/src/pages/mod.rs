//! One folder a piece of work, or a noun with pages of its own. A new noun is a line in [`NOUNS`].

pub(crate) mod activities;
pub(crate) mod closed;
pub(crate) mod duplicates;
pub(crate) mod family;
pub(crate) mod first_use;
pub(crate) mod households;
pub(crate) mod import;
pub(crate) mod kept;
pub(crate) mod lists;
pub(crate) mod locked;
pub(crate) mod members;
pub(crate) mod mine;
pub(crate) mod not_found;
pub(crate) mod quarantine;
pub(crate) mod reports;
pub(crate) mod rescue;
pub(crate) mod restore;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sync;
pub(crate) mod today;
pub(crate) mod visits;
pub(crate) mod voided;
pub(crate) mod volunteers;

use crate::components::Sign;
use crate::record::{Noun, RecordPage};
use crate::routes::Route;
use yew::prelude::*;

/// Every kind of record with pages out of data, as the tabs of a page stand.
pub(crate) const NOUNS: &[&Noun] = &[
    &households::HOUSEHOLD,
    &households::SUPPORT_FILE,
    &households::PERSON,
    &households::CONTACT_PAIR,
    &visits::VISIT,
    &Noun { kind: "need_survey", sign: Sign::Pen },
    &Noun { kind: "insurance_claim", sign: Sign::Sheet },
    &Noun { kind: "counselling", sign: Sign::Heart },
    &Noun { kind: "wish", sign: Sign::Star },
    &members::MEMBER,
    &volunteers::VOLUNTEER,
    &activities::ACTIVITY,
    &Noun { kind: "counselling_pair", sign: Sign::Heart },
    &Noun { kind: "assistance_review", sign: Sign::Sheet },
    &Noun { kind: "policy", sign: Sign::Sheet },
    &Noun { kind: "pairing", sign: Sign::People },
    &Noun { kind: "aid_entry", sign: Sign::Heart },
    &Noun { kind: "service", sign: Sign::Heart },
    &Noun { kind: "rights_case", sign: Sign::Flag },
    &Noun { kind: "organisation", sign: Sign::Home },
    &Noun { kind: "post", sign: Sign::Person },
    &Noun { kind: "group", sign: Sign::People },
    &Noun { kind: "site", sign: Sign::Flag },
    &Noun { kind: "team", sign: Sign::Heart },
    &Noun { kind: "service_hours", sign: Sign::Clock },
    &Noun { kind: "branch", sign: Sign::Exchange },
    &Noun { kind: "meeting", sign: Sign::Pen },
    &Noun { kind: "qualification", sign: Sign::Check },
    &Noun { kind: "topic", sign: Sign::Search },
    &Noun { kind: "agreement", sign: Sign::Inbox },
    &Noun { kind: "honour", sign: Sign::Star },
    &Noun { kind: "case", sign: Sign::Pen },
    &Noun { kind: "publication", sign: Sign::Sheet },
    &Noun { kind: "publicity", sign: Sign::Eye },
];

/// The page of a route.
pub(crate) fn page(route: Route) -> Html {
    match route {
        Route::Today => html! { <today::TodayPage /> },
        Route::Families => html! { <households::FamiliesPage /> },
        Route::FamilyNew => html! { <family::NewFamilyPage /> },
        Route::Family { id } => html! { <family::FamilyPage key={id.to_string()} {id} /> },
        Route::Visits => html! { <visits::VisitsPage /> },
        Route::VisitNew => html! { <visits::VisitFormPage /> },
        Route::Visit { id } => html! { <visits::VisitPage key={id.to_string()} {id} /> },
        Route::VisitEdit { id } => html! { <visits::CorrectVisitPage key={id.to_string()} {id} /> },
        Route::Members => html! { <members::MembersPage /> },
        Route::Volunteers => html! { <volunteers::VolunteersPage /> },
        Route::Activities => html! { <activities::ActivitiesPage /> },
        Route::Lists => html! { <lists::ListsPage /> },
        Route::ListOf { kind } => html! { <lists::ListsPage {kind} /> },
        Route::Reports => html! { <reports::ReportsPage /> },
        Route::Import => html! { <import::ImportPage /> },
        Route::Sync => html! { <sync::SyncPage /> },
        Route::Quarantine => html! { <quarantine::QuarantinePage /> },
        Route::Duplicates => html! { <duplicates::DuplicatesPage /> },
        Route::Duplicate { one, other } => {
            html! { <duplicates::ComparePage key={format!("{one} {other}")} {one} {other} /> }
        }
        Route::Voided => html! { <voided::VoidedPage /> },
        Route::Settings => html! { <settings::SettingsPage /> },
        Route::Mine => html! { <mine::MinePage /> },
        // A visit has pages of its own, by whatever address it is asked for.
        Route::Record { kind, id } if kind == "visit" => {
            html! { <visits::VisitPage key={id.to_string()} {id} /> }
        }
        Route::RecordEdit { kind, id } if kind == "visit" => {
            html! { <visits::CorrectVisitPage key={id.to_string()} {id} /> }
        }
        Route::RecordNew { kind } if kind == "visit" => html! { <visits::VisitFormPage /> },
        Route::RecordNew { kind } => html! { <RecordPage {kind} /> },
        Route::Record { kind, id } => html! { <RecordPage {kind} {id} /> },
        Route::RecordEdit { kind, id } => html! { <RecordPage {kind} {id} edit=true /> },
        Route::NotFound => html! { <not_found::NotFound /> },
    }
}
