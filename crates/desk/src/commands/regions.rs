//! The tree of regions, by name, pinyin and code.

use tiexin_contract::regions::{RegionChildren, RegionGet, RegionName, RegionSearch};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::RegionCode;
use tiexin_domain::access::Action;
use tiexin_store::Regions;

use crate::desk::Desk;
use crate::place;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::SignedIn, anywhere, children);
    registry.open(search);
    registry.open(get);
}

/// Names of regions are no secret: the tree is open downwards, only its tops follow the grants.
fn children(at: &At, args: RegionChildren) -> Result<Vec<RegionName>, ErrorReply> {
    Ok(match args.of {
        None => at.reach(Action::Read).iter().map(place::named).collect(),
        Some(code) => Regions::anhui().children(&code).iter().map(|r| place::named(&r.code)).collect(),
    })
}

const MOST: usize = 200;

fn search(desk: &Desk, args: RegionSearch) -> Result<Vec<RegionName>, ErrorReply> {
    let limit = (args.limit as usize).clamp(1, MOST);
    let found = |within: Option<&RegionCode>| Regions::anhui().search(&args.text, within, limit);
    let Some(session) = desk.session() else {
        return Ok(found(None).iter().map(|region| place::named(&region.code)).collect());
    };
    let today = desk.inner().config.clock.today();
    let user = session.user()?;
    let mut names: Vec<RegionName> = Vec::new();
    for grant in user.grants.iter().filter(|g| g.in_force(today) && g.role.carries(Action::Read)) {
        for region in found(Some(&grant.region)) {
            if names.iter().all(|name| name.code != region.code) {
                names.push(place::named(&region.code));
            }
        }
    }
    names.truncate(limit);
    Ok(names)
}

fn get(_: &Desk, args: RegionGet) -> Result<RegionName, ErrorReply> {
    match Regions::anhui().name(&args.code) {
        Some(_) => Ok(place::named(&args.code)),
        None => Err(ErrorReply::new(ErrorCode::NotFound, "没有这个地区，请从列表中选择。")),
    }
}
