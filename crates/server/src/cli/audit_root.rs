//! `tiexin-server audit-root`: signed roots over all chains, to be kept elsewhere.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::args::{AuditRoot, Common};
use super::office::tell_report;
use super::print::one;
use crate::error::{Error, Result, unread};
use crate::witness::Root;

pub(super) async fn audit_root(common: &Common, command: AuditRoot) -> Result<ExitCode> {
    let province = common.province().await?;
    match command {
        AuditRoot::Export { date, out } => {
            let root = province.audit_root(date).await?;
            let text = serde_json::to_string(&root)?;
            match out {
                None => tiexin_terminal::print(&text)?,
                Some(file) => {
                    tiexin_files::replace(&file, text.as_bytes())?;
                    one(common.json, &json!({"day": root.day, "file": file}), |_| {
                        format!("{} 的审计根已写到 {}，请另处保存", root.day, file.display())
                    })?;
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        AuditRoot::Check { file } => tell_report(common, &province.check_root(&read(&file)?).await?),
    }
}

fn read(file: &Path) -> Result<Root> {
    let bytes = std::fs::read(file).map_err(unread(file))?;
    let text = tiexin_terminal::text(&bytes).unwrap_or_default();
    serde_json::from_str(&text).map_err(|_| Error::Config(format!("不是审计根文件：{}", file.display())))
}
