//! Names of regions, for the office's terminal: a code is easily mistyped, a name is not.

use std::collections::HashMap;
use std::sync::LazyLock;

use tiexin_domain::RegionCode;

/// From the MIT-licensed china-division 2.7.0; code, name.
const ANHUI: &str = include_str!("../../../assets/regions/anhui.csv");

static NAMES: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| ANHUI.lines().skip(1).filter_map(|line| line.trim().split_once(',')).collect());

/// None: the list does not have it. Lists are of a year; a region may be newer.
pub(crate) fn name(region: &RegionCode) -> Option<&'static str> {
    NAMES.get(region.as_str()).copied()
}

/// Name and code as a person reads them; the code alone where the list does not have it.
pub(crate) fn shown(region: &RegionCode) -> String {
    name(region).map_or_else(|| region.to_string(), |name| format!("{name} {region}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_township_has_a_name_and_nonsense_has_none() {
        assert_eq!(name(&"340323100".parse().unwrap()), Some("谷阳镇"));
        assert_eq!(name(&"999999999".parse().unwrap()), None);
    }
}
