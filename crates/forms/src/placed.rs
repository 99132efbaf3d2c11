//! Where a new record lies follows what it is about, until somebody says otherwise.

use crate::{FieldKind, FormField, Typed, text};
use serde_json::Value;

/// The field in which a record says where it lies.
pub const PLACE: &str = "region";

/// The record, by its id, whose place a form takes over that has just been changed so: what its first field of that sort
/// names, where the form asks for a place. A family brings its own place along.
pub fn chosen<'t>(
    fields: &[FormField],
    typed: &'t Typed,
    changes: &[(String, Value)],
) -> Option<(&'static str, &'t str)> {
    if !fields.iter().any(|field| field.name == PLACE && matches!(field.kind, FieldKind::Region)) {
        return None;
    }
    let is_family = |field: &&FormField| matches!(field.kind, FieldKind::Family | FieldKind::Carried);
    if fields.iter().filter(is_family).any(|field| !text(typed, field.name).is_empty()) {
        return None;
    }
    let (name, id) = fields.iter().find_map(|field| Some((field.name, named_by(field, typed)?)))?;
    changes.iter().any(|(changed, _)| changed == name).then_some((name, id))
}

/// Whether the place is to follow: the record is still the one that is named, and nobody has set the place. `begun`: what
/// the form began with; `followed`: the place that it took over last.
pub fn follows(
    fields: &[FormField],
    typed: &Typed,
    (name, id): (&str, &str),
    begun: &Typed,
    followed: Option<&str>,
) -> bool {
    let stands = text(typed, PLACE);
    let untouched = stands == text(begun, PLACE) || followed == Some(stands.as_str());
    let named = fields.iter().find(|field| field.name == name).and_then(|field| named_by(field, typed));
    untouched && named == Some(id)
}

fn named_by<'t>(field: &FormField, typed: &'t Typed) -> Option<&'t str> {
    let value = typed.get(field.name)?;
    match field.kind {
        FieldKind::Record { .. } => value.as_str().filter(|id| !id.is_empty()),
        FieldKind::Person => value.get("person")?.as_str(),
        FieldKind::Text
        | FieldKind::Long
        | FieldKind::Day
        | FieldKind::DayNear
        | FieldKind::PartialDay
        | FieldKind::Moment
        | FieldKind::Money
        | FieldKind::Count
        | FieldKind::Minutes
        | FieldKind::Flag
        | FieldKind::Code(_)
        | FieldKind::Codes(_)
        | FieldKind::Tags
        | FieldKind::Region
        | FieldKind::People
        | FieldKind::Family
        | FieldKind::Parts(_)
        | FieldKind::Carried => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use serde_json::json;

    fn typed(value: Value) -> Typed {
        value.as_object().unwrap().clone().into_iter().collect()
    }

    #[test]
    fn a_meeting_lies_where_its_organisation_does_until_somebody_says_otherwise() {
        let fields = kinds::of("meeting");
        let begun = typed(json!({"region": "340323100"}));
        let change = [("of".to_owned(), json!("x"))];
        let mut now = typed(json!({"region": "340323100", "of": "x", "of_name": "滨河社区计生协"}));
        assert_eq!(chosen(&fields, &now, &change), Some(("of", "x")));
        assert!(follows(&fields, &now, ("of", "x"), &begun, None));
        // An answer that comes late is about another one.
        assert!(!follows(&fields, &now, ("of", "y"), &begun, None));
        now.insert(PLACE.into(), json!("340323100003"));
        assert!(follows(&fields, &now, ("of", "x"), &begun, Some("340323100003")));
        assert!(!follows(&fields, &now, ("of", "x"), &begun, None), "set by hand");
        assert_eq!(chosen(&fields, &now, &[("chair".to_owned(), json!("某"))]), None);
    }

    #[test]
    fn a_family_s_place_stands_before_others() {
        let fields = kinds::of("pairing");
        let change = |name: &str| [(name.to_owned(), json!("x"))];
        let record = fields.iter().find(|field| matches!(field.kind, FieldKind::Record { .. })).unwrap();
        let mut now = typed(json!({"region": "340323100"}));
        now.insert(record.name.into(), json!("x"));
        assert!(chosen(&fields, &now, &change(record.name)).is_some());
        now.insert("household".into(), json!("h"));
        assert_eq!(chosen(&fields, &now, &change(record.name)), None);
    }
}
