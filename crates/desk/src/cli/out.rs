//! What goes to stdout: JSON for scripts, plain lines for people.

use serde::Serialize;
use serde_json::Value;
use tiexin_terminal::Unprinted;

use super::exit::{Exit, Failure, Outcome};

/// Where a run's results go.
#[derive(Clone, Copy)]
pub(super) struct Out {
    pub(super) json: bool,
}

impl Out {
    /// Prints `value` as JSON, or the lines for people.
    pub(super) fn tell(self, value: &impl Serialize, lines: impl FnOnce() -> Vec<String>) -> Outcome {
        let text = if self.json {
            serde_json::to_string(value).map_err(|_| Failure::new(Exit::Failed, "结果没有写出来。"))?
        } else {
            lines().join("\n")
        };
        print(&text)
    }
}

/// A reader that went away (`| head`) ends the run quietly.
pub(super) fn print(text: &str) -> Outcome {
    tiexin_terminal::print(text).map_err(|error| match error {
        Unprinted::ReaderGone => Failure::told(Exit::Failed),
        Unprinted::Io(_) => Failure::new(Exit::Failed, format!("{error}。")),
    })
}

/// A field as a person reads it.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "是".into(),
        Value::Bool(false) => "否".into(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("、"),
        Value::Object(fields) => match fields.get("name").or_else(|| fields.get("item")) {
            Some(name) => plain(name),
            None => value.to_string(),
        },
        Value::Number(number) => number.to_string(),
    }
}
