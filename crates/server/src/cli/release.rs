//! `tiexin-server release`: making update packages, and giving them out.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Subcommand;
use serde_json::json;
use tiexin_protocol::release::{Books, Release as Made, Version};
use tiexin_seal::release::{Packer, ReleaseError, Signer, Trusted, head};
use tiexin_terminal::say;
use zeroize::Zeroizing;

use super::args::Common;
use super::escrow::write_new;
use super::print::{agree, list, one, time};
use super::read::text_of;
use crate::error::{Error, Result, unread};

#[derive(Subcommand)]
pub(super) enum Release {
    /// 发布一个更新包：各电脑问到时就会看到它
    Add {
        /// 更新包（.txu）
        #[arg(value_name = "文件")]
        file: PathBuf,
    },
    /// 列出发布过的版本，新的在前
    List,
    /// 停止发布一个版本；已经收好或装上它的电脑不受影响
    Withdraw {
        /// 版本，如 1.2.0
        #[arg(value_parser = version, value_name = "版本")]
        version: Version,
        /// 不再询问
        #[arg(long)]
        yes: bool,
    },
    /// 做一个更新包并签名（在发布者的电脑上，不需要数据库）
    Pack(Pack),
    /// 生成发布用的签名钥匙（在发布者的电脑上，不需要数据库）
    Keygen {
        /// 私钥写到这个新文件
        #[arg(long, value_name = "文件")]
        out: PathBuf,
    },
    /// 私钥文件的公钥，和这个程序收不收它签名的更新包（不需要数据库）
    Public {
        /// 签名的私钥文件（release keygen 写出的）
        #[arg(long, value_name = "文件")]
        key: PathBuf,
    },
}

#[derive(clap::Args)]
pub(super) struct Pack {
    /// 签名的私钥文件（release keygen 写出的）
    #[arg(long, value_name = "文件")]
    key: PathBuf,
    /// 版本，如 1.2.0
    #[arg(long, value_parser = version, value_name = "版本")]
    version: Version,
    /// 做成的日期；不写为今天
    #[arg(long, value_name = "日期")]
    made: Option<NaiveDate>,
    /// 更新说明：中文，纯文字
    #[arg(long, value_name = "文件")]
    notes: PathBuf,
    /// 这个版本写的台账格式（新版本的 tiexin-desk update show --json 里的 book）
    #[arg(long, value_name = "数")]
    book: i64,
    /// 还能打开的最旧的台账格式
    #[arg(long, default_value_t = 1, value_name = "数")]
    oldest_book: i64,
    /// 一种电脑的程序文件：windows-x86_64=文件夹，可写几个
    #[arg(long = "platform", required = true, value_parser = platform, value_name = "电脑=文件夹")]
    platforms: Vec<(String, PathBuf)>,
    /// 压缩的程度，1 到 19
    #[arg(long, default_value_t = 19, value_parser = clap::value_parser!(i32).range(1..=19), value_name = "级")]
    level: i32,
    /// 更新包写到这个新文件
    #[arg(long, value_name = "文件")]
    out: PathBuf,
}

fn version(text: &str) -> std::result::Result<Version, String> {
    text.parse().map_err(|_| "版本写成 1.2.0 这样".to_owned())
}

fn platform(text: &str) -> std::result::Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, folder)) if !name.is_empty() => Ok((name.to_owned(), PathBuf::from(folder))),
        _ => Err("写成 linux-x86_64=文件夹 这样".to_owned()),
    }
}

pub(super) async fn release(common: &Common, command: Release) -> Result<()> {
    match command {
        Release::Add { file } => {
            let province = common.province().await?;
            let added = province.add_release(&file, &Trusted::built_in()).await?;
            one(common.json, &added, |added| {
                format!("版本 {} 已发布（{}）", added.version, added.platforms.join("、"))
            })
        }
        Release::List => {
            let all = common.province().await?.releases().await?;
            if all.is_empty() && !common.json {
                return Ok(tiexin_terminal::print("还没有发布过版本")?);
            }
            list(common.json, &all, |one| {
                let state =
                    one.withdrawn_at.map_or("在发布".into(), |at| format!("{} 停止发布", time(Some(at))));
                let size = one.bytes.div_ceil(1024 * 1024);
                format!(
                    "{}\t{}\t{state}\t{}\t{size} MB",
                    one.version,
                    time(Some(one.added_at)),
                    one.platforms.join("、")
                )
            })
        }
        Release::Withdraw { version, yes } => {
            let province = common.province().await?;
            let says =
                format!("停止发布版本 {version}：还没下载的电脑不会再看到它，已经收好或装上它的不受影响。");
            agree(&says, "没有停止发布", yes)?;
            province.withdraw_release(version).await?;
            one(common.json, &json!({"withdrawn": version}), |_| format!("版本 {version} 已停止发布"))
        }
        Release::Pack(args) => {
            let json = common.json;
            tokio::task::spawn_blocking(move || pack(&args, json)).await?
        }
        Release::Keygen { out } => {
            let seed = Zeroizing::new(crate::random::bytes::<32>());
            let (signer, text) = Signer::of(&seed)?;
            write_new(&out, text.as_bytes())?;
            let public = signer.public();
            one(common.json, &json!({"public": public, "private_file": out}), |_| {
                format!(
                    "公钥（写进 assets/release-keys.txt 后再编译程序）：{public}\n私钥已写到 {}，请移到不联网的地方保存",
                    out.display()
                )
            })
        }
        Release::Public { key } => {
            let public = signer(&key)?.public();
            let trusted = Trusted::built_in().has(&public);
            one(common.json, &json!({"public": public, "trusted": trusted}), |_| {
                let heeded = if trusted { "收" } else { "不收" };
                format!("{public}\n这个程序{heeded}它签名的更新包")
            })
        }
    }
}

fn signer(key: &Path) -> Result<Signer> {
    Signer::read(&text_of(key)?).map_err(|_| Error::Config("这不是 release keygen 写出的私钥文件".into()))
}

fn pack(args: &Pack, json: bool) -> Result<()> {
    let signer = signer(&args.key)?;
    let notes = text_of(&args.notes)?.trim().to_owned();
    if !Trusted::built_in().has(&signer.public()) {
        say!(
            "注意：这把钥匙的公钥不在这个程序的 assets/release-keys.txt 里，用这里的代码编译的程序不会收这个更新包。"
        );
    }
    let (mut platforms, mut packed) = (Vec::new(), Vec::new());
    for (platform, folder) in &args.platforms {
        let mut packer = Packer::begin(BufWriter::new(tempfile_beside(&args.out)?), args.level)?;
        let mut files = Vec::new();
        files_of(folder, "", &mut files)?;
        files.sort();
        for (path, file) in &files {
            let from = File::open(file).map_err(unread(file))?;
            packer.file(path, is_program(path), &mut BufReader::new(from))?;
        }
        let (part, to) = packer.end(platform)?;
        platforms.push(part);
        packed.push(to.into_inner().map_err(io::IntoInnerError::into_error)?);
    }
    let made = args.made.unwrap_or_else(|| crate::config::day_of(chrono::Utc::now().timestamp_millis()));
    let book = Books { oldest: args.oldest_book, newest: args.book };
    let release = Made { version: args.version, made: made.to_string(), notes, book, platforms };
    let head = head(&release, &signer).map_err(|error| match error {
        ReleaseError::Io(error) => error.into(),
        ReleaseError::Fault(_) => Error::Config(
            "做不成更新包：每种电脑要有程序文件（tiexin-desk），说明不能空，文件名要在各种系统上都能用"
                .into(),
        ),
    })?;
    let out = File::create_new(&args.out)
        .map_err(|e| Error::Config(format!("{} 写不了，或已经有这个文件：{e}", args.out.display())))?;
    let mut out = BufWriter::new(out);
    out.write_all(&head)?;
    for part in &mut packed {
        part.rewind()?;
        io::copy(part, &mut out)?;
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    let bytes = std::fs::metadata(&args.out)?.len();
    one(
        json,
        &json!({"file": args.out, "version": args.version, "bytes": bytes, "signed_by": signer.public()}),
        |_| format!("{}：版本 {}，{} MB", args.out.display(), args.version, bytes.div_ceil(1024 * 1024)),
    )
}

/// A file that is gone when the program ends.
fn tempfile_beside(out: &Path) -> Result<File> {
    let name = format!(".tiexin-{:016x}", u64::from_be_bytes(crate::random::bytes::<8>()));
    let path = out.with_file_name(name);
    let file = File::options().create_new(true).read(true).write(true).open(&path)?;
    // Windows too: its files are opened so that they may be removed, which is done when they are closed.
    tiexin_files::remove(&path)?;
    Ok(file)
}

fn files_of(folder: &Path, below: &str, found: &mut Vec<(String, PathBuf)>) -> Result<()> {
    for entry in folder.read_dir().map_err(|e| Error::Config(format!("{} 打不开：{e}", folder.display())))?
    {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        // What this machine takes another one may not: `aux.js` is a device of Windows.
        let name = name.filter(|name| tiexin_files::safe_name(name) == *name);
        let name = name.ok_or_else(|| Error::Config(format!("文件名不能用：{}", path.display())))?;
        let below = format!("{below}{name}");
        if path.is_dir() {
            files_of(&path, &format!("{below}/"), found)?;
        } else {
            found.push((below, path));
        }
    }
    Ok(())
}

/// A program of ours. By its name: a folder that was copied over Windows has lost who may be run.
fn is_program(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    ["tiexin", "tiexin-desk", "tiexin-server"].contains(&name.strip_suffix(".exe").unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_name_that_some_system_does_not_take_is_not_packed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("ui")).unwrap();
        std::fs::write(folder.path().join("ui/index.html"), "界面").unwrap();
        let mut found = Vec::new();
        files_of(folder.path(), "", &mut found).unwrap();
        assert_eq!(found.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["ui/index.html"]);
        for name in ["aux.js", "COM1", "a:b.js", "end."] {
            let path = folder.path().join("ui").join(name);
            std::fs::write(&path, "x").unwrap();
            assert!(files_of(folder.path(), "", &mut Vec::new()).is_err(), "{name}");
            std::fs::remove_file(path).unwrap();
        }
    }
}
