//! What a restored book lacks, by what desks tell. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::Value;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role, User};
use tiexin_protocol::statement::{OfficeAct, Standing};
use uuid::Uuid;

use super::{Lacking, Stands};
use crate::access::Device;
use crate::store::TakenBack;
use crate::testimony::{id_in, shut_out};

/// What is lacking, with what is needed to do it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) users: Vec<User>,
    pub(super) grants: Vec<(String, Grant)>,
    pub(super) ended: Vec<(String, Role, RegionCode, NaiveDate)>,
    pub(super) disabled: Vec<String>,
    pub(super) devices: Vec<(TakenBack, bool, Vec<String>)>,
    pub(super) revoked: Vec<(Uuid, String, bool, Option<Uuid>)>,
}

impl Plan {
    pub(super) fn told(&self) -> Vec<Lacking> {
        let mut all: Vec<Lacking> = Vec::new();
        all.extend(self.users.iter().map(|user| Lacking::User {
            id: user.id,
            name: user.name.clone(),
            display_name: user.display_name.clone(),
        }));
        all.extend(self.grants.iter().cloned().map(|(user, grant)| Lacking::Grant { user, grant }));
        let ended = self.ended.iter().cloned();
        all.extend(ended.map(|(user, role, region, to)| Lacking::GrantEnded { user, role, region, to }));
        all.extend(self.disabled.iter().cloned().map(|user| Lacking::UserDisabled { user }));
        all.extend(self.devices.iter().map(|(back, known, users)| Lacking::Device {
            id: back.device,
            name: back.name.clone(),
            known: *known,
            users: users.clone(),
        }));
        let revoked = self.revoked.iter().cloned();
        all.extend(revoked.map(|(id, name, lost, _)| Lacking::Revoked { id, name, lost }));
        all
    }
}

/// The people of the statements as the book knows them, or will.
struct People {
    /// By the id of the statements.
    by_id: BTreeMap<Uuid, User>,
}

impl People {
    /// The newest that was said of each user, and which of them the book lacks. Who was added again by hand since is
    /// known by the sign-in name.
    fn of(said: &[Standing], stands: &Stands) -> (People, Vec<User>, BTreeMap<Uuid, User>) {
        let mut newest: BTreeMap<Uuid, (i64, &User)> = BTreeMap::new();
        for one in said {
            for user in &one.users {
                let held = newest.entry(user.id).or_insert((one.told, user));
                if held.0 < one.told {
                    *held = (one.told, user);
                }
            }
        }
        let (mut by_id, mut lacking) = (BTreeMap::new(), Vec::new());
        by_id.extend(stands.users.iter().map(|user| (user.id, user.clone())));
        for (id, (_, user)) in &newest {
            if by_id.contains_key(id) {
                continue;
            }
            let same =
                stands.users.iter().find(|known| known.name.to_lowercase() == user.name.to_lowercase());
            if same.is_none() {
                lacking.push((*user).clone());
            }
            let empty = User { grants: Vec::new(), disabled: false, ..(*user).clone() };
            by_id.insert(*id, same.cloned().unwrap_or(empty));
        }
        let said = newest.into_iter().map(|(id, (_, user))| (id, user.clone())).collect();
        (People { by_id }, lacking, said)
    }
}

/// What the statements tell and the book lacks. Whatever the book says about a right that it has stands, except that
/// it may have ended since.
pub(super) fn plan(said: &[Standing], stands: &Stands) -> Plan {
    let (people, users, newest) = People::of(said, stands);
    let mut taken: Vec<&OfficeAct> = said.iter().flat_map(|one| &one.taken).collect();
    taken.sort_by(|a, b| (a.at, &a.act, &a.detail).cmp(&(b.at, &b.act, &b.detail)));
    taken.dedup();
    let mut plan = Plan { users, ..Plan::default() };
    rights(&people, &newest, &mut plan);
    withdrawn(&people, &taken, &mut plan);
    machines(&people, said, &taken, stands, &mut plan);
    plan
}

fn rights(people: &People, newest: &BTreeMap<Uuid, User>, plan: &mut Plan) {
    for (id, told) in newest {
        let Some(known) = people.by_id.get(id) else { continue };
        for grant in &told.grants {
            let same = |held: &&Grant| (&held.role, &held.region) == (&grant.role, &grant.region);
            if !known.grants.iter().any(|held| same(&held)) {
                plan.grants.push((known.name.clone(), grant.clone()));
            } else if let Some(to) = grant.to {
                end(known, &grant.role, &grant.region, to, plan);
            }
        }
        if told.disabled && !known.disabled {
            disable(&known.name, plan);
        }
    }
}

fn end(known: &User, role: &Role, region: &RegionCode, to: NaiveDate, plan: &mut Plan) {
    let goes_on =
        |held: &Grant| (&held.role, &held.region) == (role, region) && held.to.is_none_or(|end| end > to);
    let given = plan.grants.iter().any(|(user, grant)| *user == known.name && goes_on(grant));
    let ended = (known.name.clone(), role.clone(), region.clone(), to);
    if (given || known.grants.iter().any(goes_on)) && !plan.ended.contains(&ended) {
        plan.ended.push(ended);
    }
}

fn disable(name: &str, plan: &mut Plan) {
    if !plan.disabled.iter().any(|other| other == name) {
        plan.disabled.push(name.to_owned());
    }
}

/// What was taken from people.
fn withdrawn(people: &People, taken: &[&OfficeAct], plan: &mut Plan) {
    for act in taken {
        let Ok(detail) = serde_json::from_str::<Value>(&act.detail) else { continue };
        let Some(known) = id_in(&detail, "user").and_then(|id| people.by_id.get(&id)) else { continue };
        match act.act.as_str() {
            "user_disabled" if !known.disabled => disable(&known.name, plan),
            // Taken back since; one that the book has as disabled stays so.
            "user_enabled" => plan.disabled.retain(|name| *name != known.name),
            "grant_ended" => {
                let text = |field: &str| detail.get(field).and_then(Value::as_str);
                let (Some(role), Some(Ok(region)), Some(Ok(to))) = (
                    text("role").map(Role::from_code),
                    text("region").map(str::parse::<RegionCode>),
                    text("to").map(str::parse::<NaiveDate>),
                ) else {
                    continue;
                };
                end(known, &role, &region, to, plan);
            }
            _ => {}
        }
    }
}

/// Devices that are unknown, unless somebody tells that they were shut out; users of devices; devices to be shut out.
fn machines(people: &People, said: &[Standing], taken: &[&OfficeAct], stands: &Stands, plan: &mut Plan) {
    let owned: Vec<OfficeAct> = taken.iter().map(|act| (*act).clone()).collect();
    let shut: BTreeMap<Uuid, (bool, Option<Uuid>)> =
        shut_out(&owned).map(|(device, lost, by)| (device, (lost, by))).collect();
    let works: BTreeSet<(Uuid, Uuid)> =
        stands.works.iter().map(|(device, author, _)| (*device, *author)).collect();
    for one in said {
        let known = stands.devices.iter().any(|device| device.id == one.device);
        if !known && shut.contains_key(&one.device) {
            continue;
        }
        let authors: Vec<(Uuid, Uuid)> = one
            .authors
            .iter()
            .filter(|as_| !works.contains(&(one.device, as_.author)))
            .filter_map(|as_| {
                let user = people.by_id.get(&as_.user)?;
                Some((as_.author, user.id))
            })
            .collect();
        if known && authors.is_empty() {
            continue;
        }
        let names: BTreeSet<String> = authors
            .iter()
            .filter_map(|(_, user)| people.by_id.values().find(|one| one.id == *user))
            .map(|user| user.name.clone())
            .collect();
        let back = TakenBack {
            device: one.device,
            key: one.key.clone(),
            name: one.name.clone(),
            enrolled_at: one.enrolled_at,
            authors,
        };
        plan.devices.push((back, known, names.into_iter().collect()));
    }
    for (device, (lost, by)) in shut {
        let found = stands.devices.iter().find(|known| known.id == device);
        let open = |known: &&Device| {
            known.wiped_at.is_none() && known.revoked_at.is_none() && (lost || known.retires_at.is_none())
        };
        if let Some(found) = found.filter(open) {
            plan.revoked.push((device, found.name.clone(), lost, by));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn grant(region: &str, to: Option<&str>) -> Grant {
        Grant {
            role: Role::Worker,
            region: region.parse().unwrap(),
            from: None,
            to: to.map(|day| day.parse().unwrap()),
        }
    }

    fn user(n: u128, name: &str, grants: &[Grant]) -> User {
        User {
            id: id(n),
            name: name.into(),
            display_name: name.into(),
            grants: grants.to_vec(),
            disabled: false,
        }
    }

    fn device(n: u128) -> Device {
        Device {
            id: id(n),
            key: String::new(),
            name: format!("{n} 号机"),
            app: String::new(),
            enrolled_at: 0,
            last_seen: None,
            revoked_at: None,
            waiting: None,
            lease_until: None,
            retires_at: None,
            wiped_at: None,
            copied_at: None,
            wipe_order: None,
            escrow: None,
        }
    }

    fn said(device: u128, told: i64, users: &[User], taken: &[OfficeAct]) -> Standing {
        let authors = users
            .iter()
            .map(|user| tiexin_protocol::statement::RecordsAs { author: user.id, user: user.id })
            .collect();
        let (users, taken) = (users.to_vec(), taken.to_vec());
        let name = format!("{device} 号机");
        Standing { device: id(device), name, users, authors, taken, told, ..Standing::default() }
    }

    fn act(at: i64, act: &str, detail: Value) -> OfficeAct {
        OfficeAct { at, act: act.into(), detail: detail.to_string() }
    }

    fn stands(users: &[User], devices: &[Device]) -> Stands {
        let works = devices.iter().flat_map(|device| users.iter().map(|user| (device.id, user.id, user.id)));
        Stands { users: users.to_vec(), works: works.collect(), devices: devices.to_vec() }
    }

    #[test]
    fn an_unknown_machine_its_user_and_grant_are_lacking() {
        let wang = user(1, "wang", &[grant("340323100", None)]);
        let told = plan(&[said(9, 5, std::slice::from_ref(&wang), &[])], &stands(&[], &[])).told();
        assert!(matches!(&told[0], Lacking::User { name, .. } if name == "wang"));
        assert!(matches!(&told[1], Lacking::Grant { user, .. } if user == "wang"));
        assert!(matches!(&told[2], Lacking::Device { known: false, users, .. } if users == &["wang"]));
        assert_eq!(told.len(), 3);
        // What the book has already is not lacking.
        assert_eq!(
            plan(&[said(9, 5, std::slice::from_ref(&wang), &[])], &stands(&[wang], &[device(9)])).told(),
            []
        );
    }

    #[test]
    fn who_was_added_again_by_hand_is_the_same_person() {
        let before = user(1, "Wang", &[grant("340323100", None)]);
        let again = user(2, "wang", &[grant("340323100", None)]);
        let plan = plan(&[said(9, 5, &[before], &[])], &stands(&[again], &[]));
        assert_eq!(plan.users.len() + plan.grants.len(), 0);
        assert_eq!(plan.devices[0].0.authors, [(id(1), id(2))]);
    }

    #[test]
    fn a_right_is_ended_and_never_given_back() {
        let open = user(1, "wang", &[grant("340323100", None)]);
        let over = user(1, "wang", &[grant("340323100", Some("2026-10-04"))]);
        // The desk itself was told that it ended.
        let by_desk =
            plan(&[said(9, 5, std::slice::from_ref(&over), &[])], &stands(&[open.clone()], &[device(9)]));
        assert_eq!(by_desk.ended.len(), 1);
        // Another desk was.
        let detail =
            serde_json::json!({"user": id(1), "role": "worker", "region": "340323100", "to": "2026-10-04"});
        let other = said(8, 5, &[], &[act(4, "grant_ended", detail)]);
        let by_other = plan(
            &[other.clone(), said(9, 3, &[open.clone()], &[])],
            &stands(&[open.clone()], &[device(9), device(8)]),
        );
        assert_eq!(by_other.ended.len(), 1);
        // The office has ended it since: a desk that says otherwise changes nothing.
        assert_eq!(plan(&[said(9, 5, &[open], &[])], &stands(&[over], &[device(9)])).told(), []);
    }

    #[test]
    fn a_lost_machine_does_not_come_back() {
        let wang = user(1, "wang", &[]);
        let gone = act(4, "device_revoked", serde_json::json!({"device": id(9), "lost": true, "by": null}));
        let witness = said(8, 5, &[], std::slice::from_ref(&gone));
        // Known and in use here: it is to be shut out.
        let known = plan(&[witness.clone()], &stands(&[wang.clone()], &[device(8), device(9)]));
        assert!(matches!(&known.told()[..], [Lacking::Revoked { lost: true, .. }]));
        // Unknown here: it is not taken back, whatever it says of itself.
        let unknown = plan(&[witness, said(9, 3, &[wang.clone()], &[])], &stands(&[wang], &[device(8)]));
        assert_eq!(unknown.told(), []);
    }
}
