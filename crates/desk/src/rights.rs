//! The one place on the desk where session, role and region are checked.

use std::sync::Arc;

use chrono::NaiveDate;
use tiexin_contract::{ErrorReply, Event};
use tiexin_domain::access::{self, Action, Grant, Role, User};
use tiexin_domain::region::RegionCode;
use tiexin_store::{Book, By, Changed};
use uuid::Uuid;

use crate::desk::Desk;
use crate::masking::Reader;
use crate::office_day::OfficeDay;
use crate::session::Session;
use crate::{errors, lock};

pub(crate) use crate::desk::Need;

pub(crate) const READ: Need = Need::Right(Action::Read);
pub(crate) const WRITE: Need = Need::Right(Action::Write);
pub(crate) const AUDIT: Need = Need::Right(Action::Audit);

/// Where a command works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Any of the user's grants may carry the action; the body shows only what the grants cover.
    Anywhere,
    /// Each of these regions must be covered.
    In(Vec<RegionCode>),
}

/// A call that was admitted: who, when, at which book.
pub(crate) struct At {
    pub(crate) desk: Desk,
    pub(crate) session: Arc<Session>,
    pub(crate) user: User,
    /// The same as masks ask who looks.
    pub(crate) reader: Reader,
    pub(crate) today: NaiveDate,
    /// The same with how sure it is: for what is dated today, or by today.
    pub(crate) day: OfficeDay,
    pub(crate) now_ms: i64,
}

/// Checks a call once; a body that runs has its right.
pub(crate) fn admit<C>(
    desk: &Desk,
    need: Need,
    place: impl Fn(&At, &C) -> Result<Place, ErrorReply>,
    args: &C,
) -> Result<At, ErrorReply> {
    let session = desk.session().ok_or_else(errors::signed_out)?;
    let clock = &desk.inner().config.clock;
    let now_ms = clock.now_ms();
    let day = OfficeDay::of(&**clock, &session.book).map_err(errors::store)?;
    let user = session.user()?;
    if need != Need::EvenLocked
        && let Some((_, why)) = session.locked(&user, &**clock)?
    {
        return Err(errors::locked(&why));
    }
    let reader = Reader::of(&user, day.day);
    let at = At { desk: desk.clone(), session, user, reader, today: day.day, day, now_ms };
    if let Need::Right(action) = need {
        if at.in_force().next().is_none() {
            if let Some(why) = lock::emptied(at.book()).map_err(errors::store)? {
                return Err(errors::emptied(why));
            }
            let begins = at.user.grants.iter().filter_map(|grant| grant.from).filter(|from| *from > at.today);
            return Err(errors::no_grant(begins.min()));
        }
        // Without the right anywhere, not even whether a record exists is told.
        let carried = at.in_force().any(|grant| grant.role.carries(action));
        let there = || -> Result<bool, ErrorReply> {
            Ok(match place(&at, args)? {
                Place::Anywhere => true,
                Place::In(regions) => regions.iter().all(|region| at.may(action, region)),
            })
        };
        if !carried || !there()? {
            return Err(errors::no_right());
        }
        if action == Action::Write {
            at.session.touch(clock.steady_ms());
        }
    }
    Ok(at)
}

fn in_force(user: &User, today: NaiveDate) -> impl Iterator<Item = &Grant> {
    user.grants.iter().filter(move |grant| grant.in_force(today))
}

/// The regions in which a user may do this, without those that lie inside others of them.
pub(crate) fn reach(user: &User, action: Action, today: NaiveDate) -> Vec<RegionCode> {
    let carried = in_force(user, today).filter(|grant| grant.role.carries(action));
    let regions: Vec<RegionCode> = carried.map(|grant| grant.region.clone()).collect();
    let inside = |r: &RegionCode| regions.iter().any(|other| other != r && other.covers(r));
    let mut tops: Vec<RegionCode> = regions.iter().filter(|r| !inside(r)).cloned().collect();
    tops.sort();
    tops.dedup();
    tops
}

impl At {
    pub(crate) fn book(&self) -> &Book {
        &self.session.book
    }

    fn in_force(&self) -> impl Iterator<Item = &Grant> {
        in_force(&self.user, self.today)
    }

    pub(crate) fn may(&self, action: Action, region: &RegionCode) -> bool {
        access::permits(&self.user.grants, action, region, self.today)
    }

    /// The roles that the user has in a region.
    pub(crate) fn roles_in(&self, region: &RegionCode) -> Vec<Role> {
        let here = self.in_force().filter(|grant| grant.region.covers(region));
        here.map(|grant| grant.role.clone()).collect()
    }

    /// The regions in which the user may do this, without those that lie inside others of them.
    pub(crate) fn reach(&self, action: Action) -> Vec<RegionCode> {
        reach(&self.user, action, self.today)
    }

    /// The author, the time and a new group for what is saved now.
    pub(crate) fn by(&self) -> By {
        By { author: self.user.id, now_ms: self.now_ms, group: self.new_id() }
    }

    pub(crate) fn new_id(&self) -> Uuid {
        self.desk.inner().config.ids.id()
    }

    /// Tells the screens what to fetch again, and the province that there is something new.
    pub(crate) fn changed(&self, changed: Changed) {
        if changed.is_empty() {
            return;
        }
        self.desk.tell(Event::Changed { kinds: changed.kinds.into_iter().collect() });
        self.session.province.saved(&self.desk, self.book());
    }

    /// Enters a deliberate act into the audit.
    pub(crate) fn note(&self, act: &str, about: Option<Uuid>, fields: &[&str]) -> Result<(), ErrorReply> {
        let noted = self.book().write(|tx| tx.note_act(act, about, fields, self.user.id, self.now_ms));
        noted.map(drop).map_err(errors::store)
    }
}
