//! 家庭台账: special families, and all families. A list never tells the loss.

mod contact_pair;
mod person;
mod support_file;

pub(crate) use contact_pair::CONTACT_PAIR;
pub(crate) use person::PERSON;
pub(crate) use support_file::SUPPORT_FILE;

use crate::components::list::Column;
use crate::components::{Button, Look, Page, Sign, Tab, Tabs};
use crate::hooks::use_session;
use crate::record::{Noun, RecordList};
use crate::routes::Route;
use tiexin_contract::records::Sort;
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) static HOUSEHOLD: Noun = Noun {
    kind: "household",
    label: "家庭户",
    add: "登记家庭",
    unit: "户",
    sign: Sign::Home,
    empty: ("这里是全部家庭", "可以一户一户登记，也可以把现有台账整本导入。"),
    columns: || {
        vec![
            Column::new("head_name", "户主").width(9),
            Column::place(),
            Column::new("current_address", "现居住地址").width(18),
            Column::new("phone", "联系电话").width(9).unsorted().unfiltered(),
            Column::gaps(),
            Column::state(),
        ]
    },
    sort: || Some(Sort { field: "head_name".into(), descending: false }),
    fields: tiexin_forms::kinds::household,
};

#[component]
pub(crate) fn FamiliesPage() -> Html {
    let at = use_state(|| 0usize);
    let navigator = use_navigator();
    let can_write = use_session().can_write();
    let go = |to: Route| {
        let navigator = navigator.clone();
        Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                navigator.push(&to);
            }
        })
    };
    let action = html! {
        <>
            <Button label="可能重复" look={Look::Link} onclick={go(Route::Duplicates)} />
            if can_write {
                <Button label="登记家庭" look={Look::Primary} sign={Sign::Plus} onclick={go(Route::FamilyNew)} />
            }
        </>
    };
    let onchange = {
        let at = at.setter();
        Callback::from(move |chosen| at.set(chosen))
    };
    let noun: &'static Noun = if *at == 0 { &SUPPORT_FILE } else { &HOUSEHOLD };
    html! {
        <Page title="家庭台账" {action} full=true>
            <Tabs tabs={vec![Tab::new("特殊家庭"), Tab::new("全部家庭")]} chosen={*at} {onchange} />
            <RecordList key={noun.kind} {noun} new_at={Route::FamilyNew} />
        </Page>
    }
}
