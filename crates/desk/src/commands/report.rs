//! Forms, figures, the records behind a figure, the official Excel form.

use tiexin_contract::records::FileMade;
use tiexin_contract::report::{
    ExportReport, FigureRecords, FigureReply, FormName, GetReport, HeadCell, ListForms, ReportCell,
    ReportRow, ReportSheet,
};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::{Problem, RegionCode};
use tiexin_report::{
    ExportError, Form, Forms, Month, ReportError, Sheet, figures, records_behind, report, report_bytes,
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
    Ok(shown(sheet(at, &args.form, &args.month, &args.region)?))
}

fn sheet(at: &At, form: &str, month: &str, region: &RegionCode) -> Result<Sheet, ErrorReply> {
    let forms = known(at);
    let form = forms.get(form).ok_or_else(no_form)?;
    report(at.book(), form, read_month(month)?, region, place::name).map_err(refused)
}

fn read_month(text: &str) -> Result<Month, ErrorReply> {
    text.parse().map_err(|_| {
        ErrorReply::invalid(vec![Problem::new("month", "month_invalid", "月份应写成如 2026-10，请重新选择")])
    })
}

fn no_form() -> ErrorReply {
    ErrorReply::new(ErrorCode::NotFound, "没有这张报表，请从列表中选择。")
}

fn figure(at: &At, args: FigureRecords) -> Result<FigureReply, ErrorReply> {
    let forms = known(at);
    let form = forms.get(&args.form).ok_or_else(no_form)?;
    let month = read_month(&args.month)?;
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
    let sheet = sheet(at, &args.form, &args.month, &args.region)?;
    let bytes = report_bytes(&sheet).map_err(|error| match error {
        ExportError::Io(_) => files::not_written(),
        ExportError::Layout(_) => errors::fault("a form could not be laid out"),
    })?;
    let name = format!("{}_{}_{}.xlsx", sheet.title, sheet.unit, sheet.period);
    let made = files::hand_out(&name, args.path.as_deref(), &bytes)?;
    at.note("export_report", None, &[&args.form])?;
    Ok(made)
}

fn refused(error: ReportError) -> ErrorReply {
    match error {
        ReportError::Store(error) => errors::store(error),
        other => ErrorReply::new(ErrorCode::NotFound, format!("{other}，请刷新报表后再试。")),
    }
}

fn shown(sheet: Sheet) -> ReportSheet {
    let head = |cell: tiexin_report::HeadCell| HeadCell {
        row: cell.row,
        column: cell.column,
        row_span: cell.row_span,
        column_span: cell.column_span,
        text: cell.text,
    };
    let row = |row: tiexin_report::ReportRow| ReportRow {
        region: row.region,
        label: row.label,
        total: row.total,
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
    }
}
