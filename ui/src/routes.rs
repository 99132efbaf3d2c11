//! Every page of the program has its address here.

use tiexin_contract::records::RecordRow;
use tiexin_domain::Kind;
use tiexin_domain::shape::{self, Home};
use uuid::Uuid;
use yew_router::prelude::*;

#[derive(Debug, Clone, PartialEq, Routable)]
pub(crate) enum Route {
    #[at("/")]
    Today,
    /// 家庭与特殊家庭台账
    #[at("/families")]
    Families,
    #[at("/family/new")]
    FamilyNew,
    #[at("/family/:id")]
    Family { id: Uuid },
    #[at("/visits")]
    Visits,
    /// A new visit; the family may come as `?household=`.
    #[at("/visit/new")]
    VisitNew,
    #[at("/visit/:id")]
    Visit { id: Uuid },
    #[at("/visit/:id/edit")]
    VisitEdit { id: Uuid },
    #[at("/members")]
    Members,
    #[at("/volunteers")]
    Volunteers,
    #[at("/activities")]
    Activities,
    /// The lists that have no entry of their own in the navigation.
    #[at("/lists")]
    Lists,
    /// One of them.
    #[at("/lists/:kind")]
    ListOf { kind: String },
    #[at("/reports")]
    Reports,
    #[at("/import")]
    Import,
    #[at("/sync")]
    Sync,
    /// What the province did not apply, and what was decided.
    #[at("/quarantine")]
    Quarantine,
    /// Registrations that look like one.
    #[at("/duplicates")]
    Duplicates,
    /// Two of them side by side.
    #[at("/duplicates/:one/:other")]
    Duplicate { one: Uuid, other: Uuid },
    /// What was made void, with 恢复.
    #[at("/voided")]
    Voided,
    #[at("/settings")]
    Settings,
    /// What I did, and what is due: each worker's own.
    #[at("/mine")]
    Mine,
    /// One record of any kind.
    #[at("/record/:kind/new")]
    RecordNew { kind: String },
    #[at("/record/:kind/:id")]
    Record { kind: String, id: Uuid },
    #[at("/record/:kind/:id/edit")]
    RecordEdit { kind: String, id: Uuid },
    #[not_found]
    #[at("/nowhere")]
    NotFound,
}

impl ForHousehold {
    pub(crate) fn of(household: Uuid) -> Self {
        Self { household, file: None }
    }
}

impl Route {
    /// Where a record is looked at: families and visits have pages of their own.
    pub(crate) fn of_record(kind: &str, id: Uuid, household: Option<Uuid>) -> Route {
        match (kind, household) {
            ("household", _) => Route::Family { id },
            ("support_file" | "contact_pair" | "person", Some(household)) => Route::Family { id: household },
            ("visit", _) => Route::Visit { id },
            _ => Route::Record { kind: kind.to_owned(), id },
        }
    }

    /// Where one is made: families and visits have forms of their own.
    pub(crate) fn to_make(kind: &str) -> Route {
        match Kind::from_code(kind) {
            Kind::Household | Kind::SupportFile => Route::FamilyNew,
            Kind::Visit => Route::VisitNew,
            _ => Route::RecordNew { kind: kind.to_owned() },
        }
    }

    /// The entry of the navigation under which a kind stands; of a kind that has none its list.
    pub(crate) fn home_of_kind(kind: &str) -> Route {
        match shape::of(kind).map_or(Home::Families, |shape| shape.home) {
            Home::Families => Route::Families,
            Home::Visits => Route::Visits,
            Home::Members => Route::Members,
            Home::Activities => Route::Activities,
            Home::Support | Home::Association | Home::Works => Route::ListOf { kind: kind.to_owned() },
        }
    }

    /// The page with the list of a kind.
    pub(crate) fn list_of(kind: &str) -> Route {
        match Kind::from_code(kind) {
            Kind::Volunteer => Route::Volunteers,
            _ => Route::home_of_kind(kind),
        }
    }

    /// The same for a row of a list.
    pub(crate) fn of_row(row: &RecordRow) -> Route {
        let household = row.fields.get("household").and_then(|id| id.as_str()?.parse().ok());
        Route::of_record(&row.kind, row.id, household)
    }
}

/// The family that a form begins with.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct ForHousehold {
    pub(crate) household: Uuid,
    /// Its file, for a record that belongs to the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<Uuid>,
}

/// The record that a new one begins like.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct AskLike {
    pub(crate) like: Uuid,
}

/// The volunteer and the activity of whose hours a form begins with.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct ForHours {
    pub(crate) volunteer: Uuid,
    pub(crate) activity: Uuid,
}

/// How a new family's form begins.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct NewFamily {
    /// With a file for a special family.
    #[serde(default)]
    pub(crate) special: bool,
}

/// Which of a page's lists is meant, and the kept view that it begins with.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct AskView {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) view: Option<String>,
    pub(crate) kind: String,
}

/// Which part of the page 设置 is meant, by the word on its tab.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct AskPart {
    pub(crate) part: String,
}

impl AskPart {
    /// Where backups are made.
    pub(crate) const BOOK: &'static str = "台账";
}

/// What the page 已作废 begins with.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct AskVoided {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
}
