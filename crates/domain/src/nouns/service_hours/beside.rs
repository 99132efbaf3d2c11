//! What an entry of hours may be beside others: a day has 24 hours, an occasion is entered once, and who serves is a
//! volunteer.

use chrono::NaiveDate;

use super::{DAY, Hours};
use crate::around::{Beside, ITSELF, Look, Reach, Rule};
use crate::date::PartialDate;
use crate::nouns::volunteer::{is_declined, left_before};
use crate::nouns::{Activity, Noun, Problem};
use crate::record::Record;

/// The entries of the same volunteer.
const OF_VOLUNTEER: &[Look] = &[Look { kind: "service_hours", their: "volunteer", own: "volunteer" }];

/// The volunteer.
const VOLUNTEER: &[Look] = &[Look { kind: "volunteer", their: ITSELF, own: "volunteer" }];

/// A day has 24 hours, however often, and at however many desks, it is written down.
pub(super) const ONE_DAY: Rule = Rule {
    code: "day_too_long",
    reach: Reach::Province,
    looks: OF_VOLUNTEER,
    check: crate::around::check_of(one_day),
};

fn one_day(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, others)) = beside.read::<Hours, Hours>() else { return Vec::new() };
    let that_day = others.filter(|other| other.date == own.date);
    let sum = that_day.fold(own.minutes, |sum, other| sum.saturating_add(other.minutes));
    let message = "这名志愿者这一天的服务时长合起来超过了 24 小时，请核对";
    Vec::from_iter((sum > DAY).then(|| Problem::new("minutes", ONE_DAY.code, message)))
}

/// What was done on one occasion on one day is entered once. A pairing goes on, and has many days.
pub(super) const ONCE: Rule = Rule {
    code: "hours_twice",
    reach: Reach::Province,
    looks: OF_VOLUNTEER,
    check: crate::around::check_of(once),
};

fn once(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut others)) = beside.read::<Hours, Hours>() else { return Vec::new() };
    let Some(of) = own.done_at else { return Vec::new() };
    let twice = others.any(|other| other.date == own.date && other.done_at == Some(of));
    let message = "这名志愿者这一天的这一次已经记过工时，请打开原来的那一条；分几段的，时长合在一条里";
    Vec::from_iter(twice.then(|| Problem::new("ref", ONCE.code, message)))
}

/// Who was not approved, or had left by the day, served as no volunteer.
pub(super) const SERVES: Rule = Rule {
    code: "volunteer_gone",
    reach: Reach::Writer,
    looks: VOLUNTEER,
    check: crate::around::check_of(serves),
};

fn serves(beside: &Beside<'_>) -> Vec<Problem> {
    let Ok(own) = Hours::from_fields(beside.fields) else { return Vec::new() };
    let former = beside.before.and_then(|before| Hours::from_fields(before).ok());
    // What was right when it was written stays so when they leave.
    if former.is_some_and(|was| (was.volunteer, was.date) == (own.volunteer, own.date)) {
        return Vec::new();
    }
    let why = |volunteer: &Record| {
        if is_declined(&volunteer.fields) {
            Some("这名志愿者没有通过审核，不能记工时，请核对是哪一位")
        } else {
            left_before(&volunteer.fields, own.date).then_some("这名志愿者那天已经退出，请核对服务日期")
        }
    };
    let message = beside.others().find_map(why);
    Vec::from_iter(message.map(|message| Problem::new("volunteer", SERVES.code, message)))
}

/// Whoever helped before they joined helped all the same.
pub(super) const NOT_EARLY: Rule = Rule {
    code: "volunteer_early",
    reach: Reach::Told,
    looks: VOLUNTEER,
    check: crate::around::check_of(early),
};

fn early(beside: &Beside<'_>) -> Vec<Problem> {
    let Ok(own) = Hours::from_fields(beside.fields) else { return Vec::new() };
    let joined = |volunteer: &Record| volunteer.text("joined").and_then(begins);
    let early = beside.others().filter_map(joined).any(|joined| joined > own.date);
    let message = "服务日期在加入志愿者之前，请核对";
    Vec::from_iter(early.then(|| Problem::new("date", NOT_EARLY.code, message)))
}

fn begins(written: &str) -> Option<NaiveDate> {
    PartialDate::try_from(written.to_owned()).ok()?.begins()
}

/// The hall is made ready on the day before.
pub(super) const ON_ITS_DAY: Rule = Rule {
    code: "other_day",
    reach: Reach::Told,
    looks: &[Look { kind: "activity", their: ITSELF, own: "ref" }],
    check: crate::around::check_of(on_its_day),
};

fn on_its_day(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, activities)) = beside.read::<Hours, Activity>() else { return Vec::new() };
    let told = |activity: Activity| {
        let first = activity.start.date();
        let last = activity.end.map_or(first, |end| end.date());
        let message = || format!("这次活动是{}办的，请核对服务日期", PartialDate::Day(first).label());
        let is_other = own.date < first || last < own.date;
        is_other.then(|| Problem::new("date", ON_ITS_DAY.code, message()))
    };
    activities.filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::around::example;
    use serde_json::{Value, json};

    /// What the rule tells when its example says this, and the other one that.
    fn told(rule: &Rule, own: Value, other: Value) -> Vec<String> {
        let mut one = example("service_hours", rule.code).unwrap();
        one.record.fields.extend(own.as_object().unwrap().clone());
        one.others[0].fields.extend(other.as_object().unwrap().clone());
        let seen = [vec![one.others.remove(0)]];
        let found = (rule.check)(&Beside::these(&one.record.fields, &seen));
        found.into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn another_day_is_neither_added_nor_the_same() {
        for rule in [&ONE_DAY, &ONCE] {
            assert_eq!(told(rule, json!({}), json!({})).len(), 1, "{}", rule.code);
            assert!(told(rule, json!({}), json!({"date": "2026-10-04"})).is_empty(), "{}", rule.code);
        }
        let another = json!({"ref": "01900000-0000-7000-8000-0000000000ff"});
        assert!(told(&ONCE, another, json!({})).is_empty());
    }

    #[test]
    fn who_was_not_approved_or_has_left_serves_no_more() {
        let of = |said: Value| told(&SERVES, json!({}), said).concat();
        assert!(of(json!({"left": "2026-09"})).contains("退出"));
        assert!(of(json!({"left": "2026-12", "approval": "declined"})).contains("审核"));
        assert_eq!((of(json!({"left": "2026-10-05"})), of(json!({"left": "2026"}))), Default::default());
        // They left since.
        let one = example("service_hours", SERVES.code).unwrap();
        let (own, seen) = (&one.record.fields, [one.others.clone()]);
        assert!(serves(&Beside { before: Some(own), ..Beside::these(own, &seen) }).is_empty());
    }

    #[test]
    fn what_may_be_true_is_told() {
        let joined = |on: &str| told(&NOT_EARLY, json!({}), json!({"joined": on})).len();
        assert_eq!((joined("2026-11"), joined("2026"), joined("2026-10-05")), (1, 0, 0));
        let held = |from: &str, to: &str| told(&ON_ITS_DAY, json!({}), json!({"start": from, "end": to}));
        assert!(held("2026-10-03T09:00:00", "2026-10-04T09:00:00")[0].contains("2026年10月3日"));
        assert!(held("2026-10-03T09:00:00", "2026-10-05T09:00:00").is_empty());
    }
}
