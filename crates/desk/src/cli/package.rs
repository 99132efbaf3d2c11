//! Packages for a stick.

use std::path::PathBuf;

use serde_json::{Value, json};
use tiexin_contract::import::FileGiven;
use tiexin_contract::package::{PackageCarry, PackageIn, PackageOut};
use tiexin_contract::records::FileMade;

use super::args::Package;
use super::at::{Door, Entered};
use super::exit::{Exit, Failure, Outcome};
use super::paths::absolute;

pub(super) async fn package(door: Door, command: Package) -> Outcome {
    let seat = door.enter().await?;
    match command {
        Package::Out { to, part_mib } => out(seat, to, part_mib).await,
        Package::In { files } => back(seat, files).await,
        Package::Carry { files, to } => carry(seat, files, to).await,
    }
}

fn given(files: &[PathBuf]) -> Outcome<Vec<FileGiven>> {
    files
        .iter()
        .map(|file| {
            if !file.exists() {
                return Err(Failure::new(Exit::NotFound, format!("没有这个文件：{}", file.display())));
            }
            let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(FileGiven { name, path: Some(absolute(file)?), base64: None })
        })
        .collect()
}

/// Frozen shape, as all below: `docs/command-line.md`.
async fn out(seat: Entered, to: PathBuf, part_mib: Option<u32>) -> Outcome {
    let made = seat.desk.run(PackageOut { to: Some(absolute(&to)?), part_mib }).await?;
    let value = json!({
        "number": made.number, "changes": made.changes, "left": made.left,
        "attachments": made.attachments, "attachments_left": made.attachments_left, "files": paths(&made.files),
    });
    seat.out.tell(&value, || {
        let mut lines = vec![format!("第 {} 号同步包，带走 {} 条：", made.number, made.changes)];
        lines.extend(listed(&made.files));
        if made.attachments > 0 {
            lines.push(format!("其中有附件 {} 个。", made.attachments));
        }
        if made.attachments_left > 0 {
            lines.push(format!("还有附件 {} 个装不下，带回答复后请再带走一次。", made.attachments_left));
        }
        if made.left > 0 {
            lines.push(format!("还有 {} 条装不下，带回答复后请再带走一次。", made.left));
        }
        lines
    })
}

async fn back(seat: Entered, files: Vec<PathBuf>) -> Outcome {
    let taken = seat.desk.run(PackageIn { files: given(&files)? }).await?;
    seat.out.tell(&taken, || {
        let reply = |one: &tiexin_contract::package::ReplyTaken| {
            let attachments = match one.attachments {
                0 => String::new(),
                some => format!("附件送到 {some} 个，"),
            };
            format!(
                "第 {} 号同步包的答复：{attachments}本机 {} 条有了结果，收到 {} 条。",
                one.number, one.settled, one.news
            )
        };
        taken.replies.iter().map(reply).chain(taken.notes.iter().cloned()).collect()
    })
}

async fn carry(seat: Entered, files: Vec<PathBuf>, to: PathBuf) -> Outcome {
    let asked = PackageCarry { files: given(&files)?, to: Some(absolute(&to)?) };
    let carried = seat.desk.run(asked).await?;
    let packages: Vec<Value> = carried
        .packages
        .iter()
        .map(|one| {
            json!({
                "desk": one.desk, "number": one.number, "missing": one.missing, "refused": one.refused,
                "files": paths(&one.files),
            })
        })
        .collect();
    seat.out.tell(&json!({ "packages": packages }), || {
        let mut lines = Vec::new();
        for one in &carried.packages {
            let which = format!("电脑 {} 的第 {} 号同步包", one.desk, one.number);
            lines.push(match (&one.refused, one.missing.as_slice()) {
                (Some(why), _) => format!("{which}：{why}"),
                (None, []) => format!("{which}已送到，答复："),
                (None, missing) => {
                    let missing: Vec<String> = missing.iter().map(u32::to_string).collect();
                    format!("{which}还缺第 {} 份，已送到的不用再送。", missing.join("、"))
                }
            });
            lines.extend(listed(&one.files));
        }
        lines
    })?;
    let whole = carried.packages.iter().all(|one| one.refused.is_none() && one.missing.is_empty());
    if whole { Ok(()) } else { Err(Failure::told(Exit::Failed)) }
}

fn paths(files: &[FileMade]) -> Vec<&str> {
    files.iter().filter_map(|file| file.path.as_deref()).collect()
}

fn listed(files: &[FileMade]) -> impl Iterator<Item = String> {
    paths(files).into_iter().map(|path| format!("  {path}"))
}
