//! The words of the command line. Help is in Chinese: it is read by an office's IT people.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::duplicates::Duplicates;
use super::imports::{Imports, Redo, Undo};
use super::quarantine::Quarantine;

#[derive(Debug, Parser)]
#[command(
    name = "tiexin-desk",
    version,
    about = "贴心：不开窗口也能做的全部工作（导入、登记、查询、报表、同步、备份）",
    after_help = "退出码：0 完成，1 没有完成，2 用法不对，3 密码不对或已锁定，4 没有找到，5 连不上省平台，6 内容有误，7 核验发现问题。\n密码从键盘输入，或由环境变量 TIEXIN_PASSWORD、--password-fd 给出，不能写在命令行里。"
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) shared: Shared,
    #[command(subcommand)]
    pub(super) command: Command,
}

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

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// 新建台账，先在本机独立使用，以后可用 enrol 加入省平台
    Init(Init),
    /// 用一次性接入码加入省平台；已有的内容全部带上去
    Enrol(Enrol),
    /// 本机账号
    #[command(subcommand)]
    User(User),
    /// 导入 Excel、CSV、ODS 或网页表格台账
    Import(Import),
    /// 列出导入过的：编号、文件、时间、谁导入的、写入多少行；给出编号就看那一次当时的提示
    Imports(Imports),
    /// 撤销一次导入：先说明撤下什么、留下什么
    Undo(Undo),
    /// 恢复一次撤销过的导入
    Redo(Redo),
    /// 登记：从标准输入读一个 JSON 对象，或每行一个
    Add(Add),
    /// 列出一类记录
    List(List),
    /// 特殊家庭名册：配偶、住址、完整电话都在，供打印；会记入审计
    Families(Families),
    /// 查看一条记录
    Show(Show),
    /// 按姓名、拼音首字母、身份证尾号、电话、信息编码查找
    Search(Search),
    /// 作废一条记录（不会删除，留有原因）
    Void(Void),
    /// 恢复一条作废的记录；属于它的一起恢复
    Unvoid(Unvoid),
    /// 一户迁到别的村（社区）或乡镇：人员、档案、联系人一起迁，走访留在原处
    Move(Move),
    /// 给一条记录添加照片或扫描件（自动转正、缩小、去掉拍摄信息）
    Attach(Attach),
    /// 列出一条记录的附件；家庭的，列出全家的
    Attachments(Attachments),
    /// 把一个附件导出成文件
    ExportAttachment(ExportAttachment),
    /// 统计报表，可导出成正式表样
    Report(Report),
    /// 报表里一个数字背后的记录
    Figure(Figure),
    /// 与省平台同步一次
    Sync,
    /// 待上传、待处理和各乡镇的核对情况
    Status,
    /// 没有网络时用U盘与省平台来往
    #[command(subcommand)]
    Package(Package),
    /// 辖区里的电脑（要联网，要有管理权限）
    #[command(subcommand)]
    Device(Device),
    /// 忘记密码：用管理员发来的救援文件和救援码设一个新密码（不需要网络）
    Rescue(Rescue),
    /// 省平台没有采纳的修改：查看、采纳、退回、选定
    #[command(subcommand)]
    Quarantine(Quarantine),
    /// 可能重复的登记：查看、合并、分开、撤销合并
    #[command(subcommand)]
    Duplicates(Duplicates),
    /// 核验审计链和全部内容
    Verify,
    /// 备份整本台账（加密）
    Backup(Backup),
    /// 从备份恢复到一个文件夹
    Restore(Restore),
    /// 在本机浏览器里使用同样的界面
    Serve(Serve),
    /// 生成演示县：真实区划，虚构人员，一年走访
    Demo(Demo),
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// 先独立使用，不连省平台
    #[arg(long, required = true)]
    pub(super) standalone: bool,
    /// 工作地区代码（乡镇 9 位，村 12 位）
    #[arg(long, value_name = "代码")]
    pub(super) region: String,
    /// 姓名；不写则同登录名
    #[arg(long, value_name = "姓名")]
    pub(super) display_name: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Move {
    /// 家庭户的编号
    #[arg(value_name = "编号")]
    pub(super) id: uuid::Uuid,
    /// 迁去的村（社区）代码，12 位
    #[arg(long, value_name = "代码")]
    pub(super) to: String,
    /// 新住址
    #[arg(long, value_name = "地址")]
    pub(super) address: Option<String>,
    /// 迁移时间；不写则今天
    #[arg(long, value_name = "日期")]
    pub(super) on: Option<String>,
    /// 迁移原因
    #[arg(long, value_name = "原因")]
    pub(super) why: Option<String>,
    /// 给迁入地同事的交接说明
    #[arg(long, value_name = "说明")]
    pub(super) handover: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Enrol {
    /// 省平台地址，如 https://tiexin.example.gov.cn
    #[arg(long, value_name = "地址")]
    pub(super) server: String,
    /// 管理员给的一次性接入码
    #[arg(long, value_name = "接入码")]
    pub(super) code: String,
    /// 省平台自有证书机构的证书（PEM）
    #[arg(long, value_name = "文件")]
    pub(super) ca: Option<PathBuf>,
    /// 姓名（空文件夹首次使用时）
    #[arg(long, value_name = "姓名")]
    pub(super) display_name: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// 列出本机账号（不需要密码）
    List,
    /// 增加本机账号；新账号的密码从键盘、TIEXIN_NEW_PASSWORD 或 --new-password-fd 给出
    Add(UserAdd),
}

#[derive(Debug, Args)]
pub(super) struct UserAdd {
    /// 新账号的登录名
    #[arg(value_name = "登录名")]
    pub(super) name: String,
    /// 姓名；不写则同登录名
    #[arg(long, value_name = "姓名")]
    pub(super) display_name: Option<String>,
    /// 工作地区代码（独立使用的台账）
    #[arg(long, value_name = "代码")]
    pub(super) region: Option<String>,
    /// 这位用户的一次性接入码（已加入省平台的台账）
    #[arg(long, value_name = "接入码")]
    pub(super) code: Option<String>,
    /// 从这个文件描述符读取新账号的密码
    #[arg(long, value_name = "N")]
    pub(super) new_password_fd: Option<u32>,
}

#[derive(Debug, Args)]
pub(super) struct Import {
    /// 台账文件：.xlsx、.xls、.csv、.ods 或网页表格
    #[arg(required = true, value_name = "文件")]
    pub(super) files: Vec<PathBuf>,
    /// 只检查，不写入
    #[arg(long)]
    pub(super) dry_run: bool,
    /// 台账所属乡镇；不写则为自己的工作地区
    #[arg(long, value_name = "代码")]
    pub(super) region: Option<String>,
    /// 把标注了问题的台账副本放到这个文件夹
    #[arg(long, value_name = "文件夹")]
    pub(super) marked: Option<PathBuf>,
    /// 台账与本机不一致的地方，一律采用台账的（不写则保留本机的，并逐条列出）
    #[arg(long)]
    pub(super) take_differences: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "add 类别 --help 列出这一类的全部字段，例如：tiexin-desk add visit --help")]
pub(super) struct Add {
    /// family、visit、household、person、support_file、contact_pair、need_survey、insurance_claim、counselling、member、volunteer、activity
    #[arg(value_name = "类别")]
    pub(super) kind: String,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// 类别，如 visit、household、person
    #[arg(value_name = "类别")]
    pub(super) kind: String,
    /// 地区代码；不写则为自己的工作地区
    #[arg(long, value_name = "代码")]
    pub(super) region: Option<String>,
    /// 最多列出多少条
    #[arg(long, default_value_t = 100, value_name = "条数")]
    pub(super) limit: u32,
    /// 条件：字段=值、字段~包含、字段>=从、字段<=到、字段!（缺）；可写多个
    #[arg(long, value_name = "条件")]
    pub(super) filter: Vec<String>,
    /// 排序字段；前面加 - 为从大到小
    #[arg(long, value_name = "字段", allow_hyphen_values = true)]
    pub(super) sort: Option<String>,
    /// 只列作废的（最近的在前），用 unvoid 恢复
    #[arg(long, conflicts_with_all = ["filter", "sort"])]
    pub(super) voided: bool,
}

#[derive(Debug, Args)]
pub(super) struct Families {
    /// 写成这个 Excel 文件
    #[arg(long, value_name = "文件")]
    pub(super) out: PathBuf,
    /// 地区代码；不写则为自己的工作地区
    #[arg(long, value_name = "代码")]
    pub(super) region: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    /// 记录编号
    #[arg(value_name = "编号")]
    pub(super) id: uuid::Uuid,
    /// 连同修改历史
    #[arg(long)]
    pub(super) history: bool,
    /// 显示一个隐去的字段，如 id_number；会记入审计
    #[arg(long, value_name = "字段")]
    pub(super) unmask: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Search {
    /// 要找的文字
    #[arg(value_name = "文字")]
    pub(super) text: String,
    /// 最多多少条
    #[arg(long, default_value_t = 20, value_name = "条数")]
    pub(super) limit: u32,
    /// 只找这些类别；可写多个
    #[arg(long, value_name = "类别")]
    pub(super) kind: Vec<String>,
    /// 在作废的记录里找
    #[arg(long)]
    pub(super) voided: bool,
}

#[derive(Debug, Args)]
pub(super) struct Void {
    /// 记录编号
    #[arg(value_name = "编号")]
    pub(super) id: uuid::Uuid,
    /// 作废原因
    #[arg(long, value_name = "原因")]
    pub(super) reason: String,
}

#[derive(Debug, Args)]
pub(super) struct Unvoid {
    /// 记录编号，见 list --voided
    #[arg(value_name = "编号")]
    pub(super) id: uuid::Uuid,
}

#[derive(Debug, Args)]
pub(super) struct Report {
    /// 表号，如 F1
    #[arg(value_name = "表号")]
    pub(super) form: String,
    /// 月份，如 2026-10
    #[arg(long, value_name = "年-月")]
    pub(super) month: String,
    /// 地区代码；不写则为自己的工作地区
    #[arg(long, value_name = "代码")]
    pub(super) region: Option<String>,
    /// 乡镇的表分村列出
    #[arg(long)]
    pub(super) by_village: bool,
    /// 表脚要写的内容，如 联系电话=0552-6010000；可写几次，以后一直沿用
    #[arg(long, value_name = "项=内容")]
    pub(super) sign: Vec<String>,
    /// 导出成这个 Excel 文件
    #[arg(long, value_name = "文件")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Figure {
    /// 表号，如 F1
    #[arg(value_name = "表号")]
    pub(super) form: String,
    /// 月份，如 2026-10
    #[arg(long, value_name = "年-月")]
    pub(super) month: String,
    /// 地区代码；不写则为自己的工作地区
    #[arg(long, value_name = "代码")]
    pub(super) region: Option<String>,
    /// 栏目，自上而下用 / 连接，如 走访慰问落实/日常走访/户
    #[arg(long, value_name = "栏目")]
    pub(super) cell: String,
    /// 最多列出多少条
    #[arg(long, default_value_t = 1000, value_name = "条数")]
    pub(super) limit: u32,
}

#[derive(Debug, Subcommand)]
pub(super) enum Package {
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
pub(super) enum Device {
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
    },
}

#[derive(Debug, Args)]
pub(super) struct Rescue {
    /// 救援文件
    #[arg(value_name = "文件")]
    pub(super) file: PathBuf,
    /// 救援码
    #[arg(long, env = "TIEXIN_RESCUE_CODE", hide_env_values = true, value_name = "救援码")]
    pub(super) code: String,
}

#[derive(Debug, Args)]
pub(super) struct Attach {
    /// 记录的编号：走访、家庭、活动、台账……
    #[arg(value_name = "编号")]
    pub(super) id: uuid::Uuid,
    /// JPG、PNG、WebP、BMP 照片或 PDF
    #[arg(required = true, value_name = "文件")]
    pub(super) files: Vec<PathBuf>,
    /// 家访照片、证件扫描、签收单、活动照片、其他；不写则按记录种类
    #[arg(long, value_name = "种类")]
    pub(super) what: Option<String>,
    /// 拍摄日期；不写则用相机记下的
    #[arg(long, value_name = "日期")]
    pub(super) taken: Option<String>,
    /// 说明
    #[arg(long, value_name = "文字")]
    pub(super) note: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Attachments {
    /// 记录的编号
    #[arg(value_name = "编号")]
    pub(super) id: uuid::Uuid,
}

#[derive(Debug, Args)]
pub(super) struct ExportAttachment {
    /// 附件的编号
    #[arg(value_name = "编号")]
    pub(super) id: uuid::Uuid,
    /// 写到这个文件
    #[arg(value_name = "文件")]
    pub(super) to: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// 备份写到这个新文件夹
    #[arg(value_name = "文件夹")]
    pub(super) file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// backup 写成的文件夹
    #[arg(value_name = "备份")]
    pub(super) file: PathBuf,
    /// 恢复到这个文件夹；里面原有的台账移到一旁，不会删除
    #[arg(long, value_name = "文件夹")]
    pub(super) to: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// 端口；不写则任选一个空闲的
    #[arg(long, default_value_t = 0, value_name = "端口")]
    pub(super) port: u16,
    /// 顺便打开浏览器
    #[arg(long)]
    pub(super) open: bool,
    /// 界面文件所在的文件夹
    #[arg(long, env = "TIEXIN_UI_DIST", hide_env_values = true, value_name = "文件夹")]
    pub(super) ui: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// 演示省平台的地址；不写则只在本机
    #[arg(long, value_name = "地址", requires = "codes")]
    pub(super) server: Option<String>,
    /// 接入码：tiexin-server demo --json 的输出，或存有它的文件
    #[arg(long, value_name = "JSON或文件", requires = "server")]
    pub(super) codes: Option<String>,
    /// 同一个数生成同一个县
    #[arg(long, default_value_t = crate::demo::SEED, value_name = "数")]
    pub(super) seed: u64,
    /// 只生成一小部分，很快
    #[arg(long)]
    pub(super) small: bool,
}
