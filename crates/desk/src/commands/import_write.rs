//! Writing a preview as one batch that can be undone.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use tiexin_contract::ErrorReply;
use tiexin_contract::import::{
    Batch, FilePlan, ImportBatches, ImportDone, RunImport, StayRow, UndoImport, UndoPlan, UndoPreview,
};
use tiexin_contract::session::Done;
use tiexin_domain::access::Action;
use tiexin_domain::record::Fields;
use tiexin_domain::{Kind, RegionCode};
use tiexin_intake::{Intent, LedgerPlan, PlannedRecord, VOID};
use tiexin_store::{BatchSave, Fill, Kept, Over, Source, Why};
use uuid::Uuid;

use super::import::{Teller, find_plan, of_plan};
use super::import_changes as changes;
use super::records::Names;
use super::save::sign;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Place, READ, WRITE};
use crate::{errors, masking};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, |at, args: &RunImport| of_plan(at, args.plan), run);
    registry.add(READ, anywhere, batches);
    registry.add(WRITE, |at, args: &UndoPreview| of_batch(at, args.batch), undo_preview);
    registry.add(WRITE, |at, args: &UndoImport| of_batch(at, args.batch), undo);
}

/// The reason that stands in what an undone import made: reading the ledger again brings that back.
pub(crate) const UNDONE: &str = "撤销导入";

/// What the store keeps of a batch beside its records.
#[derive(Serialize, Deserialize)]
struct Label {
    region: RegionCode,
    files: Vec<String>,
}

fn run(at: &At, args: RunImport) -> Result<ImportDone, ErrorReply> {
    let plan = find_plan(at, args.plan)?;
    let ledgers = || plan.files.iter().filter_map(|file| file.read.as_ref()).map(|(_, ledger)| ledger);
    let groups = ledgers().flat_map(|ledger| &ledger.groups);
    let mut batch: Vec<BatchSave<'_>> = groups
        .map(|group| BatchSave { group: at.new_id(), records: group.records.iter().map(fill).collect() })
        .collect();
    let taken: HashSet<u32> = args.take.into_iter().collect();
    let chosen = chosen(ledgers(), &taken);
    // Each record by itself: two people may disagree about one, and that holds up no other.
    batch.extend(chosen.iter().map(|one| {
        let fill = Fill { id: one.id, kind: one.kind.code(), fields: &one.fields, over: one.over };
        BatchSave { group: at.new_id(), records: vec![fill] }
    }));
    let files: Vec<String> = plan.files.iter().filter(|f| f.read.is_some()).map(|f| f.name.clone()).collect();
    let label = serde_json::to_string(&Label { region: plan.region.clone(), files });
    let mut signed = Fields::new();
    sign(at, &mut signed);
    let label = label.map_err(|_| errors::fault("a batch's label"))?;
    let source = Source { batch: at.new_id(), label, signed };
    let job = at.desk.inner().jobs.begin(args.plan);
    let teller = Teller::new(&at.desk, &job, args.plan);
    let mut progress = |done, total| teller.tell("正在写入", done, total);
    let written = at.book().save_batch(&source, &batch, at.user.id, at.now_ms, &mut progress);
    teller.finish();
    let outcome = written.map_err(errors::store)?;
    at.changed(outcome.touched);
    plan.written.store(true, std::sync::atomic::Ordering::Relaxed);
    Ok(ImportDone {
        batch: source.batch,
        files: plan.files.iter().map(|file| told(&file.shown, &taken)).collect(),
        records: outcome.created + outcome.changed,
    })
}

/// Never over what somebody wrote, also when the record came by sync since the preview: the store fills
/// what is there and makes what is not.
fn fill(planned: &PlannedRecord) -> Fill<'_> {
    let over = if planned.intent == Intent::Restore { Over::Restored } else { Over::Lacking };
    Fill { id: planned.id, kind: planned.kind.code(), fields: &planned.fields, over }
}

/// What a person chose to write into one record.
struct Chosen {
    id: Uuid,
    kind: Kind,
    fields: Fields,
    over: Over,
}

/// The fields to be taken from the ledger, for each record; what the book lacks is filled anyway.
fn chosen<'p>(ledgers: impl Iterator<Item = &'p LedgerPlan>, taken: &HashSet<u32>) -> Vec<Chosen> {
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut next = 0;
    for ledger in ledgers {
        let numbers = changes::numbers(ledger, &mut next);
        for (number, change) in numbers.into_iter().zip(&ledger.changes) {
            if !taken.contains(&number) || change.old.is_null() {
                continue;
            }
            let at = match chosen.iter().position(|one| one.id == change.record) {
                Some(at) => at,
                None => {
                    let fields = Fields::from_iter([("region".to_owned(), change.region.to_string().into())]);
                    let (id, kind) = (change.record, change.kind.clone());
                    chosen.push(Chosen { id, kind, fields, over: Over::Chosen });
                    chosen.len() - 1
                }
            };
            if change.field == VOID {
                chosen[at].over = Over::Restored;
            } else {
                chosen[at].fields.insert(change.field.clone(), change.new.clone());
            }
        }
    }
    chosen
}

/// The plan with what was taken of its differences.
fn told(shown: &FilePlan, taken: &HashSet<u32>) -> FilePlan {
    let mut shown = shown.clone();
    for change in &mut shown.changes {
        change.taken = change.old.is_some() && taken.contains(&change.number);
    }
    shown
}

/// Where a batch was written.
fn of_batch(at: &At, id: Uuid) -> Result<Place, ErrorReply> {
    let known = at.book().batches().map_err(errors::store)?.into_iter().find(|batch| batch.id == id);
    let label = known.and_then(|batch| serde_json::from_str::<Label>(&batch.label).ok());
    let region = label.ok_or_else(errors::not_found)?.region;
    Ok(Place::In(vec![region]))
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
    let outcome = at.book().undo_batch(args.batch, UNDONE, at.user.id, at.now_ms);
    at.changed(outcome.map_err(errors::store)?.touched);
    Ok(Done { id: Some(args.batch) })
}
