//! stub
use uuid::Uuid;
/// Where an event of a record's history was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOrigin {
    ThisDesk,
    Province,
}
/// One event in a record's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub origin: EventOrigin,
    pub at: i64,
    pub author: Uuid,
    pub act: String,
    pub fields: Vec<String>,
    pub seq: u64,
}
impl crate::book::Book {
    /// A record's history, newest first.
    pub fn history(&self, id: Uuid) -> crate::error::Result<Vec<Event>> {
        unimplemented!()
    }
}
