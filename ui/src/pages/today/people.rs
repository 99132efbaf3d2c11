//! Whom to see, and what is missing.

use crate::components::{Card, Empty, Fold, Sign, Tag};
use crate::hooks::use_session;
use crate::pages::family::went_in_vain;
use crate::routes::{ForHousehold, Route};
use crate::text;
use chrono::NaiveDate;
use tiexin_contract::records::dated_ahead;
use tiexin_contract::today::{DueFamily, GapGroup};
use yew::prelude::*;
use yew_router::prelude::*;

/// So many stand on the page; the lists have them all.
const SHOWN: usize = 8;

#[derive(Properties, PartialEq)]
pub(super) struct DueProps {
    pub(super) families: Vec<DueFamily>,
    pub(super) total: u64,
    /// So many stand open.
    pub(super) open: usize,
    /// There are files of families here at all.
    pub(super) any: bool,
    pub(super) today: NaiveDate,
}

#[component]
pub(super) fn Due(props: &DueProps) -> Html {
    let all = use_state(|| false);
    let can_write = use_session().can_write();
    let shown = if *all { props.families.len() } else { props.open };
    let more = {
        let all = all.clone();
        Callback::from(move |()| all.set(true))
    };
    let overdue = props.families.iter().filter(|f| f.overdue_days > 0).count();
    let late = if overdue > 0 { format!("，{overdue} 户已过时候") } else { String::new() };
    let aside = html! { { format!("共 {} 户{late}", text::count(props.total)) } };
    html! {
        <Card title="该去看谁" aside={if props.total > 0 { aside } else { Html::default() }}>
            if !props.any {
                <Empty title="这里会排出该去看的家庭" sign={Sign::Heart}>
                    if !can_write { { "登记的家庭到了该走访的时候，会自己排到这里。" } } else {
                    { "先" }<Link<Route> to={Route::FamilyNew}>{ "登记一户" }</Link<Route>>{ "，或者把现有的台账" }
                    <Link<Route> to={Route::Import}>{ "整本导入" }</Link<Route>>{ "。" } }
                </Empty>
            } else if props.families.is_empty() {
                <Empty title="这阵子都看望过了" sign={Sign::Check}>{ "到了该走访的时候，家庭会自己排到这里。" }</Empty>
            }
            <ul class="tx-due">{ for props.families.iter().take(shown).map(|family| due(family, props.today, can_write)) }</ul>
            if props.families.len() > shown {
                <crate::components::Button label={format!("再看 {} 户", props.families.len() - shown)}
                    look={crate::components::Look::Link} small=true onclick={more} />
            }
        </Card>
    }
}

fn due(family: &DueFamily, today: NaiveDate, can_write: bool) -> Html {
    let (class, words) = match family.overdue_days {
        d if d > 30 => ("tx-due-long", format!("▲ 过了 {d} 天")),
        d if d > 0 => ("tx-due-late", format!("◆ 过了 {d} 天")),
        0 => ("tx-due-now", "● 今天到时候".to_owned()),
        d => ("tx-due-soon", format!("○ 还有 {} 天", -d)),
    };
    let mut last = match family.last_visit {
        Some(day) => format!("上次 {}", text::stored_date(&day.to_string())),
        None if family.in_vain.is_some() => "还没有见到家里人".to_owned(),
        None => "还没有走访记录".to_owned(),
    };
    // Who went there, so that it is not taken for whose job it is.
    if !family.visitors.is_empty() {
        last.push_str(&format!("（{} 去的）", family.visitors.join("、")));
    }
    let query = ForHousehold::of(family.household);
    html! {
        <li key={family.household.to_string()}>
            <div class="tx-due-who">
                <Link<Route> to={Route::Family { id: family.household }} classes="tx-strong">{ &family.name }</Link<Route>>
                <span class="tx-muted">{ &family.village }</span>
                if family.phone_only { <Tag text="仅电话" /> }
            </div>
            <div class="tx-muted tx-due-last">
                { last }
                if let Some(in_vain) = &family.in_vain { { " · " }{ went_in_vain(in_vain, today) } }
                if let Some(day) = family.ahead { { " · " }{ dated_ahead(day) } }
                if let Some(contact) = &family.contact { { " · 联系人 " }{ contact } }
            </div>
            <span class={classes!("tx-due-mark", class)}>{ words }</span>
            if can_write {
                <Link<Route, ForHousehold> to={Route::VisitNew} query={Some(query)} classes="tx-due-act">{ "记走访" }</Link<Route, ForHousehold>>
            }
        </li>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct GapsProps {
    /// The most important first.
    pub(super) groups: Vec<GapGroup>,
    /// Files that lack anything.
    pub(super) total: u64,
}

/// What is missing, one thing at a time: the first is open, what only has to be asked comes last.
#[component]
pub(super) fn Gaps(props: &GapsProps) -> Html {
    if props.groups.is_empty() {
        return Html::default();
    }
    let aside = html! { { format!("共 {} 份档案", text::count(props.total)) } };
    html! {
        <Card title="还缺什么" {aside}>
            { for props.groups.iter().enumerate().map(|(at, group)| html! {
                <Fold key={group.code.clone()} title={format!("◇ {}", group.missing)}
                    lead={format!("{} 户", text::count(group.total))} open={at == 0}>
                    <Lacking group={group.clone()} />
                </Fold>
            }) }
        </Card>
    }
}

#[derive(Properties, PartialEq)]
struct LackingProps {
    group: GapGroup,
}

/// The families that lack one thing.
#[component]
fn Lacking(props: &LackingProps) -> Html {
    let all = use_state(|| false);
    let families = &props.group.families;
    let shown = if *all { families.len() } else { SHOWN };
    let more = {
        let all = all.clone();
        Callback::from(move |()| all.set(true))
    };
    let beyond = props.group.total.saturating_sub(families.len() as u64);
    html! {
        <>
            <ul class="tx-missing">
                { for families.iter().take(shown).map(|family| html! {
                    <li key={family.household.to_string()}>
                        <Link<Route> to={Route::Family { id: family.household }} classes="tx-strong">{ &family.name }</Link<Route>>
                        <span class="tx-muted">{ &family.village }</span>
                    </li>
                }) }
            </ul>
            if families.len() > shown {
                <crate::components::Button label={format!("再看 {} 户", families.len() - shown)}
                    look={crate::components::Look::Link} small=true onclick={more} />
            } else if beyond > 0 {
                <p class="tx-muted">{ format!("还有 {} 户，在", text::count(beyond)) }
                    <Link<Route> to={Route::Families}>{ "家庭台账" }</Link<Route>>{ "里按“待补”筛选。" }</p>
            }
        </>
    }
}
