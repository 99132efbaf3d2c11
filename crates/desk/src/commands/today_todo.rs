//! What has to be done by a date: sessions, requests, papers, terms that end (`association.md` §3).

use std::collections::HashSet;

use chrono::{Datelike, Days, NaiveDate};
use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::today::{Open, Todo, is_long_overdue};
use tiexin_domain::RegionCode;
use tiexin_domain::record::Record;
use tiexin_domain::reminder::{Act, Dated, Of, ReminderRule, Weight, Whose};
use tiexin_domain::shape::{self, Role};
use tiexin_store::{Look, Reminded, StoreError};
use uuid::Uuid;

use super::today_whose;
use crate::reminders::InForce;
use crate::rights::At;
use crate::{errors, masking, place};

/// So many travel to the screen; the total tells the rest.
const MOST: usize = 100;
/// So many stand open on the page, of families to visit and of all else; of each at least so many, where there are.
const OPEN: usize = 7;
const EACH: usize = 3;

/// The most urgent first, and how many there are.
pub(super) fn todo(
    at: &At,
    region: &RegionCode,
    rules: &InForce<'_>,
) -> Result<(Vec<Todo>, u64), ErrorReply> {
    let mut found: Vec<(&ReminderRule, Record, NaiveDate)> = Vec::new();
    let regions = std::slice::from_ref(region);
    for (rule, whose) in rules.0.iter().copied() {
        let due = match &rule.of {
            Of::Dated(of) => dated(at, region, (rule, whose), of)?,
            Of::Sessions => told(at, sessions(at, regions, rule)?, (rule, whose))?,
            Of::Papers { due } => told(at, papers(at, regions, rule, *due)?, (rule, whose))?,
            // Other parts of the page.
            Of::Visits | Of::FollowUps | Of::Birthdays | Of::Festivals | Of::Gaps => continue,
        };
        found.extend(due.into_iter().map(|(record, date)| (rule, record, date)));
    }
    found.sort_by_key(|(rule, record, date)| (turn(at, rule.weight, *date), rule.weight, *date, record.id));
    // Of a record one thing is told, the most urgent.
    let mut once = HashSet::new();
    found.retain(|(_, record, _)| once.insert(record.id));
    let total = found.len() as u64;
    found.truncate(MOST);
    let lost = masking::lost(at.book(), found.iter().map(|(_, record, _)| record))?;
    let shown = found.into_iter().map(|(rule, record, date)| Todo {
        rule: rule.code.clone(),
        weight: rule.weight,
        title: masking::title(&record, &lost),
        place: place::name(&record.region()),
        says: rule.says.clone(),
        date,
        days_ahead: (date - at.today).num_days(),
        household: match &rule.act {
            Act::Make(_) => family_of(&record),
            Act::Open => None,
        },
        act: rule.act.clone(),
        record: record.id,
        kind: record.kind,
    });
    Ok((shown.collect(), total))
}

/// First what somebody waits for, then all else, at last what has been overdue for too long to make it this morning's.
fn turn(at: &At, weight: Weight, date: NaiveDate) -> u8 {
    if is_long_overdue(weight, (date - at.today).num_days()) {
        return 2;
    }
    match weight {
        Weight::Danger | Weight::Family | Weight::Money => 0,
        Weight::Day | Weight::Paper => 1,
    }
}

/// The days on which a thing is due that is told today.
fn window(at: &At, rule: &ReminderRule) -> (NaiveDate, NaiveDate) {
    let from = at.today.checked_sub_days(Days::new(rule.late.into())).unwrap_or(at.today);
    let to = at.today.checked_add_days(Days::new(rule.lead.into())).unwrap_or(at.today);
    (from, to)
}

fn family_of(record: &Record) -> Option<Uuid> {
    record.reference(shape::role(&record.kind, Role::Family)?.name)
}

/// Whether the user is told of it: nobody is of a child who died, of some families their named contact alone, and of some
/// records whom they name.
fn is_told(
    at: &At,
    look: &Look<'_>,
    record: &Record,
    (rule, whose): (&ReminderRule, Whose),
) -> Result<bool, StoreError> {
    let meant = match (whose, family_of(record)) {
        (Whose::All, _) => true,
        (Whose::Own, Some(home)) => today_whose::tells(rule, at, &look.care_of(home, at.today)?),
        (Whose::Own, None) => false,
        (Whose::Named, _) => today_whose::is_theirs(rule, at, record),
    };
    Ok(meant && !masking::is_of_lost(record, look)?)
}

fn told(at: &At, due: Vec<Reminded>, rule: (&ReminderRule, Whose)) -> Result<Vec<Reminded>, ErrorReply> {
    let told = at.book().look(|look| {
        let mut told = Vec::with_capacity(due.len());
        for one in due {
            if is_told(at, look, &one.0, rule)? {
                told.push(one);
            }
        }
        Ok(told)
    });
    told.map_err(errors::store)
}

fn dated(
    at: &At,
    region: &RegionCode,
    (rule, whose): (&ReminderRule, Whose),
    of: &Dated,
) -> Result<Vec<Reminded>, ErrorReply> {
    let plus = Days::new(of.plus.into());
    let before = |date: NaiveDate| date.checked_sub_days(plus).unwrap_or(date);
    let (from, to) = window(at, rule);
    let days = (before(from), before(to));
    let meant = |look: &Look<'_>, record: &Record| is_told(at, look, record, (rule, whose));
    let found = at.book().falling(region, of, days, meant).map_err(errors::store)?;
    let due = |date: NaiveDate| date.checked_add_days(plus).unwrap_or(date);
    Ok(found.into_iter().map(|(record, date)| (record, due(date))).collect())
}

/// Who has no rhythm is asked for none.
fn sessions(at: &At, regions: &[RegionCode], rule: &ReminderRule) -> Result<Vec<Reminded>, ErrorReply> {
    let (from, to) = window(at, rule);
    let pairs = at.book().counselled(regions, at.today).map_err(errors::store)?;
    let due = pairs.into_iter().filter_map(|(pair, last)| {
        let rhythm = match pair.fields.get("rhythm_days")? {
            Value::String(days) => days.parse::<u64>().ok()?,
            days => days.as_u64()?,
        };
        Some((pair, last.checked_add_days(Days::new(rhythm))?))
    });
    Ok(due.filter(|(_, date)| (from..=to).contains(date)).collect())
}

fn papers(
    at: &At,
    regions: &[RegionCode],
    rule: &ReminderRule,
    (month, day): (u32, u32),
) -> Result<Vec<Reminded>, ErrorReply> {
    let (from, to) = window(at, rule);
    let mut found = Vec::new();
    for year in [at.today.year(), at.today.year() + 1] {
        let due = NaiveDate::from_ymd_opt(year, month, day).filter(|due| (from..=to).contains(due));
        let Some(due) = due else { continue };
        let files = at.book().without_review(regions, year).map_err(errors::store)?;
        found.extend(files.into_iter().map(|file| (file, due)));
    }
    Ok(found)
}

/// How many stand open of so many families to visit, and of what else has to be done.
pub(super) fn open(due: usize, todo: &[Todo]) -> Open {
    let pressing = todo.iter().filter(|one| one.is_pressing()).count();
    let most = OPEN - due.min(EACH);
    let first = pressing.max(EACH).min(todo.len()).min(most);
    let due = due.min(OPEN - first);
    Open { due, todo: todo.len().min(OPEN - due) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_stand_open_and_neither_hides_the_other() {
        let one = Todo {
            rule: "rights_due".into(),
            weight: Weight::Family,
            kind: "rights_case".into(),
            record: Uuid::nil(),
            title: String::new(),
            place: String::new(),
            says: String::new(),
            date: NaiveDate::MIN,
            days_ahead: -1,
            act: Act::Open,
            household: None,
        };
        let paper = Todo { weight: Weight::Paper, ..one.clone() };
        for (due, pressing, papers, stand) in [
            (20, 5, 5, (3, 4)),
            (20, 0, 9, (4, 3)),
            (20, 0, 2, (5, 2)),
            (20, 2, 0, (5, 2)),
            (2, 0, 9, (2, 5)),
            (0, 9, 0, (0, 7)),
            (9, 0, 0, (7, 0)),
            (1, 1, 0, (1, 1)),
        ] {
            let mut todo = vec![one.clone(); pressing];
            todo.extend(vec![paper.clone(); papers]);
            let open = open(due, &todo);
            assert_eq!((open.due, open.todo), stand, "{due} {pressing} {papers}");
        }
    }
}
