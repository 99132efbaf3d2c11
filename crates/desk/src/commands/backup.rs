//! Copies of the whole book: making one, looking at one, putting one in place.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tiexin_contract::backup::{
    Backup, BackupMade, BackupRestored, BackupShown, GetLastBackup, LastBackup, LookAtBackup, RestoreBackup,
};
use tiexin_contract::session::LocalUserName;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::Problem;
use tiexin_files::Trouble;
use tiexin_store::{Book, Restored, StoreError, UnlockError};

use super::authors::Names;
use super::import::Teller;
use super::session::state;
use crate::desk::Desk;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};
use crate::{errors, files, folders, update};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::SignedIn, anywhere, backup);
    registry.add(Need::SignedIn, anywhere, last);
    // Open: a new machine begins with a backup, and a forgotten password has no other way out on a desk that stands
    // alone. Putting one in place needs a password that opens it.
    registry.open(look);
    registry.open(restore);
}

/// The copy opens with the same passwords; without one it is of no use to anybody.
fn backup(at: &At, args: Backup) -> Result<BackupMade, ErrorReply> {
    let to = target(at, &args)?;
    let taken = to.is_file() || to.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if taken {
        return Err(ErrorReply::new(
            ErrorCode::Disk,
            "所选的位置已经有文件，没有备份，也没有覆盖。请换一个新的文件夹名。",
        ));
    }
    let id = at.new_id();
    let job = at.desk.inner().jobs.begin(id);
    let teller = Teller::new(&at.desk, &job, id);
    let mut progress = |done, all| teller.tell("正在备份", percent(done, all), 100);
    let made = at.book().backup_to(&to, at.now_ms, &mut progress);
    teller.finish();
    let copied = made.map_err(|error| not_copied(error, &to))?;
    at.note("backup", None, &[])?;
    let name = to.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let path = to.to_string_lossy().into_owned();
    Ok(BackupMade { name, path, attachments: copied.attachments, missing: copied.missing })
}

/// Whoever may make a backup is told when the last one was: who keeps the machine need not read the audit for that.
fn last(at: &At, _: GetLastBackup) -> Result<LastBackup, ErrorReply> {
    let last = at.book().last_deed("backup").map_err(errors::store)?;
    let names = Names::of(at.book())?;
    Ok(LastBackup {
        at: last.as_ref().map(|entry| entry.at),
        by: last.map(|entry| names.of_author(entry.actor)),
    })
}

/// Why there is no copy in `to`.
fn not_copied(error: StoreError, to: &Path) -> ErrorReply {
    match error {
        StoreError::Io(error) | StoreError::Unlock(UnlockError::Io(error)) => files::not_written(&error, to),
        StoreError::Full(_) => files::not_written_because(&Trouble::Full),
        // SQLite tells which operation failed, not why.
        StoreError::Disk(_) => files::not_written_because(&Trouble::seen(to.parent().unwrap_or(to))),
        StoreError::Cancelled => {
            ErrorReply::new(ErrorCode::Cancelled, "已取消备份，没有留下文件。台账没有改动。")
        }
        other => errors::store(other),
    }
}

/// Why a backup did not come back, or not whole.
pub(crate) fn not_restored(error: UnlockError) -> ErrorReply {
    match error {
        UnlockError::Io(error) => ErrorReply::new(
            ErrorCode::Disk,
            format!("恢复没有做完，原有的台账没有删除。{}", Trouble::of(&error)),
        ),
        other => errors::unlock(other),
    }
}

/// The folder that is to be made. The one in which it is made must be there: a mistyped stick would else become a
/// folder of that name on the machine's own disk.
fn target(at: &At, args: &Backup) -> Result<PathBuf, ErrorReply> {
    let (parent, to) = if args.inside {
        let parent = folders::there(&args.path)?;
        let to = files::free_place(&parent, &format!("贴心备份-{}", at.today), "", "");
        (parent, to)
    } else {
        let to = folders::of_this_machine(&args.path)?;
        let parent = to.parent().map(|parent| parent.to_string_lossy().into_owned()).unwrap_or_default();
        (folders::there(&parent)?, to)
    };
    let own = at.book().dir().canonicalize();
    if own.is_ok_and(|own| parent.canonicalize().is_ok_and(|parent| parent.starts_with(own))) {
        return Err(ErrorReply::new(
            ErrorCode::Invalid,
            "这是存放台账的文件夹，备份放在这里起不了作用，没有备份。请选U盘或另一块硬盘。",
        ));
    }
    if tiexin_store::look_at_backup(&parent).is_ok() {
        return Err(ErrorReply::new(
            ErrorCode::Invalid,
            "所选的文件夹本身就是一份备份，没有再放一份进去。请返回上一级，选它外面的文件夹。",
        ));
    }
    Ok(to)
}

/// Bytes say nothing to a worker.
fn percent(done: u64, all: u64) -> u64 {
    (done * 100).checked_div(all).unwrap_or(100)
}

/// A folder that may be restored from: not the one of the book in use, which would replace itself.
fn chosen(desk: &Desk, path: &str) -> Result<PathBuf, ErrorReply> {
    let folder = folders::there(path)?;
    if folders::same(&folder, &desk.inner().config.data_dir) {
        let message = "这里是正在用的台账，不是备份，没有恢复。请选备份时的文件夹。";
        return Err(ErrorReply::new(ErrorCode::Invalid, message));
    }
    Ok(folder)
}

fn look(desk: &Desk, args: LookAtBackup) -> Result<BackupShown, ErrorReply> {
    let folder = chosen(desk, &args.path)?;
    let seen = tiexin_store::look_at_backup(&folder).map_err(errors::unlock)?;
    let named =
        |user: tiexin_store::LocalUser| LocalUserName { name: user.name, display_name: user.display_name };
    Ok(BackupShown {
        path: args.path,
        made_at: seen.made_ms,
        users: seen.users.into_iter().map(named).collect(),
        records: seen.records,
        attachments: seen.attachments,
        missing: seen.missing + seen.lacking,
        bytes: seen.bytes,
        replaces: Book::exists(&desk.inner().config.data_dir),
    })
}

fn restore(desk: &Desk, args: RestoreBackup) -> Result<BackupRestored, ErrorReply> {
    let folder = chosen(desk, &args.path)?;
    let secret = SecretString::from(args.password);
    tiexin_store::opens_backup(&folder, args.name.trim(), &secret).map_err(|error| match error {
        UnlockError::NoSuchUser | UnlockError::WrongPassword { .. } => {
            let message = "这个密码打不开这份备份，没有恢复，原有的台账没有动。请用备份时的登录名和密码";
            ErrorReply::invalid(vec![Problem::new("password", "password_wrong", message)])
        }
        other => errors::unlock_in(&folder, other),
    })?;
    let config = &desk.inner().config;
    let id = config.ids.id();
    let job = desk.inner().jobs.begin(id);
    let teller = Teller::new(desk, &job, id);
    desk.leave(Some("sign_out"));
    let came = put_in_place(&folder, &config.data_dir, &teller);
    teller.finish();
    let Restored { copied, aside } = came.map_err(not_restored)?;
    note_restored(desk, args.name.trim(), &secret);
    Ok(BackupRestored {
        state: state(desk)?,
        attachments: copied.attachments,
        missing: copied.missing,
        aside: aside.map(|path| path.to_string_lossy().into_owned()),
    })
}

/// The book that came back knows nothing of it yet. A book that does not open tells why when somebody signs in.
fn note_restored(desk: &Desk, name: &str, secret: &SecretString) {
    let config = &desk.inner().config;
    let now_ms = config.clock.now_ms();
    let open = |first| {
        let unlock = if first { Book::unlock_first } else { Book::unlock };
        unlock(&config.data_dir, name, secret, now_ms)
    };
    let noted = update::opening(config, open, errors::unlock)
        .map(|(book, local)| book.write(|tx| tx.note_act("restored", None, &[], local.id, now_ms)));
    if !matches!(noted, Ok(Ok(_))) {
        tracing::error!("that a backup was put in place did not reach the audit");
    }
}

/// How long work in the background of the session that was ended may hold the book.
const CLOSING: Duration = Duration::from_secs(10);

fn put_in_place(backup: &Path, dir: &Path, teller: &Teller<'_>) -> Result<Restored, UnlockError> {
    let begun = Instant::now();
    loop {
        let mut progress = |done, all| teller.tell("正在恢复", percent(done, all), 100);
        match tiexin_store::restore(backup, dir, &mut progress) {
            // Each try looks for a while itself.
            Err(UnlockError::InUse) if begun.elapsed() < CLOSING => {}
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Also where it is the last file, the keyring, that finds no place.
    #[test]
    fn a_backup_that_was_not_written_is_told_with_its_place() {
        let gone = || std::io::Error::from(std::io::ErrorKind::NotFound);
        for error in [StoreError::Io(gone()), StoreError::Unlock(UnlockError::Io(gone()))] {
            let told = not_copied(error, Path::new("U盘/备份")).message;
            assert!(told.contains("没能写到所选的位置") && told.contains("没有这个文件夹"), "{told}");
        }
    }
}
