//! A noun's form: fields out of data, a draft by the second, messages beside the fields.

use super::people::{Change, FamilyField, PeopleField, PersonField, family_of, members};
use super::spec::{FieldKind, FormField, Noun};
use super::value::{self, Beginning, Typed};
use crate::components::choice::given;
use crate::components::{
    Button, Choice, Choices, ConfirmLeave, DateField, Flag, Fold, Foot, Form, Look, MomentField, MoneyField,
    Picked, RegionField, Tags, TextArea, TextField, TextKind, Waiting, focus_field,
};
use crate::hooks::{use_command, use_draft, use_query_when, use_region, use_session};
use serde_json::{Value, json};
use std::rc::Rc;
use tiexin_contract::family::GetFamily;
use tiexin_contract::records::{RecordRow, SaveRecord, Saved};
use tiexin_domain::Level;
use uuid::Uuid;
use yew::prelude::*;

#[derive(Properties)]
pub(crate) struct RecordFormProps {
    pub(crate) noun: &'static Noun,
    /// The record to mend; absent for a new one.
    #[prop_or_default]
    pub(crate) row: Option<Rc<RecordRow>>,
    /// The family that a new record is about.
    #[prop_or_default]
    pub(crate) family: Option<Rc<RecordRow>>,
    /// The family's file that a new record belongs to.
    #[prop_or_default]
    pub(crate) file: Option<Uuid>,
    pub(crate) onsaved: Callback<RecordRow>,
    pub(crate) onleave: Callback<()>,
}

impl PartialEq for RecordFormProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.noun, other.noun)
            && (&self.family, self.file) == (&other.family, other.file)
            && self.row.as_ref().map(|r| (r.id, r.version)) == other.row.as_ref().map(|r| (r.id, r.version))
    }
}

#[component]
pub(crate) fn RecordForm(props: &RecordFormProps) -> Html {
    let noun = props.noun;
    let key = match (&props.row, &props.family) {
        (Some(row), _) => format!("{}:{}", noun.kind, row.id),
        // What was begun for one family does not appear at another's.
        (None, Some(family)) if noun.of_family() => format!("{}:new:{}", noun.kind, family.id),
        (None, _) => format!("{}:new", noun.kind),
    };
    let draft = use_draft(key.clone());
    match draft.kept.clone() {
        None => html! { <Waiting /> },
        Some(kept) => html! {
            <Filling {key} {noun} row={props.row.clone()} family={props.family.clone()} file={props.file} {kept} {draft} onsaved={props.onsaved.clone()}
                onleave={props.onleave.clone()} />
        },
    }
}

#[derive(Properties)]
struct FillingProps {
    noun: &'static Noun,
    row: Option<Rc<RecordRow>>,
    family: Option<Rc<RecordRow>>,
    file: Option<Uuid>,
    kept: Option<Rc<Value>>,
    draft: crate::hooks::Draft,
    onsaved: Callback<RecordRow>,
    onleave: Callback<()>,
}

impl PartialEq for FillingProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.noun, other.noun) && self.row == other.row && self.kept == other.kept
    }
}

#[component]
fn Filling(props: &FillingProps) -> Html {
    let session = use_session();
    let region = use_region();
    let save = use_command::<SaveRecord>();
    let leaving = use_state(|| false);
    let wrong = use_state(Vec::<(String, String)>::new);
    let node = use_node_ref();
    let today = session.day();
    let fields = use_memo(props.noun.kind, |_| (props.noun.fields)());
    // The version that was opened: a change that comes in meanwhile must not pass for what the worker saw.
    let opened = use_memo((), |()| props.row.clone());
    let begun = use_memo((), |()| match &props.row {
        Some(row) => value::opened(&fields, &row.fields),
        None => {
            let home = session.me().map(|me| me.home.clone());
            let here = Some(region.code()).filter(|code| code.level() >= Level::Township).or(home);
            let me = session.me().map(|me| me.user.display_name.clone()).unwrap_or_default();
            let region = here.map(|code| code.as_str().to_owned()).unwrap_or_default();
            let mut fresh = value::fresh(&fields, &Beginning { today, region: &region, me: &me });
            fresh.extend(props.family.as_deref().map(family_of).unwrap_or_default());
            fresh.extend(props.file.map(|file| ("file".to_owned(), json!(file))));
            fresh
        }
    });
    let typed = use_state(|| {
        let kept: Option<Typed> = props.kept.as_deref().and_then(|v| serde_json::from_value(v.clone()).ok());
        kept.unwrap_or_else(|| (*begun).clone())
    });
    let dirty = *typed != *begun;

    let change = {
        let (typed, wrong, draft, save) = (typed.clone(), wrong.clone(), props.draft.clone(), save.clone());
        Callback::from(move |changes: Vec<(String, Value)>| {
            let mut next = (*typed).clone();
            let names: Vec<String> = changes.iter().map(|(name, _)| name.clone()).collect();
            next.extend(changes);
            draft.keep(json!(next));
            typed.set(next);
            wrong.set(wrong.iter().filter(|(name, _)| !names.contains(name)).cloned().collect());
            save.forget();
        })
    };
    let onsave = {
        let (typed, wrong, fields, save, node) =
            (typed.clone(), wrong.setter(), fields.clone(), save.clone(), node.clone());
        let (row, draft, done, kind) =
            (opened.clone(), props.draft.clone(), props.onsaved.clone(), props.noun.kind);
        Callback::from(move |()| match value::read(&fields, &typed, today) {
            Err(problems) => {
                focus_field(&node, &problems[0].0);
                wrong.set(problems);
            }
            Ok(stored) => {
                let args = SaveRecord {
                    kind: kind.to_owned(),
                    id: (*row).as_ref().map(|row| row.id),
                    version: (*row).as_ref().map(|row| row.version),
                    fields: stored,
                };
                let (draft, done) = (draft.clone(), done.clone());
                save.run(args, move |Saved { row, .. }| {
                    draft.drop_it();
                    done.emit(row);
                });
            }
        })
    };
    {
        // The desk found something that the form did not: the cursor goes there.
        let node = node.clone();
        use_effect_with(save.error.clone(), move |error| {
            if let Some(problem) = error.as_ref().and_then(|e| e.problems.first()) {
                focus_field(&node, &problem.field);
            }
        });
    }
    let oncancel = {
        let (leaving, leave) = (leaving.setter(), props.onleave.clone());
        Callback::from(move |()| if dirty { leaving.set(true) } else { leave.emit(()) })
    };
    // Who may be meant: the chosen family's people.
    let family = value::text(&typed, "household").parse().ok();
    let family = use_query_when(family.map(|household| GetFamily { household }), &[]);
    let suggested = family.data.as_deref().map(members).unwrap_or_default();
    let problem = |name: &str| {
        let own = wrong.iter().find(|(field, _)| field == name).map(|(_, message)| message.clone().into());
        own.or_else(|| save.about(name))
    };
    let first = fields.iter().find(|field| !matches!(field.kind, FieldKind::Carried)).map(|field| field.name);
    let paint = |field: &FormField| {
        field_of(field, &typed, problem(field.name), first == Some(field.name), &suggested, &change)
    };
    let mut groups: Vec<&'static str> = Vec::new();
    for group in fields.iter().filter_map(|field| field.group) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    let ondrop = {
        let (draft, leave) = (props.draft.clone(), props.onleave.clone());
        Callback::from(move |()| {
            draft.drop_it();
            leave.emit(());
        })
    };
    let onfresh = {
        let (draft, typed, begun) = (props.draft.clone(), typed.setter(), begun.clone());
        Callback::from(move |()| {
            draft.drop_it();
            typed.set((*begun).clone());
        })
    };
    let onstay = {
        let leaving = leaving.setter();
        Callback::from(move |()| leaving.set(false))
    };
    // A message with its place beside a field is not said twice.
    let general = save
        .error
        .clone()
        .filter(|error| error.problems.iter().all(|p| !fields.iter().any(|f| f.name == p.field)));
    html! {
        <Form node={node} onsave={onsave.clone()} oncancel={oncancel.clone()}>
            if props.kept.is_some() && dirty {
                <p class="tx-draft-note">
                    { "接着上次没保存的内容填写。" }<Button label="从头填写" look={Look::Link} small=true onclick={onfresh} />
                </p>
            }
            <div class="tx-fields">{ for fields.iter().filter(|field| field.group.is_none()).map(paint) }</div>
            { for groups.into_iter().map(|group| {
                let inside: Vec<&FormField> = fields.iter().filter(|field| field.group == Some(group)).collect();
                let lead = inside.iter().map(|field| field.label).collect::<Vec<_>>().join("、");
                let open = inside.iter().any(|field| problem(field.name).is_some());
                html! {
                    <Fold title={group} {lead} {open}><div class="tx-fields">{ for inside.into_iter().map(paint) }</div></Fold>
                }
            }) }
            <Foot {onsave} {oncancel} busy={save.pending} error={general} />
            if *leaving { <ConfirmLeave onkeep={props.onleave.clone()} {ondrop} {onstay} /> }
        </Form>
    }
}

fn field_of(
    field: &FormField,
    typed: &Typed,
    problem: Option<AttrValue>,
    first: bool,
    suggested: &[Picked],
    change: &Change,
) -> Html {
    let (suggested, change) = (suggested.to_vec(), change.clone());
    let (name, label) = (field.name, field.label);
    let hint = field.hint.map(AttrValue::from);
    let (required, value) = (field.required, value::text(typed, name));
    let put = change.reform(move |text: String| vec![(name.to_owned(), json!(text))]);
    let put_list = change.reform(move |items: Vec<String>| vec![(name.to_owned(), json!(items))]);
    match field.kind {
        FieldKind::Text => {
            html! { <TextField {label} {name} {value} onchange={put} {problem} {hint} {required} {first} /> }
        }
        FieldKind::Count => html! {
            <TextField {label} {name} {value} onchange={put} {problem} {hint} {required} kind={TextKind::Number} />
        },
        FieldKind::Long => {
            html! { <TextArea {label} {name} {value} onchange={put} {problem} {hint} {required} /> }
        }
        FieldKind::Day => {
            html! { <DateField {label} {name} {value} onchange={put} {problem} {hint} {required} /> }
        }
        FieldKind::PartialDay => html! {
            <DateField {label} {name} {value} onchange={put} {problem} {hint} {required} partial=true />
        },
        FieldKind::Moment => {
            html! { <MomentField {label} {name} {value} onchange={put} {problem} {required} /> }
        }
        FieldKind::Money => {
            html! { <MoneyField {label} {name} {value} onchange={put} {problem} {hint} {required} /> }
        }
        FieldKind::Region => {
            html! { <RegionField {label} {name} {value} onchange={put} {problem} {hint} {required} /> }
        }
        FieldKind::Flag => {
            let yes = typed.get(name) == Some(&json!(true));
            let onchange = change.reform(move |yes: bool| vec![(name.to_owned(), json!(yes))]);
            html! { <Flag {label} {name} value={yes} {onchange} {hint} /> }
        }
        FieldKind::Code(options) => html! {
            <Choice {label} {name} {value} options={given(options)} onchange={put} {problem} {hint} {required} />
        },
        FieldKind::Codes(options) => html! {
            <Choices {label} {name} value={value::list(typed, name)} options={given(options)} onchange={put_list} {problem} {hint} wide=true />
        },
        FieldKind::Tags => html! {
            <Tags {label} {name} value={value::list(typed, name)} onchange={put_list} {problem} {hint} {required} />
        },
        FieldKind::Person => html! {
            <PersonField {label} {name} value={typed.get(name).cloned()} {suggested} {change} {problem} {hint} {required} />
        },
        FieldKind::People => html! {
            <PeopleField {label} {name} value={typed.get(name).cloned()} {suggested} {change} {problem} {hint} {required} />
        },
        FieldKind::Carried => Html::default(),
        FieldKind::Family => html! {
            <FamilyField {label} {name} value={typed.get(name).cloned()} head={value::text(typed, value::HEAD_NAME)}
                {change} {problem} {hint} {required} {first} />
        },
    }
}
