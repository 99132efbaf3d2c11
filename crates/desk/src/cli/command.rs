//! The commands of the command line, each with its words.

use clap::{Parser, Subcommand};

use super::args::{
    Add, Attach, Attachments, Backup, Demo, Device, Enrol, ExportAttachment, Families, Figure, Import, Init,
    List, Machine, Move, Open, Package, Report, Rescue, Restore, Reverse, Search, Serve, Shape, Shared, Show,
    Template, Unvoid, User, Void,
};
use super::bulk::Set;
use super::duplicates::Duplicates;
use super::election::Elect;
use super::imports::{Imports, Redo, Undo};
use super::quarantine::Quarantine;
use super::update::Update;
use super::views::Views;

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
    /// 一类记录的空白导入表：表头、下拉选项、示例、填写说明
    Template(Template),
    /// 列出导入过的：编号、文件、时间、谁导入的、写入多少行；给出编号就看那一次当时的提示
    Imports(Imports),
    /// 撤销一次导入、批量修改或换届：先说明撤下什么、留下什么
    Undo(Undo),
    /// 恢复一次撤销过的导入、批量修改或换届
    Redo(Redo),
    /// 登记：从标准输入读一个 JSON 对象，或每行一个
    Add(Add),
    /// 列出一类记录
    List(List),
    /// 特殊家庭名册：配偶、住址、完整电话都在，供打印；会记入审计
    Families(Families),
    /// 各类记录有哪些字段：类型、必填、遮盖、谁能看到、两人同时改时怎样合并
    Shape(Shape),
    /// 查看一条记录
    Show(Show),
    /// 按姓名、拼音首字母、身份证尾号、电话、信息编码查找
    Search(Search),
    /// 常用筛选：看、保存、删去
    Views(Views),
    /// 一次改几条记录的一栏；可以整批撤销（undo）
    Set(Set),
    /// 作废一条或几条记录（不会删除，留有原因）
    Void(Void),
    /// 恢复一条作废的记录；属于它的一起恢复
    Unvoid(Unvoid),
    /// 冲正一笔慰问救助：另记一笔金额相反的，两笔都留着；记下的钱物不能改、不能作废，只能这样更正
    Reverse(Reverse),
    /// 一户迁到别的村（社区）或乡镇：人员、档案、联系人一起迁，走访留在原处
    Move(Move),
    /// 换届：原来的任职结束、新一届的任职开始，一次登记，要么都做，要么都不做；可以整批撤销（undo）
    Elect(Elect),
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
    /// 台账绑定本机：文件夹被拷走，知道密码也打不开
    #[command(subcommand)]
    Machine(Machine),
    /// 核验审计链和全部内容
    Verify,
    /// 备份整本台账（加密）
    Backup(Backup),
    /// 从备份恢复到一个文件夹
    Restore(Restore),
    /// 程序的新版本：查看、下载、从U盘收下、安装、退回
    #[command(subcommand)]
    Update(Update),
    /// 在本机浏览器里打开贴心；已经开着的，再打开一个页面。关掉页面后自己结束（开始菜单用它）
    Open(Open),
    /// 在本机浏览器里使用同样的界面，直到按 Ctrl+C
    Serve(Serve),
    /// 生成演示县：真实区划，虚构人员，一年走访
    Demo(Demo),
}
