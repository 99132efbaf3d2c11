//! The one place where exact errors become what a screen shows: a code and Chinese words.
//! Never personal data, never the words of a library.

use tiexin_contract::{ErrorCode, ErrorReply};

pub(crate) fn unknown_command() -> ErrorReply {
    ErrorReply::new(ErrorCode::UnknownCommand, "这个版本的程序没有这项功能，数据没有改动。请更新程序后再试。")
}

pub(crate) fn unreadable() -> ErrorReply {
    ErrorReply::new(ErrorCode::Invalid, "收到的内容不完整，没有保存。请刷新页面后再试。")
}

pub(crate) fn signed_out() -> ErrorReply {
    ErrorReply::new(ErrorCode::SignedOut, "还没有登录，或离开较久已自动锁定。已保存的内容都在，请重新登录。")
}

pub(crate) fn internal() -> ErrorReply {
    ErrorReply::new(ErrorCode::Internal, "程序出了差错，这一步没有完成，已保存的内容都在。请再试一次。")
}
