//! Writing a preview as one batch that can be undone.

use std::collections::HashSet;

use tiexin_contract::ErrorReply;
use tiexin_contract::import::{FilePlan, ImportDone, RunImport};
use tiexin_domain::record::Fields;
use tiexin_domain::{Kind, shape};
use tiexin_intake::{Intent, LedgerPlan, PlannedRecord, Taken, VOID};
use tiexin_store::{BatchOutcome, BatchSave, Fill, Over, Save, Source};
use uuid::Uuid;

use super::contacts::former_ended;
use super::import::{Teller, find_plan, keep_choices, of_plan};
use super::import_batches::Label;
use super::import_changes as changes;
use super::import_shown::to_keep;
use super::sign::sign;
use crate::errors;
use crate::registry::Registry;
use crate::rights::{At, WRITE};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, |at, args: &RunImport| of_plan(at, args.plan), run);
}

fn run(at: &At, args: RunImport) -> Result<ImportDone, ErrorReply> {
    let plan = find_plan(at, args.plan)?;
    let ledgers = || plan.files.iter().filter_map(|file| file.read.as_ref()).map(|(_, ledger)| ledger);
    let groups: Vec<Vec<Uuid>> =
        ledgers().map(|ledger| ledger.groups.iter().map(|_| at.new_id()).collect()).collect();
    let rows = ledgers().zip(&groups).flat_map(|(ledger, ids)| ledger.groups.iter().zip(ids));
    let mut batch: Vec<BatchSave<'_>> = rows
        .map(|(row, id)| BatchSave { group: *id, records: row.records.iter().map(fill).collect() })
        .collect();
    let taken: HashSet<u32> = args.take.into_iter().collect();
    let chosen: Vec<Vec<Chosen>> =
        chosen(ledgers(), &taken).into_iter().map(|one| next_pair(at, one)).collect::<Result<_, _>>()?;
    // Each record by itself: two people may disagree about one, and that holds up no other.
    batch.extend(chosen.iter().map(|together| {
        let records = together.iter().map(Chosen::fill).collect();
        BatchSave { group: at.new_id(), records }
    }));
    let mut signed = Fields::new();
    sign(at, &mut signed);
    let kept: Vec<FilePlan> = plan.files.iter().map(|file| told(&file.shown, &taken)).collect();
    let mut kinds = batch.iter().flat_map(|row| &row.records).map(|record| record.kind);
    let fixed = !batch.is_empty() && kinds.all(shape::is_fixed);
    let label = Label::of(&plan, &kept, fixed).written()?;
    let found = serde_json::to_string(&to_keep(&kept)).map_err(|_| errors::fault("an import's findings"))?;
    let source = Source { batch: at.new_id(), label, signed, told: Some(found) };
    let job = at.desk.inner().jobs.begin(args.plan);
    let teller = Teller::new(&at.desk, &job, args.plan);
    let mut progress = |done, total| teller.tell("正在写入", done, total);
    let written = at.book().save_batch(&source, &batch, at.user.id, at.now_ms, &mut progress);
    teller.finish();
    let outcome = written.map_err(errors::store)?;
    at.changed(outcome.touched.clone());
    let _ = plan.written.set(source.batch);
    if let Err(error) = keep_choices(at, &plan.choices) {
        // The ledger is in the book: it must not be told as not written.
        tracing::warn!(code = ?error.code, "the columns that were chosen are not kept");
    }
    let mut files = kept;
    let read =
        files.iter_mut().zip(&plan.files).filter_map(|(shown, file)| Some((shown, &file.read.as_ref()?.1)));
    for ((shown, ledger), ids) in read.zip(&groups) {
        really(shown, ledger, ids, &outcome);
    }
    Ok(ImportDone { batch: source.batch, files, records: outcome.created + outcome.changed })
}

/// Counts what was written instead of what was planned: the book may have changed since the preview.
fn really(shown: &mut FilePlan, ledger: &LedgerPlan, ids: &[Uuid], outcome: &BatchOutcome) {
    for (group, id) in ledger.groups.iter().zip(ids) {
        let became = match (outcome.made.contains(id), outcome.filled.contains(id)) {
            (true, _) => Taken::New,
            (false, true) => Taken::Filled,
            (false, false) => Taken::Unchanged,
        };
        let planned = ledger.taken(group.sheet.as_deref(), group.row);
        if let Some(planned @ (Taken::New | Taken::Filled)) = planned
            && planned != became
        {
            *counted(shown, planned) -= 1;
            *counted(shown, became) += 1;
        }
    }
}

fn counted(shown: &mut FilePlan, taken: Taken) -> &mut u64 {
    match taken {
        Taken::New => &mut shown.new,
        Taken::Filled => &mut shown.filled,
        Taken::Unchanged => &mut shown.unchanged,
        Taken::Differs => &mut shown.differs,
    }
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

impl Chosen {
    fn fill(&self) -> Fill<'_> {
        Fill { id: self.id, kind: self.kind.code(), fields: &self.fields, over: self.over }
    }
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

/// Contacts that are taken from the ledger follow on those so far, as 换联系人 has it: the next pair begins today,
/// and the former one ends the day before and stays in the history. Whoever was to follow later still does. A pair that
/// itself begins today is corrected.
fn next_pair(at: &At, chosen: Chosen) -> Result<Vec<Chosen>, ErrorReply> {
    if chosen.kind != Kind::ContactPair || chosen.over != Over::Chosen {
        return Ok(vec![chosen]);
    }
    let Some(present) = at.book().get(chosen.id).map_err(errors::store)? else { return Ok(vec![chosen]) };
    let mut next = present.fields.clone();
    next.retain(|field, _| shape::of(&present.kind).is_some_and(|shape| shape.field(field).is_some()));
    next.remove("handover_note");
    next.extend(chosen.fields.clone());
    next.insert("from".into(), at.today.to_string().into());
    let Ok(ended) = former_ended(at, &present.kind, &next) else { return Ok(vec![chosen]) };
    if ended.is_empty() {
        return Ok(vec![chosen]);
    }
    let over = |save: Save| Chosen {
        id: save.id,
        kind: Kind::ContactPair,
        fields: save
            .fields
            .into_iter()
            .filter(|(field, _)| matches!(field.as_str(), "region" | "to"))
            .collect(),
        over: Over::Chosen,
    };
    let next = Chosen { id: at.new_id(), kind: Kind::ContactPair, fields: next, over: Over::Lacking };
    Ok(ended.into_iter().map(over).chain([next]).collect())
}

/// The plan with what was taken of its differences.
fn told(shown: &FilePlan, taken: &HashSet<u32>) -> FilePlan {
    let mut shown = shown.clone();
    for change in &mut shown.changes {
        change.taken = change.old.is_some() && taken.contains(&change.number);
    }
    shown
}
