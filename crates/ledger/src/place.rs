//! Places as people write them: with or without 居民委员会, with the township before, 村村 for 村村民委员会.

use tiexin_domain::{Level, RegionCode};

use crate::lookup::NamedRegion;

/// The townships and villages a ledger can speak of.
pub(crate) struct Places {
    scope: RegionCode,
    townships: Vec<NamedRegion>,
    villages: Vec<Village>,
}

struct Village {
    code: RegionCode,
    /// Official name without spaces.
    full: String,
    stem: String,
    sort: Sort,
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
                Village { code: r.code.clone(), stem: stem.to_owned(), sort, full }
            })
            .collect();
        let townships = of(Level::Township).cloned().collect();
        Self { scope, townships, villages }
    }

    /// The smallest region that is sure to hold the ledger.
    pub(crate) fn scope(&self) -> &RegionCode {
        &self.scope
    }

    /// The same places, only those of the one township a title names.
    pub(crate) fn narrowed(self, title: &str) -> Self {
        let title = squeeze(title);
        let mut named = self.townships.iter().filter(|t| title.contains(&squeeze(&t.name)));
        let (Some(one), None) = (named.next(), named.next()) else { return self };
        let scope = one.code.clone();
        if !self.scope.covers(&scope) || scope == self.scope {
            return self;
        }
        let villages = self.villages.into_iter().filter(|v| scope.covers(&v.code)).collect();
        Self { townships: self.townships, villages, scope }
    }

    /// The region a cell names: a village, or the township itself. `None` when unknown or more than one fits.
    pub(crate) fn find(&self, text: &str) -> Option<RegionCode> {
        let text = squeeze(text);
        if let Some(township) = self.townships.iter().find(|t| text.ends_with(&squeeze(&t.name)))
            && self.scope.covers(&township.code)
        {
            return Some(township.code.clone());
        }
        let text = self.without_township(&text);
        if text.is_empty() {
            return None;
        }
        let (stem, sort) = split(text);
        only(self.villages.iter().filter(|v| v.full == text))
            .or_else(|| only(self.villages.iter().filter(|v| sort != Sort::Unsaid && v.sort == sort && v.stem == stem)))
            .or_else(|| only(self.villages.iter().filter(|v| v.stem == text)))
    }

    /// The one village named somewhere in a title, an address or a tab's name.
    pub(crate) fn named_in(&self, text: &str) -> Option<RegionCode> {
        let text = squeeze(text);
        let length = |v: &Village| {
            let short = format!("{}{}", v.stem, if v.sort == Sort::Community { "社区" } else { "村" });
            [&v.full, &short].into_iter().filter(|n| text.contains(*n)).map(|n| n.len()).max()
        };
        let found: Vec<(usize, &Village)> =
            self.villages.iter().filter_map(|v| length(v).map(|l| (l, v))).collect();
        let longest = found.iter().map(|(l, _)| *l).max()?;
        only(found.into_iter().filter(|(l, _)| *l == longest).map(|(_, v)| v))
    }

    fn without_township<'t>(&self, text: &'t str) -> &'t str {
        for township in &self.townships {
            let name = squeeze(&township.name);
            if let Some(at) = text.find(&name) {
                return &text[at + name.len()..];
            }
        }
        text
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
    fn titles_name_places() {
        let places = places();
        let named = |text: &str| places.named_in(text).map(|c| c.to_string());
        assert_eq!(named("2026年10月东关社区居民委员会走访慰问记录").as_deref(), Some("340323100001"));
        assert_eq!(named("杨湖村10月走访").as_deref(), Some("340323104203"));
        assert_eq!(named("固镇县特殊家庭"), None);
        let narrowed = places.narrowed("固镇县刘集镇计划生育特殊家庭台账");
        assert_eq!(narrowed.scope().as_str(), "340323104");
        assert_eq!(narrowed.find("东关社区"), None);
    }
}
