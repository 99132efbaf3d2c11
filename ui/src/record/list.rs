//! A noun's list.

use super::many::Many;
use super::spec::Noun;
use super::template::TemplateButton;
use super::views::{Views, use_asked_view};
use crate::components::list::{Asking, Column, Handful};
use crate::components::{Button, DataList, Empty, Look, Sign, Waiting};
use crate::hooks::{use_query_when, use_session};
use crate::routes::{AskVoided, Route};
use std::rc::Rc;
use tiexin_contract::records::{Filter, RecordRow};
use tiexin_contract::views::ListViews;
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
    let action = match can_write {
        true => {
            html! { <Button label={noun.add()} look={Look::Primary} sign={Sign::Plus} onclick={onadd} /> }
        }
        false => Html::default(),
    };
    let asked = use_asked_view().filter(|asked| asked.kind == noun.kind);
    let kept = use_query_when(asked.as_ref().map(|asked| ListViews { kind: Some(asked.kind.clone()) }), &[]);
    let name = asked.map(|asked| asked.view);
    let view = match (&name, &kept.data, &kept.error) {
        (Some(_), None, None) => return html! { <Waiting /> },
        (Some(name), Some(views), _) => views.iter().find(|view| view.name == *name).cloned(),
        _ => None,
    };
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
        <DataList key={format!("{} {}", noun.kind, name.unwrap_or_default())} kind={noun.kind} {columns} filters={props.filters.clone()} sort={noun.sort()} {onopen} {empty}
            name={noun.label()} unit={noun.unit()} {tools} {view} {many} {views} />
    }
}
