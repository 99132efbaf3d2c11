//! What of a record may be shown where: numbers masked, restricted fields left out, what only a family's page says hidden.

use std::collections::HashMap;

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_domain::nouns;
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::shape::{self, Audience, Find, Holds, Mask, audience, is_free_text, is_prose};
use tiexin_domain::unsaid::{NOT_HERE, Unsaid};
use tiexin_domain::{Kind, Problem, id_number, numbers_in_text, phone};
use tiexin_store::Book;
use uuid::Uuid;

use crate::errors;

/// Who recorded it, by id; [`Record`]s from ledgers and older programs may lack it.
pub(crate) const RECORDED_BY_ID: &str = "recorded_by_id";

/// What only a family's page says, by household; by the person of a record that names no family.
pub(crate) type Lost = HashMap<Uuid, Unsaid>;

/// Of the families of these records: looked up once for all of them.
pub(crate) fn lost<'r>(
    book: &Book,
    records: impl IntoIterator<Item = &'r Record>,
) -> Result<Lost, ErrorReply> {
    let (mut homes, mut persons) = (Vec::new(), Vec::new());
    for record in records {
        match home(record) {
            Some(home) => homes.push(home),
            None => persons.extend(record.reference("person")),
        }
    }
    book.unsaid(homes, persons).map_err(errors::store)
}

fn home(record: &Record) -> Option<Uuid> {
    if record.kind == Kind::Household.code() { Some(record.id) } else { record.reference("household") }
}

fn lost_to<'l>(record: &Record, lost: &'l Lost) -> Option<&'l Unsaid> {
    lost.get(&home(record).or_else(|| record.reference("person"))?)
}

/// Where a record is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A list, a search, a figure's records, an export.
    Listed,
    /// A history, a conflict, two records side by side: about the one record, and read by others than its family's worker.
    Judged,
    /// The family's own page, or the one record opened by itself.
    Own,
}

/// The fields that the rows of a list carry.
#[derive(Debug, Clone, Default)]
pub(crate) enum Columns {
    /// Those of the kind's own list.
    #[default]
    Usual,
    Asked(Vec<String>),
}

impl Columns {
    /// By what a record belongs to its row is opened: that comes with every list.
    fn have(&self, kind: &str, field: &str) -> bool {
        match self {
            Columns::Usual => shape::of(kind).is_some_and(|shape| shape.lists(field)),
            Columns::Asked(fields) => {
                fields.iter().any(|asked| asked == field)
                    || shape::parents(kind).any(|parent| parent == field)
            }
        }
    }

    /// Whether rows carry what no field of theirs says: an age, what is missing, who looks after the family.
    pub(crate) fn have_one_of(&self, columns: &[&str]) -> bool {
        match self {
            Columns::Usual => true,
            Columns::Asked(fields) => fields.iter().any(|asked| columns.contains(&asked.as_str())),
        }
    }
}

impl From<Option<Vec<String>>> for Columns {
    fn from(asked: Option<Vec<String>>) -> Columns {
        asked.map_or(Columns::Usual, Columns::Asked)
    }
}

/// What a list shows of it: of the columns that it has.
pub(crate) fn cover_listed(
    record: &Record,
    columns: &Columns,
    viewer: Uuid,
    lost: &Lost,
) -> (Fields, Vec<String>) {
    covered(record, Shown::Listed, viewer, lost, |field| columns.have(&record.kind, field))
}

/// What remains to be shown, and the names of masked fields.
pub(crate) fn cover(record: &Record, shown: Shown, viewer: Uuid, lost: &Lost) -> (Fields, Vec<String>) {
    covered(record, shown, viewer, lost, |_| true)
}

fn covered(
    record: &Record,
    shown: Shown,
    viewer: Uuid,
    lost: &Lost,
    wanted: impl Fn(&str) -> bool,
) -> (Fields, Vec<String>) {
    let shows = |field: &str| wanted(field) && may_see(record, field, shown, viewer);
    let there = record.fields.iter().filter(|(field, _)| shows(field));
    let mut fields: Fields = there.map(|(field, value)| (field.clone(), value.clone())).collect();
    let mut masked = Vec::new();
    for (field, value) in &mut fields {
        if let Value::String(text) = value
            && let Some(hidden) = masked_text(&record.kind, field, text)
        {
            *text = hidden;
            masked.push(field.clone());
        }
    }
    if shown != Shown::Own {
        hide(record, &mut fields, lost);
    }
    (fields, masked)
}

/// The line that names a record on a list; never the child who died.
pub(crate) fn title(record: &Record, lost: &Lost) -> String {
    let unsaid = lost_to(record, lost);
    let covered = unsaid.map(|_| {
        let mut fields = record.fields.clone();
        hide(record, &mut fields, lost);
        fields
    });
    let checked = nouns::check(&record.kind, covered.as_ref().unwrap_or(&record.fields));
    let title = checked.map(|checked| checked.title).unwrap_or_default();
    prose(&title, unsaid, false).unwrap_or(title)
}

/// What somebody wrote about a record, as others than its family's page tell it: a reason, a note.
pub(crate) fn told(record: &Record, text: &str, lost: &Lost) -> String {
    prose(text, lost_to(record, lost), true).unwrap_or_else(|| text.to_owned())
}

/// The same on the own page of what it is about: numbers alone are hidden.
pub(crate) fn without_numbers(text: &str) -> String {
    prose(text, None, false).unwrap_or_else(|| text.to_owned())
}

/// Whether a person is a child who died.
pub(crate) fn is_lost(person: &Record, lost: &Lost) -> bool {
    let name = person.text("name").unwrap_or_default();
    lost_to(person, lost).is_some_and(|unsaid| unsaid.is_lost(name))
}

/// Takes out of what people wrote the numbers, and what only the family's page says.
fn hide(record: &Record, fields: &mut Fields, lost: &Lost) {
    let unsaid = lost_to(record, lost);
    for (field, value) in fields.iter_mut().filter(|(field, _)| is_prose(&record.kind, field)) {
        let own = shape::field(&record.kind, field);
        let name = own.is_some_and(|field| field.finds.contains(&Find::Name))
            || own.is_some_and(|field| matches!(field.holds, Holds::Person | Holds::People));
        hide_in(value, unsaid, name, is_free_text(&record.kind, field));
    }
}

/// `name`: a person is named there, by a name and nothing else. `free`: see [`Unsaid::hide`].
fn hide_in(value: &mut Value, unsaid: Option<&Unsaid>, name: bool, free: bool) {
    match value {
        Value::String(text) if name => match unsaid.filter(|unsaid| unsaid.is_lost(text)) {
            Some(_) => *text = NOT_HERE.to_owned(),
            None => {
                if let Some(shown) = prose(text, None, false) {
                    *text = shown;
                }
            }
        },
        Value::String(text) => {
            if let Some(shown) = prose(text, unsaid, free) {
                *text = shown;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide_in(item, unsaid, name, free)),
        Value::Object(parts) => {
            for (part, value) in parts.iter_mut().filter(|(part, _)| *part != "person") {
                hide_in(value, unsaid, name || part == "name", free);
            }
        }
        _ => {}
    }
}

/// `None`: nothing of it is hidden.
fn prose(text: &str, unsaid: Option<&Unsaid>, free: bool) -> Option<String> {
    let said = unsaid.and_then(|unsaid| unsaid.hide(text, free));
    // An id of a record is no number of a person's.
    let plain = said.as_deref().unwrap_or(text);
    let numbers = if plain.parse::<Uuid>().is_ok() { None } else { numbers_in_text::mask(plain) };
    numbers.or(said)
}

/// Whether the field's value is shown masked, to be unmasked on purpose.
pub(crate) fn is_masked(kind: &str, field: &str, value: &Value) -> bool {
    value.as_str().is_some_and(|text| masked_text(kind, field, text).is_some())
}

/// The masked form of a field that has one: a number's own field, or free text with numbers in it.
fn masked_text(kind: &str, field: &str, text: &str) -> Option<String> {
    if let Some(own) = shape::mask(kind, field) {
        Some(mask(own, text))
    } else if is_free_text(kind, field) {
        numbers_in_text::mask(text)
    } else {
        None
    }
}

/// The fields of a form whose text a mask may stand for.
pub(crate) fn maskable<'f>(kind: &str, fields: &'f Fields) -> Vec<&'f str> {
    let named = fields.keys().map(String::as_str);
    named.filter(|field| shape::mask(kind, field).is_some() || is_free_text(kind, field)).collect()
}

/// Fields of the record that the viewer does not see there. A save that lacks them leaves them alone.
pub(crate) fn withheld(record: &Record, shown: Shown, viewer: Uuid) -> Vec<String> {
    record.fields.keys().filter(|field| !may_see(record, field, shown, viewer)).cloned().collect()
}

/// Who reads what: the one rule.
fn may_see(record: &Record, field: &str, shown: Shown, viewer: Uuid) -> bool {
    match audience(&record.kind, field) {
        Audience::Everyone => true,
        Audience::OwnPage => shown != Shown::Listed,
        Audience::FamilyPage => shown == Shown::Own,
        Audience::Author => record.reference(RECORDED_BY_ID) == Some(viewer),
        Audience::Nobody => false,
    }
}

/// Whether lists may be filtered or sorted by the field: what is not shown must not be guessed either.
pub(crate) fn may_be_asked_for(kind: &str, field: &str) -> bool {
    audience(kind, field) == Audience::Everyone && shape::mask(kind, field).is_none()
}

/// Whether lists may be ordered by the field: the order of texts tells what in them is hidden, and so does the end of a page.
pub(crate) fn may_order(kind: &str, field: &str) -> bool {
    may_be_asked_for(kind, field) && !is_free_text(kind, field)
}

/// Whether its values may be asked for from one to another: of a text that would be a way to spell it out.
pub(crate) fn may_be_bounded(kind: &str, field: &str) -> bool {
    // What is reckoned, as the day of the last visit, is no field.
    let reckoned = shape::of(kind).is_some() && shape::field(kind, field).is_none();
    may_be_asked_for(kind, field) && (reckoned || !is_prose(kind, field))
}

/// The masked form of a field's text.
pub(crate) fn mask(how: Mask, text: &str) -> String {
    match how {
        Mask::Phone => phone::mask(text),
        Mask::Number => id_number::mask(text),
    }
}

/// A value that cannot be shown whole outside its field: histories and troubles use this.
pub(crate) fn cover_value(record: &Record, field: &str, value: &Value, viewer: Uuid, lost: &Lost) -> Value {
    if !may_see(record, field, Shown::Judged, viewer) {
        return if value.is_null() { Value::Null } else { Value::String(NOT_HERE.into()) };
    }
    if let Value::String(text) = value
        && let Some(own) = shape::mask(&record.kind, field)
    {
        return Value::String(mask(own, text));
    }
    let mut alone = Fields::from_iter([(field.to_owned(), value.clone())]);
    hide(record, &mut alone, lost);
    alone.remove(field).unwrap_or(Value::Null)
}

/// A form sends masked values back as it got them: puts the real ones in their place. `known` are the
/// values that a mask may stand for: the current one first, then overwritten ones. Anything else with a
/// star in it is no number.
pub(crate) fn uncover(kind: &str, sent: &mut Fields, known: impl Fn(&str) -> Vec<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (field, value) in sent {
        let Value::String(text) = value else { continue };
        if !text.contains('*') {
            continue;
        }
        let (whole, message) = if let Some(own) = shape::mask(kind, field) {
            let meant = known(field).into_iter().find(|value| mask(own, value) == *text);
            (meant, "号码被遮住了一部分，请重新输入完整的号码，没有请留空")
        } else if is_free_text(kind, field) {
            // Stars of the writer's own need nothing to stand for.
            let all = known(field).into_iter().chain([String::new()]);
            let meant = all.into_iter().find_map(|value| numbers_in_text::unmask(text, &value).ok());
            (meant, "其中有的号码被遮住了一部分，请重新输入完整的号码，或把它删去")
        } else {
            continue;
        };
        match whole {
            Some(whole) => *text = whole,
            None => problems.push(Problem::new(field, "masked_value", message)),
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(kind: &str, fields: Value) -> Record {
        Record {
            id: Uuid::nil(),
            kind: kind.into(),
            scope: "340323100".parse().unwrap(),
            version: 0,
            fields: fields.as_object().unwrap().clone(),
            void: None,
        }
    }

    #[test]
    fn numbers_are_masked_and_the_loss_stays_in_the_family() {
        let file = record(
            "support_file",
            json!({"phone": "19900002580", "child_name": "某", "loss_cause": "某", "head_name": "甲"}),
        );
        let nobody = Lost::new();
        let (listed, masked) = cover(&file, Shown::Listed, Uuid::nil(), &nobody);
        assert_eq!(listed, *json!({"phone": "199****2580", "head_name": "甲"}).as_object().unwrap());
        assert_eq!(masked, ["phone"]);
        assert!(cover(&file, Shown::Own, Uuid::nil(), &nobody).0.contains_key("child_name"));
        assert!(!may_be_asked_for("support_file", "child_name"));
        assert!(!may_be_asked_for("person", "id_number"));
        assert_ne!(cover_value(&file, "loss_cause", &json!("某"), Uuid::nil(), &nobody), json!("某"));
    }

    #[test]
    fn a_session_note_is_its_authors() {
        let author = Uuid::from_u128(7);
        let note =
            record("counselling", json!({"session_note": "谈话", "recorded_by_id": author.to_string()}));
        assert!(cover(&note, Shown::Own, author, &Lost::new()).0.contains_key("session_note"));
        assert!(!cover(&note, Shown::Own, Uuid::nil(), &Lost::new()).0.contains_key("session_note"));
    }

    #[test]
    fn no_list_names_the_child_who_died() {
        let home = Uuid::from_u128(7);
        let mut unsaid = Unsaid::default();
        unsaid.add_lost("贾小宝");
        unsaid.add("车祸");
        let lost = Lost::from([(home, unsaid)]);
        let claim = json!({
            "region": "340323100001", "household": home, "head_name": "贾文广", "insured": {"name": "贾 小宝"},
            "paid_on": "2014-01-05", "amount": "100.00", "days": 1,
        });
        let visit = json!({"household": home, "met": [{"name": "贾小宝"}, {"name": "贾文广"}],
            "note": "谈起贾 小宝的车祸", "needs": "给小宝扫墓", "visitors": ["贾小宝的同学13900001234"]});
        for record in [
            record("person", json!({"region": "340323100001", "household": home, "name": "贾小宝"})),
            record("insurance_claim", claim),
            record("visit", visit),
        ] {
            let (listed, _) = cover(&record, Shown::Listed, Uuid::nil(), &lost);
            let told = format!("{listed:?} {}", title(&record, &lost));
            for word in ["小宝", "车祸", "13900001234"] {
                assert!(!told.contains(word), "{told}");
            }
            let (own, _) = cover(&record, Shown::Own, Uuid::nil(), &lost);
            assert!(format!("{own:?}").contains("小宝"));
            for (field, value) in &record.fields {
                let value = cover_value(&record, field, value, Uuid::nil(), &lost);
                let value = value.to_string();
                assert!(!value.contains("小宝") && !value.contains("车祸"), "{field}");
            }
        }
        // Somebody of that name in another family is named.
        let other =
            record("person", json!({"region": "340323100001", "household": Uuid::nil(), "name": "贾小宝"}));
        assert_eq!(title(&other, &lost), "贾小宝");
    }

    #[test]
    fn a_mask_sent_back_means_unchanged() {
        let known = |_: &str| vec!["340399197309166454".to_owned()];
        let mut sent = json!({"id_number": "****************54"}).as_object().unwrap().clone();
        assert!(uncover("person", &mut sent, known).is_empty());
        assert_eq!(sent["id_number"], "340399197309166454");
        let mut other = json!({"id_number": "****************00"}).as_object().unwrap().clone();
        assert_eq!(uncover("person", &mut other, known)[0].code, "masked_value");
    }
}
