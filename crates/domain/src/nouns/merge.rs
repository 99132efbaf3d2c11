//! Merge 合并: what a person decided about two records that look like one: that they are the same and were
//! merged, that they are not, or that a merge was undone. It is a record like any other, so that it has an
//! author, a time and a history, every desk learns it, and nobody is asked twice.
//!
//! Its id is derived from the two: whoever decides on one pair meets on one record.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::common::REGION;
use super::{Kind, Noun, Problem};
use crate::codes::codes;
use crate::record::{Fields, Record};
use crate::region::RegionCode;
use crate::shape::{Audience, Field, Holds, Shape};

/// The field of a record that gave way: the one that stays.
pub const MERGED_INTO: &str = "merged_into";
/// Longest chain of merges that is followed: more is a circle.
const LONGEST: usize = 16;

codes! {
    /// What was decided.
    MergeDecision {
        Merged = "merged", "已合并";
        Different = "different", "不是同一个";
        Undone = "undone", "已撤销合并";
    }
}

/// A reference that was turned from the one that gave way to the one that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turned {
    pub record: Uuid,
    pub field: String,
}

/// A value that changed with the merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Took {
    /// Whose; absent for the one that stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Uuid>,
    pub field: String,
    /// What stood there before; absent when nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Value>,
    /// What stands there since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Value>,
}

// Ids and codes: for programs only.
const TURNED: &[Field] = &[
    Field::new("record", "转过去的登记", Holds::Reference(&[])).required().audience(Audience::Nobody),
    Field::new("field", "栏目", Holds::Text).required().audience(Audience::Nobody),
];
const TOOK: &[Field] = &[
    Field::new("record", "登记", Holds::Reference(&[])),
    Field::new("field", "栏目", Holds::Text).required(),
];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// Where the one that stays lies.
    pub region: RegionCode,
    pub record_kind: Kind,
    pub stays: Uuid,
    pub gives_way: Uuid,
    pub decision: MergeDecision,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turned: Vec<Turned>,
    /// Never shown and never searched: the values may be numbers of people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub took: Vec<Took>,
}

impl Noun for Merge {
    const KIND: Kind = Kind::Merge;
    // Of two who merge one pair, perhaps in opposite ways, the first one's word stands.
    const SHAPE: Shape = Shape::new::<Self>(
        "条",
        &[
            REGION,
            Field::new("record_kind", "登记种类", Holds::Code(Kind::CHOICES)).required(),
            Field::new("stays", "保留的登记", Holds::Reference(&[])).required().sensitive(),
            Field::new("gives_way", "并入的登记", Holds::Reference(&[]))
                .with(&["stays"])
                .required()
                .sensitive(),
            Field::new("decision", "处理结果", Holds::Code(MergeDecision::CHOICES)).required().sensitive(),
            Field::new("turned", "转过去的登记", Holds::Parts(TURNED)),
            // What gave way may be numbers of people: it lies there to be put back, never to be read.
            Field::new("took", "采用的内容", Holds::Parts(TOOK)).audience(Audience::Nobody),
        ],
    );
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !self.decision.is_known() {
            problems.push(Problem::new("decision", "decision_unknown", "请选择是合并还是分开"));
        }
        if self.stays == self.gives_way {
            problems.push(Problem::new("gives_way", "same_record", "请选择另一份登记"));
        }
        problems
    }
    fn title(&self) -> String {
        format!("{}{}", self.record_kind.label(), self.decision.label())
    }
}

/// The record into which one was merged, if it was: it is hidden since.
pub fn merged_into(record: &Record) -> Option<Uuid> {
    record.void.as_ref()?;
    record.reference(MERGED_INTO)
}

/// The record that stands for one that was merged, perhaps over several merges. `into` tells what a record was
/// merged into. None when it was not, or when the merges go in a circle.
pub fn standing_for(id: Uuid, into: impl Fn(Uuid) -> Option<Uuid>) -> Option<Uuid> {
    let mut at = into(id)?;
    for _ in 0..LONGEST {
        match into(at) {
            None => return Some(at),
            Some(next) => at = next,
        }
    }
    None
}

/// Turns what names `from` to `to`: fields that say what the record belongs to or whom it names, the head of a
/// household, the persons of a visit or a survey. Gives the names of the fields.
pub fn turn(kind: &str, fields: &mut Fields, from: Uuid, to: Uuid) -> Vec<String> {
    let (from, to) = (from.to_string(), Value::from(to.to_string()));
    let names = |value: &Value| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(&from));
    let of_person = |value: &mut Value| {
        let person = value.get_mut("person").filter(|person| names(person));
        person.map(|person| *person = to.clone()).is_some()
    };
    let mut turned = Vec::new();
    for (field, value) in fields.iter_mut() {
        let belongs = crate::shape::names(kind).any(|name| name == field) || field == "head";
        let hit = match value {
            Value::String(_) if belongs && names(value) => {
                *value = to.clone();
                true
            }
            Value::Object(_) => of_person(value),
            Value::Array(items) => items.iter_mut().fold(false, |hit, item| of_person(item) | hit),
            _ => false,
        };
        if hit {
            turned.push(field.clone());
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn a_chain_of_merges_is_followed_and_a_circle_is_not() {
        let into = |at: Uuid| (at < id(3)).then(|| Uuid::from_u128(at.as_u128() + 1));
        assert_eq!(standing_for(id(1), into), Some(id(3)));
        assert_eq!(standing_for(id(3), into), None);
        assert_eq!(standing_for(id(1), |at| Some(if at == id(1) { id(2) } else { id(1) })), None);
    }

    #[test]
    fn references_are_turned_and_words_are_not() {
        let mut visit = json!({"household": id(1), "note": id(1), "met": [{"person": id(1), "name": "甲"},
            {"name": "乙"}], "region": "340323100001"});
        let fields = visit.as_object_mut().unwrap();
        assert_eq!(turn("visit", fields, id(1), id(2)), ["household", "met"]);
        assert_eq!((&fields["household"], &fields["note"]), (&json!(id(2)), &json!(id(1))));
        assert_eq!(fields["met"][0], json!({"person": id(2), "name": "甲"}));
        assert!(turn("visit", fields, id(1), id(2)).is_empty());
    }

    /// Whom a record names without belonging to it.
    #[test]
    fn a_named_record_is_turned_and_its_name_is_not() {
        let mut wish = json!({"claimer": id(1), "claimed_by": id(1)});
        let fields = wish.as_object_mut().unwrap();
        assert_eq!(turn("wish", fields, id(1), id(2)), ["claimer"]);
        assert_eq!((&fields["claimer"], &fields["claimed_by"]), (&json!(id(2)), &json!(id(1))));
    }

    #[test]
    fn a_pair_is_of_two() {
        let merge = Merge {
            region: "340323100001".parse().unwrap(),
            record_kind: Kind::Household,
            stays: id(1),
            gives_way: id(1),
            decision: MergeDecision::Merged,
            turned: Vec::new(),
            took: Vec::new(),
        };
        assert_eq!(merge.problems()[0].code, "same_record");
        assert_eq!(merge.title(), "家庭户已合并");
    }
}
