//! Forms, figures, the records behind a figure, the official Excel form.

use std::collections::BTreeMap;

use tiexin_contract::records::FileMade;
use tiexin_contract::report::{
    ExportReport, FigureRecords, FigureReply, FormName, GetReport, HeadCell, ListForms, ReportCell,
    ReportRow, ReportSheet, SignForms, UnitStanding,
};
use tiexin_contract::session::Done;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::{Problem, RegionCode};
use tiexin_report::{
    Day, ExportError, Form, Forms, Month, NoSuchMonth, ReportError, Rows, Sheet, Standing, askable, figures,
    records_behind, report, report_bytes,
};
use uuid::Uuid;

use crate::masking::Shown;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need, Place, READ};
use crate::{errors, files, place, rows};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::SignedIn, anywhere, forms);
    registry.add(READ, |_, args: &GetReport| within(&args.region), get);
    registry.add(READ, |_, args: &FigureRecords| within(&args.region), figure);
    registry.add(READ, |_, args: &ExportReport| within(&args.region), export);
    registry.add(Need::SignedIn, anywhere, sign);
}

fn within(region: &RegionCode) -> Result<Place, ErrorReply> {
    Ok(Place::In(vec![region.clone()]))
}

/// The program's forms and the office's own, from `forms/` in the book's folder.
fn known(at: &At) -> Forms {
    let own = at.book().dir().join("forms");
    if !own.is_dir() {
        return Forms::built_in();
    }
    let (forms, faults) = Forms::load(&own);
    for fault in faults {
        tracing::warn!(%fault, "a form of the office cannot be read and is passed over");
    }
    forms
}

fn forms(at: &At, _: ListForms) -> Result<Vec<FormName>, ErrorReply> {
    let name = |form: &Form| FormName { code: form.code.clone(), title: form.title.clone() };
    Ok(known(at).iter().map(name).collect())
}

fn get(at: &At, args: GetReport) -> Result<ReportSheet, ErrorReply> {
    Ok(shown(sheet(at, &args)?))
}

/// The form with its figures, its empty units told apart, and what the user writes at its foot.
fn sheet(at: &At, args: &GetReport) -> Result<Sheet, ErrorReply> {
    let forms = known(at);
    let form = forms.get(&args.form).ok_or_else(no_form)?;
    let month = read_month(at, form, &args.month)?;
    let rows = if args.by_village { Rows::Villages } else { Rows::Units };
    let mut sheet = report(at.book(), form, month, &args.region, rows, place::name).map_err(refused)?;
    tell_unheard(at, &mut sheet)?;
    let mut signed = signed(at)?;
    sheet.signed = sheet.foot.iter().map(|word| signed.remove(word).unwrap_or_default()).collect();
    Ok(sheet)
}

/// A month of which the form can be given.
fn read_month(at: &At, form: &Form, text: &str) -> Result<Month, ErrorReply> {
    let wrong = |code: &str, message: String| ErrorReply::invalid(vec![Problem::new("month", code, message)]);
    let month: Month =
        text.parse().map_err(|_| wrong("month_invalid", "月份应写成如 2026-10，请重新选择".into()))?;
    let day = Day { today: at.day.day, latest: at.day.latest };
    askable(at.book(), form, month, day).map_err(errors::store)?.map_err(|why| {
        let code = match why {
            NoSuchMonth::Ahead { .. } => "month_ahead",
            NoSuchMonth::Before { .. } | NoSuchMonth::Nothing { .. } => "month_before",
        };
        wrong(code, format!("{why}。"))
    })?;
    Ok(month)
}

/// What has no record in the book of a desk that has read the province has never been sent.
fn tell_unheard(at: &At, sheet: &mut Sheet) -> Result<(), ErrorReply> {
    let device = at.book().device().map_err(errors::store)?;
    if device.id.is_none() || sheet.rows.iter().all(|row| row.standing != Standing::NoRecords) {
        return Ok(());
    }
    let state = at.book().sync_state().map_err(errors::store)?;
    let read = device.access.is_some() && state.last_round.is_some();
    for row in sheet.rows.iter_mut().filter(|row| row.standing == Standing::NoRecords) {
        let scope = row.region.scope();
        let came = |held: &tiexin_store::ScopeState| held.seq > 0 && scope.covers(&held.scope);
        if !read {
            row.standing = Standing::NotRead;
        } else if !state.scopes.iter().any(came) {
            row.standing = Standing::NeverSent;
        }
    }
    Ok(())
}

const SIGNED: &str = "forms_signed";
/// Longer does not fit at the foot of a form.
const SIGNED_CHARS: usize = 30;

/// What the user writes at the foot of the forms.
fn signed(at: &At) -> Result<BTreeMap<String, String>, ErrorReply> {
    let kept = at.book().preference(at.user.id, SIGNED).map_err(errors::store)?;
    let mut signed: BTreeMap<String, String> =
        kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    signed.entry("填表人".into()).or_insert_with(|| at.user.display_name.clone());
    Ok(signed)
}

fn sign(at: &At, args: SignForms) -> Result<Done, ErrorReply> {
    let mut kept = signed(at)?;
    for (word, text) in args.signed {
        let text = text.trim().to_owned();
        if text.chars().count() > SIGNED_CHARS || text.chars().any(char::is_control) {
            let message = format!("“{word}”最多写 {SIGNED_CHARS} 个字，请写短一些");
            return Err(ErrorReply::invalid(vec![Problem::new("signed", "text_too_long", message)]));
        }
        kept.insert(word, text);
    }
    // An empty 填表人 stays empty: the form is signed by hand.
    kept.retain(|word, text| !text.is_empty() || word == "填表人");
    let text = serde_json::to_string(&kept).map_err(|_| errors::unreadable())?;
    at.book().set_preference(at.user.id, SIGNED, &text).map_err(errors::store)?;
    Ok(Done { id: None })
}

fn no_form() -> ErrorReply {
    ErrorReply::new(ErrorCode::NotFound, "没有这张报表，请从列表中选择。")
}

fn figure(at: &At, args: FigureRecords) -> Result<FigureReply, ErrorReply> {
    let forms = known(at);
    let form = forms.get(&args.form).ok_or_else(no_form)?;
    let month = read_month(at, form, &args.month)?;
    let all = figures(at.book(), form, month, &args.region).map_err(refused)?;
    let value = all.figures.into_iter().find(|figure| figure.path == args.path).map(|figure| figure.value);
    let ids = records_behind(at.book(), form, month, &args.region, &args.path).map_err(refused)?;
    let wanted: Vec<Uuid> = ids.iter().copied().take(args.limit as usize).collect();
    let mut records = Vec::with_capacity(wanted.len());
    for id in wanted {
        records.extend(at.book().get(id).map_err(errors::store)?);
    }
    Ok(FigureReply {
        value: value.unwrap_or_default(),
        records: rows::all(at, &records, Shown::Listed)?,
        total: ids.len() as u64,
    })
}

fn export(at: &At, args: ExportReport) -> Result<FileMade, ErrorReply> {
    let ExportReport { form, month, region, by_village, path } = args;
    let sheet = sheet(at, &GetReport { form, month, region, by_village })?;
    let bytes = report_bytes(&sheet).map_err(|error| match error {
        ExportError::Io(error) => files::not_written(&error, path.as_deref().unwrap_or_default().as_ref()),
        ExportError::Layout(_) => errors::fault("a form could not be laid out"),
    })?;
    let name = format!("{}_{}_{}.xlsx", sheet.title, sheet.unit, sheet.period);
    let made = files::hand_out(&name, path.as_deref(), &bytes)?;
    at.note("export_report", None, &[&sheet.form])?;
    Ok(made)
}

fn refused(error: ReportError) -> ErrorReply {
    match error {
        ReportError::Store(error) => errors::store(error),
        other => ErrorReply::new(ErrorCode::NotFound, format!("{other}，请刷新报表后再试。")),
    }
}

fn shown(sheet: Sheet) -> ReportSheet {
    let notes = sheet.notes();
    let head = |cell: tiexin_report::HeadCell| HeadCell {
        row: cell.row,
        column: cell.column,
        row_span: cell.row_span,
        column_span: cell.column_span,
        text: cell.text,
    };
    let row = |row: tiexin_report::ReportRow| ReportRow {
        hint: row.hint(),
        region: row.region,
        label: row.label,
        total: row.total,
        standing: match row.standing {
            Standing::Figures => UnitStanding::Figures,
            Standing::Nothing => UnitStanding::Nothing,
            Standing::NoRecords => UnitStanding::NoRecords,
            Standing::NeverSent => UnitStanding::NeverSent,
            Standing::NotRead => UnitStanding::NotRead,
        },
        cells: row.cells.into_iter().map(|cell| ReportCell { path: cell.path, value: cell.value }).collect(),
    };
    ReportSheet {
        form: sheet.form,
        title: sheet.title,
        unit: sheet.unit,
        period: sheet.period,
        columns: sheet.columns,
        heads: sheet.heads.into_iter().map(head).collect(),
        head_rows: sheet.head_rows,
        rows: sheet.rows.into_iter().map(row).collect(),
        foot: sheet.foot,
        signed: sheet.signed,
        notes,
    }
}
