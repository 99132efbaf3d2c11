//! All regions of the province, with search by name, pinyin, initials and code.
//!
//! Compiled in rather than kept in the book: the list is the same for everybody, needs no
//! encryption, and is there before anybody has signed in.

use std::collections::HashMap;
use std::sync::LazyLock;

use tiexin_domain::{Level, RegionCode};

use crate::spelling::{is_han, spell};

/// From the MIT-licensed china-division 2.7.0; code, name.
const ANHUI: &str = include_str!("../../../assets/regions/anhui.csv");

/// A region of the province.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    pub code: RegionCode,
    pub name: String,
}

/// All regions, in the order of their codes.
pub struct Regions {
    codes: Vec<(&'static str, &'static str)>,
    by_code: HashMap<&'static str, &'static str>,
    spellings: LazyLock<Vec<(String, String)>>,
}

static REGIONS: LazyLock<Regions> = LazyLock::new(|| {
    let mut codes: Vec<(&str, &str)> =
        ANHUI.lines().skip(1).filter_map(|line| line.trim().split_once(',')).collect();
    codes.sort_unstable();
    let by_code = codes.iter().copied().collect();
    Regions { codes, by_code, spellings: LazyLock::new(spell_all) }
});

fn spell_all() -> Vec<(String, String)> {
    let spelled = |(_, name): &(&str, &str)| {
        let s = spell(name);
        // Only from the beginning: 20,000 names, and a village is called by how its name begins.
        let first = |words: String| words.split(' ').next().unwrap_or_default().to_owned();
        (first(s.full), first(s.initials))
    };
    REGIONS.codes.iter().map(spelled).collect()
}

impl Regions {
    /// The regions of Anhui.
    pub fn anhui() -> &'static Regions {
        &REGIONS
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// A region's name.
    pub fn name(&self, code: &RegionCode) -> Option<&'static str> {
        self.by_code.get(code.as_str()).copied()
    }

    /// From the county down: `固镇县谷阳镇…`. Unknown parts are left out.
    pub fn full_name(&self, code: &RegionCode) -> String {
        if code.level() < Level::County {
            return self.name(code).unwrap_or_default().to_owned();
        }
        [Level::County, Level::Township, Level::Village]
            .into_iter()
            .map(|level| code.at(level))
            .fold((String::new(), None), |(mut name, last), part| {
                if last.as_ref() != Some(&part) {
                    name.push_str(self.name(&part).unwrap_or_default());
                }
                (name, Some(part))
            })
            .0
    }

    /// The regions one level below.
    pub fn children(&self, code: &RegionCode) -> Vec<Region> {
        let level = match code.level() {
            Level::Province => Level::City,
            Level::City => Level::County,
            Level::County => Level::Township,
            Level::Township => Level::Village,
            Level::Village => return Vec::new(),
        };
        self.within(Some(code)).filter(|(_, (c, _))| c.len() == level.digits()).map(region).collect()
    }

    /// All regions of a level inside a region, in the order of their codes.
    pub fn of_level(&self, within: &RegionCode, level: Level) -> Vec<RegionCode> {
        let found = self.within(Some(within)).filter(|(_, (code, _))| code.len() == level.digits());
        found.map(|one| region(one).code).collect()
    }

    /// By code, name, pinyin or initials, inside a region or everywhere. Higher levels first.
    pub fn search(&self, text: &str, within: Option<&RegionCode>, limit: usize) -> Vec<Region> {
        let text: String = text.trim().to_lowercase();
        if text.is_empty() {
            return Vec::new();
        }
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let han = text.chars().any(is_han);
        let mut found = Vec::new();
        for (i, (code, name)) in self.within(within) {
            let fit = if digits {
                code.starts_with(&text).then_some(0)
            } else if han {
                name.find(&text).map(|at| at.min(1))
            } else {
                let (full, initials) = &self.spellings[i];
                let by_initials = initials.starts_with(&text).then_some(usize::from(*initials != text));
                by_initials.or_else(|| full.starts_with(&text).then_some(1))
            };
            if let Some(fit) = fit {
                found.push((fit, (i, (code, name))));
            }
        }
        found.sort_by_key(|(fit, (i, (code, _)))| (*fit, code.len(), *i));
        found.into_iter().take(limit).map(|(_, one)| region(one)).collect()
    }

    /// The stretch of codes that begin with `within`.
    fn within(
        &self,
        within: Option<&RegionCode>,
    ) -> impl Iterator<Item = (usize, (&'static str, &'static str))> {
        let prefix = within.map(|c| c.as_str().to_owned()).unwrap_or_default();
        let from = self.codes.partition_point(|(code, _)| *code < prefix.as_str());
        let codes = self.codes[from..].iter().copied().enumerate();
        codes.map(move |(i, one)| (from + i, one)).take_while(move |(_, (code, _))| code.starts_with(&prefix))
    }
}

fn region((_, (code, name)): (usize, (&'static str, &'static str))) -> Region {
    // Invariant: the compiled-in list holds region codes only (tested).
    let code = RegionCode::new(code).unwrap_or_else(|_| unreachable!("a region code"));
    Region { code, name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> RegionCode {
        text.parse().unwrap()
    }

    #[test]
    fn all_of_the_province_is_there() {
        let regions = Regions::anhui();
        assert_eq!(regions.len(), 20_155);
        assert!(regions.codes.iter().all(|(code, _)| RegionCode::new(*code).is_ok()));
        assert_eq!(regions.name(&code("340323")), Some("固镇县"));
        assert_eq!(regions.full_name(&code("340323100")), "固镇县谷阳镇");
        assert_eq!(regions.children(&code("34")).len(), 16);
        assert!(regions.children(&code("340323")).iter().any(|r| r.name == "谷阳镇"));
        let townships = regions.of_level(&code("340323"), Level::Township);
        assert_eq!(townships.len(), regions.children(&code("340323")).len());
        assert_eq!(regions.of_level(&code("340323100"), Level::Township), [code("340323100")]);
    }

    #[test]
    fn regions_are_found_as_people_type_them() {
        let first = |text: &str| Regions::anhui().search(text, None, 20)[0].name.clone();
        assert_eq!(first("固镇"), "固镇县");
        assert_eq!(first("guzhen"), "固镇县");
        assert_eq!(first("340323100"), "谷阳镇");
        let county = code("340323");
        let found = Regions::anhui().search("gyz", Some(&county), 5);
        assert_eq!(found[0].name, "谷阳镇");
        assert!(Regions::anhui().search("", None, 5).is_empty());
    }
}
