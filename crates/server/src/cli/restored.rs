//! `tiexin-server restored`: a backup was put back, and what the office had done after it.

use serde::Serialize;
use serde_json::json;
use tiexin_domain::access::Grant;

use super::args::{Common, Restored};
use super::print::{agree, list, one};
use crate::error::Result;
use crate::redo::Lacking;

pub(super) async fn restored(common: &Common, command: Option<Restored>, yes: bool) -> Result<()> {
    let province = common.province().await?;
    match command {
        None => {
            agree(
                "数据库真的是从备份恢复的才运行：各乡镇日志全部换新编号，每台电脑都要重新核对。",
                "没有运行",
                yes,
            )?;
            province.restored().await?;
            one(common.json, &json!({"restored": true}), |_| {
                "各乡镇日志已换新编号，电脑下次同步时会重新核对。\n\
                 备份之后办的用户、授权、停用和设备登记，等电脑陆续回来后用 restored list 查看、restored redo 补办；\n\
                 备份之后停用的电脑，凡是记得的，请现在就再停用一次（device revoke）。"
                    .into()
            })
        }
        Some(Restored::List) => told(common, &province.lacking().await?, "没有发现备份之后的变动"),
        Some(Restored::Redo { lines }) => told(common, &province.redo_of(&lines).await?, "没有要补办的"),
    }
}

fn told(common: &Common, lacking: &[Lacking], none: &str) -> Result<()> {
    if lacking.is_empty() && !common.json {
        let told = format!("{none}（只能知道已经回来的电脑带回的内容）");
        return Ok(tiexin_terminal::print(&told)?);
    }
    let coded: Vec<Coded<'_>> = lacking.iter().map(|one| Coded { code: one.code(), one }).collect();
    list(common.json, &coded, |coded| format!("{}\t{}", coded.code, line(coded.one)))
}

#[derive(Serialize)]
struct Coded<'a> {
    /// By what `redo` names the line.
    code: String,
    #[serde(flatten)]
    one: &'a Lacking,
}

fn line(one: &Lacking) -> String {
    match one {
        Lacking::User { name, display_name, .. } => format!("新增用户\t{name}\t{display_name}"),
        Lacking::Grant { user, grant } => {
            let Grant { role, region, from, to } = grant;
            let day = |day: &Option<chrono::NaiveDate>| day.map_or("-".into(), |day| day.to_string());
            format!("新增授权\t{user}\t{}\t{region}\t{}\t{}", role.code(), day(from), day(to))
        }
        Lacking::GrantEnded { user, role, region, from, to } => {
            let from = from.map_or("-".into(), |day| day.to_string());
            format!("终止授权\t{user}\t{}\t{region}\t{from}\t{to}", role.code())
        }
        Lacking::UserDisabled { user } => format!("停用用户\t{user}"),
        Lacking::Device { id, name, known, users } => {
            let what = if *known { "设备新增用户" } else { "登记设备" };
            format!("{what}\t{id}\t{name}\t{}", users.join("、"))
        }
        Lacking::Revoked { id, name, lost } => {
            let what = if *lost { "停用设备" } else { "设备退役" };
            format!("{what}\t{id}\t{name}")
        }
        Lacking::Gone { id, name } => {
            let name = if name.is_empty() { "（备份里没有这台）" } else { name };
            format!("已经销毁\t{id}\t{name}\t备份之后只由它交上来的内容找不回来，请向用它的人核实、重新登记")
        }
    }
}
