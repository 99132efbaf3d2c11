//! Bringing ledgers in from the terminal.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tiexin_contract::import::{FileGiven, FilePlan, ImportPreview, MarkedCopy, RunImport, Template};
use tiexin_contract::{Event, event::Progress};

use tiexin_files::Trouble;
use tiexin_terminal::say;
use uuid::Uuid;

use super::args::{Import, Template as Args};
use super::at::{Door, Seat};
use super::exit::{Exit, Failure, Outcome};
use super::written;
use crate::files::free_place;

pub(super) async fn import(door: Door, args: Import) -> Outcome {
    // A path that leads nowhere is told beside its name; the other files are taken all the same.
    let missing = args.files.iter().any(|path| !path.is_file());
    let files = given(&args.files)?;
    let kind = args.kind.as_deref().map(written::kind).transpose()?;
    let seat = door.sign_in().await?;
    let region = seat.region(args.region.as_deref()).await?;
    let progress = watch(&seat);
    let plan = seat.desk.run(ImportPreview { files, region, mapping: Vec::new(), kind, job: None }).await?;
    let plan_id = plan.plan;
    let files = if args.dry_run || plan.files.iter().all(|f| f.kind.is_none()) {
        plan.files
    } else {
        let changes = plan.files.iter().flat_map(|file| &file.changes);
        let take = changes.filter(|_| args.take_differences).map(|change| change.number).collect();
        seat.desk.run(RunImport { plan: plan.plan, take }).await?.files
    };
    progress.abort();
    if let Some(folder) = &args.marked {
        mark(&seat, plan_id, &files, folder).await?;
    }
    tell(&seat, &files, args.dry_run)?;
    match (missing, files.iter().any(|f| f.kind.is_none())) {
        (true, _) => Err(Failure::told(Exit::NotFound)),
        (false, true) => Err(Failure::told(Exit::Invalid)),
        (false, false) => in_vain(&files, args.dry_run),
    }
}

/// Of an import that takes no row nothing was done, unless only looking was asked for and no row is wrong.
fn in_vain(files: &[FilePlan], dry: bool) -> Outcome {
    let refused: u64 = files.iter().map(|file| file.refused).sum();
    let why = match (files.iter().all(|file| file.taken == 0), refused) {
        (false, _) => return Ok(()),
        (true, 0) if dry => return Ok(()),
        (true, 0) => "表里没有数据行，没有写入任何内容。".to_owned(),
        (true, _) => format!("{refused} 行全部退回，没有一行可以写入。请按上面的提示改好再导入。"),
    };
    Err(Failure::new(Exit::Failed, why))
}

/// An empty sheet to be filled in. Frozen shape: `docs/command-line.md`.
pub(super) async fn template(door: Door, args: Args) -> Outcome {
    let kind = written::kind(&args.kind)?;
    let path = super::paths::table_to_write(&args.out, args.force)?;
    let seat = door.sign_in().await?;
    let region = seat.region(args.within.region.as_deref()).await?;
    let made = seat.desk.run(Template { kind, region, path: Some(path) }).await?;
    let path = made.path.unwrap_or(made.name);
    seat.out.tell(&json!({"path": path}), || vec![format!("已写出：{path}")])
}

/// Files by their names; two of one name by the paths as they were given.
fn given(paths: &[PathBuf]) -> Outcome<Vec<FileGiven>> {
    let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut seen = HashSet::new();
    let twice: HashSet<String> = paths.iter().map(|p| name(p)).filter(|n| !seen.insert(n.clone())).collect();
    paths
        .iter()
        .map(|path| {
            let short = name(path);
            let name = if twice.contains(&short) { path.display().to_string() } else { short };
            Ok(FileGiven { name, path: Some(super::paths::absolute(path)?), base64: None })
        })
        .collect()
}

/// Shows on a terminal how far the work is.
fn watch(seat: &Seat) -> tokio::task::JoinHandle<()> {
    let mut events = seat.desk.subscribe();
    let shown = std::io::stderr().is_terminal() && !seat.out.json;
    tokio::spawn(async move {
        while let Ok(event) = events.recv().await {
            if let (true, Event::Progress(Progress { label, done, total, finished, .. })) = (shown, event) {
                eprint!("\r{label} {done}/{total}    {}", if finished { "\n" } else { "" });
            }
        }
    })
}

async fn mark(seat: &Seat, plan: Uuid, files: &[FilePlan], folder: &Path) -> Outcome {
    std::fs::create_dir_all(folder).map_err(|error| {
        let why = Trouble::writing(&error, folder);
        Failure::new(Exit::Failed, format!("不能建立文件夹 {}。{why}", folder.display()))
    })?;
    for file in files.iter().filter(|f| !f.findings.is_empty()) {
        // In an earlier copy somebody may have begun to mend.
        let stem = Path::new(&file.file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let place = free_place(folder, &stem.unwrap_or_default(), "-标注", ".xlsx");
        let path = Some(super::paths::absolute(&place)?);
        let made = seat.desk.run(MarkedCopy { plan, file: file.file.clone(), path }).await?;
        say!("已标注：{}", made.path.unwrap_or(made.name));
    }
    Ok(())
}

/// Frozen shape: `docs/command-line.md`.
pub(super) fn shape(file: &FilePlan) -> Value {
    let findings: Vec<Value> = file
        .findings
        .iter()
        .map(|f| {
            json!({
                "sheet": f.sheet, "row": f.row, "column": f.column, "who": f.who,
                "code": f.code, "value": f.value, "hint": f.hint,
            })
        })
        .collect();
    let notices: Vec<Value> =
        file.notices.iter().map(|n| json!({"sheet": n.sheet, "code": n.code, "hint": n.hint})).collect();
    let changes: Vec<Value> = file
        .changes
        .iter()
        .map(|c| {
            json!({
                "sheet": c.sheet, "row": c.row, "title": c.title, "field": c.field_label,
                "old": c.old, "new": c.new, "taken": c.taken || c.old.is_none(),
            })
        })
        .collect();
    let mut value = json!({
        "file": file.file, "kind": file.kind, "taken": file.taken, "new": file.new, "filled": file.filled,
        "unchanged": file.unchanged, "differs": file.differs, "refused": file.refused,
        "passed_over": file.passed_over,
        "findings": findings, "notices": notices, "changes": changes,
    });
    if let Some(why) = &file.refused_file {
        value["error"] = json!(why);
    }
    value
}

fn tell(seat: &Seat, files: &[FilePlan], dry: bool) -> Outcome {
    let value = json!({"files": files.iter().map(shape).collect::<Vec<_>>()});
    seat.out.tell(&value, || {
        let mut lines: Vec<String> = files.iter().flat_map(|file| lines(file, dry)).collect();
        if dry {
            lines.push("只做了检查，没有写入。".into());
        }
        lines
    })?;
    for file in files.iter().filter(|f| f.kind.is_none()) {
        say!("{}：{}", file.file, file.refused_file.as_deref().unwrap_or("没有认出是哪种台账"));
    }
    Ok(())
}

pub(super) fn lines(file: &FilePlan, dry: bool) -> Vec<String> {
    let Some(kind) = &file.kind_label else { return Vec::new() };
    // Told numbers are what happened: rows that the book had are not written.
    let done = if dry { "可以写入" } else { "写入" };
    let beside = match file.passed_over {
        0 => String::new(),
        rows => format!("；另有 {rows} 行不是数据（示例、合计、标题、签字），跳过"),
    };
    let mut lines = vec![format!(
        "{}（{kind}）：{} 行，{done} {} 行（新增 {}，补空缺 {}），原有未变 {} 行，与本机不一致 {} 行，退回 {} 行{beside}",
        file.file,
        file.rows,
        file.new + file.filled,
        file.new,
        file.filled,
        file.unchanged,
        file.differs,
        file.refused
    )];
    lines.extend(file.notices.iter().map(|notice| format!("  {}", notice.hint)));
    let place = |sheet: &Option<String>| sheet.as_deref().map(|s| format!("{s} ")).unwrap_or_default();
    for f in &file.findings {
        let mark = match (f.refused, f.differs) {
            (true, _) => "退回",
            (_, true) => "不一致",
            _ => "待补",
        };
        let who = if f.who.is_empty() { String::new() } else { format!(" {}", f.who) };
        lines.push(format!("  {}第 {} 行{who} {}：{mark}，{}", place(&f.sheet), f.row, f.column, f.hint));
    }
    for c in &file.changes {
        let at = format!("  {}第 {} 行 {} {}", place(&c.sheet), c.row, c.title, c.field_label);
        lines.push(match (&c.old, c.taken) {
            (None, _) => format!("{at}：补上“{}”", c.new),
            (Some(old), true) => format!("{at}：本机“{old}”改成台账的“{}”", c.new),
            (Some(old), false) => format!("{at}：本机“{old}”，台账“{}”，保留本机的", c.new),
        });
    }
    lines
}
