//! The people of a family, whom they trust, what was agreed. The loss is told once, behind a fold.

use crate::components::{Card, Fold, Masked};
use crate::hooks::use_session;
use crate::routes::{ForHousehold, Route};
use crate::text;
use chrono::NaiveDate;
use std::rc::Rc;
use tiexin_contract::family::FamilyPage;
use tiexin_contract::records::RecordRow;
use tiexin_domain::Sex;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::nouns::support_file::{
    Assistance, ContactPreference, FileStatus, LossCategory, preference_of_files,
};
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct PartProps {
    pub(super) page: Rc<FamilyPage>,
}

/// A field as plain words.
fn word(row: &RecordRow, field: &str) -> Option<String> {
    row.fields.get(field).map(text::plain).filter(|t| !t.is_empty())
}

/// The link to mend a record.
fn mend(row: &RecordRow, label: &'static str, can_write: bool) -> Html {
    html! {
        if can_write {
            <Link<Route> to={Route::RecordEdit { kind: row.kind.clone(), id: row.id }} classes="tx-mend">{ label }</Link<Route>>
        }
    }
}

/// The link to all that happened to a record, where it can be made void too.
fn past(row: &RecordRow) -> Html {
    html! {
        <Link<Route> to={Route::Record { kind: row.kind.clone(), id: row.id }} classes="tx-mend">{ "经过" }</Link<Route>>
    }
}

/// The link to register something that belongs to the family; a void one is brought back first.
fn add(kind: &str, page: &FamilyPage, label: &'static str, can_write: bool) -> Html {
    let query = ForHousehold { household: page.household.id, file: page.files.first().map(|file| file.id) };
    html! {
        if can_write && page.household.void.is_none() {
            <Link<Route, ForHousehold> to={Route::RecordNew { kind: kind.to_owned() }} query={Some(query)} classes="tx-mend">
                { label }
            </Link<Route, ForHousehold>>
        }
    }
}

#[component]
pub(super) fn People(props: &PartProps) -> Html {
    let can_write = use_session().can_write();
    html! {
        <Card title="家里的人" aside={add("person", &props.page, "添一位家人", can_write)}>
            if props.page.persons.is_empty() { <p class="tx-muted">{ "还没有登记家里的人。" }</p> }
            <ul class="tx-people">
                { for props.page.persons.iter().map(|row| {
                    let relation = word(row, "relation").map(|r| Relation::from_code(&r).label().to_owned());
                    let sex = word(row, "sex").map(|s| Sex::from_code(&s).label().to_owned());
                    let birth = word(row, "birth").map(|b| text::stored_date(&b));
                    let lunar = row.fields.get("lunar_birthday").is_some_and(|v| v == true);
                    let died = word(row, "died_on").map(|on| format!("{}离世", text::stored_date(&on)));
                    let died = died.or_else(|| row.fields.get("deceased").filter(|v| **v == true).map(|_| "已离世".into()));
                    let birth = birth.map(|b| if lunar { format!("{b}（过农历）") } else { b });
                    let facts = [relation, sex, birth, died];
                    let facts: Vec<String> = facts.into_iter().flatten().collect();
                    html! {
                        <li key={row.id.to_string()}>
                            <div><strong>{ &row.title }</strong>{ " " }<span class="tx-muted">{ facts.join(" · ") }</span>{ mend(row, "修改", can_write) }{ past(row) }</div>
                            <div class="tx-people-numbers">
                                if let Some(id) = word(row, "id_number") { <Masked id={row.id} field="id_number" value={id} /> }
                                else { <span class="tx-muted">{ "缺身份证号" }</span> }
                                if let Some(phone) = word(row, "phone") { <Masked id={row.id} field="phone" value={phone} /> }
                            </div>
                        </li>
                    }
                }) }
            </ul>
        </Card>
    }
}

fn date(row: &RecordRow, field: &str) -> Option<NaiveDate> {
    row.fields.get(field)?.as_str()?.parse().ok()
}

/// The pair that looks after the family today; the desk lists it first.
pub(crate) fn contacts_now(page: &FamilyPage, today: NaiveDate) -> Option<&RecordRow> {
    page.contacts.first().filter(|pair| {
        date(pair, "from").is_none_or(|from| from <= today) && date(pair, "to").is_none_or(|to| today <= to)
    })
}

/// A gap by sign and word as well as by colour.
fn missing() -> Html {
    html! { <span class="tx-gap"><i aria-hidden="true">{ "◇" }</i>{ "缺" }</span> }
}

fn contact(pair: &RecordRow, field: &str) -> Html {
    word(pair, field).map_or_else(missing, Html::from)
}

#[component]
pub(super) fn Trusted(props: &PartProps) -> Html {
    let session = use_session();
    let (can_write, today) = (session.can_write(), session.today());
    let file = props.page.files.first();
    let Some(file) = file else { return Html::default() };
    // Of a family without an active file what was last told.
    let last = || word(file, "preference").map(|code| ContactPreference::from_code(&code));
    let preference = preference_of_files(props.page.files.iter().map(|file| &file.fields))
        .or_else(last)
        .map_or_else(|| "还没有问过".to_owned(), |wish| wish.label().to_owned());
    let lines: Vec<(&str, Option<String>)> = vec![
        ("联系意愿", Some(preference)),
        ("紧急联系人", word(file, "emergency_contact")),
        ("家庭医生", word(file, "doctor")),
        ("就医绿色通道", word(file, "hospital")),
    ];
    let now = contacts_now(&props.page, today);
    let others: Vec<&RecordRow> =
        props.page.contacts.iter().filter(|pair| now.is_none_or(|now| now.id != pair.id)).collect();
    let (ahead, before): (Vec<&RecordRow>, Vec<&RecordRow>) =
        others.into_iter().partition(|pair| date(pair, "from").is_some_and(|from| from > today));
    html! {
        <Card title="信任的人" aside={html! { <>{ mend(file, "修改台账", can_write) }{ past(file) }</> }}>
            <dl class="tx-read">
                if let Some(pair) = now {
                    <dt>{ "镇联系人" }</dt><dd>{ contact(pair, "township_leader") }{ mend(pair, "修改联系人", can_write) }{ past(pair) }</dd>
                    <dt>{ "村联系人" }</dt><dd>{ contact(pair, "village_worker") }{
                        // Who is missing is put in; nobody is changed.
                        if word(pair, "village_worker").is_some() { add("contact_pair", &props.page, "换联系人", can_write) }
                        else { mend(pair, "补上", can_write) }
                    }</dd>
                } else {
                    <dt>{ "双岗联系人" }</dt><dd>{ missing() }{ add("contact_pair", &props.page, "登记联系人", can_write) }</dd>
                }
                { for ahead.iter().map(|pair| html! {
                    <><dt>{ "即将接手" }</dt><dd>{ &pair.title }{ " " }
                        <span class="tx-muted">{ word(pair, "from").map(|d| format!("{}起", text::stored_date(&d))).unwrap_or_default() }</span>
                        { mend(pair, "修改", can_write) }{ past(pair) }</dd></>
                }) }
                { for lines.into_iter().filter_map(|(label, value)| Some(html! { <><dt>{ label }</dt><dd>{ value? }</dd></> })) }
            </dl>
            if !before.is_empty() {
                <Fold title="以前的联系人">
                    <ul>{ for before.iter().map(|pair| html! { <li>{ &pair.title }{ " " }
                        <span class="tx-muted">{ word(pair, "to").map(|d| format!("到 {}", text::stored_date(&d))).unwrap_or_default() }</span>
                        { mend(pair, "修改", can_write) }{ past(pair) }</li> }) }</ul>
                </Fold>
            }
        </Card>
    }
}

#[component]
pub(super) fn Agreed(props: &PartProps) -> Html {
    let Some(file) = props.page.files.first() else { return Html::default() };
    let child = Some(word(file, "child_name"))
        .into_iter()
        .chain([
            word(file, "category").map(|c| LossCategory::from_code(&c).label().to_owned()),
            word(file, "loss_date").map(|d| text::stored_date(&d)),
            word(file, "loss_cause"),
            word(file, "disability_grade"),
        ])
        .flatten()
        .collect::<Vec<_>>();
    let lines: Vec<(&str, Option<String>)> = vec![
        ("信息编码", word(file, "code")),
        ("台账", word(file, "status").map(|s| FileStatus::from_code(&s).label().to_owned())),
        ("特别扶助", word(file, "assistance").map(|a| Assistance::from_code(&a).label().to_owned())),
        ("保险", word(file, "policy")),
        ("约好再去", props.page.follow_up.map(|day| text::stored_date(&day.to_string()))),
        ("备注", word(file, "notes")),
    ];
    html! {
        <Card title="约定">
            <dl class="tx-read">
                { for lines.into_iter().filter_map(|(label, value)| Some(html! { <><dt>{ label }</dt><dd>{ value? }</dd></> })) }
            </dl>
            if !child.is_empty() {
                <Fold title="孩子的情况"><p class="tx-quiet-line">{ child.join(" · ") }</p></Fold>
            }
        </Card>
    }
}
