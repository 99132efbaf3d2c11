//! Administrative regions: GB/T 2260 and the statistical division codes.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How deep a region code reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 2 digits
    Province,
    /// 4 digits
    City,
    /// 6 digits
    County,
    /// 9 digits
    Township,
    /// 12 digits
    Village,
}

impl Level {
    /// Number of digits of a code of this level.
    pub fn digits(self) -> usize {
        match self {
            Level::Province => 2,
            Level::City => 4,
            Level::County => 6,
            Level::Township => 9,
            Level::Village => 12,
        }
    }

    /// The Chinese word for the level.
    pub fn label(self) -> &'static str {
        match self {
            Level::Province => "省",
            Level::City => "市",
            Level::County => "县（区）",
            Level::Township => "乡镇（街道）",
            Level::Village => "村（社区）",
        }
    }
}

/// A region code of 2, 4, 6, 9 or 12 digits. A prefix contains all that begins with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionCode(String);

/// Not a region code: wrong length or not digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("地区代码应为 2、4、6、9 或 12 位数字")]
pub struct BadRegionCode;

impl RegionCode {
    /// Reads a code of 2, 4, 6, 9 or 12 ASCII digits.
    pub fn new(code: impl Into<String>) -> Result<Self, BadRegionCode> {
        let code = code.into();
        let ok = matches!(code.len(), 2 | 4 | 6 | 9 | 12) && code.bytes().all(|b| b.is_ascii_digit());
        if ok { Ok(Self(code)) } else { Err(BadRegionCode) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How deep this code reaches.
    pub fn level(&self) -> Level {
        match self.0.len() {
            2 => Level::Province,
            4 => Level::City,
            6 => Level::County,
            9 => Level::Township,
            _ => Level::Village,
        }
    }

    /// Whether `other` lies in this region (a region covers itself).
    pub fn covers(&self, other: &RegionCode) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The code cut to `level`; itself when it does not reach that deep.
    pub fn at(&self, level: Level) -> RegionCode {
        RegionCode(self.0[..level.digits().min(self.0.len())].to_owned())
    }

    /// The sync scope of things in this region: the township, or the region itself above it.
    pub fn scope(&self) -> RegionCode {
        self.at(Level::Township)
    }

    /// Whether a name that is used here may mean what lies in `other`: in the same township, below this, or above it.
    pub fn is_near(&self, other: &RegionCode) -> bool {
        self.scope().covers(other) || other.covers(self)
    }

    /// The region one level up, if there is one.
    pub fn parent(&self) -> Option<RegionCode> {
        let up = match self.level() {
            Level::Province => return None,
            Level::City => Level::Province,
            Level::County => Level::City,
            Level::Township => Level::County,
            Level::Village => Level::Township,
        };
        Some(self.at(up))
    }
}

impl TryFrom<String> for RegionCode {
    type Error = BadRegionCode;
    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::new(code)
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> Self {
        code.0
    }
}

impl std::str::FromStr for RegionCode {
    type Err = BadRegionCode;
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::new(code)
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_covers_everything_below_and_nothing_beside() {
        let county: RegionCode = "340323".parse().unwrap();
        let village: RegionCode = "340323100001".parse().unwrap();
        assert!(county.covers(&village) && county.covers(&county));
        assert!(!village.covers(&county));
        assert!(!county.covers(&"340322".parse().unwrap()));
        assert_eq!(village.scope().as_str(), "340323100");
        assert_eq!(county.scope(), county);
        assert_eq!(village.parent().unwrap().as_str(), "340323100");
    }

    #[test]
    fn odd_lengths_and_letters_are_refused() {
        for bad in ["", "3", "340", "34032310", "34032310000a", "３４"] {
            assert!(RegionCode::new(bad).is_err(), "{bad}");
        }
    }
}
