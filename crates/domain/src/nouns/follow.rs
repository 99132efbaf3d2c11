//! What lies where its family lies: its people, files and contacts, and the pictures of these. Visits and services
//! stay where they happened.

use super::Kind;
use crate::record::{Fields, Record};
use crate::region::RegionCode;

/// Whether a record goes where its family goes.
pub fn follows(kind: &str, fields: &Fields) -> bool {
    // A picture goes with what it belongs to.
    let of = match Kind::from_code(kind) {
        Kind::Attachment => {
            fields.get("owner_kind").and_then(|kind| kind.as_str()).map_or(Kind::Attachment, Kind::from_code)
        }
        kind => kind,
    };
    super::shape(&of).is_some_and(|shape| shape.follows_family)
}

/// Where a new record of a family lies that had moved within its township when the record came in: with the family,
/// and not where its author, who had not heard of it, saw the family. `None`: where its author said.
pub fn place_of_late(kind: &str, fields: &Fields, family: &Record) -> Option<RegionCode> {
    let said: RegionCode = fields.get("region")?.as_str()?.parse().ok()?;
    let lies = family.region();
    let moved = family.kind == Kind::Household.code() && family.fields.contains_key("moved_from");
    let late = moved && follows(kind, fields) && lies != said && lies.scope() == said.scope();
    late.then_some(lies)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn fields(value: Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    fn family(value: Value) -> Record {
        let fields = fields(value);
        let scope = "340323100".parse().unwrap();
        Record { id: Uuid::nil(), kind: "household".into(), scope, version: 1, fields, void: None }
    }

    #[test]
    fn people_files_and_contacts_follow_and_what_happened_stays() {
        let moved = family(json!({"region": "340323100003", "moved_from": "340323100005"}));
        let new = fields(json!({"region": "340323100005", "owner_kind": "person"}));
        for kind in ["person", "support_file", "contact_pair", "attachment"] {
            assert_eq!(place_of_late(kind, &new, &moved), Some(moved.region()), "{kind}");
        }
        for kind in ["visit", "need_survey", "insurance_claim", "counselling"] {
            assert_eq!(place_of_late(kind, &new, &moved), None, "{kind}");
        }
        let of_visit = fields(json!({"region": "340323100005", "owner_kind": "visit"}));
        assert_eq!(place_of_late("attachment", &of_visit, &moved), None);
        // Of a family that never moved its author knows best; what moved to another township is parked there.
        assert_eq!(place_of_late("person", &new, &family(json!({"region": "340323100003"}))), None);
        let away = family(json!({"region": "340323104003", "moved_from": "340323100005"}));
        assert_eq!(place_of_late("person", &new, &away), None);
        assert_eq!(place_of_late("person", &fields(json!({"region": "340323100003"})), &moved), None);
    }
}
