//! Stands in for the desk until `tiexin-desk` has its own; goes with it.

use serde::Serialize;
use serde_json::Value;
use std::path::PathBuf;
use tokio::sync::broadcast;

pub(crate) struct DeskConfig;

impl DeskConfig {
    pub(crate) fn at(_folder: PathBuf) -> Self {
        Self
    }
}

#[derive(Clone)]
pub(crate) struct Desk(broadcast::Sender<Value>);

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ErrorReply {
    code: String,
    message: String,
}

impl ErrorReply {
    pub(crate) fn new(code: &str, message: &str) -> Self {
        let (code, message) = (code.to_owned(), message.to_owned());
        Self { code, message }
    }
}

impl Desk {
    pub(crate) fn open(_: DeskConfig) -> Result<Self, ErrorReply> {
        Ok(Self(broadcast::channel(16).0))
    }

    pub(crate) async fn call(&self, _: Option<&str>, name: &str, _: Value) -> Result<Value, ErrorReply> {
        Err(ErrorReply::new("unknown", name))
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Value> {
        self.0.subscribe()
    }
}
