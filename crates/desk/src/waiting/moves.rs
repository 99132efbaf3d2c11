//! A family's move that somebody proposed who may not decide on it: what adopting it comes to today.

use tiexin_contract::ErrorReply;
use tiexin_domain::RegionCode;
use tiexin_domain::access::Action;
use tiexin_domain::record::Record;
use tiexin_store::Save;
use tiexin_store::moving::gathered;

use super::{Group, Viewer, Waiting};
use crate::errors;

const VOIDED_SINCE: &str = "已作废的户不能迁移，请写明原因退回；要迁的请先恢复这户，再由登记人重新提议。";
const GONE_SINCE: &str = "这户在提议以后已迁往别的乡镇，不能再照这次的办。请写明原因退回。";

impl Group {
    /// Why nobody can adopt a proposed move as things stand: a move brings no void family back, and one that has
    /// gone elsewhere since is asked for anew.
    pub(crate) fn cannot_move(&self) -> Option<&'static str> {
        let (_, to) = self.asked_move()?;
        let cause = self.cause();
        let gone = cause.current.is_some() && cause.to.as_ref() != Some(&to);
        void_of(cause).map(|_| VOIDED_SINCE).or(gone.then_some(GONE_SINCE))
    }

    /// Whether the user may adopt a proposed move.
    pub(crate) fn may_move(&self, who: &Viewer<'_>) -> bool {
        let cause = self.cause();
        let (Some(family), Some(to)) = (&cause.current, &cause.to) else { return false };
        let right = [&family.region(), to].iter().all(|region| who.may(Action::Write, region));
        right && self.cannot_move().is_none()
    }

    /// The family has moved since the move was proposed; where it was proposed from.
    pub(crate) fn moved_since(&self) -> Option<RegionCode> {
        self.asked_move()?;
        let cause = self.cause();
        let said: RegionCode = cause.change.set.get("moved_from")?.as_str()?.parse().ok()?;
        let stands = cause.current.as_ref().map(Record::region)?;
        // Of a family that was merged into another the other one is asked for.
        (stands != said).then_some(said)
    }

    /// What adopting a proposed move saves: the family, and what belongs to it today. What belonged to it when the
    /// move was proposed may be another family's by now, and more may have come.
    pub(crate) fn move_of_today(&self, who: &Viewer<'_>) -> Result<Option<Vec<Save>>, ErrorReply> {
        let cause = self.cause();
        let (Some(before), Some(family)) = (&cause.current, cause.adopted(true)) else { return Ok(None) };
        if self.asked_move().is_none() {
            return Ok(None);
        }
        let children = who.book.children(before.id).map_err(errors::store)?;
        let along = children
            .iter()
            .filter(|child| child.void.is_none() && who.may(Action::Write, &child.region()))
            .filter_map(|child| gathered(child, &before.fields, &family.fields));
        let along: Vec<Save> = along.collect();
        Ok(Some([family].into_iter().chain(along).collect()))
    }
}

/// Why its family is void.
pub(crate) fn void_of(one: &Waiting) -> Option<&str> {
    one.current.as_ref()?.void.as_ref().map(|void| void.reason.as_str())
}
