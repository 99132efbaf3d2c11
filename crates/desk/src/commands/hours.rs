//! How long a volunteer has served: what was known before, the entries since, and what lists of signatures propose.

use chrono::Days;
use tiexin_contract::ErrorReply;
use tiexin_contract::hours::{GetHours, HoursServed, ProposedHours};
use tiexin_domain::access::Action;
use tiexin_domain::nouns::Activity;
use tiexin_domain::nouns::service_hours::{Proposed, SignedIn, proposed};
use tiexin_domain::record::Record;
use tiexin_domain::{Kind, Noun};
use tiexin_store::{ListQuery, Op};
use uuid::Uuid;

use super::records::{find, of_record};
use crate::registry::Registry;
use crate::rights::{At, READ};
use crate::{errors, masking};

/// Lists of signatures of so many days are looked through, and so many activities of them.
const DAYS: u64 = 60;
const MOST: usize = 500;

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, |at, args: &GetHours| of_record(at, args.volunteer), hours);
}

fn hours(at: &At, args: GetHours) -> Result<HoursServed, ErrorReply> {
    let volunteer = find(at, args.volunteer)?;
    if volunteer.kind != Kind::Volunteer.code() {
        return Err(errors::not_found());
    }
    let mut served = HoursServed { before: minutes(&volunteer), ..HoursServed::default() };
    let own = at.book().look(|look| look.belonging_to(volunteer.id)).map_err(errors::store)?;
    let is_entry = |one: &&Record| one.kind == Kind::Hours.code() && at.may(Action::Read, &one.region());
    let entries: Vec<&Record> = own.iter().filter(is_entry).collect();
    served.proposed = by_signatures(at, &volunteer, &entries)?;
    for entry in entries {
        match entry.fields.contains_key("attested_by") {
            true => served.attested += minutes(entry),
            false => served.unattested += minutes(entry),
        }
    }
    Ok(served)
}

/// Whoever signed in as the member that the same person is served all the same.
fn by_signatures(at: &At, volunteer: &Record, entries: &[&Record]) -> Result<Vec<ProposedHours>, ErrorReply> {
    let mut known_as = vec![volunteer.id];
    if let Some(person) = volunteer.reference("person") {
        let same = at.book().look(|look| look.belonging_to(person)).map_err(errors::store)?;
        known_as.extend(same.iter().map(|one| one.id));
    }
    let since = at.today.checked_sub_days(Days::new(DAYS)).unwrap_or(at.today);
    let query = ListQuery {
        kind: Kind::Activity.code().to_owned(),
        regions: at.reach(Action::Read),
        filter: vec![("start".to_owned(), Op::AtLeast, since.to_string().into())],
        limit: MOST,
        ..ListQuery::default()
    };
    let entered = |activity: Uuid| entries.iter().any(|entry| entry.reference("ref") == Some(activity));
    // Entered by hand, without choosing which one.
    let unnamed = |date: String| {
        let of_day = |entry: &&Record| entry.text("date") == Some(date.as_str());
        entries.iter().copied().filter(of_day).any(|entry| !entry.fields.contains_key("ref"))
    };
    let signed = at.book().list(&query).map_err(errors::store)?.records.into_iter().filter_map(|record| {
        let activity = Activity::from_fields(&record.fields).ok()?;
        let came =
            activity.start.date() <= at.today && activity.sign_ins.iter().any(|who| known_as.contains(who));
        came.then(|| SignedIn {
            activity: record.id,
            name: activity.name,
            start: activity.start,
            end: activity.end,
            entered: entered(record.id),
            unnamed: unnamed(activity.start.date().to_string()),
        })
    });
    let told = |one: Proposed| ProposedHours {
        activity: one.activity,
        title: masking::without_numbers(&one.name),
        date: one.date,
        minutes: one.minutes,
        gap: one.gap.as_deref().map(masking::without_numbers),
    };
    Ok(proposed(signed.collect()).into_iter().map(told).collect())
}

fn minutes(record: &Record) -> u64 {
    record.fields.get("minutes").and_then(serde_json::Value::as_u64).unwrap_or_default()
}
