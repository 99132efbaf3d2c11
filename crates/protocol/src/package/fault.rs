//! Why a package is not taken, in a code and in words for people.

use crate::wire::RefusalCode;

/// Why a package is not taken. Nothing of it was read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("这不是贴心的同步包，没有读入任何内容。请选择名称以“贴心-”开头、以 .txp 结尾的文件。")]
    NotPackage,
    #[error("这个同步包由更新版本的程序做成，没有读入任何内容。请先更新程序再试。")]
    Newer,
    #[error("同步包的文件已损坏或不完整，没有读入任何内容。请从原来的电脑重新复制，或重新做一份。")]
    Damaged,
    #[error("同步包的签名不对，可能被改动过，没有读入任何内容。请从原来的电脑重新做一份。")]
    Forged,
    #[error("这个同步包属于另一个省平台，没有读入任何内容。请核对U盘上的文件。")]
    OtherProvince,
    #[error("这个同步包是带给另一台电脑的，没有读入任何内容。请拿到做这个包的那台电脑上带回。")]
    OtherDesk,
    #[error("这份答复是本机数据从备份恢复之前的，没有读入任何内容。请在本机重新“用U盘带走”，换取新的答复。")]
    OtherIncarnation,
    #[error(
        "这是带去省平台的同步包，不是带回的答复，没有读入任何内容。请先把它交给省平台，或交给有网络的电脑代送。"
    )]
    Outward,
    #[error("这是省平台给工作台的答复，不是上交的同步包。请拿回做包的那台电脑带回。")]
    Homeward,
    #[error("同一个同步包出现了两份不同的内容，没有读入。请从原来的电脑重新做一份。")]
    Forked,
    #[error("同步包过大，没有读入。请联系管理员。")]
    TooLarge,
    #[error("做这个同步包的电脑没有在省平台登记，没有读入任何内容。请先在那台电脑上接入省平台。")]
    SenderUnknown,
    #[error("对方的密钥不能使用，没有做成同步包。请联网同步一次后再试。")]
    KeyUnusable,
}

impl Fault {
    /// The code that programs match.
    pub fn code(self) -> RefusalCode {
        match self {
            Fault::NotPackage => RefusalCode::PackageUnknown,
            Fault::Newer => RefusalCode::PackageNewer,
            Fault::Damaged => RefusalCode::PackageDamaged,
            Fault::Forged => RefusalCode::PackageForged,
            Fault::OtherProvince => RefusalCode::PackageOtherProvince,
            Fault::OtherDesk => RefusalCode::PackageOtherDesk,
            Fault::OtherIncarnation => RefusalCode::PackageOtherIncarnation,
            Fault::Outward => RefusalCode::PackageOutward,
            Fault::Homeward => RefusalCode::PackageHomeward,
            Fault::Forked => RefusalCode::PackageForked,
            Fault::TooLarge => RefusalCode::PackageTooLarge,
            Fault::SenderUnknown => RefusalCode::PackageSenderUnknown,
            Fault::KeyUnusable => RefusalCode::PackageKeyUnusable,
        }
    }
}
