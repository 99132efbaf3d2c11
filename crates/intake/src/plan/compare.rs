//! What a ledger's row says beside what the book holds: what is lacking there, and what differs.

use serde_json::Value;
use tiexin_domain::shape::{self, Field, Holds, Start};
use tiexin_domain::{Fields, Kind, numbers_in_text};

use crate::script::same_name;

/// Fields that say where a record belongs, not what it says; and copies of what stands elsewhere.
const BOOKKEEPING: &[&str] =
    &["region", "household", "head", "file", "person", "recorded_by", "recorded_at", "merged_into"];

/// Fields in which the noun puts something that the row did not say.
fn is_default(kind: &Kind, field: &str, value: &Value) -> bool {
    match (kind, field) {
        (Kind::Visit, "presence") => value == "at_home" || value == "in_hospital",
        (Kind::Volunteer, "approval") => true,
        (Kind::SupportFile, "status") => value == "active",
        // The head's name stands on files and events so that lists can be read; the household's own counts.
        (Kind::Household | Kind::SupportFile, "head_name") => false,
        (_, "head_name") => true,
        _ => matches!(value, Value::Bool(false)) || begins_so(kind, field, value),
    }
}

/// Whether the day is only that of the row's ID number, beside one of the book that is kept by the lunar calendar.
fn follows_number(book: &Fields, row: &Fields, field: &str) -> bool {
    let lunar = |fields: &Fields| fields.get("lunar_birthday") == Some(&Value::Bool(true));
    field == "birth" && row.contains_key("id_number") && lunar(book) && !lunar(row)
}

/// What a record that cannot be without the field begins with.
fn begins_so(kind: &Kind, field: &str, value: &Value) -> bool {
    let own = shape::of(kind.code()).and_then(|shape| shape.field(field)).filter(|own| own.required);
    own.and_then(begins_with).is_some_and(|code| value == code)
}

/// The code that stands for an empty cell of a field.
pub(super) fn begins_with(field: &Field) -> Option<&'static str> {
    field.absent.or(match field.form.map(|form| form.start) {
        Some(Start::Code(code)) => Some(code),
        _ => None,
    })
}

/// A field that the book holds otherwise.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    pub(super) field: String,
    pub(super) old: Value,
    /// What it would become.
    pub(super) new: Value,
}

/// The ledger's fields beside the book's.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Compared {
    /// The book has nothing there.
    pub(super) lacking: Vec<(String, Value)>,
    pub(super) differs: Vec<Difference>,
}

impl Compared {
    /// Whether the ledger says nothing that the book does not say.
    pub(super) fn is_same(&self) -> bool {
        self.lacking.is_empty() && self.differs.is_empty()
    }
}

/// Compares a row's record with the book's. Nothing that the row does not say is compared: of a field that may hold
/// what stands for an empty cell `said` answers whether the row says it.
pub(super) fn compare(kind: &Kind, book: &Fields, row: &Fields, said: &dyn Fn(&str) -> bool) -> Compared {
    let mut compared = Compared::default();
    for (field, new) in row {
        if is_bookkeeping(kind, field) || is_nothing(new) || follows_number(book, row, field) {
            continue;
        }
        let old = book.get(field).unwrap_or(&Value::Null);
        if is_default(kind, field, new) && !said(field) {
            continue;
        }
        if is_nothing(old) {
            // What is not there is not so.
            if new != &Value::Bool(false) {
                compared.lacking.push((field.clone(), new.clone()));
            }
        } else if let Some(new) = other(held(kind, field), field, old, new) {
            compared.differs.push(Difference { field: field.clone(), old: old.clone(), new });
        }
    }
    compared
}

/// Whether the field says where a record belongs, and not what it says.
fn is_bookkeeping(kind: &Kind, field: &str) -> bool {
    match held(kind, field) {
        Some(Holds::Reference(_) | Holds::References(_)) => true,
        Some(Holds::Region) => field == "region",
        // An activity's 负责人 and whom a session was held with are no bookkeeping.
        Some(_) => false,
        None => BOOKKEEPING.contains(&field),
    }
}

fn held(kind: &Kind, field: &str) -> Option<Holds> {
    shape::field(kind.code(), field).or_else(|| shape::anywhere(field)).map(|field| field.holds)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// What the field would become, where the row says something that the book does not.
fn other(holds: Option<Holds>, field: &str, old: &Value, new: &Value) -> Option<Value> {
    match (holds, old, new) {
        (Some(Holds::Codes(_)), Value::Array(old), Value::Array(new)) => {
            let added: Vec<&Value> = new.iter().filter(|item| !old.contains(item)).collect();
            return (!added.is_empty()).then(|| Value::Array(old.iter().chain(added).cloned().collect()));
        }
        (Some(Holds::People), Value::Array(old), Value::Array(new)) => {
            let there = |person: &Value| old.iter().any(|known| same_person(known, person));
            return (!new.iter().all(there)).then(|| Value::Array(new.clone()));
        }
        (Some(Holds::Parts(_)), Value::Array(old), Value::Array(new)) => {
            return with_parts(old, new).map(Value::Array);
        }
        (Some(Holds::Texts), Value::Array(old), Value::Array(new)) => {
            let key = |item: &Value| same_name(item.as_str().unwrap_or_default());
            let mut keys: (Vec<String>, Vec<String>) =
                (old.iter().map(key).collect(), new.iter().map(key).collect());
            keys.0.sort();
            keys.1.sort();
            return (keys.0 != keys.1).then(|| Value::Array(new.clone()));
        }
        (Some(Holds::Person), Value::Object(_), Value::Object(_)) if same_person(old, new) => return None,
        _ => {}
    }
    match (field, old, new) {
        _ if old == new => None,
        // More than the row knows is no difference: 2016-05-03 beside 2016-05.
        (_, Value::String(old), Value::String(new)) if is_day_of(old, new) => None,
        // An export hides the numbers in a text; what it shows of them is no other text.
        (_, Value::String(old), Value::String(new)) if new.contains('*') && unmasked(new, old) => None,
        (_, Value::String(old), Value::String(new)) if BY_SENTENCE.contains(&field) => {
            untold(old, new).next().map(|_| Value::String(new.clone()))
        }
        (
            "name" | "head_name" | "child_name" | "township_leader" | "village_worker" | "doctor"
            | "counsellor" | "emergency_contact",
            Value::String(old),
            Value::String(new),
        ) if same_name(old) == same_name(new) => None,
        (_, Value::String(old), Value::String(new)) => {
            (squeezed(old) != squeezed(new)).then(|| Value::String(new.clone()))
        }
        _ => Some(new.clone()),
    }
}

/// Whether a text is the book's with its numbers masked.
fn unmasked(new: &str, old: &str) -> bool {
    numbers_in_text::unmask(new, old).is_ok_and(|whole| squeezed(&whole) == squeezed(old))
}

/// The book's list of parts with what a row says besides, each in the place of one that the row does not tell; none where
/// the book says all of it. A sheet has few of the parts, not all of what they say, and in whichever order.
fn with_parts(book: &[Value], row: &[Value]) -> Option<Vec<Value>> {
    let mut told: Vec<Option<usize>> = vec![None; book.len()];
    let mut more = Vec::new();
    for nth in 0..row.len() {
        if !find_place(nth, (book, row), &mut told, &mut vec![false; book.len()]) {
            more.push(nth);
        }
    }
    let mut parts = book.to_vec();
    for nth in &more {
        // Where it stands in the row, if that place is free: it may be that one, mended.
        let free = |at: &usize| told.get(*at).is_some_and(Option::is_none);
        match Some(*nth).filter(free).or_else(|| (0..told.len()).find(free)) {
            Some(at) => {
                told[at] = Some(*nth);
                parts[at] = row[*nth].clone();
            }
            None => parts.push(row[*nth].clone()),
        }
    }
    (!more.is_empty()).then_some(parts)
}

/// Finds a part of the book that says all of a row's, also by another place for one that was found before. `told`: of
/// which of the row's parts each of the book's is.
fn find_place(
    nth: usize,
    (book, row): (&[Value], &[Value]),
    told: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for (at, part) in book.iter().enumerate() {
        if tried[at] || !says_all_of(part, &row[nth]) {
            continue;
        }
        tried[at] = true;
        if told[at].is_none_or(|other| find_place(other, (book, row), told, tried)) {
            told[at] = Some(nth);
            return true;
        }
    }
    false
}

/// Whether a part of the book says all that a row says of it.
fn says_all_of(book: &Value, row: &Value) -> bool {
    row.as_object().is_some_and(|row| row.iter().all(|(own, value)| book.get(own) == Some(value)))
}

fn same_person(one: &Value, other: &Value) -> bool {
    let id = |value: &Value| value.get("person").and_then(Value::as_str).map(str::to_owned);
    let name = |value: &Value| same_name(value.get("name").and_then(Value::as_str).unwrap_or_default());
    (id(one).is_some() && id(one) == id(other)) || name(one) == name(other)
}

/// `2016-05-03` tells more of what `2016-05` or `2016` tells.
fn is_day_of(old: &str, new: &str) -> bool {
    let dated = |text: &str| text.len() >= 4 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    dated(old)
        && dated(new)
        && old.len() > new.len()
        && old.starts_with(new)
        && old.as_bytes()[new.len()] == b'-'
}

/// Remarks: the book's may hold more than a row's.
pub(super) const BY_SENTENCE: &[&str] = &["notes", "note", "session_note", "summary"];

/// The sentences of a text that another does not hold.
pub(super) fn untold(old: &str, new: &str) -> impl Iterator<Item = String> {
    let old = squeezed(old);
    let sentences: Vec<String> = new.split(['\n', '；']).map(squeezed).collect();
    sentences.into_iter().filter(move |sentence| !holds(&old, sentence))
}

/// Whether a text holds a sentence. The end of a number is no sentence, nor is any other part of it: one that is masked
/// would be found out place by place.
fn holds(old: &str, sentence: &str) -> bool {
    let of_number =
        |sign: char| sign.is_ascii_digit() || matches!(sign, '０'..='９' | '-' | '－' | 'X' | 'x');
    let cut =
        |one: Option<char>, next: Option<char>| one.is_some_and(of_number) && next.is_some_and(of_number);
    let whole = |(at, found): (usize, &str)| {
        let (before, behind) = (&old[..at], &old[at + found.len()..]);
        !cut(before.chars().next_back(), found.chars().next())
            && !cut(found.chars().next_back(), behind.chars().next())
    };
    sentence.is_empty() || old.match_indices(sentence).any(whole)
}

pub(super) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !crate::workbook::blank(*c)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        value.as_object().cloned().unwrap_or_default()
    }

    fn compared(kind: Kind, book: Value, row: Value) -> (Vec<String>, Vec<String>) {
        let compared = compare(&kind, &fields(book), &fields(row), &|_| false);
        let differs = compared.differs.into_iter().map(|d| d.field).collect();
        (compared.lacking.into_iter().map(|(field, _)| field).collect(), differs)
    }

    #[test]
    fn what_the_book_lacks_and_what_it_holds_otherwise() {
        let book =
            json!({"region": "340323104200", "name": "韩广田", "phone": "19900000001", "tags": ["youth"]});
        let row = json!({"region": "340323104201", "name": "韩 广田", "phone": "19900000002", "id_number": "x", "tags": ["youth"]});
        assert_eq!(compared(Kind::Person, book, row), (vec!["id_number".into()], vec!["phone".into()]));
    }

    #[test]
    fn the_book_may_know_more() {
        for (field, old, new, differs) in [
            ("loss_date", json!("2016-05-03"), json!("2016-05"), false),
            ("loss_date", json!("2016-05"), json!("2016-05-03"), true),
            ("loss_date", json!("2016-05-03"), json!("2016-06"), true),
            ("notes", json!("民族：汉；电话已换"), json!("民族：汉"), false),
            ("notes", json!("女儿电话19000000004"), json!("女儿电话*********04"), false),
            ("notes", json!("女儿电话19000000004"), json!("女儿电话*********05"), true),
            ("notes", json!("女儿电话19000000004"), json!("电话19000000004"), false),
            ("notes", json!("女儿电话19000000004"), json!("0004"), true),
            ("notes", json!("女儿电话19000000004"), json!("电话1900"), true),
            ("notes", json!("座机0552-1111111"), json!("1111111"), true),
            ("tags", json!(["a", "b"]), json!(["b"]), false),
            ("tags", json!(["a"]), json!(["b"]), true),
            ("visitors", json!(["严翠", "尤桂芝"]), json!(["尤桂芝", "严翠"]), false),
            ("met", json!([{"name": "孙明"}, {"name": "金凤霞"}]), json!([{"name": "孙明"}]), false),
            ("wants_notices", json!(true), json!(false), false),
        ] {
            let mut book = Fields::new();
            book.insert(field.into(), old);
            let mut row = Fields::new();
            row.insert(field.into(), new.clone());
            assert_eq!(
                compare(&Kind::Person, &book, &row, &|_| false).differs.len(),
                usize::from(differs),
                "{field} {new}"
            );
        }
    }

    #[test]
    fn of_a_list_of_parts_the_book_may_hold_more() {
        let becomes = |old: Value, new: Value| {
            let of = |gifts: Value| Fields::from_iter([("gifts".to_owned(), gifts)]);
            let found = compare(&Kind::Visit, &of(old), &of(new), &|_| false);
            found.differs.into_iter().next().map(|one| one.new)
        };
        let two = json!([{"item": "米", "signed_by": "甲"}, {"item": "油"}]);
        assert_eq!(becomes(two.clone(), json!([{"item": "米"}])), None);
        let other = json!([{"item": "面"}]);
        assert_eq!(becomes(two.clone(), other.clone()), Some(json!([{"item": "面"}, {"item": "油"}])));
        let three = json!([{"item": "面"}, {"item": "油"}]);
        assert_eq!(becomes(other, three.clone()), Some(three));
        // The order is nobody's: only what no part of the book tells is another.
        let turned = json!([{"item": "油"}, {"item": "米"}]);
        assert_eq!(becomes(two.clone(), turned), None);
        let mended = json!([{"item": "油"}, {"item": "面"}]);
        assert_eq!(becomes(two.clone(), mended), Some(json!([{"item": "面"}, {"item": "油"}])));
        let twice = json!([{"item": "米"}, {"item": "米"}]);
        assert_eq!(becomes(two, twice), Some(json!([{"item": "米", "signed_by": "甲"}, {"item": "米"}])));
        // Which says more is found for whatever says more.
        let both = json!([{"item": "米", "signed_by": "甲"}, {"item": "米"}]);
        assert_eq!(becomes(both, json!([{"item": "米"}, {"item": "米", "signed_by": "甲"}])), None);
    }

    #[test]
    fn a_lunar_birthday_differs_from_no_number() {
        let row = json!({"id_number": "34052419800101001X", "birth": "1980-01-01"});
        let book = |lunar: bool| json!({"birth": "1979-11-14", "lunar_birthday": lunar});
        let number = vec!["id_number".to_owned()];
        assert_eq!(compared(Kind::Person, book(true), row.clone()), (number.clone(), Vec::new()));
        assert_eq!(compared(Kind::Person, book(false), row), (number, vec!["birth".to_owned()]));
    }

    #[test]
    fn what_stands_for_an_empty_cell_is_compared_where_the_row_says_it() {
        for (kind, field, book, row, told) in [
            (Kind::Volunteer, "approval", json!("approved"), json!("pending"), true),
            (Kind::Volunteer, "approval", json!("pending"), json!("pending"), false),
            (Kind::SupportFile, "status", json!("closed"), json!("active"), true),
            (Kind::Wish, "published", json!(true), json!(false), true),
            (Kind::Wish, "published", Value::Null, json!(false), false),
        ] {
            let one = |value: Value| Fields::from_iter([(field.to_owned(), value)]);
            let differs = |said: bool| {
                let compared = compare(&kind, &one(book.clone()), &one(row.clone()), &|_| said);
                assert!(compared.lacking.is_empty());
                compared.differs.len()
            };
            assert_eq!((differs(true), differs(false)), (usize::from(told), 0), "{kind:?} {field} {row}");
        }
    }
}
