//! A noun's list.

use super::spec::Noun;
use super::template::TemplateButton;
use crate::components::list::Column;
use crate::components::{Button, DataList, Empty, Look, Sign};
use crate::hooks::use_session;
use crate::routes::{AskVoided, Route};
use std::rc::Rc;
use tiexin_contract::records::{Filter, RecordRow};
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
        <DataList key={noun.kind} kind={noun.kind} {columns} filters={props.filters.clone()} sort={noun.sort()} {onopen} {empty}
            name={noun.label()} unit={noun.unit()} {tools} />
    }
}
