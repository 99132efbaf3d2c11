//! Volunteers, and the page that they share with the members.

use crate::components::{Button, Look, Page, Sign, Tab, Tabs};
use crate::hooks::use_session;
use crate::record::{Noun, RecordList};
use crate::routes::Route;
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) static VOLUNTEER: Noun = Noun { kind: "volunteer", sign: Sign::Heart };

#[component]
pub(crate) fn VolunteersPage() -> Html {
    html! { <People noun={&VOLUNTEER} at=1 /> }
}

#[derive(Properties)]
pub(crate) struct PeopleProps {
    pub(crate) noun: &'static Noun,
    pub(crate) at: usize,
}

impl PartialEq for PeopleProps {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

/// 会员与志愿者: one page, two lists.
#[component]
pub(crate) fn People(props: &PeopleProps) -> Html {
    let noun = props.noun;
    let navigator = use_navigator();
    let can_write = use_session().can_write();
    let go = Callback::from(move |route: Route| {
        if let Some(navigator) = &navigator {
            navigator.push(&route);
        }
    });
    let onchange = go.reform(|at: usize| if at == 0 { Route::Members } else { Route::Volunteers });
    let onclick = go.reform(move |()| Route::RecordNew { kind: noun.kind.to_owned() });
    let action = match can_write {
        true => html! { <Button label={noun.add()} look={Look::Primary} sign={Sign::Plus} {onclick} /> },
        false => Html::default(),
    };
    html! {
        <Page title="会员与志愿者" {action} full=true>
            <Tabs tabs={vec![Tab::new("会员"), Tab::new("志愿者")]} chosen={props.at} {onchange} />
            <RecordList {noun} />
        </Page>
    }
}
