//! Looking at records: lists, one record, search.

use serde_json::{Value, json};
use tiexin_contract::family::{ExportFamilies, MoveFamily};
use tiexin_contract::records::{
    GetRecord, Hit, ListRecords, RecordHistory, RecordRow, Search as Find, Unmask,
};
use tiexin_domain::date::YearHint;
use tiexin_domain::{Kind, PartialDate, shape};

use super::args::{Families, List, Move, Search, Show};
use super::at::Door;
use super::exit::{Exit, Failure, Outcome};
use super::written::{filter, kind, line, sort};
use crate::clock::office_time_of;
use crate::{labels, values};

/// Rows fetched at once.
const PAGE: u32 = 500;

pub(super) async fn list(door: Door, args: List) -> Outcome {
    let kind = kind(&args.kind)?;
    if args.voided {
        return super::voided::list(door, vec![kind], args.within.region.as_deref(), None, args.limit).await;
    }
    let filters = args.filter.iter().map(|text| filter(text)).collect::<Outcome<Vec<_>>>()?;
    let columns = columns(&kind, args.columns)?;
    let seat = door.sign_in().await?;
    let region = seat.region(args.within.region.as_deref()).await?;
    let mut ask = match &args.view {
        Some(name) => super::views::named(&seat, &kind, name).await?.list(region, args.limit.min(PAGE)),
        None => ListRecords::of(kind, region, args.limit.min(PAGE)),
    };
    ask.filters.extend(filters);
    ask.sort = args.sort.as_deref().map(sort).or(ask.sort);
    ask.columns = columns;
    let (mut rows, mut total) = (Vec::new(), 0);
    loop {
        let page = seat.desk.run(ask.clone()).await?;
        total = total.max(page.total);
        rows.extend(page.rows);
        let left = args.limit.saturating_sub(rows.len() as u32);
        match page.next {
            Some(next) if left > 0 => (ask.after, ask.limit) = (Some(next), left.min(PAGE)),
            _ => break,
        }
    }
    seat.out.tell(&json!({"total": total, "rows": rows}), || {
        let asked = ask.columns.as_deref().unwrap_or_default();
        let mut lines = Vec::from_iter((!asked.is_empty()).then(|| heads(&ask.kind, asked)));
        lines.extend(rows.iter().map(|row| with_columns(row, asked)));
        lines.push(format!("共 {total} 条，列出 {} 条", rows.len()));
        lines
    })
}

/// Above columns that were asked for.
fn heads(kind: &str, columns: &[String]) -> String {
    let labels = columns.iter().map(|field| labels::field(kind, field));
    ["编号", "地区", "名称"].map(str::to_owned).into_iter().chain(labels).collect::<Vec<_>>().join("\t")
}

/// The line of a record, and what stands in the columns that were asked for.
fn with_columns(row: &RecordRow, columns: &[String]) -> String {
    let cells = columns.iter().map(|field| values::cell(row, field).replace(['\t', '\r', '\n'], " "));
    std::iter::once(line(row)).chain(cells).collect::<Vec<_>>().join("\t")
}

/// The columns that rows are to have; none of them is one that the kind does not have.
fn columns(kind: &str, asked: Vec<String>) -> Outcome<Option<Vec<String>>> {
    let list = shape::of(kind).map(|shape| shape.list).unwrap_or_default();
    let reckoned = |name: &str| list.iter().any(|column| column.shows.name() == Some(name));
    let known = |name: &str| shape::field(kind, name).is_some() || reckoned(name);
    if let Some(unknown) = asked.iter().find(|name| !known(name)) {
        let label = Kind::from_code(kind).label().to_owned();
        let told = format!("{label}没有“{unknown}”这一栏。有哪些栏，请看 tiexin-desk shape {kind}。");
        return Err(Failure::new(Exit::Usage, told));
    }
    Ok((!asked.is_empty()).then_some(asked))
}

pub(super) async fn show(door: Door, args: Show) -> Outcome {
    let seat = door.sign_in().await?;
    let mut row = seat.desk.run(GetRecord { id: args.id }).await?;
    for field in args.unmask {
        let shown = seat.desk.run(Unmask { id: args.id, field: field.clone() }).await?;
        row.masked.retain(|masked| *masked != field);
        row.fields.insert(field, Value::String(shown.value));
    }
    let mut value = serde_json::to_value(&row).unwrap_or_default();
    let mut lines = vec![line(&row)];
    let mut fields: Vec<_> = row.fields.iter().collect();
    fields.sort_by_key(|(field, _)| shape::place(&row.kind, field));
    lines.extend(fields.into_iter().map(|(field, value)| {
        format!("  {}：{}", labels::field(&row.kind, field), values::shown(&row.kind, field, value))
    }));
    lines.extend(row.gaps.iter().map(|gap| format!("  待补：{}", gap.message)));
    if args.history {
        let history = seat.desk.run(RecordHistory { id: args.id }).await?;
        lines.extend(history.iter().map(|entry| {
            let at = office_time_of(entry.at).format("%Y-%m-%d %H:%M");
            let file = entry.import.as_ref().map(|file| format!("（{file}）")).unwrap_or_default();
            let part = entry.part.as_ref().map(|part| format!("（{}）", part.title)).unwrap_or_default();
            let (author, act, fields) = (&entry.author, &entry.act, entry.fields.join("、"));
            let mut line = format!("  {at} {author} {act}{part}{file} {fields}");
            for was in &entry.changes {
                line.push_str(&format!("\n      {}：“{}” 改为 “{}”", was.label, was.old, was.new));
            }
            line
        }));
        value["history"] = serde_json::to_value(history).unwrap_or_default();
    }
    seat.out.tell(&value, || lines)
}

pub(super) async fn search(door: Door, args: Search) -> Outcome {
    let kinds = args.kind.iter().map(|code| kind(code)).collect::<Outcome<Vec<_>>>()?;
    if args.voided {
        return super::voided::list(door, kinds, None, Some(args.text), args.limit).await;
    }
    let seat = door.sign_in().await?;
    let hits: Vec<Hit> = seat.desk.run(Find { text: args.text, limit: args.limit, kinds }).await?;
    // Frozen shape: `docs/command-line.md`.
    let shape: Vec<Value> = hits
        .iter()
        .map(|h| json!({"id": h.id, "kind": h.kind, "title": h.title, "region": h.region, "matched": h.matched}))
        .collect();
    seat.out.tell(&shape, || {
        let label = |kind: &str| Kind::from_code(kind).label().to_owned();
        let line =
            |h: &Hit| format!("{}\t{}\t{}\t{}\t{}", h.id, label(&h.kind), h.title, h.region_name, h.matched);
        if hits.is_empty() { vec!["没有找到。".into()] } else { hits.iter().map(line).collect() }
    })
}

/// Frozen shape: `docs/command-line.md`.
pub(super) async fn families(door: Door, args: Families) -> Outcome {
    let path = super::paths::table_to_write(&args.out, args.force)?;
    let seat = door.sign_in().await?;
    let region = seat.region(args.within.region.as_deref()).await?;
    let made = seat.desk.run(ExportFamilies { region, path: Some(path.clone()) }).await?;
    seat.out.tell(&json!({"name": made.name, "path": path}), || {
        vec![format!("已写成 {path}。表里有完整的电话和住址，请妥善保管。")]
    })
}

/// Frozen shape: `docs/command-line.md`.
pub(super) async fn move_family(door: Door, args: Move) -> Outcome {
    let on = args.on.as_deref().map(day).transpose()?;
    let seat = door.sign_in().await?;
    let region = super::at::region(&seat.desk, &args.to).await?;
    let asked = MoveFamily {
        household: args.id,
        region,
        address: args.address,
        on,
        why: args.why,
        handover: args.handover,
    };
    let moved = seat.desk.run(asked).await?;
    let told = json!({"id": args.id, "records": moved.records, "leaves": moved.leaves, "asked": moved.asked});
    seat.out.tell(&told, || {
        if moved.asked {
            return vec!["已提议迁移，同步后由同时负责两地的审核人决定；决定以前这户不变。".into()];
        }
        let and_then = if moved.leaves {
            "同步后原乡镇不再保留，走访记录留在原处。"
        } else {
            "走访记录留在原处。"
        };
        vec![format!("已迁移 {} 条内容，{and_then}", moved.records)]
    })
}

pub(super) fn day(text: &str) -> Outcome<PartialDate> {
    PartialDate::parse(text, YearHint::None)
        .map_err(|bad| Failure::new(Exit::Usage, format!("看不懂这个日期“{text}”：{bad}")))
}
