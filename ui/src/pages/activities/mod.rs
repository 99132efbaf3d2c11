//! Activities: 5.29 and all others.

use crate::components::{Button, Look, Page, Sign};
use crate::hooks::use_session;
use crate::record::{Noun, RecordList};
use crate::routes::Route;
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) static ACTIVITY: Noun = Noun { kind: "activity", sign: Sign::Flag };

#[component]
pub(crate) fn ActivitiesPage() -> Html {
    let navigator = use_navigator();
    let can_write = use_session().can_write();
    let onclick = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::to_make(ACTIVITY.kind));
        }
    });
    let action = match can_write {
        true => html! { <Button label={ACTIVITY.add()} look={Look::Primary} sign={Sign::Plus} {onclick} /> },
        false => Html::default(),
    };
    html! { <Page title="活动" {action} full=true><RecordList noun={&ACTIVITY} /></Page> }
}
