//! The field above a list, what it looks at, and what is asked by no column.

use super::view::View;
use crate::components::text_field::value_of;
use crate::components::{Button, Icon, Look, Sign};
use serde_json::Value;
use tiexin_contract::records::{Filter, FilterOp};
use tiexin_domain::{labels, shape};
use yew::prelude::*;

/// So many are named in the box itself: more are cut where it is narrow.
const NAMED: usize = 2;

fn found_by(kind: &str) -> Vec<&'static str> {
    shape::of(kind).map(|shape| shape.found_by()).unwrap_or_default()
}

/// What a search in a list of this kind looks at: 户主、走访人.
pub(super) fn looks_at(kind: &str) -> String {
    found_by(kind).join("、")
}

/// The same as the box has room for it; the whole stands in its title.
fn in_brief(kind: &str) -> String {
    match found_by(kind).split_at_checked(NAMED) {
        Some((first, [_, ..])) => format!("按{}等查找", first.join("、")),
        Some((_, [])) | None => format!("按{}查找", looks_at(kind)),
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct FindBoxProps {
    pub(super) value: String,
    pub(super) kind: &'static str,
    pub(super) onchange: Callback<String>,
}

/// Words anywhere in the list.
#[component]
pub(super) fn FindBox(props: &FindBoxProps) -> Html {
    let oninput = props.onchange.reform(|event: InputEvent| value_of(&event));
    let in_force = !props.value.trim().is_empty();
    let whole = format!("按{}查找", looks_at(props.kind));
    html! {
        <span class={classes!("tx-find", in_force.then_some("tx-in-force"))} title={whole}>
            <Icon sign={Sign::Search} />
            <input type="text" value={props.value.clone()} {oninput} placeholder={in_brief(props.kind)} aria-label="在列表中查找"
                autocomplete="off" />
        </span>
    }
}

/// In the place of rows that are none. `text`: words were looked for.
pub(super) fn nothing(kind: &str, text: bool) -> Html {
    html! {
        <div class="tx-empty">
            <p class="tx-empty-title">{ "没有符合条件的记录" }</p>
            <div class="tx-empty-text">
                if text {
                    { format!("这里按{}查找；按村居、日期等请用“按列筛选”。", looks_at(kind)) }
                } else {
                    { "可以把筛选放宽一些。" }
                }
            </div>
        </div>
    }
}

/// What no column asks for, as long as no kept view's name says it.
pub(super) fn beside(view: &View, kind: &str, drop: &Callback<usize>) -> Html {
    if view.name.is_some() {
        return Html::default();
    }
    let one = |(at, filter): (usize, &Filter)| {
        let told = words(kind, filter);
        let label = format!("不按“{told}”筛选");
        html! {
            <span class="tx-list-view">
                { told }
                <Button {label} look={Look::Plain} sign={Sign::Close} small=true onclick={drop.reform(move |()| at)} />
            </span>
        }
    };
    view.beside.iter().enumerate().map(one).collect()
}

/// A filter as people say it.
fn words(kind: &str, filter: &Filter) -> String {
    let label = labels::known(kind, &filter.field).unwrap_or(&filter.field);
    let value = said(kind, &filter.field, &filter.value);
    match filter.op {
        FilterOp::Is | FilterOp::Any => format!("{label}：{value}"),
        FilterOp::Contains => format!("{label}含“{value}”"),
        FilterOp::From => format!("{label} {value} 起"),
        FilterOp::To => format!("{label} {value} 止"),
        FilterOp::During => format!("{label} {value}"),
        FilterOp::Missing => format!("缺{label}"),
    }
}

fn said(kind: &str, field: &str, value: &Value) -> String {
    let label = |text: &str| {
        let choices = shape::field(kind, field).and_then(|field| field.choices())?;
        shape::label_in(choices, text)
    };
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Value::String(text) => label(text).unwrap_or(text).to_owned(),
        Value::Array(all) => all.iter().map(|one| said(kind, field, one)).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_filter_without_a_column_is_told_in_the_offices_words() {
        let told = |field: &str, op, value| words("visit", &Filter { field: field.into(), op, value });
        assert_eq!(told("kind", FilterOp::Is, json!("festival")), "走访类型：节日看望");
        assert_eq!(told("contact_reason", FilterOp::Missing, Value::Null), "缺联系原因");
        assert_eq!(told("follow_up", FilterOp::During, json!("本月")), "下次跟进 本月");
        assert_eq!(told("of_the_future", FilterOp::Contains, json!("甲")), "of_the_future含“甲”");
    }

    #[test]
    fn the_field_says_what_it_looks_at() {
        let visit = looks_at("visit");
        assert!(
            visit.starts_with("户主、") && visit.contains("走访人") && !visit.contains("走访日期"),
            "{visit}"
        );
    }

    /// Six names in a box of twelve letters are cut in the middle of one.
    #[test]
    fn the_box_names_two_and_says_that_there_are_more() {
        use tiexin_domain::Kind;
        assert!(found_by("visit").len() > NAMED);
        for kind in Kind::ALL.iter().map(Kind::code) {
            let (all, brief) = (found_by(kind), in_brief(kind));
            assert!(brief.matches('、').count() < NAMED, "{kind}: {brief}");
            assert_eq!(brief.ends_with("等查找"), all.len() > NAMED, "{kind}: {brief}");
            assert!(all.iter().take(NAMED).all(|label| brief.contains(label)), "{kind}: {brief}");
        }
    }
}
