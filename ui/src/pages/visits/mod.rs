//! Visits: the list, the form, one visit.

mod list;

pub(crate) use list::{VISIT, VisitsPage};

use crate::components::Page;
use uuid::Uuid;
use yew::prelude::*;

#[component]
pub(crate) fn VisitFormPage() -> Html {
    html! { <Page title="记一次走访" /> }
}

#[derive(Properties, PartialEq)]
pub(crate) struct VisitPageProps {
    pub(crate) id: Uuid,
}

#[component]
pub(crate) fn VisitPage(_props: &VisitPageProps) -> Html {
    html! { <Page title="走访" /> }
}
