//! Choosing a family or a person: by name, pinyin initials, or the ID number's tail.

use super::field::{use_field_id, use_problem};
use super::menu::{Offer, Step, menu, step_of};
use super::text_field::value_of;
use super::{Button, Field, Look, Sign, go_on_from};
use crate::hooks::{Toasts, composing, use_composed};
use crate::transport::call;
use gloo::timers::callback::Timeout;
use tiexin_contract::records::{Hit, Search};
use tiexin_domain::Kind;
use tiexin_domain::shape::{self, Find, Shape};
use uuid::Uuid;
use web_sys::HtmlInputElement;
use yew::platform::spawn_local;
use yew::prelude::*;

/// What was chosen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picked {
    /// None: the name as written, of somebody who has no record.
    pub(crate) id: Option<Uuid>,
    pub(crate) title: AttrValue,
    /// The village, to tell people of one name apart.
    pub(crate) place: AttrValue,
    pub(crate) household: Option<Uuid>,
}

impl From<Hit> for Picked {
    fn from(hit: Hit) -> Self {
        let place = match hit.matched.is_empty() {
            true => hit.region_name,
            false => format!("{} · {}", hit.region_name, hit.matched),
        };
        Self { id: Some(hit.id), title: hit.title.into(), place: place.into(), household: hit.household }
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct PickerProps {
    pub(crate) label: AttrValue,
    #[prop_or_default]
    pub(crate) value: Option<Picked>,
    pub(crate) onpick: Callback<Option<Picked>>,
    /// Offered before anything is typed.
    #[prop_or_default]
    pub(crate) suggested: Vec<Picked>,
    /// A name without a record will do.
    #[prop_or_default]
    pub(crate) free: bool,
    #[prop_or_default]
    pub(crate) name: AttrValue,
    #[prop_or_default]
    pub(crate) problem: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) required: bool,
    #[prop_or_default]
    pub(crate) first: bool,
    #[prop_or_default]
    pub(crate) wide: bool,
    /// Several are chosen one after the other: the cursor stays.
    #[prop_or_default]
    pub(crate) stay: bool,
    /// Of what is offered before anything is typed nothing is marked until an arrow goes there: Enter takes none.
    #[prop_or_default]
    pub(crate) unmarked: bool,
}

#[component]
pub(crate) fn FamilyPicker(props: &PickerProps) -> Html {
    html! { <RecordPicker kinds={&["household"] as &'static [&'static str]} inner={props.clone_props()} /> }
}

#[component]
pub(crate) fn PersonPicker(props: &PickerProps) -> Html {
    html! { <RecordPicker kinds={&["person"] as &'static [&'static str]} inner={props.clone_props()} /> }
}

impl PickerProps {
    fn clone_props(&self) -> std::rc::Rc<PickerProps> {
        std::rc::Rc::new(PickerProps {
            label: self.label.clone(),
            value: self.value.clone(),
            onpick: self.onpick.clone(),
            suggested: self.suggested.clone(),
            free: self.free,
            name: self.name.clone(),
            problem: self.problem.clone(),
            hint: self.hint.clone(),
            required: self.required,
            first: self.first,
            wide: self.wide,
            stay: self.stay,
            unmarked: self.unmarked,
        })
    }
}

/// What may be typed, and what to try when nothing is found. Only people are found by a number.
fn words_for(kinds: &[&str]) -> (&'static str, &'static str) {
    let numbered = |kind: &&str| {
        let found = |shape: &Shape| shape.fields.iter().any(|field| field.finds.contains(&Find::IdNumber));
        *kind == Kind::Household.code() || shape::of(kind).is_some_and(found)
    };
    match kinds.iter().any(numbered) {
        true => ("姓名、拼音首字母或身份证尾号", "没有找到。可以换拼音首字母或身份证后四位试试。"),
        false => ("姓名、名称或拼音首字母", "没有找到。可以只打其中几个字，或换拼音首字母试试。"),
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct RecordPickerProps {
    pub(crate) kinds: &'static [&'static str],
    pub(crate) inner: std::rc::Rc<PickerProps>,
}

#[component]
pub(crate) fn RecordPicker(props: &RecordPickerProps) -> Html {
    let p = &props.inner;
    let id = use_field_id(&p.name);
    let problem = use_problem(&p.name, &p.problem);
    let typed = use_state(String::new);
    let (asked, not_found) = words_for(props.kinds);
    let found = use_state(Vec::<Picked>::new);
    let at = use_state(|| 0usize);
    // An arrow was pressed.
    let moved = use_state(|| false);
    let open = use_state(|| false);
    let node = use_node_ref();
    let turn = use_mut_ref(|| (0u64, None::<Timeout>));
    // One was chosen: what stands in the input is no name of its own.
    let settled = use_mut_ref(|| false);

    {
        let (node, chosen) = (node.clone(), p.value.is_some());
        use_effect_with(p.first, move |first| {
            if let Some(input) = node.cast::<HtmlInputElement>().filter(|_| *first && !chosen) {
                let _ = input.focus();
            }
        });
    }

    let ask = {
        let (found, at, kinds) = (found.setter(), at.setter(), props.kinds);
        let (free, turn) = (p.free, turn.clone());
        Callback::from(move |text: String| {
            let mut held = turn.borrow_mut();
            held.0 += 1;
            let mine = held.0;
            let (found, at, again, text) = (found.clone(), at.clone(), turn.clone(), text.trim().to_owned());
            held.1 = Some(Timeout::new(30, move || {
                spawn_local(async move {
                    let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
                    let hits = match text.is_empty() {
                        true => Vec::new(),
                        false => {
                            match call(Search { text: text.clone(), limit: 8, kinds }).await {
                                Ok(hits) => hits,
                                Err(cause) => {
                                    // Too many numbers within the hour: not that nothing was found.
                                    if cause.wait_seconds.is_some() {
                                        Toasts.bad(&cause);
                                    }
                                    Vec::new()
                                }
                            }
                        }
                    };
                    if again.borrow().0 == mine {
                        let mut list: Vec<Picked> = hits.into_iter().map(Picked::from).collect();
                        if free && !text.is_empty() {
                            let place = "没有档案，只记姓名".into();
                            list.push(Picked { id: None, title: text.into(), place, household: None });
                        }
                        at.set(0);
                        found.set(list);
                    }
                });
            }));
        })
    };

    let list: Vec<Picked> = if typed.trim().is_empty() { p.suggested.clone() } else { (*found).clone() };
    let shown = *open && !list.is_empty();
    let marked = (!p.unmarked || *moved || !typed.trim().is_empty()).then_some(*at);

    let pick = {
        let (onpick, typed, open) = (p.onpick.clone(), typed.setter(), open.setter());
        let (node, stay, settled) = (node.clone(), p.stay, settled.clone());
        Callback::from(move |picked: Picked| {
            *settled.borrow_mut() = true;
            typed.set(String::new());
            open.set(false);
            // The input goes: the next field is found from where it stands.
            if let Some(input) = node.cast::<HtmlInputElement>().filter(|_| !stay) {
                go_on_from(&input);
            }
            onpick.emit(Some(picked));
        })
    };
    let oninput = {
        let (typed, open, ask, settled) = (typed.setter(), open.setter(), ask.clone(), settled.clone());
        Callback::from(move |event: InputEvent| {
            *settled.borrow_mut() = false;
            let text = value_of(&event);
            typed.set(text.clone());
            open.set(true);
            // What an input method still holds is no name yet.
            if !event.is_composing() {
                ask.emit(text);
            }
        })
    };
    use_composed(node.clone(), ask.clone());
    let onkeydown = {
        let (list, at, open, pick) = (list.clone(), at.setter(), open.clone(), pick.clone());
        let moved = moved.setter();
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) {
                return;
            }
            match step_of(&event, marked.filter(|_| *open), list.len()) {
                Some(Step::To(line)) => {
                    event.prevent_default();
                    open.set(true);
                    moved.set(true);
                    at.set(line);
                }
                Some(Step::Take(line)) => {
                    event.prevent_default();
                    event.stop_propagation();
                    pick.emit(list[line].clone());
                }
                Some(Step::Close) if *open && !list.is_empty() => {
                    event.stop_propagation();
                    open.set(false);
                }
                _ => {}
            }
        })
    };
    let onfocus = {
        let open = open.setter();
        Callback::from(move |_: FocusEvent| open.set(true))
    };
    let onblur = {
        let (open, typed, free, onpick) = (open.setter(), typed.clone(), p.free, p.onpick.clone());
        let settled = settled.clone();
        Callback::from(move |_: FocusEvent| {
            open.set(false);
            // A name that was written and not chosen is a name all the same.
            if let Some(name) = tiexin_domain::nouns::tidy(&typed).filter(|_| free && !*settled.borrow()) {
                let title = AttrValue::from(name);
                typed.set(String::new());
                onpick.emit(Some(Picked { id: None, title, place: AttrValue::default(), household: None }));
            }
        })
    };
    let change = {
        let (onpick, node) = (p.onpick.clone(), node.clone());
        Callback::from(move |()| {
            onpick.emit(None);
            let node = node.clone();
            // The input stands there only after the next painting.
            Timeout::new(0, move || {
                if let Some(input) = node.cast::<HtmlInputElement>() {
                    let _ = input.focus();
                }
            })
            .forget();
        })
    };

    let onpick = {
        let list = list.clone();
        pick.reform(move |n: usize| list[n].clone())
    };
    let offer = |one: &Picked| Offer { title: one.title.clone(), beside: Some(one.place.clone()) };
    let inner = match &p.value {
        Some(value) => html! {
            <div class="tx-picked" data-field={p.name.clone()}>
                <strong>{ value.title.clone() }</strong>
                <span class="tx-muted">{ value.place.clone() }</span>
                <Button label="更换" look={Look::Link} small=true onclick={change} />
            </div>
        },
        None => html! {
            <div class="tx-picker">
                <span class={classes!("pf-v6-c-form-control", problem.is_some().then_some("pf-m-error"))}>
                    <input ref={node} id={id.clone()} type="text" value={(*typed).clone()} {oninput} {onkeydown} {onfocus}
                        {onblur} data-field={p.name.clone()} role="combobox" autocomplete="off"
                        aria-expanded={shown.to_string()} aria-controls={format!("{id}-list")}
                        aria-activedescendant={marked.filter(|_| shown).map(|at| format!("{id}-{at}"))}
                        placeholder={asked} />
                </span>
                <super::Icon sign={Sign::Search} />
                if shown {
                    { menu(&id, list.iter().map(offer), marked, &onpick, None) }
                } else if *open && !typed.trim().is_empty() && !p.free {
                    <div class="tx-menu tx-menu-none">{ not_found }</div>
                }
            </div>
        },
    };
    html! {
        <Field label={p.label.clone()} {id} {problem} hint={p.hint.clone()} required={p.required} wide={p.wide}>
            { inner }
        </Field>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_people_are_asked_for_by_a_number() {
        for kinds in [&["household"] as &[&str], &["person"], &["person", "member"]] {
            assert!(words_for(kinds).0.contains("身份证"), "{kinds:?}");
        }
        for kinds in [&["meeting"] as &[&str], &["activity"], &["organisation"]] {
            assert!(!words_for(kinds).0.contains("身份证"), "{kinds:?}");
        }
    }
}
