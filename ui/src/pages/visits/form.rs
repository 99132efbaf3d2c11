//! Recording a visit: the heart of the program. Three clicks and one sentence for a routine visit.

use super::draft::{Chosen, VisitDraft};
use crate::components::{
    Button, Choice, ConfirmLeave, DateField, FamilyPicker, Fold, Foot, Form, Icon, MoneyField, Page, Picked,
    Sign, Tags, TextArea, TextField, Waiting, focus_field, options,
};
use crate::hooks::{Draft, use_command, use_draft, use_query, use_session, use_toast};
use crate::routes::{ForHousehold, Route};
use std::rc::Rc;
use tiexin_contract::family::{RecordVisit, VisitStart, VisitStartReply};
use tiexin_contract::records::{RecordRow, Saved};
use tiexin_domain::nouns::PersonRef;
use tiexin_domain::nouns::Problem;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_domain::nouns::visit::{Presence, VisitKind};
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

/// `/visit/new`, perhaps with a family.
#[component]
pub(crate) fn VisitFormPage() -> Html {
    let household =
        use_location().and_then(|at| at.query::<ForHousehold>().ok()).map(|for_one| for_one.household);
    let draft = use_draft("visit:new".to_owned());
    let Some(kept) = draft.kept.clone() else { return html! { <Page title="记走访"><Waiting /></Page> } };
    let kept: Option<VisitDraft> = kept.and_then(|value| serde_json::from_value((*value).clone()).ok());
    // A draft of another family waits for its own turn.
    let kept = kept.filter(|d| {
        household.is_none() || d.family.as_ref().is_none_or(|family| Some(family.id) == household)
    });
    let again = kept.as_ref().is_some_and(VisitDraft::touched);
    html! {
        <Filling key={household.map(|h| h.to_string()).unwrap_or_default()} {household} {draft} {again}
            begin={kept.unwrap_or_else(VisitDraft::begun)} />
    }
}

#[derive(Properties)]
pub(super) struct FillingProps {
    #[prop_or_default]
    pub(super) household: Option<Uuid>,
    /// The visit to be corrected.
    #[prop_or_default]
    pub(super) id: Option<Uuid>,
    pub(super) draft: Draft,
    pub(super) begin: VisitDraft,
    /// Goes on with what was left unfinished.
    #[prop_or_default]
    pub(super) again: bool,
}

impl PartialEq for FillingProps {
    fn eq(&self, other: &Self) -> bool {
        (self.household, self.id, &self.begin, self.again)
            == (other.household, other.id, &other.begin, other.again)
    }
}

#[component]
pub(super) fn Filling(props: &FillingProps) -> Html {
    let session = use_session();
    let toast = use_toast();
    let navigator = use_navigator();
    let today = session.today();
    let draft = use_state(|| props.begin.clone());
    let wrong = use_state(Vec::<Problem>::new);
    let leaving = use_state(|| false);
    let node = use_node_ref();
    let save = use_command::<RecordVisit>();
    let household = draft.family.as_ref().map(|f| f.id).or(props.household);
    let start = use_query(VisitStart { household }, &[]);
    let began = start.data.clone();

    // What the desk tells about the family fills what the worker has not touched.
    {
        let (draft, correcting) = (draft.clone(), props.id.is_some());
        let node = node.clone();
        use_effect_with(began.clone(), move |began| {
            if let Some(began) = began {
                let mut next = (*draft).clone();
                let fresh = next.family.as_ref().is_none_or(|f| f.region.is_none());
                if let Some(row) = &began.household {
                    next.family = Some(chosen(row));
                }
                if next.visitors.is_empty() && !correcting {
                    next.visitors = began.visitors.iter().take(1).cloned().collect();
                }
                if fresh && !correcting && next.met.is_empty() && began.persons.len() == 1 {
                    next.met = began.persons.iter().map(person).collect();
                }
                if began.household.is_some() && fresh {
                    focus_field(&node, "note");
                }
                draft.set(next);
            }
        });
    }

    let change = {
        let (draft, wrong, kept, save) = (draft.clone(), wrong.clone(), props.draft.clone(), save.clone());
        let correcting = props.id.is_some();
        Callback::from(move |(field, edit): (&'static str, Edit)| {
            let mut next = (*draft).clone();
            edit(&mut next);
            if !correcting && let Ok(value) = serde_json::to_value(&next) {
                kept.keep(value);
            }
            wrong.set(wrong.iter().filter(|p| p.field != field).cloned().collect());
            save.forget();
            draft.set(next);
        })
    };
    let store = |after: After| {
        let (draft, wrong, save, node) = (draft.clone(), wrong.clone(), save.clone(), node.clone());
        let (kept, began, id, navigator) = (props.draft.clone(), began.clone(), props.id, navigator.clone());
        Callback::from(move |()| {
            let visit = match draft.visit(today, began.as_deref()) {
                Ok(visit) => visit,
                Err(problems) => {
                    if let Some(first) = problems.first() {
                        focus_field(&node, &first.field);
                    }
                    wrong.set(problems);
                    return;
                }
            };
            let (kept, navigator, household) = (kept.clone(), navigator.clone(), visit.household);
            let (draft, node) = (draft.clone(), node.clone());
            save.run(RecordVisit { id, visit }, move |Saved { .. }| {
                kept.drop_it();
                toast.good("已保存在本机");
                match after {
                    After::Family => {
                        if let Some(navigator) = &navigator {
                            navigator.push(&Route::Family { id: household });
                        }
                    }
                    After::Another => {
                        let (date, visitors) = (draft.date.clone(), draft.visitors.clone());
                        draft.set(VisitDraft { date, visitors, ..VisitDraft::begun() });
                        focus_field(&node, "household");
                    }
                }
            });
        })
    };
    let onsave = store(After::Family);
    let another = store(After::Another);
    let go = {
        let navigator = navigator.clone();
        move || {
            if let Some(navigator) = &navigator {
                navigator.back();
            }
        }
    };
    let oncancel = {
        let (draft, leaving, go) = (draft.clone(), leaving.clone(), go.clone());
        let begin = props.begin.clone();
        Callback::from(move |()| if draft.touched() && *draft != begin { leaving.set(true) } else { go() })
    };
    let keep = Callback::from({
        let go = go.clone();
        move |()| go()
    });
    let drop_it = Callback::from({
        let kept = props.draft.clone();
        move |()| {
            kept.drop_it();
            go();
        }
    });
    let stay = {
        let leaving = leaving.clone();
        Callback::from(move |()| leaving.set(false))
    };
    let about = |field: &str| -> Option<AttrValue> {
        let own = wrong.iter().find(|p| p.field == field).map(|p| p.message.clone().into());
        own.or_else(|| save.about(field))
    };
    let general = save.error.clone().filter(|e| e.problems.is_empty());
    let title = if props.id.is_some() { "更正走访" } else { "记走访" };
    html! {
        <Page {title}>
            if props.again {
                <p class="tx-again"><Icon sign={Sign::Undo} />{ "已接着上次没写完的内容。" }</p>
            }
            <Form node={node} onsave={onsave.clone()} oncancel={oncancel.clone()} class="tx-visit-form">
                { main_part(&draft, began.as_deref(), &change, &about, props.household.is_none() && !props.again) }
                { more_part(&draft, &change, &about) }
                <Foot {onsave} {oncancel} busy={save.pending} error={general}>
                    if props.id.is_none() {
                        <Button label="保存并再记一户" onclick={another} busy={save.pending} />
                    }
                </Foot>
            </Form>
            if *leaving { <ConfirmLeave onkeep={keep} ondrop={drop_it} onstay={stay} /> }
        </Page>
    }
}

#[derive(Clone, Copy)]
enum After {
    Family,
    Another,
}

type Edit = Box<dyn FnOnce(&mut VisitDraft)>;
type Change = Callback<(&'static str, Edit)>;

fn chosen(row: &RecordRow) -> Chosen {
    let name = row.fields.get("head_name").and_then(|v| v.as_str()).unwrap_or(&row.title).to_owned();
    Chosen { id: row.id, name, place: row.region_name.clone(), region: Some(row.region.clone()) }
}

fn person(row: &RecordRow) -> PersonRef {
    PersonRef { person: Some(row.id), name: row.title.clone() }
}

/// A change of one text field.
fn text(change: &Change, field: &'static str, put: fn(&mut VisitDraft, String)) -> Callback<String> {
    change.reform(move |value: String| (field, Box::new(move |d: &mut VisitDraft| put(d, value)) as Edit))
}

fn main_part(
    draft: &VisitDraft,
    began: Option<&VisitStartReply>,
    change: &Change,
    about: &dyn Fn(&str) -> Option<AttrValue>,
    first: bool,
) -> Html {
    let value = draft.family.as_ref().map(|f| Picked {
        id: Some(f.id),
        title: f.name.clone().into(),
        place: f.place.clone().into(),
        household: Some(f.id),
    });
    let suggested = began.map(|b| b.suggested.iter().map(offered).collect::<Vec<_>>()).unwrap_or_default();
    let onpick = change.reform(|picked: Option<Picked>| {
        let family = picked.and_then(|p| {
            let id = p.household.or(p.id)?;
            Some(Chosen { id, name: p.title.to_string(), place: p.place.to_string(), region: None })
        });
        let edit: Edit = Box::new(move |d: &mut VisitDraft| {
            d.met.clear();
            d.family = family;
        });
        ("household", edit)
    });
    let preference = VisitDraft::preference(began);
    let asks = match (&preference, draft.presence.as_str()) {
        (Some(ContactPreference::Declined), _) => {
            Some("这家人希望暂不上门。确有需要，请写明这次联系的原因。")
        }
        (Some(ContactPreference::PhoneOnly), presence) if presence != Presence::ByPhone.code() => {
            Some("这家人希望只用电话联系。确需上门，请写明原因；电话联系请在“见面情况”里选“电话联系”。")
        }
        _ => None,
    };
    let festivals = began.map(|b| b.festivals.clone()).unwrap_or_default();
    let visitors = began.map(|b| b.visitors.clone()).unwrap_or_default();
    let on_visitors = change.reform(|names: Vec<String>| {
        ("visitors", Box::new(move |d: &mut VisitDraft| d.visitors = names) as Edit)
    });
    html! {
        <div class="tx-fields">
            <FamilyPicker label="家庭" name="household" required=true {value} {suggested} {onpick} {first} wide=true
                problem={about("household")} />
            if let Some(asks) = asks {
                <div class="tx-visit-wish">
                    <p><Icon sign={Sign::Heart} />{ asks }</p>
                    <TextField label="联系的原因" name="contact_reason" value={draft.contact_reason.clone()} required=true wide=true
                        problem={about("contact_reason")} onchange={text(change, "contact_reason", |d, v| d.contact_reason = v)} />
                </div>
            }
            { people(draft, began, change) }
            <Choice label="走访类型" name="kind" value={draft.kind.clone()} options={given(options::<VisitKind>())} required=true wide=true
                problem={about("kind")} onchange={text(change, "kind", |d, v| d.kind = v)} />
            if draft.kind == VisitKind::Festival.code() {
                <Choice label="节日" name="festival" value={draft.festival.clone()} wide=true
                    options={festivals.iter().map(|f| (f.clone().into(), f.clone().into())).collect::<Vec<(AttrValue, AttrValue)>>()}
                    onchange={text(change, "festival", |d, v| d.festival = v)} />
            }
            <TextArea label="走访情况" name="note" value={draft.note.clone()} rows=3 problem={about("note")}
                placeholder="写一句就行，比如：身体不错，陪着聊了一小时，提醒按时吃药。"
                onchange={text(change, "note", |d, v| d.note = v)} />
            <DateField label="日期" name="date" value={draft.date.clone()} required=true problem={about("date")}
                onchange={text(change, "date", |d, v| d.date = v)} />
            <Choice label="见面情况" name="presence" value={draft.presence.clone()} options={given(options::<Presence>())} required=true
                wide=true onchange={text(change, "presence", |d, v| d.presence = v)} />
            <Tags label="走访人" name="visitors" value={draft.visitors.clone()} offered={visitors} required=true wide=true
                problem={about("visitors")} onchange={on_visitors} />
        </div>
    }
}

/// Whom the worker met: one press each.
fn people(draft: &VisitDraft, began: Option<&VisitStartReply>, change: &Change) -> Html {
    let Some(began) = began.filter(|b| !b.persons.is_empty()) else { return Html::default() };
    html! {
        <div class="tx-field tx-wide">
            <span class="tx-label">{ "见到了谁" }</span>
            <div class="tx-choice tx-choice-many" role="group" aria-label="见到了谁" data-field="met">
                { for began.persons.iter().map(|row| {
                    let one = person(row);
                    let met = draft.met.iter().any(|m| m.person == one.person);
                    let onchange = change.reform(move |_: Event| {
                        let one = one.clone();
                        let edit: Edit = Box::new(move |d: &mut VisitDraft| {
                            match d.met.iter().position(|m| m.person == one.person) {
                                Some(at) => drop(d.met.remove(at)),
                                None => d.met.push(one),
                            }
                        });
                        ("met", edit)
                    });
                    html! {
                        <label class={classes!("tx-choice-one", met.then_some("tx-chosen"))}>
                            <input type="checkbox" checked={met} {onchange} />
                            { &row.title }
                        </label>
                    }
                }) }
            </div>
        </div>
    }
}

fn more_part(draft: &VisitDraft, change: &Change, about: &dyn Fn(&str) -> Option<AttrValue>) -> Html {
    let wrong = about("gift_amount").or_else(|| about("follow_up")).is_some();
    html! {
        <Fold title="更多" lead="慰问金、需求、健康、安全、下次跟进" open={draft.more() || wrong}>
            <div class="tx-fields">
                <TextField label="慰问品" name="gift_item" value={draft.gift_item.clone()} placeholder="如 慰问金、米面油"
                    onchange={text(change, "gift_item", |d, v| d.gift_item = v)} />
                <MoneyField label="金额" name="gift_amount" value={draft.gift_amount.clone()} problem={about("gift_amount")}
                    onchange={text(change, "gift_amount", |d, v| d.gift_amount = v)} />
                <TextField label="签收人" name="gift_signed" value={draft.gift_signed.clone()}
                    onchange={text(change, "gift_signed", |d, v| d.gift_signed = v)} />
                <DateField label="下次跟进" name="follow_up" value={draft.follow_up.clone()} ahead=true problem={about("follow_up")}
                    onchange={text(change, "follow_up", |d, v| d.follow_up = v)} />
                <TextField label="需求" name="needs" value={draft.needs.clone()} wide=true
                    onchange={text(change, "needs", |d, v| d.needs = v)} />
                <TextField label="健康" name="health" value={draft.health.clone()}
                    onchange={text(change, "health", |d, v| d.health = v)} />
                <TextField label="生活" name="living" value={draft.living.clone()}
                    onchange={text(change, "living", |d, v| d.living = v)} />
                <TextField label="居家安全" name="safety" value={draft.safety.clone()}
                    onchange={text(change, "safety", |d, v| d.safety = v)} />
            </div>
        </Fold>
    }
}

fn offered(row: &RecordRow) -> Picked {
    let family = chosen(row);
    Picked {
        id: Some(family.id),
        title: family.name.into(),
        place: family.place.into(),
        household: Some(family.id),
    }
}

fn given(options: Vec<(&'static str, &'static str)>) -> Vec<(AttrValue, AttrValue)> {
    options.into_iter().map(|(code, label)| (code.into(), label.into())).collect()
}

/// A recorded visit to be corrected; used by the visit's own page.
#[component]
pub(super) fn Correcting(props: &CorrectingProps) -> Html {
    let draft = use_draft(format!("visit:{}", props.row.id));
    match VisitDraft::of(&props.row) {
        Some(begin) => html! { <Filling id={props.row.id} {draft} {begin} /> },
        None => html! { <p>{ "这条走访由更新的程序记录，请更新程序后再更正。" }</p> },
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct CorrectingProps {
    pub(super) row: Rc<RecordRow>,
}
