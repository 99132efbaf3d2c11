//! Whether the program behind the page still answers.

use crate::transport::{Link, on_link};
use yew::prelude::*;

#[hook]
pub(crate) fn use_link() -> Link {
    let link = use_state_eq(crate::transport::link);
    {
        let link = link.setter();
        use_effect_with((), move |()| {
            // It may have changed between the first painting and now.
            link.set(crate::transport::link());
            on_link(Some(Callback::from(move |now| link.set(now))));
            || on_link(None)
        });
    }
    *link
}
