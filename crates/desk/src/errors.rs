//! The one place where exact errors become what a screen shows: a code and Chinese words.
//! Never personal data, never the words of a library.

use std::path::Path;

use chrono::NaiveDate;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::Problem;
use tiexin_files::Trouble;
use tiexin_store::{Book, StoreError, UnlockError};

pub(crate) fn unknown_command() -> ErrorReply {
    ErrorReply::new(ErrorCode::UnknownCommand, "这个版本的程序没有这项功能，数据没有改动。请更新程序后再试。")
}

pub(crate) fn unreadable() -> ErrorReply {
    ErrorReply::new(ErrorCode::Invalid, "收到的内容不完整，没有保存。请刷新页面后再试。")
}

pub(crate) fn signed_out() -> ErrorReply {
    ErrorReply::new(ErrorCode::SignedOut, "还没有登录，或离开较久已自动锁定。已保存的内容都在，请重新登录。")
}

/// `why`: what the locked book says of itself ([`crate::lock`]).
pub(crate) fn locked(why: &str) -> ErrorReply {
    ErrorReply::new(ErrorCode::LeaseEnded, why)
}

/// Nobody answered at an address without encryption: the province may well be there, under the other beginning.
pub(crate) fn plain() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Offline,
        "连不上省平台。地址以 http:// 开头，只有没开加密、装在本机的省平台才这样写；一般应以 https:// 开头，请核对。",
    )
}

/// Nothing here is the user's to see any more, or not before the day `begins`.
pub(crate) fn no_grant(begins: Option<NaiveDate>) -> ErrorReply {
    ErrorReply::new(ErrorCode::NoRight, crate::lock::no_grant(begins))
}

/// `why`: what is said of a book that was begun empty ([`crate::lock::emptied`]).
pub(crate) fn emptied(why: String) -> ErrorReply {
    ErrorReply::new(ErrorCode::NoRight, why)
}

pub(crate) fn no_right() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::NoRight,
        "您的账号没有这里的这项权限，没有改动任何内容。需要的话请联系管理员授权。",
    )
}

pub(crate) fn not_found() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::NotFound,
        "没有找到这条记录，可能已被作废，或不在您的辖区内。请返回列表重新查找。",
    )
}

pub(crate) fn cancelled() -> ErrorReply {
    ErrorReply::new(ErrorCode::Cancelled, "已取消，没有写入任何内容。")
}

pub(crate) fn internal() -> ErrorReply {
    ErrorReply::new(ErrorCode::Internal, "程序出了差错，这一步没有完成，已保存的内容都在。请再试一次。")
}

/// A fault that nobody at the screen can mend: logged by its kind, told in plain words.
pub(crate) fn fault(what: &'static str) -> ErrorReply {
    tracing::error!(what, "a command failed");
    internal()
}

/// Money that was given is not changed: it is taken back.
pub(crate) fn fixed() -> ErrorReply {
    ErrorReply::new(ErrorCode::Invalid, format!("{}。没有改动。", tiexin_domain::fixed::FIXED))
}

pub(crate) fn store(error: StoreError) -> ErrorReply {
    match error {
        StoreError::Unlock(error) => unlock(error),
        StoreError::NoSuchRecord(_) => not_found(),
        StoreError::Cancelled => cancelled(),
        StoreError::Io(error) => disk(&Trouble::of(&error)),
        StoreError::Full(_) => disk(&Trouble::Full),
        StoreError::Disk(_) => disk(&Trouble::Unknown),
        StoreError::Damaged(cause) => damaged(&cause),
        StoreError::KindChanged(_)
        | StoreError::ScopeChanged(_)
        | StoreError::GroupTooLarge { .. }
        | StoreError::BadField { .. } => {
            ErrorReply::new(ErrorCode::Invalid, format!("{error}。没有保存，请核对后再试。"))
        }
        StoreError::Fixed(_) => fixed(),
        StoreError::RegionMissing => {
            ErrorReply::new(ErrorCode::Invalid, "请选择所在的村（社区），还没有保存。")
        }
        StoreError::NoSuchBatch => {
            ErrorReply::new(ErrorCode::NotFound, "没有这批导入记录，或已经撤销过了。数据没有改动。")
        }
        StoreError::BatchOvertaken => {
            let message = "这次换届以后，其中的任职有人改过，不能整批撤销或恢复，没有改动任何内容。请在任职里一条一条地改。";
            ErrorReply::new(ErrorCode::ChangedMeanwhile, message)
        }
        StoreError::Busy(_) => {
            ErrorReply::new(ErrorCode::Internal, "本机正忙，这一步没有完成，已保存的内容都在。请稍后再试。")
        }
        // The store's own words name fields and places, never persons.
        other => {
            tracing::error!(cause = %other, "the book refused");
            ErrorReply::new(ErrorCode::Internal, format!("{other}。已保存的内容都在；再次出现请联系管理员。"))
        }
    }
}

/// Of the book or the backup in a folder: tells what its keyring says without a password.
pub(crate) fn unlock_in(dir: &Path, error: UnlockError) -> ErrorReply {
    match error {
        UnlockError::OtherMachine => other_machine(dir),
        other => unlock(other),
    }
}

/// Without the end of the sentence.
const OTHER_MACHINE: &str = "这份台账和另一台电脑绑定，在这里打不开，不是密码的问题，数据没有改动。请在原来的电脑上打开；那台电脑坏了的，请从备份恢复";

/// On the book's own machine it is the key file that is missing: by its name it can be put back.
fn other_machine(dir: &Path) -> ErrorReply {
    let key_file = Book::bound_of(dir).ok().flatten().and_then(|bound| bound.key_file);
    // A book that stands alone has no province to ask.
    let province = match Book::enrolled_of(dir) {
        Ok(Some(true)) => "，或请管理员发救援文件，或重新接入省平台",
        Ok(Some(false)) => "",
        Ok(None) | Err(_) => "；接入过省平台的，也可以请管理员发救援文件，或重新接入省平台",
    };
    let Some(path) = key_file else {
        return ErrorReply::new(ErrorCode::Disk, format!("{OTHER_MACHINE}{province}。"));
    };
    let lacks = if path.is_file() {
        "是空的，或者内容不对"
    } else {
        "不在，或者这个系统用户读不到"
    };
    ErrorReply::new(
        ErrorCode::Disk,
        format!(
            "这份台账是绑定了电脑的，要有绑定时的密钥文件才打得开，不是密码的问题，数据没有改动。密钥文件 {} {lacks}。这里是原来的电脑的，请把另存的那份放回这个位置；不是的，请在原来的电脑上打开。密钥文件找不回来、那台电脑坏了的，请从备份恢复{province}。",
            path.display()
        ),
    )
}

pub(crate) fn unlock(error: UnlockError) -> ErrorReply {
    match error {
        // Whether a name exists is not told apart from a wrong password.
        UnlockError::NoSuchUser => wrong_password(1),
        UnlockError::WrongPassword { wait_seconds } => wrong_password(wait_seconds),
        UnlockError::TooSoon { wait_seconds } => ErrorReply {
            wait_seconds: Some(wait_seconds),
            ..ErrorReply::new(
                ErrorCode::LockedOut,
                format!("请在 {wait_seconds} 秒后再输入密码。数据没有改动。"),
            )
        },
        UnlockError::Locked { .. } => ErrorReply {
            wait_seconds: Some(15 * 60),
            ..ErrorReply::new(
                ErrorCode::LockedOut,
                "密码连续输错多次，账号已锁定 15 分钟。数据都安全；忘了密码的，请看登录页的“忘记密码”。",
            )
        },
        UnlockError::NoBook => {
            ErrorReply::new(ErrorCode::NotFound, "这台电脑还没有建立数据，请先完成首次设置。")
        }
        UnlockError::AlreadyThere => {
            ErrorReply::new(ErrorCode::Invalid, "这台电脑已经有数据了，没有改动。请直接登录。")
        }
        UnlockError::KeyringGone => ErrorReply::new(ErrorCode::Disk, crate::lock::KEYLESS),
        UnlockError::NameTaken => ErrorReply::new(ErrorCode::Invalid, "这个登录名已经有人用了，请换一个。"),
        UnlockError::WeakPassword => ErrorReply::new(ErrorCode::Invalid, "密码至少 8 位，请再长一些。"),
        UnlockError::LastUser => ErrorReply::new(ErrorCode::Invalid, "至少要保留一个用户，没有改动。"),
        UnlockError::NewerThanProgram { .. } => ErrorReply::new(
            ErrorCode::NewerBook,
            "本机数据是由更新版本的程序写成的，没有改动。请更新程序后再打开。",
        ),
        UnlockError::NotABackup => ErrorReply::new(
            ErrorCode::NotFound,
            "这个文件夹里没有完整的备份（缺少台账或钥匙文件），没有恢复，原有的台账没有动。请核对文件夹，或换一份备份。",
        ),
        UnlockError::BackupDamaged => ErrorReply::new(
            ErrorCode::Disk,
            "这份备份的台账文件已损坏，没有恢复，原有的台账没有动。请换一份备份。",
        ),
        UnlockError::RestoreUnfinished => ErrorReply::new(
            ErrorCode::Disk,
            "上一次恢复没有做完。原来的台账已改名保留，没有删除；请从备份再恢复一次。",
        ),
        UnlockError::DatabaseGone => ErrorReply::new(
            ErrorCode::Disk,
            "台账文件（book.db）不见了，没有新建，也没有改动。请先看回收站和杀毒软件的隔离区，找到后放回数据文件夹再登录；找不到的，请从备份恢复（登录页上有“从备份恢复”，命令行是 restore）。没有备份的，请联系管理员。",
        ),
        UnlockError::InUse => ErrorReply::new(
            ErrorCode::Disk,
            "这份台账正在使用中，没有恢复，也没有改动。请先退出贴心（窗口、浏览器里的页面、正在运行的命令），再恢复一次。",
        ),
        UnlockError::OpenInFormer => ErrorReply::new(
            ErrorCode::Disk,
            "这份台账还开着旧版本的贴心（窗口、浏览器里的页面、正在运行的命令），新版本要先更新台账的格式，没有改动。请先退出旧的，再登录。",
        ),
        UnlockError::Replaced => {
            ErrorReply::new(ErrorCode::Disk, "正在从备份恢复这份台账，暂时不能打开。请等恢复完成后再登录。")
        }
        UnlockError::Cancelled => ErrorReply::new(ErrorCode::Cancelled, "已取消，原有的台账没有动。"),
        UnlockError::OtherMachine => ErrorReply::new(ErrorCode::Disk, format!("{OTHER_MACHINE}。")),
        UnlockError::MovedAside { .. } => ErrorReply::new(
            ErrorCode::Disk,
            "数据文件无法识别，已改名保留在原文件夹，没有删除。请从备份恢复（登录页上有“从备份恢复”），或重新登录以新数据继续。",
        ),
        UnlockError::Io(error) => disk(&Trouble::of(&error)),
        UnlockError::Disk(_) => disk(&Trouble::Unknown),
        UnlockError::Damaged(cause) => damaged(&cause),
        other => {
            tracing::error!(cause = %other, "the book could not be opened");
            ErrorReply::new(ErrorCode::Disk, format!("{other}。原文件没有删除；请联系管理员。"))
        }
    }
}

fn wrong_password(wait_seconds: u64) -> ErrorReply {
    ErrorReply {
        wait_seconds: Some(wait_seconds),
        ..ErrorReply::new(
            ErrorCode::WrongPassword,
            "登录名或密码不对，请检查大小写和输入法后再试。连续输错会暂时锁定。",
        )
    }
}

/// The book's own disk.
pub(crate) fn disk(why: &Trouble) -> ErrorReply {
    let todo = match why {
        Trouble::Full => "磁盘已经满了：请删去不用的文件、清空回收站，再试一次。",
        Trouble::Unknown | Trouble::NoRight => "请检查磁盘空间和文件夹权限后再试。",
        other => return ErrorReply::new(ErrorCode::Disk, format!("{NOT_SAVED}{other}")),
    };
    ErrorReply::new(ErrorCode::Disk, format!("{NOT_SAVED}{todo}"))
}

/// Whatever is written from now on may make it worse. A restore sets the damaged book aside.
fn damaged(cause: &dyn std::error::Error) -> ErrorReply {
    tracing::error!(%cause, "the book's file is damaged");
    ErrorReply::new(
        ErrorCode::Disk,
        "台账文件（book.db）有损坏，这一步没有完成。请先不要再登记：退出贴心，把数据文件夹整个拷一份留着，再从最近的备份恢复（登录页上有“从备份恢复”，命令行是 restore）。恢复时，现在这本会改名留在原处，不会删除。没有备份的，请联系管理员。",
    )
}

const NOT_SAVED: &str = "写不了数据文件，这一步没有保存，以前保存的都在。";

/// Refuses what has problems.
pub(crate) fn refuse(problems: Vec<Problem>) -> Result<(), ErrorReply> {
    if problems.is_empty() { Ok(()) } else { Err(ErrorReply::invalid(problems)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_reads_like_a_wrong_password() {
        let name = unlock(UnlockError::NoSuchUser);
        let password = unlock(UnlockError::WrongPassword { wait_seconds: 1 });
        assert_eq!(name, password);
    }

    /// What the keyring of a bound book notes of the province decides.
    #[test]
    fn only_a_book_that_was_enrolled_is_told_of_the_province() {
        let dir = tempfile::tempdir().unwrap();
        for (noted, told) in [("false", false), ("true", true)] {
            let keyring = format!(
                r#"{{"format": 2, "enrolled": {noted}, "machine": {{"by": "tpm", "kept": ""}}, "holders": []}}"#
            );
            std::fs::write(dir.path().join("keyring.json"), keyring).unwrap();
            let message = unlock_in(dir.path(), UnlockError::OtherMachine).message;
            assert!(message.contains("请从备份恢复"), "{message}");
            assert_eq!(message.contains("省平台") || message.contains("管理员"), told, "{message}");
        }
    }

    /// A damaged file is not told as a passing fault after which all is there.
    #[test]
    fn damage_is_told_as_damage() {
        let told = damaged(&std::fmt::Error);
        assert_eq!(told.code, ErrorCode::Disk);
        assert!(told.message.contains("book.db") && told.message.contains("备份恢复"), "{told}");
        assert!(!told.message.contains("都在") && !told.message.contains("没有丢"), "{told}");
    }
}
