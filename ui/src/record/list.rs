//! A noun's list.

use super::many::Many;
use super::spec::Noun;
use super::template::TemplateButton;
use super::views::{Views, list_key};
use crate::components::list::{Asking, Column, Handful, is_left};
use crate::components::{Button, DataList, Empty, Look, Sign, Waiting};
use crate::hooks::{use_asked, use_query_when, use_session};
use crate::routes::{AskView, AskVoided, Route};
use std::rc::Rc;
use tiexin_contract::records::{Filter, RecordRow};
use tiexin_contract::views::{CHANGED, ListViews};
use tiexin_domain::Kind;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties)]
pub(crate) struct RecordListProps {
    pub(crate) noun: &'static Noun,
    #[prop_or_default]
    pub(crate) filters: Vec<Filter>,
}

impl PartialEq for RecordListProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.noun, other.noun) && self.filters == other.filters
    }
}

/// Lists a kind of record; a record opens its page.
#[component]
pub(crate) fn RecordList(props: &RecordListProps) -> Html {
    let noun = props.noun;
    let columns = use_memo(noun.kind, |_| noun.columns());
    let columns: Rc<[Column]> = columns.iter().cloned().collect();
    let navigator = use_navigator();
    let can_write = use_session().can_write();
    let onopen = {
        let navigator = navigator.clone();
        Callback::from(move |row: RecordRow| {
            if let Some(navigator) = &navigator {
                navigator.push(&Route::of_row(&row));
            }
        })
    };
    let onadd = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::to_make(noun.kind));
        }
    });
    // What is made on a family's page only begins there.
    let begins_here = !(noun.of_family() && matches!(Route::to_make(noun.kind), Route::RecordNew { .. }));
    let action = match can_write && begins_here {
        true => {
            html! { <Button label={noun.add()} look={Look::Primary} sign={Sign::Plus} onclick={onadd} /> }
        }
        false => Html::default(),
    };
    let asked = use_asked::<AskView>().filter(|asked| asked.what.kind == noun.kind);
    let key = list_key(noun.kind, asked.as_ref());
    let name = asked.and_then(|asked| asked.what.view);
    let ask = name.as_ref().map(|_| ListViews { kind: Some(noun.kind.to_owned()) });
    let kept = use_query_when(ask, &[CHANGED]);
    // Whoever comes back finds the list as it was left, whatever the view has become; and at once, for the way back is
    // over by the time that an answer comes.
    let as_left = *use_memo(key.clone(), |_| is_left(noun.kind));
    // As it is when the list begins with it: what becomes of the view later is another list.
    let view = use_memo((key.clone(), kept.data.is_some()), |_| {
        kept.data.as_ref()?.iter().find(|view| name.as_ref() == Some(&view.name)).cloned()
    });
    if name.is_some() && !as_left && kept.data.is_none() && kept.error.is_none() {
        return html! { <Waiting /> };
    }
    let view = (*view).clone().filter(|_| !as_left);
    let gone = name.as_ref().filter(|_| !as_left && kept.data.is_some() && view.is_none());
    let many = Callback::from(move |handful: Handful| html! { <Many kind={noun.kind} {handful} /> });
    let views = Callback::from(move |asking: Asking| html! { <Views kind={noun.kind} {asking} /> });
    let with_family = Kind::from_code(noun.kind).is_void_with_its_family();
    let voided = (!with_family).then(|| noun.kind.to_owned());
    let tools = html! {
        <>
            <Link<Route, AskVoided> to={Route::Voided} query={Some(AskVoided { kind: voided, text: None })}
                classes="tx-mend">{ "已作废" }</Link<Route, AskVoided>>
            if can_write { <TemplateButton kind={noun.kind} label={noun.label()} /> }
        </>
    };
    let empty = html! { <Empty title={noun.empty().0} sign={noun.sign} {action}>{ noun.empty().1 }</Empty> };
    html! {
        <>
        if let Some(name) = gone {
            <p class="tx-hint" role="status">{ format!("没有叫“{name}”的常用筛选了，下面是全部。") }</p>
        }
        <DataList {key} kind={noun.kind} {columns} filters={props.filters.clone()} sort={noun.sort()} {onopen} {empty}
            name={noun.label()} unit={noun.unit()} {tools} {view} {many} {views} />
        </>
    }
}
