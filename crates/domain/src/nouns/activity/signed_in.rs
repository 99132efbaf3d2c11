//! Who cannot have signed in at an activity.

use uuid::Uuid;

use super::Activity;
use crate::around::{Beside, ITSELF, Look, Reach, Rule};
use crate::nouns::person::died_before;
use crate::nouns::volunteer::{is_declined, left_before};
use crate::nouns::{Kind, Noun, Problem};
use crate::record::Record;

/// Whoever signed in had neither left nor died before the day, and was not declined. People help before they join.
pub(super) const SIGNED_IN: Rule = Rule {
    code: "signed_in_gone",
    reach: Reach::Writer,
    looks: &[
        Look { kind: "member", their: ITSELF, own: "sign_ins" },
        Look { kind: "volunteer", their: ITSELF, own: "sign_ins" },
        Look { kind: "person", their: ITSELF, own: "sign_ins.person" },
    ],
    check: crate::around::check_of(signed_in),
};

/// The first of them. Who was on the list before stays there, whatever became of them since.
fn signed_in(beside: &Beside<'_>) -> Vec<Problem> {
    let [members, volunteers, people] = beside.seen else { return Vec::new() };
    let Ok(own) = Activity::from_fields(beside.fields) else { return Vec::new() };
    let day = own.start.date();
    let former = beside.before.and_then(|before| Activity::from_fields(before).ok());
    let former = former.filter(|was| was.start.date() == day);
    let stood = |id: Uuid| former.as_ref().is_some_and(|was| was.sign_ins.contains(&id));
    let died = |record: &Record| {
        let person = record.reference("person");
        people.iter().any(|one| Some(one.id) == person && died_before(&one.fields, day))
    };
    let why = |record: &Record| {
        let serves = record.kind == Kind::Volunteer.code();
        if died(record) {
            Some("在活动那天已经离世")
        } else if left_before(&record.fields, day) {
            Some(if serves { "在活动那天已经退出" } else { "在活动那天已经退会" })
        } else {
            (serves && is_declined(&record.fields)).then_some("没有通过志愿者审核")
        }
    };
    let mut signed = members.iter().chain(volunteers).filter(|record| !stood(record.id));
    let found = signed.find_map(|record| Some((record, why(record)?)));
    let told = |(record, why): (&Record, &str)| {
        let name = record.text("name").unwrap_or_default();
        Problem::new("sign_ins", SIGNED_IN.code, format!("“{name}”{why}，不能签到，请核对"))
    };
    Vec::from_iter(found.map(told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::around::example;
    use serde_json::{Value, json};

    #[test]
    fn who_had_left_or_died_signs_in_nowhere() {
        let one = example("activity", SIGNED_IN.code).unwrap();
        let told = |member: Value, volunteer: Value, person: Value| {
            let mut seen: Vec<Vec<Record>> = one.others.iter().map(|other| vec![other.clone()]).collect();
            seen.push(vec![Record {
                id: Uuid::from_u128(5),
                kind: "person".into(),
                ..one.others[0].clone()
            }]);
            for (records, said) in seen.iter_mut().zip([member, volunteer, person]) {
                records[0].fields.remove("left");
                records[0].fields.extend(said.as_object().unwrap().clone());
            }
            let found = signed_in(&Beside::these(&one.record.fields, &seen));
            found.into_iter().map(|problem| problem.message).collect::<String>()
        };
        let nothing = || json!({});
        // Whoever joined later may have come before.
        assert_eq!(told(json!({"joined": "2027"}), nothing(), nothing()), "");
        assert!(told(json!({"left": "2026-03"}), nothing(), nothing()).contains("退会"));
        assert!(told(nothing(), json!({"left": "2025-06"}), nothing()).contains("退出"));
        // On the very day, and somewhen in the year.
        for left in ["2026-10-05", "2026-10", "2026"] {
            assert_eq!(told(json!({"left": left}), json!({"left": left}), nothing()), "", "{left}");
        }
        assert!(told(nothing(), json!({"approval": "declined"}), nothing()).contains("审核"));
        let of = json!({"person": Uuid::from_u128(5)});
        assert_eq!(told(of.clone(), nothing(), nothing()), "");
        assert!(told(of, nothing(), json!({"died_on": "2026-01-05"})).contains("离世"));
    }

    #[test]
    fn who_was_on_the_list_stays_on_it() {
        let one = example("activity", SIGNED_IN.code).unwrap();
        let seen: Vec<Vec<Record>> = one.others.iter().map(|other| vec![other.clone()]).collect();
        let seen = [seen, vec![Vec::new()]].concat();
        let mut before = one.record.fields.clone();
        let told = |before: &crate::Fields| {
            let beside = Beside { before: Some(before), ..Beside::these(&one.record.fields, &seen) };
            signed_in(&beside).len()
        };
        assert_eq!(told(&before), 0);
        before.insert("start".into(), "2019-10-05T09:00:00".into());
        assert_eq!(told(&before), 1, "another day");
        before = one.record.fields.clone();
        before.insert("sign_ins".into(), json!([]));
        assert_eq!(told(&before), 1, "new on it");
    }
}
