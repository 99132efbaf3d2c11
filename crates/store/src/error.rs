//! What can go wrong with a book. Messages never carry personal data.

use std::path::PathBuf;

use rusqlite::ErrorCode;
use tiexin_domain::RegionCode;
use uuid::Uuid;

/// A book that is open could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("磁盘空间不足，这一步没有写入，以前保存的都在；请清理磁盘后再试")]
    Full(#[source] rusqlite::Error),
    /// The file cannot be read or written: a stick that was pulled, a folder without the right, a bad sector.
    #[error("读写数据库文件出错，请检查磁盘和文件夹权限")]
    Disk(#[source] rusqlite::Error),
    /// A page of the file is not what was written. Not all that was saved can be read; what is written now may make it
    /// worse.
    #[error("台账文件（book.db）有损坏，请先不要登记，把数据文件夹整个拷一份，再从备份恢复")]
    Damaged(#[source] rusqlite::Error),
    #[error("数据库出错，请退出后重试；数据没有丢失")]
    Sql(#[source] rusqlite::Error),
    #[error("数据库暂时没有空闲的读取通道，请稍后重试")]
    Busy(#[from] r2d2::Error),
    #[error("读写数据文件出错，请检查磁盘空间和权限")]
    Io(#[from] std::io::Error),
    /// A stored value that this program wrote cannot be read.
    #[error("数据库中的记录无法读取（{what}），请运行核验")]
    Unreadable { what: &'static str },
    #[error("没有这条记录")]
    NoSuchRecord(Uuid),
    /// Kind and scope of a record are for ever.
    #[error("记录的种类不能更改")]
    KindChanged(Uuid),
    /// A household that moves to another township is a transfer, not an edit.
    #[error("不能把记录直接改到另一个乡镇，请使用迁移")]
    ScopeChanged(Uuid),
    /// Insert-only: it is taken back by a record of its own.
    #[error("{}", tiexin_domain::fixed::FIXED)]
    Fixed(Uuid),
    /// What stands or falls together goes to the province in one push, which takes no more.
    #[error("这次牵涉的记录太多，一次最多 {most} 条")]
    GroupTooLarge { most: usize },
    #[error("记录缺少有效的地区代码")]
    RegionMissing,
    /// The caller asked to stop; nothing was written.
    #[error("已取消，没有写入任何内容")]
    Cancelled,
    #[error("没有这批导入记录，或已经撤销")]
    NoSuchBatch,
    /// It is taken back and brought back as a whole, and part of it was written since.
    #[error("这批内容后来有人改过，不能整批撤销或恢复")]
    BatchOvertaken,
    /// The page does not continue what this desk has read (I5): read the snapshot.
    #[error("{scope} 的同步记录不连续，将重新下载")]
    NotContiguous { scope: RegionCode },
    /// An own change came back by its number alone and is not here any more: it was safe and forgotten, or
    /// another machine made it under this number. Ask for the entries in full.
    #[error("{scope} 的部分内容需要重新读取")]
    EchoUnknown { scope: RegionCode },
    /// The province has another change under the number of one that waits here: this book is a copy, or was
    /// copied. It needs a new incarnation.
    #[error("这台电脑的数据曾被复制或恢复过，将重新登记编号后继续同步")]
    Copied,
    /// The log's hash chain or the digest of its state differs: read the snapshot.
    #[error("{scope} 与省平台的数据核对不一致，将重新下载")]
    Differs { scope: RegionCode, what: &'static str },
    /// The server asks for a new beginning, or the generation is foreign (I12).
    #[error("{scope} 需要重新下载")]
    Rebase { scope: RegionCode },
    /// Work of a withdrawn scope must be handed over before it is removed (I11).
    #[error("{scope} 还有未上传的内容，上传后才能移除")]
    WorkWaiting { scope: RegionCode },
    /// The bytes are not those that the attachment names.
    #[error("附件的内容与登记的校验值不一致，没有保存")]
    BlobDiffers,
    /// The file of an attachment is not what was written.
    #[error("附件在本机的文件已损坏，将重新下载")]
    BlobDamaged,
    #[error("这个列表不能按“{field}”筛选或排序")]
    BadField { field: String },
    #[error(transparent)]
    Unlock(#[from] UnlockError),
}

impl StoreError {
    /// Whether the disk is at fault: full, closed to us or broken.
    pub fn is_disk(&self) -> bool {
        use StoreError::{Disk, Full, Io, Unlock};
        matches!(self, Full(_) | Io(_) | Disk(_) | Unlock(UnlockError::Io(_) | UnlockError::Disk(_)))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full(error),
            code if of_the_disk(code) => StoreError::Disk(error),
            code if of_damage(code) => StoreError::Damaged(error),
            _ => StoreError::Sql(error),
        }
    }
}

impl From<rusqlite::Error> for UnlockError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => UnlockError::Disk(error),
            code if of_the_disk(code) => UnlockError::Disk(error),
            code if of_damage(code) => UnlockError::Damaged(error),
            _ => UnlockError::Sql(error),
        }
    }
}

/// Whether it is the disk or the folder that failed, by SQLite's own code.
fn of_the_disk(code: Option<ErrorCode>) -> bool {
    matches!(
        code,
        Some(
            ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
        )
    )
}

/// Whether the file is not what was written, by SQLite's own code.
pub(crate) fn of_damage(code: Option<ErrorCode>) -> bool {
    matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// A book could not be opened or a user could not be let in.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    #[error("这个文件夹里还没有数据")]
    NoBook,
    #[error("这个文件夹里已经有数据，不能新建")]
    AlreadyThere,
    /// A database lies here without the keyring that opens it. It was not touched.
    #[error("钥匙文件（keyring.json）不见了，没有改动")]
    KeyringGone,
    #[error("没有这个用户")]
    NoSuchUser,
    #[error("已经有同名用户")]
    NameTaken,
    #[error("至少要保留一个用户")]
    LastUser,
    #[error("密码不对，请在 {wait_seconds} 秒后再试")]
    WrongPassword { wait_seconds: u64 },
    /// Asked again before the wait was over; the password was not looked at.
    #[error("请在 {wait_seconds} 秒后再试")]
    TooSoon { wait_seconds: u64 },
    /// `until`: milliseconds since 1970 UTC.
    #[error("密码连续输错，已锁定，请稍后再试")]
    Locked { until: i64 },
    #[error("密码太短，至少 8 位")]
    WeakPassword,
    #[error("数据由更新版本的程序写成（{found} > {known}），请更新程序")]
    NewerThanProgram { found: i64, known: i64 },
    /// The database was not this book's or is damaged. It lies under a new name and was not deleted.
    #[error("数据库无法识别，已改名保存为 {to:?}，没有删除")]
    MovedAside { to: PathBuf },
    /// By a program that has never opened it. It lies where it was.
    #[error("这个版本的程序读不出这份数据，没有改动")]
    NotReadable,
    /// The keyring is here and the book was opened before, but its database is missing or empty. Nothing was made.
    #[error("台账文件（book.db）不见了，没有新建")]
    DatabaseGone,
    #[error("用户钥匙文件损坏，请从备份恢复")]
    KeyringUnreadable,
    #[error("这个文件夹里没有完整的备份")]
    NotABackup,
    /// Its database is not what was written.
    #[error("备份里的数据库文件已损坏")]
    BackupDamaged,
    /// The book lies aside and the backup did not take its place.
    #[error("上一次恢复没有做完，请从备份再恢复一次")]
    RestoreUnfinished,
    /// Nothing may take its place, and nothing was touched.
    #[error("这个文件夹里的数据正由另一个程序打开，没有改动")]
    InUse,
    /// Its tables are to be changed, and a program that knows only the former ones has it open.
    #[error("这个文件夹里的数据正由旧版本的程序打开，没有改动")]
    OpenInFormer,
    /// A backup is being put in its place.
    #[error("正在从备份恢复，请等恢复完成")]
    Replaced,
    /// The caller asked to stop; what was there is untouched.
    #[error("已取消，原有的数据没有改动")]
    Cancelled,
    /// The keyring wants the secret of the machine on which it was bound.
    #[error("这份台账与原来的电脑绑定，在这里打不开")]
    OtherMachine,
    /// The rescue is of another book.
    #[error("救援文件不是给这台电脑的")]
    RescueForeign,
    #[error("这份数据使用的加密方式（{0}）本程序不支持")]
    UnknownSuite(String),
    #[error("读写数据文件出错，请检查磁盘空间和权限")]
    Io(#[from] std::io::Error),
    /// The disk is full or the file cannot be read or written.
    #[error("读写数据库文件出错，请检查磁盘空间和权限")]
    Disk(#[source] rusqlite::Error),
    /// A page of the file is not what was written.
    #[error("台账文件（book.db）有损坏")]
    Damaged(#[source] rusqlite::Error),
    #[error("数据库出错，请退出后重试；数据没有丢失")]
    Sql(#[source] rusqlite::Error),
    #[error("数据库暂时无法打开，请稍后重试")]
    Busy(#[from] r2d2::Error),
    #[error("数据库升级失败，请保留原文件并联系管理员")]
    Migration,
}

/// Shorthand inside this crate.
pub(crate) type Result<T, E = StoreError> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    /// By SQLite's codes, whatever words come with them.
    #[test]
    fn a_disk_that_fails_is_told_from_a_fault_of_the_database() {
        let error =
            |code, words: &str| rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(words.to_owned()));
        let store = |code, words| StoreError::from(error(code, words));
        let unlock = |code, words| UnlockError::from(error(code, words));
        assert!(matches!(store(ffi::SQLITE_FULL, "x"), StoreError::Full(_)));
        assert!(matches!(unlock(ffi::SQLITE_FULL, "x"), UnlockError::Disk(_)));
        for code in [ffi::SQLITE_READONLY, ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_CANTOPEN, ffi::SQLITE_PERM] {
            assert!(matches!(store(code, "x"), StoreError::Disk(_)), "{code}");
            assert!(matches!(unlock(code, "x"), UnlockError::Disk(_)), "{code}");
        }
        for code in [ffi::SQLITE_CORRUPT, ffi::SQLITE_CORRUPT | (3 << 8), ffi::SQLITE_NOTADB] {
            assert!(matches!(store(code, "x"), StoreError::Damaged(_)), "{code}");
            assert!(matches!(unlock(code, "x"), UnlockError::Damaged(_)), "{code}");
        }
        // Words of another error that sound like it: a column called `full`.
        assert!(matches!(store(ffi::SQLITE_ERROR, "no such column: full"), StoreError::Sql(_)));
        assert!(matches!(unlock(ffi::SQLITE_ERROR, "readonly, disk I/O, full"), UnlockError::Sql(_)));
    }
}
