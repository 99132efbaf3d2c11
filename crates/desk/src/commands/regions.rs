//! The tree of regions, by name, pinyin and code.

use tiexin_contract::regions::{RegionChildren, RegionGet, RegionName, RegionSearch};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::RegionCode;
use tiexin_domain::access::Action;
use tiexin_store::Regions;

use crate::desk::Desk;
use crate::registry::Registry;
use crate::{errors, place, rights};

pub(super) fn register(registry: &mut Registry) {
    registry.open(children);
    registry.open(search);
    registry.open(get);
}

/// Names of regions are no secret and are compiled in: the tree is open downwards, at first use too.
/// Only its tops follow the grants of who is signed in.
fn children(desk: &Desk, args: RegionChildren) -> Result<Vec<RegionName>, ErrorReply> {
    let below = |code: &RegionCode| -> Vec<RegionName> {
        Regions::anhui().children(code).iter().map(|region| place::named(&region.code)).collect()
    };
    Ok(match (args.of, desk.session()) {
        (Some(code), _) => below(&code),
        (None, None) => below(&RegionCode::new(PROVINCE).map_err(|_| errors::fault("no such province"))?),
        (None, Some(session)) => {
            let tops = rights::reach(&session.user()?, Action::Read, desk.inner().config.clock.today());
            tops.iter().map(place::named).collect()
        }
    })
}

/// 安徽省.
const PROVINCE: &str = "34";

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
