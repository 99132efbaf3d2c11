//! Output of the office's commands: a line each, or JSON.

use std::io::IsTerminal;

use serde::Serialize;

use crate::error::{Error, Result};

/// JSON of the whole when asked for, else one line for each item.
pub(super) fn list<T: Serialize>(json: bool, items: &[T], line: impl Fn(&T) -> String) -> Result<()> {
    one(json, &items, |items| items.iter().map(&line).collect::<Vec<_>>().join("\n"))
}

/// JSON of the item when asked for, else a line.
pub(super) fn one<T: Serialize>(json: bool, item: &T, line: impl Fn(&T) -> String) -> Result<()> {
    let text = if json { serde_json::to_string(item)? } else { line(item) };
    Ok(tiexin_terminal::print(&text)?)
}

/// A time for people, in China's zone.
pub(super) fn time(at: Option<i64>) -> String {
    let china = chrono::FixedOffset::east_opt(8 * 3600);
    match (at.and_then(chrono::DateTime::from_timestamp_millis), china) {
        (Some(at), Some(china)) => at.with_timezone(&china).format("%Y-%m-%d %H:%M").to_string(),
        _ => "-".into(),
    }
}

/// Asks before something that cannot be taken back. Where nobody can be asked it is not done without `--yes`.
///
/// # Errors
/// `Config`: nobody agreed. `not_done` says what was not done.
pub(super) fn agree(says: &str, not_done: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::Config(format!("{says}\n{not_done}；不在终端里运行，请加 --yes 确认")));
    }
    let answer = tiexin_terminal::answer(&format!("{says}\n确定请输入 yes："))?;
    if answer.eq_ignore_ascii_case("yes") { Ok(()) } else { Err(Error::Config(not_done.into())) }
}
