//! New versions of the program. Showing, taking, putting in place and going back need nobody signed in: an administrator
//! without an account of the desk does it too.

use std::path::PathBuf;

use clap::Subcommand;
use tiexin_contract::update::{FetchUpdate, ReleaseShown, UpdateShown};
use tiexin_terminal::say;

use super::args::Shared;
use super::at::{Door, folder};
use super::exit::{Failure, Outcome};
use super::out::Out;
use crate::DeskConfig;
use crate::commands::update::{place, shown};
use crate::update::{self, Place, Source, Trouble};

#[derive(Debug, Subcommand)]
pub(super) enum Update {
    /// 正在用的版本，收好的更新，可以退回的版本
    Show,
    /// 从省平台下载新版本；中断了再运行一次，接着下
    Fetch,
    /// 收下U盘里的更新包
    Take {
        /// 更新包（.txu）
        #[arg(value_name = "文件")]
        file: PathBuf,
    },
    /// 安装收好的更新，或这个更新包；下次打开起用
    Apply {
        /// 更新包（.txu）；不写就装收好的
        #[arg(value_name = "文件")]
        file: Option<PathBuf>,
    },
    /// 退回上一个版本；台账已被新版本改过格式的，不能退
    Back,
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Failure {
        trouble.told().into()
    }
}

pub(super) async fn update(shared: &Shared, command: Update) -> Outcome {
    let out = Out { json: shared.json };
    match command {
        Update::Fetch => {
            let seat = Door::open(shared)?.enter().await?;
            let now = seat.desk.run(FetchUpdate {}).await?;
            tell(out, &now)
        }
        Update::Show => tell(out, &shown(&config(shared))),
        Update::Take { file } => {
            let config = DeskConfig::at(folder(shared)?);
            let file = PathBuf::from(super::paths::there(&file)?);
            let Place { install, trusted, .. } = place(&config)?;
            blocking(|| update::take(&file, &config.data_dir, install, trusted))?;
            tell(out, &shown(&config))
        }
        Update::Apply { file } => {
            let config = config(shared);
            let file = file.as_deref().map(super::paths::there).transpose()?.map(PathBuf::from);
            let source = file.as_deref().map_or(Source::Ready, Source::File);
            let release = blocking(|| update::apply(&place(&config)?, &source, &mut |_| Ok(())))?;
            say!("版本 {} 装好了，下次打开贴心就用它。", release.version);
            tell(out, &shown(&config))
        }
        Update::Back => {
            let config = config(shared);
            let former = update::back(&place(&config)?)?;
            say!("下次打开贴心用版本 {former}。");
            tell(out, &shown(&config))
        }
    }
}

fn config(shared: &Shared) -> DeskConfig {
    // A user without a folder of his own still sees and puts in place what lies beside the program.
    DeskConfig::at(folder(shared).unwrap_or_default())
}

fn blocking<T>(work: impl FnOnce() -> Result<T, Trouble>) -> Outcome<T> {
    Ok(tokio::task::block_in_place(work)?)
}

/// Frozen shape: `docs/command-line.md`.
fn tell(out: Out, now: &UpdateShown) -> Outcome {
    out.tell(now, || lines(now))
}

fn lines(now: &UpdateShown) -> Vec<String> {
    let mut lines = vec![format!("正在用的版本：{}", now.version)];
    if let Some(next) = &now.next {
        lines.push(format!("下次打开起用：{next}"));
    }
    if let Some(ReleaseShown { version, made, notes, .. }) = &now.ready {
        lines.push(format!("收好的更新：{version}（{made}）"));
        lines.extend(notes.lines().map(|line| format!("  {line}")));
    }
    if let Some(former) = &now.former {
        lines.push(format!("可以退回：{former}"));
    }
    if let Some(refused) = &now.refused {
        lines.push(format!("版本 {refused} 没能打开这份台账，没有再用它"));
    }
    if let Some(why) = &now.not_installable {
        lines.push(why.clone());
    }
    lines
}
