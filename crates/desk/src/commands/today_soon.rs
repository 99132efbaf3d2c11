//! What comes: birthdays, festivals, the association's day, follow-ups.

use std::collections::HashSet;

use chrono::Days;
use tiexin_contract::ErrorReply;
use tiexin_contract::today::{Reminder, ReminderKind};
use tiexin_domain::RegionCode;
use tiexin_domain::reminder::{Of, ReminderRule};
use tiexin_store::{Birthday, DueFile};
use uuid::Uuid;

use super::today_whose::of_whom;
use crate::calendar::Window;
use crate::festivals::Festivals;
use crate::reminders::InForce;
use crate::rights::At;
use crate::{errors, masking};

/// More of one sort nobody reads.
const MOST: usize = 30;

/// The nearest first. Families that declined contact are left in peace here too.
pub(super) fn reminders(
    at: &At,
    regions: &[RegionCode],
    files: &[DueFile],
    rules: &InForce<'_>,
) -> Result<Vec<Reminder>, ErrorReply> {
    let declined: HashSet<Uuid> =
        files.iter().filter(|file| file.declined()).map(|file| file.household).collect();
    let mut all = Vec::new();
    for (rule, whose) in rules.0.iter().copied() {
        let mut sort = match rule.of {
            Of::FollowUps => follow_ups(at, regions, &declined, rule)?,
            Of::Birthdays => birthdays(at, regions, &declined, rule)?,
            Of::Festivals => festivals(at, rule),
            // Other parts of the page.
            Of::Dated(_) | Of::Sessions | Of::Papers { .. } | Of::Visits | Of::Gaps => continue,
        };
        let homes = of_whom(at, (rule, whose), sort.iter().filter_map(|reminder| reminder.household))?;
        // A festival is no family's.
        sort.retain(|reminder| reminder.household.is_none_or(|home| homes.tells_of(home)));
        sort.sort_by_key(|reminder| reminder.date);
        all.extend(sort.into_iter().take(MOST));
    }
    all.sort_by_key(|reminder| reminder.date);
    Ok(all)
}

fn reminder(
    at: &At,
    kind: ReminderKind,
    date: chrono::NaiveDate,
    text: String,
    household: Option<Uuid>,
) -> Reminder {
    Reminder { kind, date, days_ahead: (date - at.today).num_days(), text, household }
}

fn birthdays(
    at: &At,
    regions: &[RegionCode],
    declined: &HashSet<Uuid>,
    rule: &ReminderRule,
) -> Result<Vec<Reminder>, ErrorReply> {
    use chrono::Datelike;
    let ahead = u64::from(rule.lead);
    let until = at.today.checked_add_days(Days::new(ahead)).unwrap_or(at.today);
    // A 29 February is kept a day early in other years: asked for a day further.
    let (from, to) = ((at.today.month(), at.today.day()), (until.month(), until.day()));
    let to = if to == (2, 28) { (2, 29) } else { to };
    let window = Window::from(at.today, ahead);
    let people = at.book().birthdays(regions, from, to).map_err(errors::store)?;
    let wished = people.iter().filter(|person| !declined.contains(&person.household));
    let due: Vec<_> = wished.filter_map(|one| Some((one, window.birthday(one.birth, one.lunar)?))).collect();
    let lost = masking::lost_in(at.book(), due.iter().map(|(person, _)| person.household))?;
    let mut found = Vec::new();
    for (person, birthday) in due {
        let by_lunar = birthday.lunar.map(|day| format!("（农历{day}）")).unwrap_or_default();
        let text = format!("{} {}{by_lunar}", greeted(at, person, &lost)?, rule.says);
        found.push(reminder(at, ReminderKind::Birthday, birthday.date, text, Some(person.household)));
    }
    Ok(found)
}

/// A child whom the family's file names is greeted as the child of the family.
fn greeted(at: &At, person: &Birthday, lost: &masking::Lost) -> Result<String, ErrorReply> {
    if !masking::is_unnamed(person.household, &person.name, lost) {
        return Ok(masking::without_numbers(&person.name));
    }
    let home = at.book().get(person.household).map_err(errors::store)?;
    let family = home.map(|home| masking::title(&home, lost)).unwrap_or_default();
    Ok(format!("{family}的孩子"))
}

fn festivals(at: &At, rule: &ReminderRule) -> Vec<Reminder> {
    let festivals = Festivals::of(at.book().dir()).ahead(at.today, u64::from(rule.lead));
    let told = festivals.into_iter().map(|festival| {
        let kind = if festival.own { ReminderKind::AssociationDay } else { ReminderKind::Festival };
        reminder(at, kind, festival.date, festival.said, None)
    });
    told.collect()
}

fn follow_ups(
    at: &At,
    regions: &[RegionCode],
    declined: &HashSet<Uuid>,
    rule: &ReminderRule,
) -> Result<Vec<Reminder>, ErrorReply> {
    let until = at.today.checked_add_days(Days::new(u64::from(rule.lead))).unwrap_or(at.today);
    let due = at.book().follow_ups(regions, at.today, until).map_err(errors::store)?;
    let lost = masking::lost_in(at.book(), due.iter().map(|follow_up| follow_up.household))?;
    let wanted = due.into_iter().filter(|follow_up| !declined.contains(&follow_up.household));
    Ok(wanted
        .map(|follow_up| {
            let head = masking::beside(follow_up.household, &follow_up.head_name, &lost);
            let text = format!("{head}家 {}", rule.says);
            reminder(at, ReminderKind::FollowUp, follow_up.due, text, Some(follow_up.household))
        })
        .collect())
}
