//! What is void, and what goes or comes back with a record.

use tiexin_contract::ErrorReply;
use tiexin_contract::voided::{ListVoided, VoidEffect, VoidEffectReply, VoidedPage, VoidedRow};
use tiexin_domain::Kind;
use tiexin_domain::access::Action;
use tiexin_domain::record::Record;
use tiexin_store::{Event, Hanging, VoidedQuery};

use super::authors::Names;
use super::records::{find, of_record};
use crate::masking::{self, Shown};
use crate::registry::Registry;
use crate::rights::{At, Place, READ};
use crate::{errors, guessing, rows};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, |_, args: &ListVoided| Ok(Place::In(vec![args.region.clone()])), list);
    registry.add(READ, |at, args: &VoidEffect| of_record(at, args.id), effect);
}

const LONGEST_PAGE: u32 = 200;

fn list(at: &At, args: ListVoided) -> Result<VoidedPage, ErrorReply> {
    if let Some(text) = args.text.as_deref() {
        guessing::asked(at, text)?;
    }
    let page = at
        .book()
        .voided(&VoidedQuery {
            regions: vec![args.region],
            kind: args.kind,
            text: args.text.filter(|text| !text.trim().is_empty()),
            skip: args.skip,
            limit: args.limit.clamp(1, LONGEST_PAGE) as usize,
        })
        .map_err(errors::store)?;
    let events = page.records.iter().map(|record| at.book().made_void(record.id));
    let events: Vec<Option<Event>> = events.collect::<Result<_, _>>().map_err(errors::store)?;
    let authors = events.iter().flatten().map(|event| event.author);
    let mut names = Names::of(at.book())?;
    names.learn(at.book(), authors)?;
    let listed = rows::all(at, &page.records, Shown::Listed)?;
    let rows = page.records.iter().zip(listed).zip(events).map(|((record, mut row), event)| {
        // What came in later is not void by itself.
        row.void = row.void.or_else(|| above_in_words(at, record));
        VoidedRow {
            kind_label: Kind::from_code(&record.kind).label().to_owned(),
            by: event.as_ref().map(|event| names.of_author(event.author)),
            at: event.map(|event| event.at),
            may: at.may(Action::Write, &record.region()),
            row,
        }
    });
    Ok(VoidedPage { rows: rows.collect(), total: page.total })
}

fn above_in_words(at: &At, record: &Record) -> Option<String> {
    let above = at.book().void_above(record.id).ok().flatten()?;
    let lost = masking::lost(at.book(), [&above]).ok()?;
    let why = masking::told(&above, &above.void.as_ref()?.reason, &lost);
    Some(format!("所属的{}已作废：{why}", Kind::from_code(&above.kind).word()))
}

fn effect(at: &At, args: VoidEffect) -> Result<VoidEffectReply, ErrorReply> {
    let hanging = at.book().hanging(args.id).map_err(errors::store)?;
    let mut words = words(&hanging);
    let record = find(at, args.id)?;
    if let Some((pair, _)) = super::contacts::along(at, &record, record.void.is_none())? {
        let names = masking::title(&pair, &masking::lost(at.book(), [&pair])?);
        words.push_str(&match hanging.back {
            false => format!("原来的联系人（{names}）接着负责。"),
            true => format!("现在的联系人（{names}）到它开始的前一天为止。"),
        });
    }
    Ok(VoidEffectReply { back: hanging.back, with: hanging.kinds.values().sum(), words })
}

/// So many months are named one by one.
const MONTHS_NAMED: usize = 4;

pub(super) fn words(hanging: &Hanging) -> String {
    let mut said = Vec::new();
    // In the order of the office, not of the codes.
    let with = Kind::ALL.iter().filter_map(|kind| {
        let count = hanging.kinds.get(kind.code())?;
        Some(counted(kind, *count))
    });
    let with: Vec<String> = with.collect();
    if !with.is_empty() {
        let what = if hanging.back { "一起恢复" } else { "也不再显示" };
        said.push(format!("{}{what}。", with.join("、")));
    }
    let months: Vec<String> =
        hanging.months.keys().rev().map(|month| format!("{}年{}月", month / 100, month % 100)).collect();
    let records: u64 = hanging.months.values().sum();
    if records > 0 {
        let when = match months.as_slice() {
            [first, .., last] if months.len() > MONTHS_NAMED => format!("{last}到{first}"),
            some => some.join("、"),
        };
        let what = if hanging.back { "重新计入" } else { "不再计入" };
        said.push(format!("其中 {records} 次走访、服务或活动{what}{when}的报表。"));
    }
    said.concat()
}

fn counted(kind: &Kind, count: u64) -> String {
    format!("{count} {}", kind.counted())
}
