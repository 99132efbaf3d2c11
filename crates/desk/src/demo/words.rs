//! The words of the demo county, from `assets/demo`.

use std::collections::BTreeMap;

use serde::Deserialize;
use tiexin_contract::ErrorReply;

use crate::errors;

#[derive(Deserialize)]
pub(super) struct Names {
    pub(super) surnames: String,
    pub(super) elder_men: Vec<String>,
    pub(super) elder_women: Vec<String>,
    pub(super) men: Vec<String>,
    pub(super) women: Vec<String>,
    pub(super) boys: Vec<String>,
    pub(super) girls: Vec<String>,
    pub(super) units: Vec<String>,
    pub(super) hospitals: Vec<String>,
    pub(super) streets: Vec<String>,
    pub(super) teams: Vec<String>,
    pub(super) skills: Vec<String>,
    pub(super) groups: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Seasons {
    pub(super) spring: Vec<String>,
    pub(super) summer: Vec<String>,
    pub(super) autumn: Vec<String>,
    pub(super) winter: Vec<String>,
}

impl Seasons {
    pub(super) fn of(&self, month: u32) -> &[String] {
        match month {
            3..=5 => &self.spring,
            6..=8 => &self.summer,
            9..=11 => &self.autumn,
            _ => &self.winter,
        }
    }
}

/// What workers write, in pools that are put together.
#[derive(Deserialize)]
pub(super) struct Words {
    pub(super) routine: Seasons,
    pub(super) state: Vec<String>,
    pub(super) done: Vec<String>,
    pub(super) general: Vec<String>,
    pub(super) festival: BTreeMap<String, Vec<String>>,
    pub(super) birthday: Vec<String>,
    pub(super) hospital: Vec<String>,
    pub(super) emergency: Vec<String>,
    pub(super) away: Vec<String>,
    pub(super) by_phone: Vec<String>,
    pub(super) living: Vec<String>,
    pub(super) safety: Vec<String>,
    pub(super) needs: Vec<String>,
    pub(super) need_said: Vec<String>,
    pub(super) hardship: Vec<String>,
    pub(super) session: Vec<String>,
    pub(super) cause: Vec<String>,
    /// What, and from and to how many yuan.
    pub(super) gifts: Vec<(String, i64, i64)>,
    pub(super) activity: BTreeMap<String, Vec<String>>,
    pub(super) summary: Vec<String>,
}

pub(super) fn names() -> Result<Names, ErrorReply> {
    serde_json::from_str(include_str!("../../../../assets/demo/names.json")).map_err(|_| errors::internal())
}

pub(super) fn words() -> Result<Words, ErrorReply> {
    serde_json::from_str(include_str!("../../../../assets/demo/words.json")).map_err(|_| errors::internal())
}
