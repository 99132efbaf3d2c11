//! Of records, ledgers and reports.

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::Args;
use tiexin_domain::{Kind, nouns};

/// Not a kind of record: a household with its people, file and contacts, saved as one.
pub(in crate::cli) const FAMILY: &str = "family";

/// What can be recorded by `add`: a family as one, and every noun that has a form.
static MADE: LazyLock<String> = LazyLock::new(|| {
    let has_form =
        |kind: &&Kind| nouns::shape(kind).is_some_and(|shape| shape.fields.iter().any(|f| f.form.is_some()));
    let kinds = Kind::ALL.iter().filter(has_form).map(Kind::code);
    std::iter::once(FAMILY).chain(kinds).collect::<Vec<_>>().join("、")
});

// What several commands ask for alike. No doc comments: they would be the command's own words.

#[derive(Debug, Args)]
pub(in crate::cli) struct Within {
    /// 地区代码；不写则为自己的工作地区
    #[arg(long, value_name = "代码")]
    pub(in crate::cli) region: Option<String>,
}

// Which records. No doc comment: it would be the command's own words.
#[derive(Debug, Args)]
pub(in crate::cli) struct Which {
    /// 符合这些条件的，写法同 list；可写多个
    #[arg(long, value_name = "条件")]
    pub(in crate::cli) filter: Vec<String>,
    /// 常用筛选的名称，见 views
    #[arg(long, value_name = "名称")]
    pub(in crate::cli) view: Option<String>,
    /// 这些编号
    #[arg(long, value_name = "编号", num_args = 1.., conflicts_with_all = ["filter", "view", "all"])]
    pub(in crate::cli) ids: Vec<uuid::Uuid>,
    /// 这一类的全部
    #[arg(long, conflicts_with_all = ["filter", "view"])]
    pub(in crate::cli) all: bool,
    #[command(flatten)]
    pub(in crate::cli) within: Within,
    /// 只说明会改哪些，不改动
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Shape {
    /// 只看这一类
    #[arg(value_name = "类别")]
    pub(in crate::cli) kind: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Sheet {
    /// 表号，如 F1
    #[arg(value_name = "表号")]
    pub(in crate::cli) form: String,
    /// 月份，如 2026-10
    #[arg(long, value_name = "年-月")]
    pub(in crate::cli) month: String,
    #[command(flatten)]
    pub(in crate::cli) within: Within,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Move {
    /// 家庭户的编号
    #[arg(value_name = "编号")]
    pub(in crate::cli) id: uuid::Uuid,
    /// 迁去的村（社区）代码，12 位
    #[arg(long, value_name = "代码")]
    pub(in crate::cli) to: String,
    /// 新住址
    #[arg(long, value_name = "地址")]
    pub(in crate::cli) address: Option<String>,
    /// 迁移时间；不写则今天
    #[arg(long, value_name = "日期")]
    pub(in crate::cli) on: Option<String>,
    /// 迁移原因
    #[arg(long, value_name = "原因")]
    pub(in crate::cli) why: Option<String>,
    /// 给迁入地同事的交接说明
    #[arg(long, value_name = "说明")]
    pub(in crate::cli) handover: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// 台账文件：.xlsx、.xls、.csv、.ods 或网页表格
    #[arg(required = true, value_name = "文件")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// 只检查，不写入
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// 台账所属乡镇；不写则为自己的工作地区
    #[arg(long, value_name = "代码")]
    pub(in crate::cli) region: Option<String>,
    /// 这些表是哪一类记录的名单（如 volunteer 或“志愿者”）；不写则自动认四种台账和贴心的模板
    #[arg(long, value_name = "类别")]
    pub(in crate::cli) kind: Option<String>,
    /// 把标注了问题的台账副本放到这个文件夹
    #[arg(long, value_name = "文件夹")]
    pub(in crate::cli) marked: Option<PathBuf>,
    /// 台账与本机不一致的地方，一律采用台账的（不写则保留本机的，并逐条列出）
    #[arg(long)]
    pub(in crate::cli) take_differences: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Template {
    /// 类别，如 volunteer、household，或者它的名称
    #[arg(value_name = "类别")]
    pub(in crate::cli) kind: String,
    /// 写成这个 Excel 文件（.xlsx）
    #[arg(long, value_name = "文件")]
    pub(in crate::cli) out: PathBuf,
    /// 覆盖已有的文件
    #[arg(long)]
    pub(in crate::cli) force: bool,
    #[command(flatten)]
    pub(in crate::cli) within: Within,
}

#[derive(Debug, Args)]
#[command(after_help = "add 类别 --help 列出这一类的全部字段，例如：tiexin-desk add visit --help")]
pub(in crate::cli) struct Add {
    #[arg(value_name = "类别", help = MADE.as_str())]
    pub(in crate::cli) kind: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// 类别，如 visit、household、person
    #[arg(value_name = "类别")]
    pub(in crate::cli) kind: String,
    #[command(flatten)]
    pub(in crate::cli) within: Within,
    /// 最多列出多少条
    #[arg(long, default_value_t = 100, value_name = "条数")]
    pub(in crate::cli) limit: u32,
    /// 条件：字段=值、字段~包含、字段>=从、字段<=到、字段@本月（或 近30天、9月~10月）、字段!（缺）；可写多个
    #[arg(long, value_name = "条件")]
    pub(in crate::cli) filter: Vec<String>,
    /// 常用筛选的名称，见 views
    #[arg(long, value_name = "名称")]
    pub(in crate::cli) view: Option<String>,
    /// 排序字段；前面加 - 为从大到小
    #[arg(long, value_name = "字段", allow_hyphen_values = true)]
    pub(in crate::cli) sort: Option<String>,
    /// 每条带哪些字段，用逗号隔开；不写则是这种列表自己的栏目
    #[arg(long, value_name = "字段", value_delimiter = ',')]
    pub(in crate::cli) columns: Vec<String>,
    /// 只列作废的（最近的在前），用 unvoid 恢复
    #[arg(long, conflicts_with_all = ["filter", "view", "sort", "columns"])]
    pub(in crate::cli) voided: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Families {
    /// 写成这个 Excel 文件（.xlsx）
    #[arg(long, value_name = "文件")]
    pub(in crate::cli) out: PathBuf,
    /// 覆盖已有的文件
    #[arg(long)]
    pub(in crate::cli) force: bool,
    #[command(flatten)]
    pub(in crate::cli) within: Within,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// 记录编号
    #[arg(value_name = "编号")]
    pub(in crate::cli) id: uuid::Uuid,
    /// 连同修改历史
    #[arg(long)]
    pub(in crate::cli) history: bool,
    /// 显示一个隐去的字段，如 id_number；会记入审计
    #[arg(long, value_name = "字段")]
    pub(in crate::cli) unmask: Vec<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Search {
    /// 要找的文字
    #[arg(value_name = "文字")]
    pub(in crate::cli) text: String,
    /// 最多多少条
    #[arg(long, default_value_t = 20, value_name = "条数")]
    pub(in crate::cli) limit: u32,
    /// 只找这些类别；可写多个
    #[arg(long, value_name = "类别")]
    pub(in crate::cli) kind: Vec<String>,
    /// 在作废的记录里找
    #[arg(long)]
    pub(in crate::cli) voided: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Void {
    /// 记录编号；一次作废几条的，改用 --kind 和 --filter 等
    #[arg(value_name = "编号", required_unless_present = "kind", conflicts_with = "kind")]
    pub(in crate::cli) id: Option<uuid::Uuid>,
    /// 作废原因
    #[arg(long, value_name = "原因")]
    pub(in crate::cli) reason: String,
    /// 作废这一类里的几条
    #[arg(long, value_name = "类别")]
    pub(in crate::cli) kind: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) which: Which,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Unvoid {
    /// 记录编号，见 list --voided
    #[arg(value_name = "编号")]
    pub(in crate::cli) id: uuid::Uuid,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Reverse {
    /// 记错的那一笔慰问救助的记录编号
    #[arg(value_name = "编号")]
    pub(in crate::cli) id: uuid::Uuid,
    /// 冲正原因
    #[arg(long, value_name = "原因")]
    pub(in crate::cli) reason: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Attach {
    /// 记录的编号：走访、家庭、活动、台账……
    #[arg(value_name = "编号")]
    pub(in crate::cli) id: uuid::Uuid,
    /// JPG、PNG、WebP、BMP 照片或 PDF
    #[arg(required = true, value_name = "文件")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// 家访照片、证件扫描、签收单、签到表、活动照片、其他；不写则按记录种类
    #[arg(long, value_name = "种类")]
    pub(in crate::cli) what: Option<String>,
    /// 拍摄日期；不写则用相机记下的
    #[arg(long, value_name = "日期")]
    pub(in crate::cli) taken: Option<String>,
    /// 说明
    #[arg(long, value_name = "文字")]
    pub(in crate::cli) note: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Attachments {
    /// 记录的编号
    #[arg(value_name = "编号")]
    pub(in crate::cli) id: uuid::Uuid,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportAttachment {
    /// 附件的编号
    #[arg(value_name = "编号")]
    pub(in crate::cli) id: uuid::Uuid,
    /// 写到这个文件
    #[arg(value_name = "文件")]
    pub(in crate::cli) to: PathBuf,
    /// 覆盖已有的文件
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Report {
    #[command(flatten)]
    pub(in crate::cli) sheet: Sheet,
    /// 乡镇的表分村列出
    #[arg(long)]
    pub(in crate::cli) by_village: bool,
    /// 表脚要写的内容，如 联系电话=0552-6010000；可写几次，以后一直沿用
    #[arg(long, value_name = "项=内容")]
    pub(in crate::cli) sign: Vec<String>,
    /// 导出成这个 Excel 文件（.xlsx）
    #[arg(long, value_name = "文件")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// 覆盖已有的文件
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Figure {
    #[command(flatten)]
    pub(in crate::cli) sheet: Sheet,
    /// 栏目，自上而下用 / 连接，如 走访慰问落实/日常走访/户
    #[arg(long, value_name = "栏目")]
    pub(in crate::cli) cell: String,
    /// 最多列出多少条
    #[arg(long, default_value_t = 1000, value_name = "条数")]
    pub(in crate::cli) limit: u32,
}
