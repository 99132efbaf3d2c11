//! stub
use serde_json::Value;
use uuid::Uuid;
/// A value that gave way to a later one (I8).
#[derive(Debug, Clone, PartialEq)]
pub struct OverwrittenValue {
    pub field: String,
    pub value: Value,
    pub author: Uuid,
    pub seq: u64,
}
impl crate::book::Book {
    /// Values of the record that gave way, newest first.
    pub fn overwritten(&self, id: Uuid) -> crate::error::Result<Vec<OverwrittenValue>> {
        unimplemented!()
    }
}
