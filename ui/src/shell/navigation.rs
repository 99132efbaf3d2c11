//! The work, as the office names it.

use crate::components::{Icon, Sign};
use crate::hooks::{use_query, use_region, use_sync_state};
use crate::record::noun;
use crate::routes::{AskView, Route};
use tiexin_contract::views::{CountViews, ViewCount};
use yew::prelude::*;
use yew_router::prelude::*;

pub(super) const WORK: [(Route, Sign, &str); 10] = [
    (Route::Today, Sign::Sun, "今日"),
    (Route::Families, Sign::Home, "家庭台账"),
    (Route::Visits, Sign::Footsteps, "走访"),
    (Route::Members, Sign::People, "会员与志愿者"),
    (Route::Activities, Sign::Flag, "活动"),
    (Route::Reports, Sign::Sheet, "报表"),
    (Route::Import, Sign::Inbox, "导入"),
    (Route::Sync, Sign::Exchange, "同步"),
    (Route::Quarantine, Sign::Warning, "待处理"),
    (Route::Settings, Sign::Gear, "设置"),
];

/// The entry that a page belongs to.
fn home_of(route: &Route) -> Route {
    match route {
        Route::Family { .. }
        | Route::FamilyNew
        | Route::Voided
        | Route::Duplicates
        | Route::Duplicate { .. } => Route::Families,
        Route::Visit { .. } | Route::VisitEdit { .. } | Route::VisitNew => Route::Visits,
        Route::Volunteers => Route::Members,
        Route::Record { kind, .. } | Route::RecordNew { kind } | Route::RecordEdit { kind, .. } => {
            Route::home_of_kind(kind)
        }
        other => other.clone(),
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct NavigationProps {
    pub(super) onkeys: Callback<()>,
}

#[component]
pub(super) fn Navigation(props: &NavigationProps) -> Html {
    let here = use_route::<Route>().map(|route| home_of(&route));
    let sync = use_sync_state().state;
    let troubles = sync.map_or(0, |state| state.needs_person());
    let region = use_region();
    let counts = use_query(CountViews { region: region.code() }, &["*"]).data;
    // Of kinds that have a list of their own; the others stand on a family's page.
    let listed = |count: &&ViewCount| noun(&count.kind).is_some_and(|noun| !noun.of_family());
    let views_of = |route: &Route| {
        let of = counts.iter().flat_map(|counts| counts.iter()).filter(listed);
        of.filter(|count| Route::home_of_kind(&count.kind) == *route).map(pinned).collect::<Html>()
    };
    let onkeys = props.onkeys.reform(|_: MouseEvent| ());
    html! {
        <nav class="tx-nav" aria-label="工作">
            <div class="tx-brand"><span class="tx-brand-sign"><Icon sign={Sign::Heart} /></span>{ "贴心" }</div>
            <ul>
                { for WORK.into_iter().map(|(route, sign, label)| {
                    let views = views_of(&route);
                    let now = here.as_ref() == Some(&route);
                    let trouble = route == Route::Quarantine && troubles > 0;
                    html! {
                        <>
                        <li>
                            <Link<Route> to={route} classes={classes!("tx-nav-link", now.then_some("tx-now"))}>
                                <Icon {sign} />
                                <span>{ label }</span>
                                if trouble { <span class="tx-nav-mark" title="有需要处理的">{ format!("! {troubles}") }</span> }
                            </Link<Route>>
                        </li>
                        { views }
                        </>
                    }
                }) }
            </ul>
            <button type="button" class="tx-nav-foot" onclick={onkeys}>{ "快捷键" }<kbd>{ "?" }</kbd></button>
        </nav>
    }
}

/// A kept view with how many records it has.
fn pinned(count: &ViewCount) -> Html {
    let query = AskView { view: count.name.clone(), kind: count.kind.clone() };
    html! {
        <li key={format!("{} {}", count.kind, count.name)} class="tx-nav-view">
            <Link<Route, AskView> to={Route::list_of(&count.kind)} query={Some(query)} classes="tx-nav-link">
                <span>{ &count.name }</span>
                <span class="tx-nav-count">{ crate::text::count(count.count) }</span>
            </Link<Route, AskView>>
        </li>
    }
}
