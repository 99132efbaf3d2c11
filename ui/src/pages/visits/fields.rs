//! The fields of a visit: the few that every visit has, and the folded rest.

use crate::components::choice::given;
use crate::components::{
    Choice, DateField, FamilyPicker, Field, Fold, Icon, MoneyField, Picked, Sign, Tags, TextArea, TextField,
};
use crate::hooks::Telling;
use tiexin_contract::family::VisitStartReply;
use tiexin_contract::records::RecordRow;
use tiexin_domain::nouns::PersonRef;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_domain::nouns::visit::{Presence, VisitKind};
use tiexin_domain::{Kind, labels};
use tiexin_forms::visit::{Chosen, VisitDraft};
use yew::prelude::*;

pub(super) type Edit = Box<dyn FnOnce(&mut VisitDraft)>;
pub(super) type Change = Callback<(&'static str, Edit)>;

pub(super) fn chosen(row: &RecordRow) -> Chosen {
    let name = row.fields.get("head_name").and_then(|v| v.as_str()).unwrap_or(&row.title).to_owned();
    Chosen { id: row.id, name, place: row.region_name.clone(), region: Some(row.region.clone()) }
}

pub(super) fn person(row: &RecordRow) -> PersonRef {
    PersonRef { person: Some(row.id), name: row.title.clone() }
}

/// A change of one text field.
fn text(change: &Change, field: &'static str, put: fn(&mut VisitDraft, String)) -> Callback<String> {
    change.reform(move |value: String| (field, Box::new(move |d: &mut VisitDraft| put(d, value)) as Edit))
}

pub(super) fn main_part(
    draft: &VisitDraft,
    began: Option<&VisitStartReply>,
    festivals: &[String],
    change: &Change,
    telling: &Telling,
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
    let asks_reason = draft.asks_reason(began) || telling.about("contact_reason").is_some();
    let asks = match (&preference, draft.presence.as_str()) {
        (Some(ContactPreference::Declined), _) => {
            Some("这家人希望暂不上门。确有需要，请写明这次联系的原因。")
        }
        (Some(ContactPreference::PhoneOnly), presence) if presence != Presence::ByPhone.code() => {
            Some("这家人希望只用电话联系。确需上门，请写明原因；电话联系请在“见面情况”里选“电话联系”。")
        }
        _ => asks_reason.then_some("请写明这次联系的原因。"),
    };
    let visitors = began.map(|b| b.visitors.clone()).unwrap_or_default();
    let on_visitors = change.reform(|names: Vec<String>| {
        ("visitors", Box::new(move |d: &mut VisitDraft| d.visitors = names) as Edit)
    });
    html! {
        <div class="tx-fields">
            <FamilyPicker label={label("household")} name="household" required=true {value} {suggested} {onpick} {first} wide=true />
            if let Some(asks) = asks.filter(|_| asks_reason) {
                <div class="tx-visit-wish">
                    <p><Icon sign={Sign::Heart} />{ asks }</p>
                    <TextField label={label("contact_reason")} name="contact_reason" value={draft.contact_reason.clone()} required={preference.is_some()} wide=true
                        onchange={text(change, "contact_reason", |d, v| d.contact_reason = v)} />
                </div>
            }
            { people(draft, began, change, telling) }
            <Choice label={label("kind")} name="kind" value={draft.kind.clone()} options={given(VisitKind::CHOICES)} required=true wide=true
                onchange={text(change, "kind", VisitDraft::set_kind)} />
            if draft.kind == VisitKind::Festival.code() {
                { festival(draft, festivals, change) }
            }
            <TextArea label={label("note")} name="note" value={draft.note.clone()} rows=3
                placeholder="写一句就行，比如：身体不错，陪着聊了一小时，提醒按时吃药。"
                onchange={text(change, "note", |d, v| d.note = v)} />
            <DateField label={label("date")} name="date" value={draft.date.clone()} required=true
                onchange={text(change, "date", |d, v| d.date = v)} />
            <Choice label={label("presence")} name="presence" value={draft.presence.clone()} options={given(Presence::CHOICES)} required=true
                wide=true onchange={text(change, "presence", |d, v| d.presence = v)} />
            <Tags label={label("visitors")} name="visitors" value={draft.visitors.clone()} offered={visitors} required=true wide=true
                onchange={on_visitors} />
        </div>
    }
}

/// What the field is called everywhere.
pub(super) fn label(field: &str) -> AttrValue {
    labels::field(Kind::Visit.code(), field).into()
}

/// The festivals around the visit's day, one press each; where there is none, its name is written.
fn festival(draft: &VisitDraft, near: &[String], change: &Change) -> Html {
    let mut names: Vec<AttrValue> = near.iter().map(|name| name.clone().into()).collect();
    let written = AttrValue::from(draft.festival.clone());
    // One that was written for another day stays to be seen.
    if !written.is_empty() && !near.is_empty() && !names.contains(&written) {
        names.push(written.clone());
    }
    let onchange = text(change, "festival", |d, v| d.festival = v);
    if names.is_empty() {
        return html! {
            <TextField label={label("festival")} name="festival" value={written} {onchange} hint="这一天前后没有常见的节日，请写上是什么节日" />
        };
    }
    let options: Vec<(AttrValue, AttrValue)> = names.into_iter().map(|name| (name.clone(), name)).collect();
    html! { <Choice label={label("festival")} name="festival" value={written} wide=true {options} {onchange} /> }
}

/// Whom the worker met: one press each.
fn people(draft: &VisitDraft, began: Option<&VisitStartReply>, change: &Change, telling: &Telling) -> Html {
    let Some(began) = began.filter(|b| !b.persons.is_empty()) else { return Html::default() };
    let nobody = draft.met.is_empty() && draft.presence == Presence::AtHome.code();
    let hint = nobody.then_some(AttrValue::Static("还没有选。报表里走访的“人”数按这里选的人计算。"));
    html! {
        <Field label={label("met")} wide=true problem={telling.about("met")} {hint}>
            <div class="tx-choice tx-choice-many" role="group" aria-label={label("met")} data-field="met">
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
        </Field>
    }
}

pub(super) fn more_part(draft: &VisitDraft, change: &Change, telling: &Telling) -> Html {
    const INSIDE: [&str; 8] =
        ["gift_item", "gift_amount", "gift_signed", "follow_up", "needs", "health", "living", "safety"];
    let wrong = INSIDE.iter().any(|field| telling.about(field).is_some());
    html! {
        <Fold title="更多" lead="慰问金、需求、健康、安全、下次跟进" open={draft.more() || wrong}>
            <div class="tx-fields">
                <TextField label="慰问品" name="gift_item" value={draft.gift_item.clone()} placeholder="如 慰问金、米面油"
                    onchange={text(change, "gift_item", |d, v| d.gift_item = v)} />
                <MoneyField label="金额" name="gift_amount" value={draft.gift_amount.clone()}
                    onchange={text(change, "gift_amount", |d, v| d.gift_amount = v)} />
                <TextField label="签收人" name="gift_signed" value={draft.gift_signed.clone()}
                    onchange={text(change, "gift_signed", |d, v| d.gift_signed = v)} />
                <DateField label={label("follow_up")} name="follow_up" value={draft.follow_up.clone()} ahead=true
                    onchange={text(change, "follow_up", |d, v| d.follow_up = v)} />
                <TextField label={label("needs")} name="needs" value={draft.needs.clone()} wide=true
                    onchange={text(change, "needs", |d, v| d.needs = v)} />
                <TextField label={label("health")} name="health" value={draft.health.clone()}
                    onchange={text(change, "health", |d, v| d.health = v)} />
                <TextField label={label("living")} name="living" value={draft.living.clone()}
                    onchange={text(change, "living", |d, v| d.living = v)} />
                <TextField label={label("safety")} name="safety" value={draft.safety.clone()}
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
