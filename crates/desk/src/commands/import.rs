//! Reading ledgers without writing anything: the preview, its column mapping, the marked copy.

use std::time::{Duration, Instant};

use tiexin_contract::import::{
    CancelJob, ChangeRow, ColumnChoice, ColumnPlan, FileGiven, FilePlan, FindingRow, ImportPlan,
    ImportPreview, MarkedCopy, NoticeRow, SheetFields, SheetPlan,
};
use tiexin_contract::records::FileMade;
use tiexin_contract::session::Done;
use tiexin_contract::{ErrorCode, ErrorReply, Event, event};
use tiexin_intake::{
    Choice, FileRefused, ImportContext, LedgerKind, LedgerPlan, Limits, Lookup, Mapping, Progress,
    RefusalCode, Severity, SheetKind, Stage, Staged, Workbook, fields_of, marked_copy, plan, read_watched,
    stable_id,
};
use tiexin_store::Look;
use uuid::Uuid;

use super::import_changes as changes;
use crate::desk::Desk;
use crate::jobs::Job;
use crate::lookup::BookLookup;
use crate::plans::{Plan, PlannedFile};
use crate::registry::Registry;
use crate::rights::{At, Place, WRITE};
use crate::{errors, files};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, |_, args: &ImportPreview| Ok(Place::In(vec![args.region.clone()])), preview);
    registry.add(WRITE, |at, args: &MarkedCopy| of_plan(at, args.plan), marked);
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

fn preview(at: &At, args: ImportPreview) -> Result<ImportPlan, ErrorReply> {
    let mapping = mapping(at, &args.mapping)?;
    let id = at.new_id();
    let job = at.desk.inner().jobs.begin(id);
    let teller = Teller::new(&at.desk, &job, id);
    let outcome = read_all(at, &args, &mapping, &teller);
    teller.finish();
    let files = outcome?;
    let shown = files.iter().map(|file| file.shown.clone()).collect();
    at.session.plans.keep(Plan { id, region: args.region, files, written: Default::default() });
    Ok(ImportPlan { plan: id, files: shown, fields: all_fields() })
}

fn read_all(
    at: &At,
    args: &ImportPreview,
    mapping: &Mapping,
    teller: &Teller<'_>,
) -> Result<Vec<PlannedFile>, ErrorReply> {
    let mut read = Vec::new();
    for file in &args.files {
        read.push((file.name.clone(), read_one(file, teller)?));
    }
    let made = at.book().look(|look| {
        let plans = plan_all(at, args, mapping, teller, look, &read);
        Ok(plans.and_then(|plans| {
            let records = changes::records(look, plans.iter().flatten())?;
            Ok((plans, records))
        }))
    });
    let (plans, records) = made.map_err(errors::store)??;
    let mut rows = changes::Rows::new(at, &records)?;
    let files = read.into_iter().zip(plans);
    Ok(files
        .map(|((name, book), plan)| {
            let changes = plan.as_ref().map(|plan| rows.of(plan)).unwrap_or_default();
            planned(name, book, plan, changes)
        })
        .collect())
}

/// The plan of each file that could be read, all made over one state of the book.
fn plan_all(
    at: &At,
    args: &ImportPreview,
    mapping: &Mapping,
    teller: &Teller<'_>,
    look: &Look<'_>,
    read: &[(String, Result<Workbook, String>)],
) -> Result<Vec<Option<LedgerPlan>>, ErrorReply> {
    let lookup = BookLookup::new(look, &args.region);
    let make = |book: &Workbook, over: &dyn Lookup| {
        let context = ImportContext {
            scope: args.region.clone(),
            today: at.day.sure.then_some(at.day.day),
            latest: at.day.latest,
            mapping,
            lookup: over,
            ids: &stable_id,
            watch: Some(&|progress| teller.watch(progress)),
        };
        plan(book, &context).map_err(stopped)
    };
    // What a file is shows only when it is planned; then it is planned again over those before it.
    let mut firsts = Vec::new();
    for (at, (_, book)) in read.iter().enumerate() {
        if let Ok(book) = book {
            firsts.push((at, make(book, &lookup)?));
        }
    }
    firsts.sort_by_key(|(at, plan)| (order(plan.kind), *at));
    let last = firsts.len().saturating_sub(1);
    let mut staged = Staged::over(&lookup);
    let mut plans: Vec<Option<LedgerPlan>> = read.iter().map(|_| None).collect();
    for (nth, (at, first)) in firsts.into_iter().enumerate() {
        let plan = match &read[at].1 {
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

/// Families before what refers to them.
fn order(kind: Option<LedgerKind>) -> u8 {
    match kind {
        Some(LedgerKind::SpecialFamilies) => 0,
        Some(LedgerKind::Members) => 1,
        Some(LedgerKind::Services) => 2,
        Some(LedgerKind::Activities) => 3,
        None => 4,
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

fn planned(
    name: String,
    book: Result<Workbook, String>,
    plan: Option<LedgerPlan>,
    changes: Vec<ChangeRow>,
) -> PlannedFile {
    let (book, plan) = match (book, plan) {
        (Ok(book), Some(plan)) => (book, plan),
        (Err(message), _) => return PlannedFile { shown: refused(&name, message), name, read: None },
        (Ok(_), None) => return PlannedFile { shown: refused(&name, String::new()), name, read: None },
    };
    let shown = FilePlan {
        file: name.clone(),
        kind: plan.kind.map(|kind| kind.as_str().to_owned()),
        kind_label: plan.kind.map(|kind| kind.label().to_owned()),
        refused_file: plan.refusal().map(|refused| refused.message),
        rows: plan.data_rows as u64,
        taken: plan.rows.taken() as u64,
        refused: plan.rows.refused as u64,
        new: plan.rows.new as u64,
        filled: plan.rows.filled as u64,
        unchanged: plan.rows.unchanged as u64,
        differs: plan.rows.differs as u64,
        findings: plan.findings.iter().map(finding).collect(),
        notices: plan.notices.iter().map(notice).collect(),
        changes,
        sheets: plan.sheets.iter().enumerate().map(|(nth, sheet)| sheet_plan(&book, nth, sheet)).collect(),
    };
    PlannedFile { name, shown, read: Some((book, plan)) }
}

fn refused(name: &str, message: String) -> FilePlan {
    FilePlan {
        file: name.to_owned(),
        kind: None,
        kind_label: None,
        refused_file: Some(message),
        rows: 0,
        taken: 0,
        refused: 0,
        new: 0,
        filled: 0,
        unchanged: 0,
        differs: 0,
        findings: Vec::new(),
        notices: Vec::new(),
        changes: Vec::new(),
        sheets: Vec::new(),
    }
}

fn finding(finding: &tiexin_intake::Finding) -> FindingRow {
    FindingRow {
        sheet: finding.sheet.clone(),
        row: finding.row,
        column: finding.column.replace('>', "/"),
        code: finding.code.as_str().to_owned(),
        refused: finding.severity == Severity::Refused,
        differs: finding.severity == Severity::Differs,
        value: finding.value.clone(),
        hint: finding.hint.clone(),
    }
}

fn notice(notice: &tiexin_intake::Notice) -> NoticeRow {
    NoticeRow {
        sheet: notice.sheet.clone(),
        code: notice.code.as_str().to_owned(),
        hint: notice.hint.clone(),
    }
}

/// Rows shown for the eye.
const SAMPLE: usize = 5;

fn sheet_plan(book: &Workbook, nth: usize, report: &tiexin_intake::SheetReport) -> SheetPlan {
    let named = book.sheets.iter().find(|sheet| sheet.name == report.name);
    let sheet = named.or(book.sheets.get(nth));
    let rows = sheet.map(|sheet| sheet.rows.as_slice()).unwrap_or_default();
    let below = rows.iter().filter(|row| row.number > report.head_rows.1).take(SAMPLE);
    let columns = report.columns.iter().map(|column| ColumnPlan {
        letter: column.letter.clone(),
        head: column.head.replace('>', "/"),
        field: column.field.map(str::to_owned),
        field_label: column.label.map(str::to_owned),
    });
    SheetPlan {
        name: report.name.clone().unwrap_or_default(),
        kind: report.kind.map(|kind| kind.as_str().to_owned()),
        columns: columns.collect(),
        sample: below.map(|row| report.columns.iter().map(|c| row.cell(c.index).shown()).collect()).collect(),
    }
}

fn all_fields() -> Vec<SheetFields> {
    let of = |kind: &SheetKind| SheetFields {
        sheet_kind: kind.as_str().to_owned(),
        label: kind.label().to_owned(),
        fields: fields_of(*kind).iter().map(|f| (f.code.to_owned(), f.label.to_owned())).collect(),
    };
    SheetKind::ALL.iter().map(of).collect()
}

/// The choice that leaves a column out, also of the notes.
const LEFT_OUT: &str = "ignore";

/// The mapping kept on this desk with the worker's new choices, kept for the next time.
fn mapping(at: &At, choices: &[ColumnChoice]) -> Result<Mapping, ErrorReply> {
    const KEY: (&str, &str) = ("all", "");
    let kept = at.book().column_mapping(KEY.0, KEY.1).map_err(errors::store)?;
    let mut mapping: Mapping = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    for choice in choices {
        let kind = SheetKind::ALL.into_iter().find(|kind| kind.as_str() == choice.sheet_kind);
        let Some(kind) = kind else { continue };
        let meant = match choice.field.as_deref() {
            None => Choice::Notes,
            Some(LEFT_OUT) => Choice::Ignore,
            Some(field) => Choice::Field(field.to_owned()),
        };
        mapping.set(kind, &choice.head, meant);
    }
    if !choices.is_empty() {
        let text = serde_json::to_string(&mapping).map_err(|_| errors::fault("a mapping"))?;
        at.book().keep_column_mapping(KEY.0, KEY.1, &text, at.now_ms).map_err(errors::store)?;
    }
    Ok(mapping)
}

fn marked(at: &At, args: MarkedCopy) -> Result<FileMade, ErrorReply> {
    let plan = find_plan(at, args.plan)?;
    let file = plan.files.iter().find(|file| file.name == args.file);
    let (book, ledger) = file.and_then(|file| file.read.as_ref()).ok_or_else(errors::not_found)?;
    let bytes = marked_copy(book, ledger, plan.is_written()).map_err(stopped)?;
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
