//! What may be in a round's way.

use std::error::Error;

use tiexin_protocol::statement::Signed;
use tiexin_protocol::wire::RefusalCode;
use tiexin_store::StoreError;

use crate::body::BodyError;

/// Why a round did not come to its end. Whatever was done stays done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    #[error("省平台地址不对，应以 https:// 开头")]
    Address,
    #[error("省平台的证书文件不能使用，请向管理员索取")]
    Authority,
    /// This machine has nothing with which to check a certificate.
    #[error(
        "这台电脑的系统里没有可用的根证书，不能核对省平台是谁，没有发送任何内容。请向管理员要省平台的证书文件（ca.crt），接入时选上"
    )]
    NoClient,
    #[error("这台电脑还没有接入省平台")]
    NotEnrolled,
    #[error("连不上省平台，已保存在本机，有网络时会自动上传")]
    Offline,
    /// Somebody answers who cannot show that it is the province.
    #[error(
        "对方拿不出可信的省平台证书，没有发送任何内容。记录都在本机；请向管理员核对地址和证书，并看看电脑的日期对不对"
    )]
    Distrusted,
    /// With the order to destroy this book, which may be anybody's until it was checked.
    #[error("这台电脑已被省平台停用，请联系管理员")]
    Shut(Box<Signed>),
    /// The province was put back from a backup that is older than this desk's enrolment, and was told of it.
    #[error(
        "省平台是从备份恢复的，还没有这台电脑的登记；已经报给省平台，管理员确认以后会自动接上，不用重新接入。记录都在本机，一条不少"
    )]
    Awaited,
    /// The province does not know this desk, and there is nothing to show to it.
    #[error(
        "省平台上没有这台电脑的登记（可能是从备份恢复过）。请向管理员要一个新的接入码，在“同步”页重新接入；记录都在本机，一条不少"
    )]
    Unknown,
    #[error("{message}")]
    Refused { code: RefusalCode, message: String },
    /// Somebody answered with this HTTP status and none of the province's own words.
    #[error("省平台没有接受请求（{status}），记录都在本机；请联系管理员核对地址")]
    Answered { status: u16 },
    #[error("省平台的答复{0}，已保存在本机，稍后会重试")]
    Body(#[from] BodyError),
    #[error("省平台的答复不符合约定（{0}），请更新程序")]
    Protocol(&'static str),
    /// What it says of a township does not fit together, also after that was loaded anew.
    #[error(
        "省平台的记录前后矛盾，有矛盾的乡镇没有读入，其余照常；本机保存的内容都在，已照常上传。请告诉省平台管理员运行核验（verify）"
    )]
    Contradictory,
    /// This desk's own disk takes or gives nothing.
    #[error(
        "本机磁盘读写不了（空间不足，或没有权限），没有写入的会再取一次，已保存的都在；请清理磁盘，同步会自动继续"
    )]
    Disk,
    #[error("{0}")]
    Store(String),
    #[error("已取消")]
    Cancelled,
}

impl SyncError {
    pub(crate) fn from_network(error: reqwest::Error) -> Self {
        if of_certificate(&error) { SyncError::Distrusted } else { SyncError::Offline }
    }
}

/// Whether a certificate lies at the bottom of it. An I/O error hides what it wraps from `source`.
fn of_certificate(error: &(dyn Error + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return matches!(tls, rustls::Error::InvalidCertificate(_));
    }
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match wrapped {
        Some(inner) => of_certificate(inner),
        None => error.source().is_some_and(of_certificate),
    }
}

impl From<StoreError> for SyncError {
    fn from(error: StoreError) -> Self {
        // Messages of the store never carry personal data; what SQLite said is for whoever looks after the machine.
        tracing::error!(cause = ?error, "the book failed in a round");
        if error.is_disk() { SyncError::Disk } else { SyncError::Store(error.to_string()) }
    }
}
