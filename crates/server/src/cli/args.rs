//! The words of the command line. Help is in Chinese: it is read by the province's office.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use tiexin_domain::RegionCode;
use tiexin_domain::access::Role;
use uuid::Uuid;

use super::escrow::Escrow;
use super::release::Release;
use crate::province::CODE_DAYS;

/// 贴心省平台
#[derive(Parser)]
#[command(name = "tiexin-server", version, about = "贴心省平台", disable_help_subcommand = true)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Args)]
pub(super) struct Common {
    /// 数据库：sqlite:路径 或 postgres://用户@主机/库
    #[arg(long, global = true, env = "TIEXIN_STORE", hide_env_values = true, value_name = "数据库")]
    pub(super) store: Option<String>,
    /// 附件存放位置：文件夹，或 s3://桶/前缀（密钥取自 AWS_… 环境变量）；SQLite 不写则放在数据库文件旁边
    #[arg(long, global = true, env = "TIEXIN_BLOBS", hide_env_values = true, value_name = "位置")]
    pub(super) blobs: Option<String>,
    /// 配置文件（TOML）；命令行和环境变量优先
    #[arg(long, global = true, env = "TIEXIN_CONFIG", hide_env_values = true, value_name = "文件")]
    pub(super) config: Option<PathBuf>,
    /// 电脑不联系省平台也能打开的天数（默认 30；0 为不限）
    #[arg(long, global = true, env = "TIEXIN_LEASE_DAYS", hide_env_values = true, value_name = "天数")]
    pub(super) lease_days: Option<u32>,
    /// 托管公钥（escrow keygen 给出的 age1…）；不写则不托管
    #[arg(long, global = true, env = "TIEXIN_ESCROW", hide_env_values = true, value_name = "公钥")]
    pub(super) escrow: Option<String>,
    /// 登录凭据的有效秒数（默认 3600）；到期后电脑自动换领，不用重新登录
    #[arg(long, global = true, env = "TIEXIN_TOKEN_SECONDS", hide_env_values = true, value_name = "秒数")]
    pub(super) token_seconds: Option<u32>,
    /// 以 JSON 输出
    #[arg(long, global = true)]
    pub(super) json: bool,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// 运行服务
    Serve(Serve),
    /// 建立数据库里的表，或升级到本程序的版本；其他命令只用已经建好的
    Migrate,
    /// 用户
    #[command(subcommand)]
    User(User),
    /// 授权
    #[command(subcommand)]
    Grant(Grant),
    /// 设备
    #[command(subcommand)]
    Device(Device),
    /// 备份：单机版写出整个数据库；PostgreSQL 用它自己的工具备份，前后各运行一次 --begin 与 --end
    Backup {
        /// 单机版：备份写到这个新文件
        #[arg(long, value_name = "文件", required_unless_present_any = ["begin", "end"], conflicts_with_all = ["begin", "end"])]
        to: Option<PathBuf>,
        /// 备份即将开始
        #[arg(long)]
        begin: bool,
        /// 上一次开始的备份已经完成并保存妥当
        #[arg(long, conflicts_with = "begin")]
        end: bool,
    },
    /// PostgreSQL 流复制副本：列出的副本都存好的内容，各电脑才可以清理
    #[command(subcommand)]
    Replica(Replica),
    /// 数据库由备份恢复后运行一次：各电脑会重新核对，并补传备份之后的内容
    Restored {
        /// 不再询问
        #[arg(long)]
        yes: bool,
        #[command(subcommand)]
        command: Option<Restored>,
    },
    /// 同步包（U盘）
    #[command(subcommand)]
    Package(Package),
    /// 程序的新版本：发布、停止发布，做更新包
    #[command(subcommand)]
    Release(Release),
    /// 各电脑的操作记录：谁看过哪条号码、登录、导出、裁决
    #[command(subcommand)]
    Audit(Audit),
    /// 审计根：每天一份、带签名的全部日志与审计链的当前位置
    #[command(subcommand)]
    AuditRoot(AuditRoot),
    /// 托管钥匙：忘记密码时由省里救援
    #[command(subcommand)]
    Escrow(Escrow),
    /// 重新计算全部日志、摘要和审计链，发现问题时退出码为 2
    Verify,
    /// 建立演示县的用户并发放接入码（可重复执行）
    Demo,
}

#[derive(Args)]
pub(super) struct Serve {
    /// 监听地址，端口 0 为任意空闲端口
    #[arg(long, env = "TIEXIN_LISTEN", hide_env_values = true, value_name = "地址")]
    pub(super) listen: Option<SocketAddr>,
    /// TLS 证书链（PEM）
    #[arg(long, env = "TIEXIN_TLS_CERT", hide_env_values = true, value_name = "文件")]
    pub(super) tls_cert: Option<PathBuf>,
    /// TLS 私钥（PEM）
    #[arg(long, env = "TIEXIN_TLS_KEY", hide_env_values = true, value_name = "文件")]
    pub(super) tls_key: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(super) enum User {
    /// 新增用户
    Add {
        /// 登录名，全省唯一
        #[arg(value_name = "登录名")]
        name: String,
        /// 显示的姓名
        #[arg(long, value_name = "姓名")]
        display: Option<String>,
    },
    /// 从表格（CSV）一次新增用户和授权：登录名、姓名、角色、地区，另可有起、止；有一行不对就都不做
    Import {
        /// 表格文件（CSV，UTF-8）
        #[arg(value_name = "文件")]
        file: PathBuf,
        /// 只检查，不写入
        #[arg(long)]
        dry_run: bool,
        /// 名单里没有的地区也授权
        #[arg(long)]
        unlisted: bool,
    },
    /// 列出用户
    List,
    /// 停用用户：各电脑下次同步时移除只有他能看的内容；没传完的先交上来
    Disable {
        /// 登录名
        #[arg(value_name = "登录名")]
        name: String,
    },
    /// 恢复停用的用户，授权照旧
    Enable {
        /// 登录名
        #[arg(value_name = "登录名")]
        name: String,
    },
}

#[derive(Args)]
pub(super) struct Right {
    /// 登录名
    #[arg(long, value_name = "登录名")]
    pub(super) user: String,
    /// worker 专干、supervisor 审核人、reviewer 基金审核、cashier 出纳、auditor 审计、admin 管理员；写代码或中文都行
    #[arg(long, value_parser = role, long_help = ROLES, value_name = "角色")]
    pub(super) role: Role,
    /// 地区代码：2、4、6、9 或 12 位
    #[arg(long, value_parser = region, value_name = "地区代码")]
    pub(super) region: RegionCode,
}

/// What each role may do: `domain::access::Role::carries`.
const ROLES: &str = "角色：worker 专干（登记、更正）；supervisor 审核人（另可采纳退回、看操作记录、停用电脑）；\
reviewer 基金审核、cashier 出纳（只看）；auditor 审计（看和操作记录）；admin 管理员（看、采纳退回、操作记录、停用电脑）";

#[derive(Subcommand)]
pub(super) enum Grant {
    /// 新增授权
    Add {
        #[command(flatten)]
        right: Right,
        /// 起始日期（含），如 2027-01-01
        #[arg(long, value_parser = day, value_name = "日期")]
        from: Option<NaiveDate>,
        /// 截止日期（含）
        #[arg(long, value_parser = day, value_name = "日期")]
        to: Option<NaiveDate>,
        /// 名单里没有这个地区，照样授权（新设的乡镇、村）
        #[arg(long)]
        unlisted: bool,
    },
    /// 列出授权：在用、未到期、已终止
    List,
    /// 终止授权；不写 --to 即刻终止。只终止在用的那一条；要延长，用 grant add 从次日起再授权一条
    End {
        #[command(flatten)]
        right: Right,
        /// 终止从这一天开始的那一条（同一角色、地区有几条时）
        #[arg(long, value_parser = day, value_name = "日期")]
        from: Option<NaiveDate>,
        /// 最后一天（含）
        #[arg(long, value_parser = day, value_name = "日期")]
        to: Option<NaiveDate>,
    },
}

#[derive(Subcommand)]
pub(super) enum Device {
    /// 发放一次性接入码
    EnrolCode {
        /// 发给谁
        #[arg(long, value_name = "登录名")]
        user: String,
        /// 有效天数
        #[arg(long, default_value_t = CODE_DAYS, value_name = "天数")]
        days: u32,
    },
    /// 列出还能用的接入码（码本身不保存，只显示编号）
    Codes,
    /// 作废还没用的接入码：按编号，或一个用户的全部
    CancelCode {
        /// device codes 列出的编号
        #[arg(required_unless_present = "user", conflicts_with = "user", value_name = "编号")]
        code: Option<String>,
        /// 这个用户的全部
        #[arg(long, value_name = "登录名")]
        user: Option<String>,
    },
    /// 列出设备：在谁手里、在哪里、何时来过
    List,
    /// 停用设备。要写明是哪一种：--lost 遗失，或 --retired 退役；两种都会销毁那台电脑上的数据
    Revoke {
        /// device list 列出的编号
        #[arg(value_name = "编号")]
        device: Uuid,
        /// 遗失、被盗：立即停用，没上传的不再等；它一联系省平台就销毁本机数据
        #[arg(long, conflicts_with = "retired")]
        lost: bool,
        /// 退役：先把没上传的交上来，再销毁本机数据
        #[arg(long)]
        retired: bool,
        /// 不再询问
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Subcommand)]
pub(super) enum Restored {
    /// 列出备份之后办过、恢复时丢了的用户、授权、停用和设备登记（由回来的电脑带回，凭省平台自己的签名）
    List,
    /// 补办列出的：写编号的只办那几行，不写的全办；备份里已经收回的权限不会因此恢复
    Redo {
        /// restored list 每行开头的编号
        #[arg(value_name = "编号")]
        lines: Vec<String>,
    },
}

#[derive(Subcommand)]
pub(super) enum Replica {
    /// 等候一个副本；名称是它的 cluster_name
    Add {
        /// 副本的 cluster_name
        #[arg(value_name = "副本")]
        name: String,
    },
    /// 不再等候
    Remove {
        /// 副本的 cluster_name
        #[arg(value_name = "副本")]
        name: String,
    },
    /// 列出副本和它们落后多少
    List,
}

#[derive(Subcommand)]
pub(super) enum Audit {
    /// 列出操作记录，新的在前
    List(AuditList),
    /// 列出省平台自己办过的：用户、授权、接入、停用、备份、恢复，新的在前
    Office(AuditOffice),
}

#[derive(Args)]
pub(super) struct AuditOffice {
    /// 只看与这个登录名有关的
    #[arg(long, value_name = "登录名")]
    pub(super) user: Option<String>,
    /// 从这一天起（含）
    #[arg(long, value_parser = day, value_name = "日期")]
    pub(super) from: Option<NaiveDate>,
    /// 到这一天止（含）
    #[arg(long, value_parser = day, value_name = "日期")]
    pub(super) to: Option<NaiveDate>,
}

#[derive(Args)]
pub(super) struct AuditList {
    /// 只看这个登录名的
    #[arg(long, value_name = "登录名")]
    pub(super) user: Option<String>,
    /// 只看这个地区的：记录在那里；与记录无关的，操作人在那里工作
    #[arg(long, value_parser = region, value_name = "地区代码")]
    pub(super) region: Option<RegionCode>,
    /// 只看这种操作，如 查看完整号码、登录、导出（或代码 unmask、sign_in、export）
    #[arg(long, value_name = "操作")]
    pub(super) act: Option<String>,
    /// 从这一天起（含），按电脑的日期
    #[arg(long, value_parser = day, value_name = "日期")]
    pub(super) from: Option<NaiveDate>,
    /// 到这一天止（含）
    #[arg(long, value_parser = day, value_name = "日期")]
    pub(super) to: Option<NaiveDate>,
    /// 接着看编号在此之前的
    #[arg(long, value_name = "编号")]
    pub(super) before: Option<u64>,
}

#[derive(Subcommand)]
pub(super) enum AuditRoot {
    /// 写出一天的审计根；不写 --date 为今天
    Export {
        /// 日期，如 2026-10-05
        #[arg(long, value_parser = day, value_name = "日期")]
        date: Option<NaiveDate>,
        /// 写到这个文件；不写则输出到屏幕
        #[arg(long, value_name = "文件")]
        out: Option<PathBuf>,
    },
    /// 用另处保存的审计根核对现在的数据库，发现问题时退出码为 2
    Check {
        /// export 写出的文件
        #[arg(value_name = "文件")]
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub(super) enum Package {
    /// 读入工作台带来的同步包，并把答复写到一个文件夹；缺份或有不能读入的文件时退出码为 1
    Take {
        /// 同步包文件（.txp），或放着它们的文件夹
        #[arg(required = true, value_name = "文件")]
        files: Vec<PathBuf>,
        /// 答复写到这个文件夹
        #[arg(long, value_name = "文件夹")]
        reply: PathBuf,
    },
}

fn role(code: &str) -> Result<Role, String> {
    let role = Role::from_label(code).unwrap_or_else(|| Role::from_code(code));
    if role.is_known() { Ok(role) } else { Err(format!("没有这种角色：{code}")) }
}

fn region(code: &str) -> Result<RegionCode, String> {
    code.parse().map_err(|_| "地区代码是 2、4、6、9 或 12 位数字".to_owned())
}

fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "日期写成 2027-01-31 这样".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn everything_says_in_chinese_what_it_is() {
        assert_eq!(tiexin_terminal::bare(&Cli::command()), Vec::<String>::new());
    }
}
