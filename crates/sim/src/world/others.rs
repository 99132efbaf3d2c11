//! What happens besides the desks' own work: rights given and withdrawn, pushes said again, a program of
//! another version.

use std::sync::atomic::Ordering::Relaxed;

use serde_json::json;
use tiexin_domain::access::{Grant, Role};
use tiexin_domain::record::{Fields, Void};
use tiexin_domain::{RegionCode, shape};
use tiexin_protocol::wire::PushRequest;
use tiexin_protocol::{Change, ChangeId, VoidChange};
use uuid::Uuid;

use super::{Broken, Mark, TOWNS, World, broke};

impl World {
    pub(super) async fn grant(&mut self, n: usize, what: u8) -> Result<(), Broken> {
        let town = TOWNS[usize::from(what) % TOWNS.len()];
        let grants = &self.desks[n].grants;
        if what < 128 {
            let region: RegionCode = if what & 8 == 0 { town.to_owned() } else { format!("{town}002") }
                .parse()
                .map_err(broke("region"))?;
            if !grants.contains(&region) {
                self.give(n, &region).await?;
            }
        } else if grants.len() > 1 {
            let region = grants[usize::from(what) % grants.len()].clone();
            if self.desks[n].decides.as_ref() != Some(&region) {
                self.withdraw(n, &region).await?;
            }
        }
        Ok(())
    }

    /// The desk's user may work there. A clone shares its user with the first.
    pub(super) async fn give(&mut self, n: usize, region: &RegionCode) -> Result<(), Broken> {
        let user = self.desks[n].user.clone();
        let grant = Grant { role: Role::Worker, region: region.clone(), from: None, to: None };
        self.province()?.add_grant(&user, &grant).await.map_err(broke("grant"))?;
        self.tally.count("grant given");
        for desk in self.desks.iter_mut().filter(|d| d.user == user) {
            desk.ever.insert(region.to_string());
            desk.grants.push(region.clone());
        }
        Ok(())
    }

    pub(super) async fn withdraw(&mut self, n: usize, region: &RegionCode) -> Result<(), Broken> {
        let user = self.desks[n].user.clone();
        self.province()?.end_grant(&user, &Role::Worker, region, None).await.map_err(broke("end"))?;
        self.tally.count("grant withdrawn");
        for desk in self.desks.iter_mut().filter(|d| d.user == user) {
            desk.grants.retain(|g| g != region);
        }
        Ok(())
    }

    /// Three versions behind or ahead: unknown fields on a known kind, and an unknown kind (I15); or it was changed, and
    /// alters or hides what is insert-only (I9).
    pub(super) async fn old_program(&mut self, pick: u16) -> Result<(), Broken> {
        let word = self.word();
        let (device, author, incarnation, seq) = self.old_program;
        let new = Uuid::from_u128(u128::from(pick) << 32 | u128::from(self.next.load(Relaxed)));
        let unknown = pick.is_multiple_of(3);
        let altered = if pick % 3 == 1 { self.insert_only(pick) } else { None };
        let made = if unknown { "telepathy" } else { "household" };
        let (id, kind) = altered.unwrap_or((new, made));
        let mut set = Fields::new();
        if altered.is_none() {
            set.insert("region".into(), format!("{}001", TOWNS[0]).into());
            set.insert("head_name".into(), "老程序".into());
        }
        set.insert("x_future".into(), json!({"deep": [word]}));
        let hides = altered.is_some() && pick.is_multiple_of(2);
        let change = Change {
            id: ChangeId { device, incarnation, seq: seq + 1 },
            group: new,
            record: id,
            kind: kind.into(),
            scope: TOWNS[0].parse().map_err(broke("region"))?,
            base: u64::from(altered.is_some()),
            set,
            void: hides.then(|| VoidChange::Hide(Void { reason: "改过的程序".into() })),
            author,
            noted_at: 0,
        };
        let request = PushRequest {
            device,
            incarnation,
            changes: vec![change],
            before: None,
            generations: Default::default(),
        };
        let reply = self.province()?.push(&request).await.map_err(broke("old program"))?;
        self.tally.count(match (&altered, unknown) {
            (Some(_), _) => "insert-only record altered",
            (None, true) => "unknown kind pushed",
            (None, false) => "unknown field pushed",
        });
        if reply.acked == seq + 1 {
            self.old_program.3 += 1;
            let mut memory = self.memory.lock().expect("memory");
            memory.marks.push(Mark {
                word,
                record: id,
                field: "x_future",
                group: new,
                region: None,
                desk: usize::MAX,
                base: 0,
                saw: String::new(),
                unknown_kind: unknown,
                orphan: false,
                maybe: false,
            });
        }
        Ok(())
    }

    /// A record that nobody may change, and its kind; whoever has saved it may not have told it yet.
    fn insert_only(&self, pick: u16) -> Option<(Uuid, &'static str)> {
        let memory = self.memory.lock().expect("memory");
        let fixed: Vec<_> = memory.records.iter().filter(|(_, kind)| shape::is_fixed(kind)).collect();
        (!fixed.is_empty()).then(|| *fixed[usize::from(pick / 6) % fixed.len()])
    }

    /// A push said before, word for word: the same verdicts, and nothing else happens (I3).
    pub(crate) async fn say_again(&self, pick: u16) -> Result<(), Broken> {
        let (request, reply) = {
            let answered = self.wire.answered.lock().expect("wire");
            if answered.is_empty() {
                return Ok(());
            }
            answered[usize::from(pick) % answered.len()].clone()
        };
        self.tally.count("network said again");
        match self.province()?.push(&request).await {
            Ok(again) => {
                for told in &again.verdicts {
                    let before = reply.verdicts.iter().find(|v| v.seq == told.seq);
                    if self.restores == 0 && before.is_some_and(|b| b.verdict != told.verdict) {
                        return Err(format!("I3: seq {} was {before:?}, now {told:?}", told.seq));
                    }
                }
                Ok(())
            }
            // A copy of the desk has gone on under the same number.
            Err(tiexin_server::Error::Refused(_)) => Ok(()),
            Err(e) => Err(format!("I3: said again: {e}")),
        }
    }
}
