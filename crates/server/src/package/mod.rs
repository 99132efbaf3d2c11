//! Carried packages: parts are kept until a package is whole; it is then taken in as if its desk were on the
//! line, and the reply lies ready. The desk that brings a part is only a courier: who made the package is told
//! by its signature.

mod answer;
mod blobs;

use std::collections::BTreeMap;

use tiexin_protocol::package::{Address, Fault, Gathered, PART_BYTES, Part, PushBody, Way, split};
use tiexin_protocol::statement::Standing;
use tiexin_protocol::wire::PackageState;
use uuid::Uuid;

use crate::error::{Error, Refused, Result};
use crate::province::Province;
use crate::store::Kept;

/// Packages and replies are kept so long for those who come late. One that comes later still is taken in
/// anew, which changes nothing (I3).
const KEPT_DAYS: i64 = 90;
const DAY_MS: i64 = 24 * 3600 * 1000;

impl Province {
    /// Takes one part of a package; with the last one the package is taken in. Any part may come again.
    pub async fn take_part(&self, bytes: Vec<u8>) -> Result<PackageState> {
        let part = Part::read(bytes)?;
        self.check_sender(&part).await?;
        let now = self.clock.now();
        let Kept { held, reply_parts } = self.book.keep_part(&part, now).await?;
        let missing: Vec<u32> = match reply_parts {
            Some(_) => Vec::new(),
            None => (1..=part.header.parts).filter(|number| !held.contains(number)).collect(),
        };
        let reply_parts = match reply_parts {
            None if missing.is_empty() => {
                // A courier's line that breaks while it waits does not break the work off.
                let (province, address) = (self.clone(), part.header.address.clone());
                Some(tokio::spawn(async move { province.take_in(&address).await }).await??)
            }
            already => already,
        };
        let Address { package, device, number, .. } = part.header.address;
        Ok(PackageState { package, device, number, missing, reply_parts })
    }

    /// The parts of packages whose sender this book does not know. A desk that was enrolled after the backup says in
    /// its package how the province told it that it stands: that is kept for the office. True: somebody did.
    pub(crate) async fn claim_by_package(&self, files: Vec<Vec<u8>>) -> Result<bool> {
        let mut packages: BTreeMap<Uuid, Vec<Vec<u8>>> = BTreeMap::new();
        for file in files {
            let package = Part::read(file.clone())?.header.address.package;
            packages.entry(package).or_default().push(file);
        }
        let mut claimed = false;
        for files in packages.into_values() {
            let keys = self.keys.clone();
            let opened = tokio::task::spawn_blocking(move || (open(&keys, files.clone()), files)).await?;
            let (Ok((body, _)), files) = opened else { continue };
            let Some(testimony) = body.greeting.and_then(|greeting| greeting.testimony) else { continue };
            let said = tiexin_seal::check::<Standing>(&self.keys.public().sign, &testimony).ok();
            let Some(said) = said else { continue };
            let by_itself = |file: Vec<u8>| {
                Part::read(file).is_ok_and(|part| {
                    part.header.address.device == said.device && tiexin_seal::verify(&part, &said.key).is_ok()
                })
            };
            if files.into_iter().all(by_itself) {
                claimed |= self.is_claimed(&said, &testimony).await?;
            }
        }
        Ok(claimed)
    }

    /// A part of the reply to a package, as a file.
    pub async fn package_reply(&self, package: Uuid, part: u32) -> Result<Vec<u8>> {
        Ok(self.book.package_reply(package, part).await?.ok_or(Refused::NotFound)?)
    }

    async fn check_sender(&self, part: &Part) -> Result<()> {
        let address = &part.header.address;
        if address.way == Way::Reply {
            return Err(Fault::Homeward.into());
        }
        if address.province != self.keys.public().sign {
            return Err(Fault::OtherProvince.into());
        }
        let device = self.book.device(address.device).await?.ok_or(Fault::SenderUnknown)?;
        // One that is shut out may bring what it has, too: it is parked, not lost (I10).
        Ok(tiexin_seal::verify(part, &device.key)?)
    }

    /// Pushes and pulls for the desk that made the package. Should another process do the same at the same
    /// time, its pushes are replays (I3) and one of the two replies stands.
    async fn take_in(&self, address: &Address) -> Result<u32> {
        let now = self.clock.now();
        self.book.prune_packages(now - KEPT_DAYS * DAY_MS).await?;
        let files = self.book.package_parts(address.package).await?;
        if files.is_empty() {
            // Finished by another process meanwhile.
            return self.book.finish_package(address.package, &[], now).await;
        }
        let keys = self.keys.clone();
        let (opened, brought) = tokio::task::spawn_blocking(move || open(&keys, files)).await??;
        let (body, attached) = self.answer(address, &opened, &brought.into()).await?;
        let reply = Address {
            package: Uuid::now_v7(),
            way: Way::Reply,
            answers: Some(address.package),
            ..address.clone()
        };
        let keys = self.keys.clone();
        let sealing = tokio::task::spawn_blocking(move || {
            let attached: Vec<&[u8]> = attached.iter().map(AsRef::as_ref).collect();
            let sealed = tiexin_seal::seal(&opened.reply_to, &body, &attached)?;
            split(&reply, &sealed, PART_BYTES, |bytes| keys.sign(bytes))
        });
        let parts = sealing.await??;
        self.book.finish_package(address.package, &parts, now).await
    }
}

/// What the package says, and the bytes of attachments that follow.
fn open(keys: &tiexin_seal::Keys, files: Vec<Vec<u8>>) -> Result<(PushBody, Vec<u8>)> {
    let mut files = files.into_iter().map(Part::read);
    let mut gathered = Gathered::begin(files.next().ok_or(Fault::Damaged)??);
    for part in files {
        gathered.add(part?)?;
    }
    let sealed = gathered.whole()?;
    tiexin_seal::open(keys, &sealed).map_err(|fault| match fault {
        Fault::OtherDesk => Error::from(Fault::OtherProvince),
        other => other.into(),
    })
}
