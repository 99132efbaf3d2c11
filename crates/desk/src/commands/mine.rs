//! What the worker did at this desk: for that worker alone, since whose it is is no argument; and what a new record begins
//! with of one that is there.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use tiexin_contract::ErrorReply;
use tiexin_contract::mine::{BeginRecord, Begun, Mine, MyDeed, MyDeeds, MyTally};
use tiexin_domain::access::Action;
use tiexin_domain::record::Record;
use tiexin_domain::shape::{self, Audience};
use tiexin_store::AuditEntry;
use uuid::Uuid;

use super::records::find;
use crate::clock::day_of;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Place, READ};
use crate::{errors, place, rows};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, begin_place, begin);
    registry.add(READ, anywhere, deeds);
}

fn begin_place(at: &At, args: &BeginRecord) -> Result<Place, ErrorReply> {
    match args.like {
        Some(id) => Ok(Place::In(vec![find(at, id)?.region()])),
        None => Ok(Place::Anywhere),
    }
}

fn begin(at: &At, args: BeginRecord) -> Result<Option<Begun>, ErrorReply> {
    let Some(shape) = shape::of(&args.kind) else { return Ok(None) };
    let again = args.like.is_none();
    // Of most kinds nothing comes again: no need to look for the last one.
    if again && shape.fields.iter().all(|field| !field.again) {
        return Ok(None);
    }
    let from = match args.like {
        Some(id) => Some(find(at, id)?),
        None => last_made(at, &args.kind)?,
    };
    let Some(from) = from.filter(|from| from.kind == args.kind) else { return Ok(None) };
    let fields = shape.taken(&from.fields, again);
    Ok(Some(Begun { title: rows::title(at, &from)?, fields }))
}

const READ_AT_ONCE: usize = 500;
/// Entries that are looked through for the last record of a kind.
const FAR_BACK: usize = 4_000;

/// The last record of a kind that who asks has made here, and that is still to be seen. What came with a ledger was
/// typed by nobody.
fn last_made(at: &At, kind: &str) -> Result<Option<Record>, ErrorReply> {
    let (mut before, mut read) = (None, 0);
    while read < FAR_BACK {
        let page = at.book().audit(before, READ_AT_ONCE).map_err(errors::store)?;
        let own = |entry: &&AuditEntry| entry.actor == at.user.id && entry.act == "create";
        for entry in page.iter().filter(own).filter(|entry| entry.kind.as_deref() == Some(kind)) {
            if let Some(record) = entry.about.map(|id| seen(at, id)).transpose()?.flatten() {
                return Ok(Some(record));
            }
        }
        read += page.len();
        match page.last() {
            Some(last) if page.len() == READ_AT_ONCE => before = Some(last.seq),
            _ => break,
        }
    }
    Ok(None)
}

/// A record that stands and that who asks may read.
fn seen(at: &At, id: Uuid) -> Result<Option<Record>, ErrorReply> {
    let found = at.book().get(id).map_err(errors::store)?;
    Ok(found.filter(|record| record.void.is_none() && at.may(Action::Read, &record.region())))
}

/// Days that are told of at once, and records that are named.
const MOST_DAYS: i64 = 62;
const MOST: usize = 300;

fn deeds(at: &At, args: MyDeeds) -> Result<Mine, ErrorReply> {
    let earliest = args.to.checked_sub_signed(TimeDelta::days(MOST_DAYS)).unwrap_or(args.to);
    let from = args.from.max(earliest);
    let mut imported = 0;
    // Newest first, one for a record: that it was made says more than that it was mended.
    let mut told: Vec<(Uuid, NaiveDate, bool)> = Vec::new();
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    for entry in own_since(at, from)? {
        let day = day_of(entry.at);
        if day < from || day > args.to {
            continue;
        }
        imported += entry.made.iter().map(|made| made.ids.len() as u64).sum::<u64>();
        let made = entry.act == "create";
        let has_list = entry.kind.as_deref().and_then(shape::of).is_some_and(|shape| !shape.list.is_empty());
        let Some(id) = entry.about.filter(|_| has_list && (made || entry.act == "change")) else { continue };
        match places.get(&id).copied() {
            Some(nth) if made => told[nth] = (id, day, true),
            Some(_) => {}
            None => {
                places.insert(id, told.len());
                told.push((id, day, made));
            }
        }
    }
    let mut mine = Mine { tally: Vec::new(), deeds: Vec::new(), total: 0, imported };
    for (id, date, made) in told {
        let Some(record) = seen(at, id)? else { continue };
        mine.total += 1;
        count(&mut mine.tally, &record.kind, made);
        if mine.deeds.len() < MOST {
            mine.deeds.push(deed(at, &record, date, made)?);
        }
    }
    mine.tally.sort_by_key(|tally| std::cmp::Reverse((tally.made, tally.mended)));
    Ok(mine)
}

/// The worker's own entries since a day, newest first.
fn own_since(at: &At, from: NaiveDate) -> Result<Vec<AuditEntry>, ErrorReply> {
    let (mut own, mut before) = (Vec::new(), None);
    // Entries need not lie in the order of their times: a clock is set.
    let enough = from.pred_opt().unwrap_or(from);
    loop {
        let page = at.book().audit(before, READ_AT_ONCE).map_err(errors::store)?;
        before = page.last().map(|entry| entry.seq);
        let newest = page.iter().map(|entry| entry.at).max().unwrap_or_default();
        let is_last = page.len() < READ_AT_ONCE || day_of(newest) < enough;
        own.extend(page.into_iter().filter(|entry| entry.actor == at.user.id));
        if is_last {
            return Ok(own);
        }
    }
}

fn count(tallies: &mut Vec<MyTally>, kind: &str, made: bool) {
    let place = tallies.iter().position(|tally| tally.kind == kind).unwrap_or_else(|| {
        tallies.push(MyTally { kind: kind.to_owned(), made: 0, mended: 0 });
        tallies.len() - 1
    });
    let tally = &mut tallies[place];
    *(if made { &mut tally.made } else { &mut tally.mended }) += 1;
}

fn deed(at: &At, record: &Record, date: NaiveDate, made: bool) -> Result<MyDeed, ErrorReply> {
    // Whose it is may stand on its own page only.
    let told = shape::audience(&record.kind, "household") == Audience::Everyone;
    Ok(MyDeed {
        date,
        kind: record.kind.clone(),
        record: record.id,
        title: rows::title(at, record)?,
        place: place::name(&record.region()),
        made,
        household: record.reference("household").filter(|_| told),
    })
}
