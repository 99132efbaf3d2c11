//! stub
use crate::book::Book;
use crate::error::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiexin_domain::{Record, RegionCode};
/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Is,
    IsNot,
    AtLeast,
    AtMost,
    Contains,
    StartsWith,
    Has,
    Present,
    Missing,
}
/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Key {
    pub value: KeyValue,
    pub n: i64,
}
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KeyValue {
    Number(i64),
    Real(f64),
    Text(String),
}
/// What a list shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListQuery {
    pub kind: String,
    /// Any of these and all below them; empty: everywhere.
    pub regions: Vec<RegionCode>,
    pub filter: Vec<(String, Op, Value)>,
    /// As typed into the search field.
    pub text: Option<String>,
    /// Field and whether descending; `None`: by name, or newest first for what has a day.
    pub sort: Option<(String, bool)>,
    pub after: Option<Key>,
    pub limit: usize,
}
/// A page of a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    pub records: Vec<Record>,
    pub next: Option<Key>,
    /// How many in all; counted for the first page only.
    pub total: Option<u64>,
}
impl Book {
    pub fn list(&self, query: &ListQuery) -> Result<Page> {
        unimplemented!()
    }
    pub fn count(&self, kind: &str, regions: &[RegionCode]) -> Result<u64> {
        unimplemented!()
    }
    /// All shown records of a kind in the regions, in no particular order.
    pub fn all(&self, kind: &str, regions: &[RegionCode]) -> Result<Vec<Record>> {
        unimplemented!()
    }
}
