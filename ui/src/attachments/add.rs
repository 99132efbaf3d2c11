//! Adding files to a record, one after the other: one that is refused holds back no other.

use crate::transport::call;
use tiexin_contract::ErrorReply;
use tiexin_contract::attachment::AddAttachment;
use tiexin_contract::import::FileGiven;
use uuid::Uuid;

/// `what`: a code of the attachment's kind, or the desk's own choice. `left` hears how many are still to be
/// added. What was refused comes back.
pub(crate) async fn add_all(
    owner: Uuid,
    files: Vec<FileGiven>,
    what: Option<String>,
    left: impl Fn(usize),
) -> Vec<ErrorReply> {
    let all = files.len();
    let mut refused = Vec::new();
    for (at, file) in files.into_iter().enumerate() {
        left(all - at);
        let one = AddAttachment { owner, file, what: what.clone(), taken_at: None, note: None };
        if let Err(error) = call(one).await {
            refused.push(error);
        }
    }
    left(0);
    refused
}
