//! Sticks: packages on their way to the province, and replies on their way home. Nothing on a stick is ever
//! gone: any of it may be brought again, late and in any order, by any courier.

use fastrand::Rng;
use tiexin_protocol::package::{Fault, Gathered, Part, gather};
use tiexin_sync::{PackageError, SyncError, make, take_in};
use uuid::Uuid;

use super::{Broken, World, book, broke};

/// What lies on sticks.
#[derive(Default)]
pub(super) struct Sticks {
    out: Vec<Vec<Part>>,
    home: Vec<Gathered>,
}

impl World {
    /// All that waits, for a stick; half of the time it is brought at once and whole.
    pub(super) async fn pack(&mut self, n: usize, pick: u16) -> Result<(), Broken> {
        let package = self.saver(n).new_id(pick);
        let most = if pick.is_multiple_of(3) { 600 } else { 1 << 20 };
        let desk = &self.desks[n];
        match make(book(desk)?, package, most, self.desk_now(n)) {
            Ok(made) => {
                self.tally.count("stick packed");
                self.sticks.out.push(made.parts.clone());
                if pick.is_multiple_of(2) {
                    return self.bring(made.parts.iter().collect(), true).await;
                }
                Ok(())
            }
            // It was never on the line.
            Err(PackageError::NoKeys) => Ok(()),
            Err(e) if full(&e) && desk.full => Ok(()),
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
        let keeps = dice.u8(..) >= 30;
        self.bring(order, keeps).await
    }

    async fn bring(&mut self, parts: Vec<&Part>, keeps_the_reply: bool) -> Result<(), Broken> {
        let province = self.province()?.clone();
        let mut whole = None;
        for part in parts {
            self.tally.count("stick brought");
            match province.take_part(part.bytes().to_vec()).await {
                Ok(state) => whole = state.reply_parts.map(|parts| (state.package, parts)),
                // Every right was taken from its only user.
                Err(tiexin_server::Error::Refused(refused)) if refused.code() == "device_revoked" => {
                    return Ok(());
                }
                Err(e) => return Err(format!("package brought: {e:?}")),
            }
        }
        let Some((package, replies)) = whole.filter(|_| keeps_the_reply) else { return Ok(()) };
        let reply = self.fetch(package, replies).await?;
        self.sticks.home.push(reply);
        Ok(())
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
        let desk = &self.desks[n];
        let book = book(desk)?;
        let taken = take_in(book, reply, self.desk_now(n));
        self.tally.count(match &taken {
            Ok(taken) if taken.copied => "stick showed that the book is a copy",
            Ok(_) if back == 0 => "stick read",
            Ok(_) => "stick read late",
            Err(_) => "stick not read",
        });
        let report = book.verify().map_err(broke("verify"))?;
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
}

fn full(error: &PackageError) -> bool {
    matches!(error, PackageError::Sync(SyncError::Store(_)))
}
