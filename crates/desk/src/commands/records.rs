//! One record: open, hide, bring back, unmask.

use tiexin_contract::records::{GetRecord, RecordRow, RestoreRecord, Unmask, Unmasked, VoidRecord};
use tiexin_contract::session::Done;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::nouns::merge::merged_into;
use tiexin_domain::nouns::tidy;
use tiexin_domain::record::{Record, Void};
use tiexin_domain::{Kind, Problem, shape};
use tiexin_protocol::VoidChange;
use tiexin_store::{Save, StoreError};
use uuid::Uuid;

use super::person_of;
use crate::masking::Shown;
use crate::registry::Registry;
use crate::rights::{At, Place, READ, WRITE};
use crate::{errors, masking, rows};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, |at, args: &GetRecord| of_record(at, args.id), get);
    registry.add(READ, |at, args: &Unmask| of_record(at, args.id), unmask);
    registry.add(WRITE, |at, args: &VoidRecord| of_record(at, args.id), void);
    registry.add(WRITE, |at, args: &RestoreRecord| of_record(at, args.id), restore);
}

/// Where a record is. A record elsewhere is, to those without the right, not there.
pub(super) fn of_record(at: &At, id: Uuid) -> Result<Place, ErrorReply> {
    Ok(Place::In(vec![find(at, id)?.region()]))
}

pub(super) fn find(at: &At, id: Uuid) -> Result<Record, ErrorReply> {
    at.book().get(id).map_err(errors::store)?.ok_or_else(errors::not_found)
}

fn get(at: &At, args: GetRecord) -> Result<RecordRow, ErrorReply> {
    rows::opened(at, &find(at, args.id)?)
}

fn unmask(at: &At, args: Unmask) -> Result<Unmasked, ErrorReply> {
    let record = person_of::stored_in(at, find(at, args.id)?, &args.field)?;
    let nothing = masking::Lost::new();
    let value = masking::unmasked(&record, &args.field, Shown::Own, &at.reader, &nothing);
    let value = value.ok_or_else(errors::not_found)?;
    // Shown only when the audit has it.
    at.note("unmask", Some(record.id), &[&args.field])?;
    Ok(Unmasked { value })
}

fn void(at: &At, args: VoidRecord) -> Result<Done, ErrorReply> {
    let Some(reason) = tidy(&args.reason) else {
        let problem = Problem::new("reason", "reason_missing", "请写明作废的原因");
        return Err(ErrorReply::invalid(vec![problem]));
    };
    change_void(at, args.id, VoidChange::Hide(Void::by_person(&reason)))
}

fn restore(at: &At, args: RestoreRecord) -> Result<Done, ErrorReply> {
    change_void(at, args.id, VoidChange::Restore)
}

fn change_void(at: &At, id: Uuid, void: VoidChange) -> Result<Done, ErrorReply> {
    let record = find(at, id)?;
    refuse_decision(&record.kind)?;
    refuse_fixed(&record.kind)?;
    if void == VoidChange::Restore && merged_into(&record).is_some() {
        return Err(ErrorReply::new(
            ErrorCode::ChangedMeanwhile,
            "这份登记已与另一份合并，没有改动。要分开的话，请在“可能重复”里撤销合并。",
        ));
    }
    if void == VoidChange::Restore {
        refuse_under_void(at, &record)?;
    }
    // Whoever looked after the family before goes on, or gives way again.
    let along = super::contacts::along(at, &record, void != VoidChange::Restore)?;
    let by = at.by();
    let written = at.book().write(|tx| {
        if let Some((pair, to)) = &along
            && let Some(mut now) = tx.get(pair.id)?
        {
            match to {
                Some(to) => drop(now.fields.insert("to".into(), to.to_string().into())),
                None => drop(now.fields.remove("to")),
            }
            tx.save(&Save { id: pair.id, kind: now.kind, fields: now.fields, void: None }, &by)?;
        }
        let now = tx.get(id)?.ok_or(StoreError::NoSuchRecord(id))?;
        tx.save(&Save { id, kind: now.kind, fields: now.fields, void: Some(void) }, &by)
    });
    at.changed(written.map_err(errors::store)?.1);
    Ok(Done { id: Some(id) })
}

/// What belongs to a void record does not come back by itself: it would be in no list, neither here nor there.
fn refuse_under_void(at: &At, record: &Record) -> Result<(), ErrorReply> {
    let Some(above) = at.book().void_above(record.id).map_err(errors::store)? else { return Ok(()) };
    let lost = masking::lost(at.book(), [&above])?;
    let (kind, title) = (Kind::from_code(&above.kind), masking::title(&above, &lost));
    Err(ErrorReply::new(
        ErrorCode::ChangedMeanwhile,
        format!(
            "它属于已作废的{}“{title}”，没有改动。请先恢复{}，它会一起恢复；单独作废过的再恢复一次。",
            kind.label(),
            kind.label()
        ),
    ))
}

/// A decision is made where it is asked for and stands: it is not edited like a record.
pub(super) fn refuse_decision(kind: &str) -> Result<(), ErrorReply> {
    if kind == Kind::Settlement.code() {
        return Err(ErrorReply::new(
            ErrorCode::Invalid,
            "处理意见不能这样修改，没有保存。请在“待处理”里处理。",
        ));
    }
    if kind == Kind::Merge.code() {
        return Err(ErrorReply::new(
            ErrorCode::Invalid,
            "是否同一份登记不能这样修改，没有保存。请在“可能重复”里处理。",
        ));
    }
    Ok(())
}

/// Money that was given is neither changed nor made void: it is taken back.
pub(super) fn refuse_fixed(kind: &str) -> Result<(), ErrorReply> {
    if shape::is_fixed(kind) { Err(errors::fixed()) } else { Ok(()) }
}

pub(super) fn kind_of(record: &Record) -> Kind {
    Kind::from_code(&record.kind)
}
