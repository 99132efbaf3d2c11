//! What the oldest desk needs of a reply, and no more: it ignores whatever else stands there.
//!
//! FROZEN: these are the eyes of desks that cannot be updated any more. A line here is changed for nobody; it goes
//! when [`tiexin_protocol::OLDEST_PROTOCOL`] has passed it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Must be there; may be anything.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Varies<T>(#[allow(dead_code)] T);

impl<T> PartialEq for Varies<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Reads with these eyes.
pub(super) fn seen<T: DeserializeOwned>(value: &Value, what: &str) -> T {
    serde_json::from_value(value.clone())
        .unwrap_or_else(|e| panic!("{what}: an old desk cannot read it: {e}"))
}

#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Pushed {
    pub(super) verdicts: Vec<Verdict>,
    acked: u64,
    durable: Varies<u64>,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Verdict {
    seq: u64,
    #[serde(default)]
    duplicate: bool,
    #[serde(flatten)]
    said: Said,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
enum Said {
    Applied { version: u64 },
    Conflict { code: String, fields: Vec<String> },
    Parked { code: String, message: Varies<String> },
}

#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Hello {
    server_time: Varies<i64>,
    protocol: u32,
    users: Vec<User>,
    access: Varies<String>,
    scopes: Vec<Scope>,
    acked: Varies<u64>,
    durable: Varies<u64>,
    limits: Limits,
}

#[derive(Debug, PartialEq, Deserialize)]
struct User {
    id: Varies<uuid::Uuid>,
    name: String,
    display_name: String,
    grants: Vec<Grant>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Grant {
    role: String,
    region: String,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Scope {
    scope: String,
    generation: String,
    head: u64,
    #[serde(default)]
    view: Vec<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Limits {
    push_changes: usize,
    push_bytes: usize,
    pull_entries: usize,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Pulled {
    #[serde(default)]
    pages: Vec<Page>,
    access: Varies<String>,
    durable: Varies<u64>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Page {
    scope: String,
    generation: String,
    #[serde(default)]
    view: Vec<String>,
    entries: Vec<Entry>,
    next: u64,
    head: u64,
    chain: String,
    #[serde(default)]
    digest: Option<String>,
    #[serde(default)]
    rebase: bool,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    /// Its hash goes into the chain as it stands: a field more would be another entry to a desk that drops it.
    Full(Value),
    Echo {
        seq: u64,
        own: u64,
    },
    Hidden {
        seq: u64,
        hash: String,
    },
    Crossed {
        seq: u64,
        hash: String,
        id: String,
        record: Option<Value>,
    },
}

#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Carried {
    hello: Hello,
    pushes: Vec<CarriedPush>,
    pages: Vec<Page>,
    #[serde(default)]
    snapshots: Vec<Attached>,
    #[serde(default)]
    more: bool,
}

#[derive(Debug, PartialEq, Deserialize)]
struct CarriedPush {
    first: u64,
    reply: Pushed,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Attached {
    scope: String,
    bytes: Varies<u64>,
}
