//! A page: its title, one primary action, its content.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct PageProps {
    pub(crate) title: AttrValue,
    /// A quiet line under the title.
    #[prop_or_default]
    pub(crate) lead: Html,
    /// The one thing most often done here.
    #[prop_or_default]
    pub(crate) action: Html,
    /// The content fills the height and scrolls by itself, as lists do.
    #[prop_or_default]
    pub(crate) full: bool,
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Page(props: &PageProps) -> Html {
    use_effect_with(props.title.clone(), |title| {
        gloo::utils::document().set_title(&format!("{title} · 贴心"));
    });
    html! {
        <section class={classes!("tx-page", props.full.then_some("tx-page-full"))}>
            <header class="tx-page-head">
                <div>
                    <h1>{ props.title.clone() }</h1>
                    <div class="tx-lead">{ props.lead.clone() }</div>
                </div>
                <div class="tx-page-action">{ props.action.clone() }</div>
            </header>
            <div class="tx-page-body">{ props.children.clone() }</div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct CardProps {
    #[prop_or_default]
    pub(crate) title: AttrValue,
    /// A word or a button at the right of the title.
    #[prop_or_default]
    pub(crate) aside: Html,
    #[prop_or_default]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) children: Html,
}

/// A quiet box with a title.
#[component]
pub(crate) fn Card(props: &CardProps) -> Html {
    html! {
        <section class={classes!("tx-card", props.class.clone())}>
            if !props.title.is_empty() {
                <header class="tx-card-head">
                    <h2>{ props.title.clone() }</h2>
                    <div class="tx-card-aside">{ props.aside.clone() }</div>
                </header>
            }
            { props.children.clone() }
        </section>
    }
}
