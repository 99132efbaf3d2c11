//! Whether two records tell of one event: a row that was copied, corrected, or typed by hand before.

use serde_json::Value;
use tiexin_domain::shape::{self, Field, Holds, Mask, Role, Shape};
use tiexin_domain::{Fields, Kind};

use crate::heads::records::{is_copy, naming};
use crate::script::{same_name, same_title};

/// Whether a row tells of the same event as a record of the same kind and household, or, of activities, of
/// the same township. Two visits of one day by other people are two events; the same with another amount,
/// or with a name mended, is one.
pub(super) fn one_event(kind: &Kind, one: &Fields, other: &Fields) -> bool {
    match (kind, shape::of(kind.code())) {
        // Who went, what was said and given speak for each other.
        (Kind::Visit, _) => one_visit(one, other),
        (_, Some(shape)) => {
            one_day(shape, one, other) && same_persons(shape, one, other) && same_words(shape, one, other)
        }
        (_, None) => false,
    }
}

/// Whether a row of a register tells of a record of the same kind and place, or family: a name, a number that people
/// have but once, and of what has neither the one that stands today.
pub(super) fn one_entry(shape: &'static Shape, there: &Fields, row: &Fields) -> bool {
    if naming(shape).is_none() {
        // Of a history only the row that says when it ended is one that has ended.
        let ended = |field: &Field| text(row, field.name).is_some();
        return match (shape.role(Role::Until).filter(|field| ended(field)), shape.role(Role::Until)) {
            (Some(until), _) => {
                let begun = shape.role(Role::Day).is_some_and(|day| same(there, row, day.name));
                begun || same(there, row, until.name)
            }
            (None, Some(until)) => text(there, until.name).is_none(),
            (None, None) => true,
        };
    }
    if shape.with(Role::Natural).any(|number| same(there, row, number.name)) {
        return true;
    }
    same_named(shape, there, row) && !contradicts(shape, there, row)
}

/// Whether both have a name, and the same.
pub(super) fn same_named(shape: &'static Shape, one: &Fields, other: &Fields) -> bool {
    naming(shape).is_some_and(|naming| {
        let name = text(one, naming.name).map(same_name);
        name.is_some() && name == text(other, naming.name).map(same_name)
    })
}

/// Whether two of one name are two: a name alone identifies nobody where something of one's own says otherwise. Within
/// one family a new telephone is no other person.
pub(super) fn contradicts(shape: &'static Shape, there: &Fields, row: &Fields) -> bool {
    contradiction(shape, there, row).is_some()
}

/// The field that says so.
pub(super) fn contradiction(shape: &'static Shape, there: &Fields, row: &Fields) -> Option<&'static Field> {
    let one_family = shape.role(Role::Family).is_some_and(|family| same(there, row, family.name));
    let lunar = [there, row].iter().any(|fields| fields.get("lunar_birthday") == Some(&Value::Bool(true)));
    shape.fields.iter().find(|field| {
        let born = field.name == "sex" || (field.name == "birth" && !lunar);
        let own = field.mask == Some(Mask::Phone)
            || field.has(Role::Day)
            || matches!(field.name, "current_address" | "registered_address");
        (born || field.has(Role::Natural) || (own && !one_family)) && torn(there, row, field)
    })
}

/// Both have the field, and neither says more of what the other says: 2016-05 and 2016-05-03, 三组 and 三组12号.
fn torn(there: &Fields, row: &Fields, field: &Field) -> bool {
    let plain = |fields: &Fields| -> Option<String> {
        Some(text(fields, field.name)?.chars().filter(|c| !crate::workbook::blank(*c)).collect())
    };
    let (Some(one), Some(other)) = (plain(there), plain(row)) else { return false };
    match field.holds {
        Holds::PartialDay => !one.starts_with(&other) && !other.starts_with(&one),
        Holds::Text if !field.has(Role::Natural) && field.mask.is_none() => {
            !one.contains(&other) && !other.contains(&one)
        }
        _ => one != other,
    }
}

/// The same in everything but the day, within one month: perhaps only the day was mended.
pub(super) fn twin(kind: &Kind, one: &Fields, other: &Fields) -> bool {
    if !one_month(kind, one, other) || day_of(kind, one) == day_of(kind, other) {
        return false;
    }
    let agree = |field: &str| one.get(field).is_some() && one.get(field) == other.get(field);
    match (kind, shape::of(kind.code())) {
        (Kind::Visit, _) => {
            let who = agree("visitors") && names_meet(one, other, "met") == Some(true);
            who && agree("kind") && agree("note") && one.get("gifts") == other.get("gifts")
        }
        (_, Some(shape)) => {
            let counted = |field: &Field| matches!(field.holds, Holds::Money | Holds::Count);
            let told = |field: &&Field| field.tells;
            shape.with(Role::Number).any(|field| counted(field) && agree(field.name))
                && same_persons(shape, one, other)
                && same_words(shape, one, other)
                && shape.fields.iter().filter(told).all(|f| one.get(f.name) == other.get(f.name))
        }
        (_, None) => false,
    }
}

/// Whether both are of one month: no others are ever taken for one, or for twins.
pub(super) fn one_month(kind: &Kind, one: &Fields, other: &Fields) -> bool {
    let (day, that) = (day_of(kind, one), day_of(kind, other));
    matches!((day, that), (Some(day), Some(that)) if day.get(..7) == that.get(..7))
}

/// The same day, and not two times of it.
fn one_day(shape: &'static Shape, one: &Fields, other: &Fields) -> bool {
    let Some(day) = shape.role(Role::Day) else { return false };
    let (Some(at), Some(there)) = (text(one, day.name), text(other, day.name)) else { return false };
    let clock = |text: &str| text.get(11..16).filter(|time| *time != "00:00").map(str::to_owned);
    let two_times = matches!((clock(at), clock(there)), (Some(a), Some(b)) if a != b);
    at.get(..10).is_some() && at.get(..10) == there.get(..10) && !two_times
}

/// The same person, or of several one in both.
fn same_persons(shape: &'static Shape, one: &Fields, other: &Fields) -> bool {
    shape.with(Role::Persons).all(|field| match field.holds {
        Holds::Person => same_person(one, other, field.name),
        _ => names_meet(one, other, field.name) != Some(false),
    })
}

/// What the record cannot be without reads the same, and what tells two apart is not torn.
fn same_words(shape: &'static Shape, one: &Fields, other: &Fields) -> bool {
    let title = |fields: &Fields, field: &Field| text(fields, field.name).map(same_title);
    let is_text = |field: &Field| matches!(field.holds, Holds::Text | Holds::LongText);
    shape.fields.iter().filter(|field| is_text(field) && !is_copy(shape, field)).all(|field| {
        // The names last: they are the dearest to compare.
        !(field.tells && apart(one, other, field.name))
            && (!field.required || title(one, field) == title(other, field))
    })
}

/// The day of an event, `2026-10-05`.
pub(super) fn day_of<'f>(kind: &Kind, fields: &'f Fields) -> Option<&'f str> {
    text(fields, shape::role(kind.code(), Role::Day)?.name)?.get(..10)
}

fn text<'f>(fields: &'f Fields, field: &str) -> Option<&'f str> {
    fields.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn same(one: &Fields, other: &Fields, field: &str) -> bool {
    text(one, field).is_some() && text(one, field) == text(other, field)
}

/// Both have the field, and not alike.
fn apart(one: &Fields, other: &Fields, field: &str) -> bool {
    matches!((text(one, field), text(other, field)), (Some(a), Some(b)) if a != b)
}

fn one_visit(one: &Fields, other: &Fields) -> bool {
    if !same(one, other, "date") || apart(one, other, "time") {
        return false;
    }
    let agree = |field: &str| one.get(field).is_some() && one.get(field) == other.get(field);
    if !same(one, other, "kind") {
        // The kind itself was mended: all else has to be the same.
        let named = !names(one, "visitors").is_empty() && visitors(one, other) == Visitors::Same;
        let torn = |field: &str| one.get(field).is_some() && other.get(field).is_some() && !agree(field);
        return named && names_meet(one, other, "met") == Some(true) && !torn("note") && !torn("gifts");
    }
    match visitors(one, other) {
        Visitors::Same | Visitors::Unsaid => true,
        // A name written otherwise, or one person more: the rest has to speak for it.
        Visitors::Mended => {
            let met = names_meet(one, other, "met");
            let speaking =
                usize::from(met == Some(true)) + usize::from(agree("note")) + usize::from(agree("gifts"));
            met != Some(false) && speaking > 0
        }
        Visitors::Others => false,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Visitors {
    Unsaid,
    Same,
    Mended,
    Others,
}

fn visitors(one: &Fields, other: &Fields) -> Visitors {
    let (one, other) = (names(one, "visitors"), names(other, "visitors"));
    if one.is_empty() || other.is_empty() {
        return Visitors::Unsaid;
    }
    let within = |a: &[String], b: &[String]| a.iter().all(|name| b.contains(name));
    if within(&one, &other) && within(&other, &one) {
        return Visitors::Same;
    }
    if within(&one, &other) || within(&other, &one) {
        return Visitors::Mended;
    }
    let mended = |name: &String| other.iter().any(|there| nearly(name, there));
    if one.len() == other.len() && one.iter().all(mended) { Visitors::Mended } else { Visitors::Others }
}

/// One sign changed, added or left out: 严翠 and 严萃, 尤桂芝 and 尤桂之.
fn nearly(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    match long.len() - short.len() {
        0 => short.iter().zip(long).filter(|(a, b)| a != b).count() <= 1,
        1 => (0..long.len()).any(|left_out| {
            let rest = long.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, c)| c);
            rest.eq(short.iter())
        }),
        _ => false,
    }
}

/// Names of a field that lists texts or persons, as names are compared.
fn names(fields: &Fields, field: &str) -> Vec<String> {
    let items = fields.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let name = |item: &Value| item.as_str().or_else(|| item.get("name")?.as_str()).map(same_name);
    items.iter().filter_map(name).collect()
}

/// Whether some name stands in both; `None` where one of them has none.
fn names_meet(one: &Fields, other: &Fields, field: &str) -> Option<bool> {
    let (one, other) = (names(one, field), names(other, field));
    if one.is_empty() || other.is_empty() {
        return None;
    }
    Some(one.iter().any(|name| other.contains(name)))
}

fn same_person(one: &Fields, other: &Fields, field: &str) -> bool {
    let part = |fields: &Fields, part: &str| {
        fields.get(field).and_then(|person| person.get(part)).and_then(Value::as_str).map(str::to_owned)
    };
    let id = part(one, "person");
    (id.is_some() && id == part(other, "person"))
        || part(one, "name").map(|n| same_name(&n)) == part(other, "name").map(|n| same_name(&n))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn visit(visitors: &[&str], met: &str, note: &str, amount: &str) -> Fields {
        let value = json!({
            "date": "2026-10-05", "kind": "routine", "visitors": visitors, "met": [{"name": met}],
            "note": note, "gifts": [{"item": "慰问金", "amount": amount}],
        });
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_an_activitys_name_has_in_brackets_is_a_part_of_it() {
        let held = |name: &str| {
            let value = json!({"name": name, "start": "2026-10-05T00:00"});
            value.as_object().cloned().unwrap_or_default()
        };
        for (name, other, one) in [
            ("讲座（东关）", "讲座（西关）", false),
            ("《民法典》宣讲", "《人口与计划生育法》宣讲", false),
            ("义诊（第一场）", "义诊", false),
            ("讲座（东关）", "讲座 (东关)", true),
            ("《民法典》宣讲", "《民法典》 宣讲", true),
        ] {
            assert_eq!(one_event(&Kind::Activity, &held(name), &held(other)), one, "{name} {other}");
        }
    }

    #[test]
    fn a_corrected_visit_is_the_same_and_another_persons_is_not() {
        let first = visit(&["严翠"], "韩广田", "送去棉被", "200.00");
        for (other, one) in [
            (visit(&["严翠"], "韩广田", "送去棉被", "500.00"), true),
            (visit(&["严翠"], "陶桂兰", "谈心", "200.00"), true),
            (visit(&["严萃"], "韩广田", "送去棉被", "200.00"), true),
            (visit(&["严翠", "尤桂芝"], "韩广田", "送去棉被", "200.00"), true),
            (visit(&[], "韩广田", "送去棉被", "200.00"), true),
            (visit(&["尤桂芝"], "韩广田", "送去棉被", "200.00"), false),
            (visit(&["严萃"], "陶桂兰", "谈心", "300.00"), false),
        ] {
            assert_eq!(one_event(&Kind::Visit, &first, &other), one, "{other:?}");
        }
        let mut mended_kind = first.clone();
        mended_kind.insert("kind".into(), "hospital".into());
        assert!(one_event(&Kind::Visit, &first, &mended_kind));
        let mut at_nine = first.clone();
        at_nine.insert("time".into(), "09:00".into());
        let mut at_three = first.clone();
        at_three.insert("time".into(), "15:00".into());
        assert!(!one_event(&Kind::Visit, &at_nine, &at_three));
        assert!(one_event(&Kind::Visit, &at_nine, &first));
    }
}
