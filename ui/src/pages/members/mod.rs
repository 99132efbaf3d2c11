//! Members of the association.

use crate::components::Sign;
use crate::pages::volunteers::People;
use crate::record::Noun;
use yew::prelude::*;

pub(crate) static MEMBER: Noun = Noun { kind: "member", sign: Sign::People };

#[component]
pub(crate) fn MembersPage() -> Html {
    html! { <People noun={&MEMBER} at=0 /> }
}
