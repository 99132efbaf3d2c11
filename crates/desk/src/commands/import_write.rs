//! Writing a preview as one batch that can be undone.

use serde::{Deserialize, Serialize};
use tiexin_contract::ErrorReply;
use tiexin_contract::import::{Batch, ImportBatches, ImportDone, RunImport, UndoImport};
use tiexin_contract::session::Done;
use tiexin_domain::RegionCode;
use tiexin_domain::access::Action;
use tiexin_domain::record::Fields;
use tiexin_intake::PlannedRecord;
use tiexin_store::{BatchSave, Fill, Source};
use uuid::Uuid;

use super::import::{Teller, find_plan, of_plan};
use super::records::Names;
use super::save::sign;
use crate::errors;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Place, READ, WRITE};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, |at, args: &RunImport| of_plan(at, args.plan), run);
    registry.add(READ, anywhere, batches);
    registry.add(WRITE, |at, args: &UndoImport| of_batch(at, args.batch), undo);
}

/// What the store keeps of a batch beside its records.
#[derive(Serialize, Deserialize)]
struct Label {
    region: RegionCode,
    files: Vec<String>,
}

fn run(at: &At, args: RunImport) -> Result<ImportDone, ErrorReply> {
    let plan = find_plan(at, args.plan)?;
    let groups =
        plan.files.iter().filter_map(|file| file.read.as_ref()).flat_map(|(_, ledger)| &ledger.groups);
    let batch: Vec<BatchSave<'_>> = groups
        .map(|group| BatchSave { group: at.new_id(), records: group.records.iter().map(fill).collect() })
        .collect();
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
    Ok(ImportDone {
        batch: source.batch,
        files: plan.files.iter().map(|file| file.shown.clone()).collect(),
        records: outcome.created + outcome.changed,
    })
}

/// Never over what somebody wrote, also when the record came by sync since the preview: the store fills
/// what is there and makes what is not.
fn fill(planned: &PlannedRecord) -> Fill<'_> {
    Fill { id: planned.id, kind: planned.kind.code(), fields: &planned.fields }
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

fn undo(at: &At, args: UndoImport) -> Result<Done, ErrorReply> {
    let outcome = at.book().undo_batch(args.batch, "撤销导入", at.user.id, at.now_ms);
    at.changed(outcome.map_err(errors::store)?.touched);
    Ok(Done { id: Some(args.batch) })
}
