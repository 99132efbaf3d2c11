//! The fields of a form, painted from their specification.

use super::people::{Change, FamilyField, PeopleField, PersonField, RecordField};
use super::programme::{self, ProgrammeField};
use super::spec::{FieldKind, FormField};
use crate::components::choice::given;
use crate::components::field::use_problem;
use crate::components::{
    Button, Choice, Choices, DateField, Flag, Fold, Look, MomentField, MoneyField, Picked, RegionField, Sign,
    Tags, TextArea, TextField, TextKind, focus_field,
};
use serde_json::{Value, json};
use tiexin_domain::shape;
use tiexin_forms::rows::{changed, rows, with_another, without};
use tiexin_forms::{HEAD_NAME, Told, Typed, kinds, list, text};
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
    let paint = |field: &FormField| one(field, "", typed, first == Some(field.name), suggested, change);
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
                let open = unfolded || inside.iter().any(|field| told.within(field.name));
                html! {
                    <Fold key={group} title={group} {lead} {open}><div class="tx-fields">{ for inside.into_iter().map(paint) }</div></Fold>
                }
            }) }
        </>
    }
}

/// `within`: of a field in a row the place of the row, `tasks.0.`; else empty. Problems find a field by its whole place.
fn one(
    field: &FormField,
    within: &str,
    typed: &Typed,
    first: bool,
    suggested: &[Picked],
    change: &Change,
) -> Html {
    let (suggested, change) = (suggested.to_vec(), change.clone());
    let (name, label) = (field.name, field.label);
    let place = AttrValue::from(format!("{within}{name}"));
    let hint = field.hint.map(AttrValue::from);
    let (required, value, wide) = (field.required, text(typed, name), field.wide);
    let put = change.reform(move |text: String| vec![(name.to_owned(), json!(text))]);
    let put_list = change.reform(move |items: Vec<String>| vec![(name.to_owned(), json!(items))]);
    let people = |name: &str| typed.get(name).cloned();
    match field.kind {
        FieldKind::Text if name == programme::FIELD => html! {
            <ProgrammeField {label} name={place} {value} region={text(typed, "region")} onchange={put} {hint} {required} {first} />
        },
        FieldKind::Text | FieldKind::Minutes => html! {
            <TextField {label} name={place} {value} onchange={put} {hint} {required} {first} {wide} />
        },
        FieldKind::Count => html! {
            <TextField {label} name={place} {value} onchange={put} {hint} {required} {first} kind={TextKind::Number} />
        },
        FieldKind::Long => {
            html! { <TextArea {label} name={place} {value} onchange={put} {hint} {required} {first} /> }
        }
        FieldKind::Day => {
            html! { <DateField {label} name={place} {value} onchange={put} {hint} {required} /> }
        }
        FieldKind::DayNear => html! {
            <DateField {label} name={place} {value} onchange={put} {hint} {required} near=true />
        },
        FieldKind::PartialDay => html! {
            <DateField {label} name={place} {value} onchange={put} {hint} {required} partial=true />
        },
        FieldKind::Moment => html! { <MomentField {label} name={place} {value} onchange={put} {required} /> },
        FieldKind::Money => {
            html! { <MoneyField {label} name={place} {value} onchange={put} {hint} {required} /> }
        }
        FieldKind::Region => {
            html! { <RegionField {label} name={place} {value} onchange={put} {hint} {required} /> }
        }
        FieldKind::Flag => {
            let yes = typed.get(name) == Some(&json!(true));
            let onchange = change.reform(move |yes: bool| vec![(name.to_owned(), json!(yes))]);
            html! { <Flag {label} name={place} value={yes} {onchange} {hint} /> }
        }
        FieldKind::Code(options) => html! {
            <Choice {label} name={place} {value} options={given(options)} onchange={put} {hint} {required} {wide} />
        },
        FieldKind::Codes(options) => html! {
            <Choices {label} name={place} value={list(typed, name)} options={given(options)} onchange={put_list} {hint} wide=true />
        },
        FieldKind::Tags => html! {
            <Tags {label} name={place} value={list(typed, name)} onchange={put_list} {hint} {required} />
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
        FieldKind::Parts(parts) => html! {
            <PartsField {label} {name} {parts} rows={rows(typed, name)} {change} {hint} {required} />
        },
        FieldKind::Carried => Html::default(),
        FieldKind::Family => html! {
            <FamilyField {label} {name} value={people(name)} head={text(typed, HEAD_NAME)} {change} {hint} {required} {first} />
        },
    }
}

#[derive(Properties, PartialEq)]
struct PartsFieldProps {
    label: &'static str,
    name: &'static str,
    parts: &'static [shape::Field],
    rows: Vec<Typed>,
    change: Change,
    hint: Option<AttrValue>,
    required: bool,
}

/// Which row is which while others come and go: what is half written in a row's fields stays with it.
#[derive(Default)]
struct Keys {
    all: Vec<usize>,
    given: usize,
}

impl Keys {
    fn fit(&mut self, count: usize) {
        self.all.truncate(count);
        while self.all.len() < count {
            self.all.push(self.given);
            self.given += 1;
        }
    }
}

/// The rows, a button to take each away, and one for another row. Enter goes from field to field as in any form; a new
/// row has the cursor.
#[component]
fn PartsField(props: &PartsFieldProps) -> Html {
    let (name, label) = (props.name, props.label);
    let problem = use_problem(&name.into(), &None);
    let node = use_node_ref();
    let fields = use_memo(props.parts, |&parts| kinds::of_part(parts));
    let keys = use_mut_ref(Keys::default);
    keys.borrow_mut().fit(props.rows.len());
    let keyed = keys.borrow().all.clone();
    // Where the cursor goes when the rows are painted anew.
    let next = use_mut_ref(|| None::<String>);
    {
        let (node, next) = (node.clone(), next.clone());
        use_effect_with(props.rows.len(), move |_| {
            let place = next.borrow_mut().take();
            if let Some(place) = place {
                focus_field(&node, &place);
            }
        });
    }
    let add = {
        let (rows, change, next) = (props.rows.clone(), props.change.clone(), next.clone());
        let first = fields.first().map(|field| field.name).unwrap_or_default();
        Callback::from(move |()| {
            *next.borrow_mut() = Some(format!("{name}.{}.{first}", rows.len()));
            change.emit(vec![(name.to_owned(), with_another(rows.clone()))]);
        })
    };
    let remove = |nth: usize| {
        let (rows, change) = (props.rows.clone(), props.change.clone());
        let (next, keys, key) = (next.clone(), keys.clone(), keyed[nth]);
        Callback::from(move |()| {
            keys.borrow_mut().all.retain(|one| *one != key);
            *next.borrow_mut() = Some(name.to_owned());
            change.emit(vec![(name.to_owned(), without(rows.clone(), nth))]);
        })
    };
    let in_row = |nth: usize| {
        let rows = props.rows.clone();
        let put =
            move |changes: Vec<(String, Value)>| vec![(name.to_owned(), changed(rows.clone(), nth, changes))];
        props.change.reform(put)
    };
    let row = |(nth, row): (usize, &Typed)| {
        let (within, change) = (format!("{name}.{nth}."), in_row(nth));
        let number = nth + 1;
        html! {
            <div key={keyed[nth]} class="tx-part" role="group" aria-label={format!("{label}第 {number} 项")}>
                <div class="tx-part-head">
                    <span>{ format!("第 {number} 项") }</span>
                    <Button label={format!("去掉第 {number} 项")} look={Look::Link} small=true onclick={remove(nth)} />
                </div>
                <div class="tx-fields">{ for fields.iter().map(|field| one(field, &within, row, false, &[], &change)) }</div>
            </div>
        }
    };
    html! {
        <div ref={node.clone()} class={classes!("tx-field", "tx-wide", problem.is_some().then_some("tx-wrong"))} role="group" aria-label={label}>
            <p class="tx-label">
                { label }
                if props.required { <span class="tx-required">{ "必填" }</span> }
            </p>
            { for props.rows.iter().enumerate().map(row) }
            <div data-field={name}>
                <Button label={format!("加一项{label}")} sign={Sign::Plus} small=true onclick={add} />
            </div>
            if let Some(problem) = &problem {
                <p class="tx-problem" role="alert">{ problem }</p>
            } else if let Some(hint) = &props.hint {
                <p class="tx-hint">{ hint }</p>
            }
        </div>
    }
}
