//! stub
use crate::book::Book;
use crate::error::Result;
/// Something that should not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    /// Number of the entry, change or row.
    pub at: Option<i64>,
    pub what: String,
}
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    pub audit_entries: u64,
    pub records: u64,
    pub pending: u64,
    pub scopes: u64,
    pub faults: Vec<Fault>,
}
impl VerifyReport {
    pub fn sound(&self) -> bool {
        self.faults.is_empty()
    }
}
impl Book {
    /// Checks the file, the audit chain, the outbox, what is shown against base and pending (I7), and digests (I6).
    pub fn verify(&self) -> Result<VerifyReport> {
        unimplemented!()
    }
}
