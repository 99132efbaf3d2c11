//! 可能重复: what looks like one, and what was decided. Computed from the book each time: nothing is kept of a
//! mere likeness.

use std::collections::BTreeSet;

use tiexin_contract::ErrorReply;
use tiexin_contract::duplicates::{Decided, Duplicates, ListDuplicates, Pair};
use tiexin_domain::access::Action;
use tiexin_domain::nouns::merge::{MergeDecision, merged_into, standing_for};
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::nouns::support_file::is_active;
use tiexin_domain::nouns::{Merge, tidy_name};
use tiexin_domain::record::Record;
use tiexin_domain::{Kind, Noun, RegionCode};
use tiexin_store::{Alike, Likeness, Look, StoreError};
use uuid::Uuid;

use crate::masking::Shown;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, READ};
use crate::{errors, rows};

/// Most decisions that one list tells.
const MOST_DECIDED: usize = 100;

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, anywhere, list);
}

/// Two records that look like one, the earlier one first.
struct Found {
    one: Record,
    other: Record,
    reason: &'static str,
    /// They were merged, and the merge was taken back.
    undone: bool,
}

impl Found {
    fn why(&self) -> String {
        format!("{}{}", self.reason, if self.undone { "，撤销过合并" } else { "" })
    }
}

fn list(at: &At, args: ListDuplicates) -> Result<Duplicates, ErrorReply> {
    let reach = at.reach(Action::Read);
    let regions: Vec<RegionCode> = match &args.region {
        Some(region) => reach
            .iter()
            .filter_map(|own| {
                if own.covers(region) {
                    Some(region.clone())
                } else {
                    region.covers(own).then(|| own.clone())
                }
            })
            .collect(),
        None => reach,
    };
    if regions.is_empty() {
        return Ok(Duplicates { pairs: Vec::new(), decided: Vec::new() });
    }
    let merges = merges(at.book(), &regions).map_err(errors::store)?;
    let mut found = match args.household {
        Some(household) => of_family(at, household, &merges),
        None => everywhere(at, &regions, &merges),
    }
    .map_err(errors::store)?;
    found.retain(|pair| [&pair.one, &pair.other].iter().all(|record| at.may(Action::Read, &record.region())));
    let all = rows::Rows::of(at, found.iter().flat_map(|pair| [&pair.one, &pair.other]))?;
    let pairs = found
        .iter()
        .map(|pair| Pair {
            kind: pair.one.kind.clone(),
            one: all.row(&pair.one, Shown::Listed),
            other: all.row(&pair.other, Shown::Listed),
            reason: pair.why(),
            may: may(at, &pair.one, &pair.other),
        })
        .collect();
    let about = |merge: &Merge| {
        args.household.is_none_or(|home| {
            [merge.stays, merge.gives_way]
                .into_iter()
                .any(|id| at.book().get(id).ok().flatten().is_some_and(|record| belongs(&record, home)))
        })
    };
    let shown = merges.iter().filter(|(_, merge)| about(merge)).take(MOST_DECIDED);
    let decided =
        shown.map(|(record, merge)| decided(at, record, merge, &merges)).collect::<Result<_, _>>()?;
    Ok(Duplicates { pairs, decided })
}

pub(super) fn may(at: &At, one: &Record, other: &Record) -> bool {
    [one, other].iter().all(|record| at.may(Action::Write, &record.region()))
}

/// Decisions on pairs, the newest first.
fn merges(book: &tiexin_store::Book, regions: &[RegionCode]) -> Result<Vec<(Record, Merge)>, StoreError> {
    let mut all: Vec<(Record, Merge)> = book
        .all(Kind::Merge.code(), regions)?
        .into_iter()
        .filter_map(|record| Merge::from_fields(&record.fields).ok().map(|merge| (record, merge)))
        .collect();
    all.sort_by_key(|(record, _)| (std::cmp::Reverse(rows::recorded_at(record)), record.id));
    Ok(all)
}

fn decided(
    at: &At,
    record: &Record,
    merge: &Merge,
    merges: &[(Record, Merge)],
) -> Result<Decided, ErrorReply> {
    let seen = |id: Uuid| {
        let record = at.book().get(id).map_err(errors::store)?;
        Ok::<_, ErrorReply>(record.filter(|record| at.may(Action::Read, &record.region())))
    };
    let (stays, gives_way) = (seen(merge.stays)?, seen(merge.gives_way)?);
    let still = gives_way.as_ref().and_then(merged_into).is_some();
    let writable =
        |side: &Option<Record>| side.as_ref().is_some_and(|record| at.may(Action::Write, &record.region()));
    let may = merge.decision == MergeDecision::Merged && still && writable(&stays) && writable(&gives_way);
    let row = |side: Option<Record>| side.map(|record| rows::listed(at, &record)).transpose();
    Ok(Decided {
        id: record.id,
        kind: merge.record_kind.code().to_owned(),
        decision: merge.decision.clone(),
        stays: row(stays)?,
        gives_way: row(gives_way)?,
        by: record.text("recorded_by").map(str::to_owned),
        at: rows::recorded_at(record),
        may,
        merged_since: if may { merged_since(at, (record, merge), merges)? } else { Vec::new() },
    })
}

/// What came from the family that gave way and was merged since with what the other one had: taking the families
/// apart leaves it with the one that stays.
fn merged_since(
    at: &At,
    (record, merge): (&Record, &Merge),
    merges: &[(Record, Merge)],
) -> Result<Vec<String>, ErrorReply> {
    let came = |id: Uuid| merge.turned.iter().any(|turned| turned.record == id);
    let since = merges.iter().filter(|(later, other)| {
        other.decision == MergeDecision::Merged
            && rows::recorded_at(later) >= rows::recorded_at(record)
            && came(other.stays) != came(other.gives_way)
    });
    let mut told = Vec::new();
    for (_, other) in since {
        let label = other.record_kind.label();
        let found = at.book().get(other.stays).map_err(errors::store)?;
        let title = found.map(|found| rows::listed(at, &found).map(|row| row.title)).transpose()?;
        told.push(format!("{label} {}", title.unwrap_or_default()).trim_end().to_owned());
    }
    Ok(told)
}

fn belongs(record: &Record, household: Uuid) -> bool {
    record.id == household || record.reference("household") == Some(household)
}

fn everywhere(at: &At, regions: &[RegionCode], merges: &[(Record, Merge)]) -> Result<Vec<Found>, StoreError> {
    // Before a reader is held: there are few of them.
    let (persons, files) = (at.book().alike_persons(regions)?, at.book().alike_files(regions)?);
    let heads = at.book().alike_heads(regions)?;
    at.book().look(|look| found(look, persons, heads, files, merges))
}

/// The same for the people of one family alone, at the cost of one family.
fn of_family(at: &At, household: Uuid, merges: &[(Record, Merge)]) -> Result<Vec<Found>, StoreError> {
    at.book().look(|look| {
        let mut alike = Vec::new();
        for person in look.children_of_kind(household, Kind::Person.code())? {
            let number = person.text("id_number").map(|number| look.by_id_number(number)).transpose()?;
            let mut named = Vec::new();
            if let (Some(name), Some(birth)) = (person.text("name"), person.text("birth")) {
                named = look.by_name(Kind::Person.code(), &person.region(), name)?;
                named.retain(|other| other.text("birth") == Some(birth) && other.region() == person.region());
            }
            let both = [(Likeness::Number, number.unwrap_or_default()), (Likeness::NameBirthVillage, named)];
            for (by, mut records) in both {
                records.retain(|other| other.id != person.id);
                records.insert(0, person.clone());
                alike.push(Alike { by, records });
            }
        }
        let mut heads = Vec::new();
        if let Some(home) = look.get(household)?.filter(|home| home.void.is_none()) {
            let name = home.text("head_name").unwrap_or_default();
            let mut records = look.by_head_name(&home.region(), name)?;
            records.retain(|other| other.id != household && other.region() == home.region());
            records.insert(0, home);
            heads.push(Alike { by: Likeness::HeadVillage, records });
        }
        let mut found = found(look, alike, heads, Vec::new(), merges)?;
        found.retain(|pair| belongs(&pair.one, household) || belongs(&pair.other, household));
        Ok(found)
    })
}

/// Pairs that nobody has decided on: families by their heads, then people and files.
fn found(
    look: &Look<'_>,
    persons: Vec<Alike>,
    heads: Vec<Alike>,
    files: Vec<Alike>,
    merges: &[(Record, Merge)],
) -> Result<Vec<Found>, StoreError> {
    let mut families = Vec::new();
    let mut people = Vec::new();
    let mut asked = BTreeSet::new();
    for Alike { by, records } in persons {
        let Some((first, others)) = records.split_first() else { continue };
        for other in others {
            let homes = (home(look, first)?, home(look, other)?);
            if let (Some(one), Some(two)) = homes
                && one.id != two.id
                && is_head(first, &one)
                && is_head(other, &two)
            {
                families.push((one, two, of_head(by)));
            } else {
                people.push((first.clone(), other.clone(), of_person(by)));
            }
        }
    }
    for Alike { by, records } in heads {
        let Some((first, others)) = records.split_first() else { continue };
        for other in others {
            if !two_heads(look, first, other)? {
                families.push((first.clone(), other.clone(), of_head(by)));
            }
        }
    }
    let mut pairs: Vec<Found> = Vec::new();
    let mut tell = |one: Record, other: Record, reason: &'static str| -> Result<(), StoreError> {
        let id = tiexin_protocol::merge_of(one.id, other.id);
        let shown = one.void.is_none() && other.void.is_none();
        if !shown || !asked.insert(id) {
            return Ok(());
        }
        // Who took a merge back did not say that they are two.
        let undone = match look.get(id)?.map(|record| Merge::from_fields(&record.fields)) {
            None => false,
            Some(Ok(Merge { decision: MergeDecision::Undone, .. })) => true,
            Some(_) => return Ok(()),
        };
        // The one that was made first: ids are in order of time.
        let (one, other) = if one.id < other.id { (one, other) } else { (other, one) };
        pairs.push(Found { one, other, reason, undone });
        Ok(())
    };
    let together: Vec<(Uuid, Uuid)> = families.iter().map(|(one, two, _)| (one.id, two.id)).collect();
    for (one, two, reason) in families {
        tell(one, two, reason)?;
    }
    for (one, other, reason) in people {
        // The people of two families that are one are looked at when those were merged.
        let homes = (home(look, &one)?.map(|h| h.id), home(look, &other)?.map(|h| h.id));
        let waits =
            matches!(homes, (Some(a), Some(b)) if together.contains(&(a, b)) || together.contains(&(b, a)));
        if !waits {
            tell(one, other, reason)?;
        }
    }
    for Alike { records, .. } in files {
        let Some((first, others)) = records.split_first() else { continue };
        for other in others {
            tell(first.clone(), other.clone(), "信息编码相同")?;
        }
    }
    for (_, merge) in merges {
        if merge.decision != MergeDecision::Merged || merge.record_kind != Kind::Household {
            continue;
        }
        let files = look.children_of_kind(merge.stays, Kind::SupportFile.code())?;
        let mut active = files.into_iter().filter(|file| is_active(&file.fields));
        if let (Some(one), Some(other)) = (active.next(), active.next()) {
            tell(one, other, "同一户有两份在册台账")?;
        }
    }
    Ok(pairs)
}

fn of_head(by: Likeness) -> &'static str {
    match by {
        Likeness::Number => "户主身份证号相同",
        Likeness::NameBirthVillage => "户主姓名、出生日期和村（社区）相同",
        Likeness::HeadVillage => "户主姓名和村（社区）相同",
    }
}

fn of_person(by: Likeness) -> &'static str {
    match by {
        Likeness::Number => "身份证号相同",
        Likeness::NameBirthVillage => "姓名、出生日期和村（社区）相同",
        Likeness::HeadVillage => "姓名和村（社区）相同",
    }
}

/// Whether the heads of two families are two people: another ID number, or another birth date.
fn two_heads(look: &Look<'_>, one: &Record, other: &Record) -> Result<bool, StoreError> {
    let head = |home: &Record| -> Result<Option<Record>, StoreError> {
        let persons = look.children_of_kind(home.id, Kind::Person.code())?;
        Ok(persons.into_iter().find(|person| is_head(person, home)))
    };
    let (Some(one), Some(other)) = (head(one)?, head(other)?) else { return Ok(false) };
    let apart = |field: &str| matches!((one.text(field), other.text(field)), (Some(a), Some(b)) if a != b);
    Ok(apart("id_number") || apart("birth"))
}

/// The person's family; the one that stands for it when it was merged.
fn home(look: &Look<'_>, person: &Record) -> Result<Option<Record>, StoreError> {
    let Some(home) = person.reference("household") else { return Ok(None) };
    let into = |id| look.get(id).ok().flatten().as_ref().and_then(merged_into);
    look.get(standing_for(home, into).unwrap_or(home))
}

fn is_head(person: &Record, home: &Record) -> bool {
    let name = |record: &Record, field: &str| record.text(field).map(tidy_name).unwrap_or_default();
    home.reference("head") == Some(person.id)
        || person.text("relation") == Some(Relation::Head.code())
        || name(person, "name") == name(home, "head_name")
}
