//! Forms, figures, and the records behind them.

mod figure;
mod sheet;

use crate::components::{Button, Card, Empty, Look, Page, Sign, show};
use crate::hooks::{use_kept, use_query, use_query_when, use_region, use_session, use_toast};
use crate::transport::{call, hand_over};
use chrono::{Datelike, NaiveDate};
use figure::FigurePanel;
use sheet::SheetTable;
use std::collections::BTreeMap;
use tiexin_contract::report::{ExportReport, GetReport, ListForms, ReportRow, ReportSheet, SignForms};
use tiexin_domain::{Level, RegionCode};
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::platform::spawn_local;
use yew::prelude::*;

/// The figure that was pressed: a unit and the heads down to the number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pressed {
    pub(crate) region: RegionCode,
    pub(crate) unit: String,
    pub(crate) path: Vec<String>,
    pub(crate) value: String,
}

#[component]
pub(crate) fn ReportsPage() -> Html {
    let session = use_session();
    let region = use_region();
    let toast = use_toast();
    let forms = use_query(ListForms {}, &[]);
    let form = use_kept("form", || "F1".to_owned());
    let month = use_kept("month", || month_before(session.today()));
    let pressed = use_kept("figure", || None::<Pressed>);
    let exporting = use_state(|| false);
    let by_village = use_kept("villages", || false);
    let signed = use_state(BTreeMap::<String, String>::new);
    let ask = GetReport {
        form: (*form).clone(),
        month: text_of(*month),
        region: region.code(),
        by_village: *by_village,
    };
    let report = use_query_when(Some(ask.clone()), &["*"]);

    {
        // A figure belongs to its sheet; on the way back it comes with it.
        let (pressed, sheet) = (pressed.setter(), use_mut_ref(|| None));
        use_effect_with((ask.form.clone(), ask.month.clone(), ask.region.clone()), move |now| {
            if sheet.borrow_mut().replace(now.clone()).is_some() {
                pressed.set(None);
            }
        });
    }

    // Kept as soon as a field is left, so that the next form and the next month have it.
    let keep = {
        let signed = signed.clone();
        Callback::from(move |(word, text): (String, String)| {
            let mut all = (*signed).clone();
            all.insert(word, text);
            signed.set(all.clone());
            spawn_local(async move {
                if let Err(error) = call(SignForms { signed: all }).await {
                    toast.bad(&error);
                }
            });
        })
    };

    let export = {
        let (toast, exporting, ask, signed) = (toast, exporting.setter(), ask.clone(), signed.clone());
        let title = report.data.as_ref().map(|sheet| file_name(sheet));
        Callback::from(move |()| {
            let Some(name) = title.clone() else { return };
            let (toast, exporting, ask) = (toast, exporting.clone(), ask.clone());
            let signed = (*signed).clone();
            exporting.set(true);
            spawn_local(async move {
                // What was typed a moment ago may still be on its way.
                if !signed.is_empty()
                    && let Err(error) = call(SignForms { signed }).await
                {
                    toast.bad(&error);
                    exporting.set(false);
                    return;
                }
                let made = hand_over("导出报表", &name, |path| ExportReport {
                    form: ask.form,
                    month: ask.month,
                    region: ask.region,
                    by_village: ask.by_village,
                    path,
                });
                match made.await {
                    Ok(Some(file)) => toast.good(format!("已导出：{}", file.name)),
                    Ok(None) => {}
                    Err(error) => toast.bad(&error),
                }
                exporting.set(false);
            });
        })
    };

    let step = |by: i32| {
        let month = month.clone();
        Callback::from(move |()| month.set(shifted(*month, by)))
    };
    let pick_form = {
        let form = form.clone();
        Callback::from(move |event: Event| {
            if let Some(select) = event.target().and_then(|t| t.dyn_into::<HtmlSelectElement>().ok()) {
                form.set(select.value());
            }
        })
    };
    let last = shifted(first_of(session.today()), 0);
    let onpress = {
        let pressed = pressed.clone();
        Callback::from(move |figure: Pressed| pressed.set(Some(figure)))
    };
    let close = {
        let pressed = pressed.clone();
        Callback::from(move |()| pressed.set(None))
    };
    let in_villages = {
        let by_village = by_village.clone();
        Callback::from(move |_: Event| by_village.set(!*by_village))
    };
    let no_month = report.error.as_ref().and_then(|error| error.about("month").map(str::to_owned));
    let action = html! {
        <Button label="导出 Excel" look={Look::Primary} sign={Sign::Export} busy={*exporting} onclick={export}
            disabled={report.data.is_none() || no_month.is_some()} />
    };
    html! {
        <Page title="报表" {action} lead={html! { "点任何一个数字，看它背后的每一条记录。" }}>
            <div class="tx-report-bar">
                <label class="tx-report-form">
                    <span class="tx-muted">{ "报表" }</span>
                    <span class="pf-v6-c-form-control">
                        <select aria-label="报表" onchange={pick_form}>
                            { for forms.data.iter().flat_map(|list| list.iter()).map(|one| html! {
                                <option value={one.code.clone()} selected={one.code == *form}>{ &one.title }</option>
                            }) }
                        </select>
                        <span class="tx-select-arrow" aria-hidden="true" />
                    </span>
                </label>
                <div class="tx-report-month" role="group" aria-label="月份">
                    <Button label="上一月" small=true onclick={step(-1)} />
                    <strong aria-live="polite">{ format!("{}年{}月", month.year(), month.month()) }</strong>
                    <Button label="下一月" small=true onclick={step(1)} disabled={*month >= last} />
                </div>
                <span class="tx-muted">{ "地区：" }{ region.name.name.clone() }</span>
                if ask.region.level() == Level::Township {
                    <label class="tx-report-villages">
                        <input type="checkbox" checked={*by_village} onchange={in_villages} />
                        { "分村列出" }
                    </label>
                }
            </div>
            if let Some(why) = no_month {
                <Empty title="这个月没有报表" action={back_to(&month, last)}>{ why }</Empty>
            } else {
                { show(&report, |sheet| view(sheet, &pressed, onpress, close, &ask, &signed, keep)) }
            }
        </Page>
    }
}

fn view(
    sheet: &ReportSheet,
    pressed: &Option<Pressed>,
    onpress: Callback<Pressed>,
    close: Callback<()>,
    ask: &GetReport,
    signed: &BTreeMap<String, String>,
    onsign: Callback<(String, String)>,
) -> Html {
    html! {
        <div class="tx-report">
            <Card class="tx-report-paper">
                <SheetTable sheet={sheet.clone()} pressed={pressed.clone()} {onpress} signed={signed.clone()} {onsign} />
            </Card>
            if let Some(figure) = pressed.as_ref().filter(|figure| stands(&sheet.rows, figure)) {
                <FigurePanel figure={figure.clone()} form={ask.form.clone()} month={ask.month.clone()} onclose={close} />
            }
        </div>
    }
}

/// Whether the row of a figure is on the sheet: one of a village is not while villages are not listed.
fn stands(rows: &[ReportRow], figure: &Pressed) -> bool {
    rows.iter().any(|row| row.region == figure.region && row.label == figure.unit)
}

/// From a month without a report to the newest that has one.
fn back_to(month: &UseStateHandle<NaiveDate>, last: NaiveDate) -> Html {
    let month = month.clone();
    let onclick = Callback::from(move |()| month.set(last));
    html! { <Button label="看本月" look={Look::Link} {onclick} /> }
}

/// `谷阳镇暖心活动月报2026年10月.xlsx`
fn file_name(sheet: &ReportSheet) -> String {
    format!("{}{}{}.xlsx", sheet.unit, sheet.title, sheet.period)
}

fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// In the first ten days of a month it is the month before that is reported.
fn month_before(today: NaiveDate) -> NaiveDate {
    shifted(first_of(today), if today.day() <= 10 { -1 } else { 0 })
}

fn shifted(month: NaiveDate, by: i32) -> NaiveDate {
    let months = chrono::Months::new(by.unsigned_abs());
    let moved = if by < 0 { month.checked_sub_months(months) } else { month.checked_add_months(months) };
    moved.unwrap_or(month)
}

fn text_of(month: NaiveDate) -> String {
    month.format("%Y-%m").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_contract::report::UnitStanding;

    fn row(region: &str, label: &str) -> ReportRow {
        ReportRow {
            region: region.parse().unwrap(),
            label: label.to_owned(),
            total: false,
            standing: UnitStanding::Figures,
            hint: None,
            cells: Vec::new(),
        }
    }

    #[test]
    fn the_figure_of_a_village_goes_with_the_villages_and_comes_back_with_them() {
        let whole = [row("340323100", "谷阳镇")];
        let villages = [row("340323100001", "东关社区"), row("340323100", "合计")];
        let figure = Pressed {
            region: villages[0].region.clone(),
            unit: villages[0].label.clone(),
            path: Vec::new(),
            value: "2".into(),
        };
        assert!(stands(&villages, &figure) && !stands(&whole, &figure));
    }
}
