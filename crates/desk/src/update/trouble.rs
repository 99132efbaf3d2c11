//! Why an update did not go on, in words that say what to do.

use std::io;

use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_protocol::release::{ReleaseFault, Version};
use tiexin_sync::release::ReleaseError;

#[derive(Debug)]
pub(crate) enum Trouble {
    Fault(ReleaseFault),
    Io(io::Error),
    /// What lies in the program's folder may not be changed by this user.
    NoRight(String),
    /// It is not known where the program lies.
    NoPlace,
    /// Somebody else puts a version in place.
    Busy,
    /// The new program does not run on this computer.
    DoesNotRun(Version),
    /// Programs are installed here that the package does not bring.
    Lacks(String),
    NothingReady,
    NoFormer,
    /// The former version could not open what the present one has made of the book.
    BookMoved(Version),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Io(error)
    }
}

impl From<ReleaseFault> for Trouble {
    fn from(fault: ReleaseFault) -> Trouble {
        Trouble::Fault(fault)
    }
}

impl From<ReleaseError> for Trouble {
    fn from(error: ReleaseError) -> Trouble {
        match error {
            ReleaseError::Fault(fault) => Trouble::Fault(fault),
            ReleaseError::Io(error) => Trouble::Io(error),
        }
    }
}

impl Trouble {
    /// What a person is told.
    pub(crate) fn told(self) -> ErrorReply {
        match self {
            Trouble::Fault(fault) => ErrorReply::new(ErrorCode::FileRefused, format!("{fault}。")),
            Trouble::Io(error) => {
                tracing::error!(kind = ?error.kind(), "an update was not read or written");
                ErrorReply::new(
                    ErrorCode::Disk,
                    "更新没有做完：文件读写不了，现在的程序照常使用。请看看磁盘是不是满了、U盘是不是还插着，再试一次。",
                )
            }
            Trouble::NoRight(how) => ErrorReply::new(ErrorCode::Refused, how),
            Trouble::NoPlace => ErrorReply::new(
                ErrorCode::Refused,
                "找不到程序所在的文件夹，没有安装。请由管理员用安装包更新。",
            ),
            Trouble::Busy => ErrorReply::new(ErrorCode::Refused, "这台电脑上正在安装更新，请等它装完再试。"),
            Trouble::DoesNotRun(version) => ErrorReply::new(
                ErrorCode::Refused,
                format!(
                    "版本 {version} 在这台电脑上运行不起来，没有安装，现在的程序照常使用。请把电脑的系统版本告诉管理员。"
                ),
            ),
            Trouble::Lacks(program) => ErrorReply::new(
                ErrorCode::Refused,
                format!(
                    "更新包里没有这台电脑上装着的 {program}，没有安装，现在的程序照常使用。请由管理员用安装包更新。"
                ),
            ),
            Trouble::NothingReady => ErrorReply::new(
                ErrorCode::NotFound,
                "这台电脑上没有收好的更新。请先从省平台下载，或从U盘选一个更新包（.txu）。",
            ),
            Trouble::NoFormer => ErrorReply::new(ErrorCode::NotFound, "没有可以退回的旧版本，没有改动。"),
            Trouble::BookMoved(version) => ErrorReply::new(
                ErrorCode::Refused,
                format!(
                    "新版本已经更新了台账的格式，旧版本 {version} 打不开，没有退回。内容都在；新版本有问题请联系管理员。"
                ),
            ),
        }
    }
}
