//! Household 家庭户: the centre of a family's page.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::{ASKED_REGION, NOTES, PHONE};
use super::{Gap, Kind, Noun, Problem, need_name};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Role, Shape, Telling};

codes! {
    /// What a household is known for.
    HouseholdKind {
        LostChild = "lost_child", "特殊-死亡";
        DisabledChild = "disabled_child", "特殊-伤残";
        Hardship = "hardship", "困难";
        Floating = "floating", "流动";
        General = "general", "一般";
    }
}

codes! {
    /// How hard it is for them, as the office that helps the poor says it; the causes stand in `hardship`.
    HardshipKind {
        Unstable = "unstable", "脱贫不稳定";
        Edge = "edge", "边缘易致贫";
        Sudden = "sudden", "突发严重困难";
        General = "general", "一般困难";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Household {
    pub region: RegionCode,
    /// 户主 as written on the ledger.
    pub head_name: String,
    /// The head's person record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<HouseholdKind>,
    /// 困难原因.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hardship: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardship_kind: Option<HardshipKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardship_since: Option<PartialDate>,
    /// When somebody last looked whether it is still so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardship_checked_on: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardship_ended: Option<PartialDate>,
    /// 户籍地址.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_address: Option<String>,
    /// 现居住地址.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Where the family lived before it last moved to another village: 迁出地址 of F2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<RegionCode>,
    /// 迁移时间.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_on: Option<PartialDate>,
    /// 迁移原因.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_why: Option<String>,
}

impl Household {
    /// Of whom no more is known than where it is and whose it is.
    pub fn named(region: RegionCode, head_name: impl Into<String>) -> Household {
        Household {
            region,
            head_name: head_name.into(),
            head: None,
            kinds: Vec::new(),
            hardship: Vec::new(),
            hardship_kind: None,
            hardship_since: None,
            hardship_checked_on: None,
            hardship_ended: None,
            registered_address: None,
            current_address: None,
            phone: None,
            notes: None,
            moved_from: None,
            moved_on: None,
            moved_why: None,
        }
    }
}

const HARDSHIP: &str = "困难情况";

impl Noun for Household {
    const KIND: Kind = Kind::Household;
    const SHAPE: Shape = Shape {
        counted: Some("户家庭"),
        making: Some("登记家庭"),
        level: Level::Village,
        follows_family: true,
        merges: true,
        past: &[
            Telling::once("moved_on", &["从{moved_from}迁来", "{moved_why}"]),
            Telling::once("hardship_since", &["列为困难家庭", "{hardship_kind}"]),
            Telling::once("hardship_checked_on", &["复核了困难情况"]),
            Telling::once("hardship_ended", &["困难解除"]),
        ],
        initials: "djjt",
        empty: ("这里是全部家庭", "可以一户一户登记，也可以把现有台账整本导入。"),
        list: &[
            Column::field("head_name").width(9),
            Column::PLACE,
            Column::field("current_address").width(18),
            Column::field("phone").width(9).unsorted().unfiltered(),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "户",
            &[
                Field::new("head_name", "户主", Holds::Text)
                    .also(&["户主姓名", "姓名"])
                    .required()
                    .roles(&[Role::Sort])
                    .finds(&[Find::Name])
                    .must(),
                ASKED_REGION,
                Field::new("current_address", "现居住地址", Holds::Text)
                    .also(&["现住址", "住址", "家庭住址", "家庭地址", "地址"])
                    .finds(&[Find::Words])
                    .asked(),
                Field::new("registered_address", "户籍地址", Holds::Text).finds(&[Find::Words]).asked(),
                PHONE.hint("手机或带区号的座机，没有就空着"),
                Field::new("hardship", "困难原因", Holds::Texts)
                    .also(&["致困原因", "困难情况"])
                    .hint("写一项按回车"),
                NOTES.asked(),
                Field::new("kinds", "家庭类别", Holds::Codes(HouseholdKind::CHOICES)).fold("更多"),
                Field::new("hardship_kind", "困难类别", Holds::Code(HardshipKind::CHOICES)).fold(HARDSHIP),
                Field::new("hardship_since", "困难开始", Holds::PartialDay).past().fold(HARDSHIP),
                Field::new("hardship_checked_on", "困难复核", Holds::PartialDay)
                    .past()
                    .not_before("hardship_since")
                    .fold(HARDSHIP)
                    .hint("每年看一次是不是还困难"),
                Field::new("hardship_ended", "困难解除", Holds::PartialDay)
                    .past()
                    .not_before("hardship_since")
                    .fold(HARDSHIP),
                Field::new("head", "户主", Holds::Reference(&["person"])),
                Field::new("moved_from", "迁出地", Holds::Region),
                Field::new("moved_on", "迁移时间", Holds::PartialDay).past(),
                Field::new("moved_why", "迁移原因", Holds::Text).free(),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        need_name("head_name", &self.head_name, &mut problems);
        check_phone("phone", self.phone.as_deref(), &mut problems);
        problems
    }
    fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        // Older programs stored 无.
        if self.phone.as_deref().is_none_or(|text| crate::phone::read(text) == Ok(None)) {
            gaps.push(Gap::new("phone", "phone_missing", "缺联系电话"));
        }
        if self.registered_address.is_none() && self.current_address.is_none() {
            gaps.push(Gap::new("current_address", "address_missing", "缺住址"));
        }
        if self.hardship_ended.is_some() && self.hardship_since.is_none() {
            gaps.push(Gap::new("hardship_since", "hardship_since_missing", "缺困难开始的时间"));
        }
        gaps
    }
    fn title(&self) -> String {
        format!("{}家", self.head_name)
    }
}

pub(super) fn check_phone(field: &str, phone: Option<&str>, problems: &mut Vec<Problem>) {
    if let Some(Err(bad)) = phone.map(crate::phone::read) {
        problems.push(Problem::new(field, "phone_invalid", bad.to_string()));
    }
}

#[cfg(test)]
#[test]
fn a_hardship_that_ended_has_begun() {
    let home = Household::named("340323100001".parse().unwrap(), "某");
    let lacks = |home: &Household| home.gaps().iter().any(|gap| gap.field == "hardship_since");
    assert!(!lacks(&home));
    let ended = Household { hardship_ended: Some(PartialDate::Year(2026)), ..home };
    assert!(lacks(&ended));
    assert!(!lacks(&Household { hardship_since: Some(PartialDate::Year(2024)), ..ended }));
}

#[cfg(test)]
#[test]
fn a_household_without_a_number_lacks_one_whatever_stands_there() {
    let region: RegionCode = "340323100001".parse().unwrap();
    let lacks = |phone: Option<&str>| {
        let home = Household { phone: phone.map(str::to_owned), ..Household::named(region.clone(), "某") };
        home.gaps().iter().any(|gap| gap.code == "phone_missing")
    };
    assert!(lacks(None) && lacks(Some("无")) && !lacks(Some("19900002580")));
}
