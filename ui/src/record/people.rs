//! Fields that name people, families and other records.

use crate::components::{FamilyPicker, PersonPicker, Picked, PickerProps, RecordPicker};
use crate::transport::call;
use serde_json::{Value, json};
use std::rc::Rc;
use tiexin_contract::family::FamilyPage;
use tiexin_contract::records::{GetRecord, RecordRow};
use tiexin_domain::nouns::PersonRef;
use tiexin_forms::HEAD_NAME;
use yew::platform::spawn_local;
use yew::prelude::*;

/// What a field changes: names and values.
pub(crate) type Change = Callback<Vec<(String, Value)>>;

/// A family's people, to be offered.
pub(super) fn members(page: &FamilyPage) -> Vec<Picked> {
    page.persons.iter().map(|row| picked(Some(row.id), &row.title)).collect()
}

/// What a record takes over from its family.
pub(super) fn family_of(row: &RecordRow) -> Vec<(String, Value)> {
    vec![
        ("household".to_owned(), json!(row.id)),
        (HEAD_NAME.to_owned(), row.fields.get(HEAD_NAME).cloned().unwrap_or(Value::Null)),
        ("region".to_owned(), json!(row.region)),
    ]
}

fn picked(id: Option<uuid::Uuid>, name: &str) -> Picked {
    Picked { id, title: name.to_owned().into(), place: AttrValue::default(), household: None }
}

fn reference(picked: &Picked) -> Value {
    json!(PersonRef { person: picked.id, name: picked.title.to_string() })
}

fn person(value: &Value) -> Option<Picked> {
    let person: PersonRef = serde_json::from_value(value.clone()).ok()?;
    Some(picked(person.person, &person.name))
}

#[derive(Properties, PartialEq)]
pub(super) struct PersonFieldProps {
    pub(super) label: &'static str,
    pub(super) name: &'static str,
    pub(super) value: Option<Value>,
    pub(super) suggested: Vec<Picked>,
    pub(super) change: Change,
    pub(super) hint: Option<AttrValue>,
    pub(super) required: bool,
}

/// One person, with a record or by name alone.
#[component]
pub(super) fn PersonField(props: &PersonFieldProps) -> Html {
    let name = props.name;
    let onpick = props.change.reform(move |one: Option<Picked>| {
        vec![(name.to_owned(), one.as_ref().map_or(Value::Null, reference))]
    });
    html! {
        <PersonPicker label={props.label} {name} value={props.value.as_ref().and_then(person)} {onpick}
            suggested={props.suggested.clone()} free=true hint={props.hint.clone()}
            required={props.required} />
    }
}

/// Several persons: the chosen ones stand below the field.
#[component]
pub(super) fn PeopleField(props: &PersonFieldProps) -> Html {
    let name = props.name;
    let people: Vec<Value> = props.value.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let known = |one: &Picked| {
        people.iter().filter_map(person).any(|here| here.title == one.title && here.id == one.id)
    };
    let suggested: Vec<Picked> = props.suggested.iter().filter(|one| !known(one)).cloned().collect();
    let onpick = {
        let people = people.clone();
        props.change.reform(move |one: Option<Picked>| {
            let mut next = people.clone();
            next.extend(one.as_ref().map(reference).filter(|new| !people.contains(new)));
            vec![(name.to_owned(), json!(next))]
        })
    };
    let remove = |at: usize| {
        let people = people.clone();
        props.change.reform(move |_: MouseEvent| {
            let mut next = people.clone();
            next.remove(at);
            vec![(name.to_owned(), json!(next))]
        })
    };
    html! {
        <div class="tx-people">
            <PersonPicker label={props.label} {name} {onpick} {suggested} free=true stay=true
                hint={props.hint.clone()} required={props.required} />
            if !people.is_empty() {
                <div class="tx-offered">
                    { for people.iter().filter_map(person).enumerate().map(|(at, one)| html! {
                        <span class="tx-tag-one">
                            { one.title.clone() }
                            <button type="button" tabindex="-1" aria-label={format!("去掉{}", one.title)} onclick={remove(at)}>{ "×" }</button>
                        </span>
                    }) }
                </div>
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct FamilyFieldProps {
    pub(super) label: &'static str,
    pub(super) name: &'static str,
    pub(super) value: Option<Value>,
    /// The head's name.
    pub(super) head: String,
    pub(super) change: Change,
    pub(super) hint: Option<AttrValue>,
    pub(super) required: bool,
    pub(super) first: bool,
}

/// The family a record is about.
#[component]
pub(super) fn FamilyField(props: &FamilyFieldProps) -> Html {
    let name = props.name;
    let id = props.value.as_ref().and_then(|value| value.as_str()?.parse().ok());
    let value = id.map(|id| picked(Some(id), &format!("{}家", props.head)));
    let onpick = {
        let change = props.change.clone();
        Callback::from(move |one: Option<Picked>| {
            let Some(id) = one.as_ref().and_then(|one| one.id) else {
                change.emit(vec![(name.to_owned(), Value::Null), (HEAD_NAME.to_owned(), Value::Null)]);
                return;
            };
            let change = change.clone();
            spawn_local(async move {
                if let Ok(row) = call(GetRecord { id }).await {
                    change.emit(family_of(&row));
                }
            });
        })
    };
    html! {
        <FamilyPicker label={props.label} {name} {value} {onpick} hint={props.hint.clone()}
            required={props.required} first={props.first} />
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct RecordFieldProps {
    pub(super) label: &'static str,
    pub(super) name: &'static str,
    pub(super) kinds: &'static [&'static str],
    /// The field that keeps the name.
    pub(super) named_by: &'static str,
    pub(super) free: bool,
    pub(super) value: Option<Value>,
    /// The name.
    pub(super) named: String,
    pub(super) change: Change,
    pub(super) hint: Option<AttrValue>,
    pub(super) required: bool,
    pub(super) first: bool,
}

/// Another record, or where that will do a name alone.
#[component]
pub(super) fn RecordField(props: &RecordFieldProps) -> Html {
    let (name, named_by) = (props.name, props.named_by);
    let id = props.value.as_ref().and_then(|value| value.as_str()?.parse().ok());
    let chosen = id.is_some() || !props.named.is_empty();
    let onpick = props.change.reform(move |one: Option<Picked>| {
        let id = one.as_ref().and_then(|one| one.id);
        let title = one.map(|one| one.title.to_string());
        vec![(name.to_owned(), json!(id)), (named_by.to_owned(), json!(title))]
    });
    let inner = Rc::new(PickerProps {
        label: props.label.into(),
        value: chosen.then(|| picked(id, &props.named)),
        onpick,
        suggested: Vec::new(),
        free: props.free,
        name: name.into(),
        problem: None,
        hint: props.hint.clone(),
        required: props.required,
        first: props.first,
        wide: false,
        stay: false,
        unmarked: false,
    });
    html! { <RecordPicker kinds={props.kinds} {inner} /> }
}
