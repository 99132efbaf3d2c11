//! The audit: of this desk, and of the region's desks as the province has it.

use std::collections::HashMap;

use futures::future::{BoxFuture, FutureExt};
use tiexin_contract::ErrorReply;
use tiexin_contract::book::{AuditRow, AuditTrail, RegionAudit, RegionAuditPage};
use tiexin_domain::Record;
use tiexin_domain::access::Action;
use tiexin_protocol::wire::{AuditLine, AuditPage};
use uuid::Uuid;

use super::records::Names;
use crate::province::{line, reply};
use crate::registry::{Registry, anywhere};
use crate::rights::{AUDIT, At};
use crate::{errors, labels, masking, place};

pub(super) fn register(registry: &mut Registry) {
    registry.add(AUDIT, anywhere, own);
    registry.add_waiting(AUDIT, of_region);
}

const MOST: u32 = 1_000;

fn own(at: &At, args: AuditTrail) -> Result<Vec<AuditRow>, ErrorReply> {
    let before = args.before.map(|seq| i64::try_from(seq).unwrap_or(i64::MAX));
    let entries = at.book().audit(before, args.limit.clamp(1, MOST) as usize).map_err(errors::store)?;
    let names = Names::of(at.book())?;
    let titles = titles(at, entries.iter().filter_map(|entry| entry.about))?;
    let row = |entry: tiexin_store::AuditEntry| {
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

fn of_region(at: At, args: RegionAudit) -> BoxFuture<'static, Result<RegionAuditPage, ErrorReply>> {
    async move {
        let page = line(at.book())?.audit_of_region(at.user.id, args.before).await.map_err(reply)?;
        tokio::task::spawn_blocking(move || shown(&at, page))
            .await
            .unwrap_or_else(|_| Err(errors::internal()))
    }
    .boxed()
}

fn shown(at: &At, page: AuditPage) -> Result<RegionAuditPage, ErrorReply> {
    let titles = titles(at, page.lines.iter().filter_map(|line| line.about))?;
    let row = |line: AuditLine| AuditRow {
        seq: line.number,
        at: line.at,
        actor: line.person.unwrap_or_else(|| "未在省平台登记的用户".into()),
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
        0 => labels::act(code).to_owned(),
        many => format!("{} {many} 条", labels::act(code)),
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
