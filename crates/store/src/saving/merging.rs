//! What merging two records comes to, and undoing it: pure, in data. Every record that changes is named (I16).
//!
//! Rights, money and the decision's signature are the caller's; [`crate::Book::merge_group`] writes what comes out.

use std::collections::BTreeSet;

use serde_json::Value;
use tiexin_domain::nouns::Merge;
use tiexin_domain::nouns::merge::{MERGED_INTO, MergeDecision, Took, Turned, turn};
use tiexin_domain::record::{self, Fields, Record, Void};
use tiexin_domain::shape;
use tiexin_domain::{Kind, MergeClass, Noun};
use tiexin_protocol::{VoidChange, join_notes};
use uuid::Uuid;

use crate::Save;
use crate::saving::moving::moved_along;

/// Told of the one that gave way wherever it is still met.
const REASON: &str = "与另一份登记重复，已合并";

/// Kinds that can be merged.
pub fn mergeable(kind: &str) -> bool {
    shape::of(kind).is_some_and(|shape| shape.merges)
}

/// Whether the record is shown and names `id`: what a merge turns.
pub fn names(record: &Record, id: Uuid) -> bool {
    let mut fields = record.fields.clone();
    record.void.is_none() && record.id != id && !turn(&record.kind, &mut fields, id, Uuid::nil()).is_empty()
}

/// Kinds that tell of money: turned only when a person ticked it.
pub fn is_money(kind: &str) -> bool {
    Kind::from_code(kind) == Kind::InsuranceClaim || shape::is_fixed(kind)
}

/// Whether a person may choose between two values of the field: not for what says where a record belongs.
pub fn choosable(kind: &str, field: &str) -> bool {
    !matches!(field, "region" | "head" | "moved_from" | "moved_on" | "moved_why")
        && !field.starts_with("recorded_")
        && !shape::parents(kind).any(|parent| parent == field)
}

/// What is taken over of a set or a long note comes to what stands.
pub fn joins(kind: &str, field: &str) -> bool {
    matches!(shape::merge_class(kind, field), MergeClass::Set | MergeClass::LongNote)
}

/// The merge as a group of saves. The decision's record is the caller's to sign.
#[derive(Debug, Clone, PartialEq)]
pub struct Merging {
    /// The one that gives way first: whatever follows is of the one that stays.
    pub saves: Vec<Save>,
    pub decision: Merge,
}

/// Two records of one kind, and what names the one that gives way and is to be turned.
pub struct Two<'a> {
    pub stays: &'a Record,
    pub gives_way: &'a Record,
    pub naming: &'a [Record],
}

/// `take`: fields of the one that stays that take the other one's value over.
pub fn merge(two: &Two<'_>, take: &BTreeSet<String>) -> Merging {
    let &Two { stays, gives_way, naming } = two;
    let mut gone = gives_way.fields.clone();
    gone.insert(MERGED_INTO.into(), stays.id.to_string().into());
    let void = Some(VoidChange::Hide(Void { reason: REASON.into() }));
    let mut saves = vec![Save { id: gives_way.id, kind: gives_way.kind.clone(), fields: gone, void }];
    let mut took = Vec::new();
    let mut keep = |record: &Record, fields: Fields, saves: &mut Vec<Save>| {
        let before = &record.fields;
        let names: BTreeSet<&String> = before.keys().chain(fields.keys()).collect();
        for field in names.into_iter().filter(|field| before.get(*field) != fields.get(*field)) {
            took.push(Took {
                record: Some(record.id).filter(|id| *id != stays.id),
                field: field.clone(),
                was: before.get(field).cloned(),
                is: fields.get(field).cloned(),
            });
        }
        if *before != fields {
            saves.push(Save { id: record.id, kind: record.kind.clone(), fields, void: None });
        }
    };
    keep(stays, taken(stays, gives_way, take), &mut saves);
    let mut turned = Vec::new();
    for record in naming.iter().filter(|record| record.id != stays.id && record.id != gives_way.id) {
        let mut fields = record.fields.clone();
        let named = turn(&record.kind, &mut fields, gives_way.id, stays.id);
        if named.is_empty() {
            continue;
        }
        let turned_only = Record { fields, ..record.clone() };
        turned.extend(named.into_iter().map(|field| Turned { record: record.id, field }));
        let along = along(&turned_only, gives_way, stays);
        let before = saves.len();
        keep(&turned_only, along, &mut saves);
        if saves.len() == before {
            let Record { id, kind, fields, .. } = turned_only;
            saves.push(Save { id, kind, fields, void: None });
        }
    }
    let decision = Merge {
        region: stays.region(),
        record_kind: Kind::from_code(&stays.kind),
        stays: stays.id,
        gives_way: gives_way.id,
        decision: MergeDecision::Merged,
        turned,
        took,
    };
    Merging { saves, decision }
}

/// The one that stays with what it takes over; the head's record, which is no value, when it names none.
fn taken(stays: &Record, gives_way: &Record, take: &BTreeSet<String>) -> Fields {
    let mut fields = stays.fields.clone();
    for field in take.iter().filter(|field| choosable(&stays.kind, field)) {
        let Some(theirs) = gives_way.fields.get(field) else {
            // To take over nothing where something may be joined is to leave it.
            if !joins(&stays.kind, field) {
                fields.remove(field);
            }
            continue;
        };
        let value = match (shape::merge_class(&stays.kind, field), theirs) {
            (MergeClass::Set, Value::Array(items)) => {
                let add = Fields::from_iter([("+".to_owned(), Value::Array(items.clone()))]);
                record::apply(&mut fields, &Fields::from_iter([(field.clone(), Value::Object(add))]));
                continue;
            }
            (MergeClass::LongNote, Value::String(text)) => join_notes(fields.get(field), text),
            _ => theirs.clone(),
        };
        fields.insert(field.clone(), value);
    }
    if let (Some(head), false) = (gives_way.fields.get("head"), fields.contains_key("head")) {
        fields.insert("head".into(), head.clone());
    }
    fields
}

/// People, files and contacts go where the family is, as when it moves; visits stay where they happened.
fn along(record: &Record, from: &Record, to: &Record) -> Fields {
    let family = from.kind == Kind::Household.code();
    let moved = family.then(|| moved_along(record, &from.fields, &to.fields)).flatten();
    moved.map_or_else(|| record.fields.clone(), |save| save.fields)
}

/// What a record is at the moment of undoing: `now` gives it, `standing` the one that stands for a merged one.
pub struct Today<'a> {
    pub now: &'a dyn Fn(Uuid) -> Option<Record>,
    pub standing: &'a dyn Fn(Uuid) -> Uuid,
}

/// Takes the merge back. What somebody wrote since stays as they wrote it.
pub fn undo(merge: &Merge, today: &Today<'_>) -> Option<Vec<Save>> {
    let mut back = (today.now)(merge.gives_way)?;
    back.fields.remove(MERGED_INTO);
    let void = Some(VoidChange::Restore);
    let mut saves = vec![Save { id: back.id, kind: back.kind, fields: back.fields, void }];
    let names = (today.standing)(merge.stays);
    let mut changed: Vec<Record> = Vec::new();
    let mut edit = |id: Uuid, edit: &dyn Fn(&mut Record)| {
        if !changed.iter().any(|record| record.id == id) {
            changed.extend((today.now)(id).filter(|record| record.void.is_none()));
        }
        if let Some(record) = changed.iter_mut().find(|record| record.id == id) {
            edit(record);
        }
    };
    for Turned { record, field } in &merge.turned {
        edit(*record, &|record: &mut Record| {
            let Some(value) = record.fields.get(field).cloned() else { return };
            let mut one = Fields::from_iter([(field.clone(), value)]);
            turn(&record.kind, &mut one, names, merge.gives_way);
            record.fields.extend(one);
        });
    }
    for Took { record, field, was, is } in &merge.took {
        edit(record.unwrap_or(merge.stays), &|record: &mut Record| {
            if record.fields.get(field) != is.as_ref() {
                return;
            }
            match was {
                Some(was) => record.fields.insert(field.clone(), was.clone()),
                None => record.fields.remove(field),
            };
        });
    }
    saves.extend(changed.into_iter().map(|r| Save { id: r.id, kind: r.kind, fields: r.fields, void: None }));
    Some(saves)
}

/// The decision as it is kept, over what stood there before.
pub fn decided(decision: &Merge, before: Option<&Record>) -> Save {
    let mut fields = decision.to_fields();
    if let Some(before) = before {
        for (field, value) in &before.fields {
            if field.starts_with("recorded_") || field.starts_with("x_") {
                fields.insert(field.clone(), value.clone());
            }
        }
    }
    let id = tiexin_protocol::merge_of(decision.stays, decision.gives_way);
    Save { id, kind: Kind::Merge.code().to_owned(), fields, void: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn record(n: u128, kind: &str, fields: Value) -> Record {
        Record {
            id: id(n),
            kind: kind.into(),
            scope: "340323100".parse().unwrap(),
            version: 1,
            fields: fields.as_object().unwrap().clone(),
            void: None,
        }
    }

    fn apply(records: &[Record], saves: &[Save]) -> Vec<Record> {
        let mut now = records.to_vec();
        for save in saves {
            let record = now.iter_mut().find(|record| record.id == save.id).unwrap();
            record.fields = save.fields.clone();
            match &save.void {
                Some(VoidChange::Hide(void)) => record.void = Some(void.clone()),
                Some(VoidChange::Restore) => record.void = None,
                None => {}
            }
        }
        now
    }

    fn family() -> Vec<Record> {
        vec![
            record(
                1,
                "household",
                json!({"region": "340323100001", "head_name": "张三", "kinds": ["hardship"]}),
            ),
            record(
                2,
                "household",
                json!({"region": "340323100002", "head_name": "张三", "phone": "19900002580", "head": id(3),
                    "kinds": ["lost_child"], "notes": "门口有狗"}),
            ),
            record(3, "person", json!({"region": "340323100002", "household": id(2), "name": "张三"})),
            record(
                4,
                "visit",
                json!({"region": "340323100002", "household": id(2), "head_name": "张三",
                    "met": [{"person": id(3), "name": "张三"}]}),
            ),
            record(
                5,
                "insurance_claim",
                json!({"region": "340323100002", "household": id(2), "amount": "1.00"}),
            ),
        ]
    }

    #[test]
    fn what_named_the_one_that_gives_way_is_turned_and_comes_back() {
        let before = family();
        let two = Two { stays: &before[0], gives_way: &before[1], naming: &before[2..4] };
        let take = BTreeSet::from(["phone", "kinds", "notes"].map(str::to_owned));
        let merging = merge(&two, &take);
        let after = apply(&before, &merging.saves);
        assert_eq!(after[0].fields["phone"], "19900002580");
        assert_eq!(after[0].fields["kinds"], json!(["hardship", "lost_child"]));
        assert_eq!(
            (&after[0].fields["notes"], &after[0].fields["head"]),
            (&json!("门口有狗"), &json!(id(3)))
        );
        assert_eq!(after[1].fields[MERGED_INTO], json!(id(1)));
        assert!(after[1].void.is_some());
        // The person comes to the family's village, the visit stays where it happened.
        assert_eq!(
            (&after[2].fields["household"], &after[2].fields["region"]),
            (&json!(id(1)), &json!("340323100001"))
        );
        assert_eq!(
            (&after[3].fields["household"], &after[3].fields["region"]),
            (&json!(id(1)), &json!("340323100002"))
        );
        // Money that nobody ticked is left alone.
        assert_eq!(after[4], before[4]);
        let now = |id: Uuid| after.iter().find(|record| record.id == id).cloned();
        let back = undo(&merging.decision, &Today { now: &now, standing: &|id| id }).unwrap();
        assert_eq!(apply(&after, &back), before);
    }

    #[test]
    fn what_can_be_merged_is_what_its_shape_says() {
        for kind in Kind::ALL {
            // By what it was merged into it belongs to the one that stays.
            let into = shape::parents(kind.code()).any(|field| field == MERGED_INTO);
            assert_eq!(mergeable(kind.code()), into, "{kind:?}");
        }
        assert!(!mergeable("household_of_the_future"));
    }

    #[test]
    fn undoing_leaves_what_somebody_wrote_since() {
        let before = family();
        let two = Two { stays: &before[0], gives_way: &before[1], naming: &before[2..4] };
        let merging = merge(&two, &BTreeSet::from(["phone".to_owned()]));
        let mut after = apply(&before, &merging.saves);
        after[0].fields.insert("phone".into(), json!("13812345678"));
        after[3].fields.insert("household".into(), json!(id(9)));
        let now = |id: Uuid| after.iter().find(|record| record.id == id).cloned();
        let back = undo(&merging.decision, &Today { now: &now, standing: &|id| id }).unwrap();
        let undone = apply(&after, &back);
        assert_eq!(undone[0].fields["phone"], "13812345678");
        assert_eq!(undone[3].fields["household"], json!(id(9)));
        assert_eq!(undone[2], before[2]);
        assert_eq!(undone[1], before[1]);
    }
}
