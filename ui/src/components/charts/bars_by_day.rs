//! A count for each day of a month, against the pace of the plan.

use chrono::{Datelike, NaiveDate};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct BarsByDayProps {
    /// Day and count, in order; days ahead may be missing.
    pub(crate) days: Vec<(NaiveDate, u64)>,
    pub(crate) today: NaiveDate,
    /// What the plan asks for each day, drawn as a line; none: no line.
    #[prop_or_default]
    pub(crate) pace: Option<f64>,
    /// `次`
    #[prop_or(AttrValue::Static("次"))]
    pub(crate) unit: AttrValue,
    #[prop_or(AttrValue::Static("每天的走访"))]
    pub(crate) label: AttrValue,
}

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 150.0;
const BASE: f64 = 124.0;
/// Above the tallest bar, for its count in 大字.
const HEADROOM: f64 = 20.0;
/// A row below the days for what the line means: on the bars it could not be read.
const LEGEND: f64 = 20.0;

#[component]
pub(crate) fn BarsByDay(props: &BarsByDayProps) -> Html {
    let month = props.days.first().map_or(props.today, |(day, _)| *day);
    let many = f64::from(month.num_days_in_month());
    let step = WIDTH / many;
    let most = props.days.iter().map(|(_, count)| *count).max().unwrap_or(0) as f64;
    let top = most.max(props.pace.unwrap_or(0.0) * 1.15).max(4.0);
    let height = |value: f64| value / top * (BASE - HEADROOM);
    let bars = props.days.iter().map(|(day, count)| {
        let x = f64::from(day.day0()) * step;
        let h = height(*count as f64);
        let class = if *day == props.today { "tx-bar tx-bar-now" } else { "tx-bar" };
        html! {
            <g>
                <title>{ format!("{}月{}日：{count} {}", day.month(), day.day(), props.unit) }</title>
                <rect x={x.to_string()} y="0" width={step.to_string()} height={BASE.to_string()} fill="transparent" />
                <rect {class} x={(x + step * 0.16).to_string()} y={(BASE - h).to_string()} rx="2"
                    width={(step * 0.68).to_string()} height={h.to_string()} />
                if *count > 0 && *count as f64 == most {
                    <text class="tx-chart-word" x={(x + step / 2.0).to_string()} y={(BASE - h - 4.0).to_string()}
                        text-anchor="middle">{ count }</text>
                }
            </g>
        }
    });
    let ticks = (0..u32::from(month.num_days_in_month())).filter(|d| d % 5 == 0 || *d + 1 == props.today.day()).map(|d| {
        let now = d + 1 == props.today.day() && props.today.month() == month.month();
        let close = !now && props.today.month() == month.month() && (d + 1).abs_diff(props.today.day()) < 3;
        // Words at either end stay inside the picture.
        let (x, anchor) = match f64::from(d) {
            0.0 => (0.0, "start"),
            d if d + 1.0 >= many => (WIDTH, "end"),
            d => ((d + 0.5) * step, "middle"),
        };
        html! {
            if !close {
                <text class={if now { "tx-chart-word tx-now" } else { "tx-chart-word" }} x={x.to_string()} y={(BASE + 17.0).to_string()}
                    text-anchor={anchor}>{ if now { "今天".to_owned() } else { format!("{}日", d + 1) } }</text>
            }
        }
    });
    let pace = props.pace.filter(|pace| *pace > 0.0);
    let tall = if pace.is_some() { HEIGHT + LEGEND } else { HEIGHT };
    let sum: u64 = props.days.iter().map(|(_, count)| count).sum();
    html! {
        <svg class="tx-chart" viewBox={format!("0 0 {WIDTH} {tall}")} role="img"
            aria-label={format!("{}：共 {sum} {}", props.label, props.unit)}>
            <line class="tx-axis" x1="0" x2={WIDTH.to_string()} y1={BASE.to_string()} y2={BASE.to_string()} />
            { for bars }
            if let Some(pace) = pace {
                <line class="tx-pace" x1="0" x2={WIDTH.to_string()} y1={(BASE - height(pace)).to_string()}
                    y2={(BASE - height(pace)).to_string()} />
                <text class="tx-chart-word tx-pace-word" x={WIDTH.to_string()} y={(tall - 6.0).to_string()}
                    text-anchor="end">{ format!("虚线：按计划每天约 {pace:.1} {}", props.unit) }</text>
            }
            { for ticks }
        </svg>
    }
}
