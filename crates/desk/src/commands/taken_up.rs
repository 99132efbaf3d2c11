//! Merges that waited for a registration: the province was put back from a backup, and the desk that had registered one
//! of the two came back later. Once both are here what their author decided is done, without being asked once more.

use tiexin_contract::ErrorReply;
use tiexin_domain::access::Action;
use tiexin_domain::nouns::Merge;
use tiexin_domain::nouns::merge::{MergeDecision, merged_into};
use tiexin_domain::nouns::settlement::Choice;
use tiexin_store::merging;
use uuid::Uuid;

use super::waiting::{Viewer, open};

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

/// Whether what somebody decided about two registrations can be done on them as they stand now.
pub(super) fn can_be_merged_anew(who: &Viewer<'_>, merge: &Merge) -> bool {
    let (Some(stays), Some(gives_way)) = (who.record(merge.stays), who.record(merge.gives_way)) else {
        return false;
    };
    let right = [&stays, &gives_way].iter().all(|record| who.may(Action::Write, &record.region()));
    let fits = match merge.decision {
        MergeDecision::Undone => merged_into(&gives_way).is_some(),
        _ => stays.void.is_none() && gives_way.void.is_none(),
    };
    right && fits && stays.kind == gives_way.kind && merging::mergeable(&stays.kind)
}
