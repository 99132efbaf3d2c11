//! The work, as the office names it.

use crate::components::{Button, Icon, Look, Sign};
use crate::hooks::{use_command, use_query, use_region, use_session, use_sync_state};
use crate::pages::lists;
use crate::record::noun;
use crate::routes::{AskView, Route};
use tiexin_contract::views::{CountViews, PinView, ViewCount};
use tiexin_domain::{Kind, Level};
use yew::prelude::*;
use yew_router::prelude::*;

pub(super) const WORK: [(Route, Sign, &str); 11] = [
    (Route::Today, Sign::Sun, "今日"),
    (Route::Families, Sign::Home, "家庭台账"),
    (Route::Visits, Sign::Footsteps, "走访"),
    (Route::Members, Sign::People, "会员与志愿者"),
    (Route::Activities, Sign::Flag, "活动"),
    (Route::Lists, Sign::List, lists::TITLE),
    (Route::Reports, Sign::Sheet, "报表"),
    (Route::Import, Sign::Inbox, "导入"),
    (Route::Sync, Sign::Exchange, "同步"),
    (Route::Quarantine, Sign::Warning, "待处理"),
    (Route::Settings, Sign::Gear, "设置"),
];

/// The entries for somebody at home there. A village keeps to families: what else there is, it finds by Ctrl+K and on the
/// families' own pages.
fn work_of(home: Option<Level>) -> impl Iterator<Item = (Route, Sign, &'static str)> {
    let village = home == Some(Level::Village);
    WORK.into_iter().filter(move |(route, ..)| !(village && *route == Route::Lists))
}

/// The entry under which the list of a kind stands.
fn entry_of_kind(kind: &str) -> Route {
    match Route::home_of_kind(kind) {
        Route::ListOf { .. } => Route::Lists,
        own => own,
    }
}

/// The entry that a page belongs to.
fn home_of(route: &Route) -> Route {
    match route {
        Route::ListOf { .. } => Route::Lists,
        Route::Family { .. }
        | Route::FamilyNew
        | Route::Voided
        | Route::Duplicates
        | Route::Duplicate { .. } => Route::Families,
        Route::Visit { .. } | Route::VisitEdit { .. } | Route::VisitNew => Route::Visits,
        Route::Mine => Route::Today,
        Route::Volunteers => Route::Members,
        Route::Record { kind, .. } | Route::RecordNew { kind } | Route::RecordEdit { kind, .. } => {
            entry_of_kind(kind)
        }
        other => other.clone(),
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct NavigationProps {
    pub(super) onkeys: Callback<()>,
    pub(super) onmake: Callback<()>,
}

#[component]
pub(super) fn Navigation(props: &NavigationProps) -> Html {
    let here = use_route::<Route>().map(|route| home_of(&route));
    let sync = use_sync_state().state;
    let troubles = sync.map_or(0, |state| state.needs_person());
    let region = use_region();
    let counts = use_query(CountViews { region: region.code() }, &["*"]).data;
    let unpin = use_command::<PinView>();
    let ondrop = Callback::from(move |(kind, name): (String, String)| {
        unpin.run(PinView { kind, name, pinned: false }, |_| {});
    });
    let views_of = |stands_there: &dyn Fn(Route) -> bool| {
        let of = counts.iter().flat_map(|counts| counts.iter()).filter(listed);
        of.filter(|count| stands_there(entry_of_kind(&count.kind)))
            .map(|count| pinned(count, &ondrop))
            .collect::<Html>()
    };
    let home = use_session().me().map(|me| me.home.level());
    // What somebody kept of a list whose entry is not there.
    let elsewhere = views_of(&|home_of_list| work_of(home).all(|(route, ..)| route != home_of_list));
    let onkeys = props.onkeys.reform(|_: MouseEvent| ());
    // A browser keeps Ctrl+N for itself.
    let onmake = props.onmake.reform(|_: MouseEvent| ());
    html! {
        <nav class="tx-nav" aria-label="工作">
            <div class="tx-brand"><span class="tx-brand-sign"><Icon sign={Sign::Heart} /></span>{ "贴心" }</div>
            <ul>
                { for work_of(home).map(|(route, sign, label)| {
                    let views = views_of(&|home| home == route);
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
                { elsewhere }
            </ul>
            <button type="button" class="tx-nav-quick" onclick={onmake}>{ "登记一条" }<kbd>{ "Ctrl+N" }</kbd></button>
            <button type="button" class="tx-nav-foot" onclick={onkeys}>{ "快捷键" }<kbd>{ "?" }</kbd></button>
        </nav>
    }
}

/// Of a kind that has a list; or of one that this program does not know, which is said.
fn listed(count: &&ViewCount) -> bool {
    noun(&count.kind).is_some() || !Kind::from_code(&count.kind).is_known()
}

/// The list that a kept view shows; none: it cannot be asked.
fn shown_by(count: &ViewCount) -> Option<(Route, AskView)> {
    let asks = count.count.is_some() && noun(&count.kind).is_some();
    asks.then(|| {
        let query = AskView { view: Some(count.name.clone()), kind: count.kind.clone() };
        (Route::list_of(&count.kind), query)
    })
}

/// A kept view with how many records it has. One that cannot be asked says why, and may leave from here: it may stand in
/// no list of filters.
fn pinned(count: &ViewCount, ondrop: &Callback<(String, String)>) -> Html {
    let key = format!("{} {}", count.kind, count.name);
    let told = match (&count.why, count.count) {
        (Some(_), _) | (None, None) => {
            let why = count.why.clone().unwrap_or_default();
            html! { <><span class="tx-nav-mark">{ "! 用不了" }</span><span class="tx-off-screen">{ why }</span></> }
        }
        (None, Some(many)) => html! { <span class="tx-nav-count">{ crate::text::count(many) }</span> },
    };
    let Some((route, query)) = shown_by(count) else {
        let (kind, name) = (count.kind.clone(), count.name.clone());
        let onclick = ondrop.reform(move |()| (kind.clone(), name.clone()));
        return html! {
            <li {key} class="tx-nav-view" title={count.why.clone()}>
                <span class="tx-nav-link"><span>{ &count.name }</span>{ told }
                    <Button label="不再显示" look={Look::Plain} sign={Sign::Close} small=true {onclick} />
                </span>
            </li>
        };
    };
    html! {
        <li {key} class="tx-nav-view">
            <Link<Route, AskView> to={route} query={Some(query)} classes="tx-nav-link">
                <span>{ &count.name }</span>{ told }
            </Link<Route, AskView>>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_village_keeps_to_its_families() {
        let has = |home| work_of(home).any(|(route, ..)| route == Route::Lists);
        assert!(has(Some(Level::Township)) && has(Some(Level::County)) && !has(Some(Level::Village)));
        assert!(WORK.len() <= 12);
        assert_eq!(home_of(&Route::ListOf { kind: "meeting".into() }), Route::Lists);
        assert_eq!(home_of(&Route::RecordNew { kind: "meeting".into() }), Route::Lists);
        assert_eq!(home_of(&Route::RecordNew { kind: "member".into() }), Route::Members);
    }

    #[test]
    fn what_cannot_be_asked_still_stands_in_the_navigation() {
        let of = |kind: &str| ViewCount {
            kind: kind.into(),
            name: "存的".into(),
            count: None,
            why: Some("旧".into()),
        };
        assert!(listed(&&of("visit")) && listed(&&of("contact_pair")) && listed(&&of("newer_kind")));
        assert!(!listed(&&of("attachment")));
        // Its line leads nowhere, and has a button that takes it away.
        assert!(shown_by(&of("visit")).is_none());
        let asked = ViewCount { count: Some(0), why: None, ..of("visit") };
        assert!(shown_by(&asked).is_some_and(|(_, asks)| asks.view.as_deref() == Some("存的")));
    }
}
