//! Exact errors of the store, and refusals as a desk hears them.

use tiexin_protocol::package::Fault;
use tiexin_protocol::statement::Signed;
use tiexin_protocol::wire::{Refusal, RefusalCode};
use tokio_postgres::error::SqlState;

/// A request that is not granted. Desks match the code, people read the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("这台设备没有在省平台登记，请先登记设备")]
    DeviceUnknown,
    #[error("这台设备已被省平台停用，请联系管理员")]
    DeviceRevoked,
    #[error("请求与登录的设备不一致，请重新登录")]
    DeviceMismatch,
    #[error("登录凭据无效或已过期，请重新登录")]
    TokenInvalid,
    #[error("设备签名不正确，请重新登记设备")]
    SignatureWrong,
    #[error("接入码不正确、已使用或已过期，请向管理员索取新的接入码")]
    CodeInvalid,
    #[error(
        "这个接入码是发给另一位用户的，没有使用。接入码只给本人用：请核对登录名和姓名（有一个与省平台上的一致就行），或向管理员索取发给自己的接入码"
    )]
    CodeOfAnother,
    #[error("该用户已停用，请联系管理员")]
    UserDisabled,
    #[error("这个填写人编号已属于另一位用户，请联系管理员")]
    AuthorTaken,
    #[error("设备密钥不正确")]
    KeyInvalid,
    #[error("程序版本过旧，请更新后再同步")]
    ProtocolOld,
    #[error("这批改动不属于本设备的这个数据库")]
    ChangeForeign,
    #[error("同一序号出现了两份不同的改动：这台设备的数据可能被复制到另一台电脑，请重新取得编号后同步")]
    IncarnationForked,
    #[error("一次上传的改动太多，请分批上传")]
    PushTooLarge,
    #[error("上传内容太大，请分批上传")]
    BodyTooLarge,
    #[error("无法识别上传内容")]
    BodyUnreadable,
    #[error("没有查看这个地区的权限")]
    NoRight,
    #[error("请求过于频繁，请稍后再试")]
    TooManyRequests,
    #[error("没有这个地址")]
    NotFound,
    #[error("这一段附件在路上损坏了，请重新上传")]
    BlobDamaged,
    #[error("附件的内容与登记的校验值不一致，没有保存；请在原来的电脑上重新添加")]
    BlobDiffers,
    #[error("省平台上的这个附件已损坏，请由保存着它的电脑重新上传")]
    BlobBroken,
    #[error("这个乡镇的附件已满，请联系管理员")]
    BlobsFull,
    #[error("省平台还没有设置附件的存放位置，请联系管理员")]
    BlobsOff,
    #[error("已有同名用户")]
    NameTaken,
    #[error("没有这个用户")]
    UserUnknown,
    #[error("没有这条授权")]
    GrantUnknown,
    #[error("没有这个副本")]
    ReplicaUnknown,
    /// A carried package is not taken.
    #[error(transparent)]
    Package(#[from] Fault),
}

impl Refused {
    /// The code that programs match.
    pub fn code(self) -> RefusalCode {
        match self {
            Refused::DeviceUnknown => RefusalCode::DeviceUnknown,
            Refused::DeviceRevoked => RefusalCode::DeviceRevoked,
            Refused::DeviceMismatch => RefusalCode::DeviceMismatch,
            Refused::TokenInvalid => RefusalCode::TokenInvalid,
            Refused::SignatureWrong => RefusalCode::SignatureWrong,
            Refused::CodeInvalid => RefusalCode::CodeInvalid,
            Refused::CodeOfAnother => RefusalCode::CodeOfAnother,
            Refused::UserDisabled => RefusalCode::UserDisabled,
            Refused::AuthorTaken => RefusalCode::AuthorTaken,
            Refused::KeyInvalid => RefusalCode::KeyInvalid,
            Refused::ProtocolOld => RefusalCode::ProtocolOld,
            Refused::ChangeForeign => RefusalCode::ChangeForeign,
            Refused::IncarnationForked => RefusalCode::IncarnationForked,
            Refused::PushTooLarge => RefusalCode::PushTooLarge,
            Refused::BodyTooLarge => RefusalCode::BodyTooLarge,
            Refused::BodyUnreadable => RefusalCode::BodyUnreadable,
            Refused::NoRight => RefusalCode::NoRight,
            Refused::TooManyRequests => RefusalCode::TooManyRequests,
            Refused::NotFound => RefusalCode::NotFound,
            Refused::BlobDamaged => RefusalCode::BlobDamaged,
            Refused::BlobDiffers => RefusalCode::BlobDiffers,
            Refused::BlobBroken => RefusalCode::BlobBroken,
            Refused::BlobsFull => RefusalCode::BlobsFull,
            Refused::BlobsOff => RefusalCode::BlobsOff,
            Refused::NameTaken => RefusalCode::NameTaken,
            Refused::UserUnknown => RefusalCode::UserUnknown,
            Refused::GrantUnknown => RefusalCode::GrantUnknown,
            Refused::ReplicaUnknown => RefusalCode::ReplicaUnknown,
            Refused::Package(fault) => fault.code(),
        }
    }

    /// The body of the reply.
    pub fn refusal(self) -> Refusal {
        Refusal { code: self.code(), message: self.to_string(), order: None }
    }
}

/// What can go wrong at the server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The device is shut out; the order to destroy its book.
    #[error("{}", Refused::DeviceRevoked)]
    Shut(Box<Signed>),
    #[error("SQLite：{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("SQLite 迁移：{0}")]
    SqliteMigration(#[from] rusqlite_migration::Error),
    #[error("{}", of_postgres(.0))]
    Postgres(#[from] tokio_postgres::Error),
    #[error("{}", of_pool(.0))]
    Pool(#[from] deadpool_postgres::PoolError),
    #[error("PostgreSQL 迁移：{0}")]
    PostgresMigration(#[from] refinery::Error),
    /// A row that this program did not write, or that was altered.
    #[error("数据库内容无法识别：{0}")]
    Row(String),
    #[error("{0}")]
    Config(String),
    #[error("{}", of_io(.0))]
    Io(#[from] std::io::Error),
    /// Without its text, which holds paths.
    #[error("附件的存放位置读写出错")]
    Blobs(#[from] object_store::Error),
    #[error("内部任务中断")]
    Task,
    /// In a terminal.
    #[error(transparent)]
    Unprinted(#[from] tiexin_terminal::Unprinted),
}

/// The end of a backup whose beginning nobody told: what it holds is not known, so no desk may forget anything.
pub(crate) fn not_begun() -> Error {
    Error::Config(
        "没有记过备份的起点，不知道备份里有什么，没有改动。请先运行 backup --begin，备份做完再运行 backup --end；单机试用（SQLite）用 backup --to 文件"
            .into(),
    )
}

/// A file that was named on the command line cannot be read.
pub(crate) fn unread(file: &std::path::Path) -> impl Fn(std::io::Error) -> Error {
    move |e| {
        let why = tiexin_files::Trouble::reading(&e, file).to_string();
        Error::Config(format!("读不到 {}：{}", file.display(), why.trim_end_matches('。')))
    }
}

/// What is wrong with a disk or a file, and what to do; in brackets what the system says.
fn of_io(e: &std::io::Error) -> String {
    let why = tiexin_files::Trouble::of(e).to_string();
    format!("读写文件出错（{e}）：{}", why.trim_end_matches('。'))
}

/// What stands in the way of a connection, and what to do; else what PostgreSQL says.
fn of_postgres(e: &tokio_postgres::Error) -> String {
    let code = e.code();
    let is = |state: &SqlState| code == Some(state);
    if is(&SqlState::INVALID_CATALOG_NAME) {
        return "PostgreSQL 里没有这个数据库：请核对 --store 里的库名；第一次使用请先建库（createdb），再运行 migrate"
            .into();
    }
    if is(&SqlState::INVALID_PASSWORD) || is(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) {
        return "PostgreSQL 不接受这个用户名或密码：请核对 --store".into();
    }
    if is(&SqlState::INSUFFICIENT_PRIVILEGE) {
        return "数据库用户的权限不够：库要归 --store 里的用户所有（createdb --owner）".into();
    }
    // Nobody answers, or no more: an error of the line lies below it.
    if std::error::Error::source(e).is_some_and(|cause| cause.is::<std::io::Error>()) {
        return "连不上 PostgreSQL：请核对 --store 里的主机和端口，看看数据库是否在运行".into();
    }
    match e.as_db_error() {
        Some(said) => format!("PostgreSQL：{}（{}）", said.message(), said.code().code()),
        None => format!("PostgreSQL：{e}"),
    }
}

fn of_pool(e: &deadpool_postgres::PoolError) -> String {
    use deadpool_postgres::{HookError, PoolError};
    match e {
        PoolError::Backend(e) | PoolError::PostCreateHook(HookError::Backend(e)) => of_postgres(e),
        other => format!("PostgreSQL 连接：{other}"),
    }
}

impl Error {
    /// The store has no room left.
    pub fn is_full(&self) -> bool {
        match self {
            Error::Sqlite(e) => e.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull),
            Error::Postgres(e) => e.code() == Some(&SqlState::DISK_FULL),
            Error::Io(e) => e.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        }
    }

    /// The database does not answer, or ended while it was asked: it may be starting anew, or another take its place.
    pub fn is_away(&self) -> bool {
        let ending = [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ];
        match self {
            Error::Pool(_) => true,
            Error::Postgres(e) => {
                let broke = std::error::Error::source(e).is_some_and(|cause| cause.is::<std::io::Error>());
                e.is_closed() || broke || e.code().is_some_and(|code| ending.contains(code))
            }
            _ => false,
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Error::Refused(fault.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(e: serde_json::Error) -> Self {
        // The position only: the text could hold personal data.
        Error::Row(format!("JSON，第 {} 列", e.column()))
    }
}

impl From<tokio::task::JoinError> for Error {
    fn from(_: tokio::task::JoinError) -> Self {
        Error::Task
    }
}

/// Shorthand of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    /// What is refused with this code; none: it is told where no request is at fault.
    fn sent_for(code: &RefusalCode) -> Option<Refused> {
        Some(match code {
            RefusalCode::DeviceUnknown => Refused::DeviceUnknown,
            RefusalCode::DeviceRevoked => Refused::DeviceRevoked,
            RefusalCode::DeviceMismatch => Refused::DeviceMismatch,
            RefusalCode::TokenInvalid => Refused::TokenInvalid,
            RefusalCode::SignatureWrong => Refused::SignatureWrong,
            RefusalCode::CodeInvalid => Refused::CodeInvalid,
            RefusalCode::CodeOfAnother => Refused::CodeOfAnother,
            RefusalCode::UserDisabled => Refused::UserDisabled,
            RefusalCode::AuthorTaken => Refused::AuthorTaken,
            RefusalCode::KeyInvalid => Refused::KeyInvalid,
            RefusalCode::NoRight => Refused::NoRight,
            RefusalCode::ProtocolOld => Refused::ProtocolOld,
            RefusalCode::ChangeForeign => Refused::ChangeForeign,
            RefusalCode::IncarnationForked => Refused::IncarnationForked,
            RefusalCode::PushTooLarge => Refused::PushTooLarge,
            RefusalCode::BodyTooLarge => Refused::BodyTooLarge,
            RefusalCode::BodyUnreadable => Refused::BodyUnreadable,
            RefusalCode::TooManyRequests => Refused::TooManyRequests,
            RefusalCode::NotFound => Refused::NotFound,
            RefusalCode::BlobDamaged => Refused::BlobDamaged,
            RefusalCode::BlobDiffers => Refused::BlobDiffers,
            RefusalCode::BlobBroken => Refused::BlobBroken,
            RefusalCode::BlobsFull => Refused::BlobsFull,
            RefusalCode::BlobsOff => Refused::BlobsOff,
            RefusalCode::NameTaken => Refused::NameTaken,
            RefusalCode::UserUnknown => Refused::UserUnknown,
            RefusalCode::GrantUnknown => Refused::GrantUnknown,
            RefusalCode::ReplicaUnknown => Refused::ReplicaUnknown,
            RefusalCode::PackageUnknown => Fault::NotPackage.into(),
            RefusalCode::PackageNewer => Fault::Newer.into(),
            RefusalCode::PackageDamaged => Fault::Damaged.into(),
            RefusalCode::PackageForged => Fault::Forged.into(),
            RefusalCode::PackageOtherProvince => Fault::OtherProvince.into(),
            RefusalCode::PackageOtherDesk => Fault::OtherDesk.into(),
            RefusalCode::PackageOtherIncarnation => Fault::OtherIncarnation.into(),
            RefusalCode::PackageOutward => Fault::Outward.into(),
            RefusalCode::PackageHomeward => Fault::Homeward.into(),
            RefusalCode::PackageForked => Fault::Forked.into(),
            RefusalCode::PackageTooLarge => Fault::TooLarge.into(),
            RefusalCode::PackageSenderUnknown => Fault::SenderUnknown.into(),
            RefusalCode::PackageKeyUnusable => Fault::KeyUnusable.into(),
            RefusalCode::Full | RefusalCode::Unavailable | RefusalCode::Internal | RefusalCode::NotNow => {
                return None;
            }
            RefusalCode::Other(_) => return None,
        })
    }

    /// A code that nobody sends must not be there to be waited for.
    #[test]
    fn every_code_is_sent() {
        for code in RefusalCode::KNOWN {
            if let Some(refused) = sent_for(code) {
                assert_eq!(refused.code(), *code);
            }
        }
    }
}
