//! stub
use crate::book::Book;
use crate::error::Result;
impl Book {
    /// The mapping kept for ledgers of this kind with these column heads.
    pub fn column_mapping(&self, kind: &str, signature: &str) -> Result<Option<String>> {
        unimplemented!()
    }
    pub fn keep_column_mapping(&self, kind: &str, signature: &str, mapping: &str, now_ms: i64) -> Result<()> {
        unimplemented!()
    }
}
