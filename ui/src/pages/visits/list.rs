//! Visits of a region, newest first.

use crate::components::{Button, Look, Page, Sign, Tab, Tabs};
use crate::hooks::use_session;
use crate::record::{Noun, RecordList, nouns_of, use_list_tab};
use crate::routes::Route;
use tiexin_domain::shape::Home;
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) static VISIT: Noun = Noun { kind: "visit", sign: Sign::Footsteps };

/// Visits, and what else is done for families; each list with its own action.
#[component]
pub(crate) fn VisitsPage() -> Html {
    let nouns = nouns_of(Home::Visits);
    let (at, onchange) = use_list_tab("visits tab", &nouns);
    let navigator = use_navigator();
    let can_write = use_session().can_write();
    let noun = nouns.get(at).copied().unwrap_or(&VISIT);
    let onclick = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::to_make(noun.kind));
        }
    });
    let action = match can_write {
        true => html! { <Button label={noun.add()} look={Look::Primary} sign={Sign::Plus} {onclick} /> },
        false => Html::default(),
    };
    html! {
        <Page title="走访" {action} full=true>
            <Tabs tabs={nouns.iter().map(|noun| Tab::new(noun.label())).collect::<Vec<_>>()} chosen={at} {onchange} />
            <RecordList key={noun.kind} {noun} />
        </Page>
    }
}
