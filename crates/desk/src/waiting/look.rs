//! Where what waits lies today: what stands, where a decision on it lies, what adopting it comes to.

use std::collections::HashMap;

use tiexin_domain::RegionCode;
use tiexin_domain::nouns::merge::{MERGED_INTO, merged_into};
use tiexin_domain::record::Record;
use tiexin_protocol::{ParkCode, Verdict};
use tiexin_store::Save;
use tiexin_store::adopting::{self, Adopting};
use uuid::Uuid;

use super::{Group, Viewer, Waiting};
use crate::place::region_of;

impl Group {
    /// Looks anew at what stands, where decisions lie and what adopting comes to.
    pub(crate) fn look(&mut self, who: &Viewer<'_>) {
        for one in &mut self.0 {
            one.current = who.record(one.change.record);
            follow_merge(who, one);
        }
        if self.0.iter().any(|one| one.refused.is_some()) {
            let waits = waits(who, self.cause());
            for own in self.0.iter_mut().filter(|one| one.refused.is_some()) {
                own.waits.clone_from(&waits);
            }
        }
        // A member may belong to one that the group makes.
        let mut made: HashMap<Uuid, Record> = HashMap::new();
        for one in &mut self.0 {
            let now = |id| made.get(&id).cloned().or_else(|| who.record(id));
            let Waiting { change, verdict, current, waits, in_vain, .. } = &*one;
            let (verdict, stands, in_vain) = (Some(verdict), current.as_ref(), *in_vain);
            let of = Adopting { change, verdict, current: stands, waits: waits.as_ref(), in_vain, now: &now };
            let to = of.place();
            let decided = |waits| adopting::decided_at(waits, current.as_ref(), to.as_ref());
            one.at = waits.as_ref().map(decided);
            one.to = to;
            if let (Some(to), Some(save)) = (&one.to, one.adopted(false)) {
                let (scope, version) = (to.scope(), one.current.as_ref().map_or(0, |record| record.version));
                let void = one.current.as_ref().and_then(|record| record.void.clone());
                let Save { id, kind, fields, .. } = save;
                made.insert(id, Record { id, kind, scope, version, fields, void });
            }
        }
    }
}

/// Where the province keeps a change of this desk's own, as it decides (`server::plan`): with what has moved or
/// was merged; an intended move where it was meant to. `None`: what it is about is not here any more.
fn waits(who: &Viewer<'_>, own: &Waiting) -> Option<RegionCode> {
    let change = &own.change;
    let stands = own.current.as_ref().map(|record| record.scope.clone());
    let away = |scope: &RegionCode| *scope != change.scope;
    match &own.verdict {
        Verdict::Parked { code: ParkCode::Moved | ParkCode::Merged, .. } => {
            let now = |id| who.record(id);
            let of =
                Adopting { change, verdict: None, current: None, waits: None, in_vain: false, now: &now };
            let parents = of.parents().map(|parent| parent.scope);
            let near: Vec<RegionCode> = stands.into_iter().chain(parents).collect();
            // Only to another village.
            near.iter().find(|scope| away(scope)).or(near.first()).cloned()
        }
        Verdict::Parked { code: ParkCode::NoRight, .. } if own.current.is_some() => {
            region_of(&change.set).map(|region| region.scope()).or(stands)
        }
        _ => Some(stands.unwrap_or_else(|| change.scope.clone())),
    }
}

/// An edit of a record that was merged into another is one of that: there it is shown, and adopted.
fn follow_merge(who: &Viewer<'_>, one: &mut Waiting) {
    let itself = one.change.void.is_some() || one.change.set.contains_key(MERGED_INTO);
    if itself || one.current.as_ref().and_then(merged_into).is_none() {
        return;
    }
    let stays = who.record(who.standing(one.change.record));
    if let Some(stays) = stays.filter(|stays| stays.kind == one.change.kind && stays.void.is_none()) {
        one.change.record = stays.id;
        one.current = Some(stays);
    }
}
