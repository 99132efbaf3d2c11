//! Imports that were written: listed with what they found, taken back, brought back.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use tiexin_contract::import::{
    Batch, FilePlan, ImportBatches, ImportFindings, RedoImport, Redone, StayRow, UndoImport, UndoPlan,
    UndoPreview,
};
use tiexin_contract::session::Done;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::access::Action;
use tiexin_domain::around::Around;
use tiexin_domain::nouns::post::OF_ORGANISATION;
use tiexin_domain::nouns::{Noun, Post};
use tiexin_domain::record::Record;
use tiexin_domain::shape::Field;
use tiexin_domain::{Kind, RegionCode, Void};
use tiexin_intake::{LedgerPlan, Taken};
use tiexin_store::{Event, EventOrigin, Kept, Nature, Why};
use uuid::Uuid;

use super::authors::Names;
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
    /// Rows that were new or filled, or of which a person took what differed.
    #[serde(default)]
    rows: Option<u64>,
    #[serde(default)]
    findings: u64,
    /// No import: many records were changed alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    many: Option<Many>,
    /// All of it is of kinds that are neither changed nor made void: there is nothing to take back at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    fixed: bool,
}

#[derive(Serialize, Deserialize)]
struct Many {
    /// Where the records lie.
    regions: BTreeSet<RegionCode>,
    /// Made void; with what is kept as the batch's `told`.
    #[serde(default)]
    void: bool,
    /// An election: it goes as a whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    election: bool,
}

/// The ledgers of a batch, as the list of imports names them.
pub(super) fn files_of(label: &str) -> Option<String> {
    Some(Label::read(label)?.files.join("、"))
}

/// Whether the batch is an import, and not a change of many records.
pub(super) fn is_import(label: &str) -> bool {
    Label::read(label).is_none_or(|label| label.many.is_none())
}

/// Whether the batch is an election.
pub(super) fn is_election(label: &str) -> bool {
    Label::read(label).and_then(|label| label.many).is_some_and(|many| many.election)
}

impl Label {
    /// `told`: the plan's files, with what was taken of their differences; `fixed`: as [`Label::fixed`].
    pub(super) fn of(plan: &Plan, told: &[FilePlan], fixed: bool) -> Self {
        let read = || plan.files.iter().filter(|file| file.read.is_some());
        let rows = plan.files.iter().zip(told).filter_map(|(file, told)| {
            let (_, ledger) = file.read.as_ref()?;
            Some(told.new + told.filled + overwritten(ledger, told))
        });
        Self {
            region: plan.region.clone(),
            files: read().map(|file| file.name.clone()).collect(),
            rows: Some(rows.sum()),
            findings: read().map(|file| file.shown.findings.len() as u64).sum(),
            many: None,
            fixed,
        }
    }

    /// `批量修改：志愿者 服务队`. `field`: none when they are made void.
    pub(super) fn of_many(kind: &Kind, field: Option<&Field>, regions: BTreeSet<RegionCode>) -> Self {
        let words = match field {
            Some(field) => format!("批量修改：{} {}", kind.label(), field.label),
            None => format!("批量作废：{}", kind.label()),
        };
        // Invariant: a batch has records, and they lie somewhere; an older program reads this one alone.
        let region = regions.first().cloned().expect("a batch of many has records");
        let many = Some(Many { regions, void: field.is_none(), election: false });
        Self { region, files: vec![words], rows: None, findings: 0, many, fixed: false }
    }

    /// `换届：东关社区计生协`.
    pub(super) fn of_election(name: &str, region: RegionCode, regions: BTreeSet<RegionCode>) -> Self {
        let many = Some(Many { regions, void: false, election: true });
        Self { region, files: vec![format!("换届：{name}")], rows: None, findings: 0, many, fixed: false }
    }

    fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    fn regions(&self) -> Vec<RegionCode> {
        match &self.many {
            Some(many) => many.regions.iter().cloned().collect(),
            None => vec![self.region.clone()],
        }
    }

    pub(super) fn written(&self) -> Result<String, ErrorReply> {
        serde_json::to_string(self).map_err(|_| errors::fault("a batch's label"))
    }
}

/// Rows of which something was taken over what the book has, and that are not counted as new or filled.
fn overwritten(ledger: &LedgerPlan, told: &FilePlan) -> u64 {
    let counted =
        |sheet: Option<&str>, row: u32| matches!(ledger.taken(sheet, row), Some(Taken::New | Taken::Filled));
    let taken = told.changes.iter().filter(|change| change.taken);
    let rows: BTreeSet<(Option<&str>, u32)> =
        taken.map(|change| (change.sheet.as_deref(), change.row)).collect();
    rows.into_iter().filter(|(sheet, row)| !counted(*sheet, *row)).count() as u64
}

fn label_of(at: &At, id: Uuid) -> Result<Label, ErrorReply> {
    let known = at.book().batches().map_err(errors::store)?.into_iter().find(|batch| batch.id == id);
    known.and_then(|batch| Label::read(&batch.label)).ok_or_else(errors::not_found)
}

/// Where a batch was written.
fn of_batch(at: &At, id: Uuid) -> Result<Place, ErrorReply> {
    Ok(Place::In(label_of(at, id)?.regions()))
}

/// What kind of batch it is.
fn nature(at: &At, id: Uuid) -> Result<Nature, ErrorReply> {
    let Some(many) = label_of(at, id)?.many else { return Ok(Nature::Import) };
    if many.election {
        return Ok(Nature::Election);
    }
    if !many.void {
        return Ok(Nature::Many { hidden: None });
    }
    let told = at.book().batch_told(id).map_err(errors::store)?;
    let hidden = told.and_then(|told| serde_json::from_str::<Void>(&told).ok());
    Ok(Nature::Many { hidden })
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
        let label = Label::read(&batch.label)?;
        let seen = label.regions().iter().all(|region| at.may(Action::Read, region));
        seen.then(|| Batch {
            many: label.many.is_some(),
            fixed: label.fixed,
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
    let plan = at.book().undo_plan_of(args.batch, &nature(at, args.batch)?).map_err(errors::store)?;
    let (goes, back) = (by_kind(at, &plan.goes)?, by_kind(at, &plan.back)?);
    let stays = by_family(at, &plan.stays)?;
    let more = stays.len().saturating_sub(MOST_NAMED) as u64;
    let many = label_of(at, args.batch)?.many.is_some();
    let named = stays.iter().take(MOST_NAMED);
    let stays = named.map(|kept| stay(at, kept, many)).collect::<Result<Vec<_>, _>>()?;
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

fn stay(at: &At, kept: &Kept, many: bool) -> Result<Option<StayRow>, ErrorReply> {
    let title = |record: &Record| -> Result<String, ErrorReply> {
        let lost = masking::lost(at.book(), [record])?;
        Ok(format!("{} {}", Kind::from_code(&record.kind).label(), masking::title(record, &lost)))
    };
    let found = |id: Uuid| at.book().get(id).map_err(errors::store);
    let Some(own) = found(kept.id)? else { return Ok(None) };
    let why = match kept.why {
        Why::Edited if many => "后来有人改过".to_owned(),
        Why::Edited => "导入以后有人改过".to_owned(),
        Why::Fixed => "已入账，要逐笔冲正".to_owned(),
        Why::Needed { by } => {
            // Whose case it is, say, is not told by that it keeps a family here.
            let may = |needing: &Record| masking::may_stand_beside(needing, kept.id, &at.reader);
            match found(by)?.filter(may) {
                Some(needing) => format!("“{}”还要用到", title(&needing)?),
                None => "别的记录还要用到".to_owned(),
            }
        }
    };
    Ok(Some(StayRow { title: title(&own)?, why }))
}

fn undo(at: &At, args: UndoImport) -> Result<Done, ErrorReply> {
    let nature = nature(at, args.batch)?;
    if nature == Nature::Election {
        refuse_followed(at, args.batch)?;
    }
    let outcome = at.book().undo_batch_of(args.batch, &nature, at.user.id, at.now_ms);
    at.changed(outcome.map_err(errors::store)?.touched);
    Ok(Done { id: Some(args.batch) })
}

/// What of a post decides beside whom it stands.
const OF_THE_POST: [&str; 6] = ["organisation", "post", "from", "until", "person", "name"];

/// An elected post that was given since the election would stand beside the former council if the election were taken
/// back. One that was there before, such as of somebody whose post begins next month, stood beside it then, too.
fn refuse_followed(at: &At, batch: Uuid) -> Result<(), ErrorReply> {
    let goes = at.book().undo_plan_of(batch, &Nature::Election).map_err(errors::store)?.goes;
    // All that an election makes are posts of one organisation, of one day.
    let Some(one) = goes.first() else { return Ok(()) };
    let Some(one) = at.book().get(*one).map_err(errors::store)? else { return Ok(()) };
    let day = Post::from_fields(&one.fields).ok().and_then(|post| post.from.begins());
    let (Some(day), Some(organisation)) = (day, one.text("organisation")) else { return Ok(()) };
    let history = at.book().history(one.id).map_err(errors::store)?;
    // The last time that it was entered: it may have been taken back and brought back.
    let elected = history.iter().filter(|event| event.import.is_some()).max_by_key(|event| event.seq);
    let posts = at.book().others(&OF_ORGANISATION, organisation).map_err(errors::store)?;
    for record in posts.iter().filter(|record| !goes.contains(&record.id)) {
        let of_council = Post::from_fields(&record.fields).is_ok_and(|post| post.is_of_council_since(day));
        if !of_council {
            continue;
        }
        let history = at.book().history(record.id).map_err(errors::store)?;
        let given = |event: &&Event| {
            event.fields.is_empty() || event.fields.iter().any(|field| OF_THE_POST.contains(&field.as_str()))
        };
        if history.iter().filter(given).any(|event| elected.is_none_or(|elected| is_since(event, elected))) {
            let message = "这次换届以后又登记、改动了别的任职，撤销会让两届并存，没有改动任何内容。请先作废以后登记的任职，再撤销换届。";
            return Err(ErrorReply::new(ErrorCode::ChangedMeanwhile, message));
        }
    }
    Ok(())
}

/// Whether it was done after the election, which this desk entered: by its own audit, and of what came from elsewhere by
/// the clock there.
fn is_since(event: &Event, elected: &Event) -> bool {
    match event.origin {
        EventOrigin::ThisDesk => event.seq > elected.seq,
        EventOrigin::Province => event.at > elected.at,
    }
}

fn redo(at: &At, args: RedoImport) -> Result<Redone, ErrorReply> {
    let nature = nature(at, args.batch)?;
    let outcome = at.book().redo_batch_of(args.batch, &nature, at.user.id, at.now_ms);
    let outcome = outcome.map_err(errors::store)?;
    at.changed(outcome.touched);
    Ok(Redone { redone: outcome.redone, left: outcome.left })
}
