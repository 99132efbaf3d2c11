//! What breaks a rule: for tests of every declared rule, wherever it is asked.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{ITSELF, Look, Subject, rules};
use crate::limits::{Limit, Limits};
use crate::nouns::Kind;
use crate::record::{Fields, Record};
use crate::shape::{self, Field, Holds, Role};

/// A record that is right alone and wrong beside the others.
#[derive(Debug, Clone)]
pub struct Example {
    pub others: Vec<Record>,
    pub record: Record,
}

impl Example {
    /// The record as somebody makes it.
    pub fn subject(&self) -> Subject<'_> {
        let Record { kind, id, fields, .. } = &self.record;
        Subject { kind, id: *id, before: None, fields }
    }
}

/// An example of a declared rule; none of one that nobody has given an example of.
pub fn example(kind: &str, code: &str) -> Option<Example> {
    let rule = rules(kind).find(|rule| rule.code == code)?;
    let (mine, theirs): (Value, Value) = match code {
        // The same said twice.
        "period_overlaps" | "member_twice" | "id_duplicate" | "file_twice" | "volunteer_twice"
        | "pair_twice" | "review_twice" | "pairing_twice" | "post_twice" | "pairs_many" | "families_many"
        | "claim_twice" | "session_again" | "service_again" => (json!({}), json!({})),
        "contact_counsels" => (json!({"counsellor_name": "某人"}), json!({"village_worker": "某人"})),
        "pair_of_another" => (json!({}), json!({"person": {"name": "乙"}})),
        "counsellor_declined" => (json!({}), json!({"approval": "declined"})),
        "counsellor_unqualified" => (json!({}), json!({"kind": "expert"})),
        // Of another rule's no concern: one of them is not active.
        "code_duplicate" => (json!({}), json!({"status": "moved_out"})),
        "reason_missing" => (json!({}), json!({"status": "active", "preference": "declined"})),
        "not_met" => (json!({"met": [{"name": "甲", "person": id(9)}]}), json!({})),
        // By the name alone.
        "person_died" => {
            let named = |field: &&Field| matches!(field.holds, Holds::Person | Holds::People);
            let (field, day) = (shape::of(kind)?.fields.iter().find(named)?, shape::role(kind, Role::Day)?);
            let said = json!({field.name: shape::sample(field.holds), day.name: "2026-10-05"});
            (said, json!({"name": "甲", "died_on": "2020"}))
        }
        "family_died" => (json!({}), json!({"died_on": "2020"})),
        "not_of_family" => {
            let field = shape::role(kind, Role::Persons)?;
            let named = json!({"name": "甲", "person": id(9)});
            let named = if field.holds == Holds::People { json!([named]) } else { named };
            (json!({field.name: named}), json!({}))
        }
        "signed_in_gone" => (json!({"sign_ins": [id(10), id(11)]}), json!({"left": "2020"})),
        "volunteer_gone" => (json!({}), json!({"left": "2020"})),
        "volunteer_early" => (json!({}), json!({"joined": "2027"})),
        "other_day" => (json!({}), json!({"start": "2020-01-01T09:00:00"})),
        "hours_twice" => {
            let same = json!({"ref": id(30)});
            (same.clone(), same)
        }
        "pair_not_then" => (json!({}), json!({"from": "2027-01-01"})),
        "organisation_closed" => (json!({}), json!({"closed_on": "2020"})),
        "recognised" => (
            json!({"deidentified_on": "2026-10-05", "background": "贾文广一家的事"}),
            json!({"head_name": "贾文广"}),
        ),
        "paid_twice" => {
            let paid = json!({"programme": "困难慰问", "period": "2026"});
            (paid.clone(), paid)
        }
        // Not the whole of the other.
        "reversal_wrong" => (json!({"reverses": id(10), "reason": "重复", "amount": "-200.00"}), json!({})),
        "day_too_long" => (json!({}), json!({"minutes": 24 * 60})),
        _ => return None,
    };
    let record = made(kind, 1, rule.looks, mine)?;
    let mut others = Vec::new();
    for (n, look) in rule.looks.iter().enumerate() {
        // Of a list each look finds another one; one that leads to nobody finds none.
        let named = super::values(&record.fields, look.own, &[]);
        let Some(named) = named.get(n).or(named.last()).cloned() else { continue };
        let mut other = made(look.kind, 10 + n as u128, &[], theirs.clone())?;
        match look.their {
            ITSELF => other.id = named.parse().ok()?,
            field => {
                other.fields.insert(field.into(), named.into());
            }
        }
        others.push(other);
    }
    // One more than may be is what breaks a cap.
    let capped = match code {
        "pairs_many" => Some(Limit::CounsellorPairs),
        "families_many" => Some(Limit::HelperFamilies),
        _ => None,
    };
    if let Some(limit) = capped {
        let from = record.text("from")?.parse().ok()?;
        let most = Limits::of_the_program().value(limit, &record.region(), from)?;
        let first = others.first()?.clone();
        others.extend((1..most).map(|n| Record { id: id(1000 + u128::from(n)), ..first.clone() }));
    }
    // What it refers to is there.
    for (n, field) in shape::of(kind)?.fields.iter().enumerate() {
        let (Holds::Reference([of, ..]), Some(_)) = (field.holds, field.named_by) else { continue };
        let Some(named) = record.reference(field.name) else { continue };
        if others.iter().all(|other| other.id != named) {
            others.push(Record { id: named, ..made(of, 40 + n as u128, &[], json!({}))? });
        }
    }
    Some(Example { others, record })
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | n)
}

/// A record of the kind that says whatever these looks go by, and `said`.
fn made(kind: &str, n: u128, looks: &[Look], said: Value) -> Option<Record> {
    let kind = Kind::from_code(kind);
    let mut fields: Fields = shape::valid(&kind)?;
    if let Value::Object(said) = said {
        fields.extend(said);
    }
    for look in looks {
        let own = look.own.split('.').next()?;
        if !fields.contains_key(own) {
            let own = shape::field(kind.code(), own)?;
            fields.insert(own.name.into(), shape::sample_of(own));
        }
    }
    let region: crate::RegionCode = "340323100001".parse().ok()?;
    fields.insert("region".into(), region.to_string().into());
    let kind = kind.code().to_owned();
    Some(Record { id: id(n), kind, scope: region.scope(), version: 0, fields, void: None })
}
