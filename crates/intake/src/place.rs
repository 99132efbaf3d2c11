//! Places as people write them: with or without 居民委员会, with the township before, 村村 for 村村民委员会.

use tiexin_domain::{Level, RegionCode};

use crate::lookup::NamedRegion;

/// The townships and villages a ledger can speak of.
pub(crate) struct Places {
    scope: RegionCode,
    /// The one township that a sheet's title names, inside a wider scope.
    focus: Option<RegionCode>,
    townships: Vec<NamedRegion>,
    villages: Vec<Village>,
}

struct Village {
    code: RegionCode,
    /// Official name without spaces.
    full: String,
    /// As people say it: 刘集社区.
    short: String,
    stem: String,
    sort: Sort,
}

impl Village {
    /// Whether a text names it, and by how long a name.
    fn named_in(&self, text: &str) -> Option<usize> {
        let names = [&self.full, &self.short].into_iter().filter(|name| text.contains(*name));
        names.map(String::len).max()
    }
}

/// What the name says the place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Community,
    Village,
    Unsaid,
}

impl Places {
    pub(crate) fn new(scope: RegionCode, regions: Vec<NamedRegion>) -> Self {
        let of = |level: Level| regions.iter().filter(move |r| r.code.level() == level);
        let villages = of(Level::Village)
            .map(|r| {
                let full = squeeze(&r.name);
                let (stem, sort) = split(&full);
                let ending = if sort == Sort::Community { "社区" } else { "村" };
                let (stem, short) = (stem.to_owned(), format!("{stem}{ending}"));
                Village { code: r.code.clone(), full, short, stem, sort }
            })
            .collect();
        let townships = of(Level::Township).cloned().collect();
        Self { scope, focus: None, townships, villages }
    }

    /// The smallest region that is sure to hold the ledger.
    pub(crate) fn scope(&self) -> &RegionCode {
        self.focus.as_ref().unwrap_or(&self.scope)
    }

    /// Looks only at the one township that a title names; at all of the scope when it names none or several.
    pub(crate) fn focus_on(&mut self, title: &str) {
        let title = squeeze(title);
        let mut named = self.townships.iter().filter(|t| title.contains(&squeeze(&t.name)));
        self.focus = match (named.next(), named.next()) {
            (Some(one), None) => Some(one.code.clone()),
            _ => None,
        };
    }

    /// The region a cell names: a village, or the township itself. `None` when unknown or more than one fits.
    pub(crate) fn find(&self, text: &str) -> Option<RegionCode> {
        let text = squeeze(text);
        let (within, text) = match self.township_in(&text) {
            Some((township, "")) => return Some(township),
            Some((township, rest)) => (township, rest),
            None => (self.scope().clone(), text.as_str()),
        };
        if text.is_empty() {
            return None;
        }
        let (stem, sort) = split(text);
        let here = || self.villages.iter().filter(|v| within.covers(&v.code));
        only(here().filter(|v| v.full == text))
            .or_else(|| only(here().filter(|v| sort != Sort::Unsaid && v.sort == sort && v.stem == stem)))
            .or_else(|| only(here().filter(|v| v.stem == text)))
            .or_else(|| self.with_a_group(text))
    }

    /// The one community or village here that is called so, where a text says the other of the two: 大营村 of 大营社区. No
    /// place is taken for another one by it; whoever wrote it is told its name.
    pub(crate) fn of_stem(&self, text: &str) -> Option<&str> {
        let text = squeeze(text);
        let rest = self.township_in(&text).map_or(text.as_str(), |(_, rest)| rest);
        let (stem, sort) = split(rest);
        let mut found = self.villages.iter().filter(|v| {
            sort != Sort::Unsaid && v.sort != sort && v.stem == stem && self.scope().covers(&v.code)
        });
        found.next().filter(|_| found.next().is_none()).map(|village| village.short.as_str())
    }

    /// `刘集社区3组`, `杨湖村 王庄队`: a group behind the village's name.
    fn with_a_group(&self, text: &str) -> Option<RegionCode> {
        let grouped = text.ends_with(['组', '队', '号', '庄', '圩']) || text.contains(['组', '队']);
        let village = grouped.then(|| {
            text.find("社区")
                .map(|at| at + "社区".len())
                .or_else(|| text.find('村').map(|at| at + "村".len()))
        });
        let name = text.get(..village.flatten()?)?;
        if name.len() == text.len() { None } else { self.find(name) }
    }

    /// The one village named somewhere in a title, an address or a tab's name.
    pub(crate) fn named_in(&self, text: &str) -> Option<RegionCode> {
        let text = squeeze(text);
        let found: Vec<(usize, &Village)> = self
            .villages
            .iter()
            .filter(|v| self.scope().covers(&v.code))
            .filter_map(|v| v.named_in(&text).map(|l| (l, v)))
            .collect();
        let longest = found.iter().map(|(l, _)| *l).max()?;
        only(found.into_iter().filter(|(l, _)| *l == longest).map(|(_, v)| v))
    }

    /// Whether a text is the name of one village or community, and none of these here. `各村` and `工人新村` are none; what
    /// names one of ours beside others is for the township.
    pub(crate) fn is_elsewhere(&self, text: &str) -> bool {
        let text = squeeze(text);
        let (stem, sort) = split(&text);
        let named = match sort {
            Sort::Unsaid => false,
            Sort::Village | Sort::Community => stem.chars().count() > 1,
        };
        named
            && !stem.ends_with(['各', '全', '本', '该', '新', '农', '乡'])
            && !text.contains(['、', '，', ',', '/'])
            && !self.villages.iter().any(|village| village.named_in(&text).is_some())
    }

    /// The township a text names, and what follows its name.
    fn township_in<'t>(&self, text: &'t str) -> Option<(RegionCode, &'t str)> {
        self.townships.iter().find_map(|township| {
            let name = squeeze(&township.name);
            text.find(&name).map(|at| (township.code.clone(), &text[at + name.len()..]))
        })
    }
}

fn only<'v>(mut found: impl Iterator<Item = &'v Village>) -> Option<RegionCode> {
    match (found.next(), found.next()) {
        (Some(one), None) => Some(one.code.clone()),
        _ => None,
    }
}

/// Without spaces and what stands in brackets.
fn squeeze(name: &str) -> String {
    let mut depth = 0i32;
    name.chars()
        .map(crate::script::usual)
        .filter(|c| {
            match c {
                '(' | '（' | '[' | '【' => depth += 1,
                ')' | '）' | ']' | '】' => {
                    depth -= 1;
                    return false;
                }
                _ => {}
            }
            depth <= 0 && !crate::workbook::blank(*c)
        })
        .collect()
}

fn split(name: &str) -> (&str, Sort) {
    for ending in ["居民委员会", "居民委", "居委会", "居委"] {
        if let Some(rest) = name.strip_suffix(ending) {
            return (rest.strip_suffix("社区").unwrap_or(rest), Sort::Community);
        }
    }
    for ending in ["村民委员会", "村民委", "村委会", "村委"] {
        if let Some(rest) = name.strip_suffix(ending) {
            return (rest.strip_suffix('村').filter(|r| !r.is_empty()).unwrap_or(rest), Sort::Village);
        }
    }
    if let Some(rest) = name.strip_suffix("社区") {
        return (rest, Sort::Community);
    }
    match name.strip_suffix("村村").or_else(|| name.strip_suffix('村')).filter(|r| !r.is_empty()) {
        Some(rest) => (rest, Sort::Village),
        None => (name, Sort::Unsaid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        let region = |code: &str, name: &str| NamedRegion { code: code.parse().unwrap(), name: name.into() };
        Places::new(
            "340323".parse().unwrap(),
            vec![
                region("340323", "固镇县"),
                region("340323100", "谷阳镇"),
                region("340323100001", "东关社区居民委员会"),
                region("340323100202", "东关村村民委员会"),
                region("340323100008", "谷阳社区居民委员会"),
                region("340323100201", "张桥村村民委员会"),
                region("340323104", "刘集镇"),
                region("340323104203", "杨湖村村民委员会"),
                region("340323104001", "刘村社区居民委员会"),
            ],
        )
    }

    #[test]
    fn villages_as_people_write_them() {
        let places = places();
        for (text, code) in [
            ("东关社区居民委员会", Some("340323100001")),
            ("东关 社区", Some("340323100001")),
            ("东关社区居委会", Some("340323100001")),
            ("东关社区（居委会）", Some("340323100001")),
            ("固镇县谷阳镇东关社区", Some("340323100001")),
            ("东关村", Some("340323100202")),
            ("东关", None),
            ("杨湖村村", Some("340323104203")),
            ("杨湖村", Some("340323104203")),
            ("杨湖", Some("340323104203")),
            ("杨湖村委会", Some("340323104203")),
            ("杨湖社区", None),
            ("杨湖村3组", Some("340323104203")),
            ("東關社區", Some("340323100001")),
            ("刘村", Some("340323104001")),
            ("谷阳镇", Some("340323100")),
            ("不存在村", None),
            ("村", None),
            ("", None),
        ] {
            assert_eq!(places.find(text).as_ref().map(RegionCode::as_str), code, "{text}");
        }
    }

    #[test]
    fn a_community_is_named_where_somebody_writes_a_village() {
        let places = places();
        for (text, called) in [
            ("杨湖社区", Some("杨湖村")),
            ("谷阳镇谷阳村", Some("谷阳社区")),
            ("杨湖", None),
            ("没有的村", None),
        ] {
            assert_eq!(places.of_stem(text), called, "{text}");
        }
    }

    #[test]
    fn a_village_of_elsewhere_is_known_by_its_name_alone() {
        let places = places();
        for (text, elsewhere) in [
            ("城东社区居民委员会", true),
            ("城东社区", true),
            ("五河县城东镇李庄村", true),
            ("李庄村村民委员会", true),
            ("东关社区", false),
            ("东关社区和李庄村", false),
            ("李庄村、王庄村", false),
            ("居委会", false),
            ("社区", false),
            ("农村", false),
            ("全镇各村", false),
            ("工人新村", false),
            ("李庄村文化广场", false),
            ("镇政府三楼", false),
        ] {
            assert_eq!(places.is_elsewhere(text), elsewhere, "{text}");
        }
    }

    #[test]
    fn titles_name_places() {
        let places = places();
        let named = |text: &str| places.named_in(text).map(|c| c.to_string());
        assert_eq!(named("2026年10月东关社区居民委员会走访慰问记录").as_deref(), Some("340323100001"));
        assert_eq!(named("杨湖村10月走访").as_deref(), Some("340323104203"));
        assert_eq!(named("固镇县特殊家庭"), None);
        let mut places = places;
        places.focus_on("固镇县刘集镇计划生育特殊家庭台账");
        assert_eq!(places.scope().as_str(), "340323104");
        assert_eq!(places.find("东关社区"), None);
        assert_eq!(places.find("谷阳镇东关社区").unwrap().as_str(), "340323100001");
        places.focus_on("固镇县各乡镇汇总");
        assert_eq!(places.scope().as_str(), "340323");
    }
}
