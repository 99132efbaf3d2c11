//! stub
use crate::book::Book;
use crate::error::Result;
use uuid::Uuid;
impl Book {
    /// Keeps what is being typed; survives a crash.
    pub fn keep_draft(&self, user: Uuid, key: &str, body: &str, now_ms: i64) -> Result<()> {
        unimplemented!()
    }
    pub fn draft(&self, user: Uuid, key: &str) -> Result<Option<String>> {
        unimplemented!()
    }
    /// Keys and times, newest first.
    pub fn drafts(&self, user: Uuid) -> Result<Vec<(String, i64)>> {
        unimplemented!()
    }
    pub fn drop_draft(&self, user: Uuid, key: &str) -> Result<()> {
        unimplemented!()
    }
}
