//! `tiexin-server escrow`: the key under which desks leave theirs, and the rescue of one.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;
use uuid::Uuid;

use super::args::Common;
use super::print::one;
use super::read::text_of;
use crate::error::{Error, Result};

#[derive(Subcommand)]
pub(super) enum Escrow {
    /// 生成托管钥匙
    Keygen {
        /// 私钥写到这个新文件
        #[arg(long, value_name = "文件")]
        out: PathBuf,
    },
    /// 为一台电脑上忘记密码的用户做救援文件；会记入审计
    Rescue {
        /// 哪台电脑，device list 列出的编号
        #[arg(long, value_name = "编号")]
        device: Uuid,
        /// 用户的登录名（省平台上的）
        #[arg(long, value_name = "登录名")]
        user: String,
        /// 托管私钥文件
        #[arg(long, value_name = "文件")]
        identity: PathBuf,
        /// 救援文件写到这个新文件
        #[arg(long, value_name = "文件")]
        out: PathBuf,
    },
}

pub(super) async fn escrow(common: &Common, command: Escrow) -> Result<()> {
    match command {
        Escrow::Keygen { out } => {
            let (private, public) = tiexin_seal::escrow_keygen();
            write_new(&out, private.as_bytes())?;
            one(common.json, &json!({"public": public, "private_file": out}), |_| {
                format!(
                    "公钥（写进服务器配置 escrow）：{public}\n私钥已写到 {}，请移到不联网的地方保存，服务器上不要留",
                    out.display()
                )
            })
        }
        Escrow::Rescue { device, user, identity, out } => {
            let private = text_of(&identity)?;
            let province = common.province().await?;
            let rescued = province.rescue(device, &user, &private).await?;
            write_new(&out, serde_json::to_string(&rescued.file)?.as_bytes())?;
            one(common.json, &json!({"file": out, "code": rescued.code}), |_| {
                format!(
                    "救援文件已写到 {}\n救援码：{}（请当面或打电话告诉本人，不要和文件放在一起）",
                    out.display(),
                    rescued.code
                )
            })
        }
    }
}

/// A file that was not there before. On Unix nobody else on the machine may read it; on Windows its folder decides
/// (docs/server.md).
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .map_err(|e| Error::Config(format!("{} 写不了，或已经有这个文件：{e}", path.display())))?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}
