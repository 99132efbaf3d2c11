//! What a restored book lacks, by what desks tell. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::Value;
use tiexin_domain::access::{Grant, User};
use tiexin_protocol::statement::{OfficeAct, Standing};
use uuid::Uuid;

use super::people::People;
use super::rights::rights;
use super::{Lacking, Stands};
use crate::access::{Device, Right};
use crate::store::TakenBack;
use crate::testimony::{id_in, shut_out, wiped};

/// Something that is lacking, and what is to be done about it.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) told: Lacking,
    pub(super) deed: Deed,
}

#[derive(Debug)]
pub(super) enum Deed {
    AddUser(User),
    /// Sign-in name, and when it was last known to be held.
    AddGrant(String, Grant, i64),
    End(Right, NaiveDate),
    Disable(String),
    TakeBack(TakenBack),
    /// Lost, by whom.
    Revoke(Uuid, bool, Option<Uuid>),
    /// It is known here as destroyed from now on.
    Wiped(Uuid),
    None,
}

/// What the statements tell and the book lacks. Whatever the book says about a right that it has stands, except that
/// it may have ended since.
pub(super) fn plan(said: &[Standing], stands: &Stands) -> Vec<Step> {
    let (people, users, newest) = People::of(said, stands);
    let mut taken: Vec<OfficeAct> = said.iter().flat_map(|one| one.taken.clone()).collect();
    taken.sort_by(|a, b| (a.at, &a.act, &a.detail).cmp(&(b.at, &b.act, &b.detail)));
    taken.dedup();
    let mut steps: Vec<Step> = users.into_iter().map(added).collect();
    rights(&people, &newest, &taken, stands, &mut steps);
    disabled(&people, &newest, &taken, &mut steps);
    machines(&people, said, &taken, stands, &mut steps);
    steps
}

fn added(user: User) -> Step {
    let user = User { grants: Vec::new(), disabled: false, ..user };
    let (id, name, display_name) = (user.id, user.name.clone(), user.display_name.clone());
    Step { told: Lacking::User { id, name, display_name }, deed: Deed::AddUser(user) }
}

/// Who was disabled and not taken back since; one that the book has as disabled stays so.
fn disabled(
    people: &People,
    newest: &BTreeMap<Uuid, (i64, User)>,
    taken: &[OfficeAct],
    steps: &mut Vec<Step>,
) {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for (id, (_, told)) in newest {
        let known = people.by_id.get(id).filter(|known| told.disabled && !known.disabled);
        names.extend(known.map(|known| known.name.as_str()));
    }
    for act in taken {
        let Ok(detail) = serde_json::from_str::<Value>(&act.detail) else { continue };
        let Some(known) = id_in(&detail, "user").and_then(|id| people.by_id.get(&id)) else { continue };
        match act.act.as_str() {
            "user_disabled" if !known.disabled => names.insert(&known.name),
            "user_enabled" => names.remove(known.name.as_str()),
            _ => continue,
        };
    }
    steps.extend(names.into_iter().map(|name| Step {
        told: Lacking::UserDisabled { user: name.to_owned() },
        deed: Deed::Disable(name.to_owned()),
    }));
}

/// Devices that are unknown, unless somebody tells that they were shut out; users of devices; devices to be shut out.
fn machines(people: &People, said: &[Standing], taken: &[OfficeAct], stands: &Stands, steps: &mut Vec<Step>) {
    let shut: BTreeMap<Uuid, (bool, Option<Uuid>)> =
        shut_out(taken).map(|(device, lost, by)| (device, (lost, by))).collect();
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
        let (id, name, users) = (back.device, back.name.clone(), names.into_iter().collect());
        steps.push(Step { told: Lacking::Device { id, name, known, users }, deed: Deed::TakeBack(back) });
    }
    for (device, (lost, by)) in shut {
        let found = stands.devices.iter().find(|known| known.id == device);
        let open = |known: &&Device| {
            known.wiped_at.is_none() && known.revoked_at.is_none() && (lost || known.retires_at.is_none())
        };
        if let Some(found) = found.filter(open) {
            let told = Lacking::Revoked { id: device, name: found.name.clone(), lost };
            steps.push(Step { told, deed: Deed::Revoke(device, lost, by) });
        }
    }
    for id in wiped(taken) {
        let known = stands.devices.iter().find(|device| device.id == id);
        if known.is_none_or(|device| device.wiped_at.is_none()) {
            let name = known.map(|device| device.name.clone()).unwrap_or_default();
            let deed = if known.is_some() { Deed::Wiped(id) } else { Deed::None };
            steps.push(Step { told: Lacking::Gone { id, name }, deed });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref as one;

    use super::*;
    use tiexin_domain::access::Role;

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
        let right = |user: Uuid, grant: &Grant| Right { user, grant: grant.clone(), given: 1, ended: None };
        let rights = users.iter().flat_map(|user| user.grants.iter().map(move |grant| right(user.id, grant)));
        let rights = rights.collect();
        Stands { users: users.to_vec(), rights, works: works.collect(), devices: devices.to_vec() }
    }

    fn lacks(said: &[Standing], stands: &Stands) -> Vec<Lacking> {
        plan(said, stands).into_iter().map(|step| step.told).collect()
    }

    fn ended(all: &[Lacking]) -> usize {
        all.iter().filter(|one| matches!(one, Lacking::GrantEnded { .. })).count()
    }

    #[test]
    fn an_unknown_machine_its_user_and_grant_are_lacking() {
        let wang = user(1, "wang", &[grant("340323100", None)]);
        let told = lacks(&[said(9, 5, one(&wang), &[])], &stands(&[], &[]));
        assert!(matches!(&told[0], Lacking::User { name, .. } if name == "wang"));
        assert!(matches!(&told[1], Lacking::Grant { user, .. } if user == "wang"));
        assert!(matches!(&told[2], Lacking::Device { known: false, users, .. } if users == &["wang"]));
        assert_eq!(told.len(), 3);
        // What the book has already is not lacking.
        assert_eq!(lacks(&[said(9, 5, one(&wang), &[])], &stands(&[wang], &[device(9)])), []);
    }

    #[test]
    fn who_was_added_again_by_hand_is_the_same_person() {
        let before = user(1, "Wang", &[grant("340323100", None)]);
        let again = user(2, "wang", &[grant("340323100", None)]);
        let steps = plan(&[said(9, 5, &[before], &[])], &stands(&[again], &[]));
        let [Step { deed: Deed::TakeBack(back), .. }] = &steps[..] else { panic!("{steps:?}") };
        assert_eq!(back.authors, [(id(1), id(2))]);
    }

    #[test]
    fn a_right_is_ended_and_never_given_back() {
        let open = user(1, "wang", &[grant("340323100", None)]);
        let over = user(1, "wang", &[grant("340323100", Some("2026-10-04"))]);
        // The desk itself was told that it ended.
        let by_desk = lacks(&[said(9, 5, one(&over), &[])], &stands(one(&open), &[device(9)]));
        assert_eq!(ended(&by_desk), 1);
        // Another desk was.
        let detail =
            serde_json::json!({"user": id(1), "role": "worker", "region": "340323100", "to": "2026-10-04"});
        let other = said(8, 5, &[], &[act(4, "grant_ended", detail)]);
        let by_other = lacks(
            &[other.clone(), said(9, 3, one(&open), &[])],
            &stands(one(&open), &[device(9), device(8)]),
        );
        assert_eq!(ended(&by_other), 1);
        // The office has ended it since: a desk that says otherwise changes nothing.
        assert_eq!(lacks(&[said(9, 5, &[open], &[])], &stands(&[over], &[device(9)])), []);
    }

    fn end_of(given: i64, to: &str) -> Value {
        serde_json::json!({
            "user": id(1), "role": "worker", "region": "340323100", "from": null, "given": given, "to": to
        })
    }

    /// A right that was taken and given again, around the backup in every order: only the one that was meant ends.
    #[test]
    fn an_end_means_the_grant_that_was_ended() {
        let (open, over) = (grant("340323100", None), grant("340323100", Some("2026-10-04")));
        let right = |grant: &Grant, given, ended| Right { user: id(1), grant: grant.clone(), given, ended };
        let wang = |grants: &[Grant]| user(1, "wang", grants);
        let first = || act(20, "grant_ended", end_of(10, "2026-10-04"));
        let told = |told, grants: &[Grant]| said(9, told, &[wang(grants)], &[first()]);
        let book = |rights: &[Right]| {
            let all: Vec<Grant> = rights.iter().map(|right| right.grant.clone()).collect();
            Stands { rights: rights.to_vec(), ..stands(&[wang(&all)], &[device(9)]) }
        };
        // Both acts are in the backup.
        let both = book(&[right(&over, 10, Some(20)), right(&open, 30, None)]);
        let now = [over.clone(), open.clone()];
        assert_eq!(lacks(&[told(50, &now)], &both), []);
        // The backup is from between them: the new one is lacking, whatever the same one of before was.
        let between = book(&[right(&over, 10, Some(20))]);
        let lacking = lacks(&[told(50, &now)], &between);
        assert!(matches!(&lacking[..], [Lacking::Grant { grant, .. }] if *grant == open), "{lacking:?}");
        // It is from before: the new one is given, the old one ends.
        let before = book(&[right(&open, 10, None)]);
        let lacking = lacks(&[told(50, &now)], &before);
        assert!(matches!(&lacking[..], [Lacking::Grant { .. }, Lacking::GrantEnded { .. }]), "{lacking:?}");
        // A statement of before the end tells of the one that was ended.
        assert!(matches!(&lacks(&[told(15, one(&open))], &before)[..], [Lacking::GrantEnded { .. }]));
        // Once done, nothing is lacking any more: it was given once more as of when it was last known.
        let done = book(&[right(&over, 10, Some(60)), right(&open, 50, None)]);
        assert_eq!(lacks(&[told(50, &now)], &done), []);
        // An end of an older program names neither: it means what was given by then.
        let older = serde_json::json!({
            "user": id(1), "role": "worker", "region": "340323100", "to": "2026-10-04"
        });
        let older = said(9, 50, &[wang(&now)], &[act(20, "grant_ended", older)]);
        assert_eq!(lacks(one(&older), &both), []);
    }

    #[test]
    fn a_day_that_was_set_is_the_day_that_comes_back() {
        let until = grant("340323100", Some("2026-12-10"));
        let acts = [
            act(20, "grant_ended", end_of(10, "2026-10-04")),
            act(40, "grant_ended", end_of(30, "2026-12-10")),
        ];
        let told = said(9, 50, &[user(1, "wang", &[grant("340323100", Some("2026-10-04")), until])], &acts);
        let mut book = stands(&[user(1, "wang", &[])], &[device(9)]);
        let right = |given, to, ended| Right { user: id(1), grant: grant("340323100", to), given, ended };
        book.rights = vec![right(10, Some("2026-10-04"), Some(20)), right(30, None, None)];
        let lacking = lacks(&[told], &book);
        let [Lacking::GrantEnded { to, .. }] = &lacking[..] else { panic!("{lacking:?}") };
        assert_eq!(to.to_string(), "2026-12-10");
    }

    #[test]
    fn what_a_destroyed_machine_alone_had_is_named() {
        let gone = act(4, "device_wiped", serde_json::json!({"device": id(8)}));
        let lacking = lacks(&[said(9, 5, &[], &[gone])], &stands(&[], &[device(8), device(9)]));
        assert!(matches!(&lacking[..], [.., Lacking::Gone { name, .. }] if name == "8 号机"), "{lacking:?}");
    }

    #[test]
    fn a_lost_machine_does_not_come_back() {
        let wang = user(1, "wang", &[]);
        let gone = act(4, "device_revoked", serde_json::json!({"device": id(9), "lost": true, "by": null}));
        let witness = said(8, 5, &[], one(&gone));
        // Known and in use here: it is to be shut out.
        let known = lacks(one(&witness), &stands(one(&wang), &[device(8), device(9)]));
        assert!(matches!(&known[..], [Lacking::Revoked { lost: true, .. }]));
        // Unknown here: it is not taken back, whatever it says of itself.
        let unknown = lacks(&[witness, said(9, 3, one(&wang), &[])], &stands(&[wang], &[device(8)]));
        assert_eq!(unknown, []);
    }
}
