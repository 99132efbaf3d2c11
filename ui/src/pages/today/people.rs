//! Whom to see, and what is missing.

use crate::components::{Card, Empty, Sign, Tag};
use crate::hooks::use_session;
use crate::routes::{ForHousehold, Route};
use crate::text;
use tiexin_contract::today::{DueFamily, FileGap};
use yew::prelude::*;
use yew_router::prelude::*;

/// So many stand on the page; the lists have them all.
const SHOWN: usize = 8;

#[derive(Properties, PartialEq)]
pub(super) struct DueProps {
    pub(super) families: Vec<DueFamily>,
    pub(super) total: u64,
    /// There are files of families here at all.
    pub(super) any: bool,
}

#[component]
pub(super) fn Due(props: &DueProps) -> Html {
    let all = use_state(|| false);
    let can_write = use_session().can_write();
    let shown = if *all { props.families.len() } else { SHOWN };
    let more = {
        let all = all.clone();
        Callback::from(move |()| all.set(true))
    };
    let overdue = props.families.iter().filter(|f| f.overdue_days > 0).count();
    let aside = html! { { format!("共 {} 户，{} 户已到时候", text::count(props.total), overdue) } };
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
            <ul class="tx-due">{ for props.families.iter().take(shown).map(|family| due(family, can_write)) }</ul>
            if props.families.len() > shown {
                <crate::components::Button label={format!("再看 {} 户", props.families.len() - shown)}
                    look={crate::components::Look::Link} small=true onclick={more} />
            }
        </Card>
    }
}

fn due(family: &DueFamily, can_write: bool) -> Html {
    let (class, words) = match family.overdue_days {
        d if d > 30 => ("tx-due-long", format!("▲ 过了 {d} 天")),
        d if d > 0 => ("tx-due-late", format!("◆ 过了 {d} 天")),
        0 => ("tx-due-now", "● 今天到时候".to_owned()),
        d => ("tx-due-soon", format!("○ 还有 {} 天", -d)),
    };
    let last = match family.last_visit {
        Some(day) => format!("上次 {}", text::stored_date(&day.to_string())),
        None => "还没有走访记录".to_owned(),
    };
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
                if let Some(contact) = &family.contact { { " · " }{ contact } }
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
    pub(super) files: Vec<FileGap>,
    pub(super) total: u64,
}

#[component]
pub(super) fn Gaps(props: &GapsProps) -> Html {
    if props.total == 0 {
        return Html::default();
    }
    let aside = html! { { format!("共 {} 份档案", text::count(props.total)) } };
    html! {
        <Card title="还缺什么" {aside}>
            <ul class="tx-missing">
                { for props.files.iter().take(SHOWN).map(|file| html! {
                    <li key={file.household.to_string()}>
                        <Link<Route> to={Route::Family { id: file.household }} classes="tx-strong">{ &file.name }</Link<Route>>
                        <span class="tx-muted">{ &file.village }</span>
                        <span class="tx-gap"><i aria-hidden="true">{ "◇" }</i>{ file.missing.join("、") }</span>
                    </li>
                }) }
            </ul>
        </Card>
    }
}
