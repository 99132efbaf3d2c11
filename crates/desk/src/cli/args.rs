//! What is asked for on the command line, as far as several commands or the book itself take it. Help is in Chinese: it
//! is read by an office's IT people.

mod book;
mod records;

use std::path::PathBuf;

use clap::Args;

pub(super) use book::{
    Backup, Demo, Device, Enrol, Init, Machine, Open, Package, Rescue, Restore, Serve, User, UserAdd,
};
pub(super) use records::{
    Add, Attach, Attachments, ExportAttachment, FAMILY, Families, Figure, Import, List, Move, Report,
    Reverse, Search, Shape, Show, Template, Unvoid, Void, Which,
};

#[derive(Debug, Args)]
pub(super) struct Shared {
    /// 台账所在的文件夹
    #[arg(
        long,
        global = true,
        env = "TIEXIN_DATA",
        hide_env_values = true,
        value_name = "文件夹",
        display_order = 800
    )]
    pub(super) data: Option<PathBuf>,
    /// 登录名；本机只有一个账号时可以不写
    #[arg(
        long,
        global = true,
        env = "TIEXIN_USER",
        hide_env_values = true,
        value_name = "登录名",
        display_order = 801
    )]
    pub(super) user: Option<String>,
    /// 结果以 JSON 输出，供脚本使用
    #[arg(long, global = true, display_order = 802)]
    pub(super) json: bool,
    /// 从这个文件描述符读取密码（第一行）
    #[arg(long, global = true, value_name = "N", display_order = 803)]
    pub(super) password_fd: Option<u32>,
}
