//! How far the month is: visits a day, coverage by village, figures beside last month's.

use crate::components::{BarsByDay, Card, CompareBars, RankedBars, RankedRow};
use chrono::{Datelike, NaiveDate};
use tiexin_contract::today::MonthSoFar;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct MonthProps {
    pub(super) month: MonthSoFar,
    pub(super) today: NaiveDate,
}

#[component]
pub(super) fn Month(props: &MonthProps) -> Html {
    let month = &props.month;
    let days: Vec<(NaiveDate, u64)> = month.visits_by_day.iter().map(|d| (d.date, d.count)).collect();
    let in_month = days_of(props.today);
    let pace = (month.planned > 0).then(|| month.planned as f64 / f64::from(in_month));
    let rows: Vec<RankedRow> = month
        .coverage
        .iter()
        .map(|c| RankedRow { name: c.name.clone().into(), done: c.visited, of: c.families, onclick: None })
        .collect();
    let figures: Vec<(AttrValue, u64, u64)> =
        month.figures.iter().map(|f| (f.label.clone().into(), f.this_month, f.last_month)).collect();
    // A comparison of nothing with nothing says nothing.
    let figures = if figures.iter().all(|(_, now, before)| now + before == 0) { Vec::new() } else { figures };
    let words = format!("{} 户里看望了 {} 户", month.planned, month.visited);
    html! {
        <>
            <Card title="这个月的走访" aside={html! { { words } }}>
                <BarsByDay {days} today={props.today} {pace} unit="次" label="每天走访次数" />
            </Card>
            if !rows.is_empty() {
                <Card title="各处看望了多少">
                    <RankedBars {rows} unit="户" most=8 />
                </Card>
            }
            if !figures.is_empty() {
                <Card title="与上月比">
                    <CompareBars rows={figures} now="本月" before="上月" />
                </Card>
            }
        </>
    }
}

fn days_of(day: NaiveDate) -> u32 {
    let next = day.with_day(1).and_then(|first| first.checked_add_months(chrono::Months::new(1)));
    next.and_then(|next| next.pred_opt()).map_or(30, |last| last.day())
}
