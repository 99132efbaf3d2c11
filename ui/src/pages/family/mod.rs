//! A family's page: who they are, whom they trust, what was agreed, then the timeline.

use crate::components::Page;
use uuid::Uuid;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct FamilyPageProps {
    pub(crate) id: Uuid,
}

#[component]
pub(crate) fn FamilyPage(_props: &FamilyPageProps) -> Html {
    html! { <Page title="家庭" /> }
}

#[component]
pub(crate) fn NewFamilyPage() -> Html {
    html! { <Page title="登记家庭" /> }
}
