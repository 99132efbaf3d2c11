//! What waits about a record that is void by now, or that belongs to one: it is told, and nothing comes back in silence.

use tiexin_domain::Kind;
use tiexin_domain::nouns::merge::merged_into;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::record::Record;
use tiexin_domain::shape;
use tiexin_protocol::{Verdict, VoidChange};

use super::waiting_shown::Words;
use crate::masking;
use crate::waiting::{Group, Viewer, Waiting};

fn is_void(record: &Record) -> bool {
    record.void.is_some() && merged_into(record).is_none()
}

/// A void record to which this one belongs, because of which it would not be shown.
fn void_above(who: &Viewer<'_>, one: &Waiting) -> Option<Record> {
    let whole = one.with_change();
    // What was given is shown whatever becomes of its family.
    if shape::is_fixed(&whole.kind) {
        return None;
    }
    let named = shape::parents(&whole.kind).filter_map(|field| whole.reference(field));
    named.map(|id| who.standing(id)).find_map(|id| {
        let parent = who.record(id)?;
        if is_void(&parent) { Some(parent) } else { who.book.void_above(id).ok().flatten() }
    })
}

impl Group {
    /// Members of which adopting brings a void record back.
    fn restored(&self) -> impl Iterator<Item = &Waiting> {
        let proposed = self.merge().is_some() || self.asked_move().is_some();
        let edits = |one: &&Waiting| !matches!(one.change.void, Some(VoidChange::Hide(_)));
        self.0.iter().filter(move |one| !proposed && one.current.as_ref().is_some_and(is_void)).filter(edits)
    }

    /// Adopting brings a void record back: a person looks at each.
    pub(super) fn restores(&self) -> bool {
        self.restored().next().is_some()
    }
}

impl Words<'_> {
    /// That adopting brings something back, or that what is adopted will not be shown.
    pub(super) fn of_void(&self, group: &Group, who: &Viewer<'_>) -> String {
        let mut said = String::new();
        let conflict = matches!(group.cause().verdict, Verdict::Conflict { .. });
        if let Some(one) = group.restored().next().filter(|_| !conflict) {
            let kind = Kind::from_code(&one.change.kind);
            let why = one.current.as_ref().and_then(|record| record.void.as_ref());
            let why =
                why.map(|void| format!("（原因：{}）", self.written(one, &void.reason))).unwrap_or_default();
            said.push_str(&format!("这条{}后来已作废{why}。", kind.word()));
            if group.choices(who).iter().any(Choice::takes_effect) {
                said.push_str("采纳会同时恢复它，经过里写明“恢复”；不该恢复的请退回。");
            }
        }
        if group.merge().is_none()
            && group.asked_move().is_none()
            && let Some(above) = group.0.iter().find_map(|one| void_above(who, one))
        {
            let title = masking::title(&above, &self.lost);
            let kind = Kind::from_code(&above.kind);
            let then = match group.choices(who).iter().any(Choice::takes_effect) {
                true => "采纳了也看不到，先恢复那一份才看得到。",
                false => "",
            };
            said.push_str(&format!("它所属的{}“{title}”已作废。{then}", kind.word()));
        }
        said
    }
}
