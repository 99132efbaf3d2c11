//! What desks keep for a province that may be put back from a backup: how they stand, and what was taken from
//! anybody lately, signed. A restored province asks for it; what follows from it is [`crate::redo`]'s to say.

use std::collections::BTreeSet;

use serde_json::Value;
use tiexin_domain::access::User;
use tiexin_protocol::statement::{Claim, OfficeAct, RecordsAs, Signed, Standing};
use tiexin_protocol::wire::HelloRequest;
use uuid::Uuid;

use crate::access::Device;
use crate::error::{Refused, Result};
use crate::province::Province;
use crate::store::Testimony;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// For so long it is told what was taken from whom: longer than a backup is kept that one would put back.
const TOLD_DAYS: i64 = 92;
/// Acts in one statement: about 100 kB before compression.
const MOST_TAKEN: usize = 500;

/// What hello says of it.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) standing: Option<Signed>,
    pub(crate) bring: bool,
}

impl Province {
    /// What a desk is to keep of how it stands, where that is not what it keeps; a restored province first asks
    /// for what the desk was told after the backup.
    pub(crate) async fn testify(
        &self,
        request: &HelloRequest,
        device: &Device,
        users: &[User],
    ) -> Result<Told> {
        let now = self.clock.now();
        if let Some(brought) = &request.testimony {
            self.hear_testimony(device.id, brought).await?;
        }
        let since = now - TOLD_DAYS * DAY_MS;
        let (authors, taken) = self.book.standing_facts(device.id, since, MOST_TAKEN).await?;
        let standing = Standing {
            device: device.id,
            key: device.key.clone(),
            name: device.name.clone(),
            enrolled_at: device.enrolled_at,
            users: users.to_vec(),
            authors: authors.into_iter().map(|(author, user)| RecordsAs { author, user }).collect(),
            taken: taken
                .into_iter()
                .map(|row| OfficeAct { at: row.at, act: row.act, detail: row.detail })
                .collect(),
            told: now,
        };
        let kept = request.standing.as_deref().and_then(Standing::read_mark);
        let today = Standing::hash(&serde_json::to_string(&standing)?);
        if kept.is_some_and(|(_, kept)| today.is_some_and(|today| today == kept)) {
            return Ok(Told::default());
        }
        if let Some((told, _)) = kept
            && request.testimony.is_none()
            && self.was_lost(told).await?
        {
            return Ok(Told { standing: None, bring: true });
        }
        Ok(Told { standing: Some(tiexin_seal::state(&self.keys, &standing)?), bring: false })
    }

    /// Whether what was told then was told after the backup from which this book was put back, and before that.
    async fn was_lost(&self, told: i64) -> Result<bool> {
        let Some(restored) = self.book.restored_at().await? else { return Ok(false) };
        let from = self.book.restored_from().await?.unwrap_or(i64::MIN);
        Ok(from < told && told < restored)
    }

    /// Keeps what a desk brought, if this province signed it and does not know it. A machine of which it says that
    /// it was lost is shut out at once; everything else is for the office to do ([`Province::redo`]).
    async fn hear_testimony(&self, device: Uuid, brought: &Signed) -> Result<()> {
        let said = tiexin_seal::check::<Standing>(&self.keys.public().sign, brought).ok();
        let Some(said) = said.filter(|said| said.device == device) else { return Ok(()) };
        if !self.was_lost(said.told).await? {
            return Ok(());
        }
        let told = Testimony { device, told: said.told, signed: brought.clone() };
        self.book.keep_testimony(&told, self.clock.now()).await?;
        self.shut_out_again(&said).await
    }

    /// A lost machine must not be let in until somebody has read a list.
    async fn shut_out_again(&self, said: &Standing) -> Result<()> {
        for (device, by) in lost(&said.taken) {
            let known = self.book.device(device).await?;
            if known.is_some_and(|device| device.revoked_at.is_none()) {
                self.revoke(device, true, by).await?;
            }
        }
        Ok(())
    }

    /// A desk that this book does not know brings what it was told. It is not let in by that.
    ///
    /// # Errors
    /// `SignatureWrong`: not this province's statement, or not that desk's signature. `NotFound`: it was told at a
    /// time that the book holds. `DeviceRevoked`: somebody else says that it was shut out.
    pub async fn claim(&self, claim: &Claim) -> Result<()> {
        let said = tiexin_seal::check::<Standing>(&self.keys.public().sign, &claim.standing)
            .map_err(|_| Refused::SignatureWrong)?;
        tiexin_seal::check_mark(&said.key, "claim", &claim.standing.signature, &claim.signature)
            .map_err(|_| Refused::SignatureWrong)?;
        if self.book.device(said.device).await?.is_some() {
            return Ok(());
        }
        if !self.is_claimed(&said, &claim.standing).await? {
            return Err(Refused::NotFound.into());
        }
        self.is_not_shut_out(said.device).await
    }

    /// Keeps the statement of a desk that has shown that it is its own. False: the book knows as much without it.
    pub(crate) async fn is_claimed(&self, said: &Standing, signed: &Signed) -> Result<bool> {
        if !self.was_lost(said.told).await? {
            return Ok(false);
        }
        self.hear_testimony(said.device, signed).await?;
        Ok(true)
    }

    /// Refuses a device that is unknown here and of which somebody says that it was shut out.
    pub(crate) async fn is_not_shut_out(&self, device: Uuid) -> Result<()> {
        let shut: BTreeSet<Uuid> = self
            .said()
            .await?
            .iter()
            .flat_map(|said| shut_out(&said.taken))
            .map(|(device, ..)| device)
            .collect();
        if shut.contains(&device) { Err(Refused::DeviceRevoked.into()) } else { Ok(()) }
    }

    /// What desks brought, as it was said.
    pub(crate) async fn said(&self) -> Result<Vec<Standing>> {
        let key = self.keys.public().sign;
        let all = self.book.testimonies().await?;
        Ok(all.iter().filter_map(|signed| tiexin_seal::check::<Standing>(&key, signed).ok()).collect())
    }
}

/// A field of an act's detail that is an id.
pub(crate) fn id_in(detail: &Value, field: &str) -> Option<Uuid> {
    detail.get(field)?.as_str()?.parse().ok()
}

/// (device, lost, by) of acts that shut a device out or let it retire.
pub(crate) fn shut_out(taken: &[OfficeAct]) -> impl Iterator<Item = (Uuid, bool, Option<Uuid>)> {
    taken.iter().filter_map(|act| {
        let detail: Value = serde_json::from_str(&act.detail).ok()?;
        let device = id_in(&detail, "device")?;
        match act.act.as_str() {
            "device_revoked" => {
                let lost = detail.get("lost").and_then(Value::as_bool).unwrap_or(true);
                Some((device, lost, id_in(&detail, "by")))
            }
            "device_wiped" => Some((device, true, None)),
            _ => None,
        }
    })
}

/// Devices that said that their book is destroyed.
pub(crate) fn wiped(taken: &[OfficeAct]) -> BTreeSet<Uuid> {
    let wiped = taken.iter().filter(|act| act.act == "device_wiped");
    wiped.filter_map(|act| id_in(&serde_json::from_str(&act.detail).ok()?, "device")).collect()
}

fn lost(taken: &[OfficeAct]) -> impl Iterator<Item = (Uuid, Option<Uuid>)> {
    shut_out(taken).filter(|(_, lost, _)| *lost).map(|(device, _, by)| (device, by))
}
