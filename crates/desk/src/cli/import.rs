//! Bringing ledgers in from the terminal.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tiexin_contract::import::{FileGiven, FilePlan, ImportPlan, ImportPreview, MarkedCopy, RunImport};
use tiexin_contract::{Event, event::Progress};

use super::args::Import;
use super::at::{Door, Seat};
use super::exit::{Exit, Failure, Outcome};

pub(super) async fn import(door: Door, args: Import) -> Outcome {
    let files = given(&args.files)?;
    let seat = door.sign_in().await?;
    let region = seat.region(args.region.as_deref()).await?;
    let progress = watch(&seat);
    let plan = seat.desk.run(ImportPreview { files, region, mapping: Vec::new() }).await?;
    if let Some(folder) = &args.marked {
        mark(&seat, &plan, folder).await?;
    }
    let files = if args.dry_run || plan.files.iter().all(|f| f.kind.is_none()) {
        plan.files
    } else {
        seat.desk.run(RunImport { plan: plan.plan }).await?.files
    };
    progress.abort();
    tell(&seat, &files, args.dry_run)?;
    if files.iter().any(|f| f.kind.is_none()) { Err(Failure::told(Exit::Invalid)) } else { Ok(()) }
}

/// Files by their names; two of one name by the paths as they were given.
fn given(paths: &[PathBuf]) -> Outcome<Vec<FileGiven>> {
    let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut seen = HashSet::new();
    let twice: HashSet<String> = paths.iter().map(|p| name(p)).filter(|n| !seen.insert(n.clone())).collect();
    paths
        .iter()
        .map(|path| {
            if !path.is_file() {
                return Err(Failure::new(Exit::NotFound, format!("没有这个文件：{}", path.display())));
            }
            let short = name(path);
            let name = if twice.contains(&short) { path.display().to_string() } else { short };
            Ok(FileGiven { name, path: Some(super::absolute(path)?), base64: None })
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

async fn mark(seat: &Seat, plan: &ImportPlan, folder: &Path) -> Outcome {
    std::fs::create_dir_all(folder)
        .map_err(|_| Failure::new(Exit::Failed, format!("不能建立文件夹 {}", folder.display())))?;
    for file in plan.files.iter().filter(|f| !f.findings.is_empty()) {
        let stem = Path::new(&file.file).file_stem().map(|s| s.to_string_lossy().into_owned());
        let target = folder.join(format!("{}-标注.xlsx", stem.unwrap_or_default()));
        let path = Some(super::absolute(&target)?);
        let made = seat.desk.run(MarkedCopy { plan: plan.plan, file: file.file.clone(), path }).await?;
        eprintln!("已标注：{}", made.path.unwrap_or(made.name));
    }
    Ok(())
}

/// Frozen shape: `docs/command-line.md`.
fn shape(file: &FilePlan) -> Value {
    let findings: Vec<Value> = file
        .findings
        .iter()
        .map(|f| {
            json!({
                "sheet": f.sheet, "row": f.row, "column": f.column,
                "code": f.code, "value": f.value, "hint": f.hint,
            })
        })
        .collect();
    let mut value = json!({
        "file": file.file, "kind": file.kind, "taken": file.taken,
        "refused": file.refused, "findings": findings,
    });
    if let Some(why) = &file.refused_file {
        value["error"] = json!(why);
    }
    value
}

fn tell(seat: &Seat, files: &[FilePlan], dry: bool) -> Outcome {
    let value = json!({"files": files.iter().map(shape).collect::<Vec<_>>()});
    seat.out.tell(&value, || {
        let mut lines: Vec<String> = files.iter().flat_map(lines).collect();
        if dry {
            lines.push("只做了检查，没有写入。".into());
        }
        lines
    })?;
    for file in files.iter().filter(|f| f.kind.is_none()) {
        eprintln!("{}：{}", file.file, file.refused_file.as_deref().unwrap_or("没有认出是哪种台账"));
    }
    Ok(())
}

fn lines(file: &FilePlan) -> Vec<String> {
    let Some(kind) = &file.kind_label else { return Vec::new() };
    let mut lines = vec![format!(
        "{}（{kind}）：{} 行，可以收入 {} 行（其中 {} 行已在台账里），退回 {} 行",
        file.file, file.rows, file.taken, file.unchanged, file.refused
    )];
    for f in &file.findings {
        let sheet = f.sheet.as_deref().map(|s| format!("{s} ")).unwrap_or_default();
        let mark = if f.refused { "退回" } else { "待补" };
        lines.push(format!("  {sheet}第 {} 行 {}：{mark}，{}", f.row, f.column, f.hint));
    }
    lines
}
