//! `tiexin-server restored`: a backup was put back, and what the office had done after it.

use serde_json::json;
use tiexin_domain::access::Grant;

use super::args::{Common, Restored};
use super::print::{list, one};
use crate::error::Result;
use crate::redo::Lacking;

pub(super) async fn restored(common: &Common, command: Option<Restored>) -> Result<()> {
    let province = common.province().await?;
    match command {
        None => {
            province.restored().await?;
            one(common.json, &json!({"restored": true}), |_| {
                "各乡镇日志已换新编号，电脑下次同步时会重新核对。\n\
                 备份之后办的用户、授权、停用和设备登记，等电脑陆续回来后用 restored list 查看、restored redo 补办；\n\
                 备份之后停用的电脑，凡是记得的，请现在就再停用一次（device revoke）。"
                    .into()
            })
        }
        Some(Restored::List) => told(common, &province.lacking().await?, "没有发现备份之后的变动"),
        Some(Restored::Redo) => told(common, &province.redo().await?, "没有要补办的"),
    }
}

fn told(common: &Common, lacking: &[Lacking], none: &str) -> Result<()> {
    if lacking.is_empty() && !common.json {
        let told = format!("{none}（只能知道已经回来的电脑带回的内容）");
        return Ok(tiexin_terminal::print(&told)?);
    }
    list(common.json, lacking, line)
}

fn line(one: &Lacking) -> String {
    match one {
        Lacking::User { name, display_name, .. } => format!("新增用户\t{name}\t{display_name}"),
        Lacking::Grant { user, grant } => {
            let Grant { role, region, from, to } = grant;
            let day = |day: &Option<chrono::NaiveDate>| day.map_or("-".into(), |day| day.to_string());
            format!("新增授权\t{user}\t{}\t{region}\t{}\t{}", role.code(), day(from), day(to))
        }
        Lacking::GrantEnded { user, role, region, to } => {
            format!("终止授权\t{user}\t{}\t{region}\t{to}", role.code())
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
    }
}
