//! `tiexin-server migrate`: the only command that makes a book.

use serde_json::json;

use super::args::Common;
use super::print::one;
use crate::config::Clock;
use crate::error::Result;
use crate::province::Province;
use crate::store;

pub(super) async fn migrate(common: &Common) -> Result<()> {
    let store = common.store(&common.file()?)?;
    let before = store::version(&store).await?;
    drop(Province::open(&store, Clock::default()).await?);
    let after = store::version(&store).await?;
    one(common.json, &json!({"from": before, "to": after}), |_| {
        let after = after.unwrap_or_default();
        match before {
            None => format!("已建立省平台的表（版本 {after}）"),
            Some(before) if before == after => format!("已是最新（版本 {after}），没有改动"),
            Some(before) => format!("已从版本 {before} 升级到版本 {after}"),
        }
    })
}
