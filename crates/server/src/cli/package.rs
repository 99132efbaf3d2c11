//! `tiexin-server package take`: what came on a stick, at the province's own machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;
use tiexin_files::Trouble;
use tiexin_protocol::package::{EXTENSION, Fault, MOST_FILE_BYTES, Part};
use tiexin_protocol::wire::{PackageState, RefusalCode};
use tiexin_terminal::say;
use uuid::Uuid;

use super::args::Common;
use super::print::one;
use crate::error::{Error, Refused, Result, unread};
use crate::province::Province;

#[derive(Serialize)]
struct Taken {
    packages: Vec<Package>,
    refused: Vec<NotTaken>,
}

#[derive(Serialize)]
struct Package {
    #[serde(flatten)]
    state: PackageState,
    /// Files of the reply.
    replies: Vec<PathBuf>,
}

#[derive(Serialize)]
struct NotTaken {
    file: PathBuf,
    code: RefusalCode,
    message: String,
}

pub(super) async fn take(common: &Common, files: &[PathBuf], to: &Path) -> Result<ExitCode> {
    let province = common.province().await?;
    let mut states: BTreeMap<Uuid, PackageState> = BTreeMap::new();
    let (mut refused, mut unknown) = (Vec::new(), Vec::new());
    for (file, named) in listed(files)? {
        match take_file(&province, &file).await {
            Ok(state) => {
                states.insert(state.package, state);
            }
            // Replies of an earlier time lie on the same stick.
            Err(Error::Refused(Refused::Package(Fault::Homeward))) if !named => {}
            Err(Error::Refused(why)) => {
                if why == Refused::Package(Fault::SenderUnknown) {
                    unknown.push(std::fs::read(&file)?);
                }
                refused.push(NotTaken { file, code: why.code(), message: why.to_string() });
            }
            Err(other) => return Err(other),
        }
    }
    if province.claim_by_package(unknown).await? {
        say!(
            "有电脑是在备份之后登记的：已经记下，restored list 可以看到；restored redo 补办以后，请把它的同步包再读入一次"
        );
    }
    let mut packages = Vec::new();
    for (_, state) in states {
        let replies = write_replies(&province, &state, to).await?;
        packages.push(Package { state, replies });
    }
    packages.sort_by_key(|package| package.state.number);
    let taken = Taken { packages, refused };
    one(common.json, &taken, lines)?;
    let found = !taken.packages.is_empty() || !taken.refused.is_empty();
    let whole =
        found && taken.refused.is_empty() && taken.packages.iter().all(|p| p.state.missing.is_empty());
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Files as they were named, and those of folders.
fn listed(files: &[PathBuf]) -> Result<Vec<(PathBuf, bool)>> {
    let mut all = Vec::new();
    for file in files {
        if !file.is_dir() {
            all.push((file.clone(), true));
            continue;
        }
        for entry in std::fs::read_dir(file)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == EXTENSION) {
                all.push((path, false));
            }
        }
    }
    all.sort();
    Ok(all)
}

async fn take_file(province: &Province, file: &Path) -> Result<PackageState> {
    let length = std::fs::metadata(file).map_err(unread(file))?.len();
    if length > MOST_FILE_BYTES as u64 {
        return Err(Fault::NotPackage.into());
    }
    province.take_part(std::fs::read(file).map_err(unread(file))?).await
}

async fn write_replies(province: &Province, state: &PackageState, to: &Path) -> Result<Vec<PathBuf>> {
    let mut parts = Vec::new();
    for part in 1..=state.reply_parts.unwrap_or(0) {
        let bytes = province.package_reply(state.package, part).await?;
        let name = Part::read(bytes.clone())?.header.file_name();
        parts.push((name, bytes));
    }
    let files: Vec<_> = parts.iter().map(|(name, bytes)| (name.clone(), bytes.as_slice())).collect();
    tiexin_files::write_all(to, &files).map_err(|e| {
        let why = Trouble::writing(&e, &to.join("答复")).to_string();
        Error::Config(format!("答复没能写到 {}，没有留下一半：{}", to.display(), why.trim_end_matches('。')))
    })
}

fn lines(taken: &Taken) -> String {
    let mut lines = Vec::new();
    for Package { state, replies } in &taken.packages {
        let which = format!("第 {} 号同步包（电脑 {}）", state.number, state.device);
        lines.push(match state.missing.as_slice() {
            [] => format!("{which}已读入，答复 {} 个文件", replies.len()),
            missing => {
                let missing: Vec<String> = missing.iter().map(u32::to_string).collect();
                format!("{which}还缺第 {} 份，补齐后会自动读入", missing.join("、"))
            }
        });
        lines.extend(replies.iter().map(|reply| format!("  {}", reply.display())));
    }
    lines.extend(taken.refused.iter().map(|not| format!("{}：{}", not.file.display(), not.message)));
    if lines.is_empty() {
        lines.push("没有找到同步包（.txp 文件）".into());
    }
    lines.join("\n")
}
