//! What a device may see: the union of its users' grants, cut to scopes. The server's one place for this.

use chrono::NaiveDate;
use serde::Serialize;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Action, Grant, User};
use tiexin_domain::region::Level;
use tiexin_protocol::wire::{DeviceState, Escrowed, ScopeHead, View};
use tiexin_protocol::{canonical, planted};
use uuid::Uuid;

use crate::plan::ScopeState;

/// An enrolled device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    pub id: Uuid,
    /// Ed25519 public key, 64 hex digits.
    pub key: String,
    pub name: String,
    pub app: String,
    /// Milliseconds since 1970 UTC, as are the other times.
    pub enrolled_at: i64,
    pub last_seen: Option<i64>,
    pub revoked_at: Option<i64>,
    /// Changes not yet sent: as last told, without those answered since.
    pub waiting: Option<u64>,
    /// End of the lease given last.
    pub lease_until: Option<i64>,
    /// Since when it is to hand over and destroy its book.
    pub retires_at: Option<i64>,
    /// When it said that its book is destroyed.
    pub wiped_at: Option<i64>,
    /// When two machines were last heard under it.
    pub copied_at: Option<i64>,
    /// The order to destroy its book: a [`tiexin_protocol::statement::Signed`] as JSON.
    #[serde(skip)]
    pub wipe_order: Option<String>,
    /// The book's key, which only the holder of the escrow key can open.
    #[serde(skip)]
    pub escrow: Option<Escrowed>,
}

impl Device {
    /// How it stands.
    pub fn state(&self) -> DeviceState {
        match (self.wiped_at, self.revoked_at, self.retires_at) {
            (Some(_), ..) => DeviceState::Wiped,
            (_, Some(_), _) => DeviceState::Revoked,
            (.., Some(_)) => DeviceState::Retiring,
            _ => DeviceState::InUse,
        }
    }
}

/// A device as it stands at the door.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    pub(crate) users: Vec<User>,
    /// Scopes that exist under [`prefixes`], sorted.
    pub(crate) scopes: Vec<(RegionCode, ScopeState)>,
    pub(crate) heard: Heard,
    pub(crate) word: Word,
}

/// What a device should be told besides, as soon as it asks for anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// Since when it is to retire.
    pub(crate) retires_at: Option<i64>,
    /// When two machines were last heard under it.
    pub(crate) copied_at: Option<i64>,
}

/// A grant as the book holds it: by when it was given it is told from another of the same role, region and days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Right {
    pub(crate) user: Uuid,
    pub(crate) grant: Grant,
    /// Milliseconds since 1970 UTC. One that was given once more after a restore: when it was last known to be held.
    pub(crate) given: i64,
    /// When the office ended it.
    pub(crate) ended: Option<i64>,
}

/// A scope that the device may read, and how much of it.
#[derive(Debug, Clone)]
pub(crate) struct Readable {
    pub(crate) scope: RegionCode,
    pub(crate) state: ScopeState,
    pub(crate) view: View,
}

fn reading(users: &[User], today: NaiveDate) -> impl Iterator<Item = &Grant> {
    users
        .iter()
        .filter(|user| !user.disabled)
        .flat_map(|user| &user.grants)
        .filter(move |grant| grant.in_force(today) && grant.role.carries(Action::Read))
}

/// Scope ids that may be readable begin with one of these. Sorted, none covers another.
pub(crate) fn prefixes(users: &[User], today: NaiveDate) -> Vec<RegionCode> {
    let mut regions: Vec<RegionCode> =
        reading(users, today).map(|grant| grant.region.at(Level::Township)).collect();
    regions.sort();
    regions.dedup_by(|later, kept| kept.covers(later));
    regions
}

/// How much of a scope the users may read: none, or a [`View`] of it.
pub(crate) fn view_of(users: &[User], scope: &RegionCode, today: NaiveDate) -> Option<View> {
    if reading(users, today).any(|grant| grant.region.covers(scope)) {
        return Some(View::new());
    }
    let mut villages: View = reading(users, today)
        .filter(|grant| grant.region.level() == Level::Village && grant.region.scope() == *scope)
        .map(|grant| grant.region.clone())
        .collect();
    villages.sort();
    villages.dedup();
    (!villages.is_empty()).then_some(villages)
}

impl Admission {
    /// The scopes that may be read, sorted.
    pub(crate) fn readable(&self, today: NaiveDate) -> Vec<Readable> {
        self.scopes
            .iter()
            .filter_map(|(scope, state)| {
                let view = view_of(&self.users, scope, today)?;
                Some(Readable { scope: scope.clone(), state: state.clone(), view })
            })
            .collect()
    }

    /// Changes whenever hello would tell the device something else: its users, their grants, the scopes and views
    /// they may read, an order, a notice. A device that meets another mark than its own says hello at once.
    pub(crate) fn mark(&self, readable: &[Readable], today: NaiveDate) -> String {
        let scopes: Vec<_> = readable.iter().map(|r| (&r.scope, r.state.generation, &r.view)).collect();
        let users = told(self.users.clone(), today);
        let body = match (self.word.retires_at, self.word.copied_at) {
            (None, None) => serde_json::json!([users, scopes]),
            (retires, copied) => serde_json::json!([users, scopes, retires, copied.is_some()]),
        };
        hex::encode(&blake3::hash(&canonical(&body)).as_bytes()[..12])
    }
}

/// Whether a grant was ever in force up to this day. One that was taken back before its first day was not.
pub(crate) fn has_begun(grant: &Grant, today: NaiveDate) -> bool {
    let Some(from) = grant.from else { return true };
    from <= today && grant.to.is_none_or(|to| from <= to)
}

/// Users as a device is told of them: a grant that has ended is not told any more. The device counts days by a
/// clock of its own, and what was ended at once must not last there until its midnight.
pub(crate) fn told(mut users: Vec<User>, today: NaiveDate) -> Vec<User> {
    for user in &mut users {
        user.grants.retain(|grant| grant.to.is_none_or(|to| to >= today));
    }
    users
}

/// How far a (device, incarnation) has been heard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Highest seq that has a verdict.
    pub(crate) acked: u64,
    /// The print of the change that it was.
    pub(crate) print: Option<[u8; 32]>,
    /// What the newest finished backup holds; none while the office makes no backups known here.
    pub(crate) backed_up: Option<u64>,
    /// What every replica holds; none where none is named.
    pub(crate) replicated: Option<u64>,
}

impl Heard {
    /// The highest seq that is safe when this book is put back from its newest backup, or a replica takes its
    /// place. Where the office has neither, what is committed counts as safe.
    pub(crate) fn durable(self) -> u64 {
        let held = [self.backed_up, self.replicated].into_iter().flatten().min();
        held.filter(|_| !planted("acked_is_durable")).unwrap_or(self.acked)
    }
}

impl From<&Readable> for ScopeHead {
    fn from(r: &Readable) -> ScopeHead {
        ScopeHead {
            scope: r.scope.clone(),
            generation: r.state.generation,
            head: r.state.head,
            view: r.view.clone(),
            continues: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_domain::access::Role;

    fn user(regions: &[&str]) -> User {
        let grant = |r: &&str| Grant { role: Role::Worker, region: r.parse().unwrap(), from: None, to: None };
        User {
            id: Uuid::nil(),
            name: "u".into(),
            display_name: "u".into(),
            grants: regions.iter().map(grant).collect(),
            disabled: false,
        }
    }

    #[test]
    fn a_village_sees_itself_and_a_township_the_whole() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 5).unwrap();
        let town: RegionCode = "340323100".parse().unwrap();
        let village = user(&["340323100002", "340323100001"]);
        let view = view_of(std::slice::from_ref(&village), &town, day).unwrap();
        assert_eq!(view.iter().map(RegionCode::as_str).collect::<Vec<_>>(), ["340323100001", "340323100002"]);
        assert_eq!(view_of(&[user(&["340323"]), village.clone()], &town, day), Some(vec![]));
        assert_eq!(view_of(&[user(&["340323104001"])], &town, day), None);
        assert_eq!(view_of(&[user(&["340323100"])], &"340323".parse().unwrap(), day), None);
        assert_eq!(prefixes(&[village], day), [town]);
        assert_eq!(prefixes(&[user(&["340323100", "340323", "34032310"[..6].into()])], day).len(), 1);
    }
}
