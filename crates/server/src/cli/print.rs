//! Output of the office's commands: a line each, or JSON.

use serde::Serialize;

use crate::error::Result;

/// JSON of the whole when asked for, else one line for each item.
pub(super) fn list<T: Serialize>(json: bool, items: &[T], line: impl Fn(&T) -> String) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string(items)?);
    } else {
        for item in items {
            println!("{}", line(item));
        }
    }
    Ok(())
}

/// JSON of the item when asked for, else a line.
pub(super) fn one<T: Serialize>(json: bool, item: &T, line: impl Fn(&T) -> String) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string(item)?);
    } else {
        println!("{}", line(item));
    }
    Ok(())
}

/// A time for people, in China's zone.
pub(super) fn time(at: Option<i64>) -> String {
    let china = chrono::FixedOffset::east_opt(8 * 3600);
    match (at.and_then(chrono::DateTime::from_timestamp_millis), china) {
        (Some(at), Some(china)) => at.with_timezone(&china).format("%Y-%m-%d %H:%M").to_string(),
        _ => "-".into(),
    }
}
