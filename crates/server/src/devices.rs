//! Desks as the province looks after them: leases, the page of devices, shutting one out.

use std::collections::{BTreeMap, BTreeSet};

use tiexin_domain::access::{Action, Grant, User, permits};
use tiexin_domain::{Kind, RegionCode};
use tiexin_protocol::statement::{Lease, Signed, WipeOrder, Wiped};
use tiexin_protocol::wire::{DeviceRow, DeviceState, Escrowed, HelloRequest, RevokeRequest};
use uuid::Uuid;

use crate::access::{Device, has_begun};
use crate::error::{Error, Refused, Result};
use crate::province::Province;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// A notice of hello: two machines speak as this device.
const COPIED: &str = "device_copied";

/// What the province decides once for all its desks.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Days for which a desk opens without having spoken with the province; 0: no lease is given.
    pub lease_days: u32,
    /// To whom desks leave the key of their book: an age recipient, `age1…`.
    pub escrow: Option<String>,
    /// For how long a bearer token is good, at least. Then a desk asks for another by itself.
    pub token_seconds: u32,
    /// Which kinds of records it tells that it knows, by code: those of this program.
    pub kinds: Vec<String>,
}

impl Default for Policy {
    fn default() -> Self {
        let kinds = Kind::ALL.iter().map(|kind| kind.code().to_owned()).collect();
        Policy { lease_days: 30, escrow: None, token_seconds: 3600, kinds }
    }
}

/// What hello told of a desk.
#[derive(Debug, Clone)]
pub(crate) struct Greeting {
    pub(crate) device: Uuid,
    /// None when it came by package: packages of an earlier incarnation may come late.
    pub(crate) incarnation: Option<Uuid>,
    pub(crate) app: String,
    pub(crate) waiting: Option<u64>,
    pub(crate) lease_until: Option<i64>,
    pub(crate) escrow: Option<Escrowed>,
}

/// A device is shut out, or retires.
#[derive(Debug, Clone)]
pub(crate) struct Revocation {
    /// [`Signed`] as JSON.
    pub(crate) order: String,
    pub(crate) lost: bool,
    /// The user who wants it so; none: the province's office.
    pub(crate) by: Option<Uuid>,
}

/// What hello says beyond who works where.
pub(crate) struct Greeted {
    /// As it stands after it.
    pub(crate) device: Device,
    pub(crate) lease: Option<Signed>,
    pub(crate) order: Option<Signed>,
    pub(crate) notices: Vec<String>,
    pub(crate) escrow: Option<String>,
    pub(crate) escrow_held: Option<String>,
}

impl Province {
    /// Keeps what a desk told of itself and gives it a lease.
    pub(crate) async fn greet(&self, told: &HelloRequest, by_package: bool) -> Result<Greeted> {
        let now = self.clock.now();
        let until = now + i64::from(self.policy.lease_days) * DAY_MS;
        let lease = match self.policy.lease_days {
            0 => None,
            _ => Some(Lease { device: told.device, told: now, until }),
        };
        let ours = |escrow: &&Escrowed| Some(&escrow.to) == self.policy.escrow.as_ref();
        let greeting = Greeting {
            device: told.device,
            incarnation: (!by_package).then_some(told.incarnation),
            app: told.app.chars().take(40).collect(),
            waiting: told.waiting,
            lease_until: lease.as_ref().map(|lease| lease.until),
            escrow: told.escrow.as_ref().filter(ours).cloned(),
        };
        let device = self.book.greet(&greeting, now).await?;
        let escrow_held = device.escrow.as_ref().map(|escrow| escrow.to.clone());
        Ok(Greeted {
            lease: lease.map(|lease| tiexin_seal::state(&self.keys, &lease)).transpose()?,
            order: device.wipe_order.as_deref().map(serde_json::from_str).transpose()?,
            notices: device.copied_at.map(|_| COPIED.to_owned()).into_iter().collect(),
            escrow: self.policy.escrow.clone(),
            escrow_held,
            device,
        })
    }

    /// A device that is shut out hears the order to destroy its book together with the refusal.
    pub(crate) async fn with_order<T>(&self, device: Uuid, done: Result<T>) -> Result<T> {
        let Err(Error::Refused(Refused::DeviceRevoked)) = done else { return done };
        let order = self.book.device(device).await?.and_then(|device| device.wipe_order);
        match order {
            Some(order) => Err(Error::Shut(serde_json::from_str(&order)?)),
            None => done,
        }
    }

    /// Shuts a device out: one that was `lost` from its next request on, one that retires after it has
    /// handed over what waits. Either way it is ordered to destroy its book.
    ///
    /// # Errors
    /// `Config`: one that is shut out cannot hand over any more, and would wait with its order for ever.
    pub async fn revoke(&self, device: Uuid, lost: bool, by: Option<Uuid>) -> Result<()> {
        if !lost && self.book.device(device).await?.is_some_and(|known| known.revoked_at.is_some()) {
            return Err(Error::Config("这台电脑已经停用，不能再改为退役".into()));
        }
        let now = self.clock.now();
        let order = WipeOrder { device, order: Uuid::now_v7(), issued: now, hand_over: !lost };
        let order = serde_json::to_string(&tiexin_seal::state(&self.keys, &order)?)?;
        self.book.revoke(device, &Revocation { order, lost, by }, now).await
    }

    /// A device says that its book is destroyed.
    pub async fn wiped(&self, told: &Wiped) -> Result<()> {
        let device = self.book.device(told.device).await?.ok_or(Refused::DeviceUnknown)?;
        tiexin_seal::check_mark(&device.key, "wiped", &told.order.to_string(), &told.signature)
            .map_err(|_| Refused::SignatureWrong)?;
        let signed: Option<Signed> = device.wipe_order.as_deref().map(serde_json::from_str).transpose()?;
        let order = signed.map(|signed| serde_json::from_str::<WipeOrder>(&signed.body)).transpose()?;
        if order.is_none_or(|order| order.order != told.order) {
            return Err(Refused::NotFound.into());
        }
        self.book.wiped(told.device, self.clock.now()).await
    }

    /// The desks in the regions that somebody looks after. `asking` is that person's own desk.
    pub async fn devices_for(&self, asking: Uuid, author: Uuid) -> Result<Vec<DeviceRow>> {
        let everyone = self.everyone(asking, author).await?;
        Ok(everyone.rows(self.clock.today()))
    }

    /// Shuts a device out for somebody who looks after all the regions in which its people work.
    pub async fn revoke_for(&self, asking: Uuid, device: Uuid, request: &RevokeRequest) -> Result<()> {
        let everyone = self.everyone(asking, request.author).await?;
        let rows = everyone.rows(self.clock.today());
        let row = rows.iter().find(|row| row.id == device).ok_or(Refused::DeviceUnknown)?;
        if !row.may_revoke || device == asking {
            return Err(Refused::NoRight.into());
        }
        self.revoke(device, request.lost, Some(everyone.me.id)).await
    }

    async fn everyone(&self, asking: Uuid, author: Uuid) -> Result<Everyone> {
        self.standing(asking).await?;
        let (devices, users) = (self.book.devices().await?, self.book.users().await?);
        let works = self.book.device_users().await?;
        let me = works.iter().find(|(device, as_author, _)| (*device, *as_author) == (asking, author));
        let me = me.and_then(|(.., user)| users.iter().find(|u| u.id == *user)).cloned();
        let me = me.filter(|me| !me.disabled).ok_or(Refused::NoRight)?;
        let today = self.clock.today();
        let carries = |grant: &Grant| grant.in_force(today) && grant.role.carries(Action::Devices);
        if !me.grants.iter().any(carries) {
            return Err(Refused::NoRight.into());
        }
        let users: BTreeMap<Uuid, User> = users.into_iter().map(|user| (user.id, user)).collect();
        let mut on: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
        for (device, _, user) in works {
            on.entry(device).or_default().insert(user);
        }
        Ok(Everyone { me, devices, users, on })
    }
}

/// Where people work today. When nobody may any more, where they did last: the machine of somebody who left is the one
/// to be looked after. What has not begun counts for nothing yet.
pub(crate) fn places<'u>(people: &[&'u User], today: chrono::NaiveDate) -> BTreeSet<&'u RegionCode> {
    let now = places_now(people, today);
    if now.is_empty() { places_on(people, today) } else { now }
}

/// Where people may work today.
pub(crate) fn places_now<'u>(people: &[&'u User], today: chrono::NaiveDate) -> BTreeSet<&'u RegionCode> {
    let may = people.iter().filter(|user| !user.disabled).flat_map(|user| &user.grants);
    may.filter(|grant| grant.in_force(today)).map(|grant| &grant.region).collect()
}

/// Where people worked on a day, whether or not they still may: where they had last worked until then, when they did
/// not on that day.
pub(crate) fn places_on<'u>(people: &[&'u User], day: chrono::NaiveDate) -> BTreeSet<&'u RegionCode> {
    let begun = || people.iter().flat_map(|user| &user.grants).filter(|grant| has_begun(grant, day));
    // One that goes on ends last.
    let end = |grant: &Grant| grant.to.filter(|end| *end < day).unwrap_or(chrono::NaiveDate::MAX);
    let last = begun().map(end).max();
    begun().filter(|grant| Some(end(grant)) == last).map(|grant| &grant.region).collect()
}

struct Everyone {
    /// Who asks.
    me: User,
    devices: Vec<Device>,
    users: BTreeMap<Uuid, User>,
    /// Device → who works on it.
    on: BTreeMap<Uuid, BTreeSet<Uuid>>,
}

impl Everyone {
    fn rows(&self, today: chrono::NaiveDate) -> Vec<DeviceRow> {
        self.devices.iter().filter_map(|device| self.row(device, today)).collect()
    }

    /// None when nobody of the asker's regions works on it.
    fn row(&self, device: &Device, today: chrono::NaiveDate) -> Option<DeviceRow> {
        let on = self.on.get(&device.id).into_iter().flatten();
        let mut people: Vec<&User> = on.filter_map(|user| self.users.get(user)).collect();
        people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        let regions = places(&people, today);
        let mine = |region: &&&RegionCode| permits(&self.me.grants, Action::Devices, region, today);
        let inside = regions.iter().filter(mine).count();
        if inside == 0 {
            return None;
        }
        let state = device.state();
        Some(DeviceRow {
            id: device.id,
            name: device.name.clone(),
            users: people.iter().map(|user| user.display_name.clone()).collect(),
            may_revoke: inside == regions.len()
                && matches!(state, DeviceState::InUse | DeviceState::Retiring),
            regions: regions.into_iter().cloned().collect(),
            app: device.app.clone(),
            enrolled_at: device.enrolled_at,
            last_seen: device.last_seen,
            waiting: device.waiting,
            lease_until: device.lease_until,
            state,
            copied_at: device.copied_at,
        })
    }
}
