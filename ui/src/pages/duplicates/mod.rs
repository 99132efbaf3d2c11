//! 可能重复: registrations that look like one, and what was decided about them.

mod compare;
mod decided;
mod hint;

use crate::components::{Button, Card, Empty, Look, Page, Sign, Tab, Tabs, Tag, show, use_tab};
use crate::hooks::{use_command, use_query, use_region, use_session, use_toast};
use crate::routes::Route;
use crate::text;
pub(crate) use compare::ComparePage;
use decided::DecidedList;
pub(crate) use hint::{LooksAlike, MergedInto};
use tiexin_contract::duplicates::{DeclareDifferent, ListDuplicates, Pair};
use tiexin_contract::records::RecordRow;
use tiexin_domain::Kind;
use yew::prelude::*;
use yew_router::prelude::*;

#[component]
pub(crate) fn DuplicatesPage() -> Html {
    let region = use_region();
    let query = use_query(ListDuplicates { region: Some(region.code()), household: None }, &["*"]);
    let (face, onchange) = use_tab();
    let waiting = query.data.as_ref().map(|all| all.pairs.len() as u64);
    let tabs = vec![Tab { label: "可能重复".into(), count: waiting }, Tab::new("已处理")];
    let reload = query.reload.clone();
    let lead = html! {
        { "身份证号相同，或者姓名、出生日期和村（社区）都相同的登记列在这里。是不是同一份，由您核对后决定；合并以后还可以撤销。" }
    };
    html! {
        <Page title="可能重复" {lead}>
            <Tabs {tabs} chosen={face} {onchange} />
            { show(&query, |all| if face == 0 {
                html! { <Pairs pairs={all.pairs.clone()} ondone={reload.clone()} /> }
            } else {
                html! { <DecidedList decided={all.decided.clone()} ondone={reload.clone()} /> }
            }) }
        </Page>
    }
}

#[derive(Properties, PartialEq)]
struct PairsProps {
    pairs: Vec<Pair>,
    ondone: Callback<()>,
}

#[component]
fn Pairs(props: &PairsProps) -> Html {
    if props.pairs.is_empty() {
        return html! {
            <Card>
                <Empty title="没有可能重复的登记" sign={Sign::Check}>
                    { "两位同事各自登记了同一户人家时，会列在这里，并排核对以后合成一份。" }
                </Empty>
            </Card>
        };
    }
    html! {
        <ul class="tx-pairs" aria-label="可能重复">
            { for props.pairs.iter().map(|pair| html! {
                <li key={format!("{} {}", pair.one.id, pair.other.id)}>
                    <OnePair pair={pair.clone()} ondone={props.ondone.clone()} />
                </li>
            }) }
        </ul>
    }
}

#[derive(Properties, PartialEq)]
struct OnePairProps {
    pair: Pair,
    ondone: Callback<()>,
}

#[component]
fn OnePair(props: &OnePairProps) -> Html {
    let Pair { kind, one, other, reason, may } = &props.pair;
    let differ = use_command::<DeclareDifferent>();
    let toast = use_toast();
    let navigator = use_navigator();
    let (one_id, other_id) = (one.id, other.id);
    let look = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::Duplicate { one: one_id, other: other_id });
        }
    });
    let apart = {
        let (differ, done) = (differ.clone(), props.ondone.clone());
        Callback::from(move |()| {
            let (done, toast) = (done.clone(), toast);
            differ.run(DeclareDifferent { one: one_id, other: other_id }, move |_| {
                toast.good("已记为不是同一份，其他电脑也不再提示");
                done.emit(());
            });
        })
    };
    html! {
        <Card>
            <p class="tx-pair-head">
                <Tag text={Kind::from_code(kind).label().to_owned()} />
                <Tag text={reason.clone()} class="tx-warm" />
            </p>
            <div class="tx-pair-sides"><OneSide row={one.clone()} /><OneSide row={other.clone()} /></div>
            if let Some(error) = &differ.error { <crate::components::Trouble error={error.clone()} /> }
            <div class="tx-form-buttons tx-pair-doing">
                <Button label="并排核对" look={Look::Primary} onclick={look} />
                if *may { <Button label="不是同一份" busy={differ.pending} onclick={apart} /> }
            </div>
        </Card>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct OneSideProps {
    pub(super) row: RecordRow,
}

/// Who it is, where, and by whom it was registered.
#[component]
pub(super) fn OneSide(props: &OneSideProps) -> Html {
    let today = use_session().today();
    let row = &props.row;
    let at = row.recorded_at.map(|at| text::moment(at, today)).unwrap_or_default();
    let by = row.recorded_by.clone().unwrap_or_default();
    html! {
        <p class="tx-pair-side">
            <Link<Route> to={Route::of_row(row)}>{ &row.title }</Link<Route>>
            <span>{ &row.region_name }</span>
            <span class="tx-muted">{ format!("{by} {at} 登记") }</span>
        </p>
    }
}
