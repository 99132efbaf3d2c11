//! Dates typed as people write them, with what was understood beside the text.

use super::field::{use_field_id, use_problem};
use super::text_field::value_of;
use super::{Button, Field, Look, Sign, go_on_from};
use crate::hooks::{composing, use_session};
use crate::text::weekday;
use chrono::{Datelike, Months, NaiveDate};
use gloo::timers::callback::Timeout;
use tiexin_domain::PartialDate;
use tiexin_forms::{Today, read_date, read_day, read_day_ahead, read_day_near};
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct DateFieldProps {
    pub(crate) label: AttrValue,
    /// The text as typed, or a stored date.
    pub(crate) value: AttrValue,
    pub(crate) onchange: Callback<String>,
    #[prop_or_default]
    pub(crate) name: AttrValue,
    #[prop_or_default]
    pub(crate) problem: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) required: bool,
    /// A year or a month alone will do.
    #[prop_or_default]
    pub(crate) partial: bool,
    /// Lies ahead: `3.8` typed in November is next year's.
    #[prop_or_default]
    pub(crate) ahead: bool,
    /// Lies on either side of today: without a year the nearest one.
    #[prop_or_default]
    pub(crate) near: bool,
    #[prop_or_default]
    pub(crate) wide: bool,
    /// Stands right behind the date, as a time of day does.
    #[prop_or_default]
    pub(crate) beside: Html,
}

fn understood(text: &str, props: &DateFieldProps, today: Today) -> Result<Option<PartialDate>, String> {
    if props.partial {
        read_date(text, today)
    } else if props.ahead {
        Ok(read_day_ahead(text, today)?.map(PartialDate::Day))
    } else if props.near {
        Ok(read_day_near(text, today)?.map(PartialDate::Day))
    } else {
        Ok(read_day(text, today)?.map(PartialDate::Day))
    }
}

fn example(props: &DateFieldProps) -> &'static str {
    match (props.partial, props.ahead) {
        (true, _) => "如 2026 或 2026.12",
        (false, true) => "如 12.5、明天、下周三",
        (false, false) => "如 10.5、昨天",
    }
}

/// A date in a text field, with a small calendar for those who would rather point.
#[component]
pub(crate) fn DateField(props: &DateFieldProps) -> Html {
    let id = use_field_id(&props.name);
    let told = use_problem(&props.name, &props.problem);
    let today = use_session().day();
    let open = use_state(|| false);
    let touched = use_state(|| false);
    let node = use_node_ref();
    let read = understood(&props.value, props, today);
    let problem = match (&told, &read) {
        (Some(problem), _) => Some(problem.clone()),
        (None, Err(message)) if *touched => Some(message.clone().into()),
        _ => None,
    };
    let oninput = {
        let (change, touched) = (props.onchange.clone(), touched.setter());
        Callback::from(move |event: InputEvent| {
            touched.set(false);
            change.emit(value_of(&event));
        })
    };
    let onblur = {
        let touched = touched.setter();
        Callback::from(move |_: FocusEvent| touched.set(true))
    };
    let onkeydown = {
        let open = open.clone();
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) {
                return;
            }
            match event.key().as_str() {
                "ArrowDown" if event.alt_key() => open.set(true),
                "Escape" if *open => {
                    event.stop_propagation();
                    open.set(false);
                }
                _ => {}
            }
        })
    };
    let pick = {
        let (change, open, node) = (props.onchange.clone(), open.clone(), node.clone());
        Callback::from(move |day: NaiveDate| {
            open.set(false);
            change.emit(day.to_string());
            if let Some(input) = node.cast::<HtmlInputElement>().filter(|input| !go_on_from(input)) {
                let _ = input.focus();
            }
        })
    };
    let toggle = {
        let open = open.clone();
        Callback::from(move |()| open.set(!*open))
    };
    // Whoever comes to a date that is there types another one over it.
    let onfocus = {
        let node = node.clone();
        Callback::from(move |_: FocusEvent| {
            let Some(input) = node.cast::<HtmlInputElement>() else { return };
            let found = input.value();
            Timeout::new(0, move || {
                let here = gloo::utils::document().active_element();
                // Whoever is quicker has begun to type: that is not selected.
                if here.as_ref() == Some(input.as_ref()) && input.value() == found {
                    input.select();
                }
            })
            .forget();
        })
    };
    let seen = match &read {
        Ok(Some(PartialDate::Day(day))) => format!("{} {}", PartialDate::Day(*day).label(), weekday(*day)),
        Ok(Some(date)) => date.label(),
        _ => String::new(),
    };
    // Where a day may lie behind as well, one that was read as lying ahead is told as that.
    let is_ahead = !props.ahead && matches!(&read, Ok(Some(PartialDate::Day(day))) if *day > today.day);
    let shown = read.ok().flatten().and_then(PartialDate::day).unwrap_or(today.day);
    html! {
        <Field label={props.label.clone()} id={id.clone()} {problem} hint={props.hint.clone()} required={props.required}
            wide={props.wide}>
            <div class="tx-date" {onkeydown}>
                <span class="pf-v6-c-form-control">
                    <input ref={node} {id} type="text" value={props.value.clone()} {oninput} {onblur} {onfocus} autocomplete="off"
                        data-field={props.name.clone()} placeholder={example(props)} />
                </span>
                <Button label="打开日历" look={Look::Plain} sign={Sign::Calendar} onclick={toggle} expanded={*open}
                    class="tx-date-button" />
                { props.beside.clone() }
                <span class={classes!("tx-understood", is_ahead.then_some("tx-not-yet"))} aria-live="polite">
                    { seen }{ if is_ahead { "，还没到" } else { "" } }
                </span>
                if *open {
                    <Calendar {shown} today={today.day} onpick={pick} />
                }
            </div>
        </Field>
    }
}

#[derive(Properties, PartialEq)]
struct CalendarProps {
    shown: NaiveDate,
    today: NaiveDate,
    onpick: Callback<NaiveDate>,
}

#[component]
fn Calendar(props: &CalendarProps) -> Html {
    let month = use_state(|| props.shown.with_day(1).unwrap_or(props.shown));
    let turn = |by: i32| {
        let month = month.clone();
        Callback::from(move |()| {
            let step = Months::new(by.unsigned_abs());
            month.set(if by < 0 { *month - step } else { *month + step });
        })
    };
    let first = *month - chrono::Days::new(u64::from(month.weekday().num_days_from_monday()));
    let weeks = (0..6).map(|week| {
        let days = (0..7).map(|day| {
            let date = first + chrono::Days::new(week * 7 + day);
            let class = classes!(
                "tx-day",
                (date.month() != month.month()).then_some("tx-other"),
                (date == props.shown).then_some("tx-chosen"),
                (date == props.today).then_some("tx-today"),
            );
            // The cursor must not leave the field before the press is heard.
            let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
            let onclick = props.onpick.reform(move |_: MouseEvent| date);
            html! { <button type="button" tabindex="-1" {class} {onclick} {onmousedown}>{ date.day() }</button> }
        });
        html! { <div class="tx-week">{ for days }</div> }
    });
    html! {
        <div class="tx-calendar" role="dialog" aria-label="日历">
            <div class="tx-calendar-head">
                <Button label="前一月" look={Look::Plain} sign={Sign::Left} onclick={turn(-1)} />
                <strong>{ format!("{}年{}月", month.year(), month.month()) }</strong>
                <Button label="后一月" look={Look::Plain} sign={Sign::Right} onclick={turn(1)} />
            </div>
            <div class="tx-week tx-week-head">{ for ["一", "二", "三", "四", "五", "六", "日"].map(|d| html! { <span>{ d }</span> }) }</div>
            { for weeks }
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct MomentFieldProps {
    pub(crate) label: AttrValue,
    /// `YYYY-MM-DDTHH:MM:SS`, or `<date as typed>T<time as typed>`.
    pub(crate) value: AttrValue,
    pub(crate) onchange: Callback<String>,
    #[prop_or_default]
    pub(crate) name: AttrValue,
    #[prop_or_default]
    pub(crate) problem: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) required: bool,
}

/// A day and a time of day; the time may be left out.
#[component]
pub(crate) fn MomentField(props: &MomentFieldProps) -> Html {
    let (day, time) = props.value.split_once('T').unwrap_or((&props.value, ""));
    let (day, time) =
        (day.to_owned(), time.strip_suffix(":00").filter(|t| t.len() == 5).unwrap_or(time).to_owned());
    let on_day = {
        let time = time.clone();
        props.onchange.reform(move |day: String| format!("{day}T{time}"))
    };
    let on_time = {
        let day = day.clone();
        props.onchange.reform(move |event: InputEvent| format!("{day}T{}", value_of(&event)))
    };
    let beside = html! {
        <span class="pf-v6-c-form-control tx-time">
            <input type="text" value={time} oninput={on_time} placeholder="如 9:30" autocomplete="off"
                aria-label={format!("{}：几点", props.label)} />
        </span>
    };
    html! {
        <DateField label={props.label.clone()} value={day} onchange={on_day} name={props.name.clone()}
            problem={props.problem.clone()} required={props.required} {beside} />
    }
}
