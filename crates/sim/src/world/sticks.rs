//! Sticks: packages on their way to the province, and replies on their way home. Nothing on a stick is ever
//! gone: any of it may be brought again, late and in any order, by any courier.

use fastrand::Rng;
use tiexin_domain::RegionCode;
use tiexin_protocol::package::{Fault, Gathered, Part, gather};
use tiexin_sync::{PackageError, SyncError, make, take_in};
use uuid::Uuid;

use super::{Broken, TOWNS, World, book, broke};

/// Changes looked at at a time.
const MOST: usize = 1_000;

/// What lies on sticks.
#[derive(Default)]
pub(super) struct Sticks {
    out: Vec<Vec<Part>>,
    home: Vec<Gathered>,
}

impl World {
    /// All that waits, for a stick; half of the time it is brought at once and whole.
    pub(super) async fn pack(&mut self, n: usize, pick: u16) -> Result<(), Broken> {
        let Some(parts) = self.packed(n, pick)? else { return Ok(()) };
        if pick.is_multiple_of(2) {
            let reply = self.bring(parts.iter().collect()).await?;
            self.sticks.home.extend(reply);
        }
        Ok(())
    }

    /// The parts of a package that the desk makes now; none while it cannot.
    fn packed(&mut self, n: usize, pick: u16) -> Result<Option<Vec<Part>>, Broken> {
        let package = self.saver(n).new_id(pick);
        let most = if pick.is_multiple_of(3) { 600 } else { 1 << 20 };
        let desk = &self.desks[n];
        match make(book(desk)?, package, most, self.desk_now(n)) {
            Ok(made) => {
                self.tally.count("stick packed");
                let mut after = 0;
                loop {
                    let told =
                        book(desk)?.outbox_batch_after(after, MOST, usize::MAX).map_err(broke("outbox"))?;
                    let Some(last) = told.last() else { break };
                    after = last.id.seq;
                    self.wire.tells(&told)?;
                }
                self.sticks.out.push(made.parts.clone());
                Ok(Some(made.parts))
            }
            // It was never on the line.
            Err(PackageError::NoKeys) => Ok(None),
            Err(e) if full(&e) && desk.full => Ok(None),
            Err(e) => Err(format!("package of {}: {e:?}", desk.name)),
        }
    }

    /// Brings some of the parts or all, some of them twice. Whoever brings the last one gets the reply, and may
    /// lose it.
    pub(super) async fn carry(&mut self, pick: u16, dice: u32) -> Result<(), Broken> {
        let all = self.sticks.out.len();
        if all == 0 {
            return Ok(());
        }
        // Mostly one of the newest.
        let among = if pick.is_multiple_of(4) { all } else { all.min(3) };
        let parts = self.sticks.out[all - 1 - usize::from(pick / 4) % among].clone();
        let mut dice = Rng::with_seed(u64::from(dice));
        let mut order: Vec<&Part> = parts.iter().filter(|_| dice.u8(..) >= 20).collect();
        order.extend(parts.iter().filter(|_| dice.u8(..) < 40));
        dice.shuffle(&mut order);
        let lost = dice.u8(..) < 30;
        let reply = self.bring(order).await?.filter(|_| !lost);
        self.sticks.home.extend(reply);
        Ok(())
    }

    /// The reply, once the province has all parts.
    async fn bring(&self, parts: Vec<&Part>) -> Result<Option<Gathered>, Broken> {
        let province = self.province()?.clone();
        let mut whole = None;
        for part in parts {
            self.tally.count("stick brought");
            match province.take_part(part.bytes().to_vec()).await {
                Ok(state) => whole = state.reply_parts.map(|parts| (state.package, parts)),
                // Every right was taken from its only user.
                Err(tiexin_server::Error::Refused(tiexin_server::Refused::DeviceRevoked)) => {
                    return Ok(None);
                }
                Err(e) => return Err(format!("package brought: {e:?}")),
            }
        }
        match whole {
            Some((package, replies)) => self.fetch(package, replies).await.map(Some),
            None => Ok(None),
        }
    }

    async fn fetch(&self, package: Uuid, replies: u32) -> Result<Gathered, Broken> {
        let mut parts = Vec::new();
        for part in (1..=replies).rev() {
            let bytes = self.province()?.package_reply(package, part).await.map_err(broke("reply"))?;
            parts.push(Part::read(bytes).map_err(broke("reply"))?);
        }
        gather(parts).map_err(broke("reply"))?.pop().ok_or_else(|| "a reply without parts".into())
    }

    /// The newest reply or an older one, once more perhaps, at the desk that it is for.
    pub(super) fn take_in(&mut self, n: usize, pick: u16) -> Result<(), Broken> {
        let home = &self.sticks.home;
        let among = if pick.is_multiple_of(3) { home.len() } else { home.len().min(2) };
        if among == 0 {
            return Ok(());
        }
        let back = usize::from(pick / 3) % among;
        let reply = &home[home.len() - 1 - back];
        let of: Vec<usize> =
            (0..self.desks.len()).filter(|n| self.desks[*n].device == reply.address.device).collect();
        let Some(&n) = of.get(n % of.len().max(1)) else { return Ok(()) };
        let reply = reply.clone();
        self.read(n, &reply, back > 0)
    }

    fn read(&mut self, n: usize, reply: &Gathered, late: bool) -> Result<(), Broken> {
        let desk = &self.desks[n];
        let book = book(desk)?;
        let taken = take_in(book, reply, self.desk_now(n));
        self.tally.count(match &taken {
            Ok(taken) if taken.copied => "stick showed that the book is a copy",
            Ok(_) if late => "stick read late",
            Ok(_) => "stick read",
            Err(_) => "stick not read",
        });
        let report = book.verify_shown().map_err(broke("verify"))?;
        if let Some(fault) = report.faults.first() {
            return Err(format!("I7 after a reply: {}: {fault:?}", desk.name));
        }
        match taken {
            Ok(_) => self.witness(n),
            // Of the book before it was put back, perhaps to before it was ever on the line; or not of this book.
            Err(PackageError::Fault(Fault::OtherIncarnation) | PackageError::NoKeys) => Ok(()),
            Err(e) if full(&e) && desk.full => Ok(()),
            Err(e) => Err(format!("reply at {}: {e:?}", desk.name)),
        }
    }

    /// A reply comes home to another desk than the one that asked: its machine was put back to before it packed,
    /// or took a new number, or the township that the reply brings was withdrawn.
    pub(super) async fn home_late(&mut self, n: usize, what: u8, pick: u16) -> Result<(), Broken> {
        match what % 3 {
            0 => self.home_to_an_image(n, what / 3, pick).await,
            1 => self.home_to_another_number(n, what / 3, pick).await,
            _ => self.home_after_withdrawal(n, pick).await,
        }
    }

    async fn home_to_an_image(&mut self, n: usize, what: u8, pick: u16) -> Result<(), Broken> {
        if self.desks[n].full {
            return Ok(());
        }
        self.copy_desk(n)?;
        self.works(n, what, pick, 2)?;
        let Some(parts) = self.packed(n, pick)? else { return Ok(()) };
        let reply = self.bring(parts.iter().collect()).await?;
        self.restore_desk(n, true)?;
        self.works(n, what ^ 1, pick.rotate_left(3), 3)?;
        self.tally.count("stick home to an image of its desk");
        reply.map_or(Ok(()), |reply| self.read(n, &reply, true))
    }

    async fn home_to_another_number(&mut self, n: usize, what: u8, pick: u16) -> Result<(), Broken> {
        if self.desks[n].full {
            return Ok(());
        }
        self.works(n, what, pick, 2)?;
        let last = |world: &World| book(&world.desks[n])?.last_own().map_err(broke("last own"));
        let told = last(self)?;
        let Some(parts) = self.packed(n, pick)? else { return Ok(()) };
        let reply = self.bring(parts.iter().collect()).await?;
        self.copy_desk(n)?;
        self.restore_desk(n, false)?;
        self.round(n, 0, u32::from(pick), false).await?;
        // Under the new number it comes as far as the reply speaks of.
        for more in 0..12 {
            if last(self)? >= told {
                break;
            }
            self.works(n, what ^ 1, pick.rotate_left(more), 1)?;
        }
        self.tally.count("stick home to a desk under another number");
        reply.map_or(Ok(()), |reply| self.read(n, &reply, true))
    }

    async fn home_after_withdrawal(&mut self, n: usize, pick: u16) -> Result<(), Broken> {
        let grants = &self.desks[n].grants;
        let touched =
            |town: &str| grants.iter().any(|g| g.as_str().starts_with(town) || town.starts_with(g.as_str()));
        let Some(town) = TOWNS.iter().find(|town| !touched(town)) else { return Ok(()) };
        let town: RegionCode = town.parse().map_err(broke("region"))?;
        self.give(n, &town).await?;
        let Some(parts) = self.packed(n, pick)? else { return Ok(()) };
        let reply = self.bring(parts.iter().collect()).await?;
        self.round(n, 0, u32::from(pick), false).await?;
        self.withdraw(n, &town).await?;
        let heard = self.round(n, 0, u32::from(pick), false).await?.is_some_and(|report| report.greeted);
        self.tally.count("stick home after a right was withdrawn");
        if let Some(reply) = reply {
            self.read(n, &reply, true)?;
        }
        let held = book(&self.desks[n])?.scopes_held().map_err(broke("held"))?;
        if heard && held.contains(&town) {
            return Err(format!("I11: an old reply brought {town} back"));
        }
        Ok(())
    }

    /// Saves a few things at a desk: half of the time what the province will not take.
    fn works(&self, n: usize, what: u8, pick: u16, most: u16) -> Result<(), Broken> {
        for one in 0..=pick % most {
            let what = if what.is_multiple_of(2) { 29 } else { what / 2 };
            self.saver(n).save(what, pick.wrapping_mul(31).wrapping_add(one))?;
        }
        Ok(())
    }
}

fn full(error: &PackageError) -> bool {
    matches!(error, PackageError::Sync(SyncError::Disk))
}
