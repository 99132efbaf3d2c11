//! 更新.

use std::path::Path;

use futures::future::{BoxFuture, FutureExt};
use tiexin_contract::import::FileGiven;
use tiexin_contract::update::{
    ApplyUpdate, AskUpdate, FetchUpdate, LeaveUpdate, ReleaseShown, ShowUpdate, TakeUpdate, UpdateShown,
};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_protocol::release::{Release, platform};
use tiexin_sync::release;

use super::import::Teller;
use crate::config::DeskConfig;
use crate::enrolment::{line, reply};
use crate::errors;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};
use crate::update::{self, Fetching, Install, Place, Source, Trials, Trouble};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::EvenLocked, anywhere, |at: &At, _: ShowUpdate| Ok(shown(&at.desk.inner().config)));
    registry.add_waiting(Need::EvenLocked, ask);
    registry.add_waiting(Need::EvenLocked, fetch);
    registry.add(Need::EvenLocked, anywhere, take);
    registry.add(Need::EvenLocked, anywhere, apply);
    registry.add(Need::EvenLocked, anywhere, leave);
}

fn install(config: &DeskConfig) -> Result<&Install, Trouble> {
    config.install.as_ref().ok_or(Trouble::NoPlace)
}

/// Where updates of this desk are put in place.
pub(crate) fn place(config: &DeskConfig) -> Result<Place<'_>, Trouble> {
    // A terminal may not have been told of a book.
    let book = Some(config.data_dir.as_path()).filter(|book| !book.as_os_str().is_empty());
    Ok(Place { install: install(config)?, trusted: &config.trusted, book })
}

/// What runs, what lies ready, what can be gone back to.
pub(crate) fn shown(config: &DeskConfig) -> UpdateShown {
    let built = UpdateShown {
        version: env!("CARGO_PKG_VERSION").into(),
        book: tiexin_store::book_version(),
        no_key: config.trusted.is_empty(),
        not_installable: config.trusted.is_empty().then(|| NO_KEY.to_owned()),
        ..UpdateShown::default()
    };
    let Ok(place) = place(config) else { return built };
    let Place { install, trusted, book } = place;
    let ready = book.and_then(|book| update::ready(book, install, trusted));
    // What came later has made up for it.
    let refused =
        book.and_then(|book| Trials::of(book).refused()).filter(|version| *version > install.running);
    UpdateShown {
        version: install.running.to_string(),
        ready: ready.as_ref().map(told),
        next: install.next(book).map(|version| version.to_string()),
        former: install.former(book).map(|version| version.to_string()),
        refused: refused.map(|version| version.to_string()),
        not_installable: built
            .not_installable
            .clone()
            .or_else(|| update::may_install(&place).err().map(|why| why.told().message)),
        ..built
    }
}

fn told(release: &Release) -> ReleaseShown {
    let bytes = release.part(&platform()).map(|(_, part)| part.bytes).unwrap_or_default();
    ReleaseShown {
        version: release.version.to_string(),
        made: release.made.clone(),
        notes: release.notes.clone(),
        bytes,
    }
}

fn ask(at: At, _: AskUpdate) -> BoxFuture<'static, Result<UpdateShown, ErrorReply>> {
    async move {
        let line = line(at.book())?;
        let offered = line.release().await.map_err(reply)?;
        on_pool(move || {
            let config = &at.desk.inner().config;
            let mut now = shown(config);
            let Ok(Place { install, trusted, .. }) = place(config) else { return Ok(now) };
            let Some(signed) = offered else { return Ok(now) };
            let release = release::open(&signed, trusted).map_err(|fault| Trouble::from(fault).told())?;
            let lies_here =
                now.ready.as_ref().is_some_and(|ready| ready.version == release.version.to_string());
            let newer = update::is_newer(&release, install, &config.data_dir)
                .map_err(|fault| Trouble::from(fault).told())?;
            now.offered = (newer && !lies_here).then(|| told(&release));
            Ok(now)
        })
        .await
    }
    .boxed()
}

fn fetch(at: At, _: FetchUpdate) -> BoxFuture<'static, Result<UpdateShown, ErrorReply>> {
    async move {
        let line = line(at.book())?;
        let signed = line.release().await.map_err(reply)?;
        let signed = signed.ok_or_else(|| ErrorReply::new(ErrorCode::NotFound, NONE_THERE))?;
        let begin = move || {
            let config = &at.desk.inner().config;
            let book = config.data_dir.as_path();
            let install = install(config).map_err(Trouble::told)?;
            let fetching = Fetching::begin(signed, book, install, &config.trusted).map_err(Trouble::told)?;
            Ok((at, fetching))
        };
        let (at, mut fetching) = on_pool(begin).await?;
        let (id, version) = (at.new_id(), fetching.release.version.to_string());
        let job = at.desk.inner().jobs.begin(id);
        while fetching.have < fetching.pieces() {
            let (done, total) = fetching.bytes();
            let go_on = Teller::new(&at.desk, &job, id).tell("正在下载更新", done / MIB, total.div_ceil(MIB));
            let piece = match go_on {
                true => line.release_piece(&version, &platform(), fetching.have).await.map_err(reply),
                false => Err(ErrorReply::new(ErrorCode::Cancelled, CANCELLED)),
            };
            let piece = piece.inspect_err(|_| Teller::new(&at.desk, &job, id).finish())?;
            let added = on_pool(move || {
                fetching.add(&piece).map_err(Trouble::told)?;
                Ok(fetching)
            });
            fetching = added.await.inspect_err(|_| Teller::new(&at.desk, &job, id).finish())?;
        }
        Teller::new(&at.desk, &job, id).finish();
        drop(job);
        on_pool(move || {
            fetching.end().map_err(Trouble::told)?;
            at.note("update_taken", None, &[])?;
            Ok(shown(&at.desk.inner().config))
        })
        .await
    }
    .boxed()
}

const NO_KEY: &str =
    "这个程序里没有发布者的公钥，核对不了更新包，所以不收更新包。新版本请由管理员用安装包安装。";
const MIB: u64 = 1024 * 1024;
const NONE_THERE: &str = "省平台上没有新版本，正在用的就是最新的。";
const CANCELLED: &str = "已取消下载，下好的部分留着，下次接着下。现在的程序照常使用。";

fn take(at: &At, args: TakeUpdate) -> Result<UpdateShown, ErrorReply> {
    let config = &at.desk.inner().config;
    let Place { install, trusted, .. } = place(config).map_err(Trouble::told)?;
    update::take(Path::new(&args.path), &config.data_dir, install, trusted).map_err(Trouble::told)?;
    at.note("update_taken", None, &[])?;
    Ok(shown(config))
}

fn apply(at: &At, _: ApplyUpdate) -> Result<UpdateShown, ErrorReply> {
    let config = &at.desk.inner().config;
    let place = place(config).map_err(Trouble::told)?;
    update::apply(&place, &Source::Ready, &mut |_| Ok(())).map_err(Trouble::told)?;
    at.note("update_applied", None, &[])?;
    Ok(shown(config))
}

fn leave(at: &At, _: LeaveUpdate) -> Result<UpdateShown, ErrorReply> {
    let config = &at.desk.inner().config;
    let place = place(config).map_err(Trouble::told)?;
    update::back(&place).map_err(Trouble::told)?;
    at.note("update_left", None, &[])?;
    Ok(shown(config))
}

/// Takes a package that came along on the stick, unless one as new lies ready; what a person should know of it.
pub(super) fn from_stick(at: &At, given: &[FileGiven]) -> Option<String> {
    let config = &at.desk.inner().config;
    let Place { install, trusted, .. } = place(config).ok()?;
    let book = config.data_dir.as_path();
    let folders = given.iter().filter_map(|file| file.path.as_deref()).map(Path::new);
    for folder in folders.filter(|folder| folder.is_dir()) {
        let taken = match update::newer_on(folder, book, install, trusted) {
            Ok(Some(path)) => update::take(&path, book, install, trusted),
            Ok(None) => continue,
            Err(trouble) => Err(trouble),
        };
        return Some(match taken {
            Ok(release) => {
                if let Err(error) = at.note("update_taken", None, &[]) {
                    return Some(error.message);
                }
                format!("U盘里有新版本 {}，已经收好。要安装请看“设置”里的“程序”。", release.version)
            }
            Err(trouble) => format!("U盘里的更新包没有收下：{}", trouble.told().message),
        });
    }
    None
}

async fn on_pool<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ErrorReply> + Send + 'static,
) -> Result<T, ErrorReply> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(errors::internal()))
}
