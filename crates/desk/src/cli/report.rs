//! Forms and the records behind their figures.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiexin_contract::ErrorCode;
use tiexin_contract::report::{
    ExportReport, FigureRecords, GetReport, ListForms, ReportCell, ReportSheet, SignForms,
};
use tiexin_domain::region::RegionCode;
use tiexin_terminal::say;

use super::args::{Figure, Report};
use super::at::{Door, Seat};
use super::exit::{Exit, Failure, Outcome};
use super::written::line;

pub(super) async fn report(door: Door, args: Report) -> Outcome {
    month(&args.sheet.month)?;
    let out = args.out.as_deref().map(|file| super::paths::table_to_write(file, args.force)).transpose()?;
    let seat = door.sign_in().await?;
    let region = seat.region(args.sheet.within.region.as_deref()).await?;
    let form = form(&seat, &args.sheet.form).await?;
    let ask = GetReport {
        form: form.clone(),
        month: args.sheet.month.clone(),
        region: region.clone(),
        by_village: args.by_village,
    };
    let mut sheet = seat.desk.run(ask.clone()).await?;
    if !args.sign.is_empty() {
        seat.desk.run(SignForms { signed: signed(&args.sign, &sheet.foot)? }).await?;
        sheet = seat.desk.run(ask.clone()).await?;
    }
    let figures = figures(&sheet, &region);
    if out.is_some() {
        let GetReport { form, month, region, by_village } = ask;
        let made = seat.desk.run(ExportReport { form, month, region, by_village, path: out }).await?;
        say!("已导出：{}", made.path.unwrap_or(made.name));
    }
    // Frozen shape: `docs/command-line.md`.
    let value = json!({
        "form": form, "month": args.sheet.month, "region": region, "figures": cells(figures),
        "rows": sheet.rows.iter().filter(|row| !row.total).map(|row| json!({
            "region": row.region, "name": row.label, "standing": row.standing, "figures": cells(&row.cells),
        })).collect::<Vec<Value>>(),
        "notes": sheet.notes,
    });
    seat.out.tell(&value, || {
        let mut lines = vec![format!("{} {} {}", sheet.title, sheet.unit, sheet.period)];
        lines.extend(figures.iter().map(|c| format!("{}\t{}", c.path.join("/"), c.value)));
        lines.extend(table(&sheet));
        lines.extend(sheet.notes.iter().map(|note| format!("说明：{note}")));
        lines
    })
}

fn cells(cells: &[ReportCell]) -> Vec<Value> {
    cells.iter().map(|c| json!({"path": c.path, "value": c.value})).collect()
}

/// The units side by side, when there is more than the region itself: pastes into a spreadsheet.
fn table(sheet: &ReportSheet) -> Vec<String> {
    let Some(first) = sheet.rows.first().filter(|_| sheet.rows.len() > 1) else { return Vec::new() };
    let heads: Vec<String> = first.cells.iter().map(|c| c.path.join("/")).collect();
    let mut lines = vec![String::new(), format!("单位\t{}\t说明", heads.join("\t"))];
    for row in &sheet.rows {
        let values: Vec<&str> = row.cells.iter().map(|c| c.value.as_str()).collect();
        let hint = row.hint.as_deref().unwrap_or_default();
        lines.push(format!("{}\t{}\t{hint}", row.label, values.join("\t")));
    }
    lines
}

/// `联系电话=0552-6010000`: a word of the form's foot, and what is written after it.
fn signed(said: &[String], foot: &[String]) -> Outcome<BTreeMap<String, String>> {
    let one = |said: &String| {
        let (word, text) = said.split_once(['=', '＝']).unwrap_or((said, ""));
        let word = word.trim().to_owned();
        if !foot.contains(&word) {
            let message =
                format!("表脚没有“{word}”这一项。请写成如 联系电话=0552-6010000，可写：{}", foot.join("、"));
            return Err(Failure::new(Exit::Usage, message));
        }
        Ok((word, text.trim().to_owned()))
    };
    said.iter().map(one).collect()
}

/// The row of the whole region: the total, or the only row there is.
fn figures<'a>(sheet: &'a ReportSheet, region: &RegionCode) -> &'a [ReportCell] {
    let total = sheet.rows.iter().find(|row| row.total);
    let own = || sheet.rows.iter().find(|row| row.region == *region);
    total.or_else(own).or(sheet.rows.first()).map(|row| row.cells.as_slice()).unwrap_or_default()
}

fn month(text: &str) -> Outcome {
    let whole = format!("{text}-01");
    let good = text.len() == 7 && chrono::NaiveDate::parse_from_str(&whole, "%Y-%m-%d").is_ok();
    if good {
        Ok(())
    } else {
        Err(Failure::new(Exit::Usage, format!("月份写法不对：{text}。请写成如 2026-10")))
    }
}

/// The form's code as the desk writes it.
async fn form(seat: &Seat, code: &str) -> Outcome<String> {
    let forms = seat.desk.run(ListForms {}).await?;
    if let Some(form) = forms.iter().find(|f| f.code.eq_ignore_ascii_case(code) || f.title == code) {
        return Ok(form.code.clone());
    }
    let known: Vec<String> = forms.iter().map(|f| format!("{} {}", f.code, f.title)).collect();
    Err(Failure::new(Exit::NotFound, format!("没有这张表：{code}。现有：{}", known.join("，"))))
}

pub(super) async fn figure(door: Door, args: Figure) -> Outcome {
    month(&args.sheet.month)?;
    let seat = door.sign_in().await?;
    let region = seat.region(args.sheet.within.region.as_deref()).await?;
    let form = form(&seat, &args.sheet.form).await?;
    let path: Vec<String> = args.cell.split('/').map(|part| part.trim().to_owned()).collect();
    let ask = FigureRecords {
        form: form.clone(),
        month: args.sheet.month.clone(),
        region: region.clone(),
        path: path.clone(),
        limit: args.limit,
    };
    let reply = match seat.desk.run(ask).await {
        Err(reply) if matches!(reply.code, ErrorCode::NotFound | ErrorCode::Invalid) => {
            let sheet = seat.desk.run(GetReport::of(form, args.sheet.month, region.clone())).await?;
            let known: Vec<String> = figures(&sheet, &region).iter().map(|c| c.path.join("/")).collect();
            let message = format!("表里没有这一栏：{}。现有：\n  {}", args.cell, known.join("\n  "));
            return Err(Failure::new(Exit::NotFound, message));
        }
        other => other?,
    };
    let value = json!({
        "form": form, "month": args.sheet.month, "region": region, "path": path,
        "value": reply.value, "total": reply.total, "records": reply.records,
    });
    seat.out.tell(&value, || {
        let mut lines = vec![format!("{}：{}，记录 {} 条", args.cell, reply.value, reply.total)];
        lines.extend(reply.records.iter().map(line));
        lines
    })
}
