//! 家庭台账: special families, and all families. A list never tells the loss.

use crate::components::list::{Column, Show};
use crate::components::{Button, Look, Page, Sign, Tab, Tabs, options};
use crate::hooks::use_session;
use crate::record::{FieldKind, FormField, Noun, RecordList};
use crate::routes::Route;
use tiexin_contract::records::Sort;
use tiexin_domain::nouns::support_file::{Assistance, ContactPreference, FileStatus};
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
    fields: Vec::new,
};

pub(crate) static SUPPORT_FILE: Noun = Noun {
    kind: "support_file",
    label: "特殊家庭台账",
    add: "登记家庭",
    unit: "户",
    sign: Sign::Heart,
    empty: ("这里是需要多走动的家庭", "登记一户，或者把现有的特殊家庭台账整本导入。"),
    columns: || {
        vec![
            Column::new("head_name", "户主").width(8),
            Column::new("code", "信息编码").width(12),
            Column::place(),
            Column::new("preference", "联系意愿").show(Show::Code(options::<ContactPreference>)).width(9),
            Column::new("assistance", "特别扶助").show(Show::Code(options::<Assistance>)).width(7),
            Column::new("emergency_contact", "紧急联系人").width(9).spare(),
            Column::new("status", "台账").show(Show::Code(options::<FileStatus>)).width(6),
            Column::gaps(),
            Column::state(),
        ]
    },
    sort: || Some(Sort { field: "head_name".into(), descending: false }),
    fields: || vec![FormField::new("notes", "备注", FieldKind::Long)],
};

#[component]
pub(crate) fn FamiliesPage() -> Html {
    let at = use_state(|| 0usize);
    let navigator = use_navigator();
    let can_write = use_session().can_write();
    let onclick = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::FamilyNew);
        }
    });
    let action = match can_write {
        true => html! { <Button label="登记家庭" look={Look::Primary} sign={Sign::Plus} {onclick} /> },
        false => Html::default(),
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
