//! Records that are fixed once they stand ([`crate::shape::Shape::reversal`]): money that was given. Nothing is changed in
//! them and they are not made void, whoever asks for it. What was wrong is taken back by a record that names it and says why.

use serde_json::Value;
use uuid::Uuid;

use crate::record::{Fields, Record};
use crate::shape::STAMPS;

/// What is told to whoever would change one.
pub const FIXED: &str = "这是已入账的登记，不能修改或作废。登记错了的，请用“冲正”冲掉，再重新登记一笔";

/// Whether a field only says who recorded it and when: of two who read one ledger in, the first one's word stands.
pub fn is_stamp(field: &str) -> bool {
    STAMPS.iter().any(|stamp| stamp.name == field)
}

/// Whether what makes `after` of a record alters it. It does not where it only turns a reference from a record that was
/// merged to the one that stands for it, or back: `one` tells whether two ids are of one record.
pub fn is_altered(before: &Record, after: &Record, one: impl Fn(Uuid, Uuid) -> bool) -> bool {
    let names = before.fields.keys().chain(after.fields.keys());
    let mut own = names.filter(|field| !is_stamp(field));
    before.void != after.void || own.any(|field| differs_in(&before.fields, &after.fields, field, &one))
}

fn differs_in(before: &Fields, after: &Fields, field: &str, one: &impl Fn(Uuid, Uuid) -> bool) -> bool {
    let value = |fields: &Fields| fields.get(field).cloned().unwrap_or(Value::Null);
    differs(&value(before), &value(after), one)
}

fn differs(before: &Value, after: &Value, one: &impl Fn(Uuid, Uuid) -> bool) -> bool {
    if before == after {
        return false;
    }
    match (before, after) {
        (Value::String(was), Value::String(is)) => match (was.parse::<Uuid>(), is.parse::<Uuid>()) {
            (Ok(was), Ok(is)) => !one(was, is),
            (Ok(_), Err(_)) | (Err(_), Ok(_) | Err(_)) => true,
        },
        // Somebody named by their record.
        (Value::Object(was), Value::Object(is)) => {
            was.keys().chain(is.keys()).any(|name| differs_in(was, is, name, one))
        }
        // Of anything else no merge turns a part.
        (was, is) => was != is,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn record(fields: Value) -> Record {
        Record {
            id: id(1),
            kind: "aid_entry".into(),
            scope: "340323100".parse().unwrap(),
            version: 1,
            fields: fields.as_object().unwrap().clone(),
            void: None,
        }
    }

    #[test]
    fn nothing_of_a_fixed_record_is_altered_but_a_reference_that_a_merge_turns() {
        let before =
            record(json!({"amount": "300.00", "household": id(2), "person": {"name": "甲", "person": id(3)},
            "recorded_by": "王丽"}));
        let with = |said: Value| {
            let mut after = before.clone();
            after.fields.extend(said.as_object().unwrap().clone());
            after
        };
        let altered = |after: &Record| {
            is_altered(&before, after, |was, is| matches!((was.as_u128(), is.as_u128()), (2, 20) | (3, 30)))
        };
        assert!(!altered(&before));
        for turned in [
            json!({"household": id(20)}),
            json!({"person": {"name": "甲", "person": id(30)}}),
            // The same ledger, read in at another desk.
            json!({"recorded_by": "李芳", "recorded_at": 5}),
        ] {
            assert!(!altered(&with(turned.clone())), "{turned}");
        }
        for wrong in [
            json!({"amount": "500.00"}),
            json!({"household": id(21)}),
            json!({"person": {"name": "乙", "person": id(3)}}),
            json!({"person": {"name": "甲"}}),
            json!({"region": "340323100001"}),
            json!({"x_future": 1}),
        ] {
            assert!(altered(&with(wrong.clone())), "{wrong}");
        }
        let mut void = before.clone();
        void.void = Some(crate::Void::by_person("重复"));
        assert!(altered(&void));
        let mut without = before.clone();
        without.fields.remove("amount");
        assert!(altered(&without));
    }
}
