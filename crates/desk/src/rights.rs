//! The one place on the desk where session, role and region are checked.

use chrono::NaiveDate;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::access::{self, Action, Grant};
use tiexin_domain::region::RegionCode;

use crate::desk::Desk;
use crate::errors;

/// What a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nobody need be signed in.
    Open,
    SignedIn,
    /// A role that carries the action, at the command's [`Place`].
    Right(Action),
}

/// Where a command works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Any of the user's grants may carry the action; the body shows only what the grants cover.
    Anywhere,
    /// All of these regions must be covered.
    In(Vec<RegionCode>),
}

/// A call that was admitted.
pub(crate) struct At {
    pub(crate) desk: Desk,
    pub(crate) today: NaiveDate,
    pub(crate) now_ms: i64,
}

/// Checks a call once; a body that runs has its right.
pub(crate) fn admit<C>(
    desk: &Desk,
    need: Need,
    place: impl Fn(&At, &C) -> Result<Place, ErrorReply>,
    args: &C,
) -> Result<At, ErrorReply> {
    let clock = &desk.inner().config.clock;
    let at = At { desk: desk.clone(), today: clock.today(), now_ms: clock.now_ms() };
    match need {
        Need::Open => return Ok(at),
        Need::SignedIn | Need::Right(_) => {}
    }
    let grants: Vec<Grant> = Vec::new();
    if let Need::Right(action) = need {
        let allowed = match place(&at, args)? {
            Place::Anywhere => grants.iter().any(|g| g.in_force(at.today) && g.role.carries(action)),
            Place::In(regions) => regions.iter().all(|r| access::permits(&grants, action, r, at.today)),
        };
        if !allowed {
            return Err(no_right());
        }
    }
    Err(errors::signed_out())
}

pub(crate) fn no_right() -> ErrorReply {
    ErrorReply::new(ErrorCode::NoRight, "您的账号没有这里的这项权限，没有改动任何内容。需要的话请联系管理员授权。")
}
