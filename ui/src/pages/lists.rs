//! 全部列表: the lists that have no entry of their own in the navigation, by the work they belong to. Each is found by
//! Ctrl+K, too.

use crate::components::{Button, Look, Page, Sign, Tab, Tabs};
use crate::hooks::use_session;
use crate::pages::not_found::NotFound;
use crate::record::{Noun, RecordList, nouns_of};
use crate::routes::Route;
use tiexin_domain::shape::Home;
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) const TITLE: &str = "全部列表";

const GROUPS: [(Home, &str); 3] =
    [(Home::Support, "帮扶"), (Home::Association, "组织"), (Home::Works, "人才与宣传")];

/// The nouns whose lists stand here, as the tabs stand.
pub(crate) fn nouns() -> impl Iterator<Item = &'static Noun> {
    GROUPS.iter().flat_map(|(home, _)| nouns_of(*home))
}

fn place(noun: &Noun) -> usize {
    GROUPS.iter().position(|(home, _)| noun.home() == Some(*home)).unwrap_or_default()
}

fn list(noun: &Noun) -> Route {
    Route::ListOf { kind: noun.kind.to_owned() }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ListsProps {
    /// None: the first one.
    #[prop_or_default]
    pub(crate) kind: Option<String>,
}

/// Two rows of tabs: the work, and its lists; each list with its own action.
#[component]
pub(crate) fn ListsPage(props: &ListsProps) -> Html {
    let navigator = use_navigator();
    let can_write = use_session().can_write();
    let noun = match &props.kind {
        Some(kind) => nouns().find(|noun| noun.kind == kind.as_str()),
        None => nouns().next(),
    };
    let Some(noun) = noun else { return html! { <NotFound /> } };
    let go = Callback::from(move |route: Route| {
        if let Some(navigator) = &navigator {
            navigator.push(&route);
        }
    });
    let group = place(noun);
    let beside = nouns_of(GROUPS[group].0);
    let at = beside.iter().position(|one| one.kind == noun.kind).unwrap_or_default();
    let tabs: Vec<Tab> = beside.iter().map(|one| Tab::new(one.label())).collect();
    let groups: Vec<Tab> = GROUPS.iter().map(|(_, label)| Tab::new(*label)).collect();
    let onchange = go.reform(move |at: usize| beside.get(at).map_or(Route::Lists, |one| list(one)));
    let ongroup = go.reform(|at: usize| {
        let first = nouns_of(GROUPS[at].0).into_iter().next();
        first.map_or(Route::Lists, list)
    });
    let onclick = go.reform(move |()| Route::to_make(noun.kind));
    let action = match can_write {
        true => html! { <Button label={noun.add()} look={Look::Primary} sign={Sign::Plus} {onclick} /> },
        false => Html::default(),
    };
    html! {
        <Page title={TITLE} {action} full=true>
            <Tabs tabs={groups} chosen={group} onchange={ongroup} />
            <Tabs {tabs} chosen={at} {onchange} />
            <RecordList key={noun.kind} {noun} />
        </Page>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::NOUNS;
    use tiexin_domain::{Kind, nouns as domain};

    /// A list that stands nowhere is one to which nobody comes.
    #[test]
    fn every_list_is_in_the_navigation_or_stands_here() {
        let here: Vec<&str> = nouns().map(|noun| noun.kind).collect();
        for kind in Kind::ALL {
            let listed = domain::shape(kind).is_some_and(|shape| !shape.list.is_empty());
            let has_pages = NOUNS.iter().any(|noun| noun.kind == kind.code());
            assert_eq!(has_pages, listed, "{kind:?}");
            let elsewhere = listed && matches!(Route::home_of_kind(kind.code()), Route::ListOf { .. });
            assert_eq!(here.contains(&kind.code()), elsewhere, "{kind:?}");
        }
    }
}
