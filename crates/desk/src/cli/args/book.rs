//! Of the book itself: its people, its province, its copies.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(in crate::cli) struct Init {
    /// 先独立使用，不连省平台
    #[arg(long, required = true)]
    pub(in crate::cli) standalone: bool,
    /// 工作地区代码（乡镇 9 位，村 12 位）
    #[arg(long, value_name = "代码")]
    pub(in crate::cli) region: String,
    /// 姓名；不写则同登录名
    #[arg(long, value_name = "姓名")]
    pub(in crate::cli) display_name: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Enrol {
    /// 省平台地址，如 https://tiexin.example.gov.cn
    #[arg(long, value_name = "地址")]
    pub(in crate::cli) server: String,
    /// 管理员给的一次性接入码
    #[arg(long, value_name = "接入码")]
    pub(in crate::cli) code: String,
    /// 省平台自有证书机构的证书（PEM）
    #[arg(long, value_name = "文件")]
    pub(in crate::cli) ca: Option<PathBuf>,
    /// 姓名（空文件夹首次使用时）
    #[arg(long, value_name = "姓名")]
    pub(in crate::cli) display_name: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum User {
    /// 列出本机账号（不需要密码）
    List,
    /// 增加本机账号；新账号的密码从键盘、TIEXIN_NEW_PASSWORD 或 --new-password-fd 给出
    Add(UserAdd),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct UserAdd {
    /// 新账号的登录名
    #[arg(value_name = "登录名")]
    pub(in crate::cli) name: String,
    /// 姓名；不写则同登录名
    #[arg(long, value_name = "姓名")]
    pub(in crate::cli) display_name: Option<String>,
    /// 工作地区代码（独立使用的台账）
    #[arg(long, value_name = "代码")]
    pub(in crate::cli) region: Option<String>,
    /// 这位用户的一次性接入码（已加入省平台的台账）
    #[arg(long, value_name = "接入码")]
    pub(in crate::cli) code: Option<String>,
    /// 从这个文件描述符读取新账号的密码
    #[arg(long, value_name = "N")]
    pub(in crate::cli) new_password_fd: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Package {
    /// 带走：把待上传的内容做成加密的同步包
    Out {
        /// 同步包写到这个文件夹（如U盘）
        #[arg(long, value_name = "文件夹")]
        to: PathBuf,
        /// 每个文件最多多少 MiB（默认 8，最多 32）
        #[arg(long, value_name = "兆字节", value_parser = clap::value_parser!(u32).range(1..=32))]
        part_mib: Option<u32>,
    },
    /// 带回：读入省平台的答复
    In {
        /// 答复文件（.txp），或放着它们的文件夹
        #[arg(required = true, value_name = "文件")]
        files: Vec<PathBuf>,
    },
    /// 代送：用本机的网络替别的电脑送同步包、取答复；内容本机看不到
    Carry {
        /// 同步包文件（.txp），或放着它们的文件夹
        #[arg(required = true, value_name = "文件")]
        files: Vec<PathBuf>,
        /// 答复写到这个文件夹
        #[arg(long, value_name = "文件夹")]
        to: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Device {
    /// 列出辖区里的电脑
    List,
    /// 停用一台电脑：它下次联系省平台时销毁本机数据
    Revoke {
        /// 电脑编号
        #[arg(value_name = "编号")]
        device: uuid::Uuid,
        /// 这台电脑的名称，原样写出以免停错
        #[arg(long, value_name = "名称")]
        name: String,
        /// 遗失：立即停用，没上传的不再收
        #[arg(long, conflicts_with = "retired", required_unless_present = "retired")]
        lost: bool,
        /// 退役：先把没上传的交上来，再销毁
        #[arg(long)]
        retired: bool,
        /// 有两台电脑共用这个编号，也要停用：两台的数据都销毁
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Machine {
    /// 是否绑定，绑定以后会怎样
    Show,
    /// 绑定本机。先看 show 的说明，再加 --agreed
    Bind {
        /// 已经看过说明，也备份好了
        #[arg(long)]
        agreed: bool,
        /// 密钥文件放在这个文件夹（不能在台账文件夹里）；不写则用系统给的地方
        #[arg(long, value_name = "文件夹")]
        key_folder: Option<PathBuf>,
    },
    /// 解除绑定：又可以在别的电脑上用密码打开
    Release,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Rescue {
    /// 救援文件
    #[arg(value_name = "文件")]
    pub(in crate::cli) file: PathBuf,
    /// 救援码
    #[arg(long, env = "TIEXIN_RESCUE_CODE", hide_env_values = true, value_name = "救援码")]
    pub(in crate::cli) code: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Backup {
    /// 备份写到这个新文件夹
    #[arg(value_name = "文件夹")]
    pub(in crate::cli) file: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Restore {
    /// backup 写成的文件夹
    #[arg(value_name = "备份")]
    pub(in crate::cli) file: PathBuf,
    /// 恢复到这个文件夹；里面原有的台账移到一旁，不会删除
    #[arg(long, value_name = "文件夹")]
    pub(in crate::cli) to: PathBuf,
    /// 那个文件夹里已经有台账也不再询问，直接换下
    #[arg(long)]
    pub(in crate::cli) yes: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Open {
    /// 界面文件所在的文件夹
    #[arg(long, env = "TIEXIN_UI_DIST", hide_env_values = true, value_name = "文件夹")]
    pub(in crate::cli) ui: Option<PathBuf>,
    /// 最后一个页面关掉多少秒以后结束
    #[arg(long, value_name = "秒", default_value_t = crate::LINGER.as_secs())]
    pub(in crate::cli) linger: u64,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Serve {
    /// 端口；不写则任选一个空闲的
    #[arg(long, default_value_t = 0, value_name = "端口")]
    pub(in crate::cli) port: u16,
    /// 顺便打开浏览器
    #[arg(long)]
    pub(in crate::cli) open: bool,
    /// 界面文件所在的文件夹
    #[arg(long, env = "TIEXIN_UI_DIST", hide_env_values = true, value_name = "文件夹")]
    pub(in crate::cli) ui: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Demo {
    /// 演示省平台的地址；不写则只在本机
    #[arg(long, value_name = "地址", requires = "codes")]
    pub(in crate::cli) server: Option<String>,
    /// 接入码：tiexin-server demo --json 的输出，或存有它的文件
    #[arg(long, value_name = "JSON或文件", requires = "server")]
    pub(in crate::cli) codes: Option<String>,
    /// 同一个数生成同一个县
    #[arg(long, default_value_t = crate::demo::SEED, value_name = "数")]
    pub(in crate::cli) seed: u64,
    /// 只生成一小部分，很快
    #[arg(long)]
    pub(in crate::cli) small: bool,
}
