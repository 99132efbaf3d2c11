//! The server's audit: append-only books, each a hash chain.
//!
//! Administrative acts are in the book `province`. Every device has a book of its own for its pushes, so that
//! townships do not wait for each other at commit.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::access::Right;
use crate::plan::canonical_text;

/// The book of administrative acts.
pub(crate) const PROVINCE: &str = "province";

/// What taking or giving back a user's rights is called.
pub(crate) fn disabling(disabled: bool) -> &'static str {
    if disabled { "user_disabled" } else { "user_enabled" }
}

/// What is entered of a grant that was ended: which one, and its last day.
pub(crate) fn ended(right: &Right, to: NaiveDate) -> Value {
    let Right { user, grant, given, .. } = right;
    json!({"user": user, "role": grant.role, "region": grant.region, "from": grant.from, "given": given, "to": to})
}

/// Where a book stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AuditHead {
    pub(crate) seq: u64,
    pub(crate) chain: [u8; 32],
}

/// An entry of a book.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AuditRow {
    pub(crate) book: String,
    pub(crate) seq: u64,
    /// Milliseconds since 1970 UTC, server clock.
    pub(crate) at: i64,
    pub(crate) act: String,
    /// Canonical JSON; never personal data.
    pub(crate) detail: String,
    pub(crate) chain: [u8; 32],
}

impl AuditHead {
    /// The entry after this head.
    pub(crate) fn next(&self, book: String, at: i64, act: &str, detail: Value) -> AuditRow {
        let seq = self.seq + 1;
        let detail = canonical_text(&detail);
        let chain = link(self.chain, &book, seq, at, act, &detail);
        AuditRow { book, seq, at, act: act.into(), detail, chain }
    }
}

impl AuditRow {
    /// The head after this entry.
    pub(crate) fn head(&self) -> AuditHead {
        AuditHead { seq: self.seq, chain: self.chain }
    }

    /// Whether the entry follows `before` and was not altered.
    pub(crate) fn follows(&self, before: &AuditHead) -> bool {
        self.seq == before.seq + 1
            && self.chain == link(before.chain, &self.book, self.seq, self.at, &self.act, &self.detail)
    }
}

fn link(before: [u8; 32], book: &str, seq: u64, at: i64, act: &str, detail: &str) -> [u8; 32] {
    let body = canonical_text(&json!([book, seq, at, act, detail]));
    let mut hasher = blake3::Hasher::new();
    hasher.update(&before);
    hasher.update(body.as_bytes());
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altered_entry_does_not_follow() {
        let start = AuditHead::default();
        let one = start.next(PROVINCE.into(), 5, "user_added", json!({"user": 1}));
        let mut two = one.head().next(PROVINCE.into(), 6, "grant_added", json!({}));
        assert!(one.follows(&start) && two.follows(&one.head()));
        two.at = 7;
        assert!(!two.follows(&one.head()));
    }
}
