//! Looking over the bytes of attachments.

use tiexin_protocol::blob::BlobHash;

use super::Place;
use crate::error::Result;
use crate::store::Book;
use crate::verify::{Finding, Report};

/// Every blob that is called whole is there and has its hash.
pub(crate) async fn check(book: &dyn Book, place: &Place, report: &mut Report) -> Result<()> {
    for scope in book.scopes().await? {
        for hash in book.blobs_in(&scope).await? {
            report.blobs += 1;
            let code = match place.get_whole(&scope, hash).await? {
                Some(bytes) if BlobHash::of(&bytes) == hash => continue,
                Some(_) => "blob_damaged",
                None => "blob_missing",
            };
            report.broken.push(Finding { at: format!("blob {scope}/{hash}"), seq: None, record: None, code });
        }
    }
    Ok(())
}
