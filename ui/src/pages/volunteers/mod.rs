//! Volunteers, and the page that they share with the members.

use crate::components::list::{Column, Show};
use crate::components::{Button, Look, Page, Sign, Tab, Tabs, options};
use crate::hooks::use_session;
use crate::record::{Noun, RecordList};
use crate::routes::Route;
use tiexin_contract::records::{RecordRow, Sort};
use tiexin_domain::nouns::volunteer::Approval;
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) static VOLUNTEER: Noun = Noun {
    kind: "volunteer",
    label: "志愿者",
    add: "登记志愿者",
    unit: "名",
    sign: Sign::Heart,
    empty: ("这里是志愿者名册", "“五老”、致富能人、热心邻居，登记下来，帮扶时好找人。"),
    columns: || {
        vec![
            Column::new("name", "姓名").width(9),
            Column::place(),
            Column::new("approval", "审核").show(Show::Code(options::<Approval>)).width(7),
            Column::new("team", "服务队").width(11),
            Column::new("skills", "特长").width(14).unsorted(),
            Column::new("minutes", "服务时长").show(Show::By(hours)).width(8),
            Column::new("approved_on", "通过时间").show(Show::Date).width(9).spare(),
            Column::state(),
        ]
    },
    sort: || Some(Sort { field: "name".into(), descending: false }),
    fields: tiexin_forms::kinds::volunteer,
};

fn hours(row: &RecordRow) -> String {
    match row.fields.get("minutes").and_then(serde_json::Value::as_u64) {
        Some(minutes) if minutes.is_multiple_of(60) => format!("{} 小时", minutes / 60),
        Some(minutes) if minutes < 60 => format!("{minutes} 分钟"),
        Some(minutes) => format!("{} 小时 {} 分", minutes / 60, minutes % 60),
        None => String::new(),
    }
}

#[component]
pub(crate) fn VolunteersPage() -> Html {
    html! { <People noun={&VOLUNTEER} at=1 /> }
}

#[derive(Properties)]
pub(crate) struct PeopleProps {
    pub(crate) noun: &'static Noun,
    pub(crate) at: usize,
}

impl PartialEq for PeopleProps {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

/// 会员与志愿者: one page, two lists.
#[component]
pub(crate) fn People(props: &PeopleProps) -> Html {
    let noun = props.noun;
    let navigator = use_navigator();
    let can_write = use_session().can_write();
    let go = Callback::from(move |route: Route| {
        if let Some(navigator) = &navigator {
            navigator.push(&route);
        }
    });
    let onchange = go.reform(|at: usize| if at == 0 { Route::Members } else { Route::Volunteers });
    let onclick = go.reform(move |()| Route::RecordNew { kind: noun.kind.to_owned() });
    let action = match can_write {
        true => html! { <Button label={noun.add} look={Look::Primary} sign={Sign::Plus} {onclick} /> },
        false => Html::default(),
    };
    html! {
        <Page title="会员与志愿者" {action} full=true>
            <Tabs tabs={vec![Tab::new("会员"), Tab::new("志愿者")]} chosen={props.at} {onchange} />
            <RecordList {noun} />
        </Page>
    }
}
