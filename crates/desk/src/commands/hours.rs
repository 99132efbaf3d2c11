//! How long a volunteer has served: what was known before, and the entries since.

use tiexin_contract::ErrorReply;
use tiexin_contract::hours::{GetHours, HoursServed};
use tiexin_domain::Kind;
use tiexin_domain::access::Action;
use tiexin_domain::record::Record;

use super::records::{find, of_record};
use crate::errors;
use crate::registry::Registry;
use crate::rights::{At, READ};

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
    for entry in own.iter().filter(is_entry) {
        match entry.fields.contains_key("attested_by") {
            true => served.attested += minutes(entry),
            false => served.unattested += minutes(entry),
        }
    }
    Ok(served)
}

fn minutes(record: &Record) -> u64 {
    record.fields.get("minutes").and_then(serde_json::Value::as_u64).unwrap_or_default()
}
