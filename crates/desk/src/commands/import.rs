//! Reading ledgers without writing anything: the preview, its column mapping, mended cells, the marked copy.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tiexin_contract::import::{
    CancelJob, ColumnChoice, FileGiven, ImportPlan, ImportPreview, MarkedCopy, MendCells, SheetFields,
    Template,
};
use tiexin_contract::records::FileMade;
use tiexin_contract::session::Done;
use tiexin_contract::{ErrorCode, ErrorReply, Event, event};
use tiexin_domain::{Level, RegionCode};
use tiexin_intake::{
    Choice, FileRefused, ImportContext, LedgerKind, LedgerPlan, Limits, Lookup, Mapping, Progress, Records,
    RefusalCode, SheetKind, Stage, Staged, Workbook, fields_of, marked_copy, plan, read_watched, stable_id,
    template,
};
use tiexin_store::Look;
use uuid::Uuid;

use super::{import_changes as changes, import_shown as shown};
use crate::desk::Desk;
use crate::jobs::Job;
use crate::lookup::{BookLookup, regions_in};
use crate::plans::{Mended, Plan, PlannedFile};
use crate::registry::Registry;
use crate::rights::{At, Place, READ, WRITE};
use crate::{errors, files, guessing, limits};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, |_, args: &ImportPreview| Ok(Place::In(vec![args.region.clone()])), preview);
    registry.add(WRITE, |at, args: &MendCells| of_plan(at, args.plan), mend);
    registry.add(WRITE, |at, args: &MarkedCopy| of_plan(at, args.plan), marked);
    registry.add(READ, |_, args: &Template| Ok(Place::In(vec![args.region.clone()])), empty);
    // A restore goes on while nobody is signed in; a job's number is known to its screens alone.
    registry.open(cancel);
}

pub(super) fn of_plan(at: &At, id: Uuid) -> Result<Place, ErrorReply> {
    Ok(Place::In(vec![find_plan(at, id)?.region.clone()]))
}

pub(super) fn find_plan(at: &At, id: Uuid) -> Result<std::sync::Arc<Plan>, ErrorReply> {
    at.session.plans.find(id).ok_or_else(|| {
        ErrorReply::new(ErrorCode::NotFound, "这次预览已过期，没有写入任何内容。请重新选择文件预览。")
    })
}

fn cancel(desk: &Desk, args: CancelJob) -> Result<Done, ErrorReply> {
    desk.inner().jobs.cancel(args.job);
    Ok(Done { id: Some(args.job) })
}

/// The kind of record of which a sheet is a list.
fn listed(kind: &str) -> Result<Records, ErrorReply> {
    Records::of(kind).ok_or_else(|| {
        ErrorReply::new(ErrorCode::Invalid, "没有这一类记录的导入模板，请在列出的类别里选一类。")
    })
}

/// Villages that a drop-down list shows; of a county there are too many to choose from.
const VILLAGES: usize = 300;

fn empty(_: &At, args: Template) -> Result<FileMade, ErrorReply> {
    let records = listed(&args.kind)?;
    let villages = regions_in(&args.region).into_iter().filter(|one| one.code.level() == Level::Village);
    let mut villages: Vec<String> = villages.map(|village| village.name).collect();
    if villages.len() > VILLAGES {
        villages.clear();
    }
    let bytes = template(records, &villages).map_err(stopped)?;
    files::hand_out(&format!("{}导入模板.xlsx", records.kind().label()), args.path.as_deref(), &bytes)
}

fn preview(at: &At, args: ImportPreview) -> Result<ImportPlan, ErrorReply> {
    let kind = args.kind.as_deref().map(listed).transpose()?;
    let files = args.files;
    made(at, (args.region, kind), (args.job, args.mapping), |teller| {
        let read = |file: &FileGiven| {
            Ok(Read { name: file.name.clone(), book: read_one(file, teller)?, mended: Mended::new() })
        };
        files.iter().map(read).collect()
    })
}

/// A preview with cells mended on the screen, planned again.
fn mend(at: &At, args: MendCells) -> Result<ImportPlan, ErrorReply> {
    let kept = find_plan(at, args.plan)?;
    made(at, (kept.region.clone(), kept.kind), (args.job, kept.choices.clone()), |_| {
        let again = |file: &PlannedFile| {
            let mut mended = file.mended.clone();
            let book = match &file.read {
                Some((book, _)) => {
                    let mut book = book.clone();
                    for cell in args.cells.iter().filter(|cell| cell.file == file.name) {
                        if book.mend(cell.sheet.as_deref(), cell.row, &cell.letter, &cell.text) {
                            mended.insert((cell.sheet.clone(), cell.row, cell.letter.clone()));
                        }
                    }
                    Ok(book)
                }
                None => Err(file.shown.refused_file.clone().unwrap_or_default()),
            };
            Read { name: file.name.clone(), book, mended }
        };
        Ok(kept.files.iter().map(again).collect())
    })
}

/// A file as it was read, or why it was not.
pub(super) struct Read {
    pub(super) name: String,
    pub(super) book: Result<Workbook, String>,
    pub(super) mended: Mended,
}

/// Plans what `read` gives, and keeps the preview.
fn made(
    at: &At,
    (region, kind): (RegionCode, Option<Records>),
    (job, choices): (Option<Uuid>, Vec<ColumnChoice>),
    read: impl FnOnce(&Teller<'_>) -> Result<Vec<Read>, ErrorReply>,
) -> Result<ImportPlan, ErrorReply> {
    let mapping = mapping(at, &choices)?;
    let id = at.new_id();
    let number = job.unwrap_or(id);
    let job = at.desk.inner().jobs.begin(number);
    let teller = Teller::new(&at.desk, &job, number);
    let outcome = read(&teller).and_then(|read| plan_read(at, (&region, kind), &mapping, &teller, read));
    teller.finish();
    let files = outcome?;
    let told = at.session.plans.guesses();
    let ledgers = files.iter().filter_map(|file| file.read.as_ref());
    let asked: BTreeSet<_> = ledgers.flat_map(|(_, ledger)| &ledger.guesses).collect();
    guessing::compared(at, asked.into_iter().filter(|guess| !told.contains(*guess)).count())?;
    let shown = files.iter().map(|file| file.shown.clone()).collect();
    at.session.plans.keep(Plan { id, region, kind, choices, files, written: Default::default() });
    Ok(ImportPlan { plan: id, files: shown, fields: all_fields() })
}

fn plan_read(
    at: &At,
    region: (&RegionCode, Option<Records>),
    mapping: &Mapping,
    teller: &Teller<'_>,
    read: Vec<Read>,
) -> Result<Vec<PlannedFile>, ErrorReply> {
    let made = at.book().look(|look| {
        let plans = plan_all(at, region, mapping, teller, look, &read);
        Ok(plans.and_then(|plans| {
            let records = changes::records(look, plans.iter().flatten())?;
            Ok((plans, records))
        }))
    });
    let (plans, records) = made.map_err(errors::store)??;
    let mut rows = changes::Rows::new(at, &records)?;
    let files = read.into_iter().zip(plans);
    Ok(files
        .map(|(read, plan)| {
            let changes = plan.as_ref().map(|plan| rows.of(plan)).unwrap_or_default();
            shown::planned(read, plan, changes)
        })
        .collect())
}

/// The plan of each file that could be read, all made over one state of the book.
fn plan_all(
    at: &At,
    (region, kind): (&RegionCode, Option<Records>),
    mapping: &Mapping,
    teller: &Teller<'_>,
    look: &Look<'_>,
    read: &[Read],
) -> Result<Vec<Option<LedgerPlan>>, ErrorReply> {
    let lookup = BookLookup::new(look, region, at.today, &at.reader, limits::of(at.book().dir()));
    let make = |book: &Workbook, over: &dyn Lookup| {
        let context = ImportContext {
            scope: region.clone(),
            today: at.day.sure.then_some(at.day.day),
            latest: at.day.latest,
            kind,
            mapping,
            lookup: over,
            ids: &stable_id,
            watch: Some(&|progress| teller.watch(progress)),
        };
        plan(book, &context).map_err(stopped)
    };
    // What a file is shows only when it is planned; then it is planned again over those before it.
    let mut firsts = Vec::new();
    for (at, file) in read.iter().enumerate() {
        if let Ok(book) = &file.book {
            firsts.push((at, make(book, &lookup)?));
        }
    }
    firsts.sort_by_key(|(at, plan)| (order(plan.kind), *at));
    let last = firsts.len().saturating_sub(1);
    let mut staged = Staged::over(&lookup);
    let mut plans: Vec<Option<LedgerPlan>> = read.iter().map(|_| None).collect();
    for (nth, (at, first)) in firsts.into_iter().enumerate() {
        let plan = match &read[at].book {
            Ok(book) if nth > 0 && first.kind.is_some() => make(book, &staged)?,
            _ => first,
        };
        if nth < last {
            staged.stage(&plan);
        }
        plans[at] = Some(plan);
    }
    lookup.fault()?;
    Ok(plans)
}

/// Families before what refers to them: the kinds stand in that order.
fn order(kind: Option<LedgerKind>) -> (u8, Option<Records>) {
    match kind {
        Some(LedgerKind::SpecialFamilies) => (0, None),
        Some(LedgerKind::Records(records)) => (1, Some(records)),
        Some(LedgerKind::Members) => (2, None),
        Some(LedgerKind::Services) => (3, None),
        Some(LedgerKind::Activities) => (4, None),
        None => (5, None),
    }
}

/// A file that is no ledger is told beside its name; the other files go on.
fn read_one(file: &FileGiven, teller: &Teller<'_>) -> Result<Result<Workbook, String>, ErrorReply> {
    let bytes = match files::bytes_of(file) {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Err(error.message)),
    };
    match read_watched(&bytes, &file.name, &Limits::default(), &|progress| teller.watch(progress)) {
        Ok(book) => Ok(Ok(book)),
        Err(refused) if refused.code == RefusalCode::Cancelled => Err(errors::cancelled()),
        Err(refused) => Ok(Err(refused.message)),
    }
}

fn stopped(refused: FileRefused) -> ErrorReply {
    match refused.code {
        RefusalCode::Cancelled => errors::cancelled(),
        _ => ErrorReply::new(ErrorCode::FileRefused, refused.message),
    }
}

fn all_fields() -> Vec<SheetFields> {
    let of = |kind: SheetKind| SheetFields {
        sheet_kind: kind.as_str().to_owned(),
        label: kind.label().to_owned(),
        fields: fields_of(kind).iter().map(|f| (f.code.to_owned(), f.label.to_owned())).collect(),
    };
    SheetKind::every().map(of).collect()
}

/// The choice that leaves a column out, also of the notes.
const LEFT_OUT: &str = "ignore";

/// Under which a desk keeps its one mapping.
const KEY: (&str, &str) = ("all", "");

/// The mapping kept on this desk, with the worker's new choices.
fn mapping(at: &At, choices: &[ColumnChoice]) -> Result<Mapping, ErrorReply> {
    let kept = at.book().column_mapping(KEY.0, KEY.1).map_err(errors::store)?;
    let mut mapping: Mapping = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    for choice in choices {
        let Some(kind) = SheetKind::from_code(&choice.sheet_kind) else { continue };
        let meant = match choice.field.as_deref() {
            None => Choice::Notes,
            Some(LEFT_OUT) => Choice::Ignore,
            Some(field) => Choice::Field(field.to_owned()),
        };
        mapping.set(kind, &choice.head, meant);
    }
    Ok(mapping)
}

/// Keeps the choices of an import that was written for the next one like it: of one that was given up they may have
/// been the mistake.
pub(super) fn keep_choices(at: &At, choices: &[ColumnChoice]) -> Result<(), ErrorReply> {
    if choices.is_empty() {
        return Ok(());
    }
    let text = serde_json::to_string(&mapping(at, choices)?).map_err(|_| errors::fault("a mapping"))?;
    at.book().keep_column_mapping(KEY.0, KEY.1, &text, at.now_ms).map_err(errors::store)
}

fn marked(at: &At, args: MarkedCopy) -> Result<FileMade, ErrorReply> {
    let plan = find_plan(at, args.plan)?;
    let file = plan.files.iter().find(|file| file.name == args.file);
    let (book, ledger) = file.and_then(|file| file.read.as_ref()).ok_or_else(errors::not_found)?;
    // What was taken back since is not imported any more.
    let batches = at.book().batches().map_err(errors::store)?;
    let undone = |id| batches.iter().any(|batch| batch.id == id && batch.undone_at.is_some());
    let done = plan.written.get().is_some_and(|batch| !undone(*batch));
    let bytes = marked_copy(book, ledger, done).map_err(stopped)?;
    let stem = args.file.rsplit_once('.').map_or(args.file.as_str(), |(stem, _)| stem);
    files::hand_out(&format!("{stem}_已标注.xlsx"), args.path.as_deref(), &bytes)
}

/// Tells the screens how far a job is, not more often than they can show.
pub(super) struct Teller<'a> {
    desk: &'a Desk,
    job: &'a Job<'a>,
    id: Uuid,
    told: std::cell::Cell<Option<Instant>>,
}

const OFTEN: Duration = Duration::from_millis(120);

impl<'a> Teller<'a> {
    pub(super) fn new(desk: &'a Desk, job: &'a Job<'a>, id: Uuid) -> Self {
        Self { desk, job, id, told: std::cell::Cell::new(None) }
    }

    /// Answers whether to go on.
    pub(super) fn tell(&self, label: &str, done: u64, total: u64) -> bool {
        if self.told.get().is_none_or(|at| at.elapsed() >= OFTEN) {
            self.told.set(Some(Instant::now()));
            self.send(label, done, total, false);
        }
        !self.job.is_cancelled()
    }

    pub(super) fn finish(&self) {
        self.send("", 0, 0, true);
    }

    fn watch(&self, progress: Progress) -> bool {
        let label = match progress.stage {
            Stage::Reading => "正在读取台账",
            Stage::Planning => "正在核对每一行",
        };
        self.tell(label, progress.done as u64, progress.total as u64)
    }

    fn send(&self, label: &str, done: u64, total: u64, finished: bool) {
        let progress = event::Progress { job: self.id, label: label.to_owned(), done, total, finished };
        self.desk.tell(Event::Progress(progress));
    }
}
