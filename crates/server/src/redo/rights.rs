//! Which grants a restored book lacks, and which have ended since. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role, User};
use tiexin_protocol::statement::OfficeAct;
use uuid::Uuid;

use super::people::People;
use super::plan::{Deed, Step};
use super::{Lacking, Stands};
use crate::access::Right;
use crate::config::day_of;
use crate::testimony::id_in;

/// A grant that the book has, or will have, and how it ends after all.
struct Held {
    right: Right,
    /// Not in the book yet.
    lacking: bool,
    /// Ended by what desks tell.
    ended: bool,
    /// When it was ended, by the book or by what desks tell.
    ended_at: Option<i64>,
    /// A statement tells of it.
    told: bool,
}

impl Held {
    fn of(right: Right, lacking: bool) -> Held {
        Held { ended_at: right.ended, right, lacking, ended: false, told: lacking }
    }

    fn end(&mut self, to: NaiveDate, at: i64) {
        if self.right.grant.to.is_none_or(|end| end > to) {
            self.right.grant.to = Some(to);
            self.ended = true;
            self.ended_at = self.ended_at.max(Some(at));
        }
    }
}

/// An act by which a grant was ended.
struct End {
    user: Uuid,
    role: Role,
    region: RegionCode,
    to: NaiveDate,
    at: i64,
    /// Its first day, and when it was given; none: an older program entered neither.
    which: Option<(Option<NaiveDate>, i64)>,
}

impl End {
    fn read(act: &OfficeAct, people: &People) -> Option<End> {
        if act.act != "grant_ended" {
            return None;
        }
        let detail: Value = serde_json::from_str(&act.detail).ok()?;
        let text = |field: &str| detail.get(field).and_then(Value::as_str);
        let user = people.by_id.get(&id_in(&detail, "user")?)?.id;
        let given = detail.get("given").and_then(Value::as_i64);
        Some(End {
            user,
            role: Role::from_code(text("role")?),
            region: text("region")?.parse().ok()?,
            to: text("to")?.parse().ok()?,
            at: act.at,
            which: given.map(|given| (text("from").and_then(|day| day.parse().ok()), given)),
        })
    }

    /// Whether it was this one that was ended: not one that was given again afterwards, nor one from before.
    fn means(&self, right: &Right) -> bool {
        let grant = &right.grant;
        let same = (right.user, &grant.role, &grant.region) == (self.user, &self.role, &self.region);
        let which = match self.which {
            Some((from, given)) => {
                let since = given == right.given || (given < right.given && right.given <= self.at);
                from == grant.from && since
            }
            None => right.given <= self.at,
        };
        same && which
    }
}

/// What statements tell of grants and their ends, and the book lacks.
pub(super) fn rights(
    people: &People,
    newest: &BTreeMap<Uuid, (i64, User)>,
    taken: &[OfficeAct],
    stands: &Stands,
    steps: &mut Vec<Step>,
) {
    let ends: Vec<End> = taken.iter().filter_map(|act| End::read(act, people)).collect();
    let mut held: Vec<Held> = stands.rights.iter().cloned().map(|right| Held::of(right, false)).collect();
    let end_all = |held: &mut [Held]| {
        for end in &ends {
            held.iter_mut().filter(|one| end.means(&one.right)).for_each(|one| one.end(end.to, end.at));
        }
    };
    end_all(&mut held);
    for (id, (told, user)) in newest {
        let Some(known) = people.by_id.get(id) else { continue };
        compare(known.id, user, *told, &mut held);
    }
    let first = held.iter().position(|one| one.lacking).unwrap_or(held.len());
    let given: Vec<Step> = held[first..].iter().filter_map(|one| give(one, people)).collect();
    end_all(&mut held[first..]);
    steps.extend(given);
    steps.extend(held.iter().filter(|one| one.ended).filter_map(|one| take(one, people)));
}

/// Matches what a statement says that a user had then with what the book holds; what it lacks is added.
fn compare(user: Uuid, said: &User, told: i64, held: &mut Vec<Held>) {
    let key = |grant: &Grant| (grant.role.clone(), grant.region.clone(), grant.from);
    let mut other: Vec<&Grant> = Vec::new();
    for grant in &said.grants {
        let same = |one: &&mut Held| !one.told && one.right.user == user && one.right.grant == *grant;
        match held.iter_mut().find(same) {
            Some(one) => one.told = true,
            None => other.push(grant),
        }
    }
    for grant in other {
        let alike =
            |one: &&mut Held| !one.told && one.right.user == user && key(&one.right.grant) == key(grant);
        // One that has ended here by the statement's time is another: the office had given it again by then.
        let lives = |one: &&mut Held| match (one.right.grant.to, grant.to) {
            (None, _) => true,
            (Some(end), Some(to)) if end > to => true,
            _ => one.ended_at.is_none_or(|at| at > told),
        };
        if let Some(one) = held.iter_mut().find(|one| alike(one) && lives(one)) {
            one.told = true;
            if let Some(to) = grant.to {
                one.end(to, told);
            }
        } else if grant.to.is_none_or(|to| to >= day_of(told)) {
            held.push(Held::of(Right { user, grant: grant.clone(), given: told, ended: None }, true));
        }
    }
}

fn name_of(user: Uuid, people: &People) -> Option<String> {
    people.by_id.values().find(|one| one.id == user).map(|one| one.name.clone())
}

fn give(held: &Held, people: &People) -> Option<Step> {
    let (user, grant) = (name_of(held.right.user, people)?, held.right.grant.clone());
    let deed = Deed::AddGrant(user.clone(), grant.clone(), held.right.given);
    Some(Step { told: Lacking::Grant { user, grant }, deed })
}

fn take(held: &Held, people: &People) -> Option<Step> {
    let Grant { role, region, from, to } = held.right.grant.clone();
    let (user, to) = (name_of(held.right.user, people)?, to?);
    let told = Lacking::GrantEnded { user, role, region, from, to };
    Some(Step { told, deed: Deed::End(held.right.clone(), to) })
}
