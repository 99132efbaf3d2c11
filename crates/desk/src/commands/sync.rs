//! The sync indicator, a round at a button, and what needs a person.

use futures::future::{BoxFuture, FutureExt};
use serde_json::Value;
use tiexin_contract::session::Done;
use tiexin_contract::sync::{
    GetSync, ListTroubles, SettleTrouble, SyncNow, SyncState, Trouble, TroubleField,
};
use tiexin_contract::{ErrorCode, ErrorReply, Event};
use tiexin_domain::access::Action;
use tiexin_domain::nouns;
use tiexin_domain::record::{self as shape, Fields, Record};
use tiexin_protocol::{ParkCode, Verdict};
use tiexin_store::{Refused, Save};

use super::records::Names;
use super::save::region_of;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need, Place, READ, WRITE};
use crate::{errors, labels, masking, rules, values};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::EvenLocked, anywhere, get);
    registry.add_waiting(Need::EvenLocked, now);
    registry.add(READ, anywhere, troubles);
    registry.add(WRITE, of_trouble, settle);
}

fn get(at: &At, _: GetSync) -> Result<SyncState, ErrorReply> {
    at.session.province.state(at.book(), at.now_ms)
}

fn now(at: At, _: SyncNow) -> BoxFuture<'static, Result<SyncState, ErrorReply>> {
    async move {
        let done = at.session.province.round(&at.desk, at.book()).await;
        if at.desk.obey(at.book()).await? { Err(crate::obey::reply()) } else { done }
    }
    .boxed()
}

fn open_troubles(at: &At) -> Result<Vec<Refused>, ErrorReply> {
    let mut all = at.book().conflicts().map_err(errors::store)?;
    all.extend(at.book().parked().map_err(errors::store)?);
    Ok(all)
}

/// Where the change was to be.
fn region_of_refused(refused: &Refused) -> tiexin_domain::RegionCode {
    let standing = refused.current.as_ref().map(Record::region);
    standing.or_else(|| region_of(&refused.change.set)).unwrap_or_else(|| refused.change.scope.clone())
}

fn find(at: &At, id: u64) -> Result<Refused, ErrorReply> {
    let all = open_troubles(at)?;
    all.into_iter()
        .find(|refused| u64::try_from(refused.id).is_ok_and(|own| own == id))
        .ok_or_else(|| ErrorReply::new(ErrorCode::NotFound, "这一条已经处理过了，没有改动。请刷新列表。"))
}

fn of_trouble(at: &At, args: &SettleTrouble) -> Result<Place, ErrorReply> {
    let refused = find(at, args.seq)?;
    let region = region_of_refused(&refused);
    // One's own change is one's own to settle; another's wants the right to settle.
    if refused.change.author != at.user.id && !at.may(Action::Settle, &region) {
        return Err(errors::no_right());
    }
    Ok(Place::In(vec![region]))
}

fn troubles(at: &At, _: ListTroubles) -> Result<Vec<Trouble>, ErrorReply> {
    let names = Names::of(at.book())?;
    let all = open_troubles(at)?;
    let seen = all.iter().filter(|refused| at.may(Action::Read, &region_of_refused(refused)));
    Ok(seen.map(|refused| trouble(at, &names, refused)).collect())
}

fn trouble(at: &At, names: &Names, refused: &Refused) -> Trouble {
    let change = &refused.change;
    let mine = refused.current.clone().unwrap_or_else(|| empty(refused));
    let standing = refused.current.as_ref().map(|record| &record.fields);
    let theirs = |field: &str| standing.and_then(|f| f.get(field)).cloned().unwrap_or_default();
    let (verdict, code, message, contested) = told(&refused.verdict);
    let fields = change.set.iter().filter(|(field, _)| {
        !field.starts_with("recorded_") && (contested.is_empty() || contested.contains(field))
    });
    let cover = |field: &str, value| {
        let covered = masking::cover_value(&mine, field, &value, at.user.id);
        Value::String(values::shown(&change.kind, field, &covered))
    };
    Trouble {
        seq: u64::try_from(refused.id).unwrap_or_default(),
        record: change.record,
        kind: change.kind.clone(),
        title: title(refused),
        verdict: verdict.to_owned(),
        code,
        message,
        author: names.of_author(change.author),
        noted_at: change.noted_at,
        fields: fields
            .map(|(field, value)| TroubleField {
                field: field.clone(),
                label: labels::field(&change.kind, field),
                mine: cover(field, value.clone()),
                theirs: cover(field, theirs(field)),
            })
            .collect(),
    }
}

fn empty(refused: &Refused) -> Record {
    let change = &refused.change;
    Record {
        id: change.record,
        kind: change.kind.clone(),
        scope: change.scope.clone(),
        version: 0,
        fields: Fields::new(),
        void: None,
    }
}

fn title(refused: &Refused) -> String {
    let fields = refused.current.as_ref().map_or_else(|| with_mine(refused), |record| record.fields.clone());
    nouns::check(&refused.change.kind, &fields).map(|checked| checked.title).unwrap_or_default()
}

/// The record with the refused change on top of what stands.
fn with_mine(refused: &Refused) -> Fields {
    let mut fields = refused.current.as_ref().map(|record| record.fields.clone()).unwrap_or_default();
    shape::apply(&mut fields, &refused.change.set);
    fields
}

/// Verdict, code, words, and the fields that are contested (none: all of the change).
fn told(verdict: &Verdict) -> (&'static str, String, String, Vec<String>) {
    match verdict {
        Verdict::Conflict { code, fields } => {
            let message = match code.as_str() {
                "voided" => "这条记录已被其他同事作废，您的修改没有生效。请核对后选择保留哪一个。",
                "edited_meanwhile" => "您作废这条记录时，其他同事刚改过它。请核对后再决定是否作废。",
                _ => "您和其他同事改了同一项重要内容，先提交的生效。请核对后选择保留哪一个。",
            };
            ("conflict", code.clone(), message.to_owned(), fields.clone())
        }
        Verdict::Parked { code, message } => {
            let words = match code {
                ParkCode::NoRight => {
                    "省平台上您的账号没有这里的权限，这次修改暂存未生效。请联系管理员授权后再提交。"
                }
                ParkCode::AuthorUnknown => "省平台不认识这位登记人，这次修改暂存未生效。请联系管理员。",
                ParkCode::KindUnknown => {
                    "省平台的版本还不认识这类记录，这次修改暂存未生效。请联系管理员升级。"
                }
                ParkCode::RuleBroken => message.as_str(),
                ParkCode::RecordUnknown => "省平台上没有这条记录，这次修改暂存未生效。请核对后重新登记。",
                ParkCode::ScopeMismatch => "记录的地区不在所属乡镇内，这次修改暂存未生效。请核对地区。",
                ParkCode::Moved => {
                    "这户已迁到别的乡镇，这次填写没有在本地生效，已转到迁入地，由那里的同事处理。"
                }
                ParkCode::Other => message.as_str(),
                ParkCode::Group => "同一次保存的其他内容没有通过，这一条一起暂存。请先处理那一条。",
            };
            let code = serde_json::to_value(code).ok().and_then(|v| v.as_str().map(str::to_owned));
            ("parked", code.unwrap_or_default(), words.to_owned(), Vec::new())
        }
        Verdict::Applied { .. } => ("applied", String::new(), String::new(), Vec::new()),
    }
}

fn settle(at: &At, args: SettleTrouble) -> Result<Done, ErrorReply> {
    let refused = find(at, args.seq)?;
    let record = refused.change.record;
    if args.keep_mine {
        let kind = refused.change.kind.clone();
        let fields = with_mine(&refused);
        let hiding = refused.change.void.is_some();
        let found = rules::problems(at.book(), &kind, record, &fields, at.today).map_err(errors::store)?;
        if !found.is_empty() && !hiding {
            return Err(ErrorReply::invalid(found));
        }
        let save = Save { id: record, kind, fields, void: refused.change.void.clone() };
        let by = at.by();
        let (_, changed) = at.book().write(|tx| tx.save(&save, &by)).map_err(errors::store)?;
        at.changed(changed);
    }
    at.book().settle_refused(refused.id, at.user.id, at.now_ms).map_err(errors::store)?;
    // One trouble less, in the lists and on the indicator.
    at.desk.tell(Event::Changed { kinds: vec![refused.change.kind.clone()] });
    at.desk.tell(Event::Sync(at.session.province.state(at.book(), at.now_ms)?));
    Ok(Done { id: Some(record) })
}
