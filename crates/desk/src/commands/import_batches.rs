//! Imports that were written: listed with what they found, taken back, brought back.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use tiexin_contract::ErrorReply;
use tiexin_contract::import::{
    Batch, FilePlan, ImportBatches, ImportFindings, RedoImport, Redone, StayRow, UndoImport, UndoPlan,
    UndoPreview,
};
use tiexin_contract::session::Done;
use tiexin_domain::access::Action;
use tiexin_domain::{Kind, RegionCode};
use tiexin_store::{Kept, Why};
use uuid::Uuid;

use super::records::Names;
use crate::plans::Plan;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Place, READ, WRITE};
use crate::{errors, masking};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, anywhere, batches);
    registry.add(READ, |at, args: &ImportFindings| of_batch(at, args.batch), findings);
    registry.add(WRITE, |at, args: &UndoPreview| of_batch(at, args.batch), undo_preview);
    registry.add(WRITE, |at, args: &UndoImport| of_batch(at, args.batch), undo);
    registry.add(WRITE, |at, args: &RedoImport| of_batch(at, args.batch), redo);
}

/// What the store keeps of a batch beside its records. Books hold it: a field is only ever added.
#[derive(Serialize, Deserialize)]
pub(super) struct Label {
    region: RegionCode,
    files: Vec<String>,
    /// Rows that were new or filled.
    #[serde(default)]
    rows: Option<u64>,
    #[serde(default)]
    findings: u64,
}

/// The ledgers of a batch, as the list of imports names them.
pub(super) fn files_of(label: &str) -> Option<String> {
    let label: Label = serde_json::from_str(label).ok()?;
    Some(label.files.join("、"))
}

impl Label {
    pub(super) fn of(plan: &Plan) -> Self {
        let read = || plan.files.iter().filter(|file| file.read.is_some());
        Self {
            region: plan.region.clone(),
            files: read().map(|file| file.name.clone()).collect(),
            rows: Some(read().map(|file| file.shown.new + file.shown.filled).sum()),
            findings: read().map(|file| file.shown.findings.len() as u64).sum(),
        }
    }

    pub(super) fn written(&self) -> Result<String, ErrorReply> {
        serde_json::to_string(self).map_err(|_| errors::fault("a batch's label"))
    }
}

/// Where a batch was written.
fn of_batch(at: &At, id: Uuid) -> Result<Place, ErrorReply> {
    let known = at.book().batches().map_err(errors::store)?.into_iter().find(|batch| batch.id == id);
    let label = known.and_then(|batch| serde_json::from_str::<Label>(&batch.label).ok());
    let region = label.ok_or_else(errors::not_found)?.region;
    Ok(Place::In(vec![region]))
}

/// What was told of an import when it was written; nothing of one by an older program.
fn findings(at: &At, args: ImportFindings) -> Result<Vec<FilePlan>, ErrorReply> {
    let told = at.book().batch_told(args.batch).map_err(errors::store)?;
    Ok(told.and_then(|told| serde_json::from_str(&told).ok()).unwrap_or_default())
}

fn batches(at: &At, _: ImportBatches) -> Result<Vec<Batch>, ErrorReply> {
    let names = Names::of(at.book())?;
    let known = at.book().batches().map_err(errors::store)?;
    let shown = known.into_iter().filter_map(|batch| {
        let label: Label = serde_json::from_str(&batch.label).ok()?;
        at.may(Action::Read, &label.region).then(|| Batch {
            id: batch.id,
            files: label.files,
            at: batch.made_at,
            by: names.of_author(batch.author),
            records: batch.records,
            rows: label.rows,
            findings: label.findings,
            undone: batch.undone_at.is_some(),
        })
    });
    Ok(shown.collect())
}

/// Most records that stay are named.
const MOST_NAMED: usize = 50;

fn undo_preview(at: &At, args: UndoPreview) -> Result<UndoPlan, ErrorReply> {
    let plan = at.book().undo_plan(args.batch).map_err(errors::store)?;
    let (goes, back) = (by_kind(at, &plan.goes)?, by_kind(at, &plan.back)?);
    let stays = by_family(at, &plan.stays)?;
    let more = stays.len().saturating_sub(MOST_NAMED) as u64;
    let named = stays.iter().take(MOST_NAMED);
    let stays = named.map(|kept| stay(at, kept)).collect::<Result<Vec<_>, _>>()?;
    Ok(UndoPlan { goes, back, stays: stays.into_iter().flatten().collect(), more })
}

fn by_kind(at: &At, ids: &[Uuid]) -> Result<Vec<(String, u64)>, ErrorReply> {
    let mut kinds: Vec<(String, u64)> = Vec::new();
    for id in ids {
        let Some(record) = at.book().get(*id).map_err(errors::store)? else { continue };
        let label = Kind::from_code(&record.kind).label().to_owned();
        match kinds.iter_mut().find(|(there, _)| *there == label) {
            Some((_, number)) => *number += 1,
            None => kinds.push((label, 1)),
        }
    }
    Ok(kinds)
}

/// A family that stays is named once: its people, file and contacts stay with it.
fn by_family(at: &At, stays: &[Kept]) -> Result<Vec<Kept>, ErrorReply> {
    let ids: HashSet<Uuid> = stays.iter().map(|kept| kept.id).collect();
    let mut named = Vec::new();
    for kept in stays {
        let record = at.book().get(kept.id).map_err(errors::store)?;
        let home = record.as_ref().and_then(|record| record.reference("household"));
        let part = record.is_some_and(|record| {
            matches!(Kind::from_code(&record.kind), Kind::Person | Kind::SupportFile | Kind::ContactPair)
        });
        if !(part && home.is_some_and(|home| ids.contains(&home))) {
            named.push(*kept);
        }
    }
    Ok(named)
}

fn stay(at: &At, kept: &Kept) -> Result<Option<StayRow>, ErrorReply> {
    let title = |id: Uuid| -> Result<Option<String>, ErrorReply> {
        let Some(record) = at.book().get(id).map_err(errors::store)? else { return Ok(None) };
        let lost = masking::lost(at.book(), [&record])?;
        let title = masking::title(&record, &lost);
        Ok(Some(format!("{} {title}", Kind::from_code(&record.kind).label())))
    };
    let Some(own) = title(kept.id)? else { return Ok(None) };
    let why = match kept.why {
        Why::Edited => "导入以后有人改过".to_owned(),
        Why::Needed { by } => match title(by)? {
            Some(by) => format!("“{by}”还要用到"),
            None => "别的记录还要用到".to_owned(),
        },
    };
    Ok(Some(StayRow { title: own, why }))
}

fn undo(at: &At, args: UndoImport) -> Result<Done, ErrorReply> {
    let outcome = at.book().undo_batch(args.batch, at.user.id, at.now_ms);
    at.changed(outcome.map_err(errors::store)?.touched);
    Ok(Done { id: Some(args.batch) })
}

fn redo(at: &At, args: RedoImport) -> Result<Redone, ErrorReply> {
    let outcome = at.book().redo_batch(args.batch, at.user.id, at.now_ms).map_err(errors::store)?;
    at.changed(outcome.touched);
    Ok(Redone { redone: outcome.redone, left: outcome.left })
}
