//! All that concerns a family or a person, in sentences.

use std::cmp::Reverse;

use tiexin_contract::ErrorReply;
use tiexin_contract::past::{GetPast, MOST, Past, PastEntry, PastKind};
use tiexin_domain::access::Action;
use tiexin_domain::record::Record;
use tiexin_domain::shape::{self, Telling};
use tiexin_domain::{Kind, PartialDate};

use super::records::{find, kind_of, of_record};
use crate::errors;
use crate::masking::{self, Shown};
use crate::registry::Registry;
use crate::rights::{At, READ};
use crate::rows::Rows;

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, |at, args: &GetPast| of_record(at, args.of), get);
}

/// One thing that a record tells.
struct Told<'r> {
    record: &'r Record,
    telling: &'static Telling,
    shown: Shown,
    day: Option<PartialDate>,
}

fn get(at: &At, args: GetPast) -> Result<Past, ErrorReply> {
    let of = find(at, args.of)?;
    let is_family = kind_of(&of) == Kind::Household;
    if !is_family && shape::of(&of.kind).is_none_or(|shape| shape.who.is_none()) {
        return Err(errors::not_found());
    }
    let may = |record: &Record| at.may(Action::Read, &record.region());
    let concern = at.book().look(|look| match is_family {
        true => look.past_of_family(&of),
        false => look.past_of_person(&of, may),
    });
    let concern = concern.map_err(errors::store)?;
    let mut all: Vec<Told<'_>> = Vec::new();
    for record in concern.records.iter().filter(|record| may(record)) {
        let shown = if is_family { Shown::Own } else { masking::on_page_of(&concern, record) };
        if masking::may_concern(record, &concern, shown, &at.reader) {
            all.extend(tellings(at, record, shown));
        }
    }
    // Of one day what was entered last comes first; without a day, at the end.
    all.sort_by_key(|told| Reverse((told.day.map(|day| day.to_string()), told.record.id)));
    let kinds = counted(&all);
    all.retain(|told| args.kinds.is_empty() || args.kinds.contains(&told.record.kind));
    let most = args.most.min(MOST) as usize;
    let older = all.len().saturating_sub(most) as u32;
    all.truncate(most);
    let rows = Rows::of(at, all.iter().map(|told| told.record))?;
    let entry = |told: &Told<'_>| PastEntry {
        id: told.record.id,
        kind: told.record.kind.clone(),
        day: told.day,
        told: rows.sentence(told.record, told.telling, told.shown),
        state: rows.state(told.record),
    };
    Ok(Past { entries: all.iter().map(entry).collect(), older, kinds })
}

/// What the record tells by today: the end of what goes on is no past.
fn tellings<'r>(at: &At, record: &'r Record, shown: Shown) -> impl Iterator<Item = Told<'r>> {
    let past = shape::of(&record.kind).map(|shape| shape.past).unwrap_or_default();
    past.iter().filter_map(move |telling| {
        let day = masking::day_of(record, telling, shown, &at.reader);
        let to_come = day.and_then(PartialDate::begins).is_some_and(|day| day > at.today);
        let told = telling.undated || (day.is_some() && !to_come);
        told.then_some(Told { record, telling, shown, day })
    })
}

/// How many there are of each kind.
fn counted(all: &[Told<'_>]) -> Vec<PastKind> {
    let of = |kind: &Kind| all.iter().filter(|told| told.record.kind == kind.code()).count() as u32;
    let kinds = Kind::ALL.iter().map(|kind| PastKind { kind: kind.code().to_owned(), count: of(kind) });
    kinds.filter(|kind| kind.count > 0).collect()
}
