//! stub
use crate::book::Book;
use crate::error::Result;
use uuid::Uuid;
impl Book {
    pub fn preference(&self, user: Uuid, key: &str) -> Result<Option<String>> {
        unimplemented!()
    }
    pub fn set_preference(&self, user: Uuid, key: &str, value: &str) -> Result<()> {
        unimplemented!()
    }
}
