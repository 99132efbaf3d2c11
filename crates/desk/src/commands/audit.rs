//! The audit: of this desk, and of the region's desks as the province has it.

use std::collections::HashMap;

use futures::future::{BoxFuture, FutureExt};
use tiexin_contract::ErrorReply;
use tiexin_contract::book::{AuditRow, AuditTrail, AuditWish, RegionAudit, RegionAuditPage};
use tiexin_domain::access::Action;
use tiexin_domain::{Record, deed};
use tiexin_protocol::wire::{AuditLine, AuditPage};
use tiexin_store::AuditEntry;
use uuid::Uuid;

use super::authors::Names;
use crate::clock::day_of;
use crate::enrolment::{line, reply};
use crate::registry::{Registry, anywhere};
use crate::rights::{AUDIT, At};
use crate::{errors, labels, masking, place};

pub(super) fn register(registry: &mut Registry) {
    registry.add(AUDIT, anywhere, own);
    registry.add_waiting(AUDIT, of_region);
}

const MOST: u32 = 1_000;
/// Read at a time where only some of the entries are wanted.
const READ: usize = 2_000;
/// Lines that fill a page where only some are wanted, and pages of the province that are looked through for them.
const ENOUGH: usize = 100;
const PAGES: usize = 10;

fn own(at: &At, args: AuditTrail) -> Result<Vec<AuditRow>, ErrorReply> {
    let names = Names::of(at.book())?;
    let entries = wanted(at, &args, &names)?;
    let titles = titles(at, entries.iter().filter_map(|entry| entry.about))?;
    let row = |entry: AuditEntry| {
        let many = entry.made.iter().map(|made| made.ids.len() as u64).sum();
        let title = match (entry.about, &entry.kind) {
            (Some(user), None) => Some(names.of_author(user)),
            (about, _) => about.and_then(|id| titles.get(&id).cloned()),
        };
        AuditRow {
            seq: u64::try_from(entry.seq).unwrap_or_default(),
            at: entry.at,
            actor: names.of_author(entry.actor),
            act: act(&entry.act, many),
            record: entry.about.filter(|_| entry.kind.is_some()),
            fields: labels::fields(entry.kind.as_deref().unwrap_or_default(), &entry.fields),
            kind: entry.kind,
            title,
            device: None,
            place: None,
        }
    };
    Ok(entries.into_iter().map(row).collect())
}

/// The newest entries of this book that are wanted, before `args.before` when given.
fn wanted(at: &At, args: &AuditTrail, names: &Names) -> Result<Vec<AuditEntry>, ErrorReply> {
    let limit = args.limit.clamp(1, MOST) as usize;
    let some = args.only != AuditWish::default();
    let most = if some { READ } else { limit };
    let mut before = args.before.map(|seq| i64::try_from(seq).unwrap_or(i64::MAX));
    let mut entries = Vec::new();
    loop {
        let read = at.book().audit(before, most).map_err(errors::store)?;
        let last = read.len() < most;
        before = read.last().map(|entry| entry.seq);
        entries.extend(
            read.into_iter().filter(|entry| {
                !some || fits(&args.only, &names.of_author(entry.actor), &entry.act, entry.at)
            }),
        );
        if last || entries.len() >= limit {
            entries.truncate(limit);
            return Ok(entries);
        }
    }
}

fn fits(only: &AuditWish, person: &str, act: &str, at: i64) -> bool {
    let day = day_of(at);
    only.person.as_deref().is_none_or(|part| person.contains(part.trim()))
        && only.deed.as_deref().is_none_or(|deed| deed::word(act) == deed)
        && only.from.is_none_or(|from| day >= from)
        && only.to.is_none_or(|to| day <= to)
}

fn of_region(at: At, args: RegionAudit) -> BoxFuture<'static, Result<RegionAuditPage, ErrorReply>> {
    async move {
        let page = wanted_of_region(&at, &args).await?;
        tokio::task::spawn_blocking(move || shown(&at, page))
            .await
            .unwrap_or_else(|_| Err(errors::internal()))
    }
    .boxed()
}

/// A page of the province; where only some lines are wanted, several of its pages looked through.
async fn wanted_of_region(at: &At, args: &RegionAudit) -> Result<AuditPage, ErrorReply> {
    let line = line(at.book())?;
    let mut page = AuditPage { lines: Vec::new(), before: args.before };
    for _ in 0..PAGES {
        let read = line.audit_of_region(at.user.id, page.before).await.map_err(reply)?;
        // In the order in which they arrived: a day's deeds came no earlier, but for a clock that is a little ahead.
        let arrived = read.lines.last().and_then(|line| day_of(line.received_at).succ_opt());
        let all = matches!((arrived, args.only.from), (Some(day), Some(from)) if day < from);
        page.before = read.before.filter(|_| !all);
        let wanted = |line: &AuditLine| fits(&args.only, called(line), &line.act, line.at);
        page.lines.extend(read.lines.into_iter().filter(wanted));
        if args.only == AuditWish::default() || page.lines.len() >= ENOUGH || page.before.is_none() {
            break;
        }
    }
    Ok(page)
}

fn called(line: &AuditLine) -> &str {
    line.person.as_deref().unwrap_or("未在省平台登记的用户")
}

fn shown(at: &At, page: AuditPage) -> Result<RegionAuditPage, ErrorReply> {
    let titles = titles(at, page.lines.iter().filter_map(|line| line.about))?;
    let row = |line: AuditLine| AuditRow {
        seq: line.number,
        at: line.at,
        actor: called(&line).to_owned(),
        act: act(&line.act, line.many.unwrap_or_default()),
        title: line.about.and_then(|id| titles.get(&id).cloned()),
        // Only what is here can be opened.
        record: line.about.filter(|id| titles.contains_key(id)),
        fields: labels::fields(line.kind.as_deref().unwrap_or_default(), &line.fields),
        kind: line.kind,
        device: Some(line.device_name),
        place: line.region.as_ref().map(place::name),
    };
    Ok(RegionAuditPage { rows: page.lines.into_iter().map(row).collect(), before: page.before })
}

fn act(code: &str, many: u64) -> String {
    match many {
        0 => deed::word(code).to_owned(),
        many => format!("{} {many} 条", deed::word(code)),
    }
}

/// What records are called, as far as they are here and this user may see them. The audit itself names nobody.
fn titles(at: &At, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, String>, ErrorReply> {
    let mut records: HashMap<Uuid, Record> = HashMap::new();
    for id in ids {
        if records.contains_key(&id) {
            continue;
        }
        if let Some(record) = at.book().get(id).map_err(errors::store)?
            && at.may(Action::Read, &record.region())
        {
            records.insert(id, record);
        }
    }
    let lost = masking::lost(at.book(), records.values())?;
    Ok(records.iter().map(|(id, record)| (*id, masking::title(record, &lost))).collect())
}
