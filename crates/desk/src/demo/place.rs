//! The ground on which the demo county stands: real townships and villages.

use tiexin_domain::region::RegionCode;

/// 固镇县.
pub const COUNTY: &str = "340323";
/// 谷阳镇 and 刘集镇.
pub const TOWNSHIPS: [&str; 2] = ["340323100", "340323104"];

/// A township with its villages, as the table of regions names them.
#[derive(Debug, Clone)]
pub struct Township {
    pub code: RegionCode,
    pub name: String,
    pub villages: Vec<(RegionCode, String)>,
}

/// `东关社区居民委员会` is called 东关社区, `杨湖村村民委员会` 杨湖村.
pub(super) fn short(village: &str) -> String {
    if let Some(name) = village.strip_suffix("居民委员会") {
        return name.to_owned();
    }
    match village.strip_suffix("村民委员会") {
        Some(name) => format!("{}村", name.strip_suffix('村').unwrap_or(name)),
        None => village.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn villages_are_called_as_people_call_them() {
        assert_eq!(super::short("东关社区居民委员会"), "东关社区");
        assert_eq!(super::short("杨湖村村民委员会"), "杨湖村");
        assert_eq!(super::short("杨湖村民委员会"), "杨湖村");
    }
}
