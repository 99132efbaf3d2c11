//! Lists of parts: where a field of a part stands in a record, and what a part says in words.

use serde_json::Value;

use super::{Audience, Field, Holds, label_in};
use crate::amount::minutes_told;
use crate::date::{PartialDate, YearHint};
use crate::record::Fields;

/// What a choice of a newer program is called, not by its code.
pub const NEWER_CHOICE: &str = "其他（新版程序的选项）";

/// A field of a record, or of a part in one of its lists.
pub struct Place<'f> {
    pub field: &'static Field,
    /// The fields beside it: of the kind, or of the part.
    pub among: &'static [Field],
    /// What stands there.
    pub fields: &'f Fields,
    /// The list in whose part it stands, and in which.
    pub part: Option<(&'static Field, usize)>,
}

impl Field {
    /// The fields of each of its parts; of a list of parts.
    pub const fn parts(&self) -> Option<&'static [Field]> {
        match self.holds {
            Holds::Parts(parts) => Some(parts),
            _ => None,
        }
    }
}

impl Place<'_> {
    /// As a problem calls it: `due`, `tasks.0.due`.
    pub fn path(&self) -> String {
        let name = self.field.name;
        self.part.map_or_else(|| name.to_owned(), |(whole, nth)| format!("{}.{nth}.{name}", whole.name))
    }

    /// As people call it.
    pub fn label(&self) -> String {
        let label = self.field.label;
        self.part.map_or_else(|| label.to_owned(), |(whole, nth)| label_of_part(whole, nth, self.field))
    }

    /// Whether both are the same field, in whichever part of the list.
    pub(crate) fn is_like(&self, other: &Place<'_>) -> bool {
        let list = |place: &Place<'_>| place.part.map(|(whole, _)| whole.name);
        self.field.name == other.field.name && list(self) == list(other)
    }
}

fn label_of_part(whole: &Field, nth: usize, own: &Field) -> String {
    format!("{}第{}项的{}", whole.label, nth + 1, own.label)
}

/// All fields of a kind, and those of the parts that are there.
pub fn places<'f>(kind: &str, fields: &'f Fields) -> Vec<Place<'f>> {
    places_in(super::of(kind).map(|shape| shape.fields).unwrap_or_default(), fields)
}

pub(crate) fn places_in<'f>(own: &'static [Field], fields: &'f Fields) -> Vec<Place<'f>> {
    let mut places: Vec<Place<'f>> =
        own.iter().map(|field| Place { field, among: own, fields, part: None }).collect();
    for whole in own {
        let (Some(among), Some(Value::Array(items))) = (whole.parts(), fields.get(whole.name)) else {
            continue;
        };
        for (nth, item) in items.iter().enumerate() {
            let Value::Object(fields) = item else { continue };
            let part = Some((whole, nth));
            places.extend(among.iter().map(|field| Place { field, among, fields, part }));
        }
    }
    places
}

/// The field to which a path leads, as [`Place::path`] writes it: `due`, `tasks.0.due`.
pub fn field_at(kind: &str, path: &str) -> Option<&'static Field> {
    part_at(kind, path).map(|(.., own)| own).or_else(|| super::field(kind, path))
}

/// The list, the place in it, and the field of the part there. None: the path leads into no part.
fn part_at(kind: &str, path: &str) -> Option<(&'static Field, usize, &'static Field)> {
    let (list, rest) = path.split_once('.')?;
    let (nth, name) = rest.split_once('.')?;
    let whole = super::field(kind, list)?;
    let own = whole.parts()?.iter().find(|own| own.name == name)?;
    Some((whole, nth.parse().ok()?, own))
}

/// What a path into a part is called: `tasks.0.due`. None: it leads into no part.
pub fn label_at(kind: &str, path: &str) -> Option<String> {
    part_at(kind, path).map(|(whole, nth, own)| label_of_part(whole, nth, own))
}

/// What each field of a part says, in their order; nothing of what is empty or told to nobody.
pub fn words(parts: &'static [Field], part: &Fields) -> Vec<(&'static Field, String)> {
    let told = parts.iter().filter(|own| own.audience == Audience::Everyone);
    let word = |own: &'static Field| Some((own, word(own, part.get(own.name)?)));
    told.filter_map(word).filter(|(_, word)| !word.is_empty()).collect()
}

/// A part in one line: `慰问金 300.00元`.
pub fn part_told(parts: &'static [Field], part: &Fields) -> String {
    words(parts, part).into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" ")
}

/// A list of parts in one text, as a table or a history has it.
pub fn parts_told(parts: &'static [Field], items: &[Value]) -> String {
    let told = items.iter().filter_map(Value::as_object).map(|part| part_told(parts, part));
    told.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("；")
}

/// What a field says in words; nothing of what is empty.
pub(super) fn word(own: &Field, value: &Value) -> String {
    let choice = |code: &str| match own.choices() {
        Some(choices) => label_in(choices, code).unwrap_or(NEWER_CHOICE).to_owned(),
        None => code.to_owned(),
    };
    match (own.holds, value) {
        (Holds::Money, Value::String(amount)) => format!("{amount}元"),
        (Holds::Minutes, Value::Number(minutes)) => minutes.as_u64().map(minutes_told).unwrap_or_default(),
        (Holds::Flag, Value::Bool(true)) => own.label.to_owned(),
        (Holds::Moment, Value::String(text)) => text.replace('T', " ").chars().take(16).collect(),
        (Holds::PartialDay, Value::String(text)) => {
            PartialDate::parse(text, YearHint::None).map_or_else(|_| text.clone(), PartialDate::label)
        }
        (_, Value::String(text)) => choice(text),
        (_, Value::Number(number)) => number.to_string(),
        (_, Value::Array(items)) => {
            items.iter().filter_map(Value::as_str).map(choice).collect::<Vec<_>>().join("、")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::Noun;
    use crate::nouns::visit::Visit;
    use serde_json::json;

    #[test]
    fn a_part_is_told_in_the_order_of_its_fields() {
        let parts = Visit::SHAPE.field("gifts").and_then(Field::parts).unwrap();
        let told = |value: Value| parts_told(parts, value.as_array().unwrap());
        assert_eq!(
            told(json!([{"amount": "300.00", "item": "慰问金"}, {"item": "米"}, {}])),
            "慰问金 300.00元；米"
        );
        const ALL: &[Field] = &[
            Field::new("kind", "类别", Holds::Code(&[("a", "甲")])),
            Field::new("also", "另", Holds::Codes(&[("a", "甲"), ("b", "乙")])),
            Field::new("count", "数量", Holds::Count),
            Field::new("time", "时长", Holds::Minutes),
            Field::new("done", "已办", Holds::Flag),
            Field::new("since", "从", Holds::PartialDay),
            Field::new("at", "时间", Holds::Moment),
            Field::new("id", "编号", Holds::Text).audience(Audience::Nobody),
        ];
        let part = json!({
            "kind": "later", "also": ["a", "b"], "count": 3, "time": 90, "done": true, "since": "2026-10",
            "at": "2026-10-05T09:00:00", "id": "秘密", "of_the_future": "新",
        });
        assert_eq!(
            part_told(ALL, part.as_object().unwrap()),
            format!("{NEWER_CHOICE} 甲、乙 3 1小时30分钟 已办 2026年10月 2026-10-05 09:00")
        );
    }

    #[test]
    fn a_place_in_a_part_has_a_path_and_a_name() {
        let fields = json!({"note": "好", "gifts": [{"item": "米"}, {"item": "油"}]});
        let fields = fields.as_object().unwrap();
        let all = places("visit", fields);
        let second = all.iter().find(|place| place.path() == "gifts.1.item").unwrap();
        assert_eq!((second.label(), &second.fields["item"]), ("慰问品第2项的慰问品".into(), &json!("油")));
        assert_eq!(label_at("visit", &second.path()), Some(second.label()));
        assert!(all.iter().any(|place| place.path() == "note" && place.fields == fields));
        assert_eq!((label_at("visit", "met.0.name"), label_at("visit", "note")), (None, None));
        let at = |path: &str| field_at("visit", path).map(|field| field.label);
        assert_eq!((at("gifts.1.item"), at("gifts.1.date")), (Some("慰问品"), None));
        assert!(at("note").is_some() && at("gifts.0").is_none() && at("nothing").is_none());
    }
}
