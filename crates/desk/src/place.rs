//! Regions by the names people use.

use serde_json::Value;
use tiexin_contract::regions::RegionName;
use tiexin_domain::record::Fields;
use tiexin_domain::{Level, RegionCode};
use tiexin_store::Regions;

/// Where fields of a record say that it is.
pub(crate) fn region_of(fields: &Fields) -> Option<RegionCode> {
    fields.get("region").and_then(Value::as_str).and_then(|code| code.parse().ok())
}

/// `东关社区居民委员会` → `东关社区`, `陈圩村民委员会` → `陈圩村`. An unknown code stands for itself.
pub(crate) fn name(code: &RegionCode) -> String {
    Regions::anhui().name(code).map_or_else(|| code.to_string(), short)
}

fn short(official: &str) -> String {
    for end in ["村民委员会", "村委会"] {
        if let Some(rest) = official.strip_suffix(end).filter(|rest| !rest.is_empty()) {
            return if rest.ends_with('村') { rest.to_owned() } else { format!("{rest}村") };
        }
    }
    for end in ["居民委员会", "居委会"] {
        if let Some(rest) = official.strip_suffix(end).filter(|rest| !rest.is_empty()) {
            return rest.to_owned();
        }
    }
    official.to_owned()
}

/// A region with the names from the province down to it.
pub(crate) fn named(code: &RegionCode) -> RegionName {
    let mut path = vec![name(code)];
    let mut up = code.parent();
    while let Some(region) = up {
        path.push(name(&region));
        up = region.parent();
    }
    path.reverse();
    RegionName { code: code.clone(), name: name(code), path }
}

/// The unit for which a list about `region` tells figures apart: townships in a county, villages below.
pub(crate) fn unit_level(region: &RegionCode) -> Level {
    match region.level() {
        Level::Province => Level::City,
        Level::City => Level::County,
        Level::County => Level::Township,
        Level::Township | Level::Village => Level::Village,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn villages_are_called_as_people_call_them() {
        for (official, called) in [
            ("东关社区居民委员会", "东关社区"),
            ("陈圩村民委员会", "陈圩村"),
            ("太平村村委会", "太平村"),
            ("太平村委会", "太平村"),
            ("谷阳镇", "谷阳镇"),
        ] {
            assert_eq!(short(official), called);
        }
    }
}
