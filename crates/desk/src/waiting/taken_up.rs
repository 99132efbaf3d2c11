//! Merges that waited for a registration: the province was put back from a backup, and the desk that had registered one
//! of the two came back later. Once both are here what their author decided is done, without being asked once more.

use tiexin_contract::ErrorReply;
use tiexin_domain::nouns::settlement::Choice;
use uuid::Uuid;

use super::{Viewer, open};

/// Stands beside the decision.
pub(crate) const BACK: &str = "这份登记已经回到省平台，合并照原来的办";

/// The user's own merges that can be done now.
pub(crate) fn due(who: &Viewer<'_>) -> Result<Vec<Uuid>, ErrorReply> {
    let groups = open(who)?.into_iter();
    let due = groups.filter(|group| {
        let waited = group.awaits_record() && group.merge().is_some();
        waited && group.is_own(who) && group.choices(who).contains(&Choice::Adopt)
    });
    Ok(due.map(|group| group.id()).collect())
}
