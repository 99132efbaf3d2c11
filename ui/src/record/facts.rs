//! What a record says, field by field.

use super::spec::{FieldKind, FormField};
use crate::components::Masked;
use crate::components::choice::label_of;
use crate::text;
use serde_json::Value;
use std::rc::Rc;
use tiexin_contract::records::RecordRow;
use tiexin_domain::amount::minutes_told;
use tiexin_domain::shape;
use tiexin_forms::HEAD_NAME;
use yew::prelude::*;

#[derive(Properties)]
pub(super) struct FactsProps {
    pub(super) fields: Vec<FormField>,
    pub(super) row: Rc<RecordRow>,
}

impl PartialEq for FactsProps {
    fn eq(&self, other: &Self) -> bool {
        self.row == other.row
    }
}

/// The fields that say something, in the form's order.
#[component]
pub(super) fn Facts(props: &FactsProps) -> Html {
    let row = &props.row;
    html! {
        <dl class="tx-facts">
            { for props.fields.iter().filter_map(|field| {
                let masked = row.masked.iter().any(|name| name == field.name);
                let told = match field.kind {
                    FieldKind::Parts(parts) => lines(field, parts, row)?,
                    _ => {
                        let word = fact(field, row)?;
                        if masked { html! { <Masked id={row.id} field={field.name} value={word} /> } } else { html! { { word } } }
                    }
                };
                Some(html! { <><dt>{ field.label }</dt><dd>{ told }</dd></> })
            }) }
        </dl>
    }
}

/// The parts as a record's page tells them; a hidden number can be shown.
fn lines(field: &FormField, parts: &'static [shape::Field], row: &RecordRow) -> Option<Html> {
    let items = row.fields.get(field.name)?.as_array().filter(|items| !items.is_empty())?;
    let line = |(nth, item): (usize, &Value)| {
        let words = item.as_object().map(|part| shape::words(parts, part)).unwrap_or_default();
        let word = |(own, word): (&'static shape::Field, String)| {
            let place = format!("{}.{nth}.{}", field.name, own.name);
            match row.masked.contains(&place) {
                true => html! { <Masked id={row.id} field={place} value={word} /> },
                false => html! { <span>{ word }{ " " }</span> },
            }
        };
        html! { <p>{ for words.into_iter().map(word) }</p> }
    };
    Some(html! { <>{ for items.iter().enumerate().map(line) }</> })
}

/// A field in words; none when it says nothing.
pub(super) fn fact(field: &FormField, row: &RecordRow) -> Option<String> {
    let value = row.fields.get(field.name);
    let word = || value.map(text::plain).filter(|word| !word.is_empty());
    match field.kind {
        FieldKind::Carried => None,
        FieldKind::Region => Some(row.region_name.clone()),
        FieldKind::Family => row.fields.get(HEAD_NAME).map(text::plain),
        FieldKind::Record { named_by, .. } => row.fields.get(named_by).map(text::plain),
        FieldKind::Code(options) => word().map(|code| label_of(options, &code)),
        FieldKind::Codes(options) => {
            let codes = value.and_then(Value::as_array)?;
            Some(
                codes
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|code| label_of(options, code))
                    .collect::<Vec<_>>()
                    .join("、"),
            )
        }
        FieldKind::Day | FieldKind::DayNear | FieldKind::PartialDay => {
            word().map(|date| text::stored_date(&date))
        }
        FieldKind::Moment => word().map(|at| text::stored_moment(&at)),
        FieldKind::Money => word().map(|amount| format!("{amount} 元")),
        FieldKind::Minutes => value.and_then(Value::as_u64).map(minutes_told),
        FieldKind::Parts(parts) => {
            let told = value.and_then(Value::as_array).map(|items| shape::parts_told(parts, items));
            told.filter(|text| !text.is_empty())
        }
        FieldKind::Flag => (value == Some(&Value::Bool(true))).then(|| "是".to_owned()),
        _ => word(),
    }
}
