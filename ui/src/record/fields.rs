//! The fields of a form, painted from their specification.

use super::people::{Change, FamilyField, PeopleField, PersonField, RecordField};
use super::spec::{FieldKind, FormField};
use crate::components::choice::given;
use crate::components::{
    Choice, Choices, DateField, Flag, Fold, MomentField, MoneyField, Picked, RegionField, Tags, TextArea,
    TextField, TextKind,
};
use serde_json::json;
use tiexin_forms::{HEAD_NAME, Told, Typed, list, text};
use yew::prelude::*;

/// All fields: the open ones, then each group folded, unfolded where something is wrong.
pub(crate) fn all_fields(
    fields: &[FormField],
    typed: &Typed,
    told: &Told,
    suggested: &[Picked],
    change: &Change,
    unfolded: bool,
) -> Html {
    let first = fields.iter().find(|field| field.shown()).map(|field| field.name);
    let paint = |field: &FormField| one(field, typed, first == Some(field.name), suggested, change);
    let mut groups: Vec<&'static str> = Vec::new();
    for group in fields.iter().filter_map(|field| field.group) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    html! {
        <>
            <div class="tx-fields">{ for fields.iter().filter(|field| field.group.is_none()).map(paint) }</div>
            { for groups.into_iter().map(|group| {
                let inside: Vec<&FormField> = fields.iter().filter(|field| field.group == Some(group)).collect();
                let lead = inside.iter().map(|field| field.label).collect::<Vec<_>>().join("、");
                let open = unfolded || inside.iter().any(|field| told.about(field.name).is_some());
                html! {
                    <Fold key={group} title={group} {lead} {open}><div class="tx-fields">{ for inside.into_iter().map(paint) }</div></Fold>
                }
            }) }
        </>
    }
}

fn one(field: &FormField, typed: &Typed, first: bool, suggested: &[Picked], change: &Change) -> Html {
    let (suggested, change) = (suggested.to_vec(), change.clone());
    let (name, label) = (field.name, field.label);
    let hint = field.hint.map(AttrValue::from);
    let (required, value, wide) = (field.required, text(typed, name), field.wide);
    let put = change.reform(move |text: String| vec![(name.to_owned(), json!(text))]);
    let put_list = change.reform(move |items: Vec<String>| vec![(name.to_owned(), json!(items))]);
    let people = |name: &str| typed.get(name).cloned();
    match field.kind {
        FieldKind::Text | FieldKind::Minutes => html! {
            <TextField {label} {name} {value} onchange={put} {hint} {required} {first} {wide} />
        },
        FieldKind::Count => html! {
            <TextField {label} {name} {value} onchange={put} {hint} {required} {first} kind={TextKind::Number} />
        },
        FieldKind::Long => {
            html! { <TextArea {label} {name} {value} onchange={put} {hint} {required} {first} /> }
        }
        FieldKind::Day => html! { <DateField {label} {name} {value} onchange={put} {hint} {required} /> },
        FieldKind::DayNear => html! {
            <DateField {label} {name} {value} onchange={put} {hint} {required} near=true />
        },
        FieldKind::PartialDay => html! {
            <DateField {label} {name} {value} onchange={put} {hint} {required} partial=true />
        },
        FieldKind::Moment => html! { <MomentField {label} {name} {value} onchange={put} {required} /> },
        FieldKind::Money => html! { <MoneyField {label} {name} {value} onchange={put} {hint} {required} /> },
        FieldKind::Region => {
            html! { <RegionField {label} {name} {value} onchange={put} {hint} {required} /> }
        }
        FieldKind::Flag => {
            let yes = typed.get(name) == Some(&json!(true));
            let onchange = change.reform(move |yes: bool| vec![(name.to_owned(), json!(yes))]);
            html! { <Flag {label} {name} value={yes} {onchange} {hint} /> }
        }
        FieldKind::Code(options) => html! {
            <Choice {label} {name} {value} options={given(options)} onchange={put} {hint} {required} {wide} />
        },
        FieldKind::Codes(options) => html! {
            <Choices {label} {name} value={list(typed, name)} options={given(options)} onchange={put_list} {hint} wide=true />
        },
        FieldKind::Tags => html! {
            <Tags {label} {name} value={list(typed, name)} onchange={put_list} {hint} {required} />
        },
        FieldKind::Person => html! {
            <PersonField {label} {name} value={people(name)} {suggested} {change} {hint} {required} />
        },
        FieldKind::People => html! {
            <PeopleField {label} {name} value={people(name)} {suggested} {change} {hint} {required} />
        },
        FieldKind::Record { kinds, named_by, free } => html! {
            <RecordField {label} {name} {kinds} {named_by} {free} value={people(name)} named={text(typed, named_by)}
                {change} {hint} {required} {first} />
        },
        FieldKind::Carried => Html::default(),
        FieldKind::Family => html! {
            <FamilyField {label} {name} value={people(name)} head={text(typed, HEAD_NAME)} {change} {hint} {required} {first} />
        },
    }
}
